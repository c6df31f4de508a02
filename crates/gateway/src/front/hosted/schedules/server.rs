//! A session server that asks and says whatever it likes, and marks all of it with the call that
//! it belongs to. What it hears has to carry the mark of the session's owner.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::era::Revision;
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, oneshot},
    task::AbortHandle,
};

use super::{chance::Chance, mark_of};
use crate::{
    bridge::lifted::Opens,
    upstream::{
        Fault,
        link::{Incoming, Opening, Owner, SessionLink},
    },
};

type Say = mpsc::UnboundedSender<Result<Bytes, Fault>>;

/// The server, across all of its sessions.
pub(super) struct Server {
    chance: Mutex<Chance>,
    tells_apart: bool,
    sessions: Mutex<Vec<Arc<Session>>>,
    crossed: Arc<Mutex<Vec<String>>>,
}

/// One session as the server sees it.
struct Session {
    mark: String,
    opened: Bytes,
    tells_apart: bool,
    chance: Mutex<Chance>,
    questions: Mutex<HashMap<String, oneshot::Sender<Value>>>,
    asked: AtomicU64,
    running: Mutex<HashMap<String, AbortHandle>>,
    unasked: Mutex<Option<Say>>,
    over: AtomicBool,
    crossed: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) fn new(chance: Chance, tells_apart: bool) -> Arc<Self> {
        Arc::new(Self {
            chance: Mutex::new(chance),
            tells_apart,
            sessions: Mutex::default(),
            crossed: Arc::default(),
        })
    }

    /// A session for who is named.
    pub(super) fn session(&self, owner: &Owner) -> Arc<dyn SessionLink> {
        let result = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {"tools": {}, "resources": {"subscribe": true}, "logging": {}},
            "serverInfo": {"name": "fake", "version": "1"},
        });
        let opened = json!({"jsonrpc": "2.0", "id": 0, "result": result});
        let session = Arc::new(Session {
            mark: mark_of(owner),
            opened: opened.to_string().into(),
            tells_apart: self.tells_apart,
            chance: Mutex::new(lock(&self.chance).split()),
            questions: Mutex::default(),
            asked: AtomicU64::new(0),
            running: Mutex::default(),
            unasked: Mutex::default(),
            over: AtomicBool::default(),
            crossed: Arc::clone(&self.crossed),
        });
        lock(&self.sessions).push(Arc::clone(&session));
        session
    }

    /// Ends everything; returns what came to the wrong session.
    pub(super) fn end(&self) -> Vec<String> {
        for session in lock(&self.sessions).drain(..) {
            session.end();
        }
        std::mem::take(&mut lock(&self.crossed))
    }
}

#[async_trait]
impl Opens for Server {
    async fn open(
        &self,
        _: Permit,
        owner: &Owner,
        _: &Opening,
    ) -> Result<Arc<dyn SessionLink>, Fault> {
        tokio::task::yield_now().await;
        Ok(self.session(owner))
    }
}

#[async_trait]
impl SessionLink for Session {
    fn opened(&self) -> &Bytes {
        &self.opened
    }

    fn revision(&self) -> Revision {
        Revision::V2025_11_25
    }

    fn tells_apart(&self) -> bool {
        self.tells_apart
    }

    async fn ask(&self, _: Permit, request: Bytes) -> Result<Incoming, Fault> {
        let request: Value = serde_json::from_slice(&request).expect("JSON");
        let (say, heard) = mpsc::unbounded_channel();
        match request["method"].as_str() {
            Some("tools/call") => self.call(request, say),
            Some("resources/subscribe") => self.subscribe(&request, &say),
            _ => done(&request, &say, &json!({})),
        }
        Ok(incoming(heard))
    }

    async fn tell(&self, message: Bytes) -> Result<(), Fault> {
        let message: Value = serde_json::from_slice(&message).expect("JSON");
        if message["method"] == "notifications/cancelled" {
            let id = message["params"]["requestId"].to_string();
            lock(&self.running)
                .remove(&id)
                .iter()
                .for_each(AbortHandle::abort);
        } else if let Some(id) = message["id"].as_str() {
            let waiting = lock(&self.questions).remove(id);
            waiting.map(|waiting| waiting.send(message));
        }
        Ok(())
    }

