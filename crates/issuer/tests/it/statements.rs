//! Who may register, and who vouches for it: initial access tokens and software statements
//! (RFC 7591 sections 2.3 and 3, A-061).

use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    client::{ClientKeys, PrivateKey, read_key_set},
    jwk::Algorithm,
    secret::Digest,
};
use doorward_issuer::{DynamicRegistration, IssuerConfig, NewInitialToken, StatementIssuer};
use http::Method;
use serde_json::{Value, json};

use crate::world::{Answer, AuthorizeRequest, CALLBACK, ISSUER, World, config, request};

const TOKEN: &str = "an initial access token, long enough";
const VOUCHER: &str = "https://registry.example";
const NOW: i64 = 1_800_000_000;

async fn register(world: &World, bearer: Option<&str>) -> Answer {
    let header = bearer.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(header.as_deref().map(|header| ("authorization", header)));
    let document = json!({ "redirect_uris": [CALLBACK] }).to_string();
    world
        .send(request(Method::POST, "/register", &headers, document))
        .await
}

#[tokio::test]
async fn an_initial_access_token_lets_in_who_has_one() {
    let world = World::with(IssuerConfig {
        dynamic_registration: DynamicRegistration::Token(vec![Digest::of(TOKEN)]),
        ..config(ISSUER, &["files"])
    })
    .await;
    for refused in [None, Some("x"), Some("")] {
        let answer = register(&world, refused).await;
        answer.refuses(401, "invalid_token");
        assert!(answer.header("www-authenticate").starts_with("Bearer "));
    }
    assert_eq!(register(&world, Some(TOKEN)).await.status, 201);
    let metadata = world.get("/.well-known/oauth-authorization-server").await;
    assert!(metadata.json()["registration_endpoint"].is_string());
    let first = register(&world, Some(TOKEN)).await.json();
    let path = format!("/register/{}", first["client_id"].as_str().expect("text"));
    let header = format!("Bearer {TOKEN}");
    let sent = request(
        Method::GET,
        &path,
        &[("authorization", &header)],
        String::new(),
    );
    world.send(sent).await.refuses(401, "invalid_token"); // RG-10: it manages nothing
}

async fn made(world: &World, most_uses: Option<u32>, lifetime: u64) -> (String, String) {
    let new = NewInitialToken {
        note: "build server".to_owned(),
        most_uses,
        lifetime: Duration::from_secs(lifetime),
    };
    let made = world.administration.add_initial_token(new).await;
    let (token, secret) = made.expect("made");
    (token.id.to_string(), secret.expose().to_owned())
}

async fn asking_for_tokens() -> World {
    World::with(IssuerConfig {
        dynamic_registration: DynamicRegistration::Token(Vec::new()),
        ..config(ISSUER, &["files"])
    })
    .await
}

#[tokio::test]
async fn a_token_made_by_command_admits_so_many_registrations_in_its_time() {
    let world = asking_for_tokens().await;
    let (_, once) = made(&world, Some(1), 3600).await;
    assert_eq!(register(&world, Some(&once)).await.status, 201);
    register(&world, Some(&once))
        .await
        .refuses(401, "invalid_token");
    let (_, often) = made(&world, None, 3600).await;
    for _ in 0..3 {
        assert_eq!(register(&world, Some(&often)).await.status, 201);
    }
    let tokens = world.administration.initial_tokens().await.expect("listed");
    let uses: Vec<u32> = tokens.iter().map(|token| token.uses).collect();
    assert_eq!(uses.iter().sum::<u32>(), 4, "{tokens:?}");
    world.pass(Duration::from_secs(3600));
    register(&world, Some(&often))
        .await
        .refuses(401, "invalid_token");
}

#[tokio::test]
async fn a_refused_registration_costs_no_use_and_a_known_client_does() {
    let world = asking_for_tokens().await;
    let (_, twice) = made(&world, Some(2), 3600).await;
    let header = format!("Bearer {twice}");
    let headers = [
        ("content-type", "application/json"),
        ("authorization", header.as_str()),
    ];
    let send = |document: Value| {
        world.send(request(
            Method::POST,
            "/register",
            &headers,
            document.to_string(),
        ))
    };
    send(json!({ "redirect_uris": [] }))
        .await
        .refuses(400, "invalid_redirect_uri");
    let public = json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none" });
    assert_eq!(send(public.clone()).await.status, 201);
    assert_eq!(send(public.clone()).await.status, 201); // the same row, and an answer
    send(public).await.refuses(401, "invalid_token");
}

#[tokio::test]
async fn a_token_that_was_revoked_admits_nobody() {
    let world = asking_for_tokens().await;
    let (id, token) = made(&world, None, 3600).await;
    let administration = &world.administration;
    administration
        .revoke_initial_token(&id)
        .await
        .expect("revoked");
    register(&world, Some(&token))
        .await
        .refuses(401, "invalid_token");
    let again = administration.revoke_initial_token(&id).await;
    assert!(again.expect_err("gone").to_string().contains(&id));
}

