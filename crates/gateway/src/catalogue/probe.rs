//! Asking a server for its tools, with messages of the gateway's own.
//!
//! ```text
//! server/discover --answered in its era--> tools/list, page by page
//!        \--anything else--> initialize, notifications/initialized, tools/list, end
//! ```

use std::{collections::HashSet, sync::Arc, time::Duration};

use bytes::Bytes;
use doorward_core::server::{ToolEffect, ToolSummary};
use doorward_mcp::{
    content_type::Media,
    envelope::{Message, Outcome, Response as Answer},
    era::Revision,
    list::{Item, List, ListKind},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::{
    stream,
    upstream::{
        Fault, Kind, Upstream,
        http::{HttpUpstream, SESSION_ID},
        stdio::Interview,
    },
};

/// Why the tools of a server are not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// It gave no answer.
    #[error("{0}")]
    NoAnswer(String),
    /// It answered with an error.
    #[error("the server refused: {0}")]
    Refused(String),
    /// It answered with something else.
    #[error("the server's answer is not MCP")]
    NotMcp,
    /// It took too long.
    #[error("the server did not answer in time")]
    Timeout,
}

impl From<Fault> for ProbeError {
    fn from(fault: Fault) -> Self {
        Self::NoAnswer(fault.to_string())
    }
}

/// All tools of a server.
pub(super) async fn tools(upstream: &Upstream) -> Result<Vec<ToolSummary>, ProbeError> {
    match &upstream.kind {
        Kind::Http(upstream) => {
            let mut conversation =
                Conversation::new(Line::Http(Arc::clone(upstream), HeaderMap::new()));
            let tools = conversation.tools().await;
            conversation.hang_up().await;
            tools
        }
        Kind::Stdio(upstream) => {
            Conversation::new(Line::Stdio(upstream.interview()))
                .tools()
                .await
        }
    }
}

/// Who is spoken to, and over what.
enum Line {
    Http(Arc<HttpUpstream>, HeaderMap),
    Stdio(Interview),
}

struct Conversation {
    line: Line,
    next: u32,
    /// `_meta` of the stateless era.
    meta: Option<Value>,
}

impl Conversation {
    fn new(line: Line) -> Self {
        Self {
            line,
            next: 1,
            meta: None,
        }
    }

    async fn tools(&mut self) -> Result<Vec<ToolSummary>, ProbeError> {
        if !self.discover().await? {
            self.initialize().await?;
        }
        let (mut tools, mut cursor, mut seen) = (Vec::new(), None::<String>, HashSet::new());
        for _ in 0..MOST_PAGES {
            let params = cursor.map_or(json!({}), |cursor| json!({ "cursor": cursor }));
            let body = self.ask("tools/list", params).await?;
            let list = List::parse(&body, ListKind::Tools).map_err(|_| self.refusal(&body))?;
            tools.extend(list.items().iter().map(summary));
            cursor = list
                .next_cursor()
                .and_then(|next| Some(next.text()?.into_owned()));
            // A server that sends us in circles has told all that it has to tell.
            if cursor
                .as_ref()
                .is_none_or(|cursor| !seen.insert(cursor.clone()))
            {
                break;
            }
        }
        Ok(tools)
    }

    /// Whether the server speaks the stateless era. One that gives no answer at all will give
    /// none to `initialize` either.
    async fn discover(&mut self) -> Result<bool, Fault> {
        self.meta = Some(json!({
            "io.modelcontextprotocol/protocolVersion": Revision::V2026_07_28.as_str(),
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": client(),
        }));
        let speaks = match self.ask("server/discover", json!({})).await {
            Ok(body) => result(&body, |answer| {
                let versions = answer.member(&["supportedVersions"])?;
                let ours = Revision::V2026_07_28.as_str();
                let mut versions = versions.elements().into_iter();
                Some(versions.any(|version| version.text().as_deref() == Some(ours)))
            }),
            Err(Fault::Status(_) | Fault::Refused(_) | Fault::NotMcp | Fault::OtherEra) => None,
            Err(fault) => return Err(fault),
        };
        let speaks = speaks.unwrap_or(false);
        if !speaks {
            self.meta = None;
        }
        Ok(speaks)
    }

