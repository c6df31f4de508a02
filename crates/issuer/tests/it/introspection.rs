//! RFC 7662 and RFC 9701: whether a token is good, for whom it concerns.

use std::time::Duration;

use doorward_core::id::ClientId;
use http::Method;
use serde_json::{Value, json};

use crate::{
    holder::Holder,
    world::{
        Answer, CALLBACK, FILES, ISSUER, Tokens, VERIFIER, World, claims, config, form, request,
    },
};

/// A confidential client: its identifier and secret.
struct Confidential(String, String);

impl Confidential {
    async fn register(world: &World, name: &str) -> Self {
        let document = json!({
            "client_name": name,
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "client_secret_post",
        });
        let registered = world.register(&document).await.json();
        let text = |name: &str| registered[name].as_str().expect("text").to_owned();
        Self(text("client_id"), text("client_secret"))
    }

    fn pairs<'a>(&'a self, token: &'a str) -> [(&'a str, &'a str); 3] {
        [
            ("client_id", &self.0),
            ("client_secret", &self.1),
            ("token", token),
        ]
    }

    async fn ask(&self, world: &World, token: &str) -> Value {
        let answer = world.post("/introspect", &self.pairs(token)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.json()
    }

    async fn login(&self, world: &World) -> Tokens {
        let code = world.code(&self.0).await;
        let pairs = [
            ("grant_type", "authorization_code"),
            ("client_id", &*self.0),
            ("client_secret", &*self.1),
            ("code", &*code),
            ("code_verifier", VERIFIER),
        ];
        world.post("/token", &pairs).await.tokens()
    }
}

fn inactive() -> Value {
    json!({ "active": false })
}

/// `files` has a resource server of its own, which is registered here.
async fn with_resource_server() -> (World, Confidential) {
    let world = World::new().await;
    let server = Confidential::register(&world, "Resource server").await;
    let mut changed = config(ISSUER, &["files"]);
    for published in &mut changed.servers {
        published.resource_servers = vec![ClientId::from_known(&server.0)];
    }
    world.issuer.reconfigure(changed);
    (world, server)
}

#[tokio::test]
async fn a_client_learns_about_its_own_tokens() {
    let world = World::new().await;
    let client = Confidential::register(&world, "Own").await;
    let tokens = client.login(&world).await;
    let said = claims(&tokens.access);
    let access = client.ask(&world, &tokens.access).await;
    let expected = json!({
        "active": true,
        "scope": "mcp:read mcp:write",
        "client_id": client.0,
        "username": "alice",
        "token_type": "Bearer",
        "exp": said["exp"],
        "iat": said["iat"],
        "sub": said["sub"],
        "aud": FILES,
        "iss": ISSUER,
        "jti": said["jti"],
        "auth_time": said["auth_time"],
        "acr": "urn:doorward:acr:password", // RFC 9470 section 6.2
        "amr": ["pwd"],
    });
    assert_eq!(access, expected);
    let refresh = client.ask(&world, &tokens.refresh).await;
    assert_eq!(refresh["active"], true);
    assert_eq!(refresh["client_id"], json!(client.0));
    assert_eq!(refresh["aud"], FILES);
    assert!(refresh.get("token_type").is_none());
}

#[tokio::test]
async fn a_tool_that_was_not_told_the_name_does_not_learn_it_here() {
    let world = World::new().await;
    let client = Confidential::register(&world, "Tool").await;
    let person = world.signed_in("alice").await;
    let userinfo = crate::openid::USERINFO;
    for (scope, resource, name) in [
        ("openid", userinfo, Value::Null),
        ("openid profile", userinfo, json!("alice")),
        ("openid", FILES, json!("alice")), // servers know who calls
    ] {
        let request = crate::openid::who(&client.0, scope).set("resource", resource);
        let code = person.allow(&world, &request).await.parameter("code");
        let pairs = [
            ("grant_type", "authorization_code"),
            ("client_id", &*client.0),
            ("client_secret", &*client.1),
            ("code", &*code),
            ("code_verifier", VERIFIER),
        ];
        let tokens = world.post("/token", &pairs).await.tokens();
        for token in [&tokens.access, &tokens.refresh] {
            let said = client.ask(&world, token).await;
            assert_eq!(said["active"], true);
            assert_eq!(said["username"], name, "{scope} at {resource}");
        }
    }
}

