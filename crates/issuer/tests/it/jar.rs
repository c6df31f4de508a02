//! RFC 9101: requests that their client signed, and clients that send no others.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    holder::Holder,
    world::{
        Answer, AuthorizeRequest, CALLBACK, CHALLENGE, FILES, ISSUER, Person, VERIFIER, World,
        claims,
    },
};

const NOW: i64 = 1_800_000_000;
const TYPE: &str = "oauth-authz-req+jwt";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client and its key.
struct Signer {
    key: Ed25519KeyPair,
    client: String,
}

impl Signer {
    async fn registered(world: &World, more: Value) -> Self {
        let key = Ed25519KeyPair::generate().expect("a key");
        let x = URL_SAFE_NO_PAD.encode(key.public_key());
        let mut document = json!({
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x}]},
        });
        for (name, value) in more.as_object().expect("an object") {
            document[name] = value.clone();
        }
        let answer = world.register(&document).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let registered = answer.json();
        for (name, value) in more.as_object().expect("an object") {
            assert_eq!(registered[name], *value, "{name} is told back");
        }
        let client = registered["client_id"].as_str().expect("text").to_owned();
        Self { key, client }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// A good request object with some claims changed.
    fn object(&self, changes: &Value) -> String {
        let mut claims = json!({
            "iss": self.client, "client_id": self.client, "aud": ISSUER, "exp": NOW + 60, "jti": "1",
            "response_type": "code", "redirect_uri": CALLBACK, "state": "inner", "scope": "mcp:read",
            "code_challenge": CHALLENGE, "code_challenge_method": "S256", "resource": [FILES],
        });
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        self.sign(&json!({"alg": "EdDSA", "typ": TYPE, "kid": "k"}), &claims)
    }

    /// What proves at `/token` and `/par` who is asking.
    fn proof(&self, jti: &str) -> String {
        let claims = json!({
            "iss": self.client, "sub": self.client, "aud": ISSUER, "exp": NOW + 60, "jti": jti,
        });
        self.sign(&json!({"alg": "EdDSA", "kid": "k"}), &claims)
    }

    fn asking(&self, object: &str) -> AuthorizeRequest {
        AuthorizeRequest::bare(&[("client_id", &self.client), ("request", object)])
    }

    async fn push(&self, world: &World, jti: &str, more: &[(&str, &str)]) -> Answer {
        let proof = self.proof(jti);
        let mut pairs = vec![
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", &proof),
        ];
        pairs.extend_from_slice(more);
        world.post("/par", &pairs).await
    }
}

// A-081
#[tokio::test]
async fn what_is_signed_is_what_is_asked_and_nothing_beside_it_counts() {
    let world = World::new().await;
    let signer = Signer::registered(&world, json!({})).await;
    let request = signer
        .asking(&signer.object(&json!({})))
        .set("scope", "mcp:write")
        .set("state", "outer")
        .set("redirect_uri", "https://evil.example/cb")
        .set("resource", "https://mcp.example/mcp/x");
    let answer = world.signed_in("alice").await.allow(&world, &request).await;
    assert!(
        answer.location().starts_with(CALLBACK),
        "{}",
        answer.location()
    );
    assert_eq!(answer.parameter("state"), "inner");
    let (code, proof) = (answer.parameter("code"), signer.proof("token"));
    let redeemed = world
        .post(
            "/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("code_verifier", VERIFIER),
                ("client_assertion_type", JWT_BEARER),
                ("client_assertion", &proof),
            ],
        )
        .await;
    assert_eq!(claims(&redeemed.tokens().access)["scope"], "mcp:read");
}

// AZ-16, A-081
#[tokio::test]
async fn an_object_is_used_once_by_whoever_is_first() {
    let world = Arc::new(World::new().await);
    let signer = Signer::registered(&world, json!({})).await;
    let path = signer.asking(&signer.object(&json!({}))).path();
    let mut all = JoinSet::new();
    for _ in 0..20 {
        let (world, path) = (Arc::clone(&world), path.clone());
        all.spawn(async move { world.get(&path).await.status.as_u16() });
    }
    let statuses = all.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1);
    let world = world.restarted().await;
    let again = world.get(&path).await;
    assert_eq!(again.status, 400, "a restart does not renew it");
    assert!(again.shows("used before"), "{}", again.body);
    let other = signer.asking(&signer.object(&json!({"jti": "2"})));
    assert_eq!(world.get(&other.path()).await.status, 303);
}

