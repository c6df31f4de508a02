//! Programs of this machine as MCP servers, spoken to over their pipes.
//!
//! Each session has a process of its own, and in the stateless era each user and
//! client: what one caller does in a server never shows in another's (ST-07), unless
//! the operator says that it may. Then sessions have [`seats`] at one process.

mod backoff;
mod diagnostics;
mod era;
mod home;
mod interview;
mod journal;
mod lines;
mod link;
mod orphans;
mod outbox;
mod process;
mod program;
mod questions;
mod room;
mod routes;
mod scratch;
mod seats;
mod secrets;
mod session;
mod sessions;
mod shared;
mod slots;
mod spawner;
mod strays;
#[cfg(test)]
pub(crate) mod testing;
mod undertaker;
mod warm;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use doorward_core::{
    entropy::{Entropy, draw},
    id::ClientId,
    permit::Permit,
    server::ServerName,
    subject::Subject,
};
use doorward_mcp::envelope::{Message, Request};
use tokio::time::Instant;

use self::{
    home::Home,
    process::Text,
    session::{Session, Telling},
    sessions::Sessions,
    shared::Shared,
    slots::nobody,
};
use super::Fault;
use crate::{
    catalogue::Changes,
    config::{GatewayLimits, Launcher, ProcessConfig, Sharing},
};

pub use self::journal::ServerLine;
pub(in crate::upstream) use self::{
    backoff::Backoff,
    routes::{Ask, Routes},
};
pub(crate) use self::{
    interview::Interview,
    outbox::{Item, Outbox},
    program::Program,
    slots::Processes,
};

/// One stdio server.
pub(crate) struct StdioUpstream {
    home: Arc<Home>,
    entropy: Arc<dyn Entropy>,
    sessions: Sessions,
    shared: Mutex<HashMap<Sharers, Arc<Shared>>>,
}

/// Whose requests of the stateless era share a process.
type Sharers = (Option<Subject>, Option<ClientId>);

/// The first message in answer to a request, and where the rest comes from.
pub(crate) struct Reply {
    pub(crate) first: Item,
    pub(crate) rest: Arc<Outbox>,
    /// Held by whoever reads; when dropped, nobody does.
    pub(crate) reader: Box<dyn Send + Sync>,
}

impl Reply {
    /// The answer itself; whatever comes before it is passed over.
    async fn answer(self) -> Result<Bytes, Fault> {
        let mut item = self.first;
        while !item.last {
            item = self.rest.next().await.ok_or(Fault::Ended)?;
        }
        match item.fault {
            Some(fault) => Err(fault),
            None => Ok(item.json),
        }
    }

    /// The answer, and the same again with all that came before it.
    async fn whole(self) -> Result<(Bytes, Self), Fault> {
        let kept = Outbox::new();
        let mut item = self.first.clone();
        while !item.last {
            item = self.rest.next().await.ok_or(Fault::Ended)?;
            match item.last {
                false => drop(kept.push(item.json.clone())),
                true => kept.push_last(item.json.clone()),
            }
        }
        let rest = kept;
        match item.fault {
            Some(fault) => Err(fault),
            None => Ok((item.json, Self { rest, ..self })),
        }
    }
}

impl StdioUpstream {
    pub(crate) fn new(
        server: ServerName,
        program: (Program, ProcessConfig),
        processes: Arc<Processes>,
        entropy: Arc<dyn Entropy>,
        (limits, changes): (&GatewayLimits, Arc<Changes>),
    ) -> Arc<Self> {
        let longest_line = limits.message_bytes;
        Arc::new(Self {
            home: Arc::new(Home::new(server, program, processes, longest_line, changes)),
            entropy,
            sessions: Sessions::new(limits),
            shared: Mutex::default(),
        })
    }

