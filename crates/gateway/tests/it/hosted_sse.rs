//! HTTP+SSE clients of 2024-11-05 in front of every kind of server.

use serde_json::json;

use crate::{
    era_servers::EraServer,
    programs::{session_era, stateless_era},
    sse_clients::SseClient,
    world::World,
};

const ALL: &str = r#"{"roots":{},"sampling":{}}"#;

fn request(id: u32, method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#)
}

#[tokio::test]
async fn a_program_with_sessions_is_called_asks_and_is_told() {
    // R-072, P-006, R-063
    let world = World::new(session_era());
    let mut client = SseClient::initialized(&world, ALL).await;
    let changed = client.next().await.expect("said unasked");
    assert_eq!(changed["method"], "notifications/tools/list_changed");
    let list = client.ask(&world, &request(1, "tools/list", "{}")).await;
    assert_eq!(
        (&list["id"], &list["result"]["tools"][0]["name"]),
        (&json!(1), &json!("pid"))
    );
    let progress = r#"{"name":"progress","_meta":{"progressToken":"t"}}"#;
    let told = client
        .ask(&world, &request(2, "tools/call", progress))
        .await;
    assert_eq!(told["params"]["progressToken"], "t");
    assert_eq!(client.next().await.expect("an answer")["id"], 2);
    let asked = client
        .ask(&world, &request(3, "tools/call", r#"{"name":"ask"}"#))
        .await;
    assert_eq!(asked["method"], "roots/list");
    let response = format!(
        r#"{{"jsonrpc":"2.0","id":{},"result":{{"roots":[]}}}}"#,
        asked["id"]
    );
    let answer = client.ask(&world, &response).await;
    assert_eq!(answer["result"]["heard"]["id"], "s1");
    let late = r#"{"name":"later","_meta":{"progressToken":"l"}}"#;
    assert_eq!(
        client.ask(&world, &request(4, "tools/call", late)).await["params"]["progressToken"],
        "l"
    );
    let cancel = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4}}"#;
    assert_eq!(
        client.ask(&world, cancel).await["error"]["message"],
        "the request was cancelled"
    );
}

