//! What passes between a client and an HTTP upstream, and what stays behind.

use http::Method;
use http_body_util::BodyExt;

use crate::{
    upstream::{Upstream, typed, with},
    world::{CANARY, INITIALIZE, World, call, get, modern, post},
};

#[tokio::test]
async fn the_bytes_of_a_message_and_of_its_answer_pass_unchanged() {
    // GW-09: what was judged is what is forwarded
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let body = "{ \"params\": {\"arguments\" :{\"z\":1.50,\"a\":[ ]},\"name\":\"read\\u005ffile\" }, \"x\":\"\u{fc}\",\"method\":\"tools/call\",\"id\":\"\\u0061\",\"jsonrpc\":\"2.0\"}\n";
    let reply = "{\"id\":\"a\",\n \"result\":{\"content\":[],\"n\":1e2} ,\"jsonrpc\":\"2.0\"}";
    upstream.then_json(reply);
    let answer = world.send(post(body)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text(), reply);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(upstream.last().body, body);
    assert_eq!(upstream.last().method, Method::POST);
}

#[tokio::test]
async fn nothing_of_the_callers_own_reaches_the_upstream() {
    // GW-01, GW-05, GW-06, P-002
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    upstream.then_json("{}");
    let mut ask = call("read").with("cookie", CANARY).with("host", CANARY);
    for name in [
        "x-forwarded-for",
        "x-user",
        "remote-user",
        "forwarded",
        "proxy-authorization",
        "dpop",
        "x-doorward-user",
        "user-agent",
        "te",
    ] {
        ask = ask.with(name, CANARY);
    }
    world.send(ask).await;
    let heard = upstream.last();
    assert!(!format!("{heard:?}").contains(CANARY), "{heard:?}");
    let mut names: Vec<_> = heard.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "content-length", "content-type", "host"]);
    assert_eq!(
        heard.headers["host"],
        upstream.url.split('/').nth(2).expect("host")
    );
}

#[tokio::test]
async fn the_upstream_gets_its_own_credentials() {
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        if let doorward_gateway::UpstreamConfig::Http { headers, .. } =
            &mut config.servers[0].upstream
        {
            headers.push((
                http::header::AUTHORIZATION,
                "Bearer own".parse().expect("value"),
            ));
        }
    });
    upstream.then_json("{}");
    world.send(call("read")).await;
    assert_eq!(upstream.last().headers["authorization"], "Bearer own");
}

#[tokio::test]
async fn only_listed_headers_of_an_answer_pass() {
    // GW-27
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let mut response = typed(200, "application/json", "{}");
    for name in [
        "set-cookie",
        "location",
        "www-authenticate",
        "server",
        "access-control-allow-origin",
        "x-internal",
        "link",
        "strict-transport-security",
    ] {
        response = with(response, name, "leak");
    }
    upstream.then(with(response, "mcp-protocol-version", "2025-11-25"));
    let answer = world.send(call("read")).await;
    let mut names: Vec<_> = answer.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "cache-control",
            "content-length",
            "content-type",
            "mcp-protocol-version"
        ]
    );
}

