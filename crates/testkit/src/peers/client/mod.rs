//! Clients that speak one revision each, over HTTP or over a pipe.
//!
//! A client answers what the server asks by itself: its name to an elicitation, `42` to a sampling,
//! one root. In the stateless era it sends the request again with the answers.

mod door;
mod ear;
mod lines;
mod running;
mod sse;
mod stateless_http;
mod streamable;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use doorward_mcp::era::{Era, Revision};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::AbortHandle,
};

use self::ear::Ear;
use super::words::PREFIX;

pub use self::{
    door::Door,
    running::{Listening, Outcome, Refused, Running},
};

/// A client of one revision.
pub struct Client {
    ear: Arc<Ear>,
    wire: Arc<dyn Wire>,
    asked: AtomicU64,
    level: std::sync::Mutex<Option<String>>,
}

/// What carries the messages of a client. What comes back is heard by its [`Ear`].
#[async_trait]
trait Wire: Send + Sync {
    /// Sends a message. For a request it returns at once, with what waits for the answer.
    async fn send(&self, message: Value) -> Result<Option<AbortHandle>, String>;

    /// The session is open: what belongs to no request may be said from now on.
    async fn ready(&self) -> Result<(), String> {
        Ok(())
    }

    /// Whether a request is given up by no longer waiting for it.
    fn hangs_up(&self) -> bool {
        false
    }

    async fn close(&self) {}
}

impl Client {
    /// Connects over what the revision has over HTTP.
    pub async fn over_http(revision: Revision, name: &str, door: Door) -> Result<Self, String> {
        let ear = Ear::new(revision, name);
        let wire: Arc<dyn Wire> = match revision {
            Revision::V2024_11_05 => sse::open(&ear, door).await?,
            Revision::V2026_07_28 => stateless_http::over(&ear, door),
            _ => streamable::over(&ear, door),
        };
        Self::begun(ear, wire).await
    }

    /// Connects to a server at the other end of a pipe.
    pub async fn over_lines(
        revision: Revision,
        name: &str,
        reads: impl AsyncRead + Unpin + Send + 'static,
        writes: impl AsyncWrite + Unpin + Send + 'static,
    ) -> Result<Self, String> {
        let ear = Ear::new(revision, name);
        let wire = lines::over(&ear, reads, writes);
        Self::begun(ear, wire).await
    }

    /// `initialize` where there is one, and `server/discover` where not.
    async fn begun(ear: Arc<Ear>, wire: Arc<dyn Wire>) -> Result<Self, String> {
        let client = Self {
            ear,
            wire,
            asked: AtomicU64::new(0),
            level: std::sync::Mutex::default(),
        };
        if client.era() == Era::Stateless {
            let found = client.request("server/discover", json!({})).await.result?;
            let versions = found["supportedVersions"].as_array().cloned();
            let named = versions.unwrap_or_default();
            return match named.contains(&json!(client.ear.revision.as_str())) {
                true => Ok(client),
                false => Err(format!("the server supports {named:?}")),
            };
        }
        let params = json!({
            "protocolVersion": client.ear.revision.as_str(),
            "capabilities": client.ear.declared,
            "clientInfo": {"name": client.ear.name, "version": "1"},
        });
        let opened = client.request("initialize", params).await.result?;
        if opened["protocolVersion"] != client.ear.revision.as_str() {
            return Err(format!("the server speaks {}", opened["protocolVersion"]));
        }
        client.tell("notifications/initialized", None).await?;
        client.wire.ready().await?;
        Ok(client)
    }

    /// What it speaks.
    pub fn revision(&self) -> Revision {
        self.ear.revision
    }

    /// What was wrong with what the server said so far.
    pub fn violations(&self) -> Vec<String> {
        self.ear.faults()
    }

    /// Sends a request, answers what it asks back, and returns what it comes to.
    pub async fn request(&self, method: &str, params: Value) -> Outcome {
        let mut sent = params.clone();
        let mut whole = Outcome::default();
        for _ in 0..ROUNDS {
            let outcome = match self.begin(method, sent).await {
                Ok(running) => running.finish().await,
                Err(reason) => Outcome::refused(reason),
            };
            whole.take(outcome);
            let result = match &whole.result {
                Ok(result) => result,
                Err(refused) if refused.code == VISIT_FIRST => {
                    whole.asked.push("elicitation/create".to_owned());
                    sent = params.clone();
                    continue;
                }
                Err(_) => return whole,
            };
            if result["resultType"] != "input_required" {
                return whole;
            }
            sent = self.answered(&params, result, &mut whole.asked);
        }
        Outcome::refused("the server never stops asking".to_owned())
    }

