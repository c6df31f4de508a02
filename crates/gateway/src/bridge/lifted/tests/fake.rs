//! A session server in memory: it keeps what it hears, and a test says what it answers.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::{
    clock::Clock,
    entropy::Entropy,
    id::{ClientId, UserId},
    permit::{Action, Held, Permit, Rights, decide},
    scope::ScopeSet,
    server::ServerName,
    subject::Subject,
    time::UnixTime,
};
use doorward_mcp::era::Revision;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::super::{Lifted, LiftedParts, Opens, RequestStates};
use crate::{
    config::GatewayLimits,
    upstream::{
        Fault,
        link::{Incoming, Opening, Owner, SessionLink, StatelessLink},
    },
};

type Say = mpsc::UnboundedSender<Result<Bytes, Fault>>;

/// A server and the bridge in front of it.
pub(super) struct World {
    pub(super) lifted: Lifted,
    pub(super) server: Arc<Server>,
}

/// The server, across all of its sessions.
pub(super) struct Server {
    capabilities: Value,
    tells_apart: bool,
    refuses: Mutex<VecDeque<Fault>>,
    sessions: Mutex<Vec<Arc<Session>>>,
}

/// One session as the server sees it.
pub(super) struct Session {
    pub(super) owner: Owner,
    pub(super) opening: Opening,
    opened: Bytes,
    tells_apart: bool,
    asked: Mutex<VecDeque<Asked>>,
    /// Answers to the gateway's own requests, by method.
    own: Mutex<Vec<Value>>,
    told: Mutex<Vec<Value>>,
    unasked: Mutex<Option<Say>>,
    /// What it was asked for itself and does not answer.
    pub(super) unanswered: Mutex<Vec<Asked>>,
    /// Takes no word.
    pub(super) is_deaf: AtomicBool,
    /// Takes requests and says nothing, not even that it has them.
    pub(super) stalls: AtomicBool,
    /// Whether a call waits in it for answers that may never come.
    pub(super) rests: AtomicBool,
    pub(super) forgotten: AtomicBool,
    pub(super) ended: AtomicBool,
}

/// A request that waits for an answer.
pub(super) struct Asked {
    pub(super) json: Value,
    say: Say,
}

/// What a caller hears.
pub(super) struct Heard(Incoming);

impl World {
    pub(super) fn new() -> Self {
        Self::with(true, GatewayLimits::default())
    }

    /// In front of a program: nobody can tell to which of several requests belongs what it says.
    pub(super) fn of_a_program() -> Self {
        Self::with(false, GatewayLimits::default())
    }

    pub(super) fn with(tells_apart: bool, limits: GatewayLimits) -> Self {
        let server = Arc::new(Server {
            capabilities: json!({
                "tools": { "listChanged": true },
                "resources": { "subscribe": true },
                "logging": {},
                "tasks": { "list": {} },
            }),
            tells_apart,
            refuses: Mutex::default(),
            sessions: Mutex::default(),
        });
        let parts = LiftedParts {
            opens: server.clone(),
            states: Arc::new(RequestStates::new(
                &[7; 32],
                Arc::new(Counted(AtomicU8::new(0))),
            )),
            clock: Arc::new(Running(tokio::time::Instant::now())),
        };
        let name = ServerName::parse("files").expect("a name");
        Self {
            lifted: Lifted::new(name, parts, &limits),
            server,
        }
    }

    /// Asks as alice.
    pub(super) async fn ask(&self, request: Value) -> Heard {
        self.ask_as("alice", request).await
    }

    pub(super) async fn ask_as(&self, user: &str, request: Value) -> Heard {
        let heard = self.try_as(user, request).await;
        heard.unwrap_or_else(|fault| panic!("not asked: {fault}"))
    }

    pub(super) async fn try_as(&self, user: &str, request: Value) -> Result<Heard, Fault> {
        let (body, owner) = (Bytes::from(request.to_string()), owner(user));
        self.lifted.ask(permit(), &owner, body).await.map(Heard)
    }
}

impl Server {
    /// The sessions that were opened so far.
    pub(super) fn sessions(&self) -> Vec<Arc<Session>> {
        self.sessions.lock().expect("lock").clone()
    }

    pub(super) fn session(&self, number: usize) -> Arc<Session> {
        Arc::clone(&self.sessions()[number])
    }

    /// The next opening fails.
    pub(super) fn refuse(&self, fault: Fault) {
        self.refuses.lock().expect("lock").push_back(fault);
    }

    /// The next request of any session that is not the gateway's own.
    pub(super) async fn asked(&self) -> Asked {
        eventually("a request", || {
            let sessions = self.sessions();
            sessions
                .iter()
                .find_map(|session| session.asked.lock().expect("lock").pop_front())
        })
        .await
    }

