//! What is allowed, what is refused and how, and what is written down.

use std::{sync::atomic::Ordering, time::Duration};

use doorward_core::{
    audit::{
        AuditKind::{Completion, McpRefused, PromptGet, ResourceRead, Subscription, ToolCall},
        Outcome::{Allowed, Denied},
    },
    permit::Pattern,
    scope::ScopeSet,
    step_up::{StepUp, StepUpRule},
};
use http_body_util::BodyExt;

use crate::{
    upstream::{Upstream, typed},
    world::{World, call, get, list, modern, only, post},
};

const RESULT: &str = r#"{"jsonrpc":"2.0","id":5,"result":{"content":[]}}"#;
const READ_ONLY: &str = r#""readOnlyHint":true"#;

async fn limited(tools: &[&str]) -> (Upstream, World) {
    let upstream = Upstream::start().await;
    upstream.has_tools(&[("read_a", READ_ONLY), ("read_b", ""), ("drop_all", "")]);
    let world = World::with(upstream.config(), |config| {
        config.servers[0].allow = only(tools, &["greet*"], &["file:///ok/*"]);
    });
    (upstream, world)
}

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

#[tokio::test]
async fn lists_are_cut_to_what_may_be_used() {
    // GW-13, GW-14, GW-18, P-013
    let (upstream, world) = limited(&["read_*"]).await;
    let whole = r#"{"jsonrpc":"2.0","id":6,"result":{"tools":[{"name":"drop_all"}, {"name":"read_a","x":1.0}],"nextCursor":"c","cacheScope":"public","ttlMs":5}}"#;
    upstream.then_json(whole);
    let answer = world.send(post(list("tools/list"))).await;
    assert_eq!(
        answer.text(),
        r#"{"jsonrpc":"2.0","id":6,"result":{"tools":[{"name":"read_a","x":1.0}],"nextCursor":"c","cacheScope":"private","ttlMs":5}}"#
    );
    for (method, inside, kept) in [
        (
            "prompts/list",
            r#""prompts":[{"name":"greet_all"},{"name":"other"}]"#,
            r#""prompts":[{"name":"greet_all"}]"#,
        ),
        (
            "resources/list",
            r#""resources":[{"uri":"file:///no"},{"uri":"file:///ok/1"}]"#,
            r#""resources":[{"uri":"file:///ok/1"}]"#,
        ),
        (
            "resources/templates/list",
            r#""resourceTemplates":[{"uriTemplate":"file:///{x}"}]"#,
            r#""resourceTemplates":[]"#,
        ),
    ] {
        upstream.then_json(&format!(
            r#"{{"jsonrpc":"2.0","id":6,"result":{{{inside}}}}}"#
        ));
        let answer = world.send(post(list(method))).await;
        assert_eq!(
            answer.text(),
            format!(r#"{{"jsonrpc":"2.0","id":6,"result":{{{kept}}}}}"#)
        );
    }
    upstream.then_json(r#"{"jsonrpc":"2.0","id":"m-1","result":{"tools":[{"name":"read_a"}]}}"#);
    let answer = world.send(modern("tools/list", None, "")).await;
    assert_eq!(
        answer.json()["result"]["cacheScope"],
        "private",
        "even if nothing was cut"
    );
    let open = World::new(upstream.config());
    upstream.then_json(whole);
    assert_eq!(
        open.send(post(list("tools/list"))).await.text(),
        whole,
        "untouched without an allow list"
    );
}

#[tokio::test]
async fn lists_in_streams_are_cut_too_resumed_ones_included() {
    // GW-13: the side door of Last-Event-ID
    let (upstream, world) = limited(&["read_*"]).await;
    let events = "id: 7\ndata: {\"jsonrpc\":\"2.0\",\"id\":6,\ndata: \"result\":{\"tools\":[{\"name\":\"drop_all\"},{\"name\":\"read_a\"}]}}\n\nid: 8\nretry: 5\ndata\n\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\n";
    for ask in [
        post(list("tools/list")),
        get("/mcp/files").with("last-event-id", "6"),
    ] {
        let stream = upstream.then_stream();
        let body = world.open(ask).await.into_body();
        // Cut in the middle of an event.
        let (one, other) = events.split_at(30);
        stream.write(one);
        stream.write(other);
        drop(stream);
        let text = body.collect().await.expect("body").to_bytes();
        let text = std::str::from_utf8(&text).expect("UTF-8");
        assert!(
            !text.contains("drop_all") && text.contains("read_a"),
            "{text}"
        );
        assert!(
            text.contains("id: 7\n") && text.contains("id: 8\n") && text.contains("retry: 5\n"),
            "{text}"
        );
        assert!(text.contains("notifications/message"), "{text}");
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_not_passed_on() {
    let (upstream, world) = limited(&["read_*"]).await;
    for body in [
        r#"{"jsonrpc":"2.0","id":6,"result":{"tools":[{"name":"drop_all"},7]}}"#,
        r#"{"jsonrpc":"2.0","id":6,"result":{"tools":{"drop_all":{}}}}"#,
        r#"{"jsonrpc":"2.0","id":6,"result":{"tools":[],"tools":[{"name":"drop_all"}]}}"#,
        r#"[{"jsonrpc":"2.0","id":6,"result":{"tools":[{"name":"drop_all"}]}}]"#,
    ] {
        upstream.then_json(body);
        let answer = world.send(post(list("tools/list"))).await;
        assert!(!answer.text().contains("drop_all"), "{}", answer.text());
        assert_eq!(answer.code(), -32603);
    }
}

#[tokio::test]
async fn side_doors_are_judged_by_the_same_list() {
    // GW-14
    let (upstream, world) = limited(&["read_*"]).await;
    #[rustfmt::skip]
    let refused = [
        ("prompts/get", r#""name":"other""#, "Unknown prompt: other", (PromptGet, "other")),
        ("resources/read", r#""uri":"file:///no?k=secret""#, "Resource not found", (ResourceRead, "file:///no?…")),
        ("resources/subscribe", r#""uri":"file:///no""#, "Resource not found", (Subscription, "file:///no")),
        ("resources/unsubscribe", r#""uri":"file:///no""#, "Resource not found", (McpRefused, "resources/unsubscribe")),
        ("completion/complete", r#""ref":{"type":"ref/prompt","name":"other"},"argument":{"name":"a","value":""}"#, "Unknown prompt: other", (Completion, "other")),
        ("completion/complete", r#""ref":{"type":"ref/resource","uri":"file:///{x}"},"argument":{"name":"a","value":""}"#, "Resource not found", (Completion, "file:///{x}")),
    ];
    for (method, params, message, (kind, about)) in refused {
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":6,"method":"{method}","params":{{{params}}}}}"#);
        let answer = world.send(post(body)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (200, -32602),
            "{method}"
        );
        assert_eq!(answer.json()["error"]["message"], message);
        let last = world.store.events().pop().expect("recorded");
        assert_eq!(last, (kind, Denied, about.to_owned())); // AD-06
    }
    let listen = modern(
        "subscriptions/listen",
        None,
        r#""notifications":{"resourceSubscriptions":["file:///ok/1","file:///no"]}"#,
    );
    assert_eq!(world.send(listen).await.code(), -32602);
    let last = world.store.events().pop().expect("recorded");
    let both = "file:///ok/1 file:///no".to_owned();
    assert_eq!(last, (Subscription, Denied, both));
    assert!(upstream.heard().is_empty());
    upstream.then_json(RESULT);
    let listen = modern(
        "subscriptions/listen",
        None,
        r#""notifications":{"resourceSubscriptions":["file:///ok/1"]}"#,
    );
    assert_eq!(world.send(listen).await.status, 200);
}

#[tokio::test]
async fn every_allowed_use_is_written_down_once_without_contents() {
    // AD-06, AD-07, S-019
    let (upstream, world) = limited(&["read_*"]).await;
    #[rustfmt::skip]
    let allowed = [
        ("tools/call", r#""name":"read_a","arguments":{"a":"secret"}"#, (ToolCall, "read_a")),
        ("prompts/get", r#""name":"greet","arguments":{"a":"secret"}"#, (PromptGet, "greet")),
        ("resources/read", r#""uri":"file:///ok/1?k=secret""#, (ResourceRead, "file:///ok/1?…")),
        ("resources/subscribe", r#""uri":"file:///ok/1""#, (Subscription, "file:///ok/1")),
        ("completion/complete", r#""ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"a","value":"secret"}"#, (Completion, "greet")),
    ];
    for (number, (method, params, (kind, about))) in allowed.into_iter().enumerate() {
        upstream.then_json(RESULT);
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":6,"method":"{method}","params":{{{params}}}}}"#);
        assert_eq!(world.send(post(body)).await.status, 200, "{method}");
        let events = world.store.events();
        assert_eq!(events.len(), number + 1);
        assert_eq!(events[number], (kind, Allowed, about.to_owned()));
    }
    world.store.full.store(true, Ordering::Relaxed);
    let heard = upstream.heard().len();
    let read =
        r#"{"jsonrpc":"2.0","id":6,"method":"resources/read","params":{"uri":"file:///ok/1"}}"#;
    assert_eq!(world.send(post(read)).await.status, 503);
    assert_eq!(upstream.heard().len(), heard, "unrecorded is undone");
}

#[tokio::test]
async fn what_is_not_in_the_method_table_does_not_exist() {
    // GW-14, R-038, X-025
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    for method in [
        "tools/execute",
        "TOOLS/CALL",
        "rpc.discover",
        "server/discover",
        "tasks/get",
        "tasks/list",
        "roots/list",
        "subscriptions/listen",
    ] {
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":6,"method":"{method}","params":{{"taskId":"t"}}}}"#);
        let answer = world.send(post(body)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (200, -32601),
            "{method}"
        );
        assert_eq!(
            world.store.events().pop(),
            Some((McpRefused, Denied, method.to_owned()))
        );
    }
    for method in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "tasks/result",
        "tasks/get",
        "x",
    ] {
        let answer = world
            .send(modern(method, None, r#""uri":"u","taskId":"t""#))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (404, -32601),
            "{method}"
        );
        assert_eq!(answer.json()["id"], "m-1");
    }
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn what_cannot_be_written_down_does_not_happen() {
    // AD-06
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    world.store.full.store(true, Ordering::Relaxed);
    for ask in [call("read"), post("{")] {
        let answer = world.send(ask).await;
        assert_eq!(answer.status, 503);
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn every_refused_message_is_written_down_once() {
    // AD-06
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    for (number, ask) in [
        post("{"),
        post("[]"),
        post(r#"{"jsonrpc":"2.0","id":1,"method":"x"}"#),
        post(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}"#), // GW-09
        post(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"Name":"a"}}"#),
        call("a").with("content-type", "text/plain"),
        call("a").with("mcp-session-id", "x"),
        call("a").with("mcp-protocol-version", "1999-01-01"),
        modern("tools/call", Some("other"), r#""name":"a""#),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = world.send(ask).await;
        assert!(answer.status.is_client_error() || answer.code() == -32601);
        let events = world.store.events();
        assert_eq!(events.len(), number + 1);
        assert_eq!((events[number].0, events[number].1), (McpRefused, Denied));
        assert!(!world.store.last_reason().is_empty());
    }
    assert!(upstream.heard().is_empty());
    upstream.then(typed(202, "", ""));
    world
        .send(post(
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        ))
        .await;
    upstream.then_json("{}");
    world.send(post(list("tools/list"))).await;
    assert_eq!(
        world.store.events().len(),
        9,
        "what is allowed and calls nothing is not written down"
    );
}

#[tokio::test]
async fn a_token_for_single_calls_makes_these_with_these_arguments_and_no_others() {
    // RFC 9396, design 6.7, GW-13
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let details = r#"[
        {"type": "mcp_tool", "server": "files", "tools": ["read_*"]},
        {"type": "mcp_tool", "server": "files", "tools": ["move"],
         "arguments": {"to": {"one_of": ["docs"]}, "count": {"at_most": 2}}}]"#;
    world.tokens.grant_calls("alice", "few", "files", details);
    let call = |tool: &str, arguments: &str| {
        let params = format!(r#"{{"name":"{tool}","arguments":{arguments}}}"#);
        let body = format!(r#"{{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{params}}}"#);
        post(body).token("few")
    };
    for (tool, arguments) in [
        ("read_a", "{}"),
        ("read_b", r#"{"any":["thing"]}"#),
        ("move", r#"{"to":"docs","count":2,"more":1}"#),
        ("move", r#"{"to":"d\u006fcs","count":1.5}"#),
    ] {
        upstream.then_json(RESULT);
        let answer = world.send(call(tool, arguments)).await;
        assert_eq!(answer.text(), RESULT, "{tool} {arguments}");
    }
    let heard = upstream.heard().len();
    for (tool, arguments) in [
        ("drop_all", "{}"),
        ("move", "{}"),
        ("move", r#"{"to":"docs"}"#),
        ("move", r#"{"to":"etc","count":1}"#),
        ("move", r#"{"to":"docs","count":3}"#),
        ("move", r#"{"to":["docs"],"count":1}"#),
    ] {
        let answer = world.send(call(tool, arguments)).await;
        assert_eq!(answer.status, 403, "{tool} {arguments}");
        assert_eq!(answer.json()["id"], 5);
        let challenge = answer.header("www-authenticate");
        assert!(challenge.contains("insufficient_scope"), "{challenge}");
        assert!(answer.text().contains("authorization_details"));
    }
    assert_eq!(upstream.heard().len(), heard, "nothing of it went upstream");
    let reason = world.store.last_reason();
    assert!(reason.contains("authorization_details"), "{reason}");
}

#[tokio::test]
async fn a_call_that_wants_a_recent_sign_in_says_how_recent() {
    // RFC 9470, A-033
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.servers[0].step_up = StepUp {
            rules: vec![StepUpRule {
                tools: vec![Pattern::new("drop_*")],
                max_age: Duration::from_secs(300),
            }],
        };
    });
    world.tokens.grant_client("robot", "machine", "files");
    for age in [0, 300] {
        world.clock.advance(age);
        upstream.then_json(RESULT);
        assert_eq!(world.send(call("drop_all")).await.text(), RESULT);
    }
    world.clock.advance(1);
    let heard = upstream.heard().len();
    for ask in [call("drop_all"), call("drop_all").token("machine")] {
        let answer = world.send(ask).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["id"]),
            (401, &5.into())
        );
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.contains(r#"error="insufficient_user_authentication""#),
            "{challenge}"
        );
        assert!(challenge.contains(r#"max_age="300""#), "{challenge}");
        assert!(answer.text().contains("sign in again"));
    }
    assert_eq!(upstream.heard().len(), heard, "nothing of it went upstream");
    assert!(world.store.last_reason().contains("recent sign-in"));
    upstream.then_json(RESULT);
    assert_eq!(
        world.send(call("read_a")).await.text(),
        RESULT,
        "no other tool"
    );
}
