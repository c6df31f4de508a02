//! One subscription that is one with each server.

use std::time::Duration;

use doorward_core::scope::ScopeSet;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::{BOB, Member, ask, config_of_all, offers, two};
use crate::world::{World, get, pass, server};

struct Listening(axum::body::Body);

impl Listening {
    async fn begin(world: &World, token: &str, filter: &Value) -> Self {
        let params = format!(r#""notifications":{filter}"#);
        let ask = ask("subscriptions/listen", None, &params).token(token);
        let answer = world.open(ask).await;
        assert_eq!(answer.status(), 200);
        Self(answer.into_body())
    }

    async fn next(&mut self) -> Value {
        let frame = self.0.frame().await.expect("more").expect("no error");
        let data = frame.into_data().expect("data");
        let text = std::str::from_utf8(&data).expect("UTF-8");
        let data = text.lines().find_map(|line| line.strip_prefix("data: "));
        serde_json::from_str(data.unwrap_or_else(|| panic!("no data: {text}"))).expect("JSON")
    }
}

#[tokio::test]
async fn what_changes_anywhere_is_told_to_who_asked_and_all_is_let_go() {
    // P-026, R-053, GW-20, GW-26
    let (world, files, mail) = two().await;
    let filter = json!({"toolsListChanged": true, "resourceSubscriptions": ["files:1"]});
    let mut alice = Listening::begin(&world, super::ALICE, &filter).await;
    let mut bob = Listening::begin(&world, BOB, &json!({"toolsListChanged": true})).await;
    let acknowledged = alice.next().await;
    assert_eq!(
        acknowledged["method"],
        "notifications/subscriptions/acknowledged"
    );
    let meta = &acknowledged["params"]["_meta"];
    assert_eq!(meta["io.modelcontextprotocol/subscriptionId"], "m-1");
    assert_eq!(acknowledged["params"]["notifications"], filter);
    bob.next().await;
    assert_eq!((files.open(), mail.open()), (2, 2));

    files.say("notifications/resources/updated", json!({"uri": "files:1"}));
    let updated = alice.next().await;
    assert_eq!(updated["params"]["uri"], "files:1");
    mail.say("notifications/tools/list_changed", json!({}));
    for listening in [&mut alice, &mut bob] {
        assert_eq!(
            listening.next().await["method"],
            "notifications/tools/list_changed"
        );
    }
    drop((alice, bob));
    let gone = || files.open() == 0 && mail.open() == 0;
    let what = "all subscriptions are let go";
    for _ in 0..20 {
        files.say("notifications/tools/list_changed", json!({}));
        mail.say("notifications/tools/list_changed", json!({}));
    }
    world.until(what, gone).await;
}

#[tokio::test]
async fn a_stream_ends_with_its_token_and_when_rights_change() {
    // R-026, S-022
    let (world, files, _mail) = two().await;
    let filter = json!({"toolsListChanged": true});
    let mut alice = Listening::begin(&world, super::ALICE, &filter).await;
    alice.next().await;
    world.tokens.revoke(super::ALICE);
    let farewell = alice.next().await;
    assert_eq!(farewell["result"]["resultType"], "complete"); // R-054
    assert!(alice.0.frame().await.is_none());
    drop(alice);
    world
        .until("it is let go", || {
            files.say("notifications/tools/list_changed", json!({}));
            files.open() == 0
        })
        .await;
}

#[tokio::test]
async fn a_stream_ends_when_what_it_tells_would_come_from_elsewhere() {
    // P-015, P-051, R-054
    let (world, files, mail) = two().await;
    let other = Member::start(offers("files", &["read_file"])).await;
    let filter = json!({"toolsListChanged": true});
    let mut alice = Listening::begin(&world, super::ALICE, &filter).await;
    alice.next().await;
    let reconfigured = async |files: &Member| {
        let servers = vec![
            server("mail", mail.config()),
            server("files", files.config()),
        ];
        let config = config_of_all(servers);
        world.gateway.reconfigure(config).expect("valid");
        for _ in 0..3 {
            pass(Duration::from_secs(1)).await;
            world.send(get("/mcp").token(super::ALICE)).await; // others get their turn
        }
    };
    reconfigured(&files).await;
    files.say("notifications/tools/list_changed", json!({}));
    let told = alice.next().await;
    assert_eq!(told["method"], "notifications/tools/list_changed");
    reconfigured(&other).await;
    let farewell = alice.next().await;
    assert_eq!(farewell["result"]["resultType"], "complete");
    assert!(alice.0.frame().await.is_none());
}

#[tokio::test]
async fn a_subscription_to_all_is_complete_when_the_process_ends() {
    // R-054, CR-07
    let (world, _files, _mail) = two().await;
    let filter = json!({"toolsListChanged": true});
    let mut alice = Listening::begin(&world, super::ALICE, &filter).await;
    alice.next().await;
    assert_eq!(world.gateway.load().answering, 0, "nobody waits for it");
    world.gateway.shutdown().await;
    let farewell = alice.next().await;
    assert_eq!(farewell["id"], "m-1");
    assert_eq!(farewell["result"]["resultType"], "complete");
    assert!(alice.0.frame().await.is_none());
}

#[tokio::test]
async fn at_all_servers_a_user_has_so_many_streams_and_others_are_not_affected() {
    // GW-25, S-013
    let files = Member::start(offers("files", &["read_file"])).await;
    let mut config = config_of_all(vec![server("files", files.config())]);
    config.limits.streams = 2;
    let world = World::of(config);
    for (user, token) in [("alice", super::ALICE), ("bob", BOB)] {
        world.tokens.grant_whole(user, token, &ScopeSet::baseline());
    }
    let listen = |token| {
        let params = r#""notifications":{"toolsListChanged":true}"#;
        ask("subscriptions/listen", None, params).token(token)
    };
    let _first = world.open(listen(super::ALICE)).await;
    let _second = world.open(listen(super::ALICE)).await;
    let refused = world.send(listen(super::ALICE)).await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(world.open(listen(BOB)).await.status(), 200);
}
