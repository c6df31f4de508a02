use doorward_mcp::era::Revision;
use serde_json::json;

use super::*;
use crate::front::hosted::{
    session::Delivery,
    testing::{Server, ask, asked, client, next, respond, session},
};

const CALL: &str = r#"{"jsonrpc":"2.0","id":"c1","method":"tools/call","params":{"name":"x","_meta":{"progressToken":"p"}}}"#;
const ALL: &str = r#"{"roots":{},"sampling":{},"elicitation":{}}"#;

fn world(revision: Revision) -> (Arc<Server>, Arc<Session>) {
    let server = Server::new(Revision::V2025_11_25, r#"{"tools":{},"tasks":{}}"#);
    let client = client(revision, ALL);
    let link = Arc::clone(&server) as Arc<dyn SessionLink>;
    let passed = Arc::new(Passed::new(link, client.clone()));
    (server, session(client, passed).0)
}

#[tokio::test]
async fn ids_and_tokens_of_either_side_stay_on_their_side() {
    // P-006, P-028
    let (server, session) = world(Revision::V2025_11_25);
    let stream = server.then();
    let mut line = ask(&session, CALL);
    let asked = server.heard_so_many(1).await;
    assert_ne!(asked["id"], "c1");
    assert_eq!(asked["params"]["_meta"]["progressToken"], asked["id"]);
    let progress = |token: &serde_json::Value| json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": token, "progress": 1}});
    stream.say(&progress(&asked["id"]).to_string());
    assert_eq!(next(&mut line).await["params"]["progressToken"], "p");
    stream.result(&asked["id"], r#"{"content":[]}"#);
    let answer = next(&mut line).await;
    assert_eq!(
        (&answer["id"], answer["result"].is_object()),
        (&json!("c1"), true)
    );
    assert!(
        line.next().await.is_none(),
        "the stream ends with the answer"
    );
}

#[tokio::test]
async fn a_question_of_the_server_is_the_clients_under_our_id_and_only_its_answer_counts() {
    // P-035, R-063
    let (server, session) = world(Revision::V2025_11_25);
    let stream = server.then();
    let mut line = ask(&session, CALL);
    let call = server.heard_so_many(1).await;
    stream.say(r#"{"jsonrpc":"2.0","id":"s1","method":"roots/list"}"#);
    let question = next(&mut line).await;
    assert_eq!(question["method"], "roots/list");
    let id = &question["id"];
    assert_ne!(*id, "s1");
    assert_eq!(
        respond(&session, &json!("s1"), r#""result":{}"#),
        Delivery::Unasked
    );
    assert_eq!(
        respond(&session, &json!(99), r#""result":{}"#),
        Delivery::Unasked
    );
    assert_eq!(
        respond(&session, id, r#""result":{"roots":[]}"#),
        Delivery::Delivered
    );
    assert_eq!(
        respond(&session, id, r#""result":{"roots":[]}"#),
        Delivery::Late
    );
    let told = server.heard_so_many(2).await;
    assert_eq!(
        told,
        json!({"jsonrpc": "2.0", "id": "s1", "result": {"roots": []}})
    );
    stream.result(&call["id"], "{}");
    assert_eq!(next(&mut line).await["id"], "c1");
}

#[tokio::test]
async fn a_question_that_the_server_withdraws_is_withdrawn_from_the_client() {
    let (server, session) = world(Revision::V2025_11_25);
    let stream = server.then();
    let mut line = ask(&session, CALL);
    server.heard_so_many(1).await;
    stream.say(r#"{"jsonrpc":"2.0","id":"s1","method":"roots/list"}"#);
    let id = next(&mut line).await["id"].clone();
    let withdrawn = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"s1","reason":"late"}}"#;
    stream.say(withdrawn);
    let told = next(&mut line).await;
    assert_eq!(told["method"], "notifications/cancelled");
    assert_eq!(
        (&told["params"]["requestId"], &told["params"]["reason"]),
        (&id, &json!("late"))
    );
}

#[tokio::test]
async fn only_a_cancellation_cancels_and_who_hangs_up_finds_the_answer_later() {
    // R-066, P-017
    let (server, session) = world(Revision::V2025_11_25);
    let (first, second) = (server.then(), server.then());
    drop(ask(&session, CALL));
    let call = server.heard_so_many(1).await;
    first.result(&call["id"], "{}");
    let kept = session.find_line(1).expect("kept");
    assert_eq!(next(&mut kept.read(0)).await["id"], "c1");
    let mut line = ask(&session, CALL);
    let call = server.heard_so_many(2).await;
    assert!(session.cancel(&IdValue::Text("c1".to_owned())));
    assert_eq!(
        next(&mut line).await["error"]["message"],
        "the request was cancelled"
    );
    let told = server.heard_so_many(3).await;
    assert_eq!(told["method"], "notifications/cancelled");
    assert_eq!(told["params"]["requestId"], call["id"]);
    assert!(second.is_closed());
    assert!(!session.cancel(&IdValue::Text("c1".to_owned())));
}

#[tokio::test]
async fn what_the_clients_revision_does_not_have_never_reaches_it() {
    // R-057, P-033
    let (server, session) = world(Revision::V2025_03_26);
    let opened = session
        .opened()
        .expect("open")
        .backend
        .opened("7")
        .expect("opened");
    let opened: serde_json::Value = serde_json::from_slice(&opened).expect("JSON");
    assert_eq!(opened["id"], 7);
    assert_eq!(opened["result"]["protocolVersion"], "2025-03-26");
    assert_eq!(opened["result"]["capabilities"], json!({"tools": {}}));
    let stream = server.then();
    let mut line = ask(&session, CALL);
    let call = server.heard_so_many(1).await;
    stream.say(r#"{"jsonrpc":"2.0","id":5,"method":"elicitation/create","params":{"message":"?","requestedSchema":{}}}"#);
    let refused = server.heard_so_many(2).await;
    assert_eq!(
        (&refused["id"], &refused["error"]["code"]),
        (&json!(5), &json!(-32601))
    );
    stream.say(r#"{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{}}"#);
    let link = r#"{"content":[{"type":"resource_link","uri":"a:b","name":"n"}]}"#;
    stream.result(&call["id"], link);
    let answer = next(&mut line).await;
    assert_eq!(answer["result"]["content"][0]["type"], "text");
}

#[tokio::test(start_paused = true)]
async fn what_is_said_unasked_comes_on_its_own_line_again_after_a_break() {
    // R-062, R-063
    let (server, session) = world(Revision::V2025_11_25);
    let (one, two) = (server.then_unasked(), server.then_unasked());
    let mut line = session.unasked().read(0);
    session.listen();
    session.listen();
    one.say(r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#);
    assert_eq!(
        next(&mut line).await["method"],
        "notifications/tools/list_changed"
    );
    one.fail(Fault::Broken);
    two.say(r#"{"jsonrpc":"2.0","id":9,"method":"roots/list"}"#);
    let asked = next(&mut line).await;
    assert_eq!(
        respond(&session, &asked["id"], r#""result":{"roots":[]}"#),
        Delivery::Delivered
    );
    assert_eq!(server.heard_so_many(1).await["id"], 9);
}

#[tokio::test]
async fn a_failing_server_costs_one_answer_and_says_what_kind_of_failure_it_was() {
    // GW-27
    let (server, session) = world(Revision::V2025_11_25);
    let stream = server.then();
    let mut line = ask(&session, CALL);
    server.heard_so_many(1).await;
    stream.fail(Fault::Timeout);
    let answer = next(&mut line).await;
    assert_eq!(answer["id"], "c1");
    assert_eq!(answer["error"]["message"], Fault::Timeout.to_string());
    let mut line = ask(&session, CALL);
    assert_eq!(
        next(&mut line).await["error"]["message"],
        Fault::Unreachable.to_string()
    );
}

#[tokio::test]
async fn what_may_have_been_accepted_is_cancelled_when_its_answer_fails() {
    // R-066, GW-28
    let (server, session) = world(Revision::V2025_11_25);
    for fault in [Fault::NotMcp, Fault::TooLarge, Fault::Broken, Fault::Unread] {
        let (stream, before) = (server.then(), server.heard().len());
        let mut line = ask(&session, CALL);
        let call = server.heard_so_many(before + 1).await;
        stream.fail(fault);
        assert_eq!(next(&mut line).await["error"]["message"], fault.to_string());
        let told = server.heard_so_many(before + 2).await;
        assert_eq!(told["method"], "notifications/cancelled", "{fault}");
        assert_eq!(told["params"]["requestId"], call["id"]);
    }
    let (_stream, before) = (server.then(), server.heard().len());
    let mut line = ask(&session, CALL);
    server.heard_so_many(before + 1).await;
    server
        .refuses
        .store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(session.cancel(&IdValue::Text("c1".to_owned())));
    assert_eq!(
        next(&mut line).await["error"]["message"],
        "the request was cancelled",
        "whether the server wants to hear it or not"
    );
}

#[tokio::test]
async fn a_reply_that_the_server_does_not_take_costs_no_call() {
    // P-035, GW-27
    let (server, session) = world(Revision::V2025_11_25);
    let stream = server.then();
    let mut line = ask(&session, CALL);
    let call = server.heard_so_many(1).await;
    server
        .refuses
        .store(true, std::sync::atomic::Ordering::Relaxed);
    stream.say(r#"{"jsonrpc":"2.0","id":"s0","method":"x/unknown"}"#);
    server.heard_so_many(2).await;
    stream.say(r#"{"jsonrpc":"2.0","id":"s1","method":"roots/list"}"#);
    let asked = next(&mut line).await;
    assert_eq!(
        respond(&session, &asked["id"], r#""result":{"roots":[]}"#),
        Delivery::Delivered
    );
    assert_eq!(server.heard_so_many(3).await["id"], "s1");
    stream.result(&call["id"], r#"{"content":[]}"#);
    let answer = next(&mut line).await;
    assert!(answer["result"].is_object(), "{answer}");
}

#[tokio::test]
async fn requests_and_questions_are_bounded_and_no_id_runs_twice() {
    // GW-25, GW-26
    let (server, session) = world(Revision::V2025_11_25);
    let streams: Vec<_> = (0..300).map(|_| server.then()).collect();
    let line = session.line(1);
    let call = |id: u32| {
        format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"x"}}}}"#)
    };
    for id in 0..256 {
        assert_eq!(asked(&session, &call(id), &line), Ok(()));
    }
    assert_eq!(asked(&session, &call(256), &line), Err(Fault::Crowded));
    assert_eq!(asked(&session, &call(0), &line), Err(Fault::RepeatedId));
    server.heard_so_many(256).await;
    for id in 0..65 {
        streams[0].say(&format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"roots/list"}}"#
        ));
    }
    let refused = server.heard_so_many(257).await;
    assert_eq!(refused["error"]["message"], Fault::Crowded.to_string());
    session.end();
    assert!(server.is_over());
    assert_eq!(asked(&session, &call(300), &line), Err(Fault::NoSession));
    for stream in &streams[..256] {
        stream.closed().await;
    }
}

#[tokio::test]
async fn only_what_was_asked_has_a_stream_that_is_kept_and_not_without_end() {
    // GW-25
    let (server, session) = world(Revision::V2025_11_25);
    let unused = session.line(1);
    assert!(session.find_line(unused.number).is_none());
    let mut numbers = Vec::new();
    for id in 0..200 {
        let stream = server.then();
        let line = session.line(1);
        numbers.push(line.number);
        let request = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list"}}"#);
        asked(&session, &request, &line).expect("begun");
        let heard = server.heard_so_many(numbers.len()).await;
        stream.result(&heard["id"], "{}");
        while !line.is_left() {
            tokio::task::yield_now().await;
        }
    }
    let kept = numbers
        .iter()
        .filter(|number| session.find_line(**number).is_some());
    assert_eq!(kept.count(), 64);
    assert!(session.find_line(numbers[199]).is_some(), "the newest stay");
}
