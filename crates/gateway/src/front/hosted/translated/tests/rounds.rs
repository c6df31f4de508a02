//! Questions of the server, and what the client says to them.

use super::*;
use crate::front::hosted::{line::Reader, session::Delivery, testing::respond};

const FORM: &str = r#"{"method":"elicitation/create","params":{"mode":"form","message":"?","requestedSchema":{"type":"object","properties":{}}}}"#;
const SAMPLE: &str =
    r#"{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}}"#;
const PAGE: &str = r#"{"method":"elicitation/create","params":{"mode":"url","message":"visit","url":"https://x.example/"}}"#;

impl World {
    /// A call to which the server answers with these questions.
    async fn questioned(&self, questions: &str) -> Reader {
        let stream = self.server.then();
        let line = ask(&self.session, &call());
        let id = self.server.heard_so_many(2).await["id"].clone();
        let result = format!(
            r#"{{"resultType":"input_required","inputRequests":{{{questions}}},"requestState":"state \u00fc"}}"#
        );
        stream.result(&id, &result);
        line
    }
}

#[tokio::test]
async fn questions_are_put_to_the_client_and_the_call_is_made_again_with_the_answers() {
    // P-034, P-035, P-051
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let questions = format!(r#""a":{FORM},"b":{{"method":"roots/list"}}"#);
    let mut line = world.questioned(&questions).await;
    let (form, roots) = (next(&mut line).await, next(&mut line).await);
    assert_eq!(form["method"], "elicitation/create");
    assert_eq!(roots["method"], "roots/list");
    assert_ne!(form["id"], roots["id"]);
    let last = world.server.then();
    let answer = r#""result":{"roots":[{"uri":"file:///a"}]}"#;
    assert_eq!(
        respond(&world.session, &roots["id"], answer),
        Delivery::Delivered
    );
    let answer = r#""result":{"action":"accept","content":{"n":1.50}}"#;
    assert_eq!(
        respond(&world.session, &form["id"], answer),
        Delivery::Delivered
    );
    let again = world.server.heard_so_many(3).await;
    let first = &world.server.heard()[1];
    assert_ne!(again["id"], first["id"], "a new id");
    assert_eq!(again["params"]["requestState"], "state \u{fc}", "exactly");
    assert_eq!(
        again["params"]["inputResponses"],
        json!({"a": {"action": "accept", "content": {"n": 1.5}}, "b": {"roots": [{"uri": "file:///a"}]}})
    );
    assert_eq!(again["params"]["arguments"], first["params"]["arguments"]);
    assert_eq!(world.guest.judged.load(Ordering::Relaxed), 1);
    last.result(&again["id"], r#"{"resultType":"complete","content":[]}"#);
    assert_eq!(next(&mut line).await["result"], json!({"content": []}));
}

#[tokio::test]
async fn a_token_that_is_no_longer_good_makes_no_second_round() {
    // P-051
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let mut line = world.questioned(&format!(r#""a":{FORM}"#)).await;
    let id = next(&mut line).await["id"].clone();
    world.guest.refused.store(true, Ordering::Relaxed);
    assert_eq!(
        respond(&world.session, &id, r#""result":{"action":"decline"}"#),
        Delivery::Delivered
    );
    let told = next(&mut line).await;
    assert_eq!(told["error"]["message"], "the token is no longer good");
    assert_eq!(world.server.heard().len(), 2);
}

#[tokio::test]
async fn a_client_that_says_no_declines_a_form_and_ends_a_call_that_wants_its_model() {
    // P-035
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let mut line = world.questioned(&format!(r#""a":{FORM}"#)).await;
    let _again = world.server.then();
    let id = next(&mut line).await["id"].clone();
    let no = r#""error":{"code":-1,"message":"closed"}"#;
    assert_eq!(respond(&world.session, &id, no), Delivery::Delivered);
    let again = world.server.heard_so_many(3).await;
    assert_eq!(again["params"]["inputResponses"]["a"]["action"], "decline");

    let world = super::world(Revision::V2025_11_25, TOOLS).await;
    let mut line = world.questioned(&format!(r#""a":{SAMPLE}"#)).await;
    let id = next(&mut line).await["id"].clone();
    assert_eq!(respond(&world.session, &id, no), Delivery::Delivered);
    let told = next(&mut line).await;
    assert_eq!(told["id"], "c1");
    assert!(
        told["error"]["message"].to_string().contains("closed"),
        "{told}"
    );
    assert_eq!(world.server.heard().len(), 2);
}

#[tokio::test]
async fn a_page_to_visit_is_asked_for_where_that_exists_and_told_elsewhere() {
    // P-033, P-036
    let newest = world(Revision::V2025_11_25, TOOLS).await;
    let mut line = newest.questioned(&format!(r#""a":{PAGE}"#)).await;
    let asked = next(&mut line).await;
    assert_eq!(asked["params"]["url"], "https://x.example/");
    assert!(
        asked["params"]["elicitationId"]
            .to_string()
            .contains("mint")
    );
    for revision in [Revision::V2025_06_18, Revision::V2024_11_05] {
        let older = world(revision, TOOLS).await;
        let mut line = older.questioned(&format!(r#""a":{PAGE}"#)).await;
        let told = next(&mut line).await;
        assert_eq!(
            (&told["id"], &told["result"]["isError"]),
            (&json!("c1"), &json!(true))
        );
        assert!(
            told["result"]["content"][0]["text"]
                .to_string()
                .contains("https://x.example/")
        );
    }
}

#[tokio::test]
async fn what_the_client_cannot_be_asked_ends_the_call() {
    // P-033
    let world = world(Revision::V2025_03_26, TOOLS).await;
    let mut line = world.questioned(&format!(r#""a":{FORM}"#)).await;
    let told = next(&mut line).await;
    assert_eq!(
        (&told["id"], &told["error"]["code"]),
        (&json!("c1"), &json!(-32603))
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_nothing_is_asked_again_after_pauses_and_not_for_ever() {
    // P-034
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let streams: Vec<_> = (0..64).map(|_| world.server.then()).collect();
    let mut line = ask(&world.session, &call());
    let started = tokio::time::Instant::now();
    for (round, stream) in streams.iter().enumerate() {
        let asked = world.server.heard_so_many(round + 2).await;
        let state = match round {
            0 => Value::Null,
            round => json!(format!("s{}", round - 1)),
        };
        assert_eq!(asked["params"]["requestState"], state);
        assert!(asked["params"].get("inputResponses").is_none());
        let result = format!(r#"{{"resultType":"input_required","requestState":"s{round}"}}"#);
        stream.result(&asked["id"], &result);
        tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    }
    assert_eq!(next(&mut line).await["error"]["code"], -32603);
    assert!(started.elapsed() > std::time::Duration::from_secs(60));
}

#[tokio::test]
async fn a_cancelled_call_takes_its_questions_back() {
    // P-037, GW-26
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let mut line = world.questioned(&format!(r#""a":{FORM}"#)).await;
    let id = next(&mut line).await["id"].clone();
    let given_up = doorward_mcp::envelope::IdValue::Text("c1".to_owned());
    assert!(world.session.cancel(&given_up));
    let told = next(&mut line).await;
    assert_eq!(
        (&told["method"], &told["params"]["requestId"]),
        (&json!("notifications/cancelled"), &id)
    );
    assert_eq!(next(&mut line).await["id"], "c1");
    assert_eq!(
        respond(&world.session, &id, r#""result":{}"#),
        Delivery::Late
    );
}

#[tokio::test]
async fn a_request_is_sent_in_the_name_of_who_posted_it() {
    // P-051
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let theirs = Server::new(Revision::V2026_07_28, "{}");
    let _stream = theirs.then();
    let guest = Guest {
        link: Some(Arc::clone(&theirs) as Arc<dyn StatelessLink>),
        ..Guest::default()
    };
    let (call, line) = (call(), world.session.line(1));
    let Ok(Message::Request(request)) = Message::parse(call.as_bytes()) else {
        panic!("a request");
    };
    let body = Bytes::copy_from_slice(call.as_bytes());
    let asking = (
        permit(),
        Arc::new(guest) as Arc<dyn crate::front::hosted::visitor::Visitor>,
    );
    let asked = world.session.ask(asking, (&request, body), (&line, &line));
    asked.expect("begun");
    assert_eq!(theirs.heard_so_many(1).await["method"], "tools/call");
    assert_eq!(world.server.heard().len(), 1);
}
