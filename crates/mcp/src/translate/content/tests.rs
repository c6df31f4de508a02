use super::*;
use crate::{
    envelope::Message,
    era::Revision::{V2024_11_05, V2025_03_26, V2025_06_18, V2025_11_25, V2026_07_28},
    translate::InputRequest,
};

fn response(body: &str) -> Response<'_> {
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Response(response) => response,
        other => panic!("a response: {other:?}"),
    }
}

/// The result as a client of `revision` gets it.
fn degrade(result: &str, method: Method, revision: Revision) -> String {
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#);
    let found = degraded(&response(&body), method, revision).expect("a result");
    let whole = found.map_or(body.clone(), |bytes| {
        String::from_utf8(bytes).expect("text")
    });
    let inner = whole.strip_prefix(r#"{"jsonrpc":"2.0","id":1,"result":"#);
    inner
        .and_then(|inner| inner.strip_suffix('}'))
        .expect("a result")
        .to_owned()
}

#[test]
fn blocks_that_a_revision_does_not_have_stand_for_themselves_in_another_way() {
    let audio =
        r#"{"type":"audio","data":"AA==","mimeType":"audio/wav","annotations":{"priority":1.0}}"#;
    let blob = r#"{"type":"resource","resource":{"uri":"urn:doorward:audio","mimeType":"audio/wav","blob":"AA=="},"annotations":{"priority":1.0}}"#;
    let link = r#"{"type":"resource_link","uri":"file:///a","name":"a","title":"The A","description":"first","mimeType":"text/x","size":1}"#;
    let text = r#"{"type":"text","text":"The A: file:///a\nfirst\ntext/x"}"#;
    let bare = r#"{"type":"resource_link","uri":"file:///a"}"#;
    let bare_text = r#"{"type":"text","text":"file:///a"}"#;
    let plain = r#"{"type":"text","text":"x","_meta":{"n":1.50}}"#;
    let unknown = r#"{"type":"hologram","data":1}"#;
    for (revision, block, expected) in [
        (V2024_11_05, audio, blob),
        (V2025_03_26, audio, audio),
        (V2024_11_05, link, text),
        (V2025_03_26, link, text),
        (V2025_03_26, bare, bare_text),
        (V2025_06_18, link, link),
        (V2025_11_25, audio, audio),
        (V2024_11_05, plain, plain),
        (V2024_11_05, unknown, unknown),
        (V2026_07_28, link, link),
    ] {
        let result = |block: &str| format!(r#"{{"content":[ {plain},{block} ]}}"#);
        let found = degrade(&result(block), Method::ToolsCall, revision);
        assert_eq!(found, result(expected), "{revision}");
        let prompt =
            |block: &str| format!(r#"{{"messages":[{{"role":"user","content":{block}}}],"x":1}}"#);
        let found = degrade(&prompt(block), Method::PromptsGet, revision);
        assert_eq!(found, prompt(expected), "{revision}");
    }
}

#[test]
fn structure_is_told_as_text_where_nobody_would_look_at_it() {
    let told = r#"{"type":"text","text":"{\"a\":1.0}"}"#;
    let image = r#"{"type":"image","data":"","mimeType":"image/png"}"#;
    let object = r#"{"a":1.0}"#;
    for (revision, result, expected) in [
        // Before 2025-06-18 nobody reads it; it is unknown and stays.
        (
            V2024_11_05,
            format!(r#"{{"content":[],"structuredContent":{object}}}"#),
            format!(r#"{{"content":[{told}],"structuredContent":{object}}}"#),
        ),
        (
            V2025_03_26,
            format!(r#"{{"structuredContent":{object},"content":[{image}]}}"#),
            format!(r#"{{"structuredContent":{object},"content":[{image},{told}]}}"#),
        ),
        (
            V2025_03_26,
            format!(
                r#"{{"content":[{{"type":"text","text":"one"}}],"structuredContent":{object}}}"#
            ),
            format!(
                r#"{{"content":[{{"type":"text","text":"one"}}],"structuredContent":{object}}}"#
            ),
        ),
        // Later it must be an object there.
        (
            V2025_06_18,
            format!(r#"{{"content":[],"structuredContent":{object}}}"#),
            format!(r#"{{"content":[],"structuredContent":{object}}}"#),
        ),
        (
            V2025_11_25,
            r#"{"content":[],"structuredContent":[1.0]}"#.to_owned(),
            r#"{"content":[{"type":"text","text":"[1.0]"}]}"#.to_owned(),
        ),
        (
            V2025_06_18,
            r#"{"structuredContent":7,"isError":false}"#.to_owned(),
            r#"{"isError":false,"content":[{"type":"text","text":"7"}]}"#.to_owned(),
        ),
        (
            V2025_11_25,
            r#"{"content":[{"type":"text","text":"[1]"}],"structuredContent":[1]}"#.to_owned(),
            r#"{"content":[{"type":"text","text":"[1]"}]}"#.to_owned(),
        ),
        (
            V2026_07_28,
            r#"{"content":[],"structuredContent":[1.0]}"#.to_owned(),
            r#"{"content":[],"structuredContent":[1.0]}"#.to_owned(),
        ),
    ] {
        assert_eq!(
            degrade(&result, Method::ToolsCall, revision),
            expected,
            "{revision}"
        );
    }
}

#[test]
fn tools_are_described_as_their_readers_expect() {
    let tool = |rest: &str| format!(r#"{{"tools":[{{"name":"x",{rest}}}],"nextCursor":""}}"#);
    for (revision, from, to) in [
        (
            V2025_11_25,
            r#""inputSchema":{"type":"object","properties":{"a":true,"b":false,"c":{"x":1.0}}}"#,
            r#""inputSchema":{"type":"object","properties":{"a":{},"b":{"not":{}},"c":{"x":1.0}}}"#,
        ),
        (
            V2025_06_18,
            r#""inputSchema":{"type":"object"},"outputSchema":{"type":"array"},"icons":[]"#,
            r#""inputSchema":{"type":"object"},"icons":[]"#,
        ),
        (
            V2025_06_18,
            r#""outputSchema":{"type":"object","properties":{"a":true}},"title":"T""#,
            r#""outputSchema":{"type":"object","properties":{"a":{}}},"title":"T""#,
        ),
        (
            V2024_11_05,
            r#""outputSchema":{"type":"array"},"title":"T""#,
            r#""outputSchema":{"type":"array"},"title":"T""#,
        ),
        (
            V2025_03_26,
            r#""title":"T","annotations":{"readOnlyHint":true}"#,
            r#""title":"T","annotations":{"readOnlyHint":true,"title":"T"}"#,
        ),
        (
            V2025_03_26,
            r#""title":"T""#,
            r#""title":"T","annotations":{"title":"T"}"#,
        ),
        (
            V2025_03_26,
            r#""title":"T","annotations":{"title":"U"}"#,
            r#""title":"T","annotations":{"title":"U"}"#,
        ),
        (
            V2026_07_28,
            r#""outputSchema":{"type":"array"}"#,
            r#""outputSchema":{"type":"array"}"#,
        ),
    ] {
        let found = degrade(&tool(from), Method::ToolsList, revision);
        assert_eq!(found, tool(to), "{revision} {from}");
    }
}

#[test]
fn results_that_hold_nothing_new_are_not_touched() {
    for (method, result) in [
        (
            Method::ResourcesRead,
            r#"{"contents":[{"uri":"a:","blob":""}]}"#,
        ),
        (Method::Complete, r#"{"completion":{"values":[]}}"#),
        (
            Method::ToolsCall,
            r#"{"content":"odd","structuredContent":{}}"#,
        ),
        (Method::ToolsList, r#"{"tools":{}}"#),
        (Method::PromptsGet, r#"{"messages":[1,{"content":[]}]}"#),
    ] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#);
        let found = degraded(&response(&body), method, V2025_06_18);
        assert_eq!(found, Ok(None), "{method:?}");
    }
    let error = r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}}"#;
    assert_eq!(
        degraded(&response(error), Method::ToolsCall, V2025_06_18),
        Err(Fault::Outcome)
    );
    assert!(!may_degrade(Method::ToolsCall, V2026_07_28));
    assert!(!may_degrade(Method::ResourcesRead, V2024_11_05));
}

/// The parameters of a question as a client of `revision` gets them.
fn asked(method: &str, params: &str, revision: Revision) -> String {
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
    let Message::Request(request) = Message::parse(body.as_bytes()).expect("well formed") else {
        panic!("a request");
    };
    let question = InputRequest::of_request(&request).expect("a question");
    let told = question
        .to_request("1", revision, None)
        .expect("it exists there");
    let told = Message::parse(&told)
        .expect("well formed")
        .params()
        .and_then(|params| params.raw)
        .map(|raw| raw.as_str().to_owned());
    told.expect("parameters")
}

#[test]
fn a_sampling_message_of_an_older_client_holds_one_block() {
    let of = |messages: &str| format!(r#"{{"messages":[{messages}],"maxTokens":1}}"#);
    let a = r#"{"type":"text","text":"a"}"#;
    let b = r#"{"type":"image","data":"","mimeType":"image/png"}"#;
    let tool_use = r#"{"type":"tool_use","id":"1","name":"n","input":{}}"#;
    let audio = r#"{"type":"audio","data":"AA==","mimeType":"audio/wav"}"#;
    let message =
        |content: &str| format!(r#"{{"role":"user","content":{content},"_meta":{{"m":1}}}}"#);
    let as_text = |json: &str| {
        format!(
            r#"{{"type":"text","text":{}}}"#,
            crate::rewrite::quoted(json)
        )
    };
    for (revision, from, to) in [
        (
            V2025_11_25,
            message(&format!("[{a},{b}]")),
            message(&format!("[{a},{b}]")),
        ),
        (V2025_06_18, message(&format!("[{a}]")), message(a)),
        (
            V2025_06_18,
            message(&format!("[{a},{b}]")),
            format!(r#"{},{{"role":"user","content":{b}}}"#, message(a)),
        ),
        (
            V2025_03_26,
            message("[]"),
            message(r#"{"type":"text","text":""}"#),
        ),
        (V2025_06_18, message(tool_use), message(&as_text(tool_use))),
        (V2025_03_26, message(audio), message(audio)),
        (V2024_11_05, message(audio), message(&as_text(audio))),
    ] {
        let found = asked("sampling/createMessage", &of(&from), revision);
        assert_eq!(found, of(&to), "{revision}");
    }
}

#[test]
fn a_model_answers_an_older_server_with_one_block() {
    let of = |content: &str| format!(r#"{{"role":"assistant","content":{content},"model":"m"}}"#);
    let a = r#"{"type":"text","text":"a"}"#;
    let image = r#"{"type":"image","data":"","mimeType":"image/png"}"#;
    let both = format!(
        r#"{{"type":"text","text":{}}}"#,
        crate::rewrite::quoted(&format!("a\n\n{image}"))
    );
    for (revision, from, to) in [
        (V2025_11_25, of(&format!("[{a}]")), of(&format!("[{a}]"))),
        (V2025_06_18, of(a), of(a)),
        (V2025_06_18, of(&format!("[{a}]")), of(a)),
        (V2025_06_18, of(&format!("[{a},{image}]")), of(&both)),
        (V2025_06_18, of("[]"), of(r#"{"type":"text","text":""}"#)),
    ] {
        let raw = Raw::parse(from.as_bytes()).expect("well formed");
        assert_eq!(sampled(raw, revision), to, "{revision}");
    }
}

const CHOICES: &str = r#"{"message":"m","requestedSchema":{"type":"object","properties":{"one":{"type":"string","oneOf":[{"const":"r","title":"Red"},{"const":"g"}]},"some":{"type":"array","title":"Some","minItems":1,"items":{"anyOf":[{"const":"x","title":"Ex"},{"const":"y","title":"Why"}]},"default":["y"]},"plain":{"type":"string","enum":["a"]},"list":{"type":"array","description":"D","items":{"type":"string","enum":["p","q"]}}}}}"#;

#[test]
fn choices_of_a_form_are_put_as_2025_06_18_can() {
    // P-033
    assert_eq!(asked("elicitation/create", CHOICES, V2025_11_25), CHOICES);
    assert_eq!(
        asked("elicitation/create", CHOICES, V2025_06_18),
        r#"{"message":"m","requestedSchema":{"type":"object","properties":{"one":{"type":"string","enum":["r","g"],"enumNames":["Red","g"]},"some":{"type":"string","title":"Some","default":"Why","description":"Any of these, with commas between them: Ex, Why"},"plain":{"type":"string","enum":["a"]},"list":{"type":"string","description":"D\nAny of these, with commas between them: p, q"}}}}"#
    );
}

#[test]
fn choices_that_were_written_with_commas_are_taken_apart() {
    // P-033, P-035
    let params = Raw::parse(CHOICES.as_bytes()).expect("well formed");
    for (given, meant) in [
        (
            r#"{"action":"accept","content":{"one":"r","some":"why, Ex,,z","list":"q","plain":"a"}}"#,
            r#"{"action":"accept","content":{"one":"r","some":["y","x","z"],"list":["q"],"plain":"a"}}"#,
        ),
        (
            r#"{"action":"accept","content":{"some":["x"],"list":""}}"#,
            r#"{"action":"accept","content":{"some":["x"],"list":[]}}"#,
        ),
        (r#"{"action":"decline"}"#, r#"{"action":"decline"}"#),
    ] {
        let result = Raw::parse(given.as_bytes()).expect("well formed");
        assert_eq!(form_answer(params, result, V2025_06_18), meant);
        assert_eq!(form_answer(params, result, V2025_11_25), given);
    }
}
