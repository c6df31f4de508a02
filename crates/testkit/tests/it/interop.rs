//! What broke real clients elsewhere and no single client shows (interop.md).

use std::{net::IpAddr, time::Duration};

use axum::{Extension, Router};
use doorward_core::{peer::Peer, permit::AllowList};
use doorward_testkit::{
    client::{Client, Tokens},
    corpus::{self, Installation},
    http::{get, post_form, post_json},
    person::ORIGIN,
    world::World,
};
use serde_json::json;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn from(router: &Router, address: &str) -> Router {
    let address: IpAddr = address.parse().expect("an address");
    router.clone().layer(Extension(Peer(address)))
}

// interop 8, 9
#[tokio::test]
async fn a_registration_without_a_scope_does_not_limit_what_may_be_asked_later() {
    let world = World::new().await;
    let client = corpus::claude_code::client();
    assert!(client.registration.get("scope").is_none());
    let mut copy = Installation::register(&client, &world.router, "/mcp/notes").await;
    let tokens = copy.log_in(&mut world.alice()).await;
    assert_eq!(tokens.scope, "mcp:read mcp:write");
}

// interop 14, 15
#[tokio::test]
async fn whoever_is_new_may_register_without_a_token_and_from_anywhere() {
    let world = World::new().await;
    let document = corpus::claude_ai::client().registration;
    for address in ["160.79.104.7", "203.0.113.9", "2001:db8::7"] {
        let stranger = from(&world.router, address);
        let ask = post_json("/register", &document).header("origin", "https://claude.ai");
        assert_eq!(ask.send(&stranger).await.status, 201, "{address}");
    }
}

// interop 16
#[tokio::test]
async fn a_client_that_registers_at_every_connect_stays_one_client() {
    let world = World::new().await;
    let document = corpus::vs_code::client().registration;
    for _ in 0..58 {
        let answer = post_json("/register", &document).send(&world.router).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let clients = world.administration.clients().await.expect("clients");
    assert_eq!(clients.len(), 1);
}

// interop 17
#[tokio::test]
async fn hosted_clients_of_many_people_may_register_from_one_address() {
    let world = World::new().await;
    let egress = from(&world.router, "160.79.104.7");
    let document = corpus::claude_ai::client().registration;
    for number in 1..=60 {
        let answer = post_json("/register", &document).send(&egress).await;
        assert_eq!(answer.status, 201, "{number}: {}", answer.text());
    }
    let crowded = post_json("/register", &document).send(&egress).await;
    assert_eq!(crowded.status, 429);
    assert_eq!(crowded.json()["error"], "temporarily_unavailable"); // interop 44
    let other = from(&world.router, "203.0.113.9");
    let answer = post_json("/register", &document).send(&other).await;
    assert_eq!(answer.status, 201, "nobody else waits");
}

// interop 18
#[tokio::test]
async fn a_forgotten_client_is_told_so_where_it_listens_and_comes_back() {
    let world = World::new().await;
    let client = corpus::typescript::client();
    let mut copy = Installation::register(&client, &world.router, "/mcp/notes").await;
    copy.learn("client_id", "of-a-server-that-was-here-before".to_owned());
    let page = get(&copy.authorization()).send(&world.router).await;
    assert_eq!((page.status.as_u16(), page.location()), (400, ""));
    assert!(page.text().contains("add it again"), "a page that explains");
    let refused = copy.token(client.refresh).await;
    let told = (refused.status.as_u16(), refused.json()["error"].clone());
    assert_eq!(told, (401, json!("invalid_client"))); // the SDK registers again on this
    let mut again = Installation::register(&client, &world.router, "/mcp/notes").await;
    again.log_in(&mut world.alice()).await;
}

// interop 28
#[tokio::test]
async fn the_endpoint_answers_with_and_without_a_trailing_slash() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let tokens = client.login(&world.router, &mut world.alice()).await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let slashed = Client {
        resource: format!("{}/", client.resource),
        ..client
    };
    let answer = slashed
        .message(&tokens.access, &list)
        .send(&world.router)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

// interop 32, 33
#[tokio::test]
async fn one_registration_is_good_for_every_server_and_each_token_for_one() {
    let servers = [
        ("notes", AllowList::default()),
        ("mail", AllowList::default()),
    ];
    let world = World::with(&servers, &[]).await;
    let notes = Client::register(&world.router, "notes").await;
    let mail = Client {
        resource: format!("{ORIGIN}/mcp/mail"),
        ..notes.clone()
    };
    let mut alice = world.alice();
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    for client in [&notes, &mail] {
        let named = client.discover(&world.router).await;
        assert_eq!(named["resource"], client.resource);
        let tokens = client.login(&world.router, &mut alice).await;
        let answer = client
            .message(&tokens.access, &list)
            .send(&world.router)
            .await;
        assert_eq!(answer.status, 200, "{}", client.resource);
    }
}

// interop 36
#[tokio::test]
async fn a_client_that_refreshes_instead_of_asking_loses_nothing_and_is_told_again() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let code = client
        .code(&world.router, &mut world.alice(), &[("scope", "mcp:read")])
        .await;
    let mut tokens = Tokens::of(&client.redeem(&code).send(&world.router).await);
    let write = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "delete_note", "arguments": {}}});
    for _ in 0..3 {
        let refused = client
            .message(&tokens.access, &write)
            .send(&world.router)
            .await;
        assert_eq!(refused.status, 403);
        let challenge = refused.header("www-authenticate");
        assert!(challenge.contains("scope=\"mcp:read mcp:write\""));
        let more = [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh.as_str()),
            ("client_id", client.id.as_str()),
            ("scope", "mcp:read mcp:write"),
        ];
        let refused = post_form("/token", &more).send(&world.router).await;
        assert_eq!(refused.json()["error"], "invalid_scope");
        tokens = Tokens::of(&client.refresh(&tokens.refresh).send(&world.router).await);
        assert_eq!(tokens.scope, "mcp:read");
    }
}

