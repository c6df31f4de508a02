//! Callers: each knows its own marks, and takes offence at any other.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::era::Revision;
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::{
    super::{
        backend::Backend,
        line::{Reader, Room},
        passed::Passed,
        session::{Session, Streams},
        testing::{Guest, asked, client, permit, respond},
        translated::Translated,
    },
    chance::Chance,
    mark_of,
    server::Server,
};
use crate::{
    bridge::lifted::Lifted,
    upstream::link::{Incoming, Owner, StatelessLink},
};

/// What was left lying about: calls that wait for answers, and whose they are.
pub(super) type Loot = Mutex<Vec<(Owner, Value)>>;

/// Somebody with a token of their own.
pub(super) struct Caller {
    pub(super) owner: Owner,
    pub(super) number: u64,
    pub(super) lifted: Arc<Lifted>,
    pub(super) server: Arc<Server>,
    pub(super) loot: Arc<Loot>,
}

/// How many calls a caller makes: one, and sometimes another.
fn calls(chance: &mut Chance) -> u64 {
    1 + chance.below(3) / 2
}

impl Caller {
    /// Does what it came for; returns what it heard of others.
    pub(super) async fn come(self, mut chance: Chance) -> Vec<String> {
        chance.dawdle().await;
        let done = match chance.below(3) {
            0 => self.without_a_session(chance).await,
            1 => self.over_eras(chance).await,
            _ => self.over_transports(chance).await,
        };
        done.err().into_iter().collect()
    }

    async fn without_a_session(&self, mut chance: Chance) -> Result<(), String> {
        for call in 0..calls(&mut chance) {
            match chance.below(5) {
                0 => self.steal().await?,
                1 => self.listen().await?,
                _ => self.call(call, &mut chance).await?,
            }
            chance.dawdle().await;
        }
        Ok(())
    }

    async fn over_eras(&self, chance: Chance) -> Result<(), String> {
        let client = client(Revision::V2025_11_25, ABLE);
        let link = Arc::clone(&self.lifted) as Arc<dyn StatelessLink>;
        let about = (self.owner.clone(), client.clone(), "m".to_owned());
        let opened = Translated::open(link, permit(), about).await;
        let backend = opened.map_err(|fault| format!("not opened: {fault}"))?;
        self.in_a_session(Arc::new(backend), chance).await
    }

    async fn over_transports(&self, chance: Chance) -> Result<(), String> {
        let client = client(Revision::V2025_11_25, ABLE);
        let link = self.server.session(&self.owner);
        self.in_a_session(Arc::new(Passed::new(link, client)), chance)
            .await
    }

    async fn in_a_session(
        &self,
        backend: Arc<dyn Backend>,
        mut chance: Chance,
    ) -> Result<(), String> {
        let guest = Arc::<Guest>::default();
        let room = Room {
            place: Arc::default(),
            in_all: 1 << 20,
            unread: 1 << 20,
            kept: 1 << 16,
            blame: crate::stream::Blame::default(),
        };
        let session = Session::new(self.owner.clone(), (Streams::Each, room), guest);
        session.open(client(Revision::V2025_11_25, ABLE), backend);
        session.initialized();
        session.listen();
        for call in 0..calls(&mut chance) {
            let own = self.mark(call);
            let id = format!("c{call}");
            let line = session.line(1);
            asked(&session, &request(&id, &own).to_string(), &line)
                .map_err(|fault| format!("not asked: {fault}"))?;
            let mut reader = line.read(0);
            let gives_up = chance.below(4) == 0;
            if gives_up {
                chance.dawdle().await;
                session.cancel(&serde_id(&id));
            }
            hear(&session, &mut reader, &own, &mut chance).await?;
        }
        session.end();
        Ok(())
    }

    /// A call, and the same again with answers for as long as there are questions.
    async fn call(&self, number: u64, chance: &mut Chance) -> Result<(), String> {
        let own = self.mark(number);
        let mut sent = stateless(request("c", &own));
        loop {
            let mut heard = self.ask(&sent).await?;
            let gives_up = chance.below(4) == 0;
            let response = loop {
                chance.dawdle().await;
                if gives_up && chance.below(2) == 0 {
                    return Ok(()); // whoever hangs up has cancelled
                }
                let message = next(&mut heard).await?;
                check(&message, &own)?;
                if message.get("id").is_some() {
                    break message;
                }
            };
            let result = &response["result"];
            if result["resultType"] != "input_required" {
                let text = &result["content"][0]["text"];
                return match *text == own {
                    true => Ok(()),
                    false => Err(format!("{own} comes to {response}")),
                };
            }
            sent["params"]["requestState"] = result["requestState"].clone();
            let questions = result["inputRequests"].as_object().into_iter().flatten();
            let answers = questions.map(|(key, _)| (key.clone(), accepted(&own)));
            sent["params"]["inputResponses"] = answers.collect::<serde_json::Map<_, _>>().into();
            sent["id"] = json!("again");
            self.leave(&sent);
            chance.dawdle().await;
        }
    }

