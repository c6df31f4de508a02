//! How a server wants to be spoken to: found out by asking it, known without a lock.
//!
//! ```text
//! unknown -> asked by one, for all who wait -> known
//! known for long -> used on, asked again behind the scenes
//! an answer shows that it is wrong -> unknown
//! ```
//!
//! Only answers teach: what cannot be reached, is busy or wants other credentials may be of
//! either era (C-029). A failure is remembered for a moment, so that a server that is down is
//! not asked by everybody.

mod http;
mod said;
mod stdio;
#[cfg(test)]
mod tests;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use doorward_mcp::era::{Era, Revision};
use futures_util::future::BoxFuture;
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

use super::{Fault, Kind};
use crate::config::{ServerConfig, Speaking, Transport, UpstreamConfig};

pub(crate) use self::stdio::greet;

/// What carries the messages of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Carrier {
    /// Streamable HTTP.
    Streamable,
    /// HTTP+SSE of 2024-11-05.
    HttpSse,
    /// The pipes of a program.
    Stdio,
}

/// How a server can be spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Manner {
    /// In the manner of 2026-07-28.
    pub(crate) stateless: bool,
    /// In sessions, and over what.
    pub(crate) sessions: Option<Carrier>,
}

impl Manner {
    pub(crate) const fn stateless() -> Self {
        Self {
            stateless: true,
            sessions: None,
        }
    }

    pub(crate) const fn sessions(carrier: Carrier) -> Self {
        Self {
            stateless: false,
            sessions: Some(carrier),
        }
    }

    /// Whether messages of `era` reach the server as they came, without a bridge.
    pub(crate) const fn passes(self, era: Era) -> bool {
        match era {
            Era::Stateless => self.stateless,
            Era::Session => matches!(self.sessions, Some(Carrier::Streamable | Carrier::Stdio)),
        }
    }

    const fn to_bits(self) -> u8 {
        let carrier = match self.sessions {
            None => 0,
            Some(Carrier::Streamable) => 1,
            Some(Carrier::HttpSse) => 2,
            Some(Carrier::Stdio) => 3,
        };
        KNOWN | if self.stateless { STATELESS } else { 0 } | carrier
    }

    const fn of_bits(bits: u8) -> Option<Self> {
        if bits & KNOWN == 0 {
            return None;
        }
        let sessions = match bits & CARRIER {
            0 => None,
            1 => Some(Carrier::Streamable),
            2 => Some(Carrier::HttpSse),
            _ => Some(Carrier::Stdio),
        };
        Some(Self {
            stateless: bits & STATELESS != 0,
            sessions,
        })
    }
}

const CARRIER: u8 = 0b11;
const STATELESS: u8 = 0b100;
const KNOWN: u8 = 0b1000;
const OLD: u8 = 0b1_0000;

/// What is known of how a server wants to be spoken to.
#[derive(Default)]
pub(crate) struct Knowledge {
    /// Whether the configuration says it, and nothing that a server says changes it.
    is_fixed: bool,
    now: AtomicU8,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the server said last how it is spoken to, or failed to.
    asked: Option<Instant>,
    failed: Option<Fault>,
    asking: Option<Asking>,
}

type Asking = watch::Receiver<Option<Result<Manner, Fault>>>;

impl Knowledge {
    /// What the configuration says, which may be nothing.
    pub(crate) fn new(server: &ServerConfig) -> Self {
        let fixed = fixed(server);
        Self {
            is_fixed: fixed.is_some(),
            now: AtomicU8::new(fixed.map_or(0, Manner::to_bits)),
            state: Mutex::default(),
        }
    }

    /// What is known now.
    pub(crate) fn glance(&self) -> Option<Manner> {
        Manner::of_bits(self.now.load(Ordering::Relaxed))
    }

    /// An answer shows that what is known is wrong. Not heeded right after the server was
    /// asked, or a server could have us ask it all the time.
    pub(crate) fn doubt(&self) {
        let state = self.lock();
        let is_new = state.asked.is_some_and(|at| at.elapsed() < DOUBTED_AFTER);
        if !is_new && !self.is_fixed {
            self.now.store(0, Ordering::Relaxed);
        }
    }

    /// Marks what has been known for long. Called every few seconds.
    pub(crate) fn sweep(&self) {
        let is_old = self.lock().asked.is_some_and(|at| at.elapsed() >= BELIEVED);
        if is_old && self.glance().is_some() {
            self.now.fetch_or(OLD, Ordering::Relaxed);
        }
    }

