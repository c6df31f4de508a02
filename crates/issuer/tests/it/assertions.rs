//! `private_key_jwt` (RFC 7523, A-046, TK-11, X-002, X-003) at every endpoint that
//! authenticates clients.

use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    client::{ClientKeys, GrantType, read_key_set},
    server::ServerName,
};
use doorward_issuer::NewClient;
use serde_json::{Value, json};

use crate::{
    host::{Host, Reply},
    world::{Answer, CALLBACK, CHALLENGE, FILES, ISSUER, VERIFIER, World},
};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const NOW: i64 = 1_800_000_000;

/// A client's own key.
struct Signer(Ed25519KeyPair);

impl Signer {
    fn new() -> Self {
        Self(Ed25519KeyPair::generate().expect("a key"))
    }

    fn set(&self, kid: &str) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key());
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x }] })
    }

    fn sign(&self, header: Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// A good assertion of `client` with some claims changed.
    fn assert(&self, client: &str, changes: Value) -> String {
        self.sign(
            json!({ "alg": "EdDSA", "kid": "k" }),
            &claims(client, changes),
        )
    }
}

fn claims(client: &str, changes: Value) -> Value {
    let mut claims = json!({
        "iss": client, "sub": client, "aud": ISSUER, "exp": NOW + 60, "iat": NOW, "jti": "1",
    });
    for (name, value) in changes.as_object().expect("an object") {
        claims[name] = value.clone();
    }
    claims
}

/// Registers a client that signs with `signer`.
async fn registered(world: &World, signer: &Signer) -> String {
    let document = json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": signer.set("k"),
    });
    let answer = world.register(&document).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let registered = answer.json();
    assert_eq!(registered["token_endpoint_auth_method"], "private_key_jwt");
    assert_eq!(registered["jwks"]["keys"][0]["kid"], "k");
    assert!(registered.get("client_secret").is_none());
    registered["client_id"].as_str().expect("text").to_owned()
}

async fn redeem(world: &World, code: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    pairs.extend_from_slice(more);
    world.post("/token", &pairs).await
}

async fn proving(world: &World, code: &str, assertion: &str) -> Answer {
    let proof = [
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ];
    redeem(world, code, &proof).await
}

#[tokio::test]
async fn a_client_with_a_key_authenticates_everywhere_and_each_assertion_once() {
    let (world, signer) = (World::new().await, Signer::new());
    let client = registered(&world, &signer).await;
    let code = world.code(&client).await;
    let first = signer.assert(&client, json!({ "jti": "code" }));
    let tokens = proving(&world, &code, &first).await.tokens(); // no client_id

    let second = signer.assert(
        &client,
        json!({ "jti": "refresh", "aud": format!("{ISSUER}/token") }),
    );
    let proof = [
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", second.as_str()),
    ];
    let refreshed = world.refresh_with(&client, &tokens.refresh, &proof).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);

    let third = signer.assert(&client, json!({ "jti": "push" }));
    let push = [
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", third.as_str()),
        ("client_id", client.as_str()),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("resource", FILES),
    ];
    assert_eq!(world.post("/par", &push).await.status, 201);
    world
        .post("/par", &push)
        .await
        .refuses(401, "invalid_client"); // TK-11: the same jti

    let fourth = signer.assert(&client, json!({ "jti": "revoke" }));
    let revoke = [
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", fourth.as_str()),
        ("token", tokens.refresh.as_str()),
    ];
    assert_eq!(world.post("/revoke", &revoke).await.status, 200);
}

#[tokio::test]
async fn a_client_of_an_administrator_signs_for_tokens_of_its_own() {
    let signer = Signer::new();
    let set = read_key_set(&signer.set("k")).expect("keys");
    signs_for_itself(&signer, ClientKeys::Inline(set)).await;
    let host = Host::start().await;
    host.answers_keys(Reply::Json(signer.set("k"), ""));
    let behind = ClientKeys::at(&host.jwks_uri()).expect("an address");
    signs_for_itself(&signer, behind).await;
}

