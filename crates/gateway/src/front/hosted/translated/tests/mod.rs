mod listening;
mod rounds;

use std::sync::atomic::Ordering;

use doorward_mcp::era::Revision;
use serde_json::{Value, json};

use super::*;
use crate::front::hosted::testing::{
    Guest, Server, Stream, alice, ask, client, next, permit, session,
};

const ALL: &str =
    r#"{"roots":{"listChanged":true},"sampling":{},"elicitation":{"form":{},"url":{}},"tasks":{}}"#;

struct World {
    server: Arc<Server>,
    session: Arc<Session>,
    guest: Arc<Guest>,
}

/// A session of a client of this revision, with what the server then heard already.
async fn world(revision: Revision, offered: &str) -> World {
    let server = Server::new(Revision::V2026_07_28, "{}");
    let stream = server.then();
    let discovered = format!(
        r#"{{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{offered},"instructions":"be kind","ttlMs":5,"cacheScope":"public","_meta":{{"io.modelcontextprotocol/serverInfo":{{"name":"s","version":"1"}}}}}}"#
    );
    stream.result(&json!(0), &discovered);
    let client = client(revision, ALL);
    let link = Arc::clone(&server) as Arc<dyn StatelessLink>;
    let own = (alice(), client.clone(), "mint".to_owned());
    let translated = Translated::open(link, permit(), own).await.expect("opened");
    let (session, guest) = session(client, Arc::new(translated));
    World {
        server,
        session,
        guest,
    }
}

const TOOLS: &str = r#"{"tools":{"listChanged":true},"resources":{"subscribe":true}}"#;

fn request(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":"c1","method":"{method}","params":{params}}}"#)
}

fn call() -> String {
    request(
        "tools/call",
        r#"{"name":"x","arguments":{"n":1.50},"task":{},"_meta":{"progressToken":"p","own":1}}"#,
    )
}

fn meta<'a>(heard: &'a Value, name: &str) -> &'a Value {
    &heard["params"]["_meta"][format!("io.modelcontextprotocol/{name}")]
}

