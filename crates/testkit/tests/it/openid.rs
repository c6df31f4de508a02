//! OpenID Connect beside MCP: who somebody is and what a server opens never meet in one token.

use doorward_testkit::{
    client::{Client, Tokens},
    corpus::{self, Fields, Installation, RealClient},
    http::{Answer, Ask, get, post_form},
    person::ORIGIN,
    world::World,
};
use serde_json::{Value, json};

fn ping() -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}})
}

/// Signs `alice` in to `client`, which wants to know who she is and nothing else.
async fn sign_in(world: &World, client: &Client) -> Answer {
    let path = client.authorize(&[("scope", "openid profile"), ("nonce", "n")]);
    let named = form_urlencoded::byte_serialize(client.resource.as_bytes());
    let named = format!("&resource={}", named.collect::<String>());
    let path = path.replace(&named, &format!("&resource={ORIGIN}/userinfo"));
    let answer = world.alice().decide(&world.router, &path, "Allow").await;
    let code = answer.parameter("code").expect("a code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", &client.id),
        ("code_verifier", &client.verifier),
    ];
    post_form("/token", &form).send(&world.router).await
}

fn userinfo(token: &str) -> Ask {
    get("/userinfo").bearer(token)
}

#[tokio::test]
async fn a_token_for_userinfo_opens_no_server_and_one_of_a_server_asks_nothing_there() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let answer = sign_in(&world, &client).await;
    let personal = Tokens::of(&answer);
    assert_eq!(personal.scope, "openid profile");
    let id_token = answer.json()["id_token"].as_str().expect("one").to_owned();

    let told = userinfo(&personal.access).send(&world.router).await;
    assert_eq!(told.json()["preferred_username"], "alice");
    for token in [&personal.access, &id_token] {
        let refused = client.message(token, &ping()).send(&world.router).await;
        assert_eq!(refused.status, 401); // R-021, TK-10
        let challenge = refused.header("www-authenticate");
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    }
    assert!(world.upstream.arrivals().is_empty(), "nothing got through");

    let code = client
        .code(
            &world.router,
            &mut world.alice(),
            &[("scope", "mcp:read openid profile")],
        )
        .await;
    let answer = client.redeem(&code).send(&world.router).await;
    assert!(answer.json()["id_token"].is_string());
    let server = Tokens::of(&answer);
    let refused = userinfo(&server.access).send(&world.router).await;
    assert_eq!(refused.status, 401);
    let called = client
        .message(&server.access, &ping())
        .send(&world.router)
        .await;
    assert_eq!(called.status, 200, "{}", called.text());
}

/// The same request with the words that several clients add to their scopes.
fn by_habit(fields: Fields) -> Fields {
    const HABIT: &str = "openid profile email offline_access";
    let mut fields: Vec<(&'static str, &'static str)> = fields.to_vec();
    match fields.iter_mut().find(|(name, _)| *name == "scope") {
        Some((_, scope)) => *scope = Box::leak(format!("{scope} {HABIT}").into_boxed_str()),
        None => fields.push(("scope", HABIT)),
    }
    Box::leak(fields.into_boxed_slice())
}

#[tokio::test]
async fn every_client_that_adds_openid_by_habit_gets_in_as_without() {
    for client in corpus::all() {
        let client = RealClient {
            authorize: by_habit(client.authorize),
            ..client
        };
        let world = World::new().await;
        let mut copy = Installation::register(&client, &world.router, "/mcp/notes").await;
        let first = copy.log_in(&mut world.alice()).await;
        assert!(
            !first.scope.contains("openid"),
            "{}: {}",
            client.name,
            first.scope
        );
        assert_eq!(
            copy.list_tools(&first.access).await.status,
            200,
            "{}",
            client.name
        ); // interop 9
        let second = copy.refresh().await;
        assert_eq!(
            copy.list_tools(&second.access).await.status,
            200,
            "{}",
            client.name
        );
    }
}

#[tokio::test]
async fn mcp_remote_gets_in_when_nothing_tells_it_what_to_ask_for() {
    let client = corpus::mcp_remote::uninformed();
    let world = World::new().await;
    let mut copy = Installation::register(&client, &world.router, "/mcp/notes").await;
    let first = copy.log_in(&mut world.alice()).await;
    assert_eq!(first.scope, "mcp:read mcp:write"); // interop 9
    assert_eq!(copy.list_tools(&first.access).await.status, 200);
    let second = copy.refresh().await;
    assert_eq!(copy.list_tools(&second.access).await.status, 200);
}

#[tokio::test]
async fn the_documents_of_the_door_agree_about_userinfo() {
    let world = World::new().await;
    let metadata = get("/.well-known/openid-configuration")
        .send(&world.router)
        .await
        .json();
    assert_eq!(metadata["userinfo_endpoint"], format!("{ORIGIN}/userinfo"));
    let resource = get("/.well-known/oauth-protected-resource/mcp/notes");
    let scopes = &resource.send(&world.router).await.json()["scopes_supported"];
    assert_eq!(
        *scopes,
        json!(["mcp:read", "mcp:write"]),
        "servers ask nobody who they are"
    ); // interop 35
}
