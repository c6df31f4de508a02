//! Signing in with a passkey.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_authenticator::{Algorithm, Authenticator};
use doorward_passkeys::{Known, NewPasskey, Proven, Refused, SignInResponse, sign_in};
use serde_json::{Value, json};

use crate::{HANDLE, asked, authenticator, expected, party, registered};

fn judged(sent: &Value, kept: &NewPasskey) -> Result<Proven, Refused> {
    let sent = SignInResponse::read(&sent.to_string())?;
    let known = Known {
        credential: &kept.credential,
        key: &kept.key,
        count: kept.count,
        user_handle: HANDLE,
    };
    sign_in(&sent, known, expected(&party()))
}

#[test]
fn every_kind_of_key_signs_in() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
        let mut passkey = authenticator(algorithm);
        let kept = registered(&mut passkey);
        let sent = passkey.get(&asked());
        assert_eq!(
            judged(&sent, &kept),
            Ok(Proven { count: 0 }),
            "{algorithm:?}"
        );
    }
}

#[test]
fn a_sign_in_that_is_not_what_was_asked_for_is_refused() {
    type Wrong = fn(&mut Authenticator);
    #[rustfmt::skip]
    let cases: [(&str, Wrong, Refused); 9] = [ // LG-01, LG-04
        ("another origin",      |it| it.origin = "https://mcp.example.evil".into(),  Refused::Origin),
        ("embedded elsewhere",  |it| it.embedded = true,                             Refused::Origin),
        ("another party",       |it| it.relying_party = "evil.example".into(),       Refused::RelyingParty),
        ("nobody there",        |it| it.present = false,                             Refused::Presence),
        ("not verified",        |it| it.verified = false,                            Refused::Verification),
        ("another purpose",     |it| it.purpose = Some("webauthn.create"),           Refused::Purpose),
        ("another credential",  |it| it.credential = b"other".to_vec(),              Refused::Credential),
        ("another person",      |it| it.handle = Some(b"bob".to_vec()),              Refused::Credential),
        ("a copied key",        |it| it.count = 4,                                   Refused::Copied),
    ];
    for (name, wrong, refused) in cases {
        let mut passkey = authenticator(Algorithm::Es256);
        passkey.count = 5;
        let kept = registered(&mut passkey);
        wrong(&mut passkey);
        let sent = passkey.get(&asked());
        assert_eq!(judged(&sent, &kept), Err(refused), "{name}");
    }
}

#[test]
fn another_key_or_a_changed_word_is_refused() {
    let mut passkey = authenticator(Algorithm::EdDsa);
    let kept = registered(&mut passkey);
    let mut stranger = authenticator(Algorithm::EdDsa);
    stranger.credential.clone_from(&passkey.credential);
    stranger.handle = Some(HANDLE.to_vec());
    assert_eq!(
        judged(&stranger.get(&asked()), &kept),
        Err(Refused::Signature)
    );

    let other = URL_SAFE_NO_PAD.encode([9; 32]);
    assert_eq!(judged(&passkey.get(&other), &kept), Err(Refused::Challenge)); // a replay

    let mut sent = passkey.get(&asked());
    let data = sent["response"]["authenticatorData"]
        .as_str()
        .expect("text");
    let mut data = URL_SAFE_NO_PAD.decode(data).expect("base64url");
    data[36] ^= 1; // the counter
    sent["response"]["authenticatorData"] = json!(URL_SAFE_NO_PAD.encode(&data));
    assert_eq!(judged(&sent, &kept), Err(Refused::Signature));
}

#[test]
fn a_counter_must_grow_once_there_is_one() {
    #[rustfmt::skip]
    let cases = [ // (kept, sent)
        (0, 0, Ok(0)),
        (0, 2, Ok(2)),
        (5, 6, Ok(6)),
        (5, 5, Err(Refused::Copied)),
        (5, 4, Err(Refused::Copied)),
        (5, 0, Err(Refused::Copied)),
    ];
    for (before, now, expected) in cases {
        let mut passkey = authenticator(Algorithm::EdDsa);
        let mut kept = registered(&mut passkey);
        kept.count = before;
        passkey.count = u32::saturating_sub(now, 1); // each use adds one
        let sent = passkey.get(&asked());
        let told = judged(&sent, &kept).map(|proven| proven.count);
        assert_eq!(told, expected, "{before} -> {now}");
    }
}

#[test]
fn a_key_without_user_handle_is_known_by_its_identifier() {
    let mut passkey = authenticator(Algorithm::EdDsa);
    let kept = registered(&mut passkey);
    passkey.handle = None;
    assert!(judged(&passkey.get(&asked()), &kept).is_ok());
}
