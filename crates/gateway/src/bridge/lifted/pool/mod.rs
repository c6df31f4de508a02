//! Sessions with one server, kept for those who ask without any.
//!
//! ```text
//! acquire -> one that fits? -> used
//!        \-> room? -> opened, used | idle one of theirs makes room | patience, then refused
//! used -> idle -> ended after a while, or when the gateway ends
//! ```
//!
//! A session belongs to one subject and client, and to the very capabilities that a request
//! declared: nothing else ever uses it (P-007, P-016, P-018). It is bounded by subject and in
//! all; what finds no room waits a moment, and is refused then.

mod key;
mod lease;
mod session;
mod table;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use async_trait::async_trait;
use doorward_core::permit::Permit;
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use crate::{
    config::GatewayLimits,
    upstream::{
        Fault,
        link::{Opening, Owner, SessionLink},
        modest::alike,
    },
};

use self::table::{Found, Table};
pub(super) use self::{
    key::Key,
    lease::{Lease, Need},
    session::Session,
};

/// Opens sessions with one server.
#[async_trait]
pub(crate) trait Opens: Send + Sync + 'static {
    /// A session for `owner`, opened and initialized.
    async fn open(
        &self,
        permit: Permit,
        owner: &Owner,
        opening: &Opening,
    ) -> Result<Arc<dyn SessionLink>, Fault>;
}

/// Which session is wanted, and by what right.
pub(super) struct Wish<'a> {
    pub(super) key: Key,
    pub(super) opening: Opening,
    pub(super) permit: &'a Permit,
}

/// The sessions of one server.
pub(super) struct Pool {
    opens: Arc<dyn Opens>,
    idle: Duration,
    table: Mutex<Table>,
    /// A session was given back.
    changed: Notify,
}

impl Pool {
    pub(super) fn new(opens: Arc<dyn Opens>, limits: &GatewayLimits) -> Arc<Self> {
        Arc::new(Self {
            opens,
            idle: limits.process_idle,
            table: Mutex::new(Table::new(limits.sessions_per_user)),
            changed: Notify::new(),
        })
    }

    /// A session of this key that is fit for what is needed.
    pub(super) async fn acquire(
        self: &Arc<Self>,
        wish: &Wish<'_>,
        need: Need,
    ) -> Result<Lease, Fault> {
        let patience = Instant::now() + PATIENCE;
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable(); // before looking, so that nothing is missed in between
            let fault = match self.attempt(wish, need).await {
                Ok(lease) => return Ok(lease),
                Err(fault @ (Fault::Sessions | Fault::Crowded | Fault::Full)) => fault,
                Err(fault) => return Err(fault),
            };
            if !self.lock().has_used(&wish.key) || timeout_at(patience, changed).await.is_err() {
                return Err(fault);
            }
        }
    }

    async fn attempt(self: &Arc<Self>, wish: &Wish<'_>, need: Need) -> Result<Lease, Fault> {
        let open = || Session::opening(wish.key.clone(), self.begin(wish));
        let found = self.lock().find(&wish.key, need, Instant::now(), open);
        let Found { session, gone } = found;
        gone.into_iter().for_each(|session| session.end());
        let lease = Lease::new(self, session?, need);
        match lease.open().await {
            Ok(lease) => Ok(lease),
            Err((lease, fault)) => {
                lease.forget();
                Err(fault)
            }
        }
    }

    /// Opens a session by itself, so that it comes about when the caller who wanted it leaves:
    /// others may wait for the same.
    fn begin(
        self: &Arc<Self>,
        wish: &Wish<'_>,
    ) -> impl Future<Output = Result<Arc<dyn SessionLink>, Fault>> + Send + 'static {
        let (opens, pool) = (Arc::clone(&self.opens), Arc::downgrade(self));
        let (owner, opening) = (wish.key.owner.clone(), wish.opening.clone());
        let permit = wish.permit.for_part();
        let opened = tokio::spawn(alike(async move {
            let link = opens.open(permit, &owner, &opening).await?;
            match pool.upgrade().is_some_and(|pool| !pool.lock().is_closed()) {
                true => Ok(link),
                false => {
                    link.end();
                    Err(Fault::Ended)
                }
            }
        }));
        async move { opened.await.unwrap_or(Err(Fault::Ended)) }
    }

    /// Ends the sessions that nobody has used for long. Called every second.
    pub(super) fn sweep(&self, now: Instant) {
        let gone = self.lock().sweep(now, self.idle);
        gone.into_iter().for_each(|session| session.end());
    }

    /// Ends all, for good.
    pub(super) fn end_all(&self) {
        let gone = self.lock().close();
        gone.into_iter().for_each(|session| session.end());
        self.changed.notify_waiters();
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.lock().count()
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pool, as long as it is there.
type Home = Weak<Pool>;

/// How long a request waits for a session that is in use.
const PATIENCE: Duration = Duration::from_secs(30);
