//! Making a passkey.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_authenticator::{Algorithm, Authenticator};
use doorward_passkeys::{NewPasskey, PasskeyKey, Refused, RegistrationResponse, register};
use serde_json::{Value, json};

use crate::{CHALLENGE, HANDLE, asked, authenticator, expected, party, registered};

fn judged(sent: &Value) -> Result<NewPasskey, Refused> {
    let sent = RegistrationResponse::read(&sent.to_string())?;
    register(&sent, expected(&party()))
}

#[test]
fn every_kind_of_key_is_taken() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
        let mut passkey = authenticator(algorithm);
        (passkey.count, passkey.synced) = (7, false);
        let made = registered(&mut passkey);
        assert_eq!(made.credential, passkey.credential);
        assert_eq!((made.count, made.synced), (7, false));
        assert!(PasskeyKey::read(&made.key).is_ok(), "{algorithm:?}");
    }
}

#[test]
fn a_registration_that_is_not_what_was_asked_for_is_refused() {
    type Wrong = fn(&mut Authenticator);
    #[rustfmt::skip]
    let cases: [(&str, Wrong, Refused); 9] = [ // LG-01, LG-04
        ("another origin",      |it| it.origin = "https://evil.example".into(),      Refused::Origin),
        ("another port",        |it| it.origin = "https://mcp.example:444".into(),   Refused::Origin),
        ("a sibling",           |it| it.origin = "https://x.mcp.example".into(),     Refused::Origin),
        ("without TLS",         |it| it.origin = "http://mcp.example".into(),        Refused::Origin),
        ("embedded elsewhere",  |it| it.embedded = true,                             Refused::Origin),
        ("another party",       |it| it.relying_party = "example".into(),            Refused::RelyingParty),
        ("nobody there",        |it| it.present = false,                             Refused::Presence),
        ("not verified",        |it| it.verified = false,                            Refused::Verification),
        ("another purpose",     |it| it.purpose = Some("webauthn.get"),              Refused::Purpose),
    ];
    for (name, wrong, refused) in cases {
        let mut passkey = authenticator(Algorithm::Es256);
        wrong(&mut passkey);
        let sent = passkey.create(&asked(), HANDLE);
        assert_eq!(judged(&sent), Err(refused), "{name}");
    }
}

#[test]
fn another_challenge_or_identifier_is_refused() {
    let mut passkey = authenticator(Algorithm::EdDsa);
    let other = URL_SAFE_NO_PAD.encode([8; 32]);
    assert_eq!(
        judged(&passkey.create(&other, HANDLE)),
        Err(Refused::Challenge)
    );
    let short = URL_SAFE_NO_PAD.encode(&CHALLENGE[..31]);
    assert_eq!(
        judged(&passkey.create(&short, HANDLE)),
        Err(Refused::Challenge)
    );

    let mut sent = passkey.create(&asked(), HANDLE);
    sent["rawId"] = json!("AAAA");
    assert_eq!(judged(&sent), Err(Refused::Credential));
}

#[test]
fn what_is_cut_or_padded_is_refused_and_never_a_panic() {
    let sent = authenticator(Algorithm::Es256).create(&asked(), HANDLE);
    let object = sent["response"]["attestationObject"]
        .as_str()
        .expect("text");
    let object = URL_SAFE_NO_PAD.decode(object).expect("base64url");
    for length in 0..object.len() {
        let mut cut = sent.clone();
        cut["response"]["attestationObject"] = json!(URL_SAFE_NO_PAD.encode(&object[..length]));
        assert_eq!(judged(&cut), Err(Refused::Unreadable), "{length}");
    }
    let mut longer = sent.clone();
    longer["response"]["attestationObject"] =
        json!(URL_SAFE_NO_PAD.encode([&object[..], &[0]].concat()));
    assert_eq!(judged(&longer), Err(Refused::Unreadable));
    for (name, value) in [
        ("rawId", json!("+/==")),
        ("type", json!("password")),
        ("response", json!(7)),
    ] {
        let mut odd = sent.clone();
        odd[name] = value;
        assert_eq!(judged(&odd), Err(Refused::Unreadable), "{name}");
    }
}

#[test]
fn a_point_beside_the_curve_is_no_key() {
    let mut key = registered(&mut authenticator(Algorithm::Es256)).key;
    let last = key.len() - 1;
    key[last] ^= 1;
    assert_eq!(PasskeyKey::read(&key).err(), Some(Refused::Unreadable));
    // The same bytes called Ed448, and a map of nothing.
    assert_eq!(PasskeyKey::read(b"\xa0").err(), Some(Refused::Algorithm));
    assert_eq!(
        PasskeyKey::read(b"\xa3\x01\x01\x03\x27\x20\x07").err(),
        Some(Refused::Algorithm)
    );
}
