//! Which message of a process belongs on which stream of its session.
//!
//! A message of the server's own goes to exactly one: that of the request
//! it names by progress token, else that of the only waiting request, else the GET
//! stream, else that of the newest waiting request. Notices of changes belong to
//! no request: they go to the GET stream alone. What finds no stream waits for a
//! GET, within bounds.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use doorward_mcp::{
    envelope::{IdValue, Message, Notification, Outcome, Request},
    method::{Class, Method},
};

use super::{home::failure, outbox::Outbox};
use crate::upstream::{Fault, standing::Change};

/// The streams of one session.
#[derive(Default)]
pub(in crate::upstream) struct Routes {
    waiting: HashMap<IdValue, Waiting>,
    order: u64,
    stream: Option<Arc<Outbox>>,
    backlog: VecDeque<Bytes>,
}

/// A request that has not been answered.
struct Waiting {
    outbox: Arc<Outbox>,
    /// Requests of the same POST that have not been answered.
    open: Arc<AtomicUsize>,
    progress: Option<IdValue>,
    change: Option<Change>,
    order: u64,
    /// The process that was asked.
    generation: u64,
}

/// A request as far as routing its answer needs it.
pub(in crate::upstream) struct Ask {
    id: IdValue,
    progress: Option<IdValue>,
    /// What it changes for as long as the session lasts, if the server agrees.
    change: Option<Change>,
}

/// Whom a message of the server's own concerns.
enum Concern {
    /// The request with this progress token.
    Token(IdValue),
    /// Some request, or none: it does not say.
    Somebody,
    /// No request: something changed.
    Everybody,
}

impl Ask {
    pub(in crate::upstream) fn of(request: &Request<'_>) -> Self {
        Self {
            id: request.id.value(),
            progress: request.params.progress_token.map(|token| token.value()),
            change: Change::of(request),
        }
    }

    pub(in crate::upstream) fn id(&self) -> &IdValue {
        &self.id
    }

    /// A request that hears of no progress.
    pub(in crate::upstream) fn by_id(id: IdValue) -> Self {
        Self {
            id,
            progress: None,
            change: None,
        }
    }

    /// What it takes back that was agreed to before, if that is all it does.
    pub(super) fn taken_back(&self) -> Option<&Change> {
        let change = self.change.as_ref();
        change.filter(|change| matches!(change, Change::Unwatch(_)))
    }
}

impl Concern {
    fn of(notification: &Notification<'_>) -> Self {
        let method = Method::notification(&notification.method);
        match (
            notification.params.progress_token,
            method.map(Method::class),
        ) {
            (Some(token), _) => Self::Token(token.value()),
            (None, Some(Class::Subscribe)) => Self::Everybody,
            (None, _) => Self::Somebody,
        }
    }
}

/// What became of a message of the server's.
#[derive(Default)]
pub(in crate::upstream) struct Brought {
    /// What the server agreed to with it.
    pub(in crate::upstream) change: Option<Change>,
    /// The stream that it went to, when more than enough is unread on it.
    pub(in crate::upstream) full: Option<Arc<Outbox>>,
}

impl Brought {
    fn of(full: Option<Arc<Outbox>>) -> Self {
        Self { change: None, full }
    }
}

impl Routes {
    /// Notes that the answers to `asks` belong to `outbox`, and which process is asked.
    pub(in crate::upstream) fn expect(
        &mut self,
        asks: Vec<Ask>,
        outbox: &Arc<Outbox>,
        generation: u64,
    ) -> Result<(), Fault> {
        if self.waiting.len() + asks.len() > MOST_WAITING {
            // Whom nobody waits for may never be answered (GW-26).
            self.waiting.retain(|_, waiting| waiting.outbox.is_open());
        }
        if self.waiting.len() + asks.len() > MOST_WAITING {
            return Err(Fault::Crowded);
        }
        if asks.iter().any(|ask| self.waiting.contains_key(&ask.id)) {
            return Err(Fault::RepeatedId);
        }
        let open = Arc::new(AtomicUsize::new(asks.len()));
        for ask in asks {
            self.order += 1;
            let waiting = Waiting {
                outbox: Arc::clone(outbox),
                open: Arc::clone(&open),
                progress: ask.progress,
                change: ask.change,
                order: self.order,
                generation,
            };
            self.waiting.insert(ask.id, waiting);
        }
        Ok(())
    }

