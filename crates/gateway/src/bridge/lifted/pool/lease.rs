//! A session in use; given back when dropped.

use std::sync::Arc;

use bytes::Bytes;
use doorward_core::permit::Permit;
use futures_util::StreamExt;
use tokio::{sync::mpsc, time::Instant};

use super::{Home, Pool, Session};
use crate::{
    bridge::lifted::words,
    upstream::{Fault, link::SessionLink},
};

/// How a session is to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Need {
    /// Together with others.
    Shared,
    /// By nobody else at the same time, where the link cannot tell to which request belongs
    /// what the server says: it may ask something.
    Alone,
    /// By nobody else who wants log messages, for the level is the session's (P-027).
    Level,
    /// To hear what changes.
    Listening,
}

/// A session in use.
pub(in super::super) struct Lease {
    pool: Home,
    session: Arc<Session>,
    need: Need,
}

impl Lease {
    pub(super) fn new(pool: &Arc<Pool>, session: Arc<Session>, need: Need) -> Self {
        let pool = Arc::downgrade(pool);
        Self {
            pool,
            session,
            need,
        }
    }

    /// Waits until the session is open.
    pub(super) async fn open(mut self) -> Result<Self, (Self, Fault)> {
        let link = match self.session.open().await {
            Ok(link) => link,
            Err(fault) => return Err((self, fault)),
        };
        if self.need == Need::Alone && link.tells_apart() {
            self.need = Need::Shared;
            if let Some(pool) = self.pool.upgrade() {
                pool.lock().relax(&self.session);
                pool.changed.notify_waiters();
            }
        }
        Ok(self)
    }

    /// The session as those see it who come later, too.
    pub(in super::super) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// The session with the server.
    pub(in super::super) fn link(&self) -> Result<&Arc<dyn SessionLink>, Fault> {
        self.session.link().ok_or(Fault::Ended) // it was open before this was handed out
    }

    /// What the server says to nobody in particular, where that must be meant for who has the
    /// session to themselves.
    pub(in super::super) fn strays(&self) -> Option<mpsc::Receiver<Bytes>> {
        let link = self.session.link()?;
        let is_alone = matches!(self.need, Need::Alone | Need::Level);
        (is_alone && !link.tells_apart()).then(|| self.session.strays())
    }

    /// Whether what the server says in it without naming a request is meant for who holds this.
    pub(in super::super) fn is_certain(&self) -> bool {
        let tells_apart = self.session.link().is_some_and(|link| link.tells_apart());
        let pool = self.pool.upgrade();
        tells_apart || pool.is_some_and(|pool| pool.lock().has_one_user(&self.session))
    }

    /// Asks something of the gateway's own and waits for the answer.
    pub(in super::super) async fn ask(
        &self,
        permit: Permit,
        method: &str,
        params: &str,
    ) -> Result<Bytes, Fault> {
        let request = words::request(self.session.next(), method, params);
        let mut incoming = self.link()?.ask(permit, request).await?;
        while let Some(message) = incoming.next().await {
            let message = message?;
            if words::is_response(&message) {
                return Ok(message);
            }
        }
        Err(Fault::Broken)
    }

    /// Gives the session back for nobody to use it again: the server has forgotten it.
    pub(in super::super) fn forget(self) {
        self.session.hub().end(Fault::Ended);
        if let Some(pool) = self.pool.upgrade() {
            pool.lock().forget(&self.session);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.lock()
                .release(&self.session, self.need, Instant::now());
            pool.changed.notify_waiters();
        }
    }
}
