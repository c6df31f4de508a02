//! Keys of an issuer elsewhere: when they are fetched, and which are believed.

use std::sync::Arc;

use doorward_core::{id::KeyId, resource::Resource, revocation::Revocations};
use doorward_fetch::{Fetcher, FetcherConfig, Reach, tls};
use doorward_verify::{
    InvalidIssuer, JwksKeys, KeySource, KeysUnavailable, Verifier, VerifierConfig, VerifyToken,
};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::{
    issuer::Issuer,
    signer::{Signer, encode},
    world::{RESOURCE, StoppedClock, claims_with},
};

fn fetcher() -> Fetcher {
    let root = tls::roots_from_pem(include_bytes!("root.pem")).unwrap();
    Fetcher::new(FetcherConfig::new(
        Reach::Loopback,
        tls::client_config(root).unwrap(),
    ))
}

fn keys_of(issuer: &Issuer, clock: &Arc<StoppedClock>) -> JwksKeys {
    JwksKeys::new(&issuer.url, fetcher(), clock.clone()).unwrap()
}

fn set(keys: &[Value]) -> Value {
    json!({ "keys": keys })
}

fn json_of(signer: &Signer) -> Value {
    serde_json::to_value(signer.public()).unwrap()
}

async fn knows(keys: &JwksKeys, kid: &str) -> Result<bool, KeysUnavailable> {
    let key = keys.key(&KeyId::from_known(kid)).await?;
    Ok(key.is_some())
}

#[tokio::test]
async fn a_token_is_verified_with_keys_found_through_the_issuers_metadata() {
    let signer = Signer::es256("a");
    let issuer = Issuer::start("", set(&[json_of(&signer)])).await;
    let clock = StoppedClock::new();
    let verifier = Verifier::new(VerifierConfig {
        issuer: issuer.url.clone(),
        keys: Arc::new(keys_of(&issuer, &clock)),
        revocations: Arc::<Revocations>::default(),
        clock,
        capacity: 10,
    });
    let resource = Resource::from_known(RESOURCE);
    let token = signer.token(&claims_with("iss", json!(issuer.url)));
    assert!(verifier.verify(&token, &resource).await.is_ok());
}

#[tokio::test]
async fn metadata_is_found_in_every_place_that_issuers_use() {
    for (path, place) in [
        ("", "/.well-known/oauth-authorization-server"),
        ("", "/.well-known/openid-configuration"),
        ("/a", "/.well-known/oauth-authorization-server/a"),
        ("/a", "/.well-known/openid-configuration/a"),
        ("/a", "/a/.well-known/openid-configuration"),
    ] {
        let issuer = Issuer::start(path, set(&[json_of(&Signer::es256("a"))])).await;
        issuer.publish(|published| published.metadata_path = place);
        let keys = keys_of(&issuer, &StoppedClock::new());
        assert_eq!(knows(&keys, "a").await, Ok(true), "{place}");
    }
}

#[tokio::test]
async fn the_metadata_of_another_issuer_is_not_believed() {
    let issuer = Issuer::start("", set(&[json_of(&Signer::es256("a"))])).await;
    let slashed = format!("{}/", issuer.url);
    issuer.publish(|published| published.claims_to_be = Some(slashed));
    let keys = keys_of(&issuer, &StoppedClock::new());
    assert_eq!(knows(&keys, "a").await, Err(KeysUnavailable)); // MD-01, R-024
    assert_eq!(issuer.asked(), 0, "its keys are not even fetched");
}

