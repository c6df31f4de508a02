//! An MCP client: one message of the stateless era, or a session.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    browser::Tokens,
    http::{Response, request},
    process::Running,
};

/// Sends one request of the stateless era, from a client that can ask its user.
pub(crate) fn call(running: &Running, tokens: &Tokens, method: &str, params: Value) -> Response {
    let capabilities = json!({ "elicitation": { "form": {} } });
    call_with(running, tokens, method, params, capabilities)
}

/// The same from a client with these capabilities.
pub(crate) fn call_with(
    running: &Running,
    tokens: &Tokens,
    method: &str,
    mut params: Value,
    capabilities: Value,
) -> Response {
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2026-07-28");
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = capabilities;
    let name = params["name"]
        .as_str()
        .or(params["uri"].as_str())
        .unwrap_or_default()
        .to_owned();
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let bearer = format!("Bearer {}", tokens.access);
    let mut headers = vec![
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", method),
        ("Authorization", bearer.as_str()),
    ];
    if !name.is_empty() {
        headers.push(("Mcp-Name", name.as_str()));
    }
    request(
        running.authority(),
        "POST",
        &path(running),
        &headers,
        &body.to_string(),
    )
    .expect("answer")
}

fn path(running: &Running) -> String {
    let path = running.endpoint().splitn(4, '/').nth(3).expect("path");
    format!("/{path}")
}

/// A session of 2025-11-25.
pub(crate) struct Session<'a> {
    running: &'a Running,
    bearer: String,
    id: String,
}

impl<'a> Session<'a> {
    /// Opens a session as a client that can ask its user.
    pub(crate) fn open(running: &'a Running, tokens: &Tokens) -> Self {
        let mut session = Self {
            running,
            bearer: format!("Bearer {}", tokens.access),
            id: String::new(),
        };
        let params = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": { "elicitation": {} },
            "clientInfo": { "name": "test", "version": "1" },
        });
        let opened = session.ask("initialize", params);
        assert_eq!(
            opened.json()["result"]["protocolVersion"],
            "2025-11-25",
            "{opened:?}"
        );
        session.id = opened.header("mcp-session-id").expect("session").to_owned();
        session.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        session
    }

    /// Sends a request and reads the answer to its end.
    pub(crate) fn ask(&self, method: &str, params: Value) -> Response {
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        self.post(&body)
    }

    /// Sends a notification or a response.
    pub(crate) fn send(&self, message: &Value) {
        let response = self.post(message);
        assert_eq!(response.status, 202, "{response:?}");
    }

    /// Calls a tool and returns the messages of the stream as they come.
    pub(crate) fn stream(&self, params: &Value) -> impl Iterator<Item = Value> + use<> {
        let body = json!({ "jsonrpc": "2.0", "id": 8, "method": "tools/call", "params": params })
            .to_string();
        let mut head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\n",
            path(self.running),
            self.running.authority()
        );
        for (name, value) in self.headers() {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut stream = TcpStream::connect(self.running.authority()).expect("connected");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("timeout");
        write!(
            stream,
            "{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .expect("sent");
        let lines = BufReader::new(stream)
            .lines()
            .map(|line| line.expect("a line in time"));
        lines.filter_map(|line| serde_json::from_str(line.strip_prefix("data:")?).ok())
    }

    fn post(&self, body: &Value) -> Response {
        let headers = self.headers();
        request(
            self.running.authority(),
            "POST",
            &path(self.running),
            &headers,
            &body.to_string(),
        )
        .expect("answer")
    }

    fn headers(&self) -> Vec<(&str, &str)> {
        let mut headers = vec![
            ("Content-Type", "application/json"),
            ("Accept", "application/json, text/event-stream"),
            ("Authorization", self.bearer.as_str()),
        ];
        if !self.id.is_empty() {
            headers.push(("Mcp-Session-Id", self.id.as_str()));
            headers.push(("MCP-Protocol-Version", "2025-11-25"));
        }
        headers
    }
}
