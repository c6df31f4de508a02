//! Tokens that are bound to a key, from the login to the call (RFC 9449).

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use doorward_core::{dpop::Policy, secret::Digest};
use doorward_issuer::ClientCertificates;
use doorward_testkit::{
    client::{Client, Tokens},
    holder::Holder,
    http::{Answer, ask, post_form},
    world::World,
};
use http::Method;
use serde_json::{Value, json};

fn call() -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "add_note", "arguments": {}}})
}

struct Story {
    world: World,
    client: Client,
    holder: Holder,
    tokens: Tokens,
}

impl Story {
    async fn begin(world: World) -> Self {
        let client = Client::register(&world.router, "notes").await;
        let holder = Holder::new();
        let tokens = client.login_proving(&world, &holder).await;
        Self {
            world,
            client,
            holder,
            tokens,
        }
    }

    fn claims(&self) -> Value {
        let token = &self.tokens.access;
        self.holder
            .claims_with(&self.world, self.client.endpoint(), token)
    }

    async fn call(&self, proof: &str) -> Answer {
        let ask = self.client.proven(&self.tokens.access, proof, &call());
        ask.send(&self.world.router).await
    }

    async fn call_with(&self, claims: &Value) -> Answer {
        self.call(&self.holder.sign(claims)).await
    }
}

fn assert_unproven(answer: &Answer, error: &str) {
    assert_eq!(answer.status, 401, "{}", answer.text());
    let challenge = answer.header("www-authenticate");
    let expected = format!("DPoP error=\"{error}\"");
    assert!(challenge.starts_with(&expected), "{challenge}");
}

#[tokio::test]
async fn a_bound_token_calls_with_a_new_proof_each_time() {
    let story = Story::begin(World::new().await).await;
    let proof = story.holder.sign(&story.claims());
    assert_eq!(story.call(&proof).await.status, 200);
    assert_unproven(&story.call(&proof).await, "invalid_dpop_proof"); // TK-12
    assert_eq!(story.call_with(&story.claims()).await.status, 200);
    assert!(!story.world.upstream.saw(&proof), "X-022");
    assert!(!story.world.upstream.saw(&story.tokens.access), "GW-01");
}

#[tokio::test]
async fn a_stolen_bound_token_opens_nothing() {
    let story = Story::begin(World::new().await).await;
    let (world, client, token) = (&story.world, &story.client, &story.tokens.access);
    let as_bearer = client.message(token, &call()).send(&world.router).await;
    assert_unproven(&as_bearer, "invalid_token"); // X-021, TK-12
    let thief = Holder::new();
    let proof = thief.sign(&thief.claims_with(world, client.endpoint(), token));
    assert_unproven(&story.call(&proof).await, "invalid_dpop_proof");
    let unproven = story.call("").await;
    assert_unproven(&unproven, "invalid_dpop_proof");
    assert_eq!(world.upstream.count("tools/call"), 0);

    let records = world.audit().await;
    let refused = records
        .iter()
        .filter(|record| record["event"] == "mcp.refused");
    let reasons: Vec<_> = refused.map(|record| record["reason"].to_string()).collect();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    assert!(
        records
            .iter()
            .all(|record| !record.to_string().contains(&proof)),
        "AD-07"
    );
}

#[tokio::test]
async fn an_unbound_token_cannot_be_passed_off_as_a_bound_one() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let tokens = client.login(&world.router, &mut world.alice()).await;
    let holder = Holder::new();
    let claims = holder.claims_with(&world, client.endpoint(), &tokens.access);
    let proof = holder.sign(&claims);
    let ask = client.proven(&tokens.access, &proof, &call());
    assert_unproven(&ask.send(&world.router).await, "invalid_token");
    let answer = client.message(&tokens.access, &call()).send(&world.router);
    assert_eq!(answer.await.status, 200);
}

