use super::*;
use crate::envelope::{Message, parse_batch};

fn span(start: usize, end: usize) -> Span {
    Span { start, end }
}

#[test]
fn only_the_spans_change() {
    let body = "{ \"jsonrpc\":\"2.0\" ,\"id\" : \"a\\u0062\", \"method\":\"tools/call\",\n \"params\":{\"name\":\"x\",\"n\":1.0e2,\"_meta\":{\"progressToken\":7}}, \"extra\":null }";
    let message = Message::parse(body.as_bytes()).expect("well formed");
    let token = message
        .params()
        .and_then(|params| params.progress_token)
        .expect("there");
    let id = message.id().expect("there");

    let edits = [
        Edit::new(token.span(), "\"t-1\""),
        Edit::new(id.span(), "91"),
    ];
    let spliced = splice(body.as_bytes(), &edits).expect("disjoint");

    let expected = body
        .replace("\"a\\u0062\"", "91")
        .replace(":7}", ":\"t-1\"}");
    assert_eq!(String::from_utf8(spliced).expect("text"), expected);
}

#[test]
fn a_message_of_a_batch_is_spliced_by_the_spans_of_the_body() {
    let body =
        br#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]"#;
    let messages = parse_batch(body).expect("two");
    let second = &messages[1];
    let edit = Edit::new(second.id().expect("there").span(), "\"x\"");

    let spliced = splice_within(second.raw(), &[edit]).expect("inside");

    assert_eq!(spliced, br#"{"jsonrpc":"2.0","id":"x","method":"ping"}"#);
}

#[test]
fn overlapping_and_outside_spans_are_refused() {
    let edit = |start, end| Edit::new(span(start, end), "-");
    assert_eq!(
        splice(b"abcdef", &[edit(0, 3), edit(2, 4)]),
        Err(SpliceError::Overlap)
    );
    assert_eq!(splice(b"abcdef", &[edit(5, 7)]), Err(SpliceError::Outside));
    assert_eq!(splice(b"abcdef", &[edit(4, 3)]), Err(SpliceError::Outside));
    assert_eq!(
        splice(b"abcdef", &[edit(0, 3), edit(3, 3), edit(3, 6)]),
        Ok(b"---".to_vec())
    );
    assert_eq!(splice(b"abc", &[]), Ok(b"abc".to_vec()));
}
