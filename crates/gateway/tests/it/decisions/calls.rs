//! Which tools may be called, and what is said of the others.

use doorward_core::{
    audit::{
        AuditKind::ToolCall,
        Outcome::{Allowed, Denied},
    },
    scope::ScopeSet,
};

use super::{READ_ONLY, RESULT, limited};
use crate::{
    upstream::Upstream,
    world::{World, call, get, list, modern, post},
};

#[tokio::test]
async fn a_forbidden_tool_and_one_that_does_not_exist_get_the_same_answer() {
    // GW-12, GW-13, design 6.7
    let (upstream, world) = limited(&["read_*"]).await;
    let name_of = |answer: &crate::world::Answer, name: &str| answer.text().replace(name, "NAME");
    let unknown = world.send(call("no_such_tool")).await;
    assert_eq!(unknown.status, 200);
    assert_eq!(unknown.code(), -32602);
    assert_eq!(
        unknown.json()["error"]["message"],
        "Unknown tool: no_such_tool"
    );
    assert_eq!(unknown.json()["id"], 5);
    for hidden in [
        "drop_all",
        "Read_a",
        "read",
        " read_a",
        "read_zzz",
        "\u{ff52}ead_a",
    ] {
        let answer = world.send(call(hidden)).await;
        assert_eq!(answer.status, unknown.status);
        assert_eq!(name_of(&answer, hidden), name_of(&unknown, "no_such_tool"));
        let mut headers = (answer.headers.clone(), unknown.headers.clone());
        headers.0.remove("content-length");
        headers.1.remove("content-length");
        assert_eq!(headers.0, headers.1);
    }
    assert!(
        upstream.heard().is_empty(),
        "the upstream heard nothing of it"
    );
    for allowed in ["read_a", "read_b"] {
        upstream.then_json(RESULT);
        assert_eq!(world.send(call(allowed)).await.text(), RESULT);
    }
    let events = world.store.events();
    assert_eq!(events.len(), 9);
    assert!(
        events[..7]
            .iter()
            .all(|event| (event.0, event.1) == (ToolCall, Denied))
    );
    assert_eq!(events[1], (ToolCall, Denied, "drop_all".to_owned()));
    assert_eq!(events[8], (ToolCall, Allowed, "read_b".to_owned()));
}

#[tokio::test]
async fn in_2026_a_forbidden_tool_is_just_as_unknown() {
    let (upstream, world) = limited(&["read_*"]).await;
    let ask = |tool| modern("tools/call", Some(tool), &format!(r#""name":"{tool}""#));
    let (hidden, unknown) = (
        world.send(ask("drop_all")).await,
        world.send(ask("xrop_all")).await,
    );
    assert_eq!(hidden.status, 200);
    assert_eq!(hidden.text().replace("drop", "xrop"), unknown.text());
    assert_eq!(hidden.headers, unknown.headers);
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn what_more_scope_would_cure_is_a_challenge_that_names_the_union() {
    // R-012, R-013, R-014, R-017, R-018
    let upstream = Upstream::start().await;
    upstream.has_tools(&[
        ("read_a", READ_ONLY),
        ("write_a", r#""destructiveHint":false"#),
        ("drop_all", ""),
    ]);
    let world = World::new(upstream.config());
    world
        .tokens
        .grant("alice", "reading", "files", &ScopeSet::read_only());
    world.tokens.grant(
        "alice",
        "nothing",
        "files",
        &ScopeSet::parse("files:x").expect("valid"),
    );
    for tool in ["write_a", "drop_all"] {
        let answer = world.send(call(tool).token("reading")).await;
        assert_eq!(answer.status, 403);
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.contains(r#"error="insufficient_scope""#),
            "{challenge}"
        );
        assert!(
            challenge.contains(r#"scope="mcp:read mcp:write""#),
            "{challenge}"
        );
        assert!(challenge.contains("resource_metadata="), "{challenge}");
        assert_eq!(answer.json()["id"], 5); // R-033
    }
    let answer = world.send(post(list("tools/list")).token("nothing")).await;
    assert_eq!(answer.status, 403);
    assert!(
        answer
            .header("www-authenticate")
            .contains(r#"scope="files:x mcp:read""#)
    );
    assert_eq!(
        world.send(get("/mcp/files").token("nothing")).await.status,
        403
    );
    assert_eq!(
        world.send(call("no_such").token("reading")).await.code(),
        -32602,
        "no scope would make it exist"
    );
    assert!(upstream.heard().is_empty());
    upstream.then_json(RESULT);
    assert_eq!(
        world.send(call("read_a").token("reading")).await.status,
        200
    );
}

#[tokio::test]
async fn a_tool_of_unknown_effect_counts_as_the_worst() {
    // S-020, PO-05
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    world
        .tokens
        .grant("alice", "reading", "files", &ScopeSet::read_only());
    assert_eq!(
        world.send(call("read_a").token("reading")).await.status,
        403
    );
}

#[tokio::test]
async fn a_token_with_every_scope_and_right_costs_no_question_about_tools() {
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    upstream.then_json(RESULT);
    assert_eq!(world.send(call("anything")).await.status, 200);
    assert_eq!(upstream.probes(), 0);
}
