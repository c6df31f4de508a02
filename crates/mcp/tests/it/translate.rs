//! Translation there and back is the identity on what both eras can say, and what is passed on
//! keeps its bytes: spacing, order, the spelling of numbers and strings, unknown members.

use doorward_mcp::{
    envelope::{Message, Notification, Request, Response},
    era::Revision,
    json::Raw,
    method::Method,
    translate::{
        Answer, Client, Failure, Hop, InputKind, InputRequest, Speaker, error_to_session,
        error_to_stateless, for_listener, for_session, request_renamed, request_to_session,
        request_to_stateless, result_to_session, result_to_stateless,
    },
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::Value;

const HOP: Hop<'static> = Hop {
    id: "\"there\"",
    token: Some("99"),
};

/// JSON as somebody may write it: odd numbers, escapes, spacing, order.
fn spelled() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "1.0",
        "1e2",
        "-0",
        "0.10",
        "1E+2",
        "9007199254740993",
        "true",
        "null",
        "\"\"",
        "\"\\u0041\\n\"",
        "\"é\u{2028}\"",
        "{ }",
        "[]",
    ]);
    leaf.prop_map(str::to_owned)
        .prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                (vec(inner.clone(), 0..4), space()).prop_map(|(items, space)| {
                    format!("[{space}{}{space}]", items.join(&format!("{space},")))
                }),
                (vec(inner, 0..4), space())
                    .prop_map(|(values, space)| object(&named(values), &space)),
            ]
        })
}

fn space() -> impl Strategy<Value = String> {
    select(vec!["", " ", "\n  ", "\t"]).prop_map(str::to_owned)
}

/// Members with keys that mean nothing, some of them written with escapes.
fn named(values: Vec<String>) -> Vec<(String, String)> {
    let keys = ["k0", "x/y", "\\u006b2", "k\\\"3", "titel", "k5"];
    let keys = keys.into_iter().map(str::to_owned);
    keys.zip(values).collect()
}

fn object(members: &[(String, String)], space: &str) -> String {
    let written: Vec<_> = members
        .iter()
        .map(|(key, value)| format!("{space}\"{key}\"{space}:{value}"))
        .collect();
    format!("{{{}{space}}}", written.join(","))
}

fn unknown(size: std::ops::Range<usize>) -> impl Strategy<Value = Vec<(String, String)>> {
    vec(spelled(), size).prop_map(named)
}

fn member(key: &str, json: impl Into<String>) -> (String, String) {
    (key.to_owned(), json.into())
}

/// A request that both eras have, as a session client writes it.
fn session_request() -> impl Strategy<Value = String> {
    let call = select(vec![
        ("tools/call", "name"),
        ("prompts/get", "name"),
        ("resources/read", "uri"),
        ("tools/list", "cursor"),
    ]);
    let meta = option::of((unknown(0..3), option::of(select(vec!["1", "\"t\\u0041\""]))));
    (call, unknown(0..4), meta, unknown(0..3), space()).prop_map(
        |((method, subject), extra, meta, rest, space)| {
            let mut params = vec![member(subject, "\"a\\u0062\"")];
            params.extend(extra);
            if let Some((mut members, token)) = meta {
                members.extend(token.map(|token| member("progressToken", token)));
                // An empty `_meta` says nothing and does not come back.
                if !members.is_empty() {
                    params.insert(1, member("_meta", object(&members, &space)));
                }
            }
            let mut message = vec![
                member("jsonrpc", "\"2.0\""),
                member("params", object(&params, &space)),
                member("id", "\"h\\u0065re\""),
                member("method", format!("\"{method}\"")),
            ];
            message.extend(rest);
            object(&message, &space)
        },
    )
}