    async fn initialize(&mut self) -> Result<(), ProbeError> {
        let params = json!({
            "protocolVersion": Revision::LATEST_SESSION.as_str(),
            "capabilities": {},
            "clientInfo": client(),
        });
        let body = self.ask("initialize", params).await?;
        let version = result(&body, |answer| {
            Some(answer.member(&["protocolVersion"])?.text()?.into_owned())
        });
        let Some(version) = version else {
            return Err(self.refusal(&body));
        };
        if let Line::Http(_, headers) = &mut self.line
            && let Ok(version) = HeaderValue::try_from(version)
        {
            headers.insert(VERSION, version);
        }
        let message = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let body = Bytes::from(message.to_string());
        match &mut self.line {
            Line::Http(upstream, headers) => {
                upstream
                    .probe(Method::POST, headers.clone(), body, WITHIN)
                    .await?;
            }
            Line::Stdio(interview) => interview.tell(body).await?,
        }
        Ok(())
    }

    /// Ends a session that was opened.
    async fn hang_up(&mut self) {
        if let Line::Http(upstream, headers) = &self.line
            && headers.contains_key(SESSION_ID)
            && let Err(fault) = upstream
                .probe(Method::DELETE, headers.clone(), Bytes::new(), WITHIN)
                .await
        {
            tracing::debug!(%fault, "a session of the gateway's own was not ended");
        }
    }

    async fn ask(&mut self, method: &str, mut params: Value) -> Result<Bytes, Fault> {
        if let (Some(meta), Some(params)) = (&self.meta, params.as_object_mut()) {
            params.insert("_meta".to_owned(), meta.clone());
        }
        let message =
            json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params });
        self.next += 1;
        let body = Bytes::from(message.to_string());
        let modern = self.meta.is_some();
        match &mut self.line {
            Line::Stdio(interview) => interview.ask(body).await,
            Line::Http(upstream, headers) => {
                let mut sent = headers.clone();
                if modern {
                    let version = Revision::V2026_07_28.as_str();
                    sent.insert(VERSION, HeaderValue::from_static(version));
                    if let Ok(method) = HeaderValue::from_str(method) {
                        sent.insert(METHOD, method);
                    }
                }
                let answer = upstream.probe(Method::POST, sent, body, WITHIN).await?;
                if !modern && let Some(session) = answer.headers().get(SESSION_ID) {
                    headers.insert(SESSION_ID, session.clone());
                }
                read(answer).await
            }
        }
    }

    fn refusal(&self, body: &[u8]) -> ProbeError {
        match Message::parse(body) {
            Ok(Message::Response(Answer {
                outcome: Outcome::Error(error),
                ..
            })) => ProbeError::Refused(error.message.chars().take(200).collect()),
            Ok(_) | Err(_) => ProbeError::NotMcp,
        }
    }
}

/// The one response that an answer holds.
async fn read(answer: Response<Incoming>) -> Result<Bytes, Fault> {
    let media = answer.headers().get(header::CONTENT_TYPE);
    let media = media.and_then(|value| Media::parse(value.as_bytes()));
    match (answer.status().as_u16(), media) {
        (200, Some(Media::EventStream)) => stream::collect(answer.into_body(), MOST_BYTES).await,
        (200 | 400 | 404, Some(Media::Json)) => {
            let body = Limited::new(answer.into_body(), MOST_BYTES).collect().await;
            Ok(body.map_err(|_| Fault::NotMcp)?.to_bytes())
        }
        (status @ (401 | 403), _) => Err(Fault::Credentials(status)),
        (300..=399, _) => Err(Fault::Redirect),
        (200, _) => Err(Fault::NotMcp),
        (status, _) => Err(Fault::Status(status)),
    }
}

fn result<T>(
    body: &[u8],
    take: impl FnOnce(doorward_mcp::json::Raw<'_>) -> Option<T>,
) -> Option<T> {
    let Ok(Message::Response(response)) = Message::parse(body) else {
        return None;
    };
    match response.outcome {
        Outcome::Result(result) => take(result.raw),
        Outcome::Error(_) => None,
    }
}

fn summary(item: &Item<'_>) -> ToolSummary {
    ToolSummary {
        name: item.name.clone().into_owned(),
        title: item.title().map(|title| title.into_owned()),
        effect: ToolEffect::from_hints(item.hint("readOnlyHint"), item.hint("destructiveHint")),
    }
}

fn client() -> Value {
    json!({ "name": "doorward", "version": env!("CARGO_PKG_VERSION") })
}

const MOST_PAGES: usize = 100;
const MOST_BYTES: usize = 8 << 20;
const WITHIN: Duration = Duration::from_secs(8);
const VERSION: HeaderName = HeaderName::from_static(doorward_mcp::headers::PROTOCOL_VERSION);
const METHOD: HeaderName = HeaderName::from_static(doorward_mcp::headers::METHOD);