    /// Whether a request waits that no test has taken.
    pub(super) fn is_asked(&self) -> bool {
        let sessions = self.sessions();
        sessions
            .iter()
            .any(|session| !session.asked.lock().expect("lock").is_empty())
    }
}

impl Session {
    /// What it was told so far.
    pub(super) fn told(&self) -> Vec<Value> {
        self.told.lock().expect("lock").clone()
    }

    /// Waits until it was told so many things.
    pub(super) async fn told_at_least(&self, count: usize) -> Vec<Value> {
        eventually("a word", || {
            Some(self.told()).filter(|told| told.len() >= count)
        })
        .await
    }

    /// The requests of the gateway's own.
    pub(super) fn own(&self) -> Vec<Value> {
        self.own.lock().expect("lock").clone()
    }

    /// Says something that belongs to no request.
    pub(super) async fn say(&self, message: Value) {
        let say = eventually("a reader", || self.unasked.lock().expect("lock").clone()).await;
        say.send(Ok(message.to_string().into())).expect("read");
    }

    /// Ends the stream of what belongs to no request.
    pub(super) fn hang_up(&self) {
        *self.unasked.lock().expect("lock") = None;
    }

    /// Whether anybody reads what belongs to no request.
    pub(super) fn is_read(&self) -> bool {
        let unasked = self.unasked.lock().expect("lock");
        unasked.as_ref().is_some_and(|say| !say.is_closed())
    }
}

impl Asked {
    pub(super) fn id(&self) -> Value {
        self.json["id"].clone()
    }

    pub(super) fn say(&self, message: Value) {
        self.say.send(Ok(message.to_string().into())).ok();
    }

    pub(super) fn fail(&self, fault: Fault) {
        self.say.send(Err(fault)).ok();
    }

    pub(super) fn answer(&self, result: Value) {
        self.say(json!({ "jsonrpc": "2.0", "id": self.id(), "result": result }));
    }

    pub(super) fn error(&self, code: i64, data: Value) {
        let error = json!({ "code": code, "message": "no", "data": data });
        self.say(json!({ "jsonrpc": "2.0", "id": self.id(), "error": error }));
    }

    /// Asks the client something.
    pub(super) fn question(&self, id: &str, method: &str, params: Value) {
        self.say(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
    }

    pub(super) fn form(&self, id: &str) {
        let params =
            json!({ "message": id, "requestedSchema": { "type": "object", "properties": {} } });
        self.question(id, "elicitation/create", params);
    }
}

impl Heard {
    /// The next message.
    pub(super) async fn next(&mut self) -> Value {
        match self.0.next().await {
            Some(Ok(message)) => serde_json::from_slice(&message).expect("JSON"),
            other => panic!("no message: {other:?}"),
        }
    }

    /// The fault that ends it.
    pub(super) async fn fault(&mut self) -> Fault {
        match self.0.next().await {
            Some(Err(fault)) => fault,
            other => panic!("no fault: {other:?}"),
        }
    }

    /// That nothing more comes.
    pub(super) async fn end(&mut self) {
        let next = self.0.next().await;
        assert!(next.is_none(), "{next:?}");
    }
}

#[async_trait]
impl Opens for Server {
    async fn open(
        &self,
        _permit: Permit,
        owner: &Owner,
        opening: &Opening,
    ) -> Result<Arc<dyn SessionLink>, Fault> {
        tokio::task::yield_now().await;
        if let Some(fault) = self.refuses.lock().expect("lock").pop_front() {
            return Err(fault);
        }
        let result = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": self.capabilities,
            "serverInfo": { "name": "fake", "version": "1" },
            "instructions": "ask",
        });
        let opened = json!({ "jsonrpc": "2.0", "id": 0, "result": result });
        let session = Arc::new(Session {
            owner: owner.clone(),
            opening: opening.clone(),
            opened: opened.to_string().into(),
            tells_apart: self.tells_apart,
            asked: Mutex::default(),
            own: Mutex::default(),
            told: Mutex::default(),
            unasked: Mutex::default(),
            unanswered: Mutex::default(),
            is_deaf: AtomicBool::new(false),
            stalls: AtomicBool::new(false),
            rests: AtomicBool::new(false),
            forgotten: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        });
        self.sessions
            .lock()
            .expect("lock")
            .push(Arc::clone(&session));
        Ok(session)
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