// interop 38
#[tokio::test]
async fn processes_that_share_a_refresh_token_and_use_it_together_all_stay_signed_in() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let first = client.login(&world.router, &mut world.alice()).await;
    let refresh = async |token: &str| client.refresh(token).send(&world.router).await;
    let (a, b, c) = tokio::join!(
        refresh(&first.refresh),
        refresh(&first.refresh),
        refresh(&first.refresh)
    );
    let next = Tokens::of(&a);
    for answer in [b, c] {
        assert_eq!(Tokens::of(&answer).refresh, next.refresh);
    }
    world.clock.advance(Duration::from_secs(59));
    assert_eq!(
        Tokens::of(&refresh(&first.refresh).await).refresh,
        next.refresh
    );
    Tokens::of(&refresh(&next.refresh).await);
}

// interop 39
#[tokio::test]
async fn the_last_seconds_of_a_grant_are_no_failure() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let mut tokens = client.login(&world.router, &mut world.alice()).await;
    for _ in 0..3 {
        world.clock.advance(29 * DAY);
        tokens = Tokens::of(&client.refresh(&tokens.refresh).send(&world.router).await);
    }
    world.clock.advance(3 * DAY - Duration::from_secs(2));
    let last = client.refresh(&tokens.refresh).send(&world.router).await;
    assert!(last.json()["expires_in"].as_i64().expect("seconds") >= 1);
    let tokens = Tokens::of(&last);
    world.clock.advance(Duration::from_secs(3));
    let over = client.refresh(&tokens.refresh).send(&world.router).await;
    let told = (over.status.as_u16(), over.json()["error"].clone());
    assert_eq!(told, (400, json!("invalid_grant")));
}

// interop 45
#[tokio::test]
async fn documents_come_as_they_are_whatever_encoding_is_offered() {
    let world = World::new().await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource/mcp/notes",
        "/jwks",
    ] {
        let answer = get(path)
            .header("accept-encoding", "gzip, deflate, br, zstd")
            .send(&world.router)
            .await;
        assert_eq!(answer.header("content-encoding"), "", "{path}");
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        assert!(answer.json().is_object(), "{path}");
    }
}

// interop 48, CO-08
#[tokio::test]
async fn a_local_program_that_passes_for_a_known_client_is_never_answered_without_asking() {
    let world = World::new().await;
    let client = corpus::claude_code::client();
    let mut honest = Installation::register(&client, &world.router, "/mcp/notes").await;
    let mut alice = world.alice();
    honest.log_in(&mut alice).await;
    let id = honest.fact("client_id").to_owned();
    let mut other = Installation::discover(&client, &world.router, "/mcp/notes").await;
    other.identify(&id);
    other.learn("redirect_uri", "http://localhost:6666/callback".to_owned());
    let ask = get(&other.authorization()).header("sec-fetch-site", "none");
    let begun = alice.visit(&world.router, ask).await;
    assert!(
        begun.location().starts_with("/consent?"),
        "{}",
        begun.location()
    );
    let page = alice.visit(&world.router, get(begun.location())).await;
    assert!(
        page.text()
            .contains("Any program on this computer can claim to be Claude Code")
    );
}