// AZ-16, A-081
#[tokio::test]
async fn what_is_not_signed_for_this_request_is_refused() {
    let world = World::new().await;
    let signer = Signer::registered(&world, json!({})).await;
    let stranger = Signer::registered(&world, json!({"client_name": "Other"})).await;
    let good = signer.object(&json!({}));
    let payload = good.split('.').nth(1).expect("a payload");
    let none = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "typ": TYPE}).to_string());
    let header = json!({"alg": "EdDSA", "kid": "k"});
    let (id, other) = (signer.client.as_str(), stranger.client.as_str());
    #[rustfmt::skip]
    let cases = [
        ("unsigned",              signer.asking(&format!("{none}.{payload}."))),
        ("no JWT",                signer.asking("e30.e30.")),
        ("an assertion, no typ",  signer.asking(&signer.sign(&header, &json!({"client_id": id})))),
        ("by another client",     signer.asking(&stranger.object(&json!({"iss": id, "client_id": id})))),
        ("of another client",     signer.asking(&signer.object(&json!({"client_id": other})))),
        ("for another issuer",    signer.asking(&signer.object(&json!({"aud": "https://other.example"})))),
        ("expired",               signer.asking(&signer.object(&json!({"exp": NOW})))),
        ("request_uri within",    signer.asking(&signer.object(&json!({"request_uri": "https://x.example"})))),
    ];
    for (name, request) in cases {
        let page = Person::default().get(&world, &request.path()).await;
        assert_eq!(
            (page.status.as_u16(), page.location()),
            (400, String::new()),
            "{name}"
        );
        let told = request.set("redirect_uri", CALLBACK).set("state", "outer");
        let page = Person::default().get(&world, &told.path()).await;
        assert!(
            page.shows("error=invalid_request_object"),
            "{name}: {}",
            page.body
        );
        assert!(page.shows("state=outer"), "{name}");
    }
    let both = signer.asking(&good).set("redirect_uri", CALLBACK);
    for uri in ["https://x.example/r", "urn:ietf:params:oauth:request_uri:x"] {
        let page = Person::default()
            .get(&world, &both.clone().set("request_uri", uri).path())
            .await;
        assert!(
            page.shows("error=invalid_request&amp;"),
            "{uri}: {}",
            page.body
        );
    }
    let first = Person::default().get(&world, &both.path()).await;
    assert_eq!(first.status, 303, "refusals cost no object its use");
}

#[tokio::test]
async fn a_signed_request_can_be_pushed_too() {
    let world = World::new().await;
    let signer = Signer::registered(&world, json!({})).await;
    let object = signer.object(&json!({}));
    let pushed = signer.push(&world, "a", &[("request", &object)]).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let uri = pushed.json()["request_uri"]
        .as_str()
        .expect("text")
        .to_owned();
    let request = AuthorizeRequest::bare(&[("client_id", &signer.client), ("request_uri", &uri)]);
    let answer = world.signed_in("alice").await.allow(&world, &request).await;
    assert_eq!(answer.parameter("state"), "inner");

    let again = signer.push(&world, "b", &[("request", &object)]).await;
    again.refuses(400, "invalid_request_object");
    let wrong = signer.object(&json!({"jti": "2", "scope": "admin"}));
    let wrong = signer.push(&world, "c", &[("request", &wrong)]).await;
    wrong.refuses(400, "invalid_scope");
}

