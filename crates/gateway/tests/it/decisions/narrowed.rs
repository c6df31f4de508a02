//! Tokens for single calls, and calls that want a recent sign-in.

use std::time::Duration;

use doorward_core::{
    permit::Pattern,
    step_up::{Acr, StepUp, StepUpRule, Wanted},
};

use super::RESULT;
use crate::{
    upstream::Upstream,
    world::{CANARY, World, call, post},
};

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
async fn a_call_that_wants_a_strong_sign_in_says_how_strong() {
    // RFC 9470, R-016
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.servers[0].step_up = StepUp {
            rules: vec![StepUpRule {
                tools: vec![Pattern::new("drop_*")],
                wants: Wanted {
                    max_age: None,
                    acr: Some(Acr::Mfa),
                },
            }],
        };
    });
    let answer = world.send(call("drop_all")).await;
    assert_eq!(answer.status.as_u16(), 401);
    let challenge = answer.header("www-authenticate");
    let named = challenge.contains(r#"acr_values="urn:doorward:acr:mfa""#);
    assert!(named && !challenge.contains("max_age"), "{challenge}");
    for acr in [Acr::Mfa, Acr::Passkey] {
        world.tokens.sign_in_again(CANARY, acr);
        upstream.then_json(RESULT);
        assert_eq!(world.send(call("drop_all")).await.text(), RESULT);
    }
}

#[tokio::test]
async fn a_call_that_wants_a_recent_sign_in_says_how_recent() {
    // RFC 9470, A-033
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.servers[0].step_up = StepUp {
            rules: vec![StepUpRule {
                tools: vec![Pattern::new("drop_*")],
                wants: Wanted {
                    max_age: Some(Duration::from_secs(300)),
                    acr: None,
                },
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
