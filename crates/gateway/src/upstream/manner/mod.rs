//! How a server wants to be spoken to: found out by asking it, known without a lock.
//!
//! ```text
//! unknown -> asked by one, for all who wait -> known
//! known for long -> used on, asked again behind the scenes; soon, where it was too busy to say all
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

use super::{
    Fault, Kind,
    modest::{alike, is_modest},
    tried::Tried,
};
use crate::config::{ServerConfig, Speaking, Transport, UpstreamConfig};

pub(super) use self::http::is_stateless;
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
    /// Whether a server that names only 2026-07-28 takes `initialize` all the same.
    pub(super) tried: Tried,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the server said last how it is spoken to, or failed to.
    asked: Option<Instant>,
    failed: Option<Fault>,
    /// How often in a row it said how it is spoken to, and not all that was asked.
    unsure: u32,
    asking: Option<Asking>,
    /// Whether that finds no room where others would.
    is_modest: bool,
}

type Asking = watch::Receiver<Option<Result<Manner, Fault>>>;

/// What came of asking a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    manner: Manner,
    /// Whether each question had an answer: one that was busy then may speak otherwise, too.
    is_sure: bool,
}

impl Found {
    const fn sure(manner: Manner) -> Self {
        Self {
            manner,
            is_sure: true,
        }
    }
}

impl Knowledge {
    /// What the configuration says, which may be nothing.
    pub(crate) fn new(server: &ServerConfig) -> Self {
        let fixed = fixed(server);
        Self {
            is_fixed: fixed.is_some(),
            now: AtomicU8::new(fixed.map_or(0, Manner::to_bits)),
            tried: Tried::default(),
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
        self.tried.doubt();
        let state = self.lock();
        let is_new = state.asked.is_some_and(|at| at.elapsed() < DOUBTED_AFTER);
        if !is_new && !self.is_fixed {
            self.now.store(0, Ordering::Relaxed);
        }
    }

    /// Marks what has been known for long. Called every few seconds.
    pub(crate) fn sweep(&self) {
        let is_old = self.lock().is_old();
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
        loop {
            let (mut asking, modestly) = self.ask(kind, speaking)?;
            let said = asking.wait_for(Option::is_some).await;
            let said = said.map_err(|_| Fault::Broken)?;
            match said.unwrap_or(Err(Fault::Broken)) {
                // Who may make room asks once more.
                Err(Fault::Full) if modestly && !is_modest() => {}
                said => return said,
            }
        }
    }

    /// The question that is being asked, or a new one, and whether it is asked modestly.
    fn ask(
        self: &Arc<Self>,
        kind: &Kind,
        speaking: &Arc<Speaking>,
    ) -> Result<(Asking, bool), Fault> {
        let mut state = self.lock();
        if let Some(asking) = &state.asking {
            return Ok((asking.clone(), state.is_modest));
        }
        let is_new = state.asked.is_some_and(|at| at.elapsed() < FAILED_FOR);
        if let Some(fault) = state.failed.filter(|_| is_new) {
            return Err(fault);
        }
        let (tell, asking) = watch::channel(None);
        let is_modest = is_modest();
        state.asking = Some(asking.clone());
        state.is_modest = is_modest;
        let (me, kind) = (Arc::clone(self), kind.clone());
        let speaking = Arc::clone(speaking);
        tokio::spawn(alike(async move {
            let found = timeout(ANSWERED_WITHIN, probe(&kind, &speaking)).await;
            let found = found.unwrap_or(Err(Fault::Timeout));
            me.settle(found, is_modest);
            tell.send_replace(Some(found.map(|found| found.manner)));
        }));
        Ok((asking, is_modest))
    }

    /// Takes what was heard elsewhere.
    pub(crate) fn note(&self, manner: Manner) {
        if self.is_fixed {
            return;
        }
        let mut state = self.lock();
        state.asked = Some(Instant::now());
        state.failed = None;
        state.unsure = 0;
        self.now.store(manner.to_bits(), Ordering::Relaxed);
    }

    fn settle(&self, found: Result<Found, Fault>, is_modest: bool) {
        let mut state = self.lock();
        state.asked = Some(Instant::now());
        state.asking = None;
        // Who makes no room fails for themselves alone (ST-06).
        let is_ours = |fault: &Fault| is_modest && *fault == Fault::Full;
        state.failed = found.err().filter(|fault| !is_ours(fault));
        match found {
            Ok(Found { manner, is_sure }) => {
                state.unsure = match is_sure {
                    true => 0,
                    false => state.unsure.saturating_add(1),
                };
                // One that is too busy to say all does not unsay what it said before.
                match is_sure || self.glance().is_none() {
                    true => self.now.store(manner.to_bits(), Ordering::Relaxed),
                    false => drop(self.now.fetch_and(!OLD, Ordering::Relaxed)),
                }
            }
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

impl State {
    /// Whether what the server said is to be asked about again.
    fn is_old(&self) -> bool {
        let believed = match self.unsure {
            0 => BELIEVED,
            often => BELIEVED.min(BELIEVED_FOR_NOW * (1 << (often - 1).min(6))),
        };
        self.asked.is_some_and(|at| at.elapsed() >= believed)
    }
}

fn probe<'a>(kind: &'a Kind, speaking: &'a Speaking) -> BoxFuture<'a, Result<Found, Fault>> {
    match kind {
        Kind::Http(upstream) => Box::pin(http::probe(upstream, speaking)),
        Kind::Stdio(upstream) => {
            Box::pin(async move { stdio::probe(upstream).await.map(Found::sure) })
        }
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
/// The same where a question had no answer, for the first time.
const BELIEVED_FOR_NOW: Duration = Duration::from_secs(15);
/// What was learned less than this ago is not doubted.
const DOUBTED_AFTER: Duration = Duration::from_secs(10);
/// For how long a failure is the answer.
const FAILED_FOR: Duration = Duration::from_secs(3);
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);
