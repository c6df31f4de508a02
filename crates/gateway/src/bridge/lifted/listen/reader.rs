//! Reads what a server says unasked, for all who listen to its session.
//!
//! One task for each session that somebody listens to; it ends with the last of them. It alone
//! subscribes and unsubscribes, and waits for neither: a server that does not answer holds up
//! whoever wants that resource, for as long as its limits say, and nobody else. A request of the
//! server is declined: nobody of this era can be asked outside of a request of their own (P-021).

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use bytes::Bytes;
use doorward_mcp::{
    envelope::{Message, Notification, Outcome},
    error::RpcError,
    method::Method,
    rewrite::quoted,
    translate::{Destination, destination, pong},
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::sync::{mpsc, oneshot};

use super::{
    Ear, Ending,
    hub::{Command, Subscribed},
    unasked::Unasked,
    watched::{Order, Watched, What},
};
use crate::{
    bridge::lifted::{pool::Session, words},
    upstream::{Fault, link::SessionLink},
};

/// All who listen to one session.
pub(super) struct Reader {
    session: Weak<Session>,
    link: Arc<dyn SessionLink>,
    ears: HashMap<u64, Ear>,
    watched: Watched,
    /// What the server is being asked.
    asked: FuturesUnordered<BoxFuture<'static, Answered>>,
    /// What the server is being told.
    told: FuturesUnordered<BoxFuture<'static, Result<(), Fault>>>,
    /// Those who left wait until all is taken back.
    leaving: Vec<oneshot::Sender<()>>,
    /// How often the stream ended since something was last heard.
    broken: u32,
}

/// What became of an order; whether the server agreed.
type Answered = (String, What, Result<bool, Fault>);

impl Reader {
    pub(super) fn new(session: &Arc<Session>) -> Option<Self> {
        Some(Self {
            link: Arc::clone(session.link()?),
            session: Arc::downgrade(session),
            ears: HashMap::new(),
            watched: Watched::default(),
            asked: FuturesUnordered::new(),
            told: FuturesUnordered::new(),
            leaving: Vec::new(),
            broken: 0,
        })
    }

    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut unasked = Unasked::open(&self.link).await;
        loop {
            self.carry_out();
            tokio::select! {
                biased;
                command = commands.recv() => match command {
                    Some(command) => self.obey(command),
                    None => break,
                },
                Some(answered) = self.asked.next() => self.answered(answered),
                Some(told) = self.told.next() => {
                    if let Err(fault) = told {
                        tracing::debug!(%fault, "a server's question was not declined");
                    }
                }
                // No faster than it takes the answers to its questions.
                heard = unasked.next(), if self.told.len() < MOST_TOLD => match heard {
                    Some(message) => {
                        self.broken = 0;
                        self.hear(message);
                    }
                    None => self.broke(),
                },
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Join { number, ear, reply } => {
                let has_room = self.ears.len() < MOST_EARS;
                if reply.send(has_room).is_ok() && has_room {
                    self.ears.insert(number, ear);
                }
            }
            Command::Subscribe { uri, wanting } => {
                let number = wanting.number;
                if !self.ears.contains_key(&number) {
                    wanting.reply.send(Subscribed::Over).ok(); // who left meanwhile says so next
                } else if self.watched.want(uri.clone(), wanting) {
                    self.watches(number, uri);
                }
            }
            Command::Leave { number, done } => {
                self.leaving.push(done);
                if let Some(ear) = self.ears.remove(&number) {
                    self.release(&ear);
                }
            }
            Command::Hear(message) => self.hear(message),
            Command::End(fault) => self.end(fault),
        }
    }

    /// Asks the server what is to be asked of it, a few things at a time.
    fn carry_out(&mut self) {
        while self.asked.len() < MOST_ASKED
            && let Some(order) = self.watched.next()
        {
            self.asked.push(self.ask(order));
        }
        if self.asked.is_empty() && self.watched.is_settled() {
            self.leaving.clear();
        }
    }

    fn ask(&self, order: Order) -> BoxFuture<'static, Answered> {
        let (link, session) = (Arc::clone(&self.link), self.session.upgrade());
        async move {
            let number = session.map(|session| session.next());
            let Order { uri, what, permit } = order;
            let params = format!(r#"{{"uri":{}}}"#, quoted(&uri));
            let method = match what {
                What::Begin => Method::ResourcesSubscribe,
                What::End => Method::ResourcesUnsubscribe,
            };
            let agreed = async {
                let number = number.ok_or(Fault::NoSession)?;
                let request = words::request(number, method.as_str(), &params);
                let mut incoming = link.ask(permit, request).await?;
                while let Some(message) = incoming.next().await {
                    if let Ok(Message::Response(response)) = Message::parse(&message?) {
                        return Ok(matches!(response.outcome, Outcome::Result(_)));
                    }
                }
                Err(Fault::Broken)
            };
            let agreed = agreed.await;
            (uri, what, agreed)
        }
        .boxed()
    }

    fn answered(&mut self, (uri, what, agreed): Answered) {
        if let (What::End, Err(fault)) = (what, agreed) {
            tracing::debug!(%fault, "a subscription was not taken back");
            if is_silent(fault) {
                self.watched.spare();
            }
        }
        let said = match agreed {
            Ok(true) => Subscribed::Yes,
            Ok(false) => Subscribed::No,
            Err(Fault::NoSession) => Subscribed::Over,
            Err(_) => Subscribed::No,
        };
        for number in self.watched.answered(&uri, what, said) {
            self.watches(number, uri.clone());
        }
    }

    /// From now on this one hears of the resource.
    fn watches(&mut self, number: u64, uri: String) {
        match self.ears.get_mut(&number) {
            Some(ear) => drop(ear.filter.uris.insert(uri)),
            None => self.watched.release(&uri),
        }
    }

    /// Takes back what nobody else subscribed to.
    fn release(&mut self, ear: &Ear) {
        for uri in &ear.filter.uris {
            self.watched.release(uri);
        }
    }

    fn hear(&mut self, message: Bytes) {
        match Message::parse(&message) {
            Ok(Message::Notification(notification)) => {
                self.notification(&notification, &message);
            }
            Ok(Message::Request(request)) => {
                let id = request.id.as_json();
                let reply = match &*request.method {
                    "ping" => pong(id).into(),
                    _ if self.stray(&message) => return,
                    method => words::error(&RpcError::method_not_found(method), id),
                };
                let link = Arc::clone(&self.link);
                self.told
                    .push(async move { link.tell(reply).await }.boxed());
            }
            Ok(Message::Response(_)) | Err(_) => {}
        }
    }

    fn notification(&mut self, notification: &Notification<'_>, message: &Bytes) {
        let known = Method::notification(&notification.method);
        match known.map_or(Destination::Nowhere, destination) {
            Destination::Listeners => {
                let slow = self.ears.iter().filter(|(_, ear)| !ear.hear(notification));
                let slow: Vec<_> = slow.map(|(number, _)| *number).collect();
                for number in slow {
                    self.let_go(number);
                }
            }
            Destination::Progress | Destination::Log | Destination::Question => {
                self.stray(message);
            }
            Destination::Nowhere => {}
        }
    }

    /// Somebody does not read: nothing is kept for them.
    fn let_go(&mut self, number: u64) {
        if let Some(mut ear) = self.ears.remove(&number) {
            ear.end(Ending::Slow);
            self.release(&ear);
        }
    }

    /// Whether the message is meant for who has the session to themselves.
    fn stray(&self, message: &Bytes) -> bool {
        let session = self.session.upgrade();
        session.is_some_and(|session| session.stray(message.clone()).is_ok())
    }

    /// The stream ended. It is opened again, unless that does not help.
    fn broke(&mut self) {
        self.broken += 1;
        if self.link.is_over() {
            self.end(Fault::Ended);
        } else if self.broken >= TRIES {
            self.end(Fault::Broken);
        }
    }

    fn end(&mut self, fault: Fault) {
        for ear in self.ears.values_mut() {
            ear.end(Ending::Fault(fault));
        }
    }
}

/// Whether a server that fails like this would not take anything else back, either.
const fn is_silent(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::Timeout | Fault::NoSession | Fault::Unreachable
    )
}

/// Who listens to one session at a time.
const MOST_EARS: usize = 64;
/// Subscriptions and ends of subscriptions that are asked for at a time.
const MOST_ASKED: usize = 16;
/// Answers to questions of the server that it has not taken.
const MOST_TOLD: usize = 16;
/// How often in a row a stream that ended is opened again.
const TRIES: u32 = 5;
