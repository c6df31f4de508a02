//! Who gets in: servers, origins, tokens, rights.

use std::sync::atomic::Ordering;

use axum::body::Body;
use doorward_core::{
    permit::{AllowList, AllowRule, Pattern},
    scope::ScopeSet,
};
use http::Method;

use crate::{
    upstream::Upstream,
    world::{CANARY, World, call, config, get, post, request, server},
};

const RESULT: &str = r#"{"jsonrpc":"2.0","id":5,"result":{"content":[]}}"#;

#[tokio::test]
async fn without_a_good_token_every_method_gets_a_challenge_and_the_upstream_nothing() {
    // R-008, R-009, R-011, R-020
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    world.tokens.revoke("revoked");
    world
        .tokens
        .grant("alice", "of-mail", "mail", &ScopeSet::baseline());
    for method in [Method::POST, Method::GET, Method::DELETE, Method::PUT] {
        #[rustfmt::skip]
        let cases = [
            (None,                    401, ""),
            (Some("Bearer"),          401, ""),
            (Some("Basic dTpw"),      401, ""),
            (Some("Bearer unknown"),  401, "invalid_token"),
            (Some("Bearer revoked"),  401, "invalid_token"),
            (Some("Bearer of-mail"),  401, "invalid_token"), // R-021, GW-02
            (Some("Bearer a b"),      400, "invalid_request"), // GW-03
        ];
        for (credentials, status, error) in cases {
            // The body would be refused too, but is not looked at.
            let ask = request(method.clone(), "/mcp/files", "no JSON");
            let ask = match credentials {
                Some(credentials) => ask.with("authorization", credentials),
                None => ask,
            };
            let answer = world.send(ask).await;
            assert_eq!(answer.status, status, "{method} {credentials:?}");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with("Bearer "), "{challenge}");
            assert!(challenge.contains("resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource/mcp/files\""));
            assert_eq!(
                challenge.contains("error="),
                !error.is_empty(),
                "{challenge}"
            );
            assert!(challenge.contains(error), "{challenge}");
        }
    }
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn a_token_is_taken_from_the_header_alone() {
    // R-019, GW-03
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let query = format!("/mcp/files?access_token={CANARY}");
    let answer = world
        .send(call("read").without("authorization").to(&query))
        .await;
    assert_eq!(answer.status, 401);
    assert_eq!(world.send(call("read").to(&query)).await.status, 400);
    let twice = call("read").and("authorization", "Bearer other");
    assert_eq!(world.send(twice).await.status, 400);
    let cookie = call("read")
        .without("authorization")
        .with("cookie", &format!("access_token={CANARY}"));
    assert_eq!(world.send(cookie).await.status, 401);
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn while_tokens_cannot_be_judged_nobody_is_let_in_or_sent_to_sign_in() {
    // R-023
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    world.tokens.unavailable.store(true, Ordering::Relaxed);
    let answer = world.send(call("read").token("unknown")).await;
    world.tokens.doubt("doubtful");
    for answer in [answer, world.send(call("read").token("doubtful")).await] {
        assert_eq!(answer.status, 503);
        assert!(answer.headers.contains_key("retry-after"));
        assert!(!answer.headers.contains_key("www-authenticate"));
    }
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn a_server_that_one_may_not_use_looks_like_one_that_is_not_there() {
    // GW-04
    let upstream = Upstream::start().await;
    let mut closed = server("files", upstream.config());
    closed.allow = AllowList {
        rules: vec![AllowRule {
            users: vec!["root".to_owned()],
            tools: vec![Pattern::new("*")],
            ..AllowRule::default()
        }],
    };
    let world = World::of(config(vec![closed]));
    let none = world.send(call("read").to("/mcp/none")).await;
    assert_eq!(none.status, 404);
    for ask in [
        call("read"),
        get("/mcp/files"),
        get("/mcp/files").verb(Method::DELETE),
    ] {
        assert_eq!(world.send(ask).await, none);
    }
    assert!(upstream.heard().is_empty());
    world
        .tokens
        .grant("root", "roots", "files", &ScopeSet::baseline());
    upstream.then_json(RESULT);
    assert_eq!(world.send(call("read").token("roots")).await.status, 200);
}

// RFC 9068 section 2.2.3.1
#[tokio::test]
async fn groups_of_the_token_and_of_the_configuration_add_up() {
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        let rule = |group: &str, tool: &str| AllowRule {
            groups: vec![group.to_owned()],
            tools: vec![Pattern::new(tool)],
            ..AllowRule::default()
        };
        config.servers[0].allow.rules = vec![rule("staff", "read"), rule("ops", "write")];
        let configured = vec!["staff".to_owned()];
        config.groups.insert("alice".to_owned(), configured);
    });
    let asks = [
        ("none", &[] as &[&str], [200, 400]),
        ("both", &["ops", "other"], [200, 200]),
    ];
    for (token, groups, expected) in asks {
        world
            .tokens
            .grant_in_groups("alice", token, "files", groups);
        for (tool, status) in ["read", "write"].into_iter().zip(expected) {
            if status == 200 {
                upstream.then_json(RESULT);
            }
            let answer = world.send(call(tool).token(token)).await;
            let allowed = answer.status == 200 && !answer.text().contains("error");
            assert_eq!(allowed, status == 200, "{token} {tool}: {}", answer.text());
        }
    }
    world
        .tokens
        .grant_in_groups("bob", "bobs", "files", &["ops"]);
    upstream.then_json(RESULT);
    assert_eq!(world.send(call("write").token("bobs")).await.status, 200);
    // The same grant with a token that was issued after the group was lost.
    world.tokens.grant_in_groups("bob", "later", "files", &[]);
    assert_eq!(world.send(call("write").token("later")).await.status, 404); // GW-04
}

