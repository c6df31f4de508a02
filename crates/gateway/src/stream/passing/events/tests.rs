use doorward_mcp::era::Era;

use super::*;

const PROGRESS: &str =
    "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}\n\n";
const QUESTION: &str =
    "id: 7\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"roots/list\"}\r\n\r\n";
const ANSWER: &str = ": soon\ndata: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}\n\n";
const LONGEST: usize = 256 * 1024;

/// What a client gets of a stream that comes in these chunks and ends so.
struct Got {
    bytes: Vec<u8>,
    is_between: bool,
    told: Option<Fault>,
}

fn got(chunks: &[&[u8]], (longest, era, end): (usize, Era, Fault)) -> Got {
    let told = |fault: Fault| fault.to_string().into();
    let mut owed = Owed::new("5", (era, true), Box::new(told));
    let (mut events, mut bytes, mut fault) = (Events::new(longest), Vec::new(), None);
    for chunk in chunks {
        let mut passes = events.take(Bytes::copy_from_slice(chunk), Some(&mut owed));
        while let Some(next) = passes.next() {
            assert!(!next.is_empty());
            bytes.extend_from_slice(&next);
        }
        fault = passes.fault;
        if fault.is_some() {
            break;
        }
    }
    let fault = fault.unwrap_or(end);
    let told = owed.tell(fault);
    if let Some(told) = &told {
        assert_eq!(*told, format!("data: {fault}\n\n"));
    }
    Got {
        bytes,
        is_between: events.is_between(),
        told: told.map(|_| fault),
    }
}

/// How much of a text is whole events, and comments before an event.
fn whole(text: &[u8]) -> usize {
    let ends = |part: &[u8]| {
        let blank = [b"\n\n".as_slice(), b"\r\n\r\n", b"\r\n\r", b"\n: soon\n"];
        blank.iter().any(|blank| part.ends_with(blank))
    };
    let mut lengths = (0..=text.len()).rev();
    let found = lengths.find(|length| *length == 0 || ends(&text[..*length]));
    found.unwrap_or_default()
}

#[test]
fn a_stream_that_is_cut_anywhere_is_whole_events_and_one_error_where_one_is_due() {
    // GW-27, R-064
    for (parts, era, is_resumable) in [
        ([PROGRESS, QUESTION, ANSWER], Era::Stateless, false),
        ([PROGRESS, QUESTION, ANSWER], Era::Session, true),
        ([PROGRESS, PROGRESS, ANSWER], Era::Session, false),
    ] {
        let stream = parts.concat();
        let given = stream.len() - ANSWER.len();
        for cut in 0..=stream.len() {
            let (text, has_id) = (&stream.as_bytes()[..cut], is_resumable && cut + 1 >= given);
            let is_due = cut < stream.len() && !has_id;
            for size in [1, 2, 7, stream.len()] {
                let chunks: Vec<_> = text.chunks(size).collect();
                let found = got(&chunks, (LONGEST, era, Fault::Broken));
                let expected = &text[..whole(text)];
                assert_eq!(found.bytes, expected, "{era:?} at {cut} by {size}");
                assert!(found.is_between);
                let told = is_due.then_some(Fault::Broken);
                assert_eq!(found.told, told, "{era:?} at {cut} by {size}");
            }
        }
    }
}

#[test]
fn who_may_come_back_is_told_of_what_coming_back_does_not_cure() {
    // R-064, GW-28
    let begun = [QUESTION.as_bytes(), b"data: {"];
    for (end, told) in [
        (Fault::Broken, None),
        (Fault::Timeout, Some(Fault::Timeout)),
    ] {
        assert_eq!(got(&begun, (LONGEST, Era::Session, end)).told, told);
    }
    let long = [QUESTION.as_bytes(), &[b'x'; 200]];
    let found = got(&long, (100, Era::Session, Fault::Broken));
    assert_eq!(found.told, Some(Fault::TooLarge));
    assert_eq!(found.bytes, QUESTION.as_bytes());
}

#[test]
fn what_precedes_something_too_large_passes() {
    // GW-28
    let text = [PROGRESS.as_bytes(), &[b'x'; 200]].concat();
    for size in 1..text.len() {
        let chunks: Vec<_> = text.chunks(size).collect();
        let found = got(&chunks, (100, Era::Stateless, Fault::Broken));
        assert_eq!(found.bytes, PROGRESS.as_bytes(), "by {size}");
        assert_eq!(found.told, Some(Fault::TooLarge));
    }
}

#[test]
fn a_long_event_flows_and_nobody_is_told_into_the_middle_of_it() {
    // GW-28
    let text = format!("data: {}", "x".repeat(2 * HELD));
    for size in [HELD / 3, HELD, HELD + 1, text.len()] {
        let begun: Vec<_> = text.as_bytes().chunks(size).collect();
        let found = got(&begun, (LONGEST, Era::Stateless, Fault::Broken));
        assert_eq!((found.bytes.len(), found.is_between), (text.len(), false));
        let ended = [begun.as_slice(), &[b"\n\ndata: "]].concat();
        let found = got(&ended, (LONGEST, Era::Stateless, Fault::Broken));
        assert_eq!(found.bytes.len(), text.len() + 2);
        assert!(
            found.is_between && found.told.is_none(),
            "it may be the answer"
        );
    }
    let short = &text.as_bytes()[..HELD];
    let found = got(&[short], (LONGEST, Era::Stateless, Fault::Broken));
    assert!(found.bytes.is_empty() && found.is_between);
}

#[test]
fn every_byte_of_a_well_behaved_stream_passes_however_it_is_cut() {
    let long = format!("data: {}\r\n\r\n", "x".repeat(HELD + 1));
    let stream = [
        PROGRESS,
        ":\n\n",
        QUESTION,
        ": a\r\n",
        &long,
        "retry: 1\n\n",
        ANSWER,
    ]
    .concat();
    let mut seed = 1_u64;
    for _ in 0..300 {
        let (mut chunks, mut rest) = (Vec::new(), stream.as_bytes());
        while !rest.is_empty() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let most = [3, 90, 9000, 90_000][(seed >> 60) as usize % 4];
            let size = 1 + (seed >> 33) as usize % most;
            let (chunk, behind) = rest.split_at(size.min(rest.len()));
            chunks.push(chunk);
            rest = behind;
        }
        let found = got(&chunks, (LONGEST, Era::Stateless, Fault::Broken));
        assert_eq!(found.bytes, stream.as_bytes());
        assert!(found.is_between && found.told.is_none());
    }
}

#[test]
fn nothing_is_copied_that_comes_in_whole_events() {
    let chunk = Bytes::from([PROGRESS, QUESTION, ANSWER].concat());
    let mut events = Events::new(LONGEST);
    let passes = events.take(chunk.clone(), None);
    let rest = passes.rest.expect("all of it");
    assert_eq!((rest.as_ptr(), rest.len()), (chunk.as_ptr(), chunk.len()));
    let begun = chunk.slice(..chunk.len() - 1);
    let passes = events.take(begun, None);
    assert_eq!(passes.rest.expect("two events").as_ptr(), chunk.as_ptr());
}
