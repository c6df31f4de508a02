use super::*;

const LIMIT: usize = 64;

fn read(chunks: &[&[u8]]) -> Result<Vec<Event>, SseError> {
    let mut parser = Parser::new(LIMIT);
    let mut events = Vec::new();
    for chunk in chunks {
        events.extend(parser.push(chunk)?);
    }
    Ok(events)
}

fn data(events: &[Event]) -> Vec<&str> {
    events.iter().map(Event::data).collect()
}

#[test]
fn fields_are_read_as_the_standard_has_them() {
    struct Case(&'static str, &'static str, &'static [&'static str]);
    #[rustfmt::skip]
    let cases = [
        Case("one line", "data: a\n\n", &["a"]),
        Case("several lines", "data: a\ndata: b\n\n", &["a\nb"]),
        Case("no space", "data:a\n\n", &["a"]),
        Case("one space is dropped", "data:  a\n\n", &[" a"]),
        Case("carriage returns", "data: a\rdata: b\r\r", &["a\nb"]),
        Case("both", "data: a\r\ndata: b\r\n\r\n", &["a\nb"]),
        Case("mixed", "data: a\n\rdata: b\r\n\n", &["a", "b"]),
        Case("comments", ":\n: hello\ndata: a\n:x\n\n", &["a"]),
        Case("unknown fields", "foo: b\ndata: a\nData: b\n\n", &["a"]),
        Case("empty line of data", "data: a\ndata\ndata:\n\n", &["a\n\n"]),
        Case("colon in the value", "data: a: b\n\n", &["a: b"]),
        Case("byte order mark", "\u{feff}data: a\n\n", &["a"]),
        Case("only at the start", "data: a\n\n\u{feff}data: b\n\n", &["a"]),
        Case("line separators are text", "data: a\u{2028}b\u{85}c\n\n", &["a\u{2028}b\u{85}c"]),
        Case("no blank line", "data: a\n", &[]),
        Case("blank lines alone", "\n\n\r\n\n", &[]),
        Case("a name alone", "event: x\n\ndata: a\n\n", &["a"]),
    ];
    for Case(name, stream, expected) in cases {
        let events = read(&[stream.as_bytes()]).expect(name);
        assert_eq!(data(&events), expected, "{name}");
        let bytes: Vec<_> = stream.as_bytes().chunks(1).collect();
        assert_eq!(read(&bytes).as_ref(), Ok(&events), "{name}, byte by byte");
    }
}

#[test]
fn ids_names_and_retry_times_belong_to_their_event() {
    // R-065, R-072
    let events =
        read(&[b"id: 7\nevent: endpoint\nretry: 250\ndata: /m\n\ndata: b\n\n"]).expect("two");
    let first = &events[0];
    assert_eq!(first.id().map(EventId::as_str), Some("7"));
    assert_eq!((first.name(), first.retry()), ("endpoint", Some(250)));
    let second = &events[1];
    assert_eq!(
        (second.id(), second.name(), second.retry()),
        (None, "message", None)
    );

    let priming = read(&[b"id: 8\ndata:\n\n"]).expect("one");
    assert_eq!(
        (priming[0].id().map(EventId::as_str), priming[0].data()),
        (Some("8"), "")
    );
    let odd = read(&[b"id: a\0b\nretry: 1x\ndata: a\n\n"]).expect("one");
    assert_eq!(
        (odd[0].id(), odd[0].retry()),
        (None, None),
        "ignored, as the standard has it"
    );
}

#[test]
fn lines_and_events_above_the_cap_are_refused_wherever_they_are_cut() {
    // GW-28
    let long = vec![b'a'; LIMIT + 1];
    assert_eq!(read(&[&long]), Err(SseError::TooLong(LIMIT)));
    assert_eq!(
        read(&vec![b"a".as_slice(); LIMIT + 1]),
        Err(SseError::TooLong(LIMIT))
    );
    let lines = "data: 12345678\n".repeat(9);
    assert_eq!(read(&[lines.as_bytes()]), Err(SseError::TooLong(LIMIT)));
    let comments = ": keep-alive\n".repeat(1000);
    assert_eq!(
        read(&[comments.as_bytes()]),
        Ok(vec![]),
        "comments are not kept"
    );
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_eq!(read(&[b"data: \xff\n\n"]), Err(SseError::NotUtf8));
    let cut = read(&[b"data: \xc3", b"\xa9\n\n"]).expect("a character across chunks");
    assert_eq!(data(&cut), ["é"]);
}

