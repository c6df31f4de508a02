//! What a client hears: each message is held against its revision and brought to who waits for it.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use doorward_mcp::era::{Era, Revision};
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};

use super::running::{Event, Listening, Running};
use crate::peers::{
    strict::{self, Kind},
    words::PREFIX,
};

/// The ear of one client.
pub(super) struct Ear {
    pub(super) revision: Revision,
    pub(super) name: String,
    /// The capabilities that it declares.
    pub(super) declared: Value,
    state: Mutex<State>,
    unasked: broadcast::Sender<Value>,
}

#[derive(Default)]
struct State {
    faults: Vec<String>,
    waiting: HashMap<String, Waiting>,
    /// Ids and progress tokens of what was given up: something may be said of it still.
    cancelled: HashSet<String>,
}

struct Waiting {
    method: String,
    token: Value,
    events: mpsc::UnboundedSender<Event>,
}

impl Ear {
    pub(super) fn new(revision: Revision, name: &str) -> Arc<Self> {
        let mut declared = json!({"roots": {}, "sampling": {}});
        if revision >= Revision::V2025_11_25 {
            declared["elicitation"] = json!({"form": {}, "url": {}});
        } else if revision >= Revision::V2025_06_18 {
            declared["elicitation"] = json!({});
        }
        Arc::new(Self {
            revision,
            name: name.to_owned(),
            declared,
            state: Mutex::default(),
            unasked: broadcast::Sender::new(64),
        })
    }

    /// Waits for what is said about a request.
    pub(super) fn expect(&self, id: &Value, method: &str, token: &Value) -> Running {
        let (events, heard) = mpsc::unbounded_channel();
        let waiting = Waiting {
            method: method.to_owned(),
            token: token.clone(),
            events,
        };
        self.state().waiting.insert(id.to_string(), waiting);
        Running::new(id.clone(), heard)
    }

    /// What belongs to no request, from now on.
    pub(super) fn unasked(&self) -> Listening {
        Listening::Shared(self.unasked.subscribe())
    }

    /// Whether somebody waits for the response to this request.
    pub(super) fn waits_for(&self, id: &Value) -> bool {
        self.state().waiting.contains_key(&id.to_string())
    }

    pub(super) fn cancelled(&self, id: &Value) {
        let mut state = self.state();
        let waiting = state.waiting.remove(&id.to_string());
        state.cancelled.insert(id.to_string());
        state
            .cancelled
            .extend(waiting.map(|waiting| waiting.token.to_string()));
    }

    /// A request got no answer that is one.
    pub(super) fn failed(&self, id: &Value, code: i64, reason: &str) {
        if let Some(waiting) = self.state().waiting.remove(&id.to_string()) {
            let error = json!({"code": code, "message": reason});
            drop(waiting.events.send(Event::Done(json!({ "error": error }))));
        }
    }

    pub(super) fn fault(&self, reason: impl Into<String>) {
        let fault = format!("{} client: {}", self.revision, reason.into());
        self.state().faults.push(fault);
    }

    pub(super) fn faults(&self) -> Vec<String> {
        self.state().faults.clone()
    }

    /// Hears a message that came on the stream of the request `origin`, or on one of no request.
    /// Returns what is to be answered.
    pub(super) fn hear(&self, origin: Option<&Value>, message: &Value) -> Option<Value> {
        let kind = strict::kind(message);
        let method = match kind {
            Some(Kind::Response) => self.method_of(&message["id"]),
            _ => None,
        };
        for reason in strict::of_server(self.revision, method.as_deref(), &self.declared, message) {
            self.fault(reason);
        }
        match kind {
            Some(Kind::Response) => self.response(origin, message),
            Some(Kind::Notification) => self.notification(origin, message),
            Some(Kind::Request) => return Some(self.request(origin, message)),
            None => {}
        }
        None
    }

