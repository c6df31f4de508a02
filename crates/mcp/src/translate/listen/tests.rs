use super::*;
use crate::{envelope::Message, translate::Client};

fn read(filter: &str) -> Result<Filter, Fault> {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{{"notifications":{filter}}}}}"#
    );
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Request(request) => Filter::of_listen(&request),
        other => panic!("a request: {other:?}"),
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

#[test]
fn a_filter_is_read_strictly_and_written_as_it_was_meant() {
    // R-053, P-026
    for (json, written) in [
        ("{}", "{}"),
        (
            r#"{"toolsListChanged":true,"promptsListChanged":false,"x":1}"#,
            r#"{"toolsListChanged":true}"#,
        ),
        (
            r#"{"resourceSubscriptions":["b:\u0041","a:1","a:1"],"resourcesListChanged":true,"toolsListChanged":null}"#,
            r#"{"resourcesListChanged":true,"resourceSubscriptions":["a:1","b:A"]}"#,
        ),
    ] {
        assert_eq!(read(json).expect("well formed").to_json(), written);
    }
    for refused in [
        "[]",
        "null",
        r#"{"toolsListChanged":1}"#,
        r#"{"resourceSubscriptions":"a"}"#,
        r#"{"resourceSubscriptions":[1]}"#,
    ] {
        assert_eq!(read(refused), Err(Fault::Filter), "{refused}");
    }
    let many = vec!["\"a:\""; MAX_SUBSCRIPTIONS + 1].join(",");
    let many = format!(r#"{{"resourceSubscriptions":[{many}]}}"#);
    assert_eq!(read(&many), Err(Fault::Filter));
    let long = format!(
        r#"{{"resourceSubscriptions":["{}"]}}"#,
        "a".repeat(MAX_URI + 1)
    );
    assert_eq!(read(&long), Err(Fault::Filter));
}

#[test]
fn only_what_the_server_offers_is_acknowledged() {
    // P-026, P-009
    let wanted = read(r#"{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,"resourceSubscriptions":["a:"]}"#)
        .expect("well formed");
    for (capabilities, granted) in [
        ("{}", "{}"),
        (
            r#"{"tools":{"listChanged":true},"prompts":{"listChanged":false},"resources":{}}"#,
            r#"{"toolsListChanged":true}"#,
        ),
        (
            r#"{"resources":{"subscribe":true}}"#,
            r#"{"resourceSubscriptions":["a:"]}"#,
        ),
        (
            r#"{"resources":{"listChanged":true,"subscribe":"yes"}}"#,
            r#"{"resourcesListChanged":true}"#,
        ),
    ] {
        let raw = Raw::parse(capabilities.as_bytes()).expect("well formed");
        assert_eq!(wanted.granted(raw).to_json(), granted, "{capabilities}");
    }
    let raw = Raw::parse(br#"{"tools":{"listChanged":true},"resources":{"subscribe":true}}"#);
    let offered = Filter::offered(raw.expect("well formed"));
    assert_eq!(offered.to_json(), r#"{"toolsListChanged":true}"#);
}

#[test]
fn nobody_hears_what_they_did_not_ask_for() {
    // R-053
    let filter =
        read(r#"{"toolsListChanged":true,"resourceSubscriptions":["a:1"]}"#).expect("well formed");
    for (body, is_told) in [
        (
            r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#,
            true,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}"#,
            false,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/resources/list_changed"}"#,
            false,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:\u0031"}}"#,
            true,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:2"}}"#,
            false,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/resources/updated"}"#,
            false,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1}}"#,
            false,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#,
            false,
        ),
        (r#"{"jsonrpc":"2.0","method":"notifications/other"}"#, false),
    ] {
        assert_eq!(filter.admits(&notification(body)), is_told, "{body}");
    }
    let both = filter.or(&read(r#"{"promptsListChanged":true}"#).expect("well formed"));
    assert!(both.tools && both.prompts && !both.resources && both.uris.len() == 1);
    assert!(!both.is_empty() && Filter::default().is_empty());
}

#[test]
fn what_is_within_a_resource_is_told_too_where_rights_are_looked_at() {
    // P-038, GW-20
    let filter = read(r#"{"resourceSubscriptions":["file:///a","file:///b/"]}"#);
    let filter = filter.expect("well formed");
    for (uri, is_covered) in [
        ("file:///a", true),
        ("file:///a/1", true),
        ("file:///a#part", true),
        ("file:///a?x=1", true),
        ("file:///ab", false),
        ("file:///b/1", true),
        ("file:///b", false),
        ("file:///", false),
    ] {
        let updated = format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{{"uri":"{uri}"}}}}"#
        );
        let updated = notification(&updated);
        assert_eq!(filter.covers(&updated), is_covered, "{uri}");
        let is_named = ["file:///a", "file:///b/"].contains(&uri);
        assert_eq!(filter.admits(&updated), is_named, "{uri}");
    }
    let other =
        r#"{"jsonrpc":"2.0","method":"notifications/other","params":{"uri":"file:///a/1"}}"#;
    assert!(!filter.covers(&notification(other)));
}

#[test]
fn a_listen_stream_begins_and_ends_with_the_id_of_its_request() {
    // R-053, R-054
    let filter = read(r#"{"toolsListChanged":true}"#).expect("well formed");
    let first = text(acknowledged("\"l\"", &filter));
    assert_eq!(
        first,
        r#"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"l"},"notifications":{"toolsListChanged":true}}}"#
    );
    let back = Filter::of_acknowledged(&notification(&first));
    assert_eq!(back, Ok(filter));
    assert_eq!(
        text(listen_ended("5")),
        r#"{"jsonrpc":"2.0","id":5,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":5}}}"#
    );
}

#[test]
fn what_a_filter_wants_is_asked_in_the_words_of_either_era() {
    // P-026, P-038
    let filter = read(r#"{"resourceSubscriptions":["a:\""]}"#).expect("well formed");
    let client = Client::default();
    let speaker = Speaker {
        client: &client,
        log_level: None,
    };
    assert_eq!(
        text(listen_request("3", speaker, &filter)),
        r#"{"jsonrpc":"2.0","id":3,"method":"subscriptions/listen","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},"notifications":{"resourceSubscriptions":["a:\""]}}}"#
    );
    assert_eq!(
        text(subscribe_request("4", Method::ResourcesSubscribe, "a:\"")),
        r#"{"jsonrpc":"2.0","id":4,"method":"resources/subscribe","params":{"uri":"a:\""}}"#
    );
}
