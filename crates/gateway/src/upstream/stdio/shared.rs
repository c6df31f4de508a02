//! One process of the stateless era, for all requests of one user and client.
//!
//! Several requests of several installations share its two pipes, so ids and
//! progress tokens are ours on the inside and the caller's own again on the
//! outside (P-006). What a caller leaves is cancelled (R-049, P-048).
//!
//! ```text
//! caller's id, token --splice--> ours -> process -> ours --splice--> caller's
//! ```
//!
//! A message that belongs to no waiting request is dropped, never broadcast (GW-20).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use bytes::Bytes;
use doorward_core::subject::Subject;
use doorward_mcp::{
    envelope::{self, IdValue, Message, Notification, Request, Response},
    json::Span,
    method::Method,
    splice::{Edit, splice},
};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

use super::{
    Reply,
    era::{STARTING, Said},
    home::{Home, failure, refusal},
    outbox::Outbox,
    process::{End, Process, Receiver, Text},
    slots::{Need, Tenant},
    spawner::patiently,
};
use crate::{config::Sharing, upstream::Fault};

/// A process that requests share.
pub(super) struct Shared {
    me: Weak<Self>,
    home: Arc<Home>,
    user: Subject,
    /// Held while a process is started, so that there is one at a time.
    beginning: Mutex<()>,
    state: Mutex<State>,
}

struct State {
    process: Option<Arc<Process>>,
    starting: Option<Starting>,
    generation: u64,
    waiting: HashMap<u64, Waiting>,
    next: u64,
    last_used: Instant,
}

/// A process that has not said yet of which era it is. It goes on starting when nobody waits for
/// it any more, and is there for who comes next.
struct Starting {
    process: Arc<Process>,
    outcome: Outcome,
}

/// What became of a start, once that is known.
type Outcome = watch::Receiver<Option<Result<(), Fault>>>;

/// The process that there is.
enum Begun {
    Running(Arc<Process>),
    Starting(Outcome),
}

/// A request that has not been answered: what the caller called it, and where answers go.
struct Waiting {
    outbox: Arc<Outbox>,
    /// The process that was asked.
    generation: u64,
    id: String,
    progress: Option<String>,
    listens: bool,
}

/// What of a message is the caller's own again, and what it is.
type Back<'s> = (Span, &'s str);

impl Waiting {
    fn fail(self, fault: Fault) {
        self.outbox.fail(fault, failure(fault, &self.id));
    }
}

struct Ear {
    shared: Weak<Shared>,
    generation: u64,
}

/// Cancels the request when its reader goes away before the answer came.
struct Reader {
    shared: Weak<Shared>,
    number: u64,
    outbox: Arc<Outbox>,
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.outbox.abandon();
        if let Some(shared) = self.shared.upgrade() {
            shared.cancel(self.number);
        }
    }
}