async fn signs_for_itself(signer: &Signer, keys: ClientKeys) {
    let world = World::new().await;
    let new = NewClient {
        name: "Robot".to_owned(),
        keys: Some(keys),
        grants: vec![GrantType::ClientCredentials],
        scopes: "mcp:read".to_owned(),
        servers: vec![ServerName::parse("files").expect("a name")],
        ..NewClient::default()
    };
    let (client, secret) = world.registered(new).await;
    assert_eq!(secret, "", "it has keys instead");
    let ask = async |assertion: &str| {
        let pairs = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
            ("resource", FILES),
        ];
        world.post("/token", &pairs).await
    };
    let good = signer.assert(&client, json!({}));
    assert_eq!(ask(&good).await.status, 200);
    ask(&good).await.refuses(401, "invalid_client"); // TK-11
    let stranger = Signer::new().assert(&client, json!({ "jti": "2" }));
    ask(&stranger).await.refuses(401, "invalid_client");
    let identified = [("grant_type", "client_credentials"), ("client_id", &client)];
    let answer = world.post("/token", &identified).await;
    answer.refuses(401, "invalid_client"); // TK-01
}

#[tokio::test]
async fn an_assertion_that_is_not_exactly_right_authenticates_nobody() {
    let (world, signer, stranger) = (World::new().await, Signer::new(), Signer::new());
    let client = registered(&world, &signer).await;
    let other = registered(&world, &signer).await;
    let code = world.code(&client).await;
    let header = json!({ "alg": "EdDSA", "kid": "k" });
    let good = |changes| claims(&client, changes);
    #[rustfmt::skip]
    let cases = [ // A-046, TK-01, TK-08, TK-10, TK-11
        ("stranger's key",    stranger.assert(&client, json!({}))),
        ("unknown kid",       signer.sign(json!({ "alg": "EdDSA", "kid": "x" }), &good(json!({})))),
        ("no signature",      format!("{}.", signer.assert(&client, json!({})).rsplit_once('.').expect("parts").0)),
        ("alg none",          signer.sign(json!({ "alg": "none" }), &good(json!({})))),
        ("alg HS256",         signer.sign(json!({ "alg": "HS256", "kid": "k" }), &good(json!({})))),
        ("an access token",   signer.sign(json!({ "alg": "EdDSA", "kid": "k", "typ": "at+jwt" }), &good(json!({})))),
        ("a proof",           signer.sign(json!({ "alg": "EdDSA", "kid": "k", "typ": "dpop+jwt" }), &good(json!({})))),
        ("other client",      signer.assert(&other, json!({ "iss": client }))),
        ("other issuer",      signer.assert(&client, json!({ "iss": other }))),
        ("other audience",    signer.assert(&client, json!({ "aud": "https://other.example" }))),
        ("a second audience", signer.assert(&client, json!({ "aud": [ISSUER, "https://other.example"] }))),
        ("expired",           signer.assert(&client, json!({ "exp": NOW - 31 }))),
        ("a year",            signer.assert(&client, json!({ "exp": NOW + 31_536_000 }))),
        ("no exp",            signer.sign(header.clone(), &json!({ "iss": client, "sub": client, "aud": ISSUER, "jti": "1" }))),
        ("no jti",            signer.sign(header.clone(), &json!({ "iss": client, "sub": client, "aud": ISSUER, "exp": NOW + 60 }))),
        ("unknown client",    signer.assert("nobody", json!({}))),
        ("no JWT",            "x".to_owned()),
        ("huge",              signer.assert(&client, json!({ "x": "y".repeat(10_000) }))),
    ];
    for (name, assertion) in cases {
        let refused = proving(&world, &code, &assertion).await;
        assert_eq!(refused.status, 401, "{name}: {}", refused.body);
        refused.refuses(401, "invalid_client");
    }
    let none = redeem(&world, &code, &[("client_id", &client)]).await;
    none.refuses(401, "invalid_client"); // TK-01: no way down
    let secret = [("client_id", client.as_str()), ("client_secret", "x")];
    redeem(&world, &code, &secret)
        .await
        .refuses(401, "invalid_client");

    let assertion = signer.assert(&client, json!({}));
    let wrong_type = [
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        ),
        ("client_assertion", assertion.as_str()),
    ];
    redeem(&world, &code, &wrong_type)
        .await
        .refuses(401, "invalid_client");
    let someone_else = [
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion.as_str()),
        ("client_id", other.as_str()),
    ];
    redeem(&world, &code, &someone_else)
        .await
        .refuses(401, "invalid_client");
    assert_eq!(
        proving(&world, &code, &assertion).await.status,
        200,
        "unspent by all that"
    );
}

