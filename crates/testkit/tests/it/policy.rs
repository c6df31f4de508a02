//! The two kinds of no, and that lists and calls never disagree.

use doorward_core::permit::{AllowList, AllowRule, Pattern};
use doorward_testkit::{
    client::{Client, Tokens},
    http::Answer,
    world::World,
};
use serde_json::{Value, json};

fn readers() -> AllowList {
    AllowList {
        rules: vec![AllowRule {
            groups: vec!["staff".to_owned()],
            tools: vec![Pattern::new("read_*")],
            ..AllowRule::default()
        }],
    }
}

async fn world() -> World {
    World::with(
        &[("notes", readers()), ("open", AllowList::default())],
        &[("alice", &["staff"])],
    )
    .await
}

fn call(name: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": {}}})
}

#[tokio::test]
async fn what_is_not_allowed_is_neither_listed_nor_callable_and_looks_unknown() {
    // S-018
    let world = world().await;
    let client = Client::register(&world.router, "notes").await;
    let tokens = client.login(&world.router, &mut world.alice()).await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let listed = client
        .message(&tokens.access, &list)
        .send(&world.router)
        .await
        .json();
    let names: Vec<_> = listed["result"]["tools"]
        .as_array()
        .expect("tools")
        .iter()
        .map(|tool| &tool["name"])
        .collect();
    assert_eq!(names, ["read_note"]);
    let before = world.upstream.count("tools/call");
    let hidden = client
        .message(&tokens.access, &call("delete_note"))
        .send(&world.router)
        .await;
    let unknown = client
        .message(&tokens.access, &call("no_such_tool"))
        .send(&world.router)
        .await;
    let without_name = |answer: &Answer| {
        answer
            .text()
            .replace("delete_note", "")
            .replace("no_such_tool", "")
    };
    assert_eq!(
        (hidden.status, without_name(&hidden)),
        (unknown.status, without_name(&unknown))
    ); // GW-13
    assert_eq!(hidden.json()["error"]["code"], -32602);
    assert_eq!(
        world.upstream.count("tools/call"),
        before,
        "DENY: nothing reached the upstream"
    );
    let spelt = [
        "Read_Note",
        "read_note ",
        "read_note\u{200b}",
        "ｒead_note",
        "./read_note",
    ];
    for name in spelt {
        let answer = client
            .message(&tokens.access, &call(name))
            .send(&world.router)
            .await;
        assert_eq!(answer.json()["error"]["code"], -32602, "GW-12: {name}");
    }
    let allowed = client
        .message(&tokens.access, &call("read_note"))
        .send(&world.router)
        .await;
    assert_eq!(
        allowed.json()["result"]["content"][0]["text"],
        "called read_note"
    );
    for method in ["resources/read", "prompts/get"] {
        let side = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"name": "x", "uri": "note://1"}});
        let answer = client
            .message(&tokens.access, &side)
            .send(&world.router)
            .await;
        assert!(answer.json().get("error").is_some(), "GW-14: {method}");
        assert_eq!(world.upstream.count(method), 0, "GW-14: {method}");
    }
}

#[tokio::test]
async fn a_server_without_any_right_is_a_server_that_does_not_exist() {
    let world = world().await;
    let mut bob = world.add_user("bob").await;
    let client = Client::register(&world.router, "notes").await;
    let tokens = client.login(&world.router, &mut bob).await;
    let hidden = client
        .message(&tokens.access, &call("read_note"))
        .send(&world.router)
        .await;
    assert_eq!(hidden.status, 404); // GW-04
    assert_eq!(world.upstream.count("tools/call"), 0);
    let denied = world.audit().await;
    let record = denied
        .iter()
        .rfind(|record| record["outcome"] == "denied")
        .expect("a record");
    assert_eq!(record["user"], "bob");
}

#[tokio::test]
async fn more_scope_cures_a_step_up_and_the_challenge_names_the_union() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let code = client
        .code(&world.router, &mut world.alice(), &[("scope", "mcp:read")])
        .await;
    let tokens = Tokens::of(&client.redeem(&code).send(&world.router).await);
    assert_eq!(tokens.scope, "mcp:read");
    let reading = client
        .message(&tokens.access, &call("read_note"))
        .send(&world.router)
        .await;
    assert_eq!(
        reading.status,
        200,
        "annotated read-only: {}",
        reading.text()
    );
    let writing = client
        .message(&tokens.access, &call("delete_note"))
        .send(&world.router)
        .await;
    assert_eq!(writing.status, 403);
    let challenge = writing.header("www-authenticate");
    assert!(challenge.contains("error=\"insufficient_scope\""));
    assert!(
        challenge.contains("scope=\"mcp:read mcp:write\""),
        "R-014: {challenge}"
    );
    assert!(challenge.contains("resource_metadata="));
}

#[tokio::test]
async fn a_token_opens_only_the_server_it_was_issued_for() {
    let world = world().await;
    let client = Client::register(&world.router, "open").await;
    let tokens = client.login(&world.router, &mut world.alice()).await;
    let other = Client {
        resource: client.resource.replace("open", "notes"),
        ..client.clone()
    };
    let answer = other
        .message(&tokens.access, &call("read_note"))
        .send(&world.router)
        .await;
    assert_eq!(answer.status, 401); // GW-02
    assert!(
        answer
            .header("www-authenticate")
            .contains("error=\"invalid_token\"")
    );
}

#[tokio::test]
async fn every_call_leaves_one_record_with_who_what_and_why() {
    // S-019
    let world = world().await;
    let client = Client::register(&world.router, "notes").await;
    let tokens = client.login(&world.router, &mut world.alice()).await;
    for name in ["read_note", "delete_note"] {
        client
            .message(&tokens.access, &call(name))
            .send(&world.router)
            .await;
    }
    let records = world.audit().await;
    let calls: Vec<_> = records
        .iter()
        .filter(|record| record["event"] == "tool.call")
        .collect();
    let told: Vec<_> = calls
        .iter()
        .map(|record| (&record["tool"], &record["outcome"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("read_note"), &json!("allowed")),
            (&json!("delete_note"), &json!("denied"))
        ]
    ); // AD-06
    for record in calls {
        assert_eq!(
            (&record["user"], &record["client"], &record["server"]),
            (&json!("alice"), &json!(client.id), &json!("notes"))
        );
    }
    for kind in ["client.register", "sign_in", "consent", "token.code"] {
        assert!(
            records.iter().any(|record| record["event"] == kind),
            "{kind}"
        );
    }
    assert!(world.store.verify_audit().await.expect("a store").is_ok());
}