    async fn ask(&self, _permit: Permit, request: Bytes) -> Result<Incoming, Fault> {
        if self.forgotten.load(Ordering::Relaxed) {
            return Err(Fault::NoSession);
        }
        let json: Value = serde_json::from_slice(&request).expect("JSON");
        let (say, mut read) = mpsc::unbounded_channel();
        let asked = Asked { json, say };
        let own = [
            "logging/setLevel",
            "resources/subscribe",
            "resources/unsubscribe",
        ];
        match own.contains(&asked.json["method"].as_str().expect("a method")) {
            // A resource that the server will not have watched.
            true if asked.json["params"]["uri"] == "secret:" => asked.error(-32602, json!(null)),
            true if asked.json["params"]["uri"] == "slow:" => {
                self.unanswered.lock().expect("lock").push(asked);
            }
            true if ["broken:", "silent:"].contains(&uri(&asked.json)) && ends(&asked.json) => {
                asked.fail(match uri(&asked.json) {
                    "broken:" => Fault::Broken,
                    _ => Fault::Timeout,
                });
                self.own.lock().expect("lock").push(asked.json);
            }
            true => {
                asked.answer(json!({}));
                self.own.lock().expect("lock").push(asked.json);
            }
            false => self.asked.lock().expect("lock").push_back(asked),
        }
        if self.stalls.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        let messages = futures_util::stream::poll_fn(move |context| read.poll_recv(context));
        Ok(Incoming::new(messages))
    }

    async fn tell(&self, message: Bytes) -> Result<(), Fault> {
        let told = serde_json::from_slice(&message).expect("JSON");
        if self.is_deaf.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.told.lock().expect("lock").push(told);
        Ok(())
    }

    async fn unasked(&self) -> Result<Incoming, Fault> {
        let (say, mut read) = mpsc::unbounded_channel();
        *self.unasked.lock().expect("lock") = Some(say);
        let messages = futures_util::stream::poll_fn(move |context| read.poll_recv(context));
        Ok(Incoming::new(messages))
    }

    fn rest(&self, rests: bool) {
        self.rests.store(rests, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.forgotten.load(Ordering::Relaxed)
    }

    fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn uri(request: &Value) -> &str {
    request["params"]["uri"].as_str().unwrap_or_default()
}

/// Whether a subscription is taken back.
fn ends(request: &Value) -> bool {
    request["method"] == "resources/unsubscribe"
}

/// A request of 2026-07-28 by a client that can do this much.
pub(super) fn able(id: Value, method: &str, capabilities: Value, params: Value) -> Value {
    let mut request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    request["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2026-07-28");
    request["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = capabilities;
    request
}

/// A request of 2026-07-28 by a client that can do nothing.
pub(super) fn plain(id: Value, method: &str, params: Value) -> Value {
    able(id, method, json!({}), params)
}

/// A call by a client that can be asked with forms.
pub(super) fn call(id: Value) -> Value {
    able(
        id,
        "tools/call",
        json!({ "elicitation": {} }),
        json!({ "name": "book", "arguments": { "day": 1 } }),
    )
}

/// The same again, with the state of an earlier answer.
pub(super) fn retry(id: Value, before: &Value, answers: Value) -> Value {
    let mut request = call(id);
    request["params"]["requestState"] = before["result"]["requestState"].clone();
    request["params"]["inputResponses"] = answers;
    request
}

pub(super) fn accepted() -> Value {
    json!({ "action": "accept", "content": {} })
}

/// Lets everything happen that can happen without time.
pub(super) async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

/// Waits for what other tasks bring about.
pub(super) async fn eventually<T>(what: &str, find: impl Fn() -> Option<T>) -> T {
    for _ in 0..1000 {
        match find() {
            Some(found) => return found,
            None => tokio::task::yield_now().await,
        }
    }
    panic!("it never came: {what}");
}

/// Lets time pass.
pub(super) async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
    settle().await;
}

pub(super) fn owner(user: &str) -> Owner {
    Owner {
        subject: Subject::User(UserId::from_known(user)),
        client: ClientId::from_known("app"),
    }
}

fn permit() -> Permit {
    let held = Held {
        scopes: &ScopeSet::baseline(),
        details: &Default::default(),
        sign_in: None,
        argument: &|_| None,
    };
    let server = ServerName::parse("files").expect("a name");
    decide(&server, &Rights::Everything, held, Action::Use).expect("allowed")
}

/// Seconds since the test began.
struct Running(tokio::time::Instant);

impl Clock for Running {
    fn now(&self) -> UnixTime {
        let seconds = self.0.elapsed().as_secs();
        UnixTime::from_seconds(1000 + i64::try_from(seconds).expect("a short test"))
    }
}

/// Never the same twice, for a while.
struct Counted(AtomicU8);

impl Entropy for Counted {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}
