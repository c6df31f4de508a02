//! What all servers list and say of themselves, whoever of them answers.

use std::time::Duration;

use doorward_core::step_up::{StepUpRule, Wanted};
use serde_json::json;

use super::{BOB, Member, Reply, ask, limited, member::at, names, offers, two, world};
use crate::world::{only, pass, server};

#[tokio::test]
async fn lists_are_those_of_every_server_that_the_caller_may_use() {
    // P-004, P-013, GW-13, GW-18
    let files = Member::start(offers("files", &["read_file", "write_file"])).await;
    let mail = Member::start(offers("mail", &["send"])).await;
    let hidden = Member::start(offers("hidden", &["secret"])).await;
    let mut closed = server("hidden", hidden.config());
    closed.allow = only(&["*"], &["*"], &["*"]);
    closed.allow.rules[0].users = vec!["bob".to_owned()];
    let world = world(vec![
        server("mail", mail.config()),
        limited(server("files", files.config()), &["read_*"], &["files:*"]),
        closed,
    ]);
    let list = world.send(ask("tools/list", None, "")).await;
    assert_eq!(list.status, 200, "{}", list.text());
    assert_eq!(list.header("cache-control"), "no-store");
    let list = list.json();
    assert_eq!(list["id"], "m-1");
    assert_eq!(
        names(&list, "tools", "name"),
        ["files_read_file", "mail_send"]
    );
    assert_eq!(list["result"]["cacheScope"], "private");
    assert!(hidden.heard("tools/list").is_empty());
    let bobs = world
        .send(ask("tools/list", None, "").token(BOB))
        .await
        .json();
    let all = ["files_read_file", "hidden_secret", "mail_send"];
    assert_eq!(names(&bobs, "tools", "name"), all);
    let uris = world.send(ask("resources/list", None, "")).await.json();
    let mine = ["files:1", "mail:1", "shared:1"];
    assert_eq!(
        names(&uris, "resources", "uri"),
        mine,
        "what is hidden makes nothing ambiguous"
    );
    let uris = world
        .send(ask("resources/list", None, "").token(BOB))
        .await
        .json();
    let all = [
        "files:1",
        "hidden:1",
        "mcp+hidden+shared:1",
        "mail:1",
        "mcp+mail+shared:1",
    ];
    assert_eq!(names(&uris, "resources", "uri"), all);
    let prompts = world.send(ask("prompts/list", None, "")).await.json();
    assert_eq!(prompts["result"]["prompts"], json!([]), "nobody has any");
    assert!(prompts["result"].get("_meta").is_none());
}

