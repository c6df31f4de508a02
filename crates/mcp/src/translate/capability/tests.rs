use super::*;
use crate::era::Revision::{V2024_11_05, V2025_03_26, V2025_06_18, V2025_11_25, V2026_07_28};

fn capabilities(json: &str) -> ClientCapabilities {
    ClientCapabilities::new(Raw::parse(json.as_bytes()).expect("well formed")).expect("an object")
}

#[test]
fn a_revision_is_told_what_it_knows_and_no_more() {
    // P-033, P-018, P-043
    let all = r#"{"experimental":{"x":1.0},"roots":{"listChanged":true},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}},"tasks":{"list":{}},"extensions":{"a/b":{},"io.modelcontextprotocol/tasks":{}},"new":[1]}"#;
    let old = r#"{"experimental":{"x":1.0},"roots":{"listChanged":true},"sampling":{},"extensions":{"a/b":{}},"new":[1]}"#;
    for (declared, revision, known) in [
        (all, V2024_11_05, old),
        (all, V2025_03_26, old),
        (
            all,
            V2025_06_18,
            r#"{"experimental":{"x":1.0},"roots":{"listChanged":true},"sampling":{},"elicitation":{},"extensions":{"a/b":{}},"new":[1]}"#,
        ),
        (
            all,
            V2025_11_25,
            r#"{"experimental":{"x":1.0},"roots":{"listChanged":true},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}},"extensions":{"a/b":{}},"new":[1]}"#,
        ),
        (
            all,
            V2026_07_28,
            r#"{"experimental":{"x":1.0},"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}},"extensions":{"a/b":{}},"new":[1]}"#,
        ),
        (r#"{"elicitation":{"url":{}}}"#, V2025_06_18, "{}"),
        (
            r#"{"elicitation":{}}"#,
            V2025_06_18,
            r#"{"elicitation":{}}"#,
        ),
        (
            r#"{"elicitation":{}}"#,
            V2026_07_28,
            r#"{"elicitation":{}}"#,
        ),
        ("{ }", V2026_07_28, "{ }"),
    ] {
        let found = capabilities(declared).known_to(revision);
        assert_eq!(&**found.as_json(), known, "{declared} {revision}");
    }
}

#[test]
fn what_was_not_declared_is_never_added() {
    // P-018
    for revision in Revision::ALL {
        let found = capabilities("{}").known_to(revision);
        assert_eq!(found, ClientCapabilities::default());
    }
    assert_eq!(
        ClientCapabilities::new(Raw::parse(b"[]").expect("well formed")),
        None
    );
}

#[test]
fn input_is_asked_only_of_clients_that_declared_it() {
    // R-043, P-024, P-033: an empty elicitation means forms only
    use InputKind::{Form, Roots, Sampling, Url};
    for (json, allowed) in [
        ("{}", &[][..]),
        (r#"{"elicitation":{}}"#, &[Form]),
        (r#"{"elicitation":{"form":{}}}"#, &[Form]),
        (r#"{"elicitation":{"url":{}}}"#, &[Url]),
        (r#"{"elicitation":{"url":{},"form":{}}}"#, &[Form, Url]),
        (
            r#"{"elicitation":null,"sampling":{},"roots":{}}"#,
            &[Sampling, Roots],
        ),
    ] {
        for kind in [Form, Url, Sampling, Roots] {
            assert_eq!(
                capabilities(json).allow(kind),
                allowed.contains(&kind),
                "{json} {kind:?}"
            );
        }
    }
}

#[test]
fn what_is_missing_is_named() {
    // R-043
    let ask = br#"{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1,"tools":[]}}"#;
    let message = crate::envelope::Message::parse(ask).expect("well formed");
    let crate::envelope::Message::Request(request) = message else {
        panic!("a request");
    };
    let input = InputRequest::of_request(&request).expect("an input request");
    assert_eq!(
        capabilities("{}").missing(&input),
        Some(r#"{"sampling":{}}"#)
    );
    let plain = capabilities(r#"{"sampling":{}}"#);
    assert_eq!(plain.missing(&input), Some(r#"{"sampling":{"tools":{}}}"#));
    let full = capabilities(r#"{"sampling":{"tools":{}}}"#);
    assert_eq!(full.missing(&input), None);
}

#[test]
fn servers_promise_only_what_they_can_be_heard_to_do() {
    // P-009, P-043
    let server = r#"{"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true,"x":1},"prompts":{},"logging":{},"tasks":{},"extensions":{"io.modelcontextprotocol/tasks":{},"ui":{}}}"#;
    let raw = Raw::parse(server.as_bytes()).expect("well formed");
    assert_eq!(
        server_capabilities(raw, Reach::Listens),
        r#"{"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true,"x":1},"prompts":{},"logging":{},"extensions":{"ui":{}}}"#
    );
    assert_eq!(
        server_capabilities(raw, Reach::Silent),
        r#"{"tools":{},"resources":{"x":1},"prompts":{},"logging":{},"extensions":{"ui":{}}}"#
    );
    let nothing = Raw::parse(b"null").expect("well formed");
    assert_eq!(server_capabilities(nothing, Reach::Listens), "{}");
}
