//! Scripted servers, clients and tokens for the tests of sessions.

use std::{
    collections::VecDeque,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::{
    details::Details,
    id::{ClientId, TokenId, UserId},
    permit::{Action, Held, Permit, Rights, decide},
    scope::ScopeSet,
    server::ServerName,
    subject::Subject,
};
use doorward_mcp::{
    envelope::{Message, Request},
    era::Revision,
    error::RpcError,
    translate::Opening,
};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{
    backend::Backend,
    line::{Line, Reader, Room},
    session::{Client, Session, Streams},
    visitor::{Unfit, Visitor},
};
use crate::{
    snapshot::Snapshot,
    stream::Sieve,
    upstream::{
        Fault,
        link::{Incoming, Owner, SessionLink, StatelessLink},
    },
};

type Said = Result<Bytes, Fault>;

/// A server that says what a test tells it to, and keeps what it heard.
pub(super) struct Server {
    opened: Bytes,
    revision: Revision,
    heard: Mutex<Vec<Value>>,
    answers: Mutex<VecDeque<UnboundedReceiver<Said>>>,
    unasked: Mutex<VecDeque<UnboundedReceiver<Said>>>,
    over: AtomicBool,
    /// Takes no word.
    pub(super) refuses: AtomicBool,
}

/// The writing end of one stream of the server's.
pub(super) struct Stream(UnboundedSender<Said>);

impl Server {
    pub(super) fn new(revision: Revision, capabilities: &str) -> Arc<Self> {
        let opened = format!(
            r#"{{"jsonrpc":"2.0","id":"o","result":{{"protocolVersion":"{revision}","capabilities":{capabilities},"serverInfo":{{"name":"s","version":"1"}}}}}}"#
        );
        Arc::new(Self {
            opened: opened.into(),
            revision,
            heard: Mutex::default(),
            answers: Mutex::default(),
            unasked: Mutex::default(),
            over: AtomicBool::default(),
            refuses: AtomicBool::default(),
        })
    }

    /// What the next request is answered with, bit by bit.
    pub(super) fn then(&self) -> Stream {
        let (sender, receiver) = unbounded_channel();
        self.answers.lock().expect("lock").push_back(receiver);
        Stream(sender)
    }

    /// What is said unasked next.
    pub(super) fn then_unasked(&self) -> Stream {
        let (sender, receiver) = unbounded_channel();
        self.unasked.lock().expect("lock").push_back(receiver);
        Stream(sender)
    }

    pub(super) fn heard(&self) -> Vec<Value> {
        self.heard.lock().expect("lock").clone()
    }

    pub(super) fn last(&self) -> Value {
        self.heard().pop().expect("something was heard")
    }

    /// Waits until so many messages were heard, and gives the last of them.
    pub(super) async fn heard_so_many(&self, count: usize) -> Value {
        for _ in 0..10_000 {
            if self.heard().len() >= count {
                return self.heard()[count - 1].clone();
            }
            tokio::task::yield_now().await;
        }
        panic!("heard only {:?}", self.heard());
    }

    fn hear(&self, message: &Bytes) {
        let value = serde_json::from_slice(message).expect("JSON");
        self.heard.lock().expect("lock").push(value);
    }

    fn answer(&self, request: &Bytes) -> Result<Incoming, Fault> {
        self.hear(request);
        let next = self.answers.lock().expect("lock").pop_front();
        next.map(incoming).ok_or(Fault::Unreachable)
    }
}

fn incoming(mut receiver: UnboundedReceiver<Said>) -> Incoming {
    Incoming::new(futures_util::stream::poll_fn(move |context| {
        receiver.poll_recv(context)
    }))
}

impl Stream {
    /// Says something; false when nobody listens.
    pub(super) fn say(&self, json: &str) -> bool {
        self.0.send(Ok(json.to_owned().into())).is_ok()
    }

    pub(super) fn fail(&self, fault: Fault) {
        self.0.send(Err(fault)).expect("somebody listens");
    }

    /// Says the result of the request with this id.
    pub(super) fn result(&self, id: &Value, result: &str) -> bool {
        self.say(&format!(
            r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#
        ))
    }

    /// Waits until nobody listens any more.
    pub(super) async fn closed(&self) {
        self.0.closed().await;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

#[async_trait]
impl SessionLink for Server {
    fn opened(&self) -> &Bytes {
        &self.opened
    }

    fn revision(&self) -> Revision {
        self.revision
    }

    async fn ask(&self, _permit: Permit, request: Bytes) -> Result<Incoming, Fault> {
        self.answer(&request)
    }

    async fn tell(&self, message: Bytes) -> Result<(), Fault> {
        self.hear(&message);
        match self.refuses.load(Ordering::Relaxed) {
            true => Err(Fault::Refused(400)),
            false => Ok(()),
        }
    }

    async fn unasked(&self) -> Result<Incoming, Fault> {
        let next = self.unasked.lock().expect("lock").pop_front();
        next.map(incoming).ok_or(Fault::Unreachable)
    }

    fn tells_apart(&self) -> bool {
        false
    }

    fn rest(&self, _: bool) {}

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl StatelessLink for Server {
    async fn ask(&self, _: Permit, owner: &Owner, request: Bytes) -> Result<Incoming, Fault> {
        assert_eq!(*owner, alice());
        self.answer(&request)
    }
}

/// The token of who has no other.
static USUAL: LazyLock<TokenId> = LazyLock::new(|| TokenId::from_known("usual"));

/// Somebody whose token is good until a test says otherwise.
#[derive(Default)]
pub(super) struct Guest {
    pub(super) refused: AtomicBool,
    /// Nobody can say what it is.
    pub(super) unjudged: AtomicBool,
    /// A resource that the token of now does not open.
    pub(super) hidden: Mutex<Option<String>>,
    pub(super) judged: AtomicUsize,
    pub(super) token: Option<TokenId>,
    /// All servers as this one finds them.
    pub(super) link: Option<Arc<dyn StatelessLink>>,
}

impl Guest {
    fn judged(&self, is_hidden: bool) -> Result<Permit, Unfit> {
        if self.unjudged.load(Ordering::Relaxed) {
            return Err(Unfit::Unjudged(RpcError::internal("try again")));
        }
        match self.refused.load(Ordering::Relaxed) || is_hidden {
            true => {
                let error = RpcError::internal("the token is no longer good");
                Err(Unfit::Refused(error))
            }
            false => Ok(permit()),
        }
    }
}

#[async_trait]
impl Visitor for Guest {
    async fn judge(&self, request: &Request<'_>) -> Result<Permit, Unfit> {
        self.judged.fetch_add(1, Ordering::Relaxed);
        let hidden = self.hidden.lock().expect("lock").clone();
        let subject = request.params.subject.as_ref();
        let is_hidden = subject.is_some_and(|subject| Some(&*subject.name) == hidden.as_deref());
        self.judged(is_hidden)
    }

    async fn judge_use(&self) -> Result<Permit, Unfit> {
        self.judged(false)
    }

    fn sieve(&self) -> Option<Sieve> {
        None
    }

    fn tools_changed(&self) {}

    fn failed(&self, fault: Fault) -> RpcError {
        fault.rpc()
    }

    fn token(&self) -> &TokenId {
        self.token.as_ref().unwrap_or(&USUAL)
    }

    fn link(&self) -> Option<Arc<dyn StatelessLink>> {
        self.link.clone()
    }

    fn has_left(&self, _: &Snapshot) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}

pub(super) fn permit() -> Permit {
    let held = Held {
        scopes: &ScopeSet::baseline(),
        details: &Details::default(),
        sign_in: None,
        argument: &|_| None,
    };
    let server = ServerName::parse("files").expect("a name");
    decide(&server, &Rights::Everything, held, Action::Use).expect("allowed")
}

pub(super) fn alice() -> Owner {
    Owner {
        subject: Subject::User(UserId::from_known("alice")),
        client: ClientId::from_known("client"),
    }
}

/// A client of this revision with these capabilities.
pub(super) fn client(revision: Revision, capabilities: &str) -> Client {
    let opening = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"protocolVersion":"{revision}","capabilities":{capabilities},"clientInfo":{{"name":"c","version":"1"}}}}}}"#
    );
    let Ok(Message::Request(request)) = Message::parse(opening.as_bytes()) else {
        panic!("a request");
    };
    Client {
        revision,
        said: Opening::of_initialize(&request).expect("an opening").client,
    }
}

