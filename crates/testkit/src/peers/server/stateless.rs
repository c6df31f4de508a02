//! A server of 2026-07-28, whatever carries its messages.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use doorward_mcp::era::Revision;
use serde_json::{Map, Value, json};
use tokio::task::AbortHandle;

use crate::peers::{
    behaviour::{self, Conversation, Failure},
    log::Log,
    strict::{self, Kind},
    witness::{Change, Witness},
    words::{self, PREFIX, Side},
};

/// The server. It knows no sessions.
pub(super) struct Stateless {
    witness: Witness,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ids: HashSet<String>,
    running: HashMap<String, AbortHandle>,
    states: u64,
    asked: HashMap<String, Asked>,
}

/// A request that has to be sent again with answers.
struct Asked {
    method: String,
    params: Value,
    key: String,
    question: String,
    answers: Map<String, Value>,
}

const REVISION: Revision = Revision::V2026_07_28;

impl Stateless {
    pub(super) fn new(witness: &Witness) -> Arc<Self> {
        Arc::new(Self {
            witness: witness.clone(),
            state: Mutex::default(),
        })
    }

    /// Takes a message. What a request says goes to `to`, which is closed with its response when
    /// `alone`. The task that works on it is returned, for whoever sees that nobody waits.
    pub(super) fn receive(
        self: &Arc<Self>,
        message: &Value,
        to: &Arc<Log>,
        alone: bool,
    ) -> Option<AbortHandle> {
        for reason in strict::of_client(REVISION, message) {
            self.violated(&reason);
        }
        match strict::kind(message) {
            Some(Kind::Request) => Some(self.request(message, to, alone)),
            Some(Kind::Notification) => {
                self.cancelled(message);
                None
            }
            Some(Kind::Response) | None => None,
        }
    }

    fn request(self: &Arc<Self>, message: &Value, to: &Arc<Log>, alone: bool) -> AbortHandle {
        let (server, to, message) = (Arc::clone(self), Arc::clone(to), message.clone());
        let id = message["id"].to_string();
        let mut state = self.state();
        if alone {
            state.ids.clear(); // over HTTP nothing ties one request to another
        }
        let repeated = !state.ids.insert(id.clone());
        let task = tokio::spawn(async move {
            let outcome = server.outcome(&message, &to).await;
            let id = &message["id"];
            server.state().running.remove(&id.to_string());
            to.say(match outcome {
                Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
                Err(error) => json!({"jsonrpc": "2.0", "id": id, "error": error}),
            });
            if alone {
                to.close();
            }
        });
        if !alone {
            state.running.insert(id.clone(), task.abort_handle());
        }
        drop(state);
        if repeated {
            self.violated(&format!("id {id} is used twice"));
        }
        task.abort_handle()
    }

    fn cancelled(&self, message: &Value) {
        let id = message["params"]["requestId"].to_string();
        let running = self.state().running.remove(&id);
        if let Some(task) = running {
            task.abort();
        }
    }

    async fn outcome(&self, message: &Value, to: &Arc<Log>) -> Result<Value, Value> {
        let (method, params) = (
            message["method"].as_str().unwrap_or_default(),
            &message["params"],
        );
        if !words::is_request(REVISION, Side::Client, method) {
            return Err(Failure::UnknownMethod(method.to_owned()).error(REVISION));
        }
        match method {
            "server/discover" => Ok(discovered()),
            "subscriptions/listen" => {
                self.listen(message, to).await;
                let id = json!({format!("{PREFIX}subscriptionId"): message["id"]});
                Ok(json!({"resultType": "complete", "_meta": id}))
            }
            _ => self.answer(method, params, to).await,
        }
    }

    async fn answer(&self, method: &str, params: &Value, to: &Arc<Log>) -> Result<Value, Value> {
        let answers = self.answers(method, params)?;
        let mut spoken = Spoken {
            server: self,
            to,
            meta: &params["_meta"],
            answers,
        };
        let answer = behaviour::answer(REVISION, &mut spoken, method, params).await;
        let answers = spoken.answers;
        match answer {
            Err(Failure::Asks {
                key,
                method: question,
                params: asked,
            }) => {
                let requests = json!({&key: {"method": question, "params": asked}});
                let mut state = self.state();
                state.states += 1;
                let token = format!("state {} é\"\\/+=", state.states);
                let (method, params) = (method.to_owned(), params.clone());
                let waits = Asked {
                    method,
                    params,
                    key,
                    question,
                    answers,
                };
                state.asked.insert(token.clone(), waits);
                Ok(json!({
                    "resultType": "input_required",
                    "inputRequests": requests,
                    "requestState": token,
                }))
            }
            other => other.map_err(|failure| failure.error(REVISION)),
        }
    }