impl Shared {
    /// Nothing is started yet.
    pub(super) fn new(home: Arc<Home>, user: Subject) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            me: me.clone(),
            home,
            user,
            beginning: Mutex::default(),
            state: Mutex::new(State {
                process: None,
                starting: None,
                generation: 0,
                waiting: HashMap::new(),
                next: 0,
                last_used: Instant::now(),
            }),
        })
    }

    /// Sends `request`, whose whole body is `body`, and waits for the first message in return.
    pub(super) async fn ask(&self, request: &Request<'_>, body: &Bytes) -> Result<Reply, Fault> {
        let process = self.process().await?;
        self.send(&process, request, body).await
    }

    /// Whether there is a process.
    pub(super) fn is_running(&self) -> bool {
        self.running().is_some()
    }

    /// Lets the process go.
    pub(super) fn end(&self) {
        let (process, starting) = {
            let mut state = self.lock();
            (state.process.take(), state.starting.take())
        };
        let starting = starting.map(|starting| starting.process);
        for process in process.into_iter().chain(starting) {
            process.stop();
        }
    }

    async fn send(
        &self,
        process: &Process,
        request: &Request<'_>,
        body: &Bytes,
    ) -> Result<Reply, Fault> {
        let room = process.room().await.map_err(|_| Fault::Ended)?;
        let outbox = Outbox::new();
        let generation = process.generation();
        let number = self.lock().expect(request, &outbox, generation)?;
        if process.is_over() {
            self.lost(generation);
        }
        let reader = Reader {
            shared: self.me.clone(),
            number,
            outbox: Arc::clone(&outbox),
        };
        let ours = number.to_string();
        let mut edits = vec![Edit::new(request.id.span(), ours.as_str())];
        let token = request.params.meta.progress_token;
        edits.extend(token.map(|token| Edit::new(token.span(), ours.as_str())));
        room.send(Text::one(spliced(body, &edits)));
        let first = outbox.next().await.ok_or(Fault::Ended)?;
        Ok(Reply {
            first,
            rest: outbox,
            reader: Box::new(reader),
        })
    }

    async fn process(&self) -> Result<Arc<Process>, Fault> {
        if self.lock().begun().is_none() {
            self.home.wait_for_room(&self.user).await;
        }
        let mut outcome = match self.begun()? {
            Begun::Running(process) => return Ok(process),
            Begun::Starting(outcome) => outcome,
        };
        let (patience, silence) = self.home.era.patience();
        match timeout(patience, outcome.wait_for(Option::is_some)).await {
            Ok(Ok(known)) => known.unwrap_or(Err(Fault::Ended))?,
            Ok(Err(_)) => return Err(Fault::Ended),
            Err(_) => return Err(silence),
        }
        self.running().ok_or(Fault::Ended)
    }

    fn running(&self) -> Option<Arc<Process>> {
        self.lock().running()
    }

    /// The process, or its start, which goes on whether anybody waits or not.
    fn begun(&self) -> Result<Begun, Fault> {
        if let Some(begun) = self.lock().begun() {
            return Ok(begun);
        }
        let beginning = patiently(|| self.beginning.lock());
        let _one_at_a_time = beginning.unwrap_or_else(PoisonError::into_inner);
        if let Some(begun) = self.lock().begun() {
            return Ok(begun);
        }
        let me = self.me.upgrade().ok_or(Fault::Ended)?;
        let process = self.start()?;
        let (tell, outcome) = watch::channel(None);
        self.lock().starting = Some(Starting {
            process: Arc::clone(&process),
            outcome: outcome.clone(),
        });
        tokio::spawn(async move { me.settle(process, &tell).await });
        Ok(Begun::Starting(outcome))
    }

    /// Waits until `process` has said of which era it is, and keeps it if it is of this one.
    async fn settle(&self, process: Arc<Process>, tell: &watch::Sender<Option<Result<(), Fault>>>) {
        let said = timeout(STARTING, self.discover(&process)).await;
        let said = said.unwrap_or(Err(Fault::Timeout));
        let outcome = said.and_then(|said| self.home.era.answered(said, Instant::now()));
        {
            let mut state = self.lock();
            let same = |starting: &mut Starting| Arc::ptr_eq(&starting.process, &process);
            // Unless it was let go meanwhile.
            if state.starting.take_if(same).is_some() && outcome.is_ok() {
                state.process = Some(process);
            }
        }
        tell.send_replace(Some(outcome));
    }

    fn start(&self) -> Result<Arc<Process>, Fault> {
        let generation = {
            let mut state = self.lock();
            state.generation += 1;
            state.generation
        };
        let ear = Ear {
            shared: self.me.clone(),
            generation,
        };
        let tenant: Weak<dyn Tenant> = self.me.clone();
        self.home.start(&self.user, tenant, Arc::new(ear))
    }

    async fn discover(&self, process: &Process) -> Result<Said, Fault> {
        let body = Bytes::from_static(DISCOVER);
        let Ok(Message::Request(request)) = Message::parse(&body) else {
            return Ok(Said::Nothing);
        };
        let reply = self.send(process, &request, &body).await?;
        let answer = match reply.answer().await {
            Err(Fault::NotMcp) => return Ok(Said::Nothing),
            answer => answer?,
        };
        if process.is_over() {
            return Err(Fault::Ended);
        }
        Ok(Said::by(&answer))
    }

    fn cancel(&self, number: u64) {
        let (waiting, process) = {
            let mut state = self.lock();
            (state.waiting.remove(&number), state.process.clone())
        };
        if let (Some(waiting), Some(process)) = (waiting, process)
            && waiting.generation == process.generation()
        {
            let message = format!(
                r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{number}}}}}"#
            );
            if process.try_write(message.into()).is_err() {
                tracing::debug!(server = %self.home.server, "a cancellation found no room");
            }
        }
    }

    /// Fails what this process and earlier ones were asked: none of them will answer.
    fn lost(&self, generation: u64) {
        let lost = self.lock().lose(generation);
        for waiting in lost {
            waiting.fail(Fault::Ended);
        }
    }

    /// Hands a line on; the stream, when more than enough is unread on it.
    fn hear(&self, line: &Bytes) -> Option<Arc<Outbox>> {
        match Message::parse(line) {
            Ok(Message::Response(response)) => self.answered(&response, line),
            Ok(Message::Notification(notification)) => {
                return self.notified(&notification, line);
            }
            // Servers of this era ask nothing (R-048).
            Ok(Message::Request(request)) => {
                let process = self.running();
                let answer = refusal(&request.method, request.id.as_json());
                let refused = process.is_none_or(|process| process.try_write(answer).is_err());
                tracing::debug!(server = %self.home.server, refused, "a server asked its client");
            }
            Err(error) => {
                if let Some(number) = self.home.garbage(line, &error).and_then(number)
                    && let Some(waiting) = self.lock().settle(number)
                {
                    waiting.fail(Fault::NotMcp);
                }
            }
        }
        None
    }

    fn answered(&self, response: &Response<'_>, line: &Bytes) {
        let Some(id) = response.id else { return };
        let Some(waiting) = number(id.value()).and_then(|number| self.lock().settle(number)) else {
            return;
        };
        let mut edits = vec![Edit::new(id.span(), waiting.id.as_str())];
        if let envelope::Outcome::Result(result) = &response.outcome {
            let subscription = result.subscription_id;
            edits.extend(subscription.map(|own| Edit::new(own.span(), waiting.id.as_str())));
        }
        waiting.outbox.push_last(spliced(line, &edits));
    }

    fn notified(&self, notification: &Notification<'_>, line: &Bytes) -> Option<Arc<Outbox>> {
        if notification.method == Method::ToolsListChanged.as_str() {
            self.home.changed(&self.user);
        }
        if notification.method == Method::Cancelled.as_str() {
            let ended = notification.params.request_id.map(|id| id.value());
            self.unsubscribed(ended);
            return None;
        }
        let is_log = notification.method == Method::LogMessage.as_str();
        if is_log && self.home.run.sharing == Sharing::Shared {
            return None; // it may be about a request of somebody else (GW-20)
        }
        let state = self.lock();
        let (outbox, edit) = state.addressee(notification)?;
        let edits = edit.map(|(span, text)| Edit::new(span, text));
        outbox.offer(spliced(line, edits.as_slice()))
    }

    /// The server ends a subscription; over HTTP that is told by a result (R-054).
    fn unsubscribed(&self, id: Option<IdValue>) {
        let waiting = id.and_then(number).and_then(|number| {
            let mut state = self.lock();
            state
                .waiting
                .get(&number)
                .filter(|waiting| waiting.listens)?;
            state.settle(number)
        });
        if let Some(waiting) = waiting {
            let last = crate::stream::farewell(&waiting.id);
            waiting.outbox.push_last(last);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn running(&self) -> Option<Arc<Process>> {
        let process = self.process.as_ref().filter(|process| !process.is_over());
        process.cloned()
    }

    fn begun(&self) -> Option<Begun> {
        let starting = || {
            let starting = self.starting.as_ref()?;
            Some(Begun::Starting(starting.outcome.clone()))
        };
        self.running().map(Begun::Running).or_else(starting)
    }

    fn expect(
        &mut self,
        request: &Request<'_>,
        outbox: &Arc<Outbox>,
        generation: u64,
    ) -> Result<u64, Fault> {
        if self.waiting.len() >= MOST_WAITING {
            return Err(Fault::Crowded);
        }
        self.last_used = Instant::now();
        self.next += 1;
        let token = request.params.meta.progress_token;
        let waiting = Waiting {
            outbox: Arc::clone(outbox),
            generation,
            id: request.id.as_json().to_owned(),
            progress: token.map(|token| token.as_json().to_owned()),
            listens: request.method == Method::SubscriptionsListen.as_str(),
        };
        self.waiting.insert(self.next, waiting);
        Ok(self.next)
    }

    fn settle(&mut self, number: u64) -> Option<Waiting> {
        self.last_used = Instant::now();
        self.waiting.remove(&number)
    }

    fn lose(&mut self, generation: u64) -> Vec<Waiting> {
        let current = self.process.as_ref().map(|process| process.generation());
        if current.is_some_and(|current| current <= generation) {
            self.process = None;
        }
        let lost = |_: &u64, waiting: &mut Waiting| waiting.generation <= generation;
        let lost = self.waiting.extract_if(lost);
        lost.map(|(_, waiting)| waiting).collect()
    }

    /// Whose stream a notification belongs on, and what of it must be put back.
    fn addressee<'s>(
        &'s self,
        notification: &Notification<'_>,
    ) -> Option<(&'s Arc<Outbox>, Option<Back<'s>>)> {
        let find = |id: IdValue| self.waiting.get(&number(id)?);
        if let Some(own) = notification.params.meta.subscription_id {
            let waiting = find(own.value()).filter(|waiting| waiting.listens)?;
            return Some((&waiting.outbox, Some((own.span(), &waiting.id))));
        }
        if let Some(token) = notification.params.progress_token {
            let waiting = find(token.value())?;
            let theirs = waiting.progress.as_deref()?;
            return Some((&waiting.outbox, Some((token.span(), theirs))));
        }
        // Log messages name no request: with more than one waiting, nobody can tell whose it is.
        let mut calls = self.waiting.values().filter(|waiting| !waiting.listens);
        let only = calls.next().filter(|_| calls.next().is_none())?;
        let is_log = notification.method == Method::LogMessage.as_str();
        is_log.then_some((&only.outbox, None))
    }
}