#[tokio::test]
async fn keys_live_as_long_as_the_issuer_says_between_five_minutes_and_an_hour() {
    for (control, lifetime) in [
        (None, 300),
        (Some("no-store"), 300),
        (Some("max-age=60"), 300),
        (Some("max-age=900"), 900),
        (Some("max-age=86400"), 3600),
    ] {
        let issuer = Issuer::start("", set(&[json_of(&Signer::es256("a"))])).await;
        issuer.publish(|published| published.cache_control = control);
        let clock = StoppedClock::new();
        let keys = keys_of(&issuer, &clock);
        assert_eq!(knows(&keys, "a").await, Ok(true));
        clock.advance(lifetime - 1);
        assert_eq!(knows(&keys, "a").await, Ok(true));
        assert_eq!(issuer.asked(), 1, "{control:?}: still fresh"); // MD-04
        clock.advance(1);
        assert_eq!(knows(&keys, "a").await, Ok(true));
        assert_eq!(issuer.asked(), 2, "{control:?}: asked again");
    }
}

#[tokio::test]
async fn a_key_that_the_issuer_withdrew_is_gone_after_the_next_fetch() {
    let (old, new) = (Signer::es256("old"), Signer::es256("new"));
    let issuer = Issuer::start("", set(&[json_of(&old)])).await;
    let clock = StoppedClock::new();
    let keys = keys_of(&issuer, &clock);
    assert_eq!(knows(&keys, "old").await, Ok(true));
    issuer.publish(|published| published.keys = Some(set(&[json_of(&new)])));
    clock.advance(300);
    assert_eq!(knows(&keys, "old").await, Ok(false)); // MD-04
    assert_eq!(knows(&keys, "new").await, Ok(true));
}

#[tokio::test]
async fn an_unknown_name_causes_a_fetch_but_no_flood() {
    let issuer = Issuer::start("", set(&[json_of(&Signer::es256("a"))])).await;
    let clock = StoppedClock::new();
    let keys = keys_of(&issuer, &clock);
    assert_eq!(knows(&keys, "a").await, Ok(true));

    issuer.publish(|published| published.keys = Some(set(&[json_of(&Signer::es256("b"))])));
    clock.advance(9);
    for made_up in ["b", "../../etc/passwd", "x", "y"] {
        assert_eq!(knows(&keys, made_up).await, Ok(false)); // TK-09
    }
    assert_eq!(issuer.asked(), 1, "asked a moment ago");
    clock.advance(1);
    assert_eq!(knows(&keys, "b").await, Ok(true), "rotated keys are found");
    assert_eq!(knows(&keys, "x").await, Ok(false));
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn known_keys_outlast_an_issuer_that_fails_but_not_for_ever() {
    let issuer = Issuer::start("", set(&[json_of(&Signer::es256("a"))])).await;
    let clock = StoppedClock::new();
    let keys = keys_of(&issuer, &clock);
    assert_eq!(knows(&keys, "a").await, Ok(true));
    issuer.publish(|published| published.keys = None);

    clock.advance(3600);
    assert_eq!(knows(&keys, "a").await, Ok(true), "stale and served");
    assert_eq!(knows(&keys, "a").await, Ok(true));
    assert_eq!(knows(&keys, "b").await, Ok(false));
    assert_eq!(issuer.asked(), 2, "one attempt in ten seconds");
    clock.advance(86_400);
    assert_eq!(knows(&keys, "a").await, Err(KeysUnavailable));
}

#[tokio::test]
async fn keys_that_were_never_there_are_unavailable_until_they_are() {
    let issuer = Issuer::start("", set(&[json_of(&Signer::es256("a"))])).await;
    issuer.publish(|published| published.keys = None);
    let clock = StoppedClock::new();
    let keys = keys_of(&issuer, &clock);
    assert_eq!(knows(&keys, "a").await, Err(KeysUnavailable));

    issuer.publish(|published| published.keys = Some(set(&[json_of(&Signer::es256("a"))])));
    assert_eq!(
        knows(&keys, "a").await,
        Err(KeysUnavailable),
        "not asked again yet"
    );
    clock.advance(10);
    assert_eq!(knows(&keys, "a").await, Ok(true));
}

#[tokio::test]
async fn many_callers_share_one_fetch() {
    let issuer = Issuer::start("", set(&[json_of(&Signer::es256("a"))])).await;
    let keys = Arc::new(keys_of(&issuer, &StoppedClock::new()));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let keys = keys.clone();
        callers.spawn(async move { knows(&keys, "a").await });
    }
    let answers = callers.join_all().await;
    assert!(answers.iter().all(|answer| *answer == Ok(true)));
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_take_the_fetch_along() {
    let issuer = Issuer::start("", set(&[json_of(&Signer::es256("a"))])).await;
    issuer.gate.forget_permits(1000);
    let keys = Arc::new(keys_of(&issuer, &StoppedClock::new()));
    let (leaving, left) = oneshot::channel::<()>();
    let impatient = {
        let keys = keys.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = knows(&keys, "a") => unreachable!("the gate is shut"),
                _ = left => {}
            }
        })
    };
    while issuer.asked() == 0 {
        tokio::task::yield_now().await;
    }
    leaving.send(()).unwrap();
    impatient.await.unwrap();
    issuer.gate.add_permits(1);
    assert_eq!(knows(&keys, "a").await, Ok(true));
    assert_eq!(
        issuer.asked(),
        1,
        "the first fetch served the second caller"
    );
}