#[tokio::test]
async fn initialize_is_answered_from_what_the_server_discovers() {
    // P-032, P-033, R-057
    let world = world(Revision::V2025_06_18, TOOLS).await;
    let asked = world.server.last();
    assert_eq!(asked["method"], "server/discover");
    assert_eq!(meta(&asked, "protocolVersion"), "2026-07-28");
    assert_eq!(
        *meta(&asked, "clientCapabilities"),
        json!({"roots": {}, "sampling": {}, "elicitation": {}}),
        "what the client's revision has, and nothing that nobody could be told"
    );
    assert_eq!(meta(&asked, "clientInfo")["name"], "c");
    let opened = world
        .session
        .opened()
        .expect("open")
        .backend
        .opened("\"i\"");
    let opened: Value = serde_json::from_slice(&opened.expect("opened")).expect("JSON");
    assert_eq!(opened["id"], "i");
    let result = &opened["result"];
    assert_eq!(result["protocolVersion"], "2025-06-18");
    assert_eq!(result["serverInfo"]["name"], "s");
    assert_eq!(result["instructions"], "be kind");
    assert_eq!(
        result["capabilities"],
        serde_json::from_str::<Value>(TOOLS).expect("JSON")
    );
    for gone in [
        "supportedVersions",
        "resultType",
        "ttlMs",
        "cacheScope",
        "_meta",
    ] {
        assert!(result.get(gone).is_none(), "{gone}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_say_what_it_can_do_opens_nothing() {
    for answer in [
        r#""result":{"resultType":"complete"}"#,
        r#""error":{"code":-32603,"message":"no"}"#,
    ] {
        let server = Server::new(Revision::V2026_07_28, "{}");
        let stream = server.then();
        stream.say(&format!(r#"{{"jsonrpc":"2.0","id":0,{answer}}}"#));
        let client = client(Revision::V2025_11_25, "{}");
        let own = (alice(), client, String::new());
        let opened = Translated::open(server, permit(), own).await;
        assert_eq!(opened.err(), Some(Fault::NotMcp));
    }
}

#[tokio::test]
async fn a_request_carries_what_the_session_agreed_on_and_its_answer_nothing_of_this_era() {
    // P-006, P-032, P-042, P-043
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let stream = world.server.then();
    let mut line = ask(&world.session, &call());
    let asked = world.server.heard_so_many(2).await;
    assert_ne!(asked["id"], "c1");
    assert_eq!(
        asked["params"]["_meta"]["progressToken"].to_string(),
        asked["id"].to_string()
    );
    assert_eq!(asked["params"]["_meta"]["own"], 1);
    assert!(asked["params"].get("task").is_none());
    assert_eq!(meta(&asked, "protocolVersion"), "2026-07-28");
    assert!(meta(&asked, "logLevel").is_null());
    stream.say(&format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":{},"progress":1}}}}"#,
        asked["id"]
    ));
    assert_eq!(next(&mut line).await["params"]["progressToken"], "p");
    let result = r#"{"resultType":"complete","content":[],"ttlMs":1,"x":2.50}"#;
    stream.result(&asked["id"], result);
    let said = line.next().await.expect("an answer").json;
    assert_eq!(
        said,
        r#"{"jsonrpc":"2.0","id":"c1","result":{"content":[],"x":2.50}}"#
    );
}

#[tokio::test]
async fn errors_are_those_of_the_clients_era() {
    // P-041, P-042, P-043
    let read = request("resources/read", r#"{"uri":"a:b"}"#);
    let (call, task) = (call(), request("tasks/get", r#"{"taskId":"t"}"#));
    #[rustfmt::skip]
    let cases = [
        (&read, r#""error":{"code":-32602,"message":"no","data":{"uri":"a:b"}}"#, -32002),
        (&call, r#""error":{"code":-32602,"message":"no"}"#,                     -32602),
        (&call, r#""error":{"code":-32020,"message":"header"}"#,                 -32603),
        (&call, r#""error":{"code":-32021,"message":"capability"}"#,             -32603),
        (&call, r#""result":{"resultType":"task","task":{}}"#,                   -32603),
        (&call, r#""result":{"resultType":"unheard-of"}"#,                       -32603),
        (&call, r#""result":7"#,                                                 -32603),
        (&task, "",                                                              -32601),
    ];
    for (request, answer, code) in cases {
        let world = world(Revision::V2025_11_25, TOOLS).await;
        let stream = world.server.then();
        let mut line = ask(&world.session, request);
        if !answer.is_empty() {
            let id = world.server.heard_so_many(2).await["id"].clone();
            stream.say(&format!(r#"{{"jsonrpc":"2.0","id":{id},{answer}}}"#));
        }
        let told = next(&mut line).await;
        assert_eq!(
            (&told["id"], &told["error"]["code"]),
            (&json!("c1"), &json!(code)),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_level_is_remembered_and_log_messages_below_it_go_nowhere() {
    // P-039, R-050
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let mut line = ask(
        &world.session,
        &request("logging/setLevel", r#"{"level":"loud"}"#),
    );
    assert_eq!(next(&mut line).await["error"]["code"], -32602);
    let mut line = ask(
        &world.session,
        &request("logging/setLevel", r#"{"level":"warning"}"#),
    );
    assert_eq!(next(&mut line).await["result"], json!({}));
    let stream = world.server.then();
    let mut line = ask(&world.session, &call());
    let asked = world.server.heard_so_many(2).await;
    assert_eq!(meta(&asked, "logLevel"), "warning");
    for level in ["info", "error"] {
        stream.say(&format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/message","params":{{"level":"{level}","data":1}}}}"#
        ));
    }
    assert_eq!(next(&mut line).await["params"]["level"], "error");
}

#[tokio::test]
async fn only_a_cancellation_closes_the_servers_stream() {
    // P-037, R-049, R-066
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let stream = world.server.then();
    drop(ask(&world.session, &call()));
    let id = world.server.heard_so_many(2).await["id"].clone();
    assert!(!stream.is_closed(), "the client hung up, no more");
    let mut again = world.session.find_line(1).expect("kept").read(0);
    let given_up = doorward_mcp::envelope::IdValue::Text("c1".to_owned());
    assert!(world.session.cancel(&given_up));
    stream.closed().await;
    assert_eq!(
        next(&mut again).await["error"]["message"],
        "the request was cancelled"
    );
    assert!(!stream.result(&id, "{}"));
    assert_eq!(world.server.heard().len(), 2, "nothing else tells it");
}

#[tokio::test]
async fn a_broken_stream_is_asked_again_only_where_that_is_safe() {
    // P-050
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let (first, second) = (world.server.then(), world.server.then());
    let mut line = ask(&world.session, &request("tools/list", "{}"));
    let once = world.server.heard_so_many(2).await;
    drop(first);
    let twice = world.server.heard_so_many(3).await;
    assert_ne!(once["id"], twice["id"]);
    assert_eq!(
        world.guest.judged.load(Ordering::Relaxed),
        1,
        "judged anew, P-051"
    );
    second.result(&twice["id"], r#"{"resultType":"complete","tools":[]}"#);
    assert_eq!(next(&mut line).await["result"], json!({"tools": []}));
    let stream: Stream = world.server.then();
    let mut line = ask(&world.session, &call());
    world.server.heard_so_many(4).await;
    drop(stream);
    assert_eq!(
        next(&mut line).await["error"]["message"],
        Fault::Broken.to_string()
    );
    assert_eq!(world.server.heard().len(), 4);
}