    /// The same request with answers to what the server asked.
    fn answered(&self, params: &Value, result: &Value, asked: &mut Vec<String>) -> Value {
        let mut again = params.clone();
        let requests = result["inputRequests"].as_object();
        let answers = requests.into_iter().flatten().map(|(key, request)| {
            let method = request["method"].as_str().unwrap_or_default();
            asked.push(method.to_owned());
            (key.clone(), self.ear.answer(method, &request["params"]))
        });
        let answers: serde_json::Map<_, _> = answers.collect();
        if !answers.is_empty() {
            again["inputResponses"] = answers.into();
        }
        if let Some(state) = result.get("requestState") {
            again["requestState"] = state.clone();
        }
        again
    }

    /// Sends a request and returns while it runs.
    pub async fn begin(&self, method: &str, params: Value) -> Result<Running, String> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        // Strings and numbers in turn: both come back as they were.
        let (id, token) = match number % 2 {
            0 => (json!(number), json!(format!("token {number}"))),
            _ => (json!(format!("call {number}")), json!(number)),
        };
        let mut params = params;
        if method == "tools/call" {
            params["_meta"]["progressToken"] = token.clone();
        }
        if self.era() == Era::Stateless {
            self.put_meta(&mut params);
        }
        let mut running = self.ear.expect(&id, method, &token);
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        running.waits = self.wire.send(message).await?;
        Ok(running)
    }

    fn put_meta(&self, params: &mut Value) {
        let meta = &mut params["_meta"];
        let mut put = |name: &str, value: Value| meta[format!("{PREFIX}{name}")] = value;
        put("protocolVersion", json!(self.ear.revision.as_str()));
        put("clientCapabilities", self.ear.declared.clone());
        put("clientInfo", json!({"name": self.ear.name, "version": "1"}));
        if let Some(level) = self.lock_level().clone() {
            put("logLevel", json!(level));
        }
    }

    /// Gives a request up.
    pub async fn cancel(&self, running: Running) -> Result<(), String> {
        let id = running.id().clone();
        self.ear.cancelled(&id);
        if self.wire.hangs_up() {
            return Ok(()); // by dropping it
        }
        let params = json!({"requestId": id, "reason": "no longer wanted"});
        self.tell("notifications/cancelled", Some(params)).await
    }

    /// Wants to know when lists or this resource change.
    pub async fn listen(&self, uri: &str) -> Result<Listening, String> {
        if self.era() == Era::Session {
            let listening = self.ear.unasked();
            let subscribed = self.request("resources/subscribe", json!({ "uri": uri }));
            subscribed.await.result?;
            return Ok(listening);
        }
        let filter = json!({
            "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
            "resourceSubscriptions": [uri],
        });
        let params = json!({"notifications": filter});
        let running = self.begin("subscriptions/listen", params).await?;
        let mut listening = Listening::Own(Box::new(running));
        let first = listening.next().await?;
        let honoured = &first["params"]["notifications"];
        match first["method"] == "notifications/subscriptions/acknowledged" && *honoured == filter {
            true => Ok(listening),
            false => Err(format!("a subscription begins with {first}")),
        }
    }

    /// Wants log messages from this level on.
    pub async fn log_level(&self, level: &str) -> Result<(), String> {
        if self.era() == Era::Session {
            let params = json!({ "level": level });
            return Ok(self
                .request("logging/setLevel", params)
                .await
                .result
                .map(drop)?);
        }
        *self.lock_level() = Some(level.to_owned());
        Ok(())
    }

    /// Ends it, and its session where there is one.
    pub async fn close(self) {
        self.wire.close().await;
    }

    async fn tell(&self, method: &str, params: Option<Value>) -> Result<(), String> {
        let mut message = json!({"jsonrpc": "2.0", "method": method});
        if let Some(params) = params {
            message["params"] = params;
        }
        self.wire.send(message).await.map(drop)
    }

    fn era(&self) -> Era {
        self.ear.revision.era()
    }

    fn lock_level(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        let locked = self.level.lock();
        locked.unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The person has visited the page by the time that the request is sent again.
const VISIT_FIRST: i64 = -32042;
/// So often a request is sent again before the server counts as asking without end.
const ROUNDS: usize = 8;
