//! What the listener refuses before anything else looks at a request.

use crate::{
    http::{raw, request},
    process::Place,
};

#[test]
fn requests_for_other_hosts_and_odd_methods_go_no_further() {
    let place = Place::new();
    let running = place.up(&["--demo"]);
    let authority = running.authority();
    let port = authority.rsplit(':').next().expect("port");
    let local = format!("localhost:{port}");
    let get =
        |headers: &[(&str, &str)]| request(authority, "GET", "/jwks", headers, "").expect("answer");

    assert_eq!(get(&[]).status, 200);
    assert_eq!(get(&[("Host", &local)]).status, 200);
    let foreign = get(&[("Host", "evil.example")]);
    assert_eq!(foreign.status, 421); // MD-03, GW-21
    assert_eq!(foreign.header("cache-control"), Some("no-store"));
    assert_eq!(foreign.json()["error"], "misdirected_request");
    assert_eq!(get(&[("Host", authority), ("Host", authority)]).status, 400); // MD-03
    let absolute = format!(
        "GET http://evil.example/jwks HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(raw(authority, &absolute).expect("answer").status, 400); // MD-03
    let nameless = "GET /jwks HTTP/1.0\r\nConnection: close\r\n\r\n";
    assert_eq!(raw(authority, nameless).expect("answer").status, 400);

    assert_eq!(
        request(authority, "TRACE", "/jwks", &[], "")
            .expect("answer")
            .status,
        405
    ); // GW-24
    let missing = request(authority, "GET", "/no/such/path?secret=1", &[], "").expect("answer");
    assert_eq!(
        (missing.status, missing.header("cache-control")),
        (404, Some("no-store"))
    );
    assert_eq!(missing.json()["error"], "not_found");
    assert!(!missing.body.contains("secret"));

    let long = "x".repeat(64 * 1024);
    assert_eq!(get(&[("X-Long", &long)]).status, 431); // GW-03
    let many: Vec<(&str, &str)> = vec![("X-Many", "x"); 101];
    assert_eq!(get(&many).status, 431);
}

#[test]
fn forwarded_names_never_show_in_what_is_published() {
    let place = Place::new();
    let running = place.up(&["--demo"]);
    let headers = [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("Forwarded", "host=evil.example"),
    ];
    let path = "/.well-known/oauth-authorization-server";
    let metadata = request(running.authority(), "GET", path, &headers, "").expect("answer");
    assert_eq!(
        metadata.json()["issuer"],
        format!("http://{}", running.authority())
    );
    assert!(!metadata.body.contains("evil")); // MD-03
}

#[test]
fn a_process_that_is_asked_to_end_ends_with_connections_open() {
    let place = Place::new();
    let mut running = place.up(&["--demo"]);
    let idle: Vec<_> = (0..20)
        .map(|_| std::net::TcpStream::connect(running.authority()).expect("connected"))
        .collect();
    let (status, took) = running.terminate();
    assert_eq!(status, Some(0));
    assert!(took < std::time::Duration::from_secs(10), "{took:?}"); // CR-07
    assert!(!place.data().join("control.sock").exists());
    drop(idle);
}

#[test]
fn logs_hold_no_query_and_no_credential() {
    let place = Place::new();
    let running = place.up(&["--demo", "--log", "doorward=trace,hyper=debug"]);
    let bearer = [("Authorization", "Bearer s3cret-token")];
    for target in [
        "/authorize?client_id=x&state=s3cret-state",
        "/mcp/demo?access_token=s3cret-query",
    ] {
        request(running.authority(), "GET", target, &bearer, "").expect("answer");
    }
    assert!(!running.complaints().contains("s3cret"));
}

#[test]
fn a_refusal_that_overtakes_its_body_leaves_the_connection_usable() {
    use std::io::{BufRead, BufReader, Read, Write};

    let place = Place::new();
    let running = place.up(&["--demo"]);
    let mut stream = std::net::TcpStream::connect(running.authority()).expect("connected");
    let head = format!(
        "POST /mcp/demo HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n",
        running.authority()
    );
    let mut reader = BufReader::new(stream.try_clone().expect("the same connection"));
    let mut answer = || {
        let (mut status, mut length) = (String::new(), 0);
        reader.read_line(&mut status).expect("a status line");
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a header");
            let line = line.trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().expect("a length");
            }
            if line.is_empty() {
                break;
            }
        }
        reader.read_exact(&mut vec![0; length]).expect("a body");
        status
    };
    for round in 1..=3 {
        stream.write_all(head.as_bytes()).expect("sent");
        assert!(answer().starts_with("HTTP/1.1 401"), "round {round}");
        stream.write_all(&[b' '; 20]).expect("the body comes late");
    }
}

#[test]
fn what_is_for_the_operator_is_nowhere_on_the_public_listener() {
    // GW-29
    let place = Place::new();
    let running = place.up(&["--demo"]);
    for path in [
        "/metrics",
        "/healthz",
        "/readyz",
        "/livez",
        "/debug",
        "/debug/pprof",
        "/admin",
        "/ops",
        "/control.sock",
        "/console",
    ] {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            let answer = request(running.authority(), method, path, &[], "").expect("answer");
            assert_eq!(answer.status, 404, "{method} {path}");
        }
    }
}
