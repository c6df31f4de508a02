//! A server of the session era, whatever carries its messages.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use async_trait::async_trait;
use doorward_mcp::era::Revision;
use serde_json::{Value, json};
use tokio::{
    sync::{broadcast, oneshot},
    task::AbortHandle,
};

use super::http::BREAK;
use crate::peers::{
    behaviour::{self, Conversation, Failure},
    log::Log,
    strict::{self, Kind},
    witness::{Change, Witness},
    words::{self, Side},
};

/// One session with one client.
pub(super) struct Session {
    revision: Revision,
    witness: Witness,
    /// What belongs to no request.
    pub(super) own: Arc<Log>,
    /// Whether broken streams can be resumed.
    resumable: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    opened: bool,
    ready: bool,
    declared: Value,
    level: Option<String>,
    ids: HashSet<String>,
    tokens: HashSet<String>,
    questions: u64,
    asked: HashMap<String, (String, oneshot::Sender<Value>)>,
    running: HashMap<String, AbortHandle>,
    subscribed: HashSet<String>,
}

impl Session {
    pub(super) fn new(revision: Revision, witness: &Witness, resumable: bool) -> Arc<Self> {
        let session = Arc::new(Self {
            revision,
            witness: witness.clone(),
            own: Arc::default(),
            resumable,
            state: Mutex::default(),
        });
        tokio::spawn(follow(Arc::downgrade(&session), witness.changes()));
        session
    }

    /// Takes a message. What a request says goes to `to`, which is closed with its response when
    /// it is the request's own.
    pub(super) fn receive(self: &Arc<Self>, message: &Value, to: &Arc<Log>) {
        let probe = message["method"] == "server/discover" && !self.state().opened;
        if !probe {
            for reason in strict::of_client(self.revision, message) {
                self.violated(&reason);
            }
        }
        match strict::kind(message) {
            Some(Kind::Request) => self.request(message, to),
            Some(Kind::Notification) => self.notification(message),
            Some(Kind::Response) => self.response(message),
            None => {}
        }
    }

