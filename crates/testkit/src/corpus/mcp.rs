//! MCP requests: with a session up to 2025-11-25, one by one from 2026-07-28 on.

use serde_json::{Value, json};

use super::Installation;
use crate::http::{Answer, Ask, post_json};

const MODERN: &str = "2026-07-28";

impl Installation<'_> {
    /// Greets the server and lists the tools.
    pub async fn list_tools(&self, access: &str) -> Answer {
        let greeted = self.greet(access).await;
        let name = self.client.name;
        assert_eq!(greeted.status, 200, "{name}: {}", greeted.text());
        self.message(access, greeted.header("mcp-session-id"), "tools/list")
            .await
    }

    /// The first request to an endpoint, with a token or without.
    pub(super) async fn greet(&self, access: &str) -> Answer {
        let first = match self.is_modern() {
            true => "server/discover",
            false => "initialize",
        };
        self.message(access, "", first).await
    }

    async fn message(&self, access: &str, session: &str, method: &str) -> Answer {
        let mut ask = self.framed(method);
        if !access.is_empty() {
            ask = ask.bearer(access);
        }
        if !session.is_empty() {
            ask = ask.header("mcp-session-id", session);
        }
        for (name, value) in self.client.calls_with {
            ask = ask.header(name, value);
        }
        self.send_as_page(ask).await
    }

    fn framed(&self, method: &str) -> Ask {
        let params = match method {
            "initialize" => self.initialize(),
            _ if self.is_modern() => json!({"_meta": self.meta()}),
            _ => json!({}),
        };
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let accept = "application/json, text/event-stream";
        let ask = post_json(self.fact("endpoint"), &message).header("accept", accept);
        match method {
            "initialize" => ask,
            _ if self.is_modern() => ask
                .header("mcp-protocol-version", MODERN)
                .header("mcp-method", method),
            _ => ask.header("mcp-protocol-version", self.client.revision),
        }
    }

    fn is_modern(&self) -> bool {
        self.client.revision == MODERN
    }

    fn initialize(&self) -> Value {
        json!({
            "protocolVersion": self.client.revision,
            "capabilities": {},
            "clientInfo": {"name": self.client.name, "version": "1"},
        })
    }

    fn meta(&self) -> Value {
        json!({
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientInfo": {"name": self.client.name, "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        })
    }
}