/// An open session, and who visits it.
pub(super) fn session(client: Client, backend: Arc<dyn Backend>) -> (Arc<Session>, Arc<Guest>) {
    let room = Room {
        place: Arc::default(),
        in_all: 1 << 20,
        unread: 1 << 20,
        kept: 1 << 16,
        blame: crate::stream::Blame::default(),
    };
    let guest = Arc::<Guest>::default();
    let visitor = Arc::clone(&guest) as Arc<dyn Visitor>;
    let session = Session::new(alice(), (Streams::Each, room), visitor);
    assert!(session.open(client, backend));
    session.initialized();
    (session, guest)
}

/// Begins a request; what comes on its line can be read.
pub(super) fn ask(session: &Arc<Session>, request: &str) -> Reader {
    let line = session.line(1);
    asked(session, request, &line).expect("begun");
    line.read(0)
}

pub(super) fn asked(session: &Arc<Session>, request: &str, line: &Arc<Line>) -> Result<(), Fault> {
    let Ok(Message::Request(parsed)) = Message::parse(request.as_bytes()) else {
        panic!("a request: {request}");
    };
    let body = Bytes::copy_from_slice(request.as_bytes());
    let asking = (permit(), session.newest());
    session.ask(asking, (&parsed, body), (line, line))
}

pub(super) async fn next(reader: &mut Reader) -> Value {
    let said = reader.next().await.expect("something is said");
    serde_json::from_slice(&said.json).expect("JSON")
}

/// The client's response to a question.
pub(super) fn respond(session: &Session, id: &Value, rest: &str) -> super::session::Delivery {
    let response = format!(r#"{{"jsonrpc":"2.0","id":{id},{rest}}}"#);
    let Ok(Message::Response(parsed)) = Message::parse(response.as_bytes()) else {
        panic!("a response: {response}");
    };
    let id = parsed.id.expect("an id").value();
    session.answered(&id, response.clone().into())
}