#[tokio::test]
async fn who_registered_to_push_or_to_sign_sends_no_other_request() {
    let world = World::new().await;
    let told = |request: AuthorizeRequest| {
        let request = request.set("redirect_uri", CALLBACK);
        let world = &world;
        async move { Person::default().get(world, &request.path()).await }
    };
    let pushing = json!({"require_pushed_authorization_requests": true});
    let pushing = Signer::registered(&world, pushing).await;
    for request in [
        AuthorizeRequest::new(&pushing.client),
        pushing.asking(&pushing.object(&json!({}))),
    ] {
        let page = told(request).await;
        assert!(page.shows("error=invalid_request&amp;"), "{}", page.body); // A-080
    }
    let plain = AuthorizeRequest::new(&pushing.client);
    let pushed = pushing.push(&world, "a", &plain.pairs()).await;
    let uri = pushed.json()["request_uri"]
        .as_str()
        .expect("text")
        .to_owned();
    let pairs = [
        ("client_id", pushing.client.as_str()),
        ("request_uri", &uri),
    ];
    let begun = world.get(&AuthorizeRequest::bare(&pairs).path()).await;
    assert!(begun.location().starts_with("/login"), "{}", begun.body);

    let signing = Signer::registered(&world, json!({"require_signed_request_object": true})).await;
    let plain = AuthorizeRequest::new(&signing.client);
    let page = told(plain.clone()).await;
    assert!(page.shows("error=invalid_request&amp;"), "{}", page.body); // A-081
    let unsigned = signing.push(&world, "b", &plain.pairs()).await;
    unsigned.refuses(400, "invalid_request");
    let signed = signing.asking(&signing.object(&json!({})));
    let begun = world.get(&signed.path()).await;
    assert!(begun.location().starts_with("/login"), "{}", begun.body);
    let object = signing.object(&json!({"jti": "2"}));
    let pushed = signing.push(&world, "c", &[("request", &object)]).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
}

// A-081: whichever way the client authenticates, its registered keys sign its requests
#[tokio::test]
async fn a_client_that_proves_no_key_signs_its_requests_all_the_same() {
    let world = World::new().await;
    for method in ["none", "client_secret_basic", "client_secret_post"] {
        let signer = json!({"token_endpoint_auth_method": method});
        let signer = Signer::registered(&world, signer).await;
        let request = signer
            .asking(&signer.object(&json!({})))
            .set("state", "outer");
        let answer = world.signed_in("alice").await.allow(&world, &request).await;
        assert_eq!(answer.parameter("state"), "inner", "{method}");
        let again = world.get(&request.path()).await;
        assert!(again.shows("used before"), "{method}: {}", again.body);
        let stranger = Signer::registered(&world, json!({"client_name": method})).await;
        let id = signer.client.as_str();
        let forged = stranger.object(&json!({"iss": id, "client_id": id, "jti": "2"}));
        let page = signer.asking(&forged).set("redirect_uri", CALLBACK);
        let page = Person::default().get(&world, &page.path()).await;
        assert!(
            page.shows("error=invalid_request_object"),
            "{method}: {}",
            page.body
        );
    }
}

#[tokio::test]
async fn a_public_client_pushes_what_it_signed() {
    let world = World::new().await;
    let signed_only = json!({
        "token_endpoint_auth_method": "none", "require_signed_request_object": true,
    });
    let signer = Signer::registered(&world, signed_only).await;
    let client = ("client_id", signer.client.as_str());
    let plain = AuthorizeRequest::new(&signer.client);
    world
        .post("/par", &plain.pairs())
        .await
        .refuses(400, "invalid_request");
    let object = signer.object(&json!({}));
    let pushed = world.post("/par", &[client, ("request", &object)]).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
}

// DS-05
#[tokio::test]
async fn a_push_that_is_put_off_uses_nothing_up_and_one_that_is_signed_counts_once() {
    let world = World::new().await;
    let public = json!({ "token_endpoint_auth_method": "none" });
    let signer = Signer::registered(&world, public).await;
    let client = ("client_id", signer.client.as_str());
    let object = |number: u32| signer.object(&json!({ "jti": number.to_string() }));
    for number in 0..120 {
        let object = object(number);
        let pushed = world.post("/par", &[client, ("request", &object)]).await;
        assert_eq!(pushed.status, 201, "{number}: {}", pushed.body);
    }
    let (last, seen) = (object(120), object(0));
    let put_off = world.post("/par", &[client, ("request", &last)]).await;
    put_off.refuses(429, "temporarily_unavailable");
    world.pass(Duration::from_millis(500));
    let pushed = world.post("/par", &[client, ("request", &last)]).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let again = world.post("/par", &[client, ("request", &seen)]).await;
    again.refuses(400, "invalid_request_object"); // AZ-16
}

