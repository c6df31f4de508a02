//! Arguments that are mirrored into headers, where the server cannot see these.

use crate::{
    programs::program,
    world::{Ask, World, modern},
};

/// A tool with an annotated argument, and one without.
const ANNOTATED: &str = r#"
while next; do
  case $method in
    '"server/discover"') reply '{"supportedVersions":["2026-07-28"],"capabilities":{}}' ;;
    '"tools/list"') reply '{"tools":[{"name":"go","inputSchema":{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}}},{"name":"plain"}]}' ;;
    '"tools/call"') reply '{"done":true}' ;;
  esac
done
"#;

fn go(tool: &str, arguments: &str) -> Ask {
    modern(
        "tools/call",
        Some(tool),
        &format!(r#""name":"{tool}","arguments":{arguments}"#),
    )
}

#[tokio::test]
async fn headers_that_say_something_else_than_the_body_are_refused_before_a_program_hears_of_it() {
    // R-041, R-042
    let world = World::new(program(ANNOTATED));
    let eu = r#"{"region":"eu"}"#;
    let region = "mcp-param-region";
    for (ask, refused) in [
        (go("go", eu).with(region, "eu"), false),
        (go("go", eu).with(region, "=?base64?ZXU=?="), false),
        (go("go", eu).with(region, "us"), true),
        (go("go", eu).with(region, "EU"), true),
        (go("go", eu).with(region, "=?base64?!?="), true),
        (go("go", eu).with(region, "eu").and(region, "eu"), true),
        (go("go", eu), true),
        (go("go", "{}"), false),
        (go("go", "{}").with(region, "eu"), true),
        (go("go", r#"{"region":null}"#), false),
        (
            go("go", eu).with(region, "eu").with("mcp-param-other", "x"),
            false,
        ),
        (go("plain", eu).with(region, "us"), false),
        (go("unknown", eu).with(region, "us"), false),
    ] {
        let answer = world.send(ask).await;
        match refused {
            true => {
                assert_eq!((answer.status.as_u16(), answer.code()), (400, -32020));
                assert_eq!(answer.json()["id"], "m-1");
            }
            false => assert_eq!(answer.status, 200, "{}", answer.text()),
        }
    }
}