    /// Delivers a message of the server's to whom it belongs.
    pub(in crate::upstream) fn bring(&mut self, message: &Message<'_>, text: Bytes) -> Brought {
        match message {
            Message::Response(response) => {
                let id = response.id.map(|id| id.value());
                let change = id.and_then(|id| self.answer(&id, text));
                let agrees = matches!(response.outcome, Outcome::Result(_));
                Brought {
                    change: change.filter(|_| agrees),
                    full: None,
                }
            }
            Message::Request(_) => Brought::of(self.deliver(&Concern::Somebody, text)),
            Message::Notification(notification) => {
                Brought::of(self.deliver(&Concern::of(notification), text))
            }
        }
    }

    /// Delivers the answer to a request, if anybody waits for it; what the request changes.
    pub(in crate::upstream) fn answer(&mut self, id: &IdValue, message: Bytes) -> Option<Change> {
        let mut waiting = self.waiting.remove(id)?;
        let change = waiting.change.take();
        waiting.settle(message);
        change
    }

    /// Delivers a message of the server's own; the stream, when more than enough is unread on it.
    fn deliver(&mut self, concern: &Concern, message: Bytes) -> Option<Arc<Outbox>> {
        let stream = self.stream.as_ref().filter(|stream| stream.is_open());
        let outbox = match concern {
            Concern::Everybody => stream,
            Concern::Token(token) => self.named(token).or(stream),
            Concern::Somebody => self.only().or(stream).or_else(|| self.newest()),
        };
        match outbox {
            Some(outbox) => return outbox.offer(message),
            None if self.backlog_bytes() + message.len() <= BACKLOG => {
                self.backlog.push_back(message);
            }
            None => tracing::debug!("dropped a server's message that nobody waits for"),
        }
        None
    }

    /// Opens the GET stream; one that was open ends.
    pub(in crate::upstream) fn listen(&mut self) -> Arc<Outbox> {
        let outbox = Outbox::new();
        for message in self.backlog.drain(..) {
            outbox.push(message);
        }
        if let Some(old) = self.stream.replace(Arc::clone(&outbox)) {
            old.complete();
        }
        outbox
    }

    /// Fails every request that waits for this process or an earlier one: it is gone.
    pub(in crate::upstream) fn fail(&mut self, generation: u64) {
        self.fail_with(Fault::Ended, generation);
    }

    /// The same where something else than a process is gone.
    pub(in crate::upstream) fn fail_with(&mut self, fault: Fault, generation: u64) {
        let gone = |_: &IdValue, waiting: &mut Waiting| waiting.generation <= generation;
        for (id, waiting) in self.waiting.extract_if(gone) {
            waiting.fail(fault, &id);
        }
    }

    /// Fails one request whose answer is none.
    pub(in crate::upstream) fn refuse(&mut self, id: &IdValue, fault: Fault) {
        if let Some(waiting) = self.waiting.remove(id) {
            waiting.fail(fault, id);
        }
    }

    /// Forgets a request that was not sent after all.
    pub(in crate::upstream) fn unsent(&mut self, id: &IdValue) {
        self.waiting.remove(id);
    }

    /// Drops what waits for a GET: who said it is gone.
    pub(in crate::upstream) fn forget(&mut self) {
        self.backlog.clear();
    }

    /// Ends the GET stream: whoever read it learns that there is nothing to hear.
    pub(in crate::upstream) fn hush(&mut self) {
        if let Some(stream) = self.stream.take() {
            stream.complete();
        }
    }

    /// Fails everything, and ends the GET stream too.
    pub(in crate::upstream) fn close(&mut self) {
        self.fail(u64::MAX);
        self.forget();
        self.hush();
    }

    /// Whether anybody waits for an answer.
    pub(in crate::upstream) fn is_answering(&self) -> bool {
        self.readers().next().is_some()
    }

    /// Whether anybody reads the GET stream.
    pub(in crate::upstream) fn is_listening(&self) -> bool {
        self.stream.as_ref().is_some_and(|stream| stream.is_open())
    }

    fn readers(&self) -> impl Iterator<Item = &Waiting> {
        let waiting = self.waiting.values();
        waiting.filter(|waiting| waiting.outbox.is_open())
    }

    fn named(&self, token: &IdValue) -> Option<&Arc<Outbox>> {
        let mut readers = self.readers();
        let named = readers.find(|waiting| waiting.progress.as_ref() == Some(token));
        named.map(|waiting| &waiting.outbox)
    }

    fn only(&self) -> Option<&Arc<Outbox>> {
        let mut readers = self.readers();
        let only = readers.next().filter(|_| readers.next().is_none());
        only.map(|waiting| &waiting.outbox)
    }

