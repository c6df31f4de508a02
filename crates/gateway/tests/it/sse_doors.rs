//! Who gets in at the addresses for HTTP+SSE of 2024-11-05.

use axum::body::Body;
use doorward_core::scope::ScopeSet;
use http::Method;

use crate::{
    programs::session_era,
    sse_clients::SseClient,
    world::{CANARY, PUBLIC, World, get, post, request},
};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

#[tokio::test]
async fn the_addresses_have_a_document_and_challenges_of_their_own() {
    // R-074
    // R-001, R-075, MD-02
    let world = World::new(session_era());
    let document = request(
        Method::GET,
        &format!("{WELL_KNOWN}/sse/files"),
        Body::empty(),
    );
    let document = world.send(document).await;
    assert_eq!(document.status, 200);
    assert_eq!(document.json()["resource"], format!("{PUBLIC}/sse/files"));
    let pointer = format!("{PUBLIC}{WELL_KNOWN}/sse/files");
    let streams = get("/sse/files").without("authorization");
    let posts = post("{}")
        .to("/sse/files/messages")
        .without("authorization");
    for ask in [streams, posts, get("/sse/files").token("unknown")] {
        let answer = world.send(ask).await;
        assert_eq!(answer.status, 401);
        assert!(
            answer.header("www-authenticate").contains(&pointer),
            "{answer:?}"
        );
    }
    let unknown = request(
        Method::GET,
        &format!("{WELL_KNOWN}/sse/mail"),
        Body::empty(),
    );
    assert_eq!(world.send(unknown).await.status, 404);
    assert_eq!(world.send(get("/sse/mail")).await.status, 404);
}

#[tokio::test]
async fn a_server_that_is_for_this_machine_is_for_nobody_else_here_either() {
    let world = World::with(session_era(), |config| {
        config.servers[0].exposure = doorward_gateway::Exposure::Local;
    });
    let document = format!("{WELL_KNOWN}/sse/files");
    let document = request(Method::GET, &document, Body::empty());
    let posts = post("{}").to("/sse/files/messages");
    for ask in [get("/sse/files"), posts, document] {
        assert_eq!(world.send(ask).await.status, 404);
    }
}

#[tokio::test]
async fn tokens_of_the_servers_address_count_and_those_of_another_server_do_not() {
    // R-075, GW-02
    let world = World::new(session_era());
    let baseline = ScopeSet::baseline();
    world.tokens.grant("alice", "other", "mail", &baseline);
    world
        .tokens
        .grant_at("alice", "own", "files", "sse", &baseline);
    for (token, status) in [(CANARY, 200), ("own", 200), ("other", 401)] {
        let answer = world.open(get("/sse/files").token(token)).await;
        assert_eq!(answer.status(), status, "{token}");
    }
    let there = world.send(post("{}").token("own")).await;
    assert_eq!(there.status, 401, "its own address is no other's");
}

#[tokio::test]
async fn only_the_methods_and_types_of_the_transport_are_taken() {
    // GW-23, GW-24, R-027, R-073
    let world = World::new(session_era());
    let client = SseClient::open(&world).await;
    for (ask, status) in [
        (post("{}").to("/sse/files"), 405),
        (get("/sse/files/messages"), 405),
        (get("/sse/files").with("accept", "application/json"), 406),
        (
            get("/sse/files").with("origin", "https://evil.example"),
            403,
        ),
        (client.post("{}").with("content-type", "text/plain"), 415),
        (client.post("{}").without("authorization"), 401),
        (client.post("{}"), 400),
        (client.post("[]"), 400),
        (post("{}").to("/sse/files/messages"), 404),
        (post("{}").to("/sse/files/messages?session_id=guessed"), 404),
    ] {
        assert_eq!(world.send(ask).await.status, status);
    }
}

#[tokio::test]
async fn a_session_is_its_owners_and_ends_with_its_stream() {
    // R-060, R-073, GW-15
    let world = World::new(session_era());
    world
        .tokens
        .grant("bob", "bobs", "files", &ScopeSet::baseline());
    let client = SseClient::open(&world).await;
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let theirs = world.send(client.post(ping).token("bobs")).await;
    let unknown = world
        .send(client.post(ping).to("/sse/files/messages?session_id=x"))
        .await;
    assert_eq!((theirs.status.as_u16(), &theirs.body), (404, &unknown.body));
    assert_eq!(world.send(client.post(ping)).await.status, 202);
    let again = client.post(ping);
    drop(client);
    assert_eq!(world.send(again).await.status, 404);
}

#[tokio::test]
async fn a_stream_lasts_as_long_as_tokens_come_and_ends_with_the_last() {
    // R-026, TK-18
    let world = World::new(session_era());
    let mut client = SseClient::open(&world).await;
    world.clock.advance(500);
    world.tokens.grant_until("alice", "newer", "files", 2_200);
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    assert_eq!(
        world.send(client.post(ping).token("newer")).await.status,
        202
    );
    assert_eq!(client.next().await.expect("open")["id"], 1);
    world.clock.advance(200);
    crate::world::pass(std::time::Duration::from_secs(2)).await;
    assert_eq!(
        world.send(client.post(ping).token("newer")).await.status,
        202
    );
    assert_eq!(client.next().await.expect("still open")["id"], 1);
    world.tokens.revoke("newer");
    crate::world::pass(std::time::Duration::from_secs(2)).await;
    assert_eq!(client.next().await, None);
}