#[tokio::test]
async fn an_assertion_is_for_who_registered_a_key_alone() {
    let (world, signer) = (World::new().await, Signer::new());
    let public = world.client().await;
    let code = world.code(&public).await;
    let refused = proving(&world, &code, &signer.assert(&public, json!({}))).await;
    refused.refuses(401, "invalid_client");
}

#[tokio::test]
async fn of_many_uses_at_once_one_succeeds_and_none_after_a_restart() {
    let (world, signer) = (World::new().await, Signer::new());
    let client = registered(&world, &signer).await;
    let assertion = signer.assert(&client, json!({}));
    let tries = (0..20).map(|_| proving(&world, "no code", &assertion));
    let answers = futures_util::future::join_all(tries).await;
    let known = answers.iter().filter(|answer| answer.status == 400); // invalid_grant: it was let in
    assert_eq!(known.count(), 1); // TK-11
    let restarted = world.restarted().await;
    let again = proving(&restarted, "no code", &assertion).await;
    again.refuses(401, "invalid_client");
}

#[tokio::test]
async fn a_document_names_keys_inline_or_behind_an_address() {
    let (world, signer) = (World::new().await, Signer::new());
    let inline = Host::start().await;
    inline
        .says(json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": signer.set("k") }));
    let behind = Host::start().await;
    behind.says(json!({
        "token_endpoint_auth_method": null,
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "jwks_uri": behind.jwks_uri(),
    }));
    behind.answers_keys(Reply::Json(signer.set("k"), ""));
    for host in [inline, behind] {
        let client = host.client_id();
        let code = world.code(&client).await;
        let none = redeem(&world, &code, &[("client_id", &client)]).await;
        none.refuses(401, "invalid_client"); // TK-01
        let proven = proving(&world, &code, &signer.assert(&client, json!({}))).await;
        assert_eq!(proven.status, 200, "{}", proven.body);
    }
}

#[tokio::test]
async fn keys_behind_an_address_are_kept_renewed_and_outlive_a_host_that_is_down() {
    let (world, old, new) = (World::new().await, Signer::new(), Signer::new());
    let host = Host::start().await;
    host.says(
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": host.jwks_uri() }),
    );
    host.answers_keys(Reply::Json(old.set("k"), ""));
    let client = host.client_id();
    let known = async |signer: &Signer, kid: &str, jti: u32| {
        let seconds = world_now(&world);
        let claims = claims(
            &client,
            json!({ "jti": jti.to_string(), "exp": seconds + 60, "iat": seconds }),
        );
        let assertion = signer.sign(json!({ "alg": "EdDSA", "kid": kid }), &claims);
        proving(&world, "no code", &assertion).await.status == 400
    };
    assert!(known(&old, "k", 1).await);
    assert!(known(&old, "k", 2).await);
    assert_eq!(host.asked(), 2, "the document and the keys, once each");
    assert!(!known(&new, "k2", 3).await, "asked a moment ago");
    assert_eq!(host.asked(), 2);

    host.answers_keys(Reply::Json(new.set("k2"), ""));
    world.pass(Duration::from_secs(10));
    assert!(known(&new, "k2", 4).await, "a new key is looked up");
    assert!(!known(&old, "k", 5).await, "the old one is gone");

    host.answers_keys(Reply::Raw(
        "HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n".to_owned(),
    ));
    world.pass(Duration::from_secs(2 * 3600));
    assert!(known(&new, "k2", 6).await, "the host is down");

    // What its host takes away does not come back because the host is down afterwards.
    let none = json!({ "keys": [] });
    let gone = "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n".to_owned();
    let down = "HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n".to_owned();
    let withdrawn = [Reply::Json(none, ""), Reply::Raw(gone)];
    for (jti, reply) in (10..).step_by(10).zip(withdrawn) {
        host.answers_keys(Reply::Json(new.set("k2"), ""));
        world.pass(Duration::from_secs(2 * 3600));
        assert!(known(&new, "k2", jti).await);
        host.answers_keys(reply);
        world.pass(Duration::from_secs(2 * 3600));
        assert!(!known(&new, "k2", jti + 1).await);
        host.answers_keys(Reply::Raw(down.clone()));
        world.pass(Duration::from_secs(60));
        assert!(!known(&new, "k2", jti + 2).await);
    }
}

fn world_now(world: &World) -> i64 {
    doorward_core::clock::Clock::now(&*world.clock).seconds()
}