#[tokio::test]
async fn nothing_is_called_revoked_while_nobody_knows() {
    let world = World::new().await;
    let client = Confidential::register(&world, "Own").await;
    let tokens = client.login(&world).await;
    world.revocations.suspend();
    let pairs = client.pairs(&tokens.access);
    let unsure = world.post("/introspect", &pairs).await;
    unsure.refuses(503, "temporarily_unavailable"); // TK-18
    assert_ne!(unsure.header("retry-after"), "");
    assert_eq!(client.ask(&world, "unknown").await, inactive());
    world.revocations.resume();
    assert_eq!(client.ask(&world, &tokens.access).await["active"], true);

    world.revocations.suspend();
    let revoked = world.post("/revoke", &pairs).await;
    assert_eq!(revoked.status, 200, "it is revoked all the same");
    world.revocations.resume();
    assert_eq!(client.ask(&world, &tokens.access).await, inactive());
}

#[tokio::test]
async fn a_resource_server_learns_about_access_tokens_for_its_own_server() {
    let (world, server) = with_resource_server().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    let access = server.ask(&world, &tokens.access).await;
    assert_eq!(access["active"], true);
    assert_eq!(access["client_id"], json!(client));
    assert_eq!(
        server.ask(&world, &tokens.refresh).await,
        inactive(),
        "it never meets one"
    );
}

#[tokio::test]
async fn whoever_it_does_not_concern_cannot_tell_that_a_token_exists() {
    let (world, server) = with_resource_server().await;
    let stranger = Confidential::register(&world, "Stranger").await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    for token in [&tokens.access, &tokens.refresh] {
        assert_eq!(stranger.ask(&world, token).await, inactive(), "A-079");
    }
    world.issuer.reconfigure(config(ISSUER, &["files"]));
    let access = server.ask(&world, &tokens.access).await;
    assert_eq!(access, inactive(), "it is no resource server any more");
}

#[tokio::test]
async fn what_is_not_good_now_is_inactive_and_nothing_more() {
    let (world, server) = with_resource_server().await;
    let client = Confidential::register(&world, "Own").await;
    let (tokens, other) = (client.login(&world).await, client.login(&world).await);
    let code = world.code(&client.0).await;
    let foreign = World::new().await;
    let foreign = foreign.tokens(&foreign.client().await).await;
    let mut bent = tokens.access.clone();
    bent.replace_range(bent.len() - 4.., "AAAA");
    // TK-10, TK-14
    for (name, token) in [
        ("made up", "dwr_x"),
        ("a code", &code),
        ("a secret", &client.1),
        ("of another issuer", &foreign.access),
        ("of another signature", &bent),
    ] {
        for asking in [&client, &server] {
            assert_eq!(asking.ask(&world, token).await, inactive(), "{name}");
        }
    }
    let pairs = client.pairs(&other.access);
    assert_eq!(world.post("/revoke", &pairs).await.status, 200);
    assert_eq!(
        client.ask(&world, &other.access).await,
        inactive(),
        "revoked alone"
    );
    assert_eq!(client.ask(&world, &other.refresh).await["active"], true);
    let pairs = client.pairs(&other.refresh);
    assert_eq!(world.post("/revoke", &pairs).await.status, 200);
    assert_eq!(
        client.ask(&world, &other.refresh).await,
        inactive(),
        "revoked"
    );
    assert_eq!(client.ask(&world, &tokens.access).await["active"], true);
    world.pass(Duration::from_secs(600));
    assert_eq!(
        client.ask(&world, &tokens.access).await,
        inactive(),
        "expired"
    );
    assert_eq!(client.ask(&world, &tokens.refresh).await["active"], true);
}