fn client() -> impl Strategy<Value = Client> {
    let capabilities = option::of(select(vec![
        "{}",
        r#"{ "elicitation":{"form":{},"url":{}},"sampling":{"tools":{}} }"#,
        r#"{"roots":{},"experimental":{"x":1.50}}"#,
    ]));
    let info = option::of(select(vec![
        r#"{"name":"c","version":"1"}"#,
        "{ \"name\" : \"d\" }",
    ]));
    (capabilities, info).prop_map(|(capabilities, info)| {
        let meta = [
            capabilities.map(|json| member("io.modelcontextprotocol/clientCapabilities", json)),
            info.map(|json| member("io.modelcontextprotocol/clientInfo", json)),
        ];
        let meta: Vec<_> = meta.into_iter().flatten().collect();
        let params = object(&[member("_meta", object(&meta, ""))], "");
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{params}}}"#);
        Client::of_meta(&request(&body).params.meta)
    })
}

fn request(body: &str) -> Request<'_> {
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Request(request) => request,
        other => panic!("a request: {other:?}"),
    }
}

fn response(body: &str) -> Response<'_> {
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Response(response) => response,
        other => panic!("a response: {other:?}"),
    }
}

fn notification(body: &str) -> Notification<'_> {
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Notification(notification) => notification,
        other => panic!("a notification: {other:?}"),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The hop that a request came from.
fn home<'a>(request: &'a Request<'_>) -> Hop<'a> {
    let token = request.params.meta.progress_token.as_ref();
    Hop {
        id: request.id.as_json(),
        token: token.map(|token| token.as_json()),
    }
}

