use super::*;
use crate::{envelope::Message, translate::Opening};

fn response(body: &[u8]) -> Response<'_> {
    match Message::parse(body).expect("well formed") {
        Message::Response(response) => response,
        other => panic!("a response: {other:?}"),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

fn client(capabilities: &str) -> Client {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"protocolVersion":"x","capabilities":{capabilities}}}}}"#
    );
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Request(request) => Opening::of_initialize(&request).expect("readable").client,
        other => panic!("a request: {other:?}"),
    }
}

const INITIALIZED_RESULT: &str = r#"{"jsonrpc":"2.0","id":"i","result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true},"tasks":{}},"serverInfo":{"name":"s","version":"1"},"instructions":"do","x":1.0}}"#;

#[test]
fn a_session_server_is_discovered_by_what_it_said_when_it_was_opened() {
    // R-044, R-079, P-009, P-015
    let offer = Offer {
        versions: &[Revision::V2026_07_28, Revision::V2025_11_25],
        reach: Reach::Silent,
    };
    let answer = discover_result(&response(INITIALIZED_RESULT.as_bytes()), "7", offer);
    assert_eq!(
        text(answer.expect("readable")),
        r#"{"jsonrpc":"2.0","id":7,"result":{"capabilities":{"tools":{}},"instructions":"do","x":1.0,"resultType":"complete","ttlMs":0,"cacheScope":"private","supportedVersions":["2026-07-28","2025-11-25"],"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}}}"#
    );
}

#[test]
fn a_stateless_server_is_opened_by_what_it_said_when_it_was_discovered() {
    // P-032, P-042
    let discovered = br#"{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"resources":{"subscribe":true}},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"},"a":1},"ttlMs":9,"cacheScope":"public"}}"#;
    let opened = initialize_result(&response(discovered), "\"i\"", Revision::V2024_11_05, "{}");
    assert_eq!(
        text(opened.expect("readable")),
        r#"{"jsonrpc":"2.0","id":"i","result":{"capabilities":{"resources":{"subscribe":true}},"_meta":{"a":1},"protocolVersion":"2024-11-05","serverInfo":{"name":"s"}}}"#
    );

    let nameless =
        br#"{"jsonrpc":"2.0","id":7,"result":{"supportedVersions":[],"capabilities":{}}}"#;
    let unnamed = r#"{"name":"files","version":"0"}"#;
    let opened = initialize_result(&response(nameless), "1", Revision::V2025_11_25, unnamed);
    assert_eq!(
        text(opened.expect("readable")),
        r#"{"jsonrpc":"2.0","id":1,"result":{"capabilities":{},"protocolVersion":"2025-11-25","serverInfo":{"name":"files","version":"0"}}}"#
    );
}

#[test]
fn an_answer_without_capabilities_is_refused_and_an_error_stays_one() {
    for result in ["{}", r#"{"capabilities":[]}"#, "null"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#);
        let offer = Offer {
            versions: &[],
            reach: Reach::Listens,
        };
        assert!(discover_result(&response(body.as_bytes()), "1", offer).is_err());
    }
    let refused = br#"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"no","data":{}}}"#;
    let opened = initialize_result(&response(refused), "2", Revision::V2025_11_25, "{}");
    // P-041
    assert!(text(opened.expect("an error")).contains("-32603"));
}

#[test]
fn discovery_and_opening_say_the_same_there_and_back() {
    let offer = Offer {
        versions: &[Revision::V2026_07_28],
        reach: Reach::Listens,
    };
    let body = INITIALIZED_RESULT.replace(r#","tasks":{}"#, "");
    let there = discover_result(&response(body.as_bytes()), "7", offer).expect("readable");
    let back = initialize_result(&response(&there), "\"i\"", Revision::V2025_06_18, "{}");
    let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).expect("JSON");
    assert_eq!(value(&back.expect("readable")), value(body.as_bytes()));
}

#[test]
fn a_server_is_opened_with_what_this_request_declares() {
    // P-016, P-018, P-033
    let client = client(r#"{"elicitation":{"form":{},"url":{}},"sampling":{}}"#);
    let own = r#"{"name":"doorward","version":"1"}"#;
    assert_eq!(
        text(initialize_request("1", Revision::V2025_06_18, &client, own)),
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"elicitation":{},"sampling":{}},"clientInfo":{"name":"doorward","version":"1"}}}"#
    );
    let speaker = Speaker {
        client: &client,
        log_level: None,
    };
    assert_eq!(
        text(discover_request("\"d\"", speaker)),
        r#"{"jsonrpc":"2.0","id":"d","method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{"form":{},"url":{}},"sampling":{}}}}}"#
    );
}

#[test]
fn between_sessions_only_the_version_is_mapped() {
    // P-046
    let agreed = initialize_agreeing(
        &response(INITIALIZED_RESULT.as_bytes()),
        Revision::V2024_11_05,
    );
    let expected = INITIALIZED_RESULT.replace("2025-06-18", "2024-11-05");
    assert_eq!(text(agreed.expect("readable")), expected);

    let ask = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{ }}}"#;
    let Message::Request(request) = Message::parse(ask.as_bytes()).expect("well formed") else {
        panic!("a request");
    };
    let asked = initialize_asking(&request, Revision::V2025_03_26).expect("readable");
    assert_eq!(text(asked), ask.replace("2025-11-25", "2025-03-26"));
}

#[test]
fn versions_are_read_as_they_stand() {
    let opened = response(INITIALIZED_RESULT.as_bytes());
    assert_eq!(agreed_revision(&opened), Some(Revision::V2025_06_18));
    let body =
        br#"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28",1,"DRAFT"]}}"#;
    let read = supported_versions(&response(body));
    assert_eq!(read, Ok(vec!["2026-07-28".to_owned(), "DRAFT".to_owned()]));
    assert_eq!(supported_versions(&opened), Err(Fault::Discovery));
}
