//! What a fake saw, and what happens in its world, wherever it runs.
//!
//! A fake in this process shares the witness. A program has its own, which tells everything to the
//! one of the test over a loopback connection and is told by it what happens.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{broadcast, watch},
};

/// Something that happens in the world of a fake server, by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A resource has other content.
    Updated(String),
    /// Tools, prompts and resources come and go.
    Lists,
}

/// Remembers what one fake, or several copies of one, saw. Clones are handles of the same.
#[derive(Clone)]
pub struct Witness(Arc<Inner>);

struct Inner {
    seen: Mutex<Vec<(String, String)>>,
    count: watch::Sender<usize>,
    changes: broadcast::Sender<Change>,
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("Witness")
            .field(&self.seen())
            .finish()
    }
}

impl Default for Witness {
    fn default() -> Self {
        Self(Arc::new(Inner {
            seen: Mutex::default(),
            count: watch::Sender::new(0),
            changes: broadcast::Sender::new(64),
        }))
    }
}

impl Witness {
    /// Everything that was violated so far.
    pub fn violations(&self) -> Vec<String> {
        let seen = self.seen().into_iter();
        let violated = seen.filter(|(kind, _)| kind == VIOLATED);
        violated.map(|(_, what)| what).collect()
    }

    /// Lets something happen.
    pub fn happen(&self, change: Change) {
        let _ = self.0.changes.send(change); // nobody may be there to hear it
    }

    /// Waits until a call of this mark was begun.
    pub async fn began(&self, mark: &str) -> Result<(), String> {
        self.saw(BEGAN, mark).await
    }

    /// Waits until a call of this mark was given up.
    pub async fn gave_up(&self, mark: &str) -> Result<(), String> {
        self.saw(GAVE_UP, mark).await
    }

    /// How often a call of this mark was begun so far.
    pub fn times_begun(&self, mark: &str) -> usize {
        let seen = self.seen().into_iter();
        seen.filter(|(kind, what)| kind == BEGAN && what == mark)
            .count()
    }

    pub(super) fn violated(&self, what: String) {
        self.note(VIOLATED, what);
    }

    /// A call began; what is returned says that it was given up, unless it is told that it ended.
    pub(super) fn trace(&self, mark: &str) -> Trace {
        self.note(BEGAN, mark.to_owned());
        Trace(self.clone(), mark.to_owned())
    }

    pub(super) fn changes(&self) -> broadcast::Receiver<Change> {
        self.0.changes.subscribe()
    }

    fn note(&self, kind: &str, what: String) {
        self.lock().push((kind.to_owned(), what));
        self.0.count.send_modify(|count| *count += 1);
    }

    fn seen(&self) -> Vec<(String, String)> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(String, String)>> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn saw(&self, kind: &str, what: &str) -> Result<(), String> {
        let mut count = self.0.count.subscribe();
        let is_there = || self.seen().iter().any(|(k, w)| k == kind && w == what);
        let waits = count.wait_for(|_| is_there());
        let waited = tokio::time::timeout(PATIENCE, waits).await;
        let missing = |_| format!("the server never saw: {kind} {what}");
        waited.map_err(missing).map(drop)
    }

    /// Lets programs tell what they see; returns where.
    pub(super) async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a loopback port");
        let address = listener.local_addr().expect("a bound address");
        let witness = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            while let (Ok((stream, _)), Some(inner)) = (listener.accept().await, witness.upgrade())
            {
                let (reads, writes) = stream.into_split();
                tokio::spawn(tell_changes(inner.changes.subscribe(), writes));
                tokio::spawn(hear(Self(inner), reads));
            }
        });
        address
    }

    /// The witness of a program, which tells everything to the one that listens there.
    pub(super) async fn remote(address: &str) -> Self {
        let witness = Self::default();
        let stream = TcpStream::connect(address).await.expect("a witness");
        let (reads, writes) = stream.into_split();
        let mut lines = BufReader::new(reads).lines();
        let hello = lines.next_line().await.expect("a witness who answers");
        assert_eq!(hello.as_deref(), Some("hello"));
        tokio::spawn(tell_sightings(witness.clone(), writes));
        let hears = witness.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                hears.happen(match line.strip_prefix("updated ") {
                    Some(uri) => Change::Updated(uri.to_owned()),
                    None => Change::Lists,
                });
            }
        });
        witness
    }
}

/// A call that has not ended.
pub(super) struct Trace(Witness, String);

impl Drop for Trace {
    fn drop(&mut self) {
        self.0.note(GAVE_UP, self.1.clone());
    }
}

async fn tell_changes(mut changes: broadcast::Receiver<Change>, mut to: OwnedWriteHalf) {
    let mut line = "hello\n".to_owned();
    while to.write_all(line.as_bytes()).await.is_ok() {
        line = match changes.recv().await {
            Ok(Change::Updated(uri)) => format!("updated {uri}\n"),
            Ok(Change::Lists) => "lists\n".to_owned(),
            Err(_) => return,
        };
    }
}

async fn hear(witness: Witness, from: OwnedReadHalf) {
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let told: Value = serde_json::from_str(&line).unwrap_or_default();
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        witness.note(&text("kind"), text("what"));
    }
}

async fn tell_sightings(witness: Witness, mut to: OwnedWriteHalf) {
    let mut count = witness.0.count.subscribe();
    let mut told = 0;
    while count.wait_for(|count| *count > told).await.is_ok() {
        let sightings: Vec<_> = witness.seen().into_iter().skip(told).collect();
        told += sightings.len();
        for (kind, what) in sightings {
            let line = format!("{}\n", json!({"kind": kind, "what": what}));
            if to.write_all(line.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// How long something may take before it counts as never happening.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
const VIOLATED: &str = "violated";
const BEGAN: &str = "began";
const GAVE_UP: &str = "gave up";