#[tokio::test]
async fn the_dead_and_the_slow_are_named_and_the_others_answer() {
    // GW-27
    let files = Member::start(offers("files", &["read_file"])).await;
    let slow = Member::start(|method, body| match method {
        "tools/list" => Reply::Silence,
        _ => offers("slow", &[])(method, body),
    })
    .await;
    let world = world(vec![
        server("files", files.config()),
        server("dead", at("http://127.0.0.1:9/mcp")),
        server("slow", slow.config()),
    ]);
    let (list, ()) = tokio::join!(world.send(ask("tools/list", None, "")), async {
        world
            .until("the slow one was asked", || {
                !slow.heard("tools/list").is_empty()
            })
            .await;
        for _ in 0..15 {
            pass(Duration::from_secs(1)).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let list = list.json();
    assert_eq!(names(&list, "tools", "name"), ["files_read_file"]);
    assert_eq!(list["result"]["ttlMs"], 0);
    let absent = &list["result"]["_meta"]["dev.doorward/absent"];
    assert_eq!(
        (&absent[0]["server"], &absent[1]["server"]),
        (&json!("dead"), &json!("slow"))
    );
    assert!(
        !list.to_string().contains("127.0.0.1"),
        "nothing of where it is"
    );
}

#[tokio::test]
async fn discovery_is_what_any_server_offers() {
    // P-009
    let (world, _files, _mail) = two().await;
    let told = world.send(ask("server/discover", None, "")).await.json();
    let result = &told["result"];
    let capabilities = json!({"tools": {"listChanged": true}, "resources": {}});
    assert_eq!(result["capabilities"], capabilities);
    assert_eq!(result["supportedVersions"][0], "2026-07-28");
    let instructions = result["instructions"].as_str().expect("text");
    assert!(instructions.contains("I am files.") && instructions.contains("I am mail."));
}

#[tokio::test]
async fn a_kept_list_is_nobody_elses_and_a_dead_token_gets_none() {
    // P-014, GW-18
    let (world, files, _mail) = two().await;
    let list = || ask("resources/list", None, "");
    for _ in 0..2 {
        assert_eq!(world.send(list()).await.status, 200);
    }
    assert_eq!(files.heard("resources/list").len(), 1, "it is kept");
    assert_eq!(world.send(list().token(BOB)).await.status, 200);
    assert_eq!(files.heard("resources/list").len(), 2, "and not for bob");
    world.tokens.revoke(super::ALICE);
    assert_eq!(world.send(list()).await.status, 401);
}

#[tokio::test]
async fn a_kept_list_is_for_who_may_ask_its_server_now() {
    // P-014
    let files = Member::start(offers("files", &["read_file"])).await;
    let mail = Member::start(offers("mail", &["send"])).await;
    let mut fresh = server("mail", mail.config());
    fresh.step_up.rules = vec![StepUpRule {
        tools: Vec::new(),
        wants: Wanted {
            max_age: Some(Duration::from_secs(300)),
            acr: None,
        },
    }];
    let world = world(vec![server("files", files.config()), fresh]);
    let list = async || world.send(ask("tools/list", None, "")).await.json();
    let all = ["files_read_file", "mail_send"];
    assert_eq!(names(&list().await, "tools", "name"), all);
    world.clock.advance(301);
    let less = list().await;
    assert_eq!(names(&less, "tools", "name"), ["files_read_file"]);
    let absent = &less["result"]["_meta"]["dev.doorward/absent"][0];
    assert_eq!(absent["server"], "mail");
    assert_eq!(mail.heard("tools/list").len(), 1);
}

#[tokio::test]
async fn neither_errors_nor_questions_are_kept_as_lists() {
    // P-012, GW-18
    let count = std::sync::atomic::AtomicUsize::new(0);
    let files = Member::start(move |method, body| {
        if method != "tools/list" {
            return offers("files", &["read"])(method, body);
        }
        let list = json!({"tools": [{"name": "read", "inputSchema": {}}],
            "ttlMs": 60_000, "cacheScope": "public"});
        let with = |name: &str, value: serde_json::Value| {
            let mut result = list.clone();
            result[name] = value;
            Reply::Result(result)
        };
        match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Reply::Error(-32603),
            1 => with("resultType", json!("input_required")),
            2 => with("resultType", json!("unheard of")),
            _ => with("resultType", json!("complete")),
        }
    })
    .await;
    let world = world(vec![server("files", files.config())]);
    let list = || ask("tools/list", None, "");
    for round in 1..=3 {
        let listed = world.send(list()).await.json();
        assert!(names(&listed, "tools", "name").is_empty(), "{listed}");
        assert_eq!(files.heard("tools/list").len(), round, "asked anew");
    }
    for _ in 0..3 {
        let listed = world.send(list()).await.json();
        assert_eq!(names(&listed, "tools", "name"), ["files_read"]);
    }
    assert_eq!(files.heard("tools/list").len(), 4, "and kept from then on");
}

#[tokio::test]
async fn a_retry_is_answered_by_the_server_and_never_from_what_is_kept() {
    // P-012
    let (world, files, _mail) = two().await;
    let list = |params: &str| ask("tools/list", None, params);
    world.send(list("")).await;
    assert_eq!(files.heard("tools/list").len(), 1);
    let retry = r#""requestState":"mine","inputResponses":{"a":{"action":"accept"}}"#;
    world.send(list(retry)).await;
    for (_, heard) in files.heard("tools/list") {
        assert!(heard["params"].get("requestState").is_none(), "{heard}");
        assert!(heard["params"].get("inputResponses").is_none(), "{heard}");
    }
    let read = |params: &str| {
        let params = format!(r#""uri":"files:1"{params}"#);
        ask("resources/read", Some("files:1"), &params)
    };
    for count in 1..=2 {
        world.send(read("")).await;
        assert_eq!(files.heard("resources/read").len(), count, "never kept");
    }
    let stale = read(r#","requestState":"mine""#);
    assert_eq!(
        world.send(stale).await.code(),
        -32602,
        "none of this call's"
    );
    assert_eq!(files.heard("resources/read").len(), 2);
}