    /// Begins a session with `initialize`. The session's key comes with the answer.
    pub(crate) async fn initialize(
        &self,
        _permit: Permit,
        user: &Subject,
        request: &Request<'_>,
        body: Bytes,
    ) -> Result<(Option<String>, Reply), Fault> {
        self.sessions.make_room(user)?;
        let key = URL_SAFE_NO_PAD.encode(draw::<16>(&*self.entropy));
        let (home, opening) = (Arc::clone(&self.home), Text::one(body));
        let session = Session::new(home, user.clone(), opening, request.id.value());
        let opened = Begun(&session);
        let (answer, reply) = session.open().await?.whole().await?;
        if is_error(&answer) {
            return Ok((None, reply)); // no session came about
        }
        self.sessions.keep(key.clone(), Arc::clone(&session))?;
        opened.succeeded();
        Ok((Some(key), reply))
    }

    /// Sends one request of a session.
    pub(crate) async fn ask(
        &self,
        _permit: Permit,
        session: &str,
        request: &Request<'_>,
        body: Bytes,
    ) -> Result<Reply, Fault> {
        let session = self.sessions.find(session)?;
        session.ask(vec![Ask::of(request)], Text::one(body)).await
    }

    /// Sends a batch of a session; without requests in it there is no answer.
    pub(crate) async fn batch(
        &self,
        _permits: Vec<Permit>,
        session: &str,
        messages: &[Message<'_>],
    ) -> Result<Option<Reply>, Fault> {
        let session = self.sessions.find(session)?;
        let text = Text::many(messages.iter().map(|message| message.raw().as_str()));
        let asks = messages.iter().filter_map(|message| match message {
            Message::Request(request) => Some(Ask::of(request)),
            Message::Notification(_) | Message::Response(_) => None,
        });
        let asks: Vec<_> = asks.collect();
        if asks.is_empty() {
            session.tell(text, &Telling::Other).await?;
            for message in messages {
                give_up(&session, message);
            }
            return Ok(None);
        }
        session.ask(asks, text).await.map(Some)
    }

    /// Sends a notification or a response of a session.
    pub(crate) async fn tell(
        &self,
        _permit: Permit,
        session: &str,
        message: &Message<'_>,
        body: Bytes,
    ) -> Result<(), Fault> {
        let session = self.sessions.find(session)?;
        session.tell(Text::one(body), &Telling::of(message)).await?;
        give_up(&session, message);
        Ok(())
    }

    /// Opens the stream for what the server says unasked.
    pub(crate) fn listen(&self, _permit: Permit, session: &str) -> Result<Arc<Outbox>, Fault> {
        self.sessions.find(session)?.listen()
    }

    /// Ends a session.
    pub(crate) fn end(&self, _permit: Permit, session: &str) -> Result<(), Fault> {
        self.sessions.end(session)
    }

    /// Sends one request of the stateless era.
    pub(crate) async fn ask_stateless(
        &self,
        _permit: Permit,
        caller: (&Subject, &ClientId),
        request: &Request<'_>,
        body: &Bytes,
    ) -> Result<Reply, Fault> {
        if self.home.era.is_session(Instant::now()) {
            return Err(Fault::OtherEra);
        }
        self.shared(caller).ask(request, body).await
    }

    /// A process for the gateway's own questions.
    pub(crate) fn interview(&self) -> Interview {
        Interview::new(Arc::clone(&self.home))
    }

    /// The newest lines that its processes, or one of them, wrote to their standard error, oldest
    /// first.
    pub(crate) fn lines(&self, most: usize, process: Option<u64>) -> Vec<ServerLine> {
        self.home.journal.newest(most, process)
    }

    /// Who shares a process.
    pub(crate) fn sharing(&self) -> Sharing {
        self.home.run.sharing
    }

    /// How many processes of it there are.
    pub(crate) fn processes(&self) -> usize {
        self.home.processes.count_of(&self.home.server)
    }

    /// What puts its processes into their box.
    pub(crate) fn launcher(&self) -> Option<&Launcher> {
        self.home.program.launcher()
    }

    /// Whether tasks of one user can be told from those of others.
    pub(crate) fn keeps_users_apart(&self) -> bool {
        self.home.run.sharing != Sharing::Shared
    }

    /// Drops the sessions that nobody has used for long, and starts ahead what is missing. Called
    /// every few seconds.
    pub(crate) fn sweep(&self) {
        self.sessions.sweep(Instant::now());
        self.home.sweep(self.sessions.idle());
    }

    /// Ends every process of this server, for when it is no longer configured.
    pub(crate) fn end_all(&self) {
        self.sessions.end_all();
        for shared in std::mem::take(&mut *lock(&self.shared)).into_values() {
            shared.end();
        }
        self.home.end_all();
    }

    fn shared(&self, (user, client): (&Subject, &ClientId)) -> Arc<Shared> {
        let sharers = match self.home.run.sharing {
            Sharing::Shared => (None, None),
            Sharing::PerUser => (Some(user.clone()), None),
            Sharing::PerSession => (Some(user.clone()), Some(client.clone())),
        };
        let mut shared = lock(&self.shared);
        shared.retain(|_, one| Arc::strong_count(one) > 1 || one.is_running());
        let whose = sharers.0.clone().unwrap_or_else(nobody);
        let known = shared.entry(sharers);
        Arc::clone(known.or_insert_with(|| Shared::new(Arc::clone(&self.home), whose)))
    }
}

impl Drop for StdioUpstream {
    fn drop(&mut self) {
        self.end_all();
    }
}

/// Ends the session's process when `initialize` does not succeed, or its caller leaves.
struct Begun<'a>(&'a Arc<Session>);