// RFC 9449 section 4.3, RFC 8705 section 5, X-019
#[tokio::test]
async fn a_proof_for_the_address_where_certificates_are_asked_for_counts() {
    for (alias, expected) in [
        (Some("https://mcp.example:8443"), 200),
        (Some("https://mcp.example:8444"), 401),
        (None, 401),
    ] {
        let mut world = World::new().await;
        world.client_certificates = Some(ClientCertificates {
            alias: alias.map(str::to_owned),
            ..ClientCertificates::default()
        });
        world.restart().await;
        let story = Story::begin(world).await;
        let mut claims = story.claims();
        assert_eq!(story.call_with(&claims).await.status, 200, "as always");
        let mut claims_elsewhere = story.claims();
        claims["jti"] = claims_elsewhere["jti"].take();
        claims["htu"] = json!("https://mcp.example:8443/mcp/notes");
        let answer = story.call_with(&claims).await;
        assert_eq!(answer.status, expected, "{alias:?}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_proof_is_for_one_method_one_url_one_time_one_body() {
    let story = Story::begin(World::new().await).await;
    let with = |name: &str, value: Value| {
        let mut claims = story.claims();
        claims[name] = value;
        claims
    };
    let digest = |body: &str| {
        let digest = STANDARD.encode(Digest::of(body).as_bytes());
        json!(format!("sha-256=:{digest}:"))
    };
    let now = story.claims()["iat"].as_i64().expect("seconds");
    //
    let cases = [
        with("htm", json!("GET")),
        with("htu", json!("http://127.0.0.1:8080/mcp/other")),
        with("htu", json!("http://evil.example/mcp/notes")),
        with("iat", json!(now - 301)),
        with("iat", json!(now + 301)),
        with(
            "ath",
            json!(URL_SAFE_NO_PAD.encode(Digest::of("other").as_bytes())),
        ),
        with("content_digest", digest("another body")),
    ];
    for claims in cases {
        assert_unproven(&story.call_with(&claims).await, "invalid_dpop_proof");
    }
    let whole = with("content_digest", digest(&call().to_string()));
    assert_eq!(story.call_with(&whole).await.status, 200);
    assert_eq!(story.world.upstream.count("tools/call"), 1);
}

#[tokio::test]
async fn one_nonce_serves_issuer_and_gateway_and_outlives_a_restart() {
    let mut world = World::new().await;
    world.dpop_nonces = true;
    world.restart().await;
    let client = Client::register(&world.router, "notes").await;
    let holder = Holder::new();
    let code = client.code(&world.router, &mut world.alice(), &[]).await;
    let first = holder.at_token_endpoint(&world, client.redeem(&code));
    let answer = first.send(&world.router).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["error"].as_str()),
        (400, Some("use_dpop_nonce"))
    );
    let nonce = answer.header("dpop-nonce").to_owned();

    let mut claims = holder.claims(&world, "POST", "/token");
    claims["nonce"] = json!(nonce);
    let second = client.redeem(&code).header("dpop", &holder.sign(&claims));
    let tokens = Tokens::of(&second.send(&world.router).await);
    world.restart().await;
    let story = Story {
        world,
        client,
        holder,
        tokens,
    };
    let without = story.call_with(&story.claims()).await;
    assert_unproven(&without, "use_dpop_nonce");
    assert_eq!(without.header("dpop-nonce"), nonce);
    let mut claims = story.claims();
    claims["nonce"] = json!(nonce);
    assert_eq!(story.call_with(&claims).await.status, 200);
}

#[tokio::test]
async fn a_server_may_take_bound_tokens_only_and_says_so() {
    let mut world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let metadata = client.discover(&world.router).await;
    assert!(metadata.get("dpop_bound_access_tokens_required").is_none());
    assert_eq!(
        metadata["dpop_signing_alg_values_supported"],
        json!(["ES256", "EdDSA", "Ed25519", "RS256"])
    );
    world.dpop = Policy::Required;
    world.restart().await;
    let metadata = client.discover(&world.router).await;
    assert_eq!(metadata["dpop_bound_access_tokens_required"], true);
    let plain = client.login(&world.router, &mut world.alice()).await;
    let answer = client.message(&plain.access, &call()).send(&world.router);
    assert_unproven(&answer.await, "invalid_token");
    let story = Story::begin(world).await;
    assert_eq!(story.call_with(&story.claims()).await.status, 200);
}

#[tokio::test]
async fn without_a_token_both_kinds_are_offered_and_pages_may_send_proofs() {
    let world = World::new().await;
    let answer = ask(Method::POST, "/mcp/notes").send(&world.router).await;
    let lines = answer.headers.get_all("www-authenticate").iter();
    let lines: Vec<_> = lines.map(|line| line.to_str().expect("ASCII")).collect();
    let [bearer, dpop] = *lines else {
        unreachable!("two challenges: {lines:?}")
    };
    assert!(bearer.starts_with("Bearer resource_metadata="));
    assert!(dpop.starts_with("DPoP resource_metadata="));
    let preflight = ask(Method::OPTIONS, "/mcp/notes").header("origin", "http://localhost:6274");
    let preflight = preflight.send(&world.router).await;
    assert!(
        preflight
            .header("access-control-allow-headers")
            .contains("dpop")
    );
    assert!(
        preflight
            .header("access-control-expose-headers")
            .contains("dpop-nonce")
    );
}

#[tokio::test]
async fn giving_up_a_bound_token_works_at_the_next_call() {
    let story = Story::begin(World::new().await).await;
    assert_eq!(story.call_with(&story.claims()).await.status, 200);
    let form = [
        ("token", &*story.tokens.access),
        ("client_id", &*story.client.id),
    ];
    let revoked = post_form("/revoke", &form).send(&story.world.router).await;
    assert_eq!(revoked.status, 200);
    let answer = story.call_with(&story.claims()).await;
    assert_unproven(&answer, "invalid_token"); // A-078, TK-18
}