    fn newest(&self) -> Option<&Arc<Outbox>> {
        let newest = self.readers().max_by_key(|waiting| waiting.order);
        newest.map(|waiting| &waiting.outbox)
    }

    fn backlog_bytes(&self) -> usize {
        self.backlog.iter().map(|message| message.len() + 64).sum()
    }
}

impl Waiting {
    fn settle(self, message: Bytes) {
        if self.open.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.outbox.push_last(message);
        } else {
            self.outbox.push(message);
        }
    }

    fn fail(self, fault: Fault, id: &IdValue) {
        let message = failure(fault, &id.to_string());
        match self.open.load(Ordering::Relaxed) {
            1 => self.outbox.fail(fault, message),
            _ => self.settle(message),
        }
    }
}

const MOST_WAITING: usize = 256;
/// Bytes of messages that wait for a GET.
const BACKLOG: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: i128) -> IdValue {
        IdValue::Integer(number)
    }

    fn ask(number: i128, token: Option<i128>) -> Vec<Ask> {
        vec![Ask {
            id: id(number),
            progress: token.map(id),
            change: None,
        }]
    }

    async fn first(outbox: &Outbox) -> Option<Bytes> {
        let next = std::pin::pin!(outbox.next());
        match futures_util::poll!(next) {
            std::task::Poll::Ready(item) => item.map(|item| item.json),
            std::task::Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn each_message_of_the_servers_own_goes_to_one_stream_at_most() {
        //
        let mut routes = Routes::default();
        routes.deliver(&Concern::Somebody, "early".into());
        let (one, two) = (Outbox::new(), Outbox::new());
        routes.expect(ask(1, Some(11)), &one, 1).expect("room");
        routes.deliver(&Concern::Somebody, "only".into());
        assert_eq!(first(&one).await.as_deref(), Some(&b"only"[..]));
        routes.expect(ask(2, Some(12)), &two, 1).expect("room");
        routes.deliver(&Concern::Token(id(11)), "named".into());
        assert_eq!(first(&one).await.as_deref(), Some(&b"named"[..]));
        routes.deliver(&Concern::Somebody, "newest".into());
        assert_eq!(first(&two).await.as_deref(), Some(&b"newest"[..]));
        routes.deliver(&Concern::Everybody, "change".into());
        assert_eq!((first(&one).await, first(&two).await), (None, None));
        let stream = routes.listen();
        assert_eq!(first(&stream).await.as_deref(), Some(&b"early"[..]));
        assert_eq!(first(&stream).await.as_deref(), Some(&b"change"[..]));
        routes.deliver(&Concern::Somebody, "several".into());
        assert_eq!(first(&stream).await.as_deref(), Some(&b"several"[..]));
        routes.deliver(&Concern::Token(id(99)), "stray".into());
        assert_eq!(first(&stream).await.as_deref(), Some(&b"stray"[..]));
    }

    #[test]
    fn what_nobody_reads_does_not_pile_up() {
        let mut routes = Routes::default();
        for _ in 0..10 {
            routes.deliver(&Concern::Everybody, vec![b'x'; 100_000].into());
        }
        assert!(routes.backlog_bytes() <= BACKLOG);
        for number in 0..1_000 {
            let outbox = Outbox::new();
            drop(outbox.reader());
            routes
                .expect(ask(number, None), &outbox, 1)
                .expect("room is made");
        }
        let held: Vec<_> = (0..256).map(|_| Outbox::new()).collect();
        for (number, outbox) in held.iter().enumerate() {
            let number = 10_000 + i128::try_from(number).expect("small");
            routes
                .expect(ask(number, None), outbox, 1)
                .expect("room is made");
        }
        assert_eq!(
            routes.expect(ask(1, None), &Outbox::new(), 1),
            Err(Fault::Crowded)
        );
        assert_eq!(routes.waiting.len(), MOST_WAITING);
    }

    #[tokio::test]
    async fn the_end_of_a_process_answers_what_it_was_asked_and_nothing_else() {
        // GW-26
        let mut routes = Routes::default();
        let (old, new) = (Outbox::new(), Outbox::new());
        routes.expect(ask(1, None), &old, 1).expect("room");
        routes.expect(ask(2, None), &new, 2).expect("room");
        routes.fail(1);
        let failed = first(&old).await.expect("answered");
        assert_eq!(failed, failure(Fault::Ended, "1"));
        assert_eq!(first(&new).await, None);
        routes.answer(&id(2), "answer".into());
        assert_eq!(first(&new).await.as_deref(), Some(&b"answer"[..]));
    }
}