#[tokio::test]
async fn a_notification_is_taken_with_202_and_no_body() {
    // R-030
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    for response in [
        typed(202, "", ""),
        typed(202, "text/plain", "Accepted"),
        typed(200, "", ""),
        typed(204, "", ""),
    ] {
        upstream.then(response);
        let answer = world
            .send(post(
                r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            ))
            .await;
        assert_eq!((answer.status.as_u16(), answer.text()), (202, ""));
    }
    upstream.then(typed(202, "", ""));
    let answer = world
        .send(post(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#))
        .await;
    assert_eq!(answer.status, 202);
    let unknown = world
        .send(post(r#"{"jsonrpc":"2.0","method":"notifications/other"}"#))
        .await;
    assert_eq!(unknown.status, 400);
    assert_eq!(upstream.heard().len(), 5);
}

#[tokio::test]
async fn a_session_belongs_to_one_user_one_client_and_one_server() {
    // R-020, R-060, S-007, GW-15, GW-16, P-046
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    world.tokens.grant(
        "bob",
        "bobs",
        "files",
        &doorward_core::scope::ScopeSet::baseline(),
    );
    upstream.then(with(
        typed(200, "application/json", "{}"),
        "mcp-session-id",
        "upstreams-own",
    ));
    let opened = world.send(post(INITIALIZE)).await;
    let session = opened.header("mcp-session-id").to_owned();
    assert!(
        !session.contains("upstreams-own")
            && session.bytes().all(|byte| (0x21..=0x7e).contains(&byte))
    );

    upstream.then(with(
        typed(200, "application/json", "{}"),
        "mcp-session-id",
        "upstreams-own",
    ));
    let answer = world
        .send(call("read").with("mcp-session-id", &session))
        .await;
    assert_eq!(answer.header("mcp-session-id"), session);
    assert_eq!(upstream.last().headers["mcp-session-id"], "upstreams-own");

    let known_to_upstream = upstream.heard().len();
    let mut forged = session.clone().into_bytes();
    forged[20] ^= 1;
    let forged = String::from_utf8(forged).expect("ASCII");
    let unknown = world
        .send(call("read").with("mcp-session-id", "upstreams-own"))
        .await;
    assert_eq!(unknown.status, 404);
    for (token, presented) in [
        ("bobs", session.as_str()),
        (CANARY, &forged),
        (CANARY, "1"),
        (CANARY, "\""),
    ] {
        for ask in [
            call("read"),
            get("/mcp/files"),
            get("/mcp/files").verb(Method::DELETE),
        ] {
            let answer = world
                .send(ask.token(token).with("mcp-session-id", presented))
                .await;
            assert_eq!(
                answer, unknown,
                "one answer for every session that is not one's own"
            );
        }
    }
    assert_eq!(upstream.heard().len(), known_to_upstream);

    // The upstream's own 404 is the very same answer: nobody learns who has forgotten what.
    upstream.then(typed(404, "text/plain", "gone"));
    let gone = world
        .send(call("read").with("mcp-session-id", &session))
        .await;
    assert_eq!(gone, unknown);
}

#[tokio::test]
async fn a_session_survives_a_restart_of_the_gateway() {
    let upstream = Upstream::start().await;
    let before = World::new(upstream.config());
    upstream.then(with(
        typed(200, "application/json", "{}"),
        "mcp-session-id",
        "s1",
    ));
    let session = before
        .send(post(INITIALIZE))
        .await
        .header("mcp-session-id")
        .to_owned();
    let after = World::new(upstream.config());
    upstream.then_json("{}");
    let answer = after
        .send(call("read").with("mcp-session-id", &session))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(upstream.last().headers["mcp-session-id"], "s1");
}

#[tokio::test]
async fn a_session_is_ended_where_it_lives() {
    // R-061
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    upstream.then(with(
        typed(200, "application/json", "{}"),
        "mcp-session-id",
        "s1",
    ));
    let session = world
        .send(post(INITIALIZE))
        .await
        .header("mcp-session-id")
        .to_owned();
    for (theirs, ours) in [(200, 204), (204, 204), (202, 202), (405, 405), (404, 404)] {
        upstream.then(typed(theirs, "", ""));
        let ask = get("/mcp/files")
            .verb(Method::DELETE)
            .with("mcp-session-id", &session);
        let answer = world.send(ask).await;
        assert_eq!(answer.status, ours, "{theirs}");
        assert_eq!(upstream.last().method, Method::DELETE);
        assert_eq!(upstream.last().headers["mcp-session-id"], "s1");
    }
}

#[tokio::test]
async fn a_stream_is_resumed_where_it_lives() {
    // R-062, R-064
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    upstream.then(with(
        typed(200, "application/json", "{}"),
        "mcp-session-id",
        "s1",
    ));
    let opened = world.send(post(INITIALIZE)).await;
    let stream = upstream.then_stream();
    let ask = get("/mcp/files")
        .with("mcp-session-id", opened.header("mcp-session-id"))
        .with("last-event-id", "s/41")
        .with("mcp-protocol-version", "2025-06-18");
    let response = world.open(ask).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["x-accel-buffering"], "no"); // R-032
    assert_eq!(upstream.last().headers["last-event-id"], "s/41");
    assert_eq!(
        upstream.last().headers["mcp-protocol-version"],
        "2025-06-18"
    );
    assert_eq!(upstream.last().headers["accept"], "text/event-stream");
    let text =
        "id: s/42\nretry: 300\ndata: {\"jsonrpc\":\"2.0\",\ndata: \"method\":\"x\"}\n\n: hm\n\n";
    assert!(stream.write(text));
    drop(stream);
    let body = response
        .into_body()
        .collect()
        .await
        .expect("body")
        .to_bytes();
    assert_eq!(body, text);
    upstream.then(typed(405, "", ""));
    let answer = world.send(get("/mcp/files")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("allow")),
        (405, "POST")
    );
}

const ANSWER: &str = "data: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}\n\n";

#[tokio::test]
async fn events_flow_as_they_come() {
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let stream = upstream.then_stream();
    let mut body = world.open(call("slow")).await.into_body();
    for (part, passes) in [
        ("data: 1\n\n", "data: 1\n\n"),
        ("data: 2\n\ndata: ", "data: 2\n\n"),
        ("3\n\n", "data: 3\n\n"),
        (": hm\n", ": hm\n"),
        (ANSWER, ANSWER),
        ("data: half", ""),
    ] {
        stream.write(part);
        if passes.is_empty() {
            continue;
        }
        let frame = body.frame().await.expect("open").expect("whole");
        assert_eq!(frame.into_data().expect("data"), passes);
    }
    drop(stream);
    let rest = body.frame().await.expect("open").expect("whole");
    assert_eq!(rest.into_data().expect("data"), "data: half");
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn a_client_that_takes_json_only_gets_the_response_out_of_the_stream() {
    // R-031
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let stream = upstream.then_stream();
    stream.event(r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#);
    stream.event(r#"{"jsonrpc":"2.0","id":5,"result":{}}"#);
    drop(stream);
    let answer = world
        .send(call("read").with("accept", "application/json"))
        .await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.text(), r#"{"jsonrpc":"2.0","id":5,"result":{}}"#);
}

#[tokio::test]
async fn mirrored_headers_of_2026_pass_once_they_agree_with_the_body() {
    // R-040, R-042, P-044, GW-08
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    upstream.then_json("{}");
    let ask = modern(
        "tools/call",
        Some("=?base64?cmVhZA==?="),
        r#""name":"read""#,
    )
    .with("mcp-param-region", "eu")
    .with("mcp-session-id", "stray")
    .with("last-event-id", "7");
    let answer = world.send(ask).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let heard = upstream.last().headers;
    assert_eq!(heard["mcp-method"], "tools/call");
    assert_eq!(heard["mcp-name"], "=?base64?cmVhZA==?=");
    assert_eq!(heard["mcp-param-region"], "eu");
    assert!(!heard.contains_key("mcp-session-id") && !heard.contains_key("last-event-id")); // R-047, R-077
}

#[tokio::test]
async fn the_upstreams_refusals_of_a_message_pass_in_their_own_words() {
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    for status in [400, 404, 409] {
        let body = r#"{"jsonrpc":"2.0","id":"m-1","error":{"code":-32020,"message":"theirs"}}"#;
        upstream.then(typed(status, "application/json", body));
        let answer = world.send(modern("tools/list", None, "")).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (status, body));
    }
}
