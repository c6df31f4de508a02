//! A client of 2024-11-05.

use axum::body::Body;
use http_body_util::BodyExt;
use serde_json::Value;

use crate::world::{Ask, CANARY, World, get, post};

/// A client with its stream open.
pub(crate) struct SseClient {
    token: &'static str,
    endpoint: String,
    body: Body,
}

impl SseClient {
    /// Opens the stream and learns where to post (R-072).
    pub(crate) async fn open(world: &World) -> Self {
        let client = Self::open_at(world, "/sse/files", CANARY).await;
        let endpoint = client.endpoint();
        assert!(endpoint.starts_with("/sse/files/messages?"), "{endpoint}");
        client
    }

    /// The same at any address, with any token.
    pub(crate) async fn open_at(world: &World, address: &str, token: &'static str) -> Self {
        let response = world.open(get(address).token(token)).await;
        assert_eq!(response.status(), 200);
        let mut client = Self {
            token,
            endpoint: String::new(),
            body: response.into_body(),
        };
        let (event, data) = client.event().await.expect("open");
        assert_eq!(event, "endpoint");
        assert!(!data.contains(token));
        client.endpoint = data;
        client
    }

    /// The same, with `initialize` done.
    pub(crate) async fn initialized(world: &World, capabilities: &str) -> Self {
        let mut client = Self::open(world).await;
        client.begin(world, capabilities).await;
        client
    }

    /// `initialize`, and what follows it.
    pub(crate) async fn begin(&mut self, world: &World, capabilities: &str) {
        let opened = self.initialize(world, capabilities).await;
        assert_eq!(
            opened["result"]["protocolVersion"], "2024-11-05",
            "{opened}"
        );
        let note = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        assert_eq!(world.send(self.post(note)).await.status, 202);
    }

    pub(crate) async fn initialize(&mut self, world: &World, capabilities: &str) -> Value {
        let opening = format!(
            r#"{{"jsonrpc":"2.0","id":"i","method":"initialize","params":{{"protocolVersion":"2024-11-05","capabilities":{capabilities},"clientInfo":{{"name":"old","version":"1"}}}}}}"#
        );
        assert_eq!(world.send(self.post(&opening)).await.status, 202);
        self.next().await.expect("an answer")
    }

    /// What it still reads.
    pub(crate) fn into_body(self) -> Body {
        self.body
    }

    /// Where it posts.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A message of this client.
    pub(crate) fn post(&self, body: &str) -> Ask {
        let message = post(body.to_owned()).to(&self.endpoint);
        message.token(self.token).without("accept")
    }

    /// Posts a request and reads the next message.
    pub(crate) async fn ask(&mut self, world: &World, request: &str) -> Value {
        let answer = world.send(self.post(request)).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (202, ""));
        self.next().await.expect("an answer")
    }

    /// The next message; none when the stream is over.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        let (event, data) = self.event().await?;
        assert_eq!(event, "message");
        Some(serde_json::from_str(&data).expect("JSON"))
    }

    async fn event(&mut self) -> Option<(String, String)> {
        let frame = tokio::time::timeout(std::time::Duration::from_secs(10), self.body.frame())
            .await
            .expect("in time")?;
        let data = frame.expect("whole").into_data().expect("data");
        let text = String::from_utf8(data.to_vec()).expect("UTF-8");
        let line = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.strip_prefix(name));
            lines.next().unwrap_or_default().to_owned()
        };
        Some((line("event: "), line("data: ")))
    }
}