proptest! {
    // P-006, P-016, P-032
    #[test]
    fn a_session_request_comes_back_byte_for_byte(body in session_request(), client in client()) {
        let original = request(&body);
        let speaker = Speaker { client: &client, log_level: None };
        let there = text(request_to_stateless(&original, HOP, speaker));
        prop_assert_eq!(Client::of_meta(&request(&there).params.meta), client.clone());
        let back = text(request_to_session(&request(&there), home(&original)));
        prop_assert_eq!(back, body);
    }

    #[test]
    fn a_stateless_request_comes_back_saying_the_same(body in session_request(), client in client()) {
        let speaker = Speaker { client: &client, log_level: None };
        let stateless = text(request_to_stateless(&request(&body), HOP, speaker));
        let original = request(&stateless);
        let there = text(request_to_session(&original, Hop { id: "7", token: Some("8") }));
        prop_assert!(!there.contains("io.modelcontextprotocol/"));
        let back = text(request_to_stateless(&request(&there), home(&original), speaker));
        prop_assert_eq!(value(&back), value(&stateless));
    }

    // P-006, P-044
    #[test]
    fn what_passes_within_an_era_keeps_every_byte_but_id_and_token(body in session_request()) {
        let original = request(&body);
        prop_assert_eq!(text(request_renamed(&original, home(&original))), body.clone());
        let there = text(request_renamed(&original, HOP));
        prop_assert_eq!(text(request_renamed(&request(&there), home(&original))), body);
    }

    // P-015, P-025, P-042
    #[test]
    fn a_result_comes_back_byte_for_byte(
        members in unknown(0..5),
        meta in option::of(unknown(0..3)),
        method in select(vec![Method::ToolsCall, Method::ToolsList, Method::PromptsGet, Method::ResourcesRead, Method::Complete]),
        space in space(),
    ) {
        let mut members = members;
        members.extend(meta.map(|meta| member("_meta", object(&meta, &space))));
        let result = object(&members, &space);
        let body = format!("{{\"result\" :{result},\"id\":\"h\\u0065re\",\"jsonrpc\":\"2.0\" }}");
        let there = text(result_to_stateless(&response(&body), method, "7").expect("an object"));
        let newest = Revision::V2025_11_25;
        let back = result_to_session(&response(&there), method, newest, "\"h\\u0065re\"");
        prop_assert_eq!(text(back.expect("complete")), body);
        // And the other way round: what it came to be is what it stays.
        let again = result_to_session(&response(&there), method, newest, "1").expect("complete");
        let again = result_to_stateless(&response(&text(again)), method, "7").expect("an object");
        prop_assert_eq!(value(&text(again)), value(&there));
    }

    // P-025, P-041, R-051
    #[test]
    fn an_error_that_both_eras_have_comes_back_byte_for_byte(
        code in prop_oneof![Just(-32002_i64), -32019..=-32003_i64, -32603..=-32600_i64, 1..=999_i64],
        data in spelled(),
        rest in unknown(0..2),
    ) {
        let data = if code == -32002 { "{\"uri\":\"a:\\u0062\"}".to_owned() } else { data };
        let mut members = vec![member("message", "\"m\\u0041\""), member("code", code.to_string()), member("data", data)];
        members.extend(rest);
        let error = object(&members, " ");
        let body = format!(r#"{{"jsonrpc":"2.0","id":"a","error":{error}}}"#);
        let Ok(Failure::Error(there)) = error_to_stateless(&response(&body), "7") else {
            panic!("an error");
        };
        let there = text(there);
        prop_assert!(!there.contains("-32002"));
        let back = error_to_session(&response(&there), Method::ResourcesRead, "\"a\"");
        // Only a missing resource may be told in another way than it came.
        let is_missing = code == -32602 && value(&body)["error"]["data"]["uri"] != Value::Null;
        if !is_missing {
            prop_assert_eq!(text(back.expect("an error")), body);
        }
    }

    // R-053, P-038
    #[test]
    fn a_notification_comes_back_byte_for_byte(
        params in option::of((unknown(0..3), option::of(unknown(1..3)))),
        space in space(),
    ) {
        let params = params.map(|(mut params, meta)| {
            params.push(member("uri", "\"a:\\u0062\""));
            params.extend(meta.map(|meta| member("_meta", object(&meta, &space))));
            object(&params, &space)
        });
        let params = params.map_or(String::new(), |params| format!(",\"params\":{params}"));
        let body = format!("{{\"jsonrpc\":\"2.0\" ,\"method\":\"notifications/resources/updated\"{params}{space}}}");
        let there = text(for_listener(&notification(&body), "\"l\""));
        let told = notification(&there).params.meta.subscription_id.expect("named");
        prop_assert_eq!(told.as_json(), "\"l\"");
        prop_assert_eq!(text(for_session(&notification(&there))), body);
    }

    // P-019, P-034, P-035
    #[test]
    fn questions_and_answers_come_back_byte_for_byte(
        params in unknown(0..3),
        content in unknown(0..3),
        kind in select(vec![InputKind::Form, InputKind::Url, InputKind::Sampling, InputKind::Roots]),
    ) {
        let (demanded, answer) = match kind {
            InputKind::Form => (vec![member("message", "\"m\""), member("requestedSchema", "{}")], vec![member("action", "\"accept\""), member("content", object(&content, " "))]),
            InputKind::Url => (vec![member("mode", "\"url\""), member("message", "\"m\""), member("url", "\"a:b\"")], vec![member("action", "\"d\\u0065cline\"")]),
            InputKind::Sampling => (vec![member("messages", "[ ]")], vec![member("role", "\"assistant\""), member("content", "[ { } ]")]),
            InputKind::Roots => (Vec::new(), vec![member("roots", "[ ]")]),
        };
        let params = object(&[params, demanded].concat(), " ");
        let method = kind.method().as_str();
        let body = format!(r#"{{"jsonrpc":"2.0","id":"s","method":"{method}","params":{params}}}"#);
        let asked = request(&body);
        let question = InputRequest::of_request(&asked).expect("a question");
        let again = question.to_request("\"s\"", Revision::V2025_11_25, None).expect("it exists");
        prop_assert_eq!(text(again), body.clone());
        let entry = value(&question.to_entry());
        prop_assert_eq!(&entry["params"], &value(&params));

        let answer = object(&[answer, named(vec!["1.0".to_owned()])].concat(), " ");
        let raw = Raw::parse(answer.as_bytes()).expect("well formed");
        let told = text(kind.response(raw, "\"s\"", Revision::V2025_11_25).expect("an answer"));
        let heard = question.answer(&response(&told), Revision::V2025_11_25);
        prop_assert_eq!(heard, Answer::Given(answer));
    }
}
