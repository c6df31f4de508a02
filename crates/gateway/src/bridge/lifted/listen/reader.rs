//! Reads what a server says unasked, for all who listen to its session.
//!
//! One task for each session that somebody listens to; it ends with the last of them. It alone
//! subscribes and unsubscribes, one after the other, so that the counts are those of the
//! server. A request of the server is declined: nobody of this era can be asked outside of a
//! request of their own (P-021).

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};

use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{Message, Notification, Outcome},
    error::RpcError,
    method::Method,
    rewrite::quoted,
    translate::{Destination, destination, pong},
};
use futures_util::StreamExt;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{
    Ear, Ending,
    hub::{Command, Subscribed},
};
use crate::{
    bridge::lifted::{pool::Session, words},
    upstream::{
        Fault,
        link::{Incoming, SessionLink},
    },
};

/// All who listen to one session.
pub(super) struct Reader {
    session: Weak<Session>,
    link: Arc<dyn SessionLink>,
    ears: HashMap<u64, Ear>,
    subscriptions: HashMap<String, Subscription>,
    /// How often the stream ended since something was last heard.
    broken: u32,
}

/// What the server was asked to tell.
struct Subscription {
    count: usize,
    /// For its end.
    permit: Permit,
}

impl Reader {
    pub(super) fn new(session: &Arc<Session>) -> Option<Self> {
        Some(Self {
            link: Arc::clone(session.link()?),
            session: Arc::downgrade(session),
            ears: HashMap::new(),
            subscriptions: HashMap::new(),
            broken: 0,
        })
    }

    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut unasked = self.link.unasked().await.ok();
        let mut again = Instant::now() + PAUSE;
        loop {
            tokio::select! {
                biased;
                command = commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => break,
                },
                heard = next(&mut unasked) => match heard {
                    Some(message) => {
                        self.broken = 0;
                        self.hear(message).await;
                    }
                    None => {
                        (unasked, again) = (None, Instant::now() + PAUSE);
                        self.broke();
                    }
                },
                () = sleep_until(again), if unasked.is_none() => {
                    again = Instant::now() + PAUSE;
                    unasked = self.link.unasked().await.ok();
                    if unasked.is_none() {
                        self.broke();
                    }
                }
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Join { number, ear, reply } => {
                let has_room = self.ears.len() < MOST_EARS;
                if reply.send(has_room).is_ok() && has_room {
                    self.ears.insert(number, ear);
                }
            }
            Command::Subscribe {
                number,
                uri,
                permits,
                reply,
            } => {
                let subscribed = self.subscribe(number, uri, permits).await;
                reply.send(subscribed).ok(); // who left meanwhile says so next
            }
            Command::Leave { number } => {
                if let Some(ear) = self.ears.remove(&number) {
                    self.release(ear).await;
                }
            }
            Command::Hear(message) => self.hear(message).await,
            Command::End(fault) => self.end(fault),
        }
    }

    async fn subscribe(
        &mut self,
        number: u64,
        uri: String,
        (begin, end): (Permit, Permit),
    ) -> Subscribed {
        if !self.ears.contains_key(&number) {
            return Subscribed::Over;
        }
        let is_full = self.subscriptions.len() >= MOST_RESOURCES;
        match self.subscriptions.get_mut(&uri) {
            Some(known) => known.count += 1,
            None if is_full => return Subscribed::No,
            None => match self.ask(begin, Method::ResourcesSubscribe, &uri).await {
                Ok(true) => {
                    let permit = end;
                    let subscription = Subscription { count: 1, permit };
                    self.subscriptions.insert(uri.clone(), subscription);
                }
                Ok(false) => return Subscribed::No,
                Err(Fault::NoSession) => return Subscribed::Over,
                Err(_) => return Subscribed::No,
            },
        }
        if let Some(ear) = self.ears.get_mut(&number) {
            ear.filter.uris.insert(uri);
        }
        Subscribed::Yes
    }

    /// Takes back what nobody else subscribed to.
    async fn release(&mut self, ear: Ear) {
        for uri in &ear.filter.uris {
            let Some(known) = self.subscriptions.get_mut(uri) else {
                continue;
            };
            known.count -= 1;
            if known.count == 0
                && let Some(Subscription { permit, .. }) = self.subscriptions.remove(uri)
                && let Err(fault) = self.ask(permit, Method::ResourcesUnsubscribe, uri).await
            {
                tracing::debug!(%fault, "a subscription was not taken back");
            }
        }
    }

    /// Whether the server agreed.
    async fn ask(&self, permit: Permit, method: Method, uri: &str) -> Result<bool, Fault> {
        let session = self.session.upgrade().ok_or(Fault::NoSession)?;
        let params = format!(r#"{{"uri":{}}}"#, quoted(uri));
        let request = words::request(session.next(), method.as_str(), &params);
        let mut incoming = self.link.ask(permit, request).await?;
        while let Some(message) = incoming.next().await {
            match Message::parse(&message?) {
                Ok(Message::Response(response)) => {
                    return Ok(matches!(response.outcome, Outcome::Result(_)));
                }
                Ok(Message::Request(_) | Message::Notification(_)) | Err(_) => {}
            }
        }
        Err(Fault::Broken)
    }

    async fn hear(&mut self, message: Bytes) {
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
                if let Err(fault) = self.link.tell(reply).await {
                    tracing::debug!(%fault, "a server's question was not declined");
                }
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

    /// Somebody does not read: the subscriptions are taken back when they leave.
    fn let_go(&mut self, number: u64) {
        if let Some(ear) = self.ears.get_mut(&number) {
            ear.end(Ending::Slow);
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

/// The next message; `None` when the stream ended, and never when there is none.
async fn next(unasked: &mut Option<Incoming>) -> Option<Bytes> {
    match unasked {
        Some(incoming) => incoming.next().await?.ok(),
        None => std::future::pending().await,
    }
}

/// Who listens to one session at a time.
const MOST_EARS: usize = 64;
/// Resources that one session subscribes to at a time.
const MOST_RESOURCES: usize = 4096;
/// After how long a stream that ended is opened again.
const PAUSE: Duration = Duration::from_secs(1);
/// How often in a row.
const TRIES: u32 = 5;
