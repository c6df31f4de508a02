//! Clients of 2024-11-05 in front of all servers.

use axum::body::Body;
use doorward_core::scope::ScopeSet;
use http::Method;
use serde_json::json;

use super::{ALICE, BOB, Member, member::at, names, offers, two, world};
use crate::{
    sse_clients::SseClient,
    world::{Ask, CANARY, PUBLIC, World, config, get, post, request, server},
};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

fn document(path: &str) -> Ask {
    request(Method::GET, &format!("{WELL_KNOWN}{path}"), Body::empty())
}

async fn begun(world: &World, token: &'static str) -> SseClient {
    let mut client = SseClient::open_at(world, "/sse", token).await;
    client.begin(world, "{}").await;
    client
}

#[tokio::test]
async fn an_old_client_uses_all_servers_on_one_stream() {
    // R-072, P-032, GW-20
    let (world, files, mail) = two().await;
    let mut client = begun(&world, ALICE).await;
    assert!(client.endpoint().starts_with("/sse?session_id="));
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    let list = client.ask(&world, list).await;
    let all = [
        "files_read_file",
        "files_write_file",
        "mail_read_mail",
        "mail_send",
    ];
    assert_eq!(names(&list, "tools", "name"), all);
    let call = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"files_read_file","arguments":{}}}"#;
    let called = client.ask(&world, call).await;
    assert_eq!(
        called["result"]["content"][0]["text"],
        r#"files "read_file""#
    );
    let none = call.replace("files_read_file", "none");
    assert_eq!(client.ask(&world, &none).await["error"]["code"], -32602);
    let each = || files.open() == 1 && mail.open() == 1;
    world.until("each is listened to", each).await;
    mail.say("notifications/tools/list_changed", json!({}));
    let changed = client.next().await.expect("open");
    assert_eq!(changed["method"], "notifications/tools/list_changed");
    let told = world.store.told();
    assert!(
        told.iter()
            .any(|(server, tool, _)| server == "files" && tool == "read_file")
    );
    drop(client);
    let gone = || {
        for member in [&files, &mail] {
            member.say("notifications/tools/list_changed", json!({}));
        }
        files.open() == 0 && mail.open() == 0
    };
    world.until("all is let go", gone).await;
}

#[tokio::test]
async fn the_address_has_a_document_and_challenges_of_its_own() {
    // R-001, R-074, R-075, MD-02
    let (world, ..) = two().await;
    let own = world.send(document("/sse")).await;
    assert_eq!(own.status, 200);
    assert_eq!(own.json()["resource"], format!("{PUBLIC}/sse"));
    let pointer = format!("{PUBLIC}{WELL_KNOWN}/sse\"");
    let streams = get("/sse").without("authorization");
    let posts = post("{}").to("/sse").without("authorization");
    for ask in [streams, posts, get("/sse").token("unknown")] {
        let answer = world.send(ask).await;
        assert_eq!(answer.status, 401);
        let challenge = answer.header("www-authenticate");
        assert!(challenge.contains(&pointer), "{challenge}");
    }
    let off = World::of(config(vec![server("files", at("http://127.0.0.1:9/"))]));
    for ask in [document("/sse"), get("/sse"), post("{}").to("/sse")] {
        assert_eq!(off.send(ask).await.status, 404);
    }
}

#[tokio::test]
async fn tokens_for_all_servers_count_and_those_for_one_do_not() {
    // R-075, GW-02
    let (world, ..) = two().await;
    let baseline = ScopeSet::baseline();
    world.tokens.grant_at("alice", "own", "*", "sse", &baseline);
    world.tokens.relocate("own", &format!("{PUBLIC}/sse"));
    world
        .tokens
        .grant_at("alice", "of-one", "files", "sse", &baseline);
    for (token, status) in [(ALICE, 200), ("own", 200), ("of-one", 401), (CANARY, 401)] {
        let answer = world.open(get("/sse").token(token)).await;
        assert_eq!(answer.status(), status, "{token}");
    }
    let there = post("{}").to("/mcp").token("own");
    assert_eq!(world.send(there).await.status, 401, "its own is no other's");
    let one = get("/sse/files").token(ALICE);
    assert_eq!(world.send(one).await.status, 401);
}

#[tokio::test]
async fn only_what_the_transport_has_is_taken_and_only_of_the_session_s_owner() {
    // GW-15, GW-23, GW-24, R-027, R-060, R-073
    let (world, ..) = two().await;
    let client = SseClient::open_at(&world, "/sse", ALICE).await;
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let usual = || get("/sse").token(ALICE);
    for (ask, status) in [
        (usual().verb(Method::DELETE), 405),
        (usual().with("accept", "application/json"), 406),
        (usual().with("origin", "https://evil.example"), 403),
        (
            client.post(ping).with("origin", "https://evil.example"),
            403,
        ),
        (client.post("{}").with("content-type", "text/plain"), 415),
        (client.post("{}").without("authorization"), 401),
        (client.post("{}"), 400),
        (client.post("[]"), 400),
        (client.post(ping).to("/sse"), 404),
        (client.post(ping).to("/sse?session_id=guessed"), 404),
        (
            client
                .post(ping)
                .to(&client.endpoint().replace("/sse?", "/mcp?")),
            400,
        ),
        (client.post(ping).token(BOB), 404),
        (client.post(ping), 202),
    ] {
        assert_eq!(world.send(ask).await.status, status);
    }
    let again = client.post(ping);
    drop(client);
    assert_eq!(
        world.send(again).await.status,
        404,
        "the stream is the session"
    );
}

#[tokio::test]
async fn what_one_server_wants_of_the_token_is_told_with_the_challenge_of_the_address() {
    // R-012, GW-13
    let (world, files, _mail) = two().await;
    world
        .tokens
        .grant_whole("alice", "reader", &ScopeSet::read_only());
    let client = begun(&world, "reader").await;
    let call = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"files_write_file","arguments":{}}}"#;
    let refused = world.send(client.post(call)).await;
    assert_eq!(refused.status, 403);
    let challenge = refused.header("www-authenticate");
    assert!(
        challenge.contains("oauth-protected-resource/sse\""),
        "{challenge}"
    );
    assert!(files.heard("tools/call").is_empty());
}

#[tokio::test]
async fn servers_of_this_machine_are_there_for_programs_here_alone() {
    let local = Member::start(offers("local", &["read_disk"])).await;
    let mut here = server("local", local.config());
    here.exposure = doorward_gateway::Exposure::Local;
    let alone = world(vec![here]);
    for ask in [get("/sse").token(ALICE), document("/sse")] {
        assert_eq!(alone.send(ask).await.status, 404);
    }
    let there = alone.open(get("/sse").token(ALICE).sent_here()).await;
    assert_eq!(there.status(), 200);
    // A server may be called as what follows other addresses.
    let files = Member::start(offers("files", &["read_file"])).await;
    let named = world(vec![server("messages", files.config())]);
    named
        .tokens
        .grant("alice", CANARY, "messages", &ScopeSet::baseline());
    let stream = named.open(get("/sse/messages")).await;
    assert_eq!(stream.status(), 200);
}