    /// Ends it.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.running.drain().for_each(|(_, task)| task.abort());
        self.own.close();
    }

    fn request(self: &Arc<Self>, message: &Value, to: &Arc<Log>) {
        let (session, to, message) = (Arc::clone(self), Arc::clone(to), message.clone());
        let id = message["id"].to_string();
        if !self.state().ids.insert(id.clone()) {
            self.violated(&format!("id {id} is used twice"));
        }
        // Begun under the lock, so that it cannot end before it is known to run.
        let mut state = self.state();
        let own = Arc::clone(&self.own);
        let task = tokio::spawn(async move {
            let outcome = session.outcome(&message, &to).await;
            session.state().running.remove(&message["id"].to_string());
            let id = &message["id"];
            to.say(match outcome {
                Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
                Err(error) => json!({"jsonrpc": "2.0", "id": id, "error": error}),
            });
            if !Arc::ptr_eq(&to, &own) {
                to.close();
            }
        });
        state.running.insert(id, task.abort_handle());
    }

    async fn outcome(self: &Arc<Self>, message: &Value, to: &Arc<Log>) -> Result<Value, Value> {
        let (method, params) = (
            message["method"].as_str().unwrap_or_default(),
            &message["params"],
        );
        if method == "initialize" {
            return Ok(self.open(params));
        }
        if method == "ping" {
            return Ok(json!({}));
        }
        if !self.state().ready {
            if method != "server/discover" {
                self.violated(&format!("{method} before notifications/initialized"));
            }
            return Err(json!({"code": -32600, "message": "Not initialized"}));
        }
        if !words::is_request(self.revision, Side::Client, method) {
            let failure = Failure::UnknownMethod(method.to_owned());
            return Err(failure.error(self.revision));
        }
        match method {
            "resources/subscribe" => Ok(self.subscribe(params, true)),
            "resources/unsubscribe" => Ok(self.subscribe(params, false)),
            "logging/setLevel" => {
                self.state().level = params["level"].as_str().map(str::to_owned);
                Ok(json!({}))
            }
            _ => {
                let mut spoken = Spoken::of(self, params, to);
                let answer = behaviour::answer(self.revision, &mut spoken, method, params).await;
                answer.map_err(|failure| failure.error(self.revision))
            }
        }
    }

    fn open(&self, params: &Value) -> Value {
        let mut state = self.state();
        if state.opened {
            self.violated("initialize a second time");
        }
        state.opened = true;
        state.declared = params["capabilities"].clone();
        json!({
            "protocolVersion": self.revision.as_str(),
            "capabilities": behaviour::capabilities(self.revision),
            "serverInfo": {"name": format!("fake-{}", self.revision), "version": "1"},
            "instructions": "Be kind.",
        })
    }

    fn subscribe(&self, params: &Value, wanted: bool) -> Value {
        let uri = params["uri"].as_str().unwrap_or_default();
        let mut state = self.state();
        match wanted {
            true => state.subscribed.insert(uri.to_owned()),
            false => state.subscribed.remove(uri),
        };
        json!({})
    }

    fn notification(&self, message: &Value) {
        let mut state = self.state();
        match message["method"].as_str() {
            Some("notifications/initialized") => state.ready = true,
            Some("notifications/cancelled") => {
                let id = message["params"]["requestId"].to_string();
                let running = state.running.remove(&id);
                let known = state.ids.contains(&id);
                drop(state);
                if let Some(task) = running {
                    task.abort();
                } else if !known {
                    self.violated(&format!("cancels {id}, which nobody asked"));
                }
            }
            _ => {}
        }
    }

    fn response(&self, message: &Value) {
        let id = message["id"].as_str().unwrap_or_default();
        match self.state().asked.remove(id) {
            Some((_, waits)) => drop(waits.send(message.clone())),
            None => self.violated(&format!("answers what was not asked: {message}")),
        }
    }

    fn changed(&self, change: &Change) {
        let state = self.state();
        match change {
            Change::Updated(uri) if state.subscribed.contains(uri) => {
                let method = "notifications/resources/updated";
                self.own
                    .say(json!({"jsonrpc": "2.0", "method": method, "params": {"uri": uri}}));
            }
            Change::Lists if state.ready => {
                for what in ["tools", "prompts", "resources"] {
                    let method = format!("notifications/{what}/list_changed");
                    self.own.say(json!({"jsonrpc": "2.0", "method": method}));
                }
            }
            Change::Updated(_) | Change::Lists => {}
        }
    }

    fn violated(&self, reason: &str) {
        self.witness
            .violated(format!("{} server: {reason}", self.revision));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn follow(session: Weak<Session>, mut changes: broadcast::Receiver<Change>) {
    while let Ok(change) = changes.recv().await {
        let Some(session) = session.upgrade() else {
            return;
        };
        session.changed(&change);
    }
}

/// A request of this era while it is worked on.
struct Spoken {
    session: Arc<Session>,
    to: Arc<Log>,
    token: Option<Value>,
}

impl Spoken {
    fn of(session: &Arc<Session>, params: &Value, to: &Arc<Log>) -> Self {
        let token = params["_meta"].get("progressToken").cloned();
        if let Some(token) = &token
            && !session.state().tokens.insert(token.to_string())
        {
            session.violated(&format!("progress token {token} is used twice"));
        }
        Self {
            session: Arc::clone(session),
            to: Arc::clone(to),
            token,
        }
    }
}

#[async_trait]
impl Conversation for Spoken {
    fn witness(&self) -> &Witness {
        &self.session.witness
    }

    async fn progress(&mut self, done: u64, total: u64, words: &str) {
        let Some(token) = &self.token else { return };
        let mut params = json!({"progressToken": token, "progress": done, "total": total});
        if self.session.revision >= Revision::V2025_03_26 {
            params["message"] = json!(words);
        }
        let method = "notifications/progress";
        self.to
            .say(json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    async fn log(&mut self, level: &str, data: &str) {
        let wanted = self.session.state().level.clone();
        if level == "debug" && wanted.as_deref() != Some("debug") {
            return;
        }
        let params = json!({"level": level, "data": data});
        let method = "notifications/message";
        self.to
            .say(json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn may_ask(&self, method: &str, params: &Value) -> Result<(), Failure> {
        let declared = &self.session.state().declared;
        behaviour::may_ask(self.session.revision, declared, method, params)
    }

    async fn ask(&mut self, _key: &str, method: &str, params: Value) -> Result<Value, Failure> {
        let revision = self.session.revision;
        self.may_ask(method, &params)?;
        let (id, answer) = {
            let mut state = self.session.state();
            state.questions += 1;
            let id = format!("question {}", state.questions);
            let (answers, answer) = oneshot::channel();
            state.asked.insert(id.clone(), (method.to_owned(), answers));
            (id, answer)
        };
        self.to
            .say(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        let answer = answer.await.unwrap_or_default();
        if answer.get("error").is_none() {
            for reason in strict::answer(revision, method, &answer["result"]) {
                self.session.violated(&reason);
            }
        }
        Ok(answer["result"].clone())
    }

    async fn break_off(&mut self) {
        if self.session.resumable {
            self.to.say(json!(BREAK));
        }
    }
}