#[tokio::test]
async fn only_who_proves_to_be_a_client_may_ask() {
    let world = World::new().await;
    let public = world.client().await;
    let client = Confidential::register(&world, "Own").await;
    let tokens = client.login(&world).await;
    let token = ("token", &*tokens.access);
    //
    #[rustfmt::skip]
    let cases = [
        ("nobody",         vec![token],                                                        401, "invalid_client"),
        ("a public client", vec![token, ("client_id", &public)],                               401, "invalid_client"),
        ("no secret",      vec![token, ("client_id", &client.0)],                              401, "invalid_client"),
        ("a wrong secret", vec![token, ("client_id", &client.0), ("client_secret", "x")],      401, "invalid_client"),
        ("no token",       vec![("client_id", &*client.0), ("client_secret", &*client.1)],     400, "invalid_request"),
        ("two tokens",     [&client.pairs(&tokens.access)[..], &[token]].concat(),             400, "invalid_request"),
    ];
    for (name, pairs, status, error) in cases {
        let answer = world.post("/introspect", &pairs).await;
        assert_eq!(answer.status.as_u16(), status, "{name}: {}", answer.body);
        answer.refuses(status, error);
    }
    let bearer = [("authorization", &*format!("Bearer {}", tokens.access))];
    let answer = world.post_with("/introspect", &bearer, &[token]).await;
    answer.refuses(401, "invalid_client");
    let in_query = format!("/introspect?token={}", tokens.access);
    let answer = world.post(&in_query, &client.pairs(&tokens.access)).await;
    answer.refuses(400, "invalid_request");
    let answer = world.get("/introspect").await;
    assert_eq!(answer.status, 405);
    let records = world.audited().await;
    assert!(
        records.contains(&"token.introspect denied".to_owned()),
        "{records:?}"
    );
}

#[tokio::test]
async fn a_bound_token_says_to_which_key() {
    let (world, server) = with_resource_server().await;
    let (client, holder) = (world.client().await, Holder::new());
    let code = world.code(&client).await;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", &*client),
        ("code", &*code),
        ("code_verifier", VERIFIER),
    ];
    let proof = holder.proof(&world);
    let tokens = world
        .post_with("/token", &[("dpop", &proof)], &pairs)
        .await
        .tokens();
    let access = server.ask(&world, &tokens.access).await;
    assert_eq!(access["token_type"], "DPoP");
    assert_eq!(access["cnf"], json!({ "jkt": holder.thumbprint() }));
}

async fn ask_signed(world: &World, client: &Confidential, token: &str) -> Answer {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "application/token-introspection+jwt"),
    ];
    let body = form(&client.pairs(token));
    world
        .send(request(Method::POST, "/introspect", &headers, body))
        .await
}

#[tokio::test]
async fn the_answer_is_signed_for_who_asks_so() {
    let (world, server) = with_resource_server().await;
    let tokens = world.tokens(&world.client().await).await;
    let answer = ask_signed(&world, &server, &tokens.access).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "application/token-introspection+jwt"
    );
    let said = claims(&answer.body);
    assert_eq!(said["iss"], ISSUER);
    assert_eq!(said["aud"], json!(server.0)); // RFC 9701 section 5
    assert_eq!(
        said["token_introspection"],
        server.ask(&world, &tokens.access).await
    );
    for member in ["sub", "exp", "active"] {
        assert!(
            said.get(member).is_none(),
            "{member} must not make it look like a token"
        );
    }
    let unknown = ask_signed(&world, &server, "unknown").await;
    assert_eq!(claims(&unknown.body)["token_introspection"], inactive());
    let pairs = server.pairs(&answer.body);
    let answer = world.post("/introspect", &pairs).await;
    assert_eq!(answer.json(), inactive(), "TK-10: the answer is no token");
}
