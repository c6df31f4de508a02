//! Arguments that are mirrored into headers, where the headers go no further.

use doorward_core::audit::Outcome;
use serde_json::{Value, json};

use super::{Member, Reply, ask, limited, offers, world};
use crate::world::{Ask, server};

/// What the annotated tool offers.
fn annotated(method: &str, body: &Value) -> Reply {
    let region = json!({"type": "string", "x-mcp-header": "Region"});
    let schema = json!({"type": "object", "properties": {"region": region}});
    match method {
        "tools/list" => Reply::Result(json!({
            "resultType": "complete", "ttlMs": 60_000, "cacheScope": "public",
            "tools": [{"name": "go", "inputSchema": schema}, {"name": "plain"}],
        })),
        _ => offers("files", &[])(method, body),
    }
}

fn go(tool: &str, arguments: &str) -> Ask {
    let params = format!(r#""name":"{tool}","arguments":{arguments}"#);
    ask("tools/call", Some(tool), &params)
}

#[tokio::test]
async fn headers_that_say_something_else_than_the_body_are_refused_at_all_servers_too() {
    // R-041, R-042, P-005, GW-08, S-015
    let files = Member::start(annotated).await;
    let world = world(vec![server("files", files.config())]);
    let (eu, region) = (r#"{"region":"eu"}"#, "mcp-param-region");
    let call = |arguments| go("files_go", arguments);
    for (ask, refused) in [
        (call(eu).with(region, "eu"), false),
        (call(eu).with(region, "=?base64?ZXU=?="), false),
        (call(eu).with(region, "us"), true),
        (call(eu).with(region, "=?base64?!?="), true),
        (call(eu).with(region, "eu").and(region, "eu"), true),
        (call(eu), true),
        (call("{}"), false),
        (call("{}").with(region, "eu"), true),
        (call(r#"{"region":null}"#), false),
        (
            call(eu).with(region, "eu").with("mcp-param-other", "x"),
            false,
        ),
        (go("files_plain", eu).with(region, "us"), false),
    ] {
        let heard = files.heard("tools/call").len();
        let answer = world.send(ask).await;
        match refused {
            true => {
                assert_eq!((answer.status.as_u16(), answer.code()), (400, -32020));
                assert_eq!(answer.json()["id"], "m-1");
                assert_eq!(files.heard("tools/call").len(), heard);
                assert_eq!(
                    world.store.told().last().expect("a record").2,
                    Outcome::Denied
                );
            }
            false => assert_eq!(answer.status, 200, "{}", answer.text()),
        }
    }
}

#[tokio::test]
async fn no_header_tells_anything_of_a_tool_that_is_not_the_callers() {
    // GW-13, R-041
    let files = Member::start(annotated).await;
    let world = world(vec![limited(
        server("files", files.config()),
        &["plain"],
        &[],
    )]);
    for ask in [
        go("files_go", r#"{"region":"eu"}"#).with("mcp-param-region", "us"),
        go("files_none", r#"{"region":"eu"}"#).with("mcp-param-region", "us"),
    ] {
        let answer = world.send(ask).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (200, -32602));
    }
}
