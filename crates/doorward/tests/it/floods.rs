//! HTTP/2 peers that send more than they can mean, frame by frame (DS-04).

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::{http::request, process::Place};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW: u8 = 8;
const CONTINUATION: u8 = 9;
/// More than anybody needs of anything.
const MANY: u32 = 100_000;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, high, middle, low] = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let mut frame = vec![high, middle, low, kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// The fields of a request, spelt out without any table.
fn fields(authority: &str, method: &str, path: &str) -> Vec<u8> {
    let mut block = vec![0x86]; // :scheme http
    for (name, value) in [(2, method), (4, path), (1, authority)] {
        block.push(name);
        block.push(u8::try_from(value.len()).expect("short"));
        block.extend(value.as_bytes());
    }
    block
}

/// A peer, and the number of its next request.
struct Peer {
    stream: TcpStream,
    authority: String,
    next: u32,
}

impl Peer {
    fn new(authority: &str, settings: &[u8]) -> Self {
        let mut stream = TcpStream::connect(authority).expect("connected");
        let patience = Some(Duration::from_secs(10));
        stream.set_read_timeout(patience).expect("a timeout");
        stream.set_write_timeout(patience).expect("a timeout");
        stream.write_all(PREFACE).expect("sent");
        stream
            .write_all(&frame(SETTINGS, 0, 0, settings))
            .expect("sent");
        Self {
            stream,
            authority: authority.to_owned(),
            next: 1,
        }
    }

    /// The head of a request, whole or not.
    fn head(&mut self, method: &str, path: &str, flags: u8) -> (u32, Vec<u8>) {
        let number = self.next;
        self.next += 2;
        let block = fields(&self.authority, method, path);
        (number, frame(HEADERS, flags, number, &block))
    }

    /// Sends until the other side does not want any more; whether it closed the connection. What
    /// comes back is read meanwhile, unless the peer is one that does not read.
    fn ends_thrown_out(mut self, reads: bool, mut more: impl FnMut(&mut Self) -> Vec<u8>) -> bool {
        let reading = reads.then(|| {
            let mut stream = self.stream.try_clone().expect("the same connection");
            std::thread::spawn(move || std::io::copy(&mut stream, &mut std::io::sink()))
        });
        let mut sent = 0;
        while sent < MANY {
            let mut bytes = Vec::new();
            for _ in 0..1000 {
                bytes.extend(more(&mut self));
            }
            if let Err(error) = self.stream.write_all(&bytes) {
                assert!(is_closed(error.kind()), "{error}");
                return true;
            }
            sent += 1000;
        }
        let read = match reading {
            Some(reading) => reading.join().expect("no panic"),
            None => std::io::copy(&mut self.stream, &mut std::io::sink()),
        };
        read.map_or_else(|error| is_closed(error.kind()), |_| true)
    }
}

fn is_closed(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    )
}

/// `flood` is thrown out, takes no memory, and others are served as ever.
fn withstands(flood: impl FnOnce(&str) -> bool) {
    let place = Place::new();
    let running = place.up(&["--demo"]);
    let authority = running.authority();
    let healthy = || request(authority, "GET", "/jwks", &[], "").is_ok_and(|it| it.status == 200);
    assert!(healthy());
    let before = running.memory();
    assert!(flood(authority), "the connection is kept");
    assert!(healthy());
    let grown = running.memory().saturating_sub(before);
    assert!(grown < 32 << 20, "{grown} bytes more");
}

#[test]
fn requests_that_are_reset_at_once_end_their_connection() {
    // DS-04
    withstands(|authority| {
        Peer::new(authority, &[]).ends_thrown_out(true, |peer| {
            let (number, mut bytes) = peer.head("GET", "/jwks", 0x5);
            bytes.extend(frame(RESET, 0, number, &[0, 0, 0, 8]));
            bytes
        })
    });
}

#[test]
fn a_head_that_is_continued_without_end_ends_its_connection() {
    // DS-04
    withstands(|authority| {
        let mut begun = false;
        Peer::new(authority, &[]).ends_thrown_out(true, |peer| {
            if !std::mem::replace(&mut begun, true) {
                return peer.head("GET", "/jwks", 0x1).1;
            }
            frame(CONTINUATION, 0, 1, b"\x00\x01a\x01b")
        })
    });
}

#[test]
fn a_body_of_nothing_without_end_ends_its_connection() {
    // DS-04
    withstands(|authority| {
        let mut begun = false;
        Peer::new(authority, &[]).ends_thrown_out(true, |peer| {
            if !std::mem::replace(&mut begun, true) {
                return peer.head("POST", "/mcp/demo", 0x4).1;
            }
            frame(DATA, 0, 1, &[])
        })
    });
}

#[test]
fn frames_that_do_nothing_end_their_connection_whether_their_answers_are_read_or_not() {
    // DS-04
    for (kind, flags, payload) in [
        (PING, 0, &[0; 8][..]),
        (SETTINGS, 0, &[]),
        (SETTINGS, 0, &[0, 4, 0, 0, 255, 255]),
        (77, 0, b"x"),
    ] {
        for reads in [true, false] {
            withstands(|authority| {
                let peer = Peer::new(authority, &[]);
                peer.ends_thrown_out(reads, |_| frame(kind, flags, 0, payload))
            });
        }
    }
    withstands(|authority| {
        let peer = Peer::new(authority, &[]);
        peer.ends_thrown_out(true, |_| frame(PRIORITY, 0, 1, &[0, 0, 0, 0, 1]))
    });
}

#[test]
fn an_answer_that_is_taken_byte_by_byte_ends_its_connection() {
    // DS-04
    withstands(|authority| {
        let no_window = [0, 4, 0, 0, 0, 0];
        let mut asked = 0;
        Peer::new(authority, &no_window).ends_thrown_out(true, |peer| {
            if asked < 100 {
                asked += 1;
                return peer.head("GET", "/jwks", 0x5).1;
            }
            frame(WINDOW, 0, peer.next - 2, &[0, 0, 0, 1])
        })
    });
}

#[test]
fn a_client_that_means_what_it_sends_is_served() {
    let place = Place::new();
    let running = place.up(&["--demo"]);
    let mut peer = Peer::new(running.authority(), &[]);
    for _ in 0..100 {
        let (_, head) = peer.head("GET", "/jwks", 0x5);
        peer.stream.write_all(&head).expect("sent");
    }
    let mut answered = 0;
    while answered < 100 {
        let mut head = [0; 9];
        peer.stream.read_exact(&mut head).expect("a frame");
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).expect("short")];
        peer.stream.read_exact(&mut payload).expect("a whole frame");
        let ends = matches!(head[3], DATA | HEADERS) && head[4] & 1 == 1;
        answered += usize::from(ends);
    }
}