    /// The answers that came with the request and with those before it.
    fn answers(&self, method: &str, params: &Value) -> Result<Map<String, Value>, Value> {
        let given = params["inputResponses"].as_object();
        let Some(token) = params["requestState"].as_str() else {
            if given.is_some() {
                self.violated("answers without the state of what asked for them");
            }
            return Ok(Map::new());
        };
        let Some(asked) = self.state().asked.remove(token) else {
            self.violated(&format!("the state {token:?}, which was not given"));
            return Err(Failure::InvalidParams("unknown requestState").error(REVISION));
        };
        let same = |name: &str| params.get(name) == asked.params.get(name);
        if asked.method != method || !["name", "uri", "arguments"].into_iter().all(same) {
            self.violated(&format!("the state of another request than {method}"));
        }
        let mut answers = asked.answers;
        match given.and_then(|given| given.get(&asked.key)) {
            Some(answer) => {
                for reason in strict::answer(REVISION, &asked.question, answer) {
                    self.violated(&reason);
                }
                answers.insert(asked.key, answer.clone());
            }
            None => self.violated(&format!("no answer to {}", asked.key)),
        }
        Ok(answers)
    }

    async fn listen(&self, message: &Value, to: &Arc<Log>) {
        let mut changes = self.witness.changes();
        let filter = &message["params"]["notifications"];
        let id = json!({format!("{PREFIX}subscriptionId"): message["id"]});
        let say = |method: &str, mut params: Value| {
            params["_meta"] = id.clone();
            to.say(json!({"jsonrpc": "2.0", "method": method, "params": params}));
        };
        let acknowledged = "notifications/subscriptions/acknowledged";
        say(acknowledged, json!({"notifications": filter}));
        while let Ok(change) = changes.recv().await {
            match change {
                Change::Updated(uri) => {
                    let uris = filter["resourceSubscriptions"].as_array();
                    if uris.into_iter().flatten().any(|wanted| *wanted == uri) {
                        say("notifications/resources/updated", json!({"uri": uri}));
                    }
                }
                Change::Lists => {
                    for what in ["tools", "prompts", "resources"] {
                        if filter[format!("{what}ListChanged")] == true {
                            say(&format!("notifications/{what}/list_changed"), json!({}));
                        }
                    }
                }
            }
        }
    }

    pub(super) fn violated(&self, reason: &str) {
        self.witness
            .violated(format!("{REVISION} server: {reason}"));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn discovered() -> Value {
    let info = json!({"name": format!("fake-{REVISION}"), "version": "1"});
    json!({
        "resultType": "complete",
        "supportedVersions": [REVISION.as_str()],
        "capabilities": behaviour::capabilities(REVISION),
        "instructions": "Be kind.",
        "ttlMs": 0,
        "cacheScope": "private",
        "_meta": {format!("{PREFIX}serverInfo"): info},
    })
}

/// A request of this era while it is worked on.
struct Spoken<'a> {
    server: &'a Stateless,
    to: &'a Arc<Log>,
    meta: &'a Value,
    answers: Map<String, Value>,
}

#[async_trait]
impl Conversation for Spoken<'_> {
    fn witness(&self) -> &Witness {
        &self.server.witness
    }

    async fn progress(&mut self, done: u64, total: u64, words: &str) {
        let Some(token) = self.meta.get("progressToken") else {
            return;
        };
        let params = json!({
            "progressToken": token, "progress": done, "total": total, "message": words,
        });
        let method = "notifications/progress";
        self.to
            .say(json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    async fn log(&mut self, level: &str, data: &str) {
        let wanted = self.meta[format!("{PREFIX}logLevel")].as_str();
        if wanted.is_none() || (level == "debug" && wanted != Some("debug")) {
            return;
        }
        let params = json!({"level": level, "data": data});
        let method = "notifications/message";
        self.to
            .say(json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn may_ask(&self, method: &str, params: &Value) -> Result<(), Failure> {
        let declared = &self.meta[format!("{PREFIX}clientCapabilities")];
        behaviour::may_ask(REVISION, declared, method, params)
    }

    async fn ask(&mut self, key: &str, method: &str, params: Value) -> Result<Value, Failure> {
        if let Some(answer) = self.answers.get(key) {
            return Ok(answer.clone());
        }
        self.may_ask(method, &params)?;
        Err(Failure::Asks {
            key: key.to_owned(),
            method: method.to_owned(),
            params,
        })
    }
}