impl Receiver for Ear {
    fn generation(&self) -> u64 {
        self.generation
    }

    fn line(&self, line: Bytes) -> Option<Arc<Outbox>> {
        let shared = self.shared.upgrade()?;
        let is_of_one = shared.home.run.sharing == Sharing::PerSession;
        // Nobody waits for the reader of another client.
        shared.hear(&line).filter(|_| is_of_one)
    }

    fn ended(&self, end: End, ran: Duration) {
        let Some(shared) = self.shared.upgrade() else {
            return;
        };
        shared.home.ended(&shared.user, end, ran);
        shared.lost(self.generation);
    }
}

impl Tenant for Shared {
    fn idle_since(&self, _: Need) -> Option<Instant> {
        let state = self.lock();
        state.waiting.is_empty().then_some(state.last_used)
    }

    fn evict(&self) {
        self.end();
    }
}

fn number(id: IdValue) -> Option<u64> {
    match id {
        IdValue::Integer(number) => u64::try_from(number).ok(),
        IdValue::Text(_) => None,
    }
}

/// The spans are those of this very body, so splicing cannot fail.
fn spliced(body: &Bytes, edits: &[Edit<'_>]) -> Bytes {
    if edits.is_empty() {
        return body.clone();
    }
    splice(body, edits).map_or_else(|_| body.clone(), Bytes::from)
}

const MOST_WAITING: usize = 1024;
const DISCOVER: &[u8] = br#"{"jsonrpc":"2.0","id":0,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"doorward","version":"1"}}}}"#;

#[cfg(test)]
mod tests {
    use doorward_core::id::UserId;

    use super::{super::testing::home, *};

    const CALL: &[u8] =
        br#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x"}}"#;
    /// Reads and says nothing.
    const SILENT: &str = "while read -r line; do :; done";

    fn shared(script: &str) -> Arc<Shared> {
        Shared::new(home(script), Subject::User(UserId::from_known("alice")))
    }

    /// What a call is answered with.
    async fn ask(shared: &Shared) -> Result<Bytes, Fault> {
        let body = Bytes::from_static(CALL);
        let Ok(Message::Request(request)) = Message::parse(&body) else {
            panic!("no request");
        };
        let reply = shared.ask(&request, &body).await?;
        Ok(reply.first.json)
    }

    #[tokio::test]
    async fn a_call_to_a_process_that_ended_is_answered_although_the_next_one_never_started() {
        // GW-26
        let shared = shared("exit");
        let Ok(Message::Request(request)) = Message::parse(CALL) else {
            panic!("no request");
        };
        let (old, new) = (Outbox::new(), Outbox::new());
        shared.lock().generation = 2; // a restart was tried, and failed
        for (outbox, generation) in [(&old, 1), (&new, 2)] {
            let noted = shared.lock().expect(&request, outbox, generation);
            assert!(noted.is_ok());
        }
        let ear = Ear {
            shared: shared.me.clone(),
            generation: 1,
        };
        ear.ended(End::Exited, Duration::ZERO);
        let answer = old.next().await.expect("an answer");
        assert_eq!(answer.json, failure(Fault::Ended, "\"a\""));
        assert!(answer.last);
        assert_eq!(shared.lock().waiting.len(), 1, "the newer one waits on");
    }

    #[tokio::test]
    async fn what_a_program_says_before_its_answer_teaches_nothing() {
        // P-047
        let shared = shared(
            r#"read -r discover
            echo '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}'
            echo '{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}'
            read -r call
            echo '{"jsonrpc":"2.0","id":2,"result":{}}'
            read -r end"#,
        );
        let answer = ask(&shared).await.expect("an answer");
        assert_eq!(answer, &br#"{"jsonrpc":"2.0","id":"a","result":{}}"#[..]);
        assert!(!shared.home.era.is_session(Instant::now()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_starts_slowly_is_there_for_who_comes_next() {
        // P-047
        let folder = tempfile::tempdir().expect("a folder");
        let gate = folder.path().join("gate");
        let made = std::process::Command::new("mkfifo").arg(&gate).status();
        assert!(made.is_ok_and(|status| status.success()));
        let shared = shared(&format!(
            r#"read -r go < '{}'
            read -r discover
            echo '{{"jsonrpc":"2.0","id":1,"result":{{"supportedVersions":["2026-07-28"]}}}}'
            read -r call
            echo '{{"jsonrpc":"2.0","id":2,"result":{{}}}}'
            read -r end"#,
            gate.display()
        ));
        assert_eq!(ask(&shared).await, Err(Fault::OtherEra));
        tokio::time::resume();
        std::fs::write(&gate, "go\n").expect("somebody reads");
        let answer = ask(&shared).await.expect("an answer");
        assert_eq!(answer, &br#"{"jsonrpc":"2.0","id":"a","result":{}}"#[..]);
        assert_eq!(shared.lock().generation, 1, "it is the same process");
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_that_is_starting_is_let_go_with_the_others() {
        let shared = shared(SILENT);
        assert_eq!(ask(&shared).await, Err(Fault::OtherEra));
        let process = shared
            .lock()
            .starting
            .as_ref()
            .map(|one| Arc::clone(&one.process));
        shared.end();
        tokio::time::resume();
        let process = process.expect("it starts");
        assert_eq!(process.room().await.map(drop), Ok(()), "not reaped yet");
        shared.home.processes.end_all().await;
        assert!(process.is_over());
        assert!(shared.lock().starting.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn silence_sends_a_caller_to_the_other_era_and_is_not_held_against_the_next() {
        // P-047
        let shared = shared(SILENT);
        assert_eq!(ask(&shared).await, Err(Fault::OtherEra));
        assert!(!shared.home.era.is_session(Instant::now()));
        let learned = shared.home.era.answered(Said::Stateless, Instant::now());
        assert_eq!(learned, Ok(()));
        assert_eq!(ask(&shared).await, Err(Fault::Timeout), "it starts slowly");
        assert!(!shared.home.era.is_session(Instant::now()));
    }
}
