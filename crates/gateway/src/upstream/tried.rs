//! Whether a server that names only 2026-07-28 takes `initialize` all the same.
//!
//! ```text
//! a caller's was refused -> the gateway's own, by one for all who wait
//!     -> refused, too: believed for long       -> taken: believed for long
//!     -> neither: not asked again for a moment, each caller has the refusal that they got
//! ```
//!
//! Many do: `server/discover` of a server of both eras tells clients of the newer one what they
//! may speak, and no more. Only `initialize` itself shows it, and no caller decides that for
//! others: what one of them was refused counts once the gateway's own opening is refused, too,
//! by a server that goes on speaking 2026-07-28 (C-029). It is forgotten like the rest of what is
//! known of a server. Nor does any caller decide how often the server is asked (GW-26).

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

use super::{
    Fault, Kind, Upstream,
    http::{HttpSession, HttpUpstream},
    manner, opening,
};

/// What became of the last `initialize` that was passed to such a server.
#[derive(Debug, Default)]
pub(crate) struct Tried(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// What was learned last, and when.
    last: Option<(Trial, Instant)>,
    asking: Option<Asking>,
}

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trial {
    /// Nothing: it has to be tried.
    Open,
    /// It opens sessions.
    Taken,
    /// It refused to.
    Refused,
}

/// The gateway's own opening, and what becomes of it.
type Asking = watch::Receiver<Option<Trial>>;

impl Tried {
    /// What is known.
    pub(crate) fn known(&self) -> Trial {
        self.lock().learned().unwrap_or(Trial::Open)
    }

    /// It was taken.
    pub(crate) fn taken(&self) {
        self.settle(Trial::Taken);
    }

    /// An answer of the server shows that what is known of it is wrong. Not heeded right after it
    /// was tried, or a server could have us try it all the time.
    pub(super) fn doubt(&self) {
        self.lock()
            .last
            .take_if(|(trial, since)| *trial != Trial::Open && since.elapsed() >= DOUBTED_AFTER);
    }

    fn settle(&self, trial: Trial) {
        self.lock().last = Some((trial, Instant::now()));
    }

    /// What the gateway's own opening showed.
    fn answered(&self, trial: Trial) {
        let mut state = self.lock();
        state.last = Some((trial, Instant::now()));
        state.asking = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What was learned, as long as it holds; that nothing could be learned holds, too.
    fn learned(&self) -> Option<Trial> {
        let (trial, since) = self.last?;
        let holds_for = match trial {
            Trial::Open => UNDECIDED,
            Trial::Taken | Trial::Refused => BELIEVED,
        };
        (since.elapsed() < holds_for).then_some(trial)
    }
}

impl Upstream {
    /// Whether the server takes `initialize`, as far as that was tried.
    pub(crate) fn tried(&self) -> &Tried {
        &self.known.tried
    }

    /// Whether the server that refused a caller's `initialize` opens no sessions for anybody:
    /// known from now on, if it says so to the gateway itself.
    pub(crate) async fn opens_none(&self) -> bool {
        let Kind::Http(upstream) = &self.kind else {
            return false;
        };
        let trial = match self.own_opening(upstream) {
            Ok(mut asking) => asking
                .wait_for(Option::is_some)
                .await
                .ok()
                .and_then(|told| *told),
            Err(known) => Some(known),
        };
        trial == Some(Trial::Refused)
    }

    /// The opening that is under way, or a new one; what is known, where none is due. It goes on
    /// when nobody waits for it any more.
    fn own_opening(&self, upstream: &Arc<HttpUpstream>) -> Result<Asking, Trial> {
        let mut state = self.tried().lock();
        if let Some(asking) = &state.asking {
            return Ok(asking.clone());
        }
        if let Some(known) = state.learned() {
            return Err(known);
        }
        let (tell, asking) = watch::channel(None);
        state.asking = Some(asking.clone());
        let (upstream, known) = (Arc::clone(upstream), Arc::clone(&self.known));
        tokio::spawn(async move {
            let trial = timeout(ANSWERED_WITHIN, own_trial(&upstream)).await;
            let trial = trial.unwrap_or(Trial::Open);
            known.tried.answered(trial);
            tell.send_replace(Some(trial));
        });
        Ok(asking)
    }
}

/// What an opening of the gateway's own shows.
async fn own_trial(upstream: &Arc<HttpUpstream>) -> Trial {
    match HttpSession::open(upstream, &opening::own()).await {
        Ok(session) => {
            session.finish().await;
            Trial::Taken
        }
        Err(Fault::NoSessions) => Trial::Refused,
        // The same is said by whoever stands in front of a server that is not there.
        Err(Fault::Refused(status)) if is_refusal(status) => {
            match manner::is_stateless(upstream).await {
                true => Trial::Refused,
                false => Trial::Open,
            }
        }
        Err(_) => Trial::Open,
    }
}

/// Whether a server may say by this HTTP status that it opens no sessions.
pub(crate) fn is_refusal(status: u16) -> bool {
    matches!(status, 400 | 404 | 405 | 406 | 415 | 422)
}

/// For how long it is believed without trying again.
const BELIEVED: Duration = Duration::from_secs(600);
/// For how long a server is left alone of which nothing could be learned.
const UNDECIDED: Duration = Duration::from_secs(15);
/// What was tried less than this ago is not doubted.
const DOUBTED_AFTER: Duration = Duration::from_secs(10);
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;