// AZ-09
#[tokio::test]
async fn an_object_whose_request_is_refused_is_good_for_a_request_that_is_right() {
    let world = World::new().await;
    let public = json!({ "token_endpoint_auth_method": "none" });
    let signer = Signer::registered(&world, public).await;
    let object = signer.object(&json!({ "dpop_jkt": "another key" }));
    let pairs = [("client_id", signer.client.as_str()), ("request", &object)];
    let holder = Holder::new();
    let proof = holder.sign(&holder.claims(&world, "/par"));
    let headers = [("dpop", proof.as_str())];
    let refused = world.post_with("/par", &headers, &pairs).await;
    refused.refuses(400, "invalid_dpop_proof");

    let (object, proof) = (signer.object(&json!({})), holder.claims(&world, "/par"));
    let pairs = [pairs[0], ("request", object.as_str())];
    let proof = holder.sign(&proof);
    let headers = [("dpop", proof.as_str())];
    let pushed = world.post_with("/par", &headers, &pairs).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let fresh = holder.sign(&holder.claims(&world, "/par"));
    let fresh = [("dpop", fresh.as_str())];
    let again = world.post_with("/par", &fresh, &pairs).await;
    again.refuses(400, "invalid_request_object"); // what is signed is used once
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_pushes_of_one_object_exactly_one_is_taken() {
    let world = Arc::new(World::new().await);
    let public = json!({ "token_endpoint_auth_method": "none" });
    let signer = Signer::registered(&world, public).await;
    let (client, object) = (signer.client.clone(), signer.object(&json!({})));
    let mut all = JoinSet::new();
    for _ in 0..50 {
        let (world, client, object) = (Arc::clone(&world), client.clone(), object.clone());
        all.spawn(async move {
            let pairs = [("client_id", client.as_str()), ("request", object.as_str())];
            let answer = world.post("/par", &pairs).await;
            if answer.status != 201 {
                answer.refuses(400, "invalid_request_object");
            }
            answer.status.as_u16()
        });
    }
    let statuses = all.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1); // AZ-16
}

// RFC 9101 section 10.5, TK-08
#[tokio::test]
async fn a_client_that_named_an_algorithm_signs_with_no_other() {
    let world = World::new().await;
    for (method, named, signs) in [
        ("none", "RS256", false),
        ("none", "EdDSA", true),
        ("private_key_jwt", "ES256", false),
        ("private_key_jwt", "EdDSA", true),
    ] {
        let rules = json!({
            "token_endpoint_auth_method": method, "request_object_signing_alg": named,
        });
        let signer = Signer::registered(&world, rules).await;
        let request = signer.asking(&signer.object(&json!({})));
        let answer = world.get(&request.path()).await;
        let begun = answer.status == 303 && answer.location().starts_with("/login");
        assert_eq!(begun, signs, "{method} {named}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_registration_that_could_never_sign_is_not_told_that_it_must() {
    let world = World::new().await;
    let keyless = json!({
        "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
        "require_signed_request_object": true,
    });
    world
        .register(&keyless)
        .await
        .refuses(400, "invalid_client_metadata");
    let encrypting = json!({
        "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
        "jwks": {"keys": [{"kty": "EC", "crv": "P-256", "use": "enc"}]},
    });
    let taken = world.register(&encrypting).await;
    assert_eq!(taken.status, 201, "{}", taken.body);
    assert!(taken.json().get("jwks").is_none(), "what is stored is told");
}

#[tokio::test]
async fn a_signed_nonce_counts_and_one_beside_it_does_not() {
    let world = World::new().await;
    let signer = Signer::registered(&world, json!({})).await;
    let who = json!({"scope": "openid", "resource": [], "nonce": "inner"});
    let request = signer.asking(&signer.object(&who)).set("nonce", "outer");
    let answer = world.signed_in("alice").await.allow(&world, &request).await;
    let (code, proof) = (answer.parameter("code"), signer.proof("token"));
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", &proof),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let redeemed = world.post("/token", &pairs).await.json();
    let told = claims(redeemed["id_token"].as_str().expect("an ID token"));
    assert_eq!(told["nonce"], "inner"); // A-081
}