    async fn unasked(&self) -> Result<Incoming, Fault> {
        let (say, heard) = mpsc::unbounded_channel();
        *lock(&self.unasked) = Some(say);
        Ok(incoming(heard))
    }

    fn rest(&self, _: bool) {}

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
        lock(&self.questions).clear();
        lock(&self.running)
            .drain()
            .for_each(|(_, task)| task.abort());
        lock(&self.unasked).take();
    }
}

impl Session {
    fn call(&self, request: Value, say: Say) {
        let mark = request["params"]["arguments"]["mark"]
            .as_str()
            .unwrap_or_default();
        if !mark.starts_with(&self.mark) {
            lock(&self.crossed).push(format!("in the session of {}: {request}", self.mark));
        }
        let mut turns = Turns {
            chance: lock(&self.chance).split(),
            mark: mark.to_owned(),
            token: request["params"]["_meta"]["progressToken"].clone(),
            say,
        };
        let question = (turns.chance.below(2) == 0).then(|| self.question(&turns.mark));
        let id = request["id"].to_string();
        let crossed = Arc::clone(&self.crossed);
        let task = tokio::spawn(async move { turns.take(&request, question, &crossed).await });
        lock(&self.running).insert(id, task.abort_handle());
    }

    /// Ids of questions are the same in all sessions.
    fn question(&self, mark: &str) -> (Value, oneshot::Receiver<Value>) {
        let (answers, answer) = oneshot::channel();
        let id = format!("q{}", self.asked.fetch_add(1, Ordering::Relaxed));
        let params = json!({
            "message": mark, "requestedSchema": {"type": "object", "properties": {}},
        });
        lock(&self.questions).insert(id.clone(), answers);
        let method = "elicitation/create";
        let question = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        (question, answer)
    }

    /// Says at once that the resource changed, and that one of nobody's did.
    fn subscribe(&self, request: &Value, say: &Say) {
        done(request, say, &json!({}));
        let uri = &request["params"]["uri"];
        if uri.as_str() != Some(&self.mark) {
            lock(&self.crossed).push(format!("in the session of {}: {request}", self.mark));
        }
        let method = "notifications/resources/updated";
        let updated = json!({"jsonrpc": "2.0", "method": method, "params": {"uri": uri}});
        if let Some(unasked) = &*lock(&self.unasked) {
            unasked.send(Ok(updated.to_string().into())).ok();
        }
    }
}

/// What the server says about one call.
struct Turns {
    chance: Chance,
    mark: String,
    token: Value,
    say: Say,
}

impl Turns {
    async fn take(
        mut self,
        request: &Value,
        question: Option<(Value, oneshot::Receiver<Value>)>,
        crossed: &Mutex<Vec<String>>,
    ) {
        self.progress(1).await;
        if let Some((question, answer)) = question {
            self.say(&question);
            let Ok(answer) = answer.await else { return };
            let given = &answer["result"]["content"]["mark"];
            if answer.get("result").is_some() && *given != self.mark {
                lock(crossed).push(format!("{} is answered {answer}", self.mark));
            }
        }
        self.progress(2).await;
        self.chance.dawdle().await;
        let text = json!({"type": "text", "text": self.mark});
        done(request, &self.say, &json!({"content": [text]}));
    }

    async fn progress(&mut self, step: u64) {
        self.chance.dawdle().await;
        if !self.token.is_null() && self.chance.below(2) == 0 {
            let params = json!({
                "progressToken": self.token, "progress": step, "message": self.mark,
            });
            let method = "notifications/progress";
            self.say(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
        }
    }

    fn say(&self, message: &Value) {
        self.say.send(Ok(message.to_string().into())).ok(); // nobody may listen any more
    }
}

fn done(request: &Value, say: &Say, result: &Value) {
    let response = json!({"jsonrpc": "2.0", "id": request["id"], "result": result});
    say.send(Ok(response.to_string().into())).ok();
}

fn incoming(mut heard: mpsc::UnboundedReceiver<Result<Bytes, Fault>>) -> Incoming {
    Incoming::new(futures_util::stream::poll_fn(move |context| {
        heard.poll_recv(context)
    }))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
