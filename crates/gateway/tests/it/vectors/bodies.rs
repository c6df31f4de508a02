//! Bodies that are no message (GW-09 to GW-11).

use super::{Caller, WAYS, Way};

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let call = |rest: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{rest}}}"#).into_bytes()
    };
    let fine = String::from_utf8(call(r#"{"name":"ask"}"#)).expect("UTF-8");
    let batch = format!("[{fine}]");
    let deep = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    let id = |id: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"ask"}}}}"#)
            .into_bytes()
    };
    let long = format!("\"{}\"", "x".repeat(5000));
    let arguments = |value: &str| call(&format!(r#"{{"name":"ask","arguments":{{"a":{value}}}}}"#));
    let bad_text = [
        br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"#,
        &b"\xff"[..],
        br#""}}"#,
    ];
    vec![
        ("empty", b"".to_vec()),
        ("null", b"null".to_vec()),
        ("a text", b"\"x\"".to_vec()),
        ("an object of nothing", b"{}".to_vec()),
        ("no method", br#"{"jsonrpc":"2.0"}"#.to_vec()),
        ("parameters in a list", call("[]")),
        ("a name that is a number", call(r#"{"name":1}"#)),
        ("a name that is a list", call(r#"{"name":["ask"]}"#)),
        ("a name that is an object", call(r#"{"name":{}}"#)),
        ("a name that is null", call(r#"{"name":null}"#)),
        ("no name", call("{}")),
        (
            "arguments that are a text",
            call(r#"{"name":"ask","arguments":"{}"}"#),
        ),
        ("two messages", format!("{fine}{fine}").into_bytes()),
        ("something behind it", format!("{fine} x").into_bytes()),
        ("a comment", format!("//comment\n{fine}").into_bytes()),
        (
            "a mark of byte order",
            format!("\u{feff}{fine}").into_bytes(),
        ),
        ("UTF-16", utf16(&fine)),
        ("bytes that are no UTF-8", bad_text.concat()),
        ("half a surrogate", arguments(r#""\ud800""#)),
        ("no number", arguments("NaN")),
        ("a number without end", arguments("1e400x")),
        ("a hundred levels", arguments(&deep(100))),
        (
            "levels without end",
            r#"{"a":"#.repeat(100_000).into_bytes(),
        ),
        ("an id that is null", id("null")),
        ("an id with a fraction", id("1.5")),
        ("an id that is a list", id("[1]")),
        ("an id without end", id(&long)),
        (
            "another version",
            fine.replace("\"2.0\"", "\"1.0\"").into_bytes(),
        ),
        (
            "a key twice",
            fine.replace("\"id\":1", "\"id\":1,\"id\":2").into_bytes(),
        ),
        ("a name twice", call(r#"{"name":"ask","name":"slow"}"#)),
        (
            "a name in capitals besides",
            call(r#"{"name":"ask","Name":"slow"}"#),
        ),
        ("an argument twice", arguments(r#"1,"a":2"#)),
        ("a batch", batch.clone().into_bytes()),
        (
            "a batch behind white space",
            format!(" \r\n\t{batch}").into_bytes(),
        ),
        (
            "a batch behind a mark",
            format!("\u{feff}{batch}").into_bytes(),
        ),
        ("an empty batch", b"[]".to_vec()),
        ("a batch of a number", b"[1]".to_vec()),
        ("a batch in a batch", format!("[{batch}]").into_bytes()),
        (
            "a batch of notifications",
            br#"[{"jsonrpc":"2.0","method":"notifications/initialized"}]"#.to_vec(),
        ),
    ]
}

#[tokio::test]
async fn what_is_no_message_is_refused_cleanly_by_every_way_in_and_the_server_hears_nothing() {
    // GW-09, GW-10, GW-11, R-031, R-068, appendix "JSON-RPC bodies"
    for way in WAYS {
        let mut caller = Caller::by(way).await;
        for (name, body) in bodies() {
            // A session that named no revision may be one of the revision that has batches.
            let ask = caller.post(body, ("tools/call", "ask"));
            let ask = match way {
                Way::Session | Way::Hosted | Way::WholeSession => {
                    ask.with("mcp-protocol-version", "2025-11-25")
                }
                _ => ask,
            };
            let (status, answer) = caller.send(ask).await;
            let code = answer["error"]["code"].as_i64().unwrap_or_default();
            assert!(
                matches!(code, -32700 | -32600 | -32602),
                "{way:?}, {name}: {status} {answer}"
            );
            let is_told = matches!(status, 200 | 202) && code == -32602;
            assert!(
                status == 400 || is_told,
                "{way:?}, {name}: {status} {answer}"
            );
            assert!(answer.get("result").is_none(), "{way:?}, {name}");
        }
        let long = vec![b' '; 5 << 20];
        let ask = caller.post(long, ("tools/call", "ask"));
        assert_eq!(caller.send(ask).await.0, 413, "{way:?}");
        assert_eq!(caller.calls(), 0, "{way:?}");
    }
}