#[tokio::test]
async fn a_proof_is_looked_at_only_for_who_may_use_the_server() {
    // DS-05, GW-04
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.servers[0].allow.rules = vec![AllowRule {
            users: vec!["root".to_owned()],
            ..AllowRule::default()
        }];
    });
    for (user, status) in [("root", 401), ("alice", 404)] {
        world.tokens.grant_bound(user, "bound", "files");
        let ask = call("read").with("dpop", "no proof at all");
        let answer = world.send(ask.with("authorization", "DPoP bound")).await;
        assert_eq!(answer.status, status, "{user}");
    }
    let as_bearer = world.send(call("read").token("bound")).await;
    assert_eq!(as_bearer.status, 401, "the kind of token comes first");
}

#[tokio::test]
async fn a_client_that_acts_for_itself_is_never_taken_for_a_user_of_its_name() {
    // A-058
    let upstream = Upstream::start().await;
    let mut listed = server("files", upstream.config());
    listed.allow = AllowList {
        rules: vec![
            AllowRule {
                users: vec!["root".to_owned()],
                tools: vec![Pattern::new("*")],
                ..AllowRule::default()
            },
            AllowRule {
                clients: vec!["robot".to_owned()],
                tools: vec![Pattern::new("read")],
                ..AllowRule::default()
            },
        ],
    };
    let world = World::of(config(vec![listed]));
    world.tokens.grant_client("root", "roots", "files");
    assert_eq!(world.send(call("read").token("roots")).await.status, 404);
    let (user, client) = world.store.last_caller();
    assert_eq!((user, client.as_deref()), (None, Some("root")));

    world.tokens.grant_client("robot", "robots", "files");
    upstream.then_json(RESULT);
    assert_eq!(world.send(call("read").token("robots")).await.status, 200);
    let (user, client) = world.store.last_caller();
    assert_eq!((user, client.as_deref()), (None, Some("robot")));
    let hidden = world.send(call("write").token("robots")).await;
    assert!(hidden.text().contains("write"), "{}", hidden.text());
    assert_eq!(upstream.heard().len(), 1);
}

#[tokio::test]
async fn pages_of_other_origins_are_refused_before_anything_else() {
    // R-027, GW-21
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.allowed_origins = vec!["https://app.example".to_owned()];
    });
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost:6274",
        "https://mcp.example.evil.example",
    ] {
        for ask in [
            call("read"),
            get("/mcp/files"),
            call("read").without("authorization"),
        ] {
            let answer = world.send(ask.with("origin", origin)).await;
            assert_eq!(answer.status, 403, "{origin}");
            assert!(!answer.headers.contains_key("access-control-allow-origin"));
        }
    }
    assert!(upstream.heard().is_empty());
    for origin in ["https://mcp.example", "https://app.example"] {
        upstream.then_json(RESULT);
        let answer = world.send(call("read").with("origin", origin)).await;
        assert_eq!(answer.status, 200, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        assert!(
            answer
                .header("access-control-expose-headers")
                .contains("mcp-session-id")
        );
        assert!(
            !answer
                .headers
                .contains_key("access-control-allow-credentials")
        ); // GW-22
    }
}

#[tokio::test]
async fn a_preflight_needs_no_token_and_names_what_clients_send() {
    // R-029, interop 41
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let ask = request(Method::OPTIONS, "/mcp/files", Body::empty())
        .with("origin", "https://mcp.example")
        .with("access-control-request-method", "POST")
        .with(
            "access-control-request-headers",
            "authorization, mcp-param-region",
        );
    let answer = world.send(ask).await;
    assert_eq!(answer.status, 204);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://mcp.example"
    );
    let allowed = answer.header("access-control-allow-headers");
    for name in [
        "authorization",
        "mcp-protocol-version",
        "mcp-session-id",
        "mcp-method",
        "mcp-name",
        "last-event-id",
        "mcp-param-region",
    ] {
        assert!(allowed.contains(name), "{name}");
    }
    let challenged = world
        .send(
            call("x")
                .without("authorization")
                .with("origin", "https://mcp.example"),
        )
        .await;
    assert_eq!(challenged.status, 401);
    assert!(
        challenged
            .header("access-control-expose-headers")
            .contains("www-authenticate")
    );
    let foreign = request(Method::OPTIONS, "/mcp/files", Body::empty())
        .with("origin", "https://evil.example");
    assert_eq!(world.send(foreign).await.status, 403);
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn what_a_body_is_not_is_refused_by_its_status() {
    // GW-11, GW-23, GW-24, R-031
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.limits.request_bytes = 100
    });
    #[rustfmt::skip]
    let cases = [
        (call("a").with("content-type", "text/plain"),              415),
        (call("a").without("content-type"),                         415),
        (call("a").with("content-type", "application/x-www-form-urlencoded"), 415),
        (call("a").with("accept", "text/html"),                     406),
        (post("x".repeat(101)),                                     413),
        (post("{"),                                                 400),
        (call("a").verb(Method::PUT),                               405),
        (call("a").verb(Method::TRACE),                             405),
        (get("/mcp/files").with("accept", "application/json"),      406),
    ];
    for (ask, status) in cases {
        let answer = world.send(ask).await;
        assert_eq!(answer.status, status);
        answer.code(); // JSON-RPC in every case (R-080)
        assert_eq!(answer.headers.contains_key("allow"), status == 405);
    }
    assert!(upstream.heard().is_empty());
}
