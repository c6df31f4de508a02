//! Upstreams that misbehave: one JSON-RPC error each, and nothing of theirs leaks.

use http_body_util::BodyExt;

use crate::{
    upstream::{Upstream, typed, with},
    world::{World, call, config, modern, post, server},
};

#[tokio::test]
async fn every_kind_of_failure_is_one_error_that_says_what_it_was() {
    // GW-27, P-003, S-025
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let secret = "SECRET http://internal:1/ stack trace";
    let fine = r#"{"jsonrpc":"2.0","id":5,"result":{}}"#;
    #[rustfmt::skip]
    let cases = [
        ("server error",      typed(500, "text/plain", secret),                                  502, "failed (HTTP 500)"),
        ("server error JSON", typed(503, "application/json", fine),                              502, "failed (HTTP 503)"),
        ("redirect",          with(typed(302, "", secret), "location", "https://evil.example"),  502, "redirect"),
        ("moved, with body",  with(typed(307, "application/json", fine), "location", "/x"),      502, "redirect"),
        ("unauthorized",      with(typed(401, "", secret), "www-authenticate", "Bearer x"),      502, "credentials (HTTP 401)"),
        ("forbidden",         typed(403, "application/json", fine),                              502, "credentials (HTTP 403)"),
        ("web page",          typed(200, "text/html", secret),                                   502, "not MCP"),
        ("no type",           typed(200, "", secret),                                            502, "not MCP"),
        ("plain text",        typed(200, "text/plain", fine),                                    502, "not MCP"),
        ("compressed",        with(typed(200, "application/json", fine), "content-encoding", "gzip"), 502, "not MCP"),
        ("created",           typed(201, "application/json", fine),                              502, "failed (HTTP 201)"),
        ("plain 404",         typed(404, "text/html", secret),                                   404, "refused the request (HTTP 404)"),
        ("plain 400",         typed(400, "text/plain", secret),                                  400, "refused the request (HTTP 400)"),
        ("400 with a result", typed(400, "application/json", fine),                              400, "refused the request (HTTP 400)"),
        ("405 to a POST",     typed(405, "", ""),                                                405, "refused the request (HTTP 405)"),
    ];
    for (name, response, status, message) in cases {
        upstream.then(response);
        let answer = world.send(call("read")).await;
        assert_eq!(answer.status, status, "{name}");
        assert_eq!(answer.code(), -32603, "{name}");
        assert_eq!(answer.json()["id"], 5, "{name}");
        let said = answer.json()["error"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(said.contains(message), "{name}: {said}");
        assert!(!answer.text().contains("SECRET"), "{name}");
        for header in ["location", "www-authenticate", "content-encoding"] {
            assert!(!answer.headers.contains_key(header), "{name}");
        }
        // What a client may have brought about by trying another era is none of the operator's.
        let reference = answer.json()["error"]["data"]["reference"].clone();
        if status == 502 {
            let (server, reason) = world.store.failures().pop().expect("a record");
            let reference = reference.as_str().expect("a reference");
            assert_eq!(server, "files");
            assert!(
                reason.contains(message) && reason.contains(reference),
                "{reason}"
            );
            assert!(!reason.contains("SECRET"), "{reason}");
        } else {
            assert!(reference.is_null(), "{name}");
        }
    }
}

#[tokio::test]
async fn an_upstream_that_is_not_there_is_a_bad_gateway() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("port");
    let url = format!("http://{}/mcp", listener.local_addr().expect("address"));
    drop(listener);
    let headers = Vec::new();
    let upstream = doorward_gateway::UpstreamConfig::Http {
        url: url.parse().expect("URL"),
        headers,
    };
    let world = World::of(config(vec![server("files", upstream)]));
    let answer = world.send(modern("tools/list", None, "")).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (502, -32603));
    assert_eq!(answer.json()["id"], "m-1");
    assert!(!answer.text().contains("127.0.0.1"), "{}", answer.text());
    let reference = answer.json()["error"]["data"]["reference"]
        .as_str()
        .map(str::len);
    assert_eq!(reference, Some(10));
    let check = world.gateway.check().await;
    assert!(check[0].tools.is_err());
}

#[tokio::test]
async fn output_without_end_is_cut() {
    // GW-28
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.limits.response_bytes = 1000;
        config.limits.message_bytes = 1000;
    });
    let long = format!(
        r#"{{"jsonrpc":"2.0","id":5,"result":{{"x":"{}"}}}}"#,
        "x".repeat(1000)
    );
    upstream.then_json(&long);
    let announced = world.send(call("read")).await;
    assert_eq!(announced.status, 502);
    assert!(announced.text().contains("too large"));
    upstream.then_slow_json().write(&long);
    let chunked = world.send(call("read")).await;
    assert_eq!(chunked.status, 502);
    assert!(chunked.text().contains("too large"));
    let larger = World::with(upstream.config(), |config| {
        config.limits.response_bytes = 100_000;
    });
    let longer = upstream.then_slow_json();
    longer.write(&long.replace("\"}}", &"x".repeat(70_000)));
    longer.write(&"x".repeat(70_000));
    let body = larger.open(call("read")).await.into_body();
    assert!(
        body.collect().await.is_err(),
        "cut, and the reader can tell"
    );
    let stream = upstream.then_stream();
    let mut body = world.open(call("read")).await.into_body();
    stream.event("1");
    assert!(body.frame().await.expect("open").is_ok());
    stream.write(&format!("data: {}", "x".repeat(1000)));
    let told = body.frame().await.expect("open").expect("a last event");
    let told = told.into_data().expect("data");
    assert!(String::from_utf8_lossy(&told).contains("too large"));
    assert!(body.frame().await.is_none());
    world
        .until("the upstream is let go", || !stream.event("2"))
        .await;
}

#[tokio::test]
async fn a_session_identifier_that_nobody_may_choose_is_not_passed_on() {
    for bad in ["a b".to_owned(), "x".repeat(2000)] {
        let upstream = Upstream::start().await;
        let world = World::new(upstream.config());
        upstream.then(with(
            typed(200, "application/json", "{}"),
            "mcp-session-id",
            &bad,
        ));
        let answer = world.send(post(crate::world::INITIALIZE)).await;
        assert_eq!(answer.status, 502);
        assert!(!answer.headers.contains_key("mcp-session-id"));
    }
}