#[tokio::test]
async fn a_token_that_would_live_for_ever_or_admit_nobody_is_not_made() {
    let world = asking_for_tokens().await;
    for (most_uses, lifetime) in [(Some(0), 3600), (None, 59), (None, 367 * 24 * 3600)] {
        let new = NewInitialToken {
            note: String::new(),
            most_uses,
            lifetime: Duration::from_secs(lifetime),
        };
        let refused = world.administration.add_initial_token(new).await;
        assert!(refused.is_err(), "{most_uses:?} {lifetime}");
    }
}

/// Who vouches for clients.
struct Voucher(Ed25519KeyPair);

impl Voucher {
    fn new() -> Self {
        Self(Ed25519KeyPair::generate().expect("a key"))
    }

    fn trusted(&self) -> StatementIssuer {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key());
        let set = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "v", "x": x }] });
        StatementIssuer {
            issuer: VOUCHER.to_owned(),
            key: PrivateKey {
                keys: ClientKeys::Inline(read_key_set(&set).expect("keys")),
                algorithms: vec![Algorithm::EdDsa],
            },
        }
    }

    fn sign(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({ "alg": "EdDSA", "kid": "v" });
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

async fn trusting(voucher: &Voucher) -> World {
    World::with(IssuerConfig {
        statement_issuers: vec![voucher.trusted()],
        ..config(ISSUER, &["files"])
    })
    .await
}

fn document(statement: impl Into<Value>) -> Value {
    json!({
        "client_name": "What it says",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
        "software_statement": statement.into(),
    })
}

#[tokio::test]
async fn what_a_trusted_issuer_says_stands_above_what_the_client_says() {
    let voucher = Voucher::new();
    let world = trusting(&voucher).await;
    let statement = voucher.sign(&json!({
        "iss": VOUCHER, "software_id": "4711", "client_name": "What they say", "exp": NOW + 60,
        "redirect_uris": [CALLBACK],
    }));
    let registered = world.register(&document(statement)).await;
    assert_eq!(registered.status, 201, "{}", registered.body);
    let registered = registered.json();
    assert_eq!(registered["client_name"], "What they say");
    assert_eq!(registered["software_id"], "4711");
    let client = registered["client_id"].as_str().expect("text");

    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(client))
        .await;
    assert!(
        page.shows(&format!("vouched for by {VOUCHER}")),
        "{}",
        page.body
    );
}

// CO-06, RG-09
#[tokio::test]
async fn a_statement_that_fixes_no_redirect_vouches_for_nobody() {
    let voucher = Voucher::new();
    let world = trusting(&voucher).await;
    // Shipped inside the software, so anybody has it.
    let statement = voucher.sign(&json!({ "iss": VOUCHER, "client_name": "What they say" }));
    let registered = world.register(&document(statement)).await.json();
    let client = registered["client_id"].as_str().expect("text");
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(client))
        .await;
    assert!(page.shows("What they say"), "{}", page.body);
    assert!(!page.shows("vouched for"), "{}", page.body);
}

#[tokio::test]
async fn who_is_vouched_for_is_another_client_than_who_says_the_same() {
    let voucher = Voucher::new();
    let world = trusting(&voucher).await;
    let whole =
        json!({ "iss": VOUCHER, "client_name": "What it says", "redirect_uris": [CALLBACK] });
    let statement = voucher.sign(&whole);
    let vouched = world.register(&document(statement)).await.json();
    let plain = world.register(&document(Value::Null)).await.json();
    assert_ne!(vouched["client_id"], plain["client_id"]); // CO-06
}

#[tokio::test]
async fn a_statement_that_does_not_hold_is_refused_and_never_passed_over() {
    let (voucher, stranger) = (Voucher::new(), Voucher::new());
    let world = trusting(&voucher).await;
    let good = json!({ "iss": VOUCHER });
    const INVALID: &str = "invalid_software_statement";
    #[rustfmt::skip]
    let cases = [
        ("unknown issuer",  Value::from(voucher.sign(&json!({ "iss": "https://other.example" }))), "unapproved_software_statement"),
        ("no issuer",       Value::from(voucher.sign(&json!({}))),                                 INVALID),
        ("stranger's key",  Value::from(stranger.sign(&good)),                                     INVALID),
        ("expired",         Value::from(voucher.sign(&json!({ "iss": VOUCHER, "exp": NOW - 60 }))), INVALID),
        ("for elsewhere",   Value::from(voucher.sign(&json!({ "iss": VOUCHER, "aud": "https://x.example" }))), INVALID),
        ("no signature",    Value::from("eyJhbGciOiJub25lIn0.e30."),                               INVALID),
        ("no text",         json!({ "iss": VOUCHER }),                                             INVALID),
        ("bad target",      Value::from(voucher.sign(&json!({ "iss": VOUCHER, "redirect_uris": ["javascript:x"] }))), "invalid_redirect_uri"),
    ];
    for (name, statement, error) in cases {
        let refused = world.register(&document(statement)).await;
        assert_eq!(refused.status, 400, "{name}: {}", refused.body);
        refused.refuses(400, error);
    }
}