#[tokio::test]
async fn a_stateless_server_is_called_and_asks() {
    // P-032, P-034, P-033
    let server = EraServer::stateless().await;
    let world = World::new(server.config());
    let mut client = SseClient::initialized(&world, ALL).await;
    let read = client
        .ask(&world, &request(1, "resources/read", r#"{"uri":"note:2"}"#))
        .await;
    assert_eq!(read["error"]["code"], -32002);
    let call = r#"{"name":"ask","arguments":{"roots":true}}"#;
    let asked = client.ask(&world, &request(2, "tools/call", call)).await;
    assert_eq!(asked["method"], "roots/list");
    let response = format!(
        r#"{{"jsonrpc":"2.0","id":{},"result":{{"roots":[]}}}}"#,
        asked["id"]
    );
    let answer = client.ask(&world, &response).await;
    assert_eq!(
        answer["result"]["content"][0]["text"],
        r#"{"roots":{"roots":[]}}"#
    );
    let form = r#"{"name":"ask","arguments":{"form":true}}"#;
    let refused = client.ask(&world, &request(3, "tools/call", form)).await;
    assert_eq!(
        refused["error"]["code"], -32603,
        "this revision has no elicitation"
    );
    let subscribed = client
        .ask(
            &world,
            &request(4, "resources/subscribe", r#"{"uri":"note:1"}"#),
        )
        .await;
    assert_eq!(subscribed["result"], json!({}));
    server.updated("note:1");
    assert_eq!(
        client.next().await.expect("told")["params"],
        json!({"uri": "note:1"})
    );
    drop(client);
    world
        .until("nobody listens any more", || server.listeners() == 0)
        .await;
}

#[tokio::test]
async fn a_stateless_program_is_called() {
    // P-032, P-047
    let world = World::new(stateless_era());
    let mut client = SseClient::initialized(&world, ALL).await;
    let answer = client
        .ask(&world, &request(1, "tools/call", r#"{"name":"pid"}"#))
        .await;
    assert_eq!(answer["id"], 1);
    assert!(answer["result"]["pid"].is_u64(), "{answer}");
}

#[tokio::test]
async fn a_server_over_http_sse_has_a_session_for_each_of_its_clients() {
    // P-007, P-031
    let server = EraServer::http_sse().await;
    let world = World::new(server.config());
    let mut client = SseClient::initialized(&world, ALL).await;
    let call = r#"{"name":"progress","_meta":{"progressToken":"t"}}"#;
    assert_eq!(
        client.ask(&world, &request(1, "tools/call", call)).await["params"]["progressToken"],
        "t"
    );
    assert_eq!(
        client.next().await.expect("an answer")["result"]["content"][0]["text"],
        "done"
    );
}

#[tokio::test]
async fn a_server_over_streamable_http_is_reached_in_a_session_of_the_gateways() {
    // P-046, P-006, GW-01
    let server = EraServer::streamable("2025-06-18").await;
    let world = World::new(server.config());
    let mut client = SseClient::initialized(&world, ALL).await;
    let opening = server.heard("initialize").pop().expect("opened");
    assert_eq!(opening["params"]["clientInfo"]["name"], "old");
    assert_eq!(
        opening["params"]["capabilities"],
        json!({"roots": {}, "sampling": {}})
    );
    let call = r#"{"name":"progress","_meta":{"progressToken":"t"}}"#;
    let told = client.ask(&world, &request(1, "tools/call", call)).await;
    assert_eq!(told["params"]["progressToken"], "t");
    assert_eq!(client.next().await.expect("an answer")["id"], 1);
    let heard = server.heard("tools/call").pop().expect("called");
    assert_eq!(heard["version header"], "2025-06-18", "the server's own");
    let linked = client
        .ask(&world, &request(2, "tools/call", r#"{"name":"linked"}"#))
        .await;
    assert_eq!(
        linked["result"]["content"][0]["type"], "text",
        "this revision has no links"
    );
}

#[tokio::test]
async fn what_is_refused_is_told_where_its_client_waits() {
    // R-069, R-033, GW-13
    let world = World::with(session_era(), |config| {
        config.servers[0].allow = crate::world::only(&["pid"], &[], &[]);
    });
    let mut client = SseClient::open(&world).await;
    let early = client.ask(&world, &request(1, "tools/list", "{}")).await;
    assert_eq!(
        (&early["id"], &early["error"]["code"]),
        (&json!(1), &json!(-32600))
    );
    client.initialize(&world, ALL).await;
    let twice = client.initialize(&world, ALL).await;
    assert_eq!(
        (&twice["id"], &twice["error"]["code"]),
        (&json!("i"), &json!(-32600))
    );
    let note = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    client.ask(&world, note).await;
    let hidden = client
        .ask(&world, &request(2, "tools/call", r#"{"name":"crash"}"#))
        .await;
    assert_eq!(
        (&hidden["id"], &hidden["error"]["code"]),
        (&json!(2), &json!(-32602))
    );
    let list = client.ask(&world, &request(3, "tools/list", "{}")).await;
    assert_eq!(list["result"]["tools"], json!([{"name": "pid"}]));
}

#[tokio::test]
async fn a_session_is_not_found_over_the_other_transport() {
    // R-062, R-072
    let server = EraServer::stateless().await;
    let world = World::new(server.config());
    let client = SseClient::initialized(&world, ALL).await;
    let (_, session) = client.endpoint().split_once("session_id=").expect("named");
    let list = crate::world::post(request(1, "tools/list", "{}")).with("mcp-session-id", session);
    assert_eq!(world.send(list).await.status, 404);
    let session = world.session().await;
    let list = crate::world::post(request(1, "tools/list", "{}"))
        .to(&format!("/sse/files/messages?session_id={session}"));
    assert_eq!(world.send(list).await.status, 404);
}
