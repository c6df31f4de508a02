//! Requests whose ends two programs would see at different places (GW-07).

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::process::Place;

/// Everything that comes back for `bytes`, until the connection is closed; `None` when it stays
/// open although nothing more comes.
fn exchange(authority: &str, bytes: &[u8]) -> Option<String> {
    let mut stream = TcpStream::connect(authority).expect("connected");
    let patience = Some(Duration::from_secs(5));
    stream.set_read_timeout(patience).expect("a timeout");
    stream.write_all(bytes).expect("sent");
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    // A connection that is closed with something unread in it is reset.
    let closed = read.map_or_else(|error| error.kind() == ErrorKind::ConnectionReset, |_| true);
    closed.then(|| String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn a_request_that_may_end_elsewhere_is_refused_and_nothing_behind_it_is_read() {
    // GW-07
    let place = Place::new();
    let running = place.up(&["--demo"]);
    let authority = running.authority();
    let host = format!("Host: {authority}\r\n");
    let behind = format!("GET /jwks HTTP/1.1\r\n{host}\r\n");
    let post = |headers: &str, body: &str| {
        format!("POST /token HTTP/1.1\r\n{host}{headers}\r\n{body}{behind}").into_bytes()
    };
    #[rustfmt::skip]
    let cases = [
        ("length and chunks", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        ("chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
        ("length and chunks where neither matters", format!("GET /jwks HTTP/1.1\r\n{host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{behind}").into_bytes()),
        ("two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "a=b&c")),
        ("a line feed behind chunks", post("Transfer-Encoding: chunked\r\n", "0\r\nA: b\n\r\n")),
        ("another coding of what is refused", format!("TRACE /jwks HTTP/1.1\r\n{host}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n{behind}").into_bytes()),
        ("another coding", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")),
        ("chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")),
        ("chunked not last", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")),
        ("a length with a sign", post("Content-Length: +5\r\n", "a=b&c")),
        ("two lengths in one", post("Content-Length: 5, 5\r\n", "a=b&c")),
        ("two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "a=b&c")),
        ("a length that is none", post("Content-Length: five\r\n", "a=b&c")),
        ("a chunk size with a prefix", post("Transfer-Encoding: chunked\r\n", "0x5\r\na=b&c\r\n0\r\n\r\n")),
        ("a space before the colon", post("Content-Length : 5\r\n", "a=b&c")),
        ("a folded line", post("X-Folded: a\r\n b\r\n", "")),
        ("bare line feeds", format!("GET /jwks HTTP/1.1\nHost: {authority}\n\n{behind}").into_bytes()),
        ("one bare line feed", format!("GET /jwks HTTP/1.1\r\nHost: {authority}\nX: y\r\n\r\n{behind}").into_bytes()),
        ("NUL in a value", post("X-Nul: a\0b\r\n", "")),
        ("a carriage return in a value", post("X-Return: a\rb\r\n", "")),
        ("another place than Host", format!("GET http://other.example/jwks HTTP/1.1\r\n{host}\r\n{behind}").into_bytes()),
        ("two hosts", format!("GET /jwks HTTP/1.1\r\n{host}{host}\r\n{behind}").into_bytes()),
        ("no host", format!("GET /jwks HTTP/1.1\r\n\r\n{behind}").into_bytes()),
    ];
    let mut wrong = Vec::new();
    for (name, bytes) in cases {
        let answer = exchange(authority, &bytes);
        let refused = answer.as_ref().is_some_and(|answer| {
            answer.is_empty()
                || (answer.starts_with("HTTP/1.1 400 ") && answer.matches("HTTP/1.1 ").count() == 1)
        });
        if !refused {
            let told = answer.unwrap_or_else(|| "the connection stays open".to_owned());
            let lines: Vec<_> = told
                .lines()
                .filter(|line| line.contains("HTTP/1.1"))
                .collect();
            wrong.push(format!("{name}: {lines:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_bad_head_behind_other_requests_is_not_read_and_those_are_answered() {
    // GW-07
    let place = Place::new();
    let running = place.up(&["--demo"]);
    let authority = running.authority();
    let host = format!("Host: {authority}\r\n");
    let bad = format!("GET /jwks HTTP/1.1\r\nX: y\n{host}\r\n");
    let good = format!("GET /jwks HTTP/1.1\r\n{host}\r\n");
    let post = |said: &str, body: &str| {
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        format!("POST /token HTTP/1.1\r\n{host}{kind}{said}\r\n{body}")
    };
    for (name, before, expected) in [
        ("a request", good.clone(), vec!["200"]),
        ("two requests", good.repeat(2), vec!["200", "200"]),
        (
            "a body",
            post("Content-Length: 5\r\n", "a=b&c"),
            vec!["400"],
        ),
        (
            "chunks",
            post("Transfer-Encoding: chunked\r\n", "5\r\na=b&c\r\n0\r\n\r\n"),
            vec!["400"],
        ),
    ] {
        let answer = exchange(authority, format!("{before}{bad}{good}").as_bytes());
        let answer = answer.unwrap_or_else(|| panic!("{name}: the connection stays open"));
        assert_eq!(statuses(&answer), expected, "{name}: {answer}");
    }
}

/// The statuses of the answers one after another.
fn statuses(answer: &str) -> Vec<&str> {
    let heads = answer.split("HTTP/1.1 ").skip(1);
    heads.filter_map(|head| head.get(..3)).collect()
}

#[test]
fn requests_one_after_another_get_their_own_answers() {
    // GW-07
    let place = Place::new();
    let running = place.up(&["--demo"]);
    let authority = running.authority();
    let host = format!("Host: {authority}\r\n");
    let bytes = format!(
        "POST /token HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n\
         5\r\na=b&c\r\n0\r\n\r\n\
         GET /jwks HTTP/1.1\r\n{host}\r\n\
         GET /no/such/path HTTP/1.1\r\n{host}Connection: close\r\n\r\n"
    );
    let answer = exchange(authority, bytes.as_bytes()).expect("closed at the end");
    assert_eq!(statuses(&answer), ["400", "200", "404"], "{answer}");
}