impl Begun<'_> {
    fn succeeded(self) {
        std::mem::forget(self);
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Lets go of the request that `message` cancels, if it cancels one.
fn give_up(session: &Session, message: &Message<'_>) {
    if let Message::Notification(notification) = message
        && let Some(request) = notification.params.request_id
    {
        session.cancelled(&request.value());
    }
}

fn is_error(answer: &[u8]) -> bool {
    use doorward_mcp::envelope::Outcome;
    match Message::parse(answer) {
        Ok(Message::Response(response)) => matches!(response.outcome, Outcome::Error(_)),
        Ok(Message::Request(_) | Message::Notification(_)) | Err(_) => false,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_answer_is_the_last_message_and_nothing_before_it_is_lost() {
        let reply = || {
            let rest = Outbox::new();
            for json in ["1", "2"] {
                assert!(rest.push(json.into()));
            }
            rest.push_last("3".into());
            let first = Item {
                json: "0".into(),
                last: false,
                fault: None,
            };
            Reply {
                first,
                rest,
                reader: Box::new(()),
            }
        };
        assert_eq!(reply().answer().await, Ok("3".into()));
        let (answer, whole) = reply().whole().await.expect("an answer");
        assert_eq!(answer, "3");
        assert_eq!(whole.first.json, "0");
        for (json, last) in [("1", false), ("2", false), ("3", true)] {
            let item = Item {
                json: json.into(),
                last,
                fault: None,
            };
            assert_eq!(whole.rest.next().await, Some(item));
        }
    }

    #[tokio::test]
    async fn who_breaks_off_has_not_answered() {
        let rest = Outbox::new();
        rest.complete();
        let first = Item {
            json: "0".into(),
            last: false,
            fault: None,
        };
        let reply = Reply {
            first,
            rest,
            reader: Box::new(()),
        };
        assert_eq!(reply.answer().await, Err(Fault::Ended));
    }

    #[tokio::test]
    async fn a_failure_is_no_answer_of_the_program() {
        // GW-27
        let reply = |fault| {
            let rest = Outbox::new();
            rest.fail(fault, "told".into());
            let first = Item {
                json: "0".into(),
                last: false,
                fault: None,
            };
            let reader = Box::new(());
            Reply {
                first,
                rest,
                reader,
            }
        };
        assert_eq!(reply(Fault::NotMcp).answer().await, Err(Fault::NotMcp));
        let whole = reply(Fault::Ended).whole().await;
        assert_eq!(whole.err(), Some(Fault::Ended));
    }
}