    /// Goes on with what somebody else began: it comes to nothing, and to nothing of theirs.
    async fn steal(&self) -> Result<(), String> {
        let found = {
            let loot = self.loot.lock().unwrap_or_else(PoisonError::into_inner);
            loot.iter().find(|(owner, _)| *owner != self.owner).cloned()
        };
        let Some((_, stolen)) = found else {
            return Ok(());
        };
        let mut heard = self.ask(&stolen).await?;
        let answer = next(&mut heard).await?;
        match answer.get("error").is_some() && !answer.to_string().contains("mark:") {
            true => Ok(()),
            false => Err(format!("{:?} took {stolen} and got {answer}", self.owner)),
        }
    }

    fn leave(&self, sent: &Value) {
        let mut loot = self.loot.lock().unwrap_or_else(PoisonError::into_inner);
        loot.push((self.owner.clone(), sent.clone()));
    }

    async fn listen(&self) -> Result<(), String> {
        let own = mark_of(&self.owner);
        let params = json!({"notifications": {"resourceSubscriptions": [own]}});
        let method = "subscriptions/listen";
        let request = json!({"jsonrpc": "2.0", "id": "c", "method": method, "params": params});
        let mut heard = self.ask(&stateless(request)).await?;
        for _ in 0..2 {
            let message = next(&mut heard).await?;
            check(&message, &own)?;
        }
        Ok(())
    }

    async fn ask(&self, request: &Value) -> Result<Incoming, String> {
        let body = Bytes::from(request.to_string());
        let asked = self.lifted.ask(given(), &self.owner, body).await;
        asked.map_err(|fault| format!("{request} is not asked: {fault}"))
    }

    fn mark(&self, call: u64) -> String {
        format!("{}{}/{call}", mark_of(&self.owner), self.number)
    }
}

/// Hears the line of a call to its end, and answers what is asked on it.
async fn hear(
    session: &Session,
    reader: &mut Reader,
    own: &str,
    chance: &mut Chance,
) -> Result<(), String> {
    while let Some(said) = reader.next().await {
        let message: Value = serde_json::from_slice(&said.json).unwrap_or_default();
        check(&message, own)?;
        chance.dawdle().await;
        if message.get("method").is_some() && message.get("id").is_some() {
            let answer = format!(r#""result":{}"#, accepted(own));
            let _ = respond(session, &message["id"], &answer); // it may be given up by now
        }
    }
    Ok(())
}

/// Whether every mark in a message is this one.
fn check(message: &Value, own: &str) -> Result<(), String> {
    match message {
        Value::String(text) if text.starts_with("mark:") && text != own => {
            Err(format!("{own} hears {text}"))
        }
        Value::Array(values) => values.iter().try_for_each(|value| check(value, own)),
        Value::Object(members) => members.values().try_for_each(|value| check(value, own)),
        _ => Ok(()),
    }
}

async fn next(heard: &mut Incoming) -> Result<Value, String> {
    match heard.next().await {
        Some(Ok(message)) => serde_json::from_slice(&message).map_err(|error| error.to_string()),
        other => Err(format!("no message: {other:?}")),
    }
}

fn request(id: &str, mark: &str) -> Value {
    let params = json!({
        "name": "x", "arguments": {"mark": mark}, "_meta": {"progressToken": "p"},
    });
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})
}

fn stateless(mut request: Value) -> Value {
    let meta = &mut request["params"]["_meta"];
    meta["io.modelcontextprotocol/protocolVersion"] = json!("2026-07-28");
    meta["io.modelcontextprotocol/clientCapabilities"] = json!({"elicitation": {}});
    request
}

fn accepted(mark: &str) -> Value {
    json!({"action": "accept", "content": {"mark": mark}})
}

fn given() -> Permit {
    permit()
}

fn serde_id(id: &str) -> doorward_mcp::envelope::IdValue {
    doorward_mcp::envelope::IdValue::Text(id.to_owned())
}

const ABLE: &str = r#"{"elicitation":{}}"#;
