//! Server-sent events: cut anywhere they read the same, and written again they are the same
//! (GW-17, GW-28).

use doorward_mcp::sse::{Boundary, Event, Parser, SseError, frame};

use crate::Target;

pub(crate) const TARGET: Target = Target {
    name: "sse",
    run,
    words: &[
        "data: ",
        "data:",
        "data",
        "id: ",
        "id",
        "event: ",
        "retry: ",
        "retry: 18446744073709551616",
        ": ",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "\r\r",
        "\u{feff}",
        "\0",
        "é",
        "\u{2028}",
    ],
};

const LIMIT: usize = 4096;

fn run(stream: &[u8]) {
    let whole = read(stream, stream.len().max(1));
    for chunk in [1, 2, 7] {
        let cut = read(stream, chunk);
        assert_eq!(cut, whole, "cut every {chunk} bytes");
    }
    if let Ok(events) = &whole {
        written_again(events);
    }
    bounded(stream);
    one_frame(stream);
}

fn read(stream: &[u8], chunk: usize) -> Result<Vec<Event>, SseError> {
    let mut parser = Parser::new(LIMIT);
    let events = stream.chunks(chunk).map(|chunk| parser.push(chunk));
    events
        .collect::<Result<Vec<_>, _>>()
        .map(|events| events.concat())
}

fn written_again(events: &[Event]) {
    let stream: Vec<u8> = events.iter().flat_map(Event::to_bytes).collect();
    let mut parser = Parser::new(2 * LIMIT);
    assert_eq!(parser.push(&stream).as_deref(), Ok(events));
    assert!(parser.is_idle());
}

/// Where events end, found without reading them, every byte passes once.
fn bounded(stream: &[u8]) {
    for chunk in [1, 5, stream.len().max(1)] {
        let (mut boundary, mut passed) = (Boundary::new(LIMIT), 0);
        'stream: for chunk in stream.chunks(chunk) {
            let mut rest = chunk;
            loop {
                match boundary.next_end(rest) {
                    Ok(Some(end)) => {
                        assert!(end > 0 && end <= rest.len());
                        passed += end;
                        rest = rest.get(end..).unwrap_or_default();
                    }
                    Ok(None) => {
                        passed += rest.len();
                        break;
                    }
                    Err(_) => break 'stream,
                }
            }
        }
        assert!(passed <= stream.len());
    }
}

/// Whatever a message holds, it is one event.
fn one_frame(data: &[u8]) {
    let framed = frame(None, data);
    let mut parser = Parser::new(framed.len() + 1);
    if let Ok(events) = parser.push(&framed) {
        assert!(events.len() <= 1, "one frame is one event");
        assert!(parser.is_idle());
    }
}
