use doorward_mcp::sse::{Boundary, Event, EventId, Parser, frame};
use proptest::{collection::vec, prelude::*};

const LIMIT: usize = 1 << 16;

fn event() -> impl Strategy<Value = Event> {
    let id = proptest::option::of("[^\r\n\0]{0,12}");
    let name = proptest::option::of("[^\r\n\0]{1,12}");
    (
        id,
        name,
        ".{1,60}|(.|\n){1,60}",
        proptest::option::of(any::<u64>()),
    )
        .prop_map(|(id, name, data, retry)| {
            let mut event = Event::message(data.replace('\r', " "));
            if let Some(id) = id {
                event = event.with_id(EventId::parse(&id).expect("one line"));
            }
            if let Some(name) = name {
                event = event.with_name(&name).expect("one line");
            }
            match retry {
                Some(retry) => event.with_retry(retry),
                None => event,
            }
        })
}

fn read(stream: &[u8], chunk_size: usize) -> Vec<Event> {
    let mut parser = Parser::new(LIMIT);
    let chunks = stream.chunks(chunk_size);
    let events = chunks
        .flat_map(|chunk| parser.push(chunk).expect("well formed"))
        .collect();
    assert!(parser.is_idle());
    events
}

proptest! {
    #[test]
    fn what_was_written_is_read_back_however_it_is_cut(events in vec(event(), 0..6), chunk_size in 1..40_usize) {
        let stream: Vec<u8> = events.iter().flat_map(Event::to_bytes).collect();
        prop_assert_eq!(read(&stream, chunk_size), events);
    }

    #[test]
    fn one_frame_is_one_event_whatever_it_carries(data in any::<String>()) {
        let events = read(&frame(None, data.as_bytes()), 7);
        let expected = data.replace("\r\n", "\n").replace('\r', "\n");
        if expected.is_empty() {
            prop_assert!(events.is_empty());
        } else {
            prop_assert_eq!(events, [Event::message(expected)]);
        }
    }

    #[test]
    fn readers_agree_on_any_stream_however_it_is_cut(
        stream in "(data: [a-c]{0,3}|id: 1|:|x|\r|\n|\r\n|\u{feff}|é){0,40}",
        chunk_size in 1..9_usize,
    ) {
        let stream = stream.as_bytes();
        let events = |chunk_size: usize| {
            let mut parser = Parser::new(LIMIT);
            let chunks = stream.chunks(chunk_size);
            chunks.map(|chunk| parser.push(chunk)).collect::<Result<Vec<_>, _>>().map(|all| all.concat())
        };
        prop_assert_eq!(events(chunk_size), events(stream.len().max(1)));
    }

    #[test]
    fn no_bytes_make_a_reader_panic_and_every_byte_passes(
        stream in vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b':'), any::<u8>()], 0..200),
        chunk_size in 1..40_usize,
    ) {
        let (mut parser, mut boundary, mut passed) = (Parser::new(64), Boundary::new(LIMIT), 0);
        for chunk in stream.chunks(chunk_size) {
            let _ = parser.push(chunk);
            let mut rest = chunk;
            while let Some(end) = boundary.next_end(rest).expect("below the cap") {
                passed += end;
                rest = &rest[end..];
            }
            passed += rest.len();
        }
        prop_assert_eq!(passed, stream.len());
    }
}