#[tokio::test]
async fn only_public_signing_keys_of_their_own_name_are_taken() {
    let with = |kid: &str, change: &[(&str, Value)]| {
        let mut key = json_of(&Signer::es256(kid));
        for (name, value) in change {
            key[name] = value.clone();
        }
        key
    };
    let mut nameless = with("x", &[]);
    nameless.as_object_mut().unwrap().shift_remove("kid");
    // MD-04, TK-08
    let published = set(&[
        with("good", &[]),
        with(
            "extended",
            &[("x5t", json!("x")), ("key_ops", json!(["verify"]))],
        ),
        with("private", &[("d", json!(encode([1; 32])))]),
        with("symmetric", &[("k", json!("AAAA"))]),
        with("encryption", &[("use", json!("enc"))]),
        with("unknown-algorithm", &[("alg", json!("ES384"))]),
        with("hmac", &[("alg", json!("HS256"))]),
        with("unknown-type", &[("kty", json!("XYZ"))]),
        with("twin", &[]),
        with("twin", &[]),
        with("half-twin", &[]),
        with("half-twin", &[("kty", json!("XYZ"))]),
        nameless,
        json!("not a key"),
    ]);
    let issuer = Issuer::start("", published).await;
    let keys = keys_of(&issuer, &StoppedClock::new());
    #[rustfmt::skip]
    let cases = [
        ("good", true), ("extended", true), ("private", false), ("symmetric", false), ("encryption", false),
        ("unknown-algorithm", false), ("hmac", false), ("unknown-type", false), ("twin", false), ("half-twin", false),
        ("x", false), ("", false),
    ];
    for (kid, taken) in cases {
        assert_eq!(knows(&keys, kid).await, Ok(taken), "{kid}");
    }
}

#[tokio::test]
async fn a_document_that_is_no_key_set_changes_nothing() {
    let good = set(&[json_of(&Signer::es256("a"))]);
    for document in [
        json!({}),
        json!([]),
        json!({ "keys": {} }),
        json!("keys"),
        Value::Null,
    ] {
        let issuer = Issuer::start("", good.clone()).await;
        let clock = StoppedClock::new();
        let keys = keys_of(&issuer, &clock);
        assert_eq!(knows(&keys, "a").await, Ok(true));
        issuer.publish(|published| published.keys = Some(document.clone()));
        clock.advance(300);
        assert_eq!(knows(&keys, "a").await, Ok(true), "{document}");
    }
}

#[test]
fn an_issuer_that_cannot_be_asked_is_refused_at_start() {
    for issuer in [
        "",
        "mcp.example",
        "ftp://h",
        "https://h?x=1",
        "https://h#x",
        "data:x",
    ] {
        let keys = JwksKeys::new(issuer, fetcher(), StoppedClock::new());
        assert!(matches!(keys, Err(InvalidIssuer)), "{issuer}");
    }
}
