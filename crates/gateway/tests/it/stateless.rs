//! Requests of 2026-07-28: what headers and body must say, in which order.

use http::Method;

use crate::{
    upstream::Upstream,
    world::{World, call_body, get, modern, post},
};

#[tokio::test]
async fn headers_must_say_what_the_body_says() {
    // R-034 to R-037, GW-08, S-015
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let ask = || modern("tools/call", Some("read"), r#""name":"read""#);
    let bare = |meta: &str| {
        post(format!(r#"{{"jsonrpc":"2.0","id":"m-1","method":"tools/list","params":{{"_meta":{{{meta}}}}}}}"#))
        .with("mcp-protocol-version", "2026-07-28")
        .with("mcp-method", "tools/list")
    };
    let version = r#""io.modelcontextprotocol/protocolVersion":"2026-07-28""#;
    #[rustfmt::skip]
    let cases = [
        ("no version header",     ask().without("mcp-protocol-version"),                    -32020),
        ("another version",       ask().with("mcp-protocol-version", "2025-11-25"),         -32020),
        ("two versions",          ask().and("mcp-protocol-version", "2026-07-28"),          -32020),
        ("no method header",      ask().without("mcp-method"),                              -32020),
        ("another method",        ask().with("mcp-method", "tools/list"),                   -32020),
        ("method in capitals",    ask().with("mcp-method", "TOOLS/CALL"),                   -32020),
        ("no name header",        ask().without("mcp-name"),                                -32020),
        ("another name",          ask().with("mcp-name", "delete_all"),                     -32020),
        ("two names",             ask().and("mcp-name", "delete_all"),                      -32020),
        ("bad base64",            ask().with("mcp-name", "=?base64?cmVhZA=?="),             -32020),
        ("no meta at all",        bare(""),                                                 -32602),
        ("no capabilities",       bare(version),                                            -32602),
        ("unknown version",       bare(&version.replace("2026", "2027")).with("mcp-protocol-version", "2027-07-28"), -32022),
        ("version of the session era", bare(&version.replace("2026-07-28", "2025-11-25")).with("mcp-protocol-version", "2025-11-25"), -32022),
    ];
    for (name, ask, code) in cases {
        let answer = world.send(ask).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, code),
            "{name}"
        );
        assert_eq!(answer.json()["id"], "m-1", "{name}");
        if code == -32022 {
            assert_eq!(answer.json()["error"]["data"]["supported"][0], "2026-07-28");
        }
    }
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn the_body_decides_which_tool_is_called() {
    // R-056, S-015, GW-08: policy never sees the header
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.servers[0].allow = crate::world::only(&["read_file"], &[], &[]);
    });
    let ask = modern("tools/call", Some("read_file"), r#""name":"delete_all""#);
    assert_eq!(world.send(ask).await.code(), -32020);
    // A session-era body with headers of 2026 is refused for what it lacks, never downgraded (R-077).
    let ask = post(call_body("delete_all"))
        .with("mcp-protocol-version", "2026-07-28")
        .with("mcp-name", "read_file");
    assert_eq!(world.send(ask).await.code(), -32602);
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn what_a_client_says_it_is_decides_nothing() {
    // R-055
    let upstream = Upstream::start().await;
    let world = World::with(upstream.config(), |config| {
        config.servers[0].allow = crate::world::only(&["read_file"], &[], &[]);
    });
    for name in ["doorward", "administrator", "probe"] {
        let claim = format!(
            r#"{{"jsonrpc":"2.0","id":"m-1","method":"tools/call","params":{{"name":"delete_all","_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}},"io.modelcontextprotocol/clientInfo":{{"name":"{name}","version":"1"}}}}}}}}"#
        );
        let ask = post(claim)
            .with("mcp-protocol-version", "2026-07-28")
            .with("mcp-method", "tools/call")
            .with("mcp-name", "delete_all");
        assert_eq!(world.send(ask).await.code(), -32602, "{name}");
    }
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn what_this_revision_does_not_have_is_refused() {
    // R-047, R-052, GW-10
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let version = ("mcp-protocol-version", "2026-07-28");
    for verb in [Method::GET, Method::DELETE] {
        let answer = world
            .send(get("/mcp/files").verb(verb).with(version.0, version.1))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("allow")),
            (405, "POST")
        );
    }
    for body in [
        r#"[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]"#,
        "[]",
        r#" [1]"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
    ] {
        let answer = world.send(post(body).with(version.0, version.1)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, -32600),
            "{body}"
        );
    }
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn bodies_that_are_no_message_are_refused_without_a_word_upstream() {
    // GW-09, GW-10, GW-11, appendix "JSON-RPC bodies"
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{}1{}}}"#,
        r#"{"a":"#.repeat(100),
        "}".repeat(100)
    );
    let long_id = format!(
        r#"{{"jsonrpc":"2.0","id":"{}","method":"ping"}}"#,
        "x".repeat(5000)
    );
    let bodies = [
        "",
        "null",
        "[]",
        "[1]",
        "\"x\"",
        "{}",
        r#"{"jsonrpc":"2.0"}"#,
        r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":[],"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","method":"tools/call","id":1,"params":[]}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"} x"#,
        "// hm\n{}",
        "\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}",
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\ud800"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1,"a":2}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}"#,
        deep.as_str(),
        long_id.as_str(),
    ];
    for body in bodies {
        let answer = world.send(post(body.to_owned())).await;
        assert_eq!(
            answer.status,
            if body.contains("params\":[]") {
                200
            } else {
                400
            },
            "{body}"
        );
        let code = answer.code();
        assert!(matches!(code, -32700 | -32600 | -32602), "{code} {body}");
    }
    assert!(upstream.heard().is_empty());
}