#[test]
fn a_parser_knows_whether_the_stream_ended_within_an_event() {
    let mut parser = Parser::new(LIMIT);
    assert!(parser.is_idle());
    parser.push(b"data: a\n").expect("fine");
    assert!(!parser.is_idle());
    parser.push(b"\n").expect("fine");
    assert!(parser.is_idle());
    parser.push(b"da").expect("fine");
    assert!(!parser.is_idle());
}

#[test]
fn content_cannot_break_the_framing() {
    // GW-17
    for hostile in [
        "a\n\ndata: {\"evil\":1}",
        "a\r\rdata: evil",
        "a\r\n\r\nevent: x\ndata: evil",
        "a\nid: 9",
        "\n",
        "\r",
        "a\n",
        ": a",
        "a\u{2028}b",
        " a",
    ] {
        let written = Event::message(hostile).to_bytes();
        let mut parser = Parser::new(1000);
        let events = parser.push(&written).expect("well formed");
        assert_eq!(events.len(), 1, "{hostile:?}");
        let expected = hostile.replace("\r\n", "\n").replace('\r', "\n");
        assert_eq!(events[0].data(), expected, "{hostile:?}");
        assert!(events[0].id().is_none() && events[0].name() == "message");
        assert_eq!(frame(None, hostile.as_bytes()), written);
    }
    for text in ["a\nb", "a\rb", "a\0b", "\n"] {
        assert_eq!(EventId::parse(text), Err(SseError::Framing), "{text:?}");
        assert!(Event::message("x").with_name(text).is_err(), "{text:?}");
    }
}

#[test]
fn events_are_written_with_all_their_fields() {
    let id = EventId::parse("s1-4").expect("one line");
    let event = Event::message("{}").with_id(id.clone()).with_retry(3000);
    let event = event.with_name("message").expect("one line");
    assert_eq!(
        event.to_bytes(),
        b"event: message\nid: s1-4\nretry: 3000\ndata: {}\n\n"
    );
    assert_eq!(frame(Some(&id), b"{}"), b"id: s1-4\ndata: {}\n\n");
    let priming = Event::message("").with_id(id);
    assert_eq!(priming.to_bytes(), b"id: s1-4\ndata: \n\n");
}

#[test]
fn a_boundary_is_found_wherever_the_stream_is_cut() {
    let stream = b"data: a\n\nid: 1\r\ndata: b\r\n\r\n:x\n\ndata: c\r\rdata: d";
    let ends = |chunk_size: usize| {
        let mut boundary = Boundary::new(LIMIT);
        let (mut ends, mut passed) = (Vec::new(), 0);
        for chunk in stream.chunks(chunk_size) {
            let mut rest = chunk;
            while let Some(end) = boundary.next_end(rest).expect("short") {
                passed += end;
                rest = &rest[end..];
                ends.push(passed);
            }
            passed += rest.len();
        }
        assert_eq!(passed, stream.len(), "every byte passes");
        ends
    };
    let whole = ends(stream.len());
    assert_eq!(whole, [9, 27, 30, 31, 40]);
    for chunk_size in 1..stream.len() {
        let mut cut = ends(chunk_size);
        // Before a line feed that comes late the event has ended already.
        cut.retain(|end| whole.contains(end) || !whole.contains(&(end + 1)));
        assert_eq!(cut, whole, "{chunk_size}");
    }
}

#[test]
fn a_boundary_scanner_refuses_what_is_above_the_cap() {
    // GW-28
    let refuses = |stream: &[u8]| {
        let mut boundary = Boundary::new(LIMIT);
        let mut rest = stream;
        loop {
            match boundary.next_end(rest) {
                Ok(Some(end)) => rest = &rest[end..],
                Ok(None) => return false,
                Err(error) => return error == SseError::TooLong(LIMIT),
            }
        }
    };
    assert!(refuses(&[b'a'; LIMIT + 1]));
    assert!(refuses(&[b':'; LIMIT + 1]), "a comment too");
    assert!(refuses("data: 12345678\n".repeat(9).as_bytes()));
    assert!(!refuses("data: 12345678\n\n".repeat(9).as_bytes()));
    assert!(!refuses(": keep-alive\n".repeat(1000).as_bytes()));
}