    /// What is known, or what the server says when it is asked now.
    pub(super) async fn learn(
        self: &Arc<Self>,
        kind: &Kind,
        speaking: &Arc<Speaking>,
    ) -> Result<Manner, Fault> {
        let bits = self.now.load(Ordering::Relaxed);
        match Manner::of_bits(bits) {
            Some(manner) if bits & OLD == 0 => return Ok(manner),
            Some(manner) => {
                drop(self.ask(kind, speaking));
                return Ok(manner);
            }
            None => {}
        }
        let mut asking = self.ask(kind, speaking)?;
        let said = asking.wait_for(Option::is_some).await;
        let said = said.map_err(|_| Fault::Broken)?;
        said.unwrap_or(Err(Fault::Broken))
    }

    /// The question that is being asked, or a new one.
    fn ask(self: &Arc<Self>, kind: &Kind, speaking: &Arc<Speaking>) -> Result<Asking, Fault> {
        let mut state = self.lock();
        if let Some(asking) = &state.asking {
            return Ok(asking.clone());
        }
        let is_new = state.asked.is_some_and(|at| at.elapsed() < FAILED_FOR);
        if let Some(fault) = state.failed.filter(|_| is_new) {
            return Err(fault);
        }
        let (tell, asking) = watch::channel(None);
        state.asking = Some(asking.clone());
        let (me, kind) = (Arc::clone(self), kind.clone());
        let speaking = Arc::clone(speaking);
        tokio::spawn(async move {
            let said = timeout(ANSWERED_WITHIN, probe(&kind, &speaking)).await;
            let said = said.unwrap_or(Err(Fault::Timeout));
            me.settle(said);
            tell.send_replace(Some(said));
        });
        Ok(asking)
    }

    /// Takes what was heard elsewhere.
    pub(crate) fn note(&self, manner: Manner) {
        if self.is_fixed {
            return;
        }
        let mut state = self.lock();
        state.asked = Some(Instant::now());
        state.failed = None;
        self.now.store(manner.to_bits(), Ordering::Relaxed);
    }

    fn settle(&self, said: Result<Manner, Fault>) {
        let mut state = self.lock();
        state.asked = Some(Instant::now());
        state.asking = None;
        state.failed = said.err();
        match said {
            Ok(manner) => self.now.store(manner.to_bits(), Ordering::Relaxed),
            // What was known stands, and is asked about again later.
            Err(fault) => {
                tracing::debug!(%fault, "it is not known how a server is spoken to");
                self.now.fetch_and(!OLD, Ordering::Relaxed);
            }
        }
    }

    /// As if what is known had been learned long ago.
    #[cfg(test)]
    pub(crate) fn forget_when(&self) {
        self.lock().asked = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn probe<'a>(kind: &'a Kind, speaking: &'a Speaking) -> BoxFuture<'a, Result<Manner, Fault>> {
    match kind {
        Kind::Http(upstream) => Box::pin(http::probe(upstream, speaking)),
        Kind::Stdio(upstream) => Box::pin(stdio::probe(upstream)),
    }
}

/// What needs no asking.
fn fixed(server: &ServerConfig) -> Option<Manner> {
    let Speaking {
        transport,
        revision,
        ..
    } = server.speaking;
    let era = revision.map(Revision::era);
    match (&server.upstream, transport, era) {
        (_, Transport::Auto | Transport::StreamableHttp, Some(Era::Stateless)) => {
            Some(Manner::stateless())
        }
        (UpstreamConfig::Stdio { .. }, _, Some(Era::Session)) => {
            Some(Manner::sessions(Carrier::Stdio))
        }
        (UpstreamConfig::Http { .. }, Transport::HttpSse, _) => {
            Some(Manner::sessions(Carrier::HttpSse))
        }
        (UpstreamConfig::Http { .. }, Transport::StreamableHttp, Some(Era::Session)) => {
            Some(Manner::sessions(Carrier::Streamable))
        }
        (UpstreamConfig::Http { .. }, Transport::Auto, Some(Era::Session))
        | (UpstreamConfig::Http { .. }, Transport::Auto | Transport::StreamableHttp, None)
        | (UpstreamConfig::Stdio { .. }, _, _) => None,
    }
}

/// For how long an answer is believed without asking again.
const BELIEVED: Duration = Duration::from_secs(600);
/// What was learned less than this ago is not doubted.
const DOUBTED_AFTER: Duration = Duration::from_secs(10);
/// For how long a failure is the answer.
const FAILED_FOR: Duration = Duration::from_secs(3);
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);
