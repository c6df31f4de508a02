use std::time::Duration;

use bytes::Bytes;
use doorward_core::{id::UserId, subject::Subject};
use doorward_mcp::envelope::{IdValue, Message};

use super::super::{Reply, process::Text, routes::Ask, session::Session, testing::home_with};
use crate::{
    config::{ProcessConfig, Sharing},
    upstream::Fault,
};

const OPENING: &str = r#"{"jsonrpc":"2.0","id":"mine","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"c","version":"1"}}}"#;

/// Answers every request with what it was sent, after a progress and a log message, and asks for
/// roots.
const ECHO: &str = r#"
while read -r line; do
  id=${line#*\"id\":}; id=${id%%,*}
  case $line in
    *'"method":"notifications'*) continue ;;
    *'"method":'*) ;;
    *) continue ;;
  esac
  case $line in *progressToken*)
    token=${line#*progressToken\":}; token=${token%%\}*}
    echo "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":$token,\"progress\":1}}" ;;
  esac
  case $line in *'"log"'*)
    echo '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"secret"}}'
    echo '{"jsonrpc":"2.0","id":"s","method":"roots/list"}'
    read -r heard; line=$heard ;;
  esac
  case $line in *'"crash"'*) exit 1 ;; esac
  echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"pid\":$$,\"heard\":$line}}"
done
"#;

fn run(sharing: Sharing) -> ProcessConfig {
    ProcessConfig {
        sharing,
        ..ProcessConfig::default()
    }
}

fn user(name: &str) -> Subject {
    Subject::User(UserId::from_known(name))
}

fn value(bytes: &Bytes) -> serde_json::Value {
    serde_json::from_slice(bytes).expect("JSON")
}

async fn opened(
    home: &std::sync::Arc<super::Home>,
    name: &str,
) -> (std::sync::Arc<Session>, serde_json::Value) {
    let opening = Text::one(OPENING.into());
    let id = IdValue::Text("mine".to_owned());
    let session = Session::new(std::sync::Arc::clone(home), user(name), opening, id);
    let answer = session.open().await.expect("opened").answer().await;
    (session, value(&answer.expect("an answer")))
}

async fn ask(session: &Session, body: &'static str) -> Result<Reply, Fault> {
    let Ok(Message::Request(request)) = Message::parse(body.as_bytes()) else {
        panic!("no request");
    };
    session
        .ask(vec![Ask::of(&request)], Text::one(body.into()))
        .await
}

async fn answer(session: &Session, body: &'static str) -> serde_json::Value {
    let reply = ask(session, body).await.expect("sent");
    value(&reply.answer().await.expect("an answer"))
}

const CALL: &str = r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x"}}"#;

#[tokio::test]
async fn sessions_share_a_process_as_the_operator_said() {
    // ST-07
    for (sharing, same_user, others) in [
        (Sharing::PerSession, false, false),
        (Sharing::PerUser, true, false),
        (Sharing::Shared, true, true),
    ] {
        let home = home_with(ECHO, run(sharing));
        let (one, opening) = opened(&home, "alice").await;
        assert_eq!(opening["id"], "mine");
        let (two, _) = opened(&home, "alice").await;
        let (other, _) = opened(&home, "bob").await;
        let pid = |answer: serde_json::Value| answer["result"]["pid"].clone();
        let first = pid(answer(&one, CALL).await);
        assert_eq!(
            pid(answer(&two, CALL).await) == first,
            same_user,
            "{sharing:?}"
        );
        assert_eq!(
            pid(answer(&other, CALL).await) == first,
            others,
            "{sharing:?}"
        );
    }
}

#[tokio::test]
async fn a_shared_process_is_opened_by_the_gateway_and_offered_nothing() {
    // GW-19
    let home = home_with(ECHO, run(Sharing::Shared));
    let (_session, opening) = opened(&home, "alice").await;
    let heard = &opening["result"]["heard"]["params"];
    assert_eq!(heard["capabilities"], serde_json::json!({}));
    assert_eq!(heard["clientInfo"]["name"], "doorward");
}

#[tokio::test]
async fn ids_and_progress_tokens_of_two_sessions_never_meet() {
    // P-006, GW-19
    let home = home_with(ECHO, run(Sharing::Shared));
    let (one, _) = opened(&home, "alice").await;
    let (two, _) = opened(&home, "bob").await;
    const BODY: &str = r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x","_meta":{"progressToken":"t"}}}"#;
    let mut inside = Vec::new();
    for session in [&one, &two] {
        let reply = ask(session, BODY).await.expect("sent");
        let progress = value(&reply.first.json);
        assert_eq!(progress["params"]["progressToken"], "t");
        let answer = value(&reply.answer().await.expect("an answer"));
        assert_eq!(answer["id"], "a");
        let heard = &answer["result"]["heard"];
        assert_eq!(heard["params"]["_meta"]["progressToken"], heard["id"]);
        inside.push(heard["id"].clone());
    }
    assert_ne!(inside[0], inside[1]);
}

#[tokio::test]
async fn what_names_nobody_is_told_to_nobody_and_what_is_asked_back_is_refused() {
    // GW-20, ST-07
    const LOG: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"log"}}"#;
    for (sharing, told) in [(Sharing::Shared, false), (Sharing::PerUser, true)] {
        let home = home_with(ECHO, run(sharing));
        let (session, _) = opened(&home, "alice").await;
        let reply = ask(&session, LOG).await.expect("sent");
        let first = value(&reply.first.json);
        assert_eq!(
            first["method"] == "notifications/message",
            told,
            "{sharing:?}"
        );
        let answer = value(&reply.answer().await.expect("an answer"));
        assert_eq!(answer["result"]["heard"]["error"]["code"], -32601);
    }
}

