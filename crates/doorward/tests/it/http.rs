//! A very small HTTP client: one request per connection, read to its end.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

/// A response.
#[derive(Debug)]
pub(crate) struct Response {
    /// The status code.
    pub(crate) status: u16,
    /// Header names in lower case, with their values.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, without its chunking.
    pub(crate) body: String,
}

impl Response {
    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// The body as JSON; for an event stream the data of its last event.
    pub(crate) fn json(&self) -> Value {
        let text = match self.header("content-type") {
            Some("text/event-stream") => self.events().pop().expect("an event"),
            _ => self.body.clone(),
        };
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The data of every event of an event stream.
    pub(crate) fn events(&self) -> Vec<String> {
        let data = |line: &str| {
            line.strip_prefix("data:")
                .map(|data| data.trim().to_owned())
        };
        self.body
            .lines()
            .filter_map(data)
            .filter(|data| !data.is_empty())
            .collect()
    }
}

/// Sends a request to `authority` (`127.0.0.1:1234`). `Host` is added unless it is given.
pub(crate) fn request(
    authority: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<Response> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        head.push_str(&format!("Host: {authority}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    raw(authority, &head)
}

/// Sends bytes as they are and reads the answer.
pub(crate) fn raw(authority: &str, request: &str) -> std::io::Result<Response> {
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    parse(&bytes).ok_or_else(|| std::io::Error::other("the answer was cut short"))
}

fn parse(bytes: &[u8]) -> Option<Response> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    let headers: Vec<(String, String)> = lines.filter_map(header).collect();
    let is = |name: &str, value: &str| headers.iter().any(|(n, v)| n == name && v == value);
    let body = match is("transfer-encoding", "chunked") {
        true => dechunk(body)?,
        false => body.to_owned(),
    };
    let length = headers.iter().find(|(name, _)| name == "content-length");
    if length.is_some_and(|(_, length)| length.parse() != Ok(body.len())) {
        return None;
    }
    Some(Response {
        status,
        headers,
        body,
    })
}

fn dechunk(mut rest: &str) -> Option<String> {
    let mut body = String::new();
    loop {
        let (size, after) = rest.split_once("\r\n")?;
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.push_str(after.get(..size)?);
        rest = after.get(size + 2..)?;
    }
}
