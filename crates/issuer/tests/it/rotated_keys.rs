//! Keys of a client behind its `jwks_uri` that are exchanged (A-073, ADR 0010).

use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::clock::Clock;
use serde_json::{Value, json};

use crate::{
    host::{Host, Reply},
    world::{Answer, AuthorizeRequest, ISSUER, Person, VERIFIER, World},
};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn redeeming(code: &str) -> [(&str, &str); 3] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", VERIFIER),
    ]
}

struct Key {
    kid: &'static str,
    pair: Ed25519KeyPair,
}

impl Key {
    fn new(kid: &'static str) -> Self {
        let pair = Ed25519KeyPair::generate().expect("a key");
        Self { kid, pair }
    }

    fn published(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.pair.public_key());
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": x })
    }
}

/// A client of a document whose keys are behind an address, and somebody who uses it.
struct Scene {
    world: World,
    host: Host,
    alice: Person,
}

impl Scene {
    async fn new(keys: &[&Key]) -> Self {
        let (world, host) = (World::new().await, Host::start().await);
        let uri = host.jwks_uri();
        host.says(json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": uri }));
        let alice = world.signed_in("alice").await;
        let scene = Self { world, host, alice };
        scene.publish(keys);
        scene
    }

    fn publish(&self, keys: &[&Key]) {
        let keys: Vec<Value> = keys.iter().map(|key| key.published()).collect();
        self.host
            .answers_keys(Reply::Json(json!({ "keys": keys }), ""));
        self.world.pass(Duration::from_secs(11)); // an unknown key may be looked up again
    }

    /// What proves the client with `key`.
    fn proof(&self, key: &Key, jti: &str) -> String {
        let (client, now) = (self.host.client_id(), self.world.clock.now().seconds());
        let claims = json!({
            "iss": client, "sub": client, "aud": ISSUER, "exp": now + 60, "jti": jti,
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({ "alg": "EdDSA", "kid": key.kid });
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = URL_SAFE_NO_PAD.encode(key.pair.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    async fn token(&self, key: &Key, jti: &str, more: &[(&str, &str)]) -> Answer {
        let proof = self.proof(key, jti);
        let mut pairs = vec![
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", proof.as_str()),
        ];
        pairs.extend_from_slice(more);
        self.world.post("/token", &pairs).await
    }

    async fn refresh(&self, key: &Key, jti: &str, token: &str) -> Answer {
        let more = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.token(key, jti, &more).await
    }

    /// Whether the client gets a code without a question.
    async fn is_remembered(&mut self) -> bool {
        let request = AuthorizeRequest::new(&self.host.client_id());
        let answer = self.alice.get(&self.world, &request.path()).await;
        let asked = answer.location().starts_with("/consent");
        assert_ne!(
            asked,
            answer.location().contains("code="),
            "{}",
            answer.body
        );
        !asked
    }

    async fn changes(&self) -> usize {
        let audited = self.world.audited().await;
        let changes = audited.iter().filter(|it| *it == "client.change allowed");
        changes.count()
    }
}

// A-073, AZ-09
#[tokio::test]
async fn a_code_that_was_issued_before_all_keys_were_replaced_is_void() {
    let [first, second] = ["1", "2"].map(Key::new);
    let mut scene = Scene::new(&[&first]).await;
    let request = AuthorizeRequest::new(&scene.host.client_id());
    let answer = scene.alice.allow(&scene.world, &request).await;
    let code = answer.parameter("code");
    let tokens = scene.token(&first, "a", &redeeming(&code)).await.tokens();

    let silent = scene.alice.get(&scene.world, &request.path()).await;
    let code = silent.parameter("code"); // nobody was asked
    scene.publish(&[&second]);
    let thief = scene.token(&second, "b", &redeeming(&code)).await;
    thief.refuses(400, "invalid_grant");
    assert!(!scene.is_remembered().await);

    let answer = scene.alice.allow(&scene.world, &request).await;
    let code = answer.parameter("code");
    let redeemed = scene.token(&second, "c", &redeeming(&code)).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body);
    let again = scene.refresh(&second, "d", &tokens.refresh).await;
    assert_eq!(again.status, 200, "nobody is logged out: {}", again.body);
}

#[tokio::test]
async fn a_code_that_was_issued_before_keys_were_rotated_is_good() {
    let [first, second] = ["1", "2"].map(Key::new);
    let mut scene = Scene::new(&[&first]).await;
    let request = AuthorizeRequest::new(&scene.host.client_id());
    let answer = scene.alice.allow(&scene.world, &request).await;
    let code = answer.parameter("code");
    scene.token(&first, "a", &redeeming(&code)).await.tokens();
    let silent = scene.alice.get(&scene.world, &request.path()).await;
    let code = silent.parameter("code");
    scene.publish(&[&first, &second]);
    let redeemed = scene.token(&second, "b", &redeeming(&code)).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body);
}

// A-073, RG-06
#[tokio::test]
async fn a_rotation_of_keys_keeps_approvals_and_a_replacement_voids_them() {
    let [first, second, third] = ["1", "2", "3"].map(Key::new);
    let mut scene = Scene::new(&[&first]).await;
    let request = AuthorizeRequest::new(&scene.host.client_id());
    let answer = scene.alice.allow(&scene.world, &request).await;
    let code = answer.parameter("code");
    let tokens = scene.token(&first, "a", &redeeming(&code)).await.tokens();
    assert!(scene.is_remembered().await);
    assert_eq!(scene.changes().await, 0, "seen for the first time");

    scene.publish(&[&first, &second]);
    let tokens = scene.refresh(&second, "b", &tokens.refresh).await.tokens();
    scene.publish(&[&second]);
    scene.world.pass(Duration::from_secs(3600)); // what was fetched is not fresh any more
    let tokens = scene.refresh(&second, "c", &tokens.refresh).await.tokens();
    assert!(scene.is_remembered().await, "some key was always the same");
    assert_eq!(scene.changes().await, 2, "each rotation is told");

    scene.publish(&[&third]);
    let again = scene.refresh(&third, "d", &tokens.refresh).await;
    assert_eq!(again.status, 200, "nobody is logged out: {}", again.body);
    assert!(!scene.is_remembered().await, "nothing of it was left");
    assert_eq!(scene.changes().await, 3);
}