    /// The answer to a question of the server.
    pub(super) fn answer(&self, method: &str, params: &Value) -> Value {
        match method {
            "elicitation/create" if params["mode"] == "url" => json!({"action": "accept"}),
            "elicitation/create" => json!({"action": "accept", "content": {"name": self.name}}),
            "sampling/createMessage" => json!({
                "role": "assistant", "content": {"type": "text", "text": "42"}, "model": "m",
                "stopReason": "endTurn",
            }),
            _ => json!({"roots": [{"uri": format!("file:///{}", self.name), "name": "home"}]}),
        }
    }

    fn method_of(&self, id: &Value) -> Option<String> {
        let state = self.state();
        let waiting = state.waiting.get(&id.to_string());
        waiting.map(|waiting| waiting.method.clone())
    }

    fn response(&self, origin: Option<&Value>, message: &Value) {
        let id = &message["id"];
        if origin.is_some_and(|origin| origin != id) {
            self.fault(format!("on the stream of {origin:?}: {message}"));
        }
        let waiting = self.state().waiting.remove(&id.to_string());
        match waiting {
            Some(waiting) => drop(waiting.events.send(Event::Done(message.clone()))),
            // Over HTTP a POST has to be answered somehow; nobody may have gone on with it.
            None if self.state().cancelled.contains(&id.to_string()) => {
                if message.get("error").is_none() {
                    self.fault(format!("answers what was cancelled: {message}"));
                }
            }
            None => self.fault(format!("answers nobody: {message}")),
        }
    }

    fn notification(&self, origin: Option<&Value>, message: &Value) {
        let params = &message["params"];
        match message["method"].as_str().unwrap_or_default() {
            "notifications/progress" => self.progress(message),
            "notifications/message" => {
                let state = self.state();
                let origin = origin.map(ToString::to_string);
                let own = |id: &String| origin.as_ref().is_none_or(|origin| origin == id);
                for (_, waiting) in state.waiting.iter().filter(|(id, _)| own(id)) {
                    drop(waiting.events.send(Event::Log(params.clone())));
                }
            }
            "notifications/cancelled" | "notifications/elicitation/complete" => {}
            _ if self.revision.era() == Era::Session => {
                if origin.is_some() {
                    self.fault(format!("on the stream of a request: {message}"));
                }
                let _ = self.unasked.send(message.clone()); // nobody may listen
            }
            _ => self.subscribed(origin, message),
        }
    }

    fn progress(&self, message: &Value) {
        let params = &message["params"];
        let state = self.state();
        let mut all = state.waiting.values();
        match all.find(|waiting| waiting.token == params["progressToken"]) {
            Some(waiting) => drop(waiting.events.send(Event::Progress(params.clone()))),
            None if state
                .cancelled
                .contains(&params["progressToken"].to_string()) => {}
            None => {
                drop(state);
                self.fault(format!("progress of nothing: {message}"));
            }
        }
    }

    fn subscribed(&self, origin: Option<&Value>, message: &Value) {
        let id = &message["params"]["_meta"][format!("{PREFIX}subscriptionId")];
        if origin.is_some_and(|origin| origin != id) {
            self.fault(format!("on the stream of {origin:?}: {message}"));
        }
        let state = self.state();
        match state.waiting.get(&id.to_string()) {
            Some(waiting) => drop(waiting.events.send(Event::Change(message.clone()))),
            None => {
                drop(state);
                self.fault(format!("of no subscription: {message}"));
            }
        }
    }

    fn request(&self, origin: Option<&Value>, message: &Value) -> Value {
        let method = message["method"].as_str().unwrap_or_default();
        let state = self.state();
        let origin = origin.map(ToString::to_string);
        let own = |id: &String| origin.as_ref().is_none_or(|origin| origin == id);
        for (_, waiting) in state.waiting.iter().filter(|(id, _)| own(id)) {
            drop(waiting.events.send(Event::Asked(method.to_owned())));
        }
        let result = match method {
            "ping" => json!({}),
            _ => self.answer(method, &message["params"]),
        };
        json!({"jsonrpc": "2.0", "id": message["id"], "result": result})
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