#[tokio::test]
async fn what_one_session_sets_is_not_set_for_others_and_tasks_belong_to_nobody() {
    // ST-07, X-025
    let home = home_with(ECHO, run(Sharing::Shared));
    let (session, _) = opened(&home, "alice").await;
    let level =
        r#"{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"debug"}}"#;
    assert_eq!(
        answer(&session, level).await["result"],
        serde_json::json!({})
    );
    let task = r#"{"jsonrpc":"2.0","id":2,"method":"tasks/get","params":{"taskId":"t"}}"#;
    assert_eq!(answer(&session, task).await["error"]["code"], -32601);
}

#[tokio::test]
async fn a_crash_fails_everybody_at_the_process_and_counts_once() {
    // ST-06, GW-26
    let home = home_with(ECHO, run(Sharing::Shared));
    let (one, _) = opened(&home, "alice").await;
    let (two, _) = opened(&home, "bob").await;
    const CRASH: &str =
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"crash"}}"#;
    let crashed = ask(&one, CRASH).await.expect("sent");
    assert_eq!(crashed.answer().await, Err(Fault::Ended));
    let resting = ask(&two, CALL).await.err();
    let Some(Fault::Resting(left)) = resting else {
        panic!("{resting:?}");
    };
    assert!(
        left <= Duration::from_secs(1),
        "one failure, not two: {left:?}"
    );
}

#[tokio::test]
async fn a_process_started_ahead_is_somebodys_once_and_the_next_takes_its_place() {
    // ST-07
    let run = ProcessConfig {
        warm: 1,
        ..ProcessConfig::default()
    };
    let home = home_with(ECHO, run);
    let idle = Duration::from_secs(600);
    home.sweep(idle);
    home.sweep(idle);
    assert_eq!(home.processes.count(), 1, "as many as wanted, and no more");
    let (one, _) = opened(&home, "alice").await;
    assert_eq!(home.processes.count(), 1, "it was there");
    let (two, _) = opened(&home, "bob").await;
    assert_eq!(home.processes.count(), 2);
    let pid = |answer: serde_json::Value| answer["result"]["pid"].clone();
    assert_ne!(pid(answer(&one, CALL).await), pid(answer(&two, CALL).await));
    home.sweep(idle);
    assert_eq!(home.processes.count(), 3);
    home.end_all();
}

/// Says what it was told, whatever it is, as the answer to whoever asks for it.
const TOLD: &str = r#"
told=
while read -r line; do
  id=${line#*\"id\":}; id=${id%%,*}
  case $line in
    *'"initialize"'*) echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{}}" ;;
    *'"told"'*) echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"told\":[${told%,}]}}" ;;
    *'"late"'*) told="$told$line," ;;
    *'"method":"notifications'*) told="$told$line," ;;
    *'subscribe"'*) told="$told$line,"; echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{}}" ;;
    *'"update"'*)
      echo '{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"note:1"}}'
      echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{}}" ;;
  esac
done
"#;

const TELL: &str = r#"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"told"}}"#;

fn methods(answer: &serde_json::Value) -> Vec<String> {
    let told = answer["result"]["told"].as_array().cloned();
    let method = |one: &serde_json::Value| one["method"].as_str().map(str::to_owned);
    told.unwrap_or_default().iter().filter_map(method).collect()
}

#[tokio::test]
async fn a_session_that_ends_leaves_nothing_that_others_pay_for() {
    // P-048, GW-26
    let home = home_with(TOLD, run(Sharing::Shared));
    let (one, _) = opened(&home, "alice").await;
    let (two, _) = opened(&home, "bob").await;
    let subscribe =
        r#"{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"note:1"}}"#;
    assert_eq!(answer(&one, subscribe).await["id"], 1);
    const LATE: &str = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"late"}}"#;
    let waiting = std::sync::Arc::clone(&one);
    let waiting =
        tokio::spawn(async move { ask(&waiting, LATE).await.map(|reply| reply.first.json) });
    while !methods(&answer(&two, TELL).await).contains(&"tools/call".to_owned()) {}
    one.end();
    assert!(waiting.await.is_ok(), "who waits is answered at once");
    let told = loop {
        let told = methods(&answer(&two, TELL).await);
        if told.contains(&"resources/unsubscribe".to_owned()) {
            break told;
        }
    };
    assert!(
        told.contains(&"notifications/cancelled".to_owned()),
        "{told:?}"
    );
}

#[tokio::test]
async fn who_follows_a_resource_hears_of_it_and_nobody_else() {
    // GW-20
    let home = home_with(TOLD, run(Sharing::Shared));
    let (one, _) = opened(&home, "alice").await;
    let (two, _) = opened(&home, "bob").await;
    let subscribe =
        r#"{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"note:1"}}"#;
    let unsubscribe =
        r#"{"jsonrpc":"2.0","id":1,"method":"resources/unsubscribe","params":{"uri":"note:1"}}"#;
    const UPDATE: &str =
        r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"update"}}"#;
    let (hers, his) = (
        one.listen().expect("a stream"),
        two.listen().expect("a stream"),
    );
    answer(&one, subscribe).await;
    answer(&one, UPDATE).await;
    let heard = value(&hers.next().await.expect("told").json);
    assert_eq!(heard["params"]["uri"], "note:1");
    answer(&two, subscribe).await;
    answer(&one, unsubscribe).await;
    let told = methods(&answer(&two, TELL).await);
    assert!(
        !told.contains(&"resources/unsubscribe".to_owned()),
        "he still follows it"
    );
    answer(&one, UPDATE).await;
    let heard = value(&his.next().await.expect("told, and not of the first").json);
    assert_eq!(heard["method"], "notifications/resources/updated");
    let mut nothing = std::pin::pin!(hers.next());
    assert!(futures_util::poll!(&mut nothing).is_pending());
}
