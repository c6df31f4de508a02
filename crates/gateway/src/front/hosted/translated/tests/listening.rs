//! One listen stream behind the stream of what is said unasked.

use super::*;

fn subscribe(id: u32, uri: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"resources/subscribe","params":{{"uri":"{uri}"}}}}"#
    )
}

fn acknowledge(stream: &Stream, asked: &Value, honoured: &str) {
    stream.say(&format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{{"notifications":{honoured},"_meta":{{"io.modelcontextprotocol/subscriptionId":{}}}}}}}"#,
        asked["id"]
    ));
}

fn updated(stream: &Stream, asked: &Value, uri: &str) -> bool {
    stream.say(&format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{{"uri":"{uri}","_meta":{{"io.modelcontextprotocol/subscriptionId":{}}}}}}}"#,
        asked["id"]
    ))
}

#[tokio::test]
async fn a_subscription_is_part_of_one_stream_that_is_replaced_before_it_closes() {
    // P-038
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let (first, second) = (world.server.then(), world.server.then());
    world.session.listen();
    let asked = world.server.heard_so_many(2).await;
    assert_eq!(asked["method"], "subscriptions/listen");
    assert_eq!(
        asked["params"]["notifications"],
        json!({"toolsListChanged": true})
    );
    acknowledge(&first, &asked, r#"{"toolsListChanged":true}"#);
    let mut line = world.session.unasked().read(0);
    first.say(r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#);
    assert_eq!(
        next(&mut line).await["method"],
        "notifications/tools/list_changed"
    );

    let mut answer = ask(&world.session, &subscribe(7, "a:1"));
    let asked = world.server.heard_so_many(3).await;
    assert_eq!(
        asked["params"]["notifications"],
        json!({"toolsListChanged": true, "resourceSubscriptions": ["a:1"]})
    );
    assert!(!first.is_closed(), "not before the new one is there");
    acknowledge(
        &second,
        &asked,
        r#"{"toolsListChanged":true,"resourceSubscriptions":["a:1"]}"#,
    );
    assert_eq!(
        next(&mut answer).await,
        json!({"jsonrpc": "2.0", "id": 7, "result": {}})
    );
    first.closed().await;
    updated(&second, &asked, "a:2"); // which nobody asked for (GW-20)
    second.say(r#"{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}"#);
    for uri in ["a:1", "a:1/part"] {
        updated(&second, &asked, uri);
        let told = next(&mut line).await;
        assert_eq!(
            told,
            json!({"jsonrpc": "2.0", "method": "notifications/resources/updated", "params": {"uri": uri}})
        );
    }
}

#[tokio::test]
async fn what_the_server_does_not_honour_is_refused_and_asked_for_no_more() {
    // P-038
    let world = world(Revision::V2025_11_25, r#"{"resources":{}}"#).await;
    for honoured in [Some("{}"), None] {
        let stream = world.server.then();
        let count = world.server.heard().len();
        let mut answer = ask(&world.session, &subscribe(7, "a:1"));
        let asked = world.server.heard_so_many(count + 1).await;
        match honoured {
            Some(honoured) => acknowledge(&stream, &asked, honoured),
            None => drop(stream.say(&format!(
                r#"{{"jsonrpc":"2.0","id":{},"error":{{"code":-32601,"message":"no"}}}}"#,
                asked["id"]
            ))),
        }
        assert_eq!(next(&mut answer).await["error"]["code"], -32601);
        stream.closed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_is_opened_again_for_what_the_token_of_now_may_read() {
    // P-050, P-051
    let world = world(Revision::V2025_11_25, r#"{"resources":{"subscribe":true}}"#).await;
    for (uris, uri) in [(r#"["a:1"]"#, "a:1"), (r#"["a:1","a:2"]"#, "a:2")] {
        let stream = world.server.then();
        let count = world.server.heard().len();
        let mut answer = ask(&world.session, &subscribe(7, uri));
        let asked = world.server.heard_so_many(count + 1).await;
        acknowledge(
            &stream,
            &asked,
            &format!(r#"{{"resourceSubscriptions":{uris}}}"#),
        );
        assert_eq!(next(&mut answer).await["result"], json!({}));
        *world.guest.hidden.lock().expect("lock") = Some("a:1".to_owned());
        if uri == "a:2" {
            let again = world.server.then();
            drop(stream);
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            let asked = world.server.heard_so_many(count + 2).await;
            assert_eq!(
                asked["params"]["notifications"],
                json!({"resourceSubscriptions": ["a:2"]})
            );
            acknowledge(&again, &asked, r#"{"resourceSubscriptions":["a:2"]}"#);
            let mut line = world.session.unasked().read(0);
            updated(&again, &asked, "a:2");
            assert_eq!(next(&mut line).await["params"]["uri"], "a:2");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_session_closes_the_stream_and_its_listening() {
    // GW-26
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let stream = world.server.then();
    world.session.listen();
    let asked = world.server.heard_so_many(2).await;
    acknowledge(&stream, &asked, r#"{"toolsListChanged":true}"#);
    world.session.end();
    stream.closed().await;
    tokio::time::sleep(std::time::Duration::from_secs(300)).await;
    assert_eq!(world.server.heard().len(), 2);
}

#[tokio::test]
async fn another_token_listens_on_only_to_what_it_may_read() {
    // P-051
    let world = world(Revision::V2025_11_25, r#"{"resources":{"subscribe":true}}"#).await;
    let stream = world.server.then();
    let mut answer = ask(&world.session, &subscribe(7, "a:1"));
    let asked = world.server.heard_so_many(2).await;
    acknowledge(&stream, &asked, r#"{"resourceSubscriptions":["a:1"]}"#);
    assert_eq!(next(&mut answer).await["result"], json!({}));
    let guest = Guest {
        hidden: std::sync::Mutex::new(Some("a:1".to_owned())),
        token: Some(doorward_core::id::TokenId::from_known("another")),
        ..Guest::default()
    };
    world.session.visited(Arc::new(guest));
    let _stream = world.server.then();
    let _answer = ask(&world.session, &subscribe(8, "a:2"));
    let asked = world.server.heard_so_many(3).await;
    assert_eq!(
        asked["params"]["notifications"],
        json!({"resourceSubscriptions": ["a:2"]})
    );
}

#[tokio::test]
async fn what_is_too_long_is_not_subscribed_to() {
    // GW-25
    let world = world(Revision::V2025_11_25, r#"{"resources":{"subscribe":true}}"#).await;
    let long = format!("a:{}", "x".repeat(doorward_mcp::translate::MAX_URI));
    let mut answer = ask(&world.session, &subscribe(7, &long));
    assert_eq!(next(&mut answer).await["error"]["code"], -32602);
    assert_eq!(world.server.heard().len(), 1, "it is not asked");
}

fn another(token: &str) -> Guest {
    Guest {
        token: Some(doorward_core::id::TokenId::from_known(token)),
        ..Guest::default()
    }
}

#[tokio::test(start_paused = true)]
async fn another_token_or_other_rules_open_the_stream_anew() {
    // P-051
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let mut before = world.server.then();
    world.session.listen();
    let asked = world.server.heard_so_many(2).await;
    acknowledge(&before, &asked, r#"{"toolsListChanged":true}"#);
    let mut line = world.session.unasked().read(0);
    let guest = Arc::new(another("another"));
    for (count, reason) in [(3, "another token"), (4, "other rules")] {
        let stream = world.server.then();
        match reason {
            "other rules" => world.session.reconsider(),
            _ => world
                .session
                .visited(Arc::clone(&guest) as Arc<dyn Visitor>),
        }
        tokio::time::sleep(std::time::Duration::from_secs(6)).await;
        let asked = world.server.heard_so_many(count).await;
        assert!(!before.is_closed(), "not before the new one is there");
        acknowledge(&stream, &asked, r#"{"toolsListChanged":true}"#);
        before.closed().await;
        stream.say(r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#);
        let told = next(&mut line).await;
        assert_eq!(
            told["method"], "notifications/tools/list_changed",
            "{reason}"
        );
        before = stream;
    }
    for _ in 0..3 {
        world
            .session
            .visited(Arc::clone(&guest) as Arc<dyn Visitor>);
        tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    }
    assert_eq!(world.server.heard().len(), 4, "the same token is no other");
}

#[tokio::test(start_paused = true)]
async fn who_takes_turns_with_two_tokens_opens_no_stream_for_each() {
    // GW-25
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let streams: Vec<Stream> = (0..3).map(|_| world.server.then()).collect();
    world.session.listen();
    let asked = world.server.heard_so_many(2).await;
    acknowledge(&streams[0], &asked, r#"{"toolsListChanged":true}"#);
    for turn in 0..50 {
        let token = format!("token {}", turn % 2);
        world.session.visited(Arc::new(another(&token)));
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(world.server.heard().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_listen_any_more_is_not_listened_for_until_they_may() {
    // P-051, R-026
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let stream = world.server.then();
    world.session.listen();
    let asked = world.server.heard_so_many(2).await;
    acknowledge(&stream, &asked, r#"{"toolsListChanged":true}"#);
    world.guest.refused.store(true, Ordering::Relaxed);
    world.session.reconsider();
    stream.closed().await;
    tokio::time::sleep(std::time::Duration::from_secs(300)).await;
    assert_eq!(world.server.heard().len(), 2, "nobody asks over and over");
    let _stream = world.server.then();
    world.session.visited(Arc::new(another("good")));
    world.server.heard_so_many(3).await;
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_judged_for_a_moment_is_listened_for_again() {
    // P-051, R-023
    let world = world(Revision::V2025_11_25, TOOLS).await;
    let stream = world.server.then();
    world.session.listen();
    let asked = world.server.heard_so_many(2).await;
    acknowledge(&stream, &asked, r#"{"toolsListChanged":true}"#);
    world.guest.unjudged.store(true, Ordering::Relaxed);
    world.session.reconsider();
    stream.closed().await;
    tokio::time::sleep(std::time::Duration::from_secs(300)).await;
    assert_eq!(world.server.heard().len(), 2, "not before they are judged");
    let _stream = world.server.then();
    world.guest.unjudged.store(false, Ordering::Relaxed);
    tokio::time::sleep(std::time::Duration::from_secs(61)).await;
    world.server.heard_so_many(3).await;
}

#[tokio::test(start_paused = true)]
async fn other_rules_count_also_when_something_else_is_wanted_meanwhile() {
    // P-051
    let world = world(Revision::V2025_11_25, r#"{"resources":{"subscribe":true}}"#).await;
    let (stream, _second) = (world.server.then(), world.server.then());
    let mut answer = ask(&world.session, &subscribe(7, "a:1"));
    let asked = world.server.heard_so_many(2).await;
    acknowledge(&stream, &asked, r#"{"resourceSubscriptions":["a:1"]}"#);
    assert_eq!(next(&mut answer).await["result"], json!({}));
    *world.guest.hidden.lock().expect("lock") = Some("a:1".to_owned());
    world.session.reconsider();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await; // heard, and put off
    assert_eq!(world.server.heard().len(), 2);
    let _answer = ask(&world.session, &subscribe(8, "a:2"));
    let asked = world.server.heard_so_many(3).await;
    assert_eq!(
        asked["params"]["notifications"],
        json!({"resourceSubscriptions": ["a:2"]})
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_never_lasts_is_opened_ever_less_often() {
    // GW-26
    let world = world(Revision::V2025_11_25, TOOLS).await;
    for _ in 0..40 {
        let stream = world.server.then();
        stream.say(r#"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":{"toolsListChanged":true},"_meta":{}}}"#);
        stream.say(r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#);
    }
    world.session.listen();
    tokio::time::sleep(std::time::Duration::from_secs(300)).await;
    let count = world.server.heard().len();
    assert!((6..14).contains(&count), "{count}");
}

#[tokio::test]
async fn what_is_honoured_later_is_told_as_well() {
    // P-038
    let both = r#"{"tools":{"listChanged":true},"prompts":{"listChanged":true}}"#;
    let world = world(Revision::V2025_11_25, both).await;
    let stream = world.server.then();
    world.session.listen();
    let asked = world.server.heard_so_many(2).await;
    acknowledge(&stream, &asked, r#"{"toolsListChanged":true}"#);
    let more = r#"{"toolsListChanged":true,"promptsListChanged":true}"#;
    acknowledge(&stream, &asked, more);
    stream.say(r#"{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}"#);
    let mut line = world.session.unasked().read(0);
    let told = next(&mut line).await;
    assert_eq!(told["method"], "notifications/prompts/list_changed");
}
