//! All hosted sessions, by their keys.
//!
//! ```text
//! initialize -> room? -> server opened -> kept -> DELETE | abandoned | revoked | reconfigured -> 404
//! ```
//!
//! A key is drawn here, 128 bits, and sealed for one server, subject and client before anybody
//! sees it (GW-15, GW-16): what does not open never gets here. Nobody holds more than so many.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    entropy::{Entropy, draw},
    server::ServerName,
    subject::Subject,
};
use tokio::time::Instant;

use super::session::{Session, Transport};
use crate::{
    config::GatewayLimits,
    snapshot::{Server, Snapshot},
    upstream::{Fault, link::Owner},
};

/// The table of sessions.
#[derive(Default)]
pub(crate) struct Hosted {
    table: Mutex<HashMap<String, Entry>>,
}

#[derive(Clone)]
struct Entry {
    /// The server as it was configured when the session began.
    server: Arc<Server>,
    /// The same as it was configured when it was last looked at.
    here: Option<Arc<Server>>,
    session: Arc<Session>,
}

impl Entry {
    /// The server as it is configured now. A session whose server is configured anew is judged
    /// anew (P-051).
    fn seen(&mut self, snapshot: &Snapshot) -> Option<Arc<Server>> {
        let now = snapshot.behind(&self.server.name)?;
        let before = self.here.replace(Arc::clone(&now));
        if before.is_some_and(|before| !Arc::ptr_eq(&before, &now)) {
            self.session.reconsider();
        }
        Some(now)
    }
}

/// Who wants a session, and for what.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) server: &'a Arc<Server>,
    pub(super) owner: &'a Owner,
}

impl Hosted {
    /// Keeps a session that was opened; its key.
    pub(super) fn keep(
        &self,
        place: Place<'_>,
        session: Arc<Session>,
        (limits, entropy): (&GatewayLimits, &dyn Entropy),
    ) -> Result<String, Fault> {
        let key = URL_SAFE_NO_PAD.encode(draw::<16>(entropy));
        let mut table = self.lock();
        room_in(&mut table, limits.sessions_per_user, &place.owner.subject)?;
        let server = Arc::clone(place.server);
        // The address for HTTP+SSE is a server of its own here, which is nowhere looked at.
        let looked_at = session.transport() == Transport::Streamable;
        let entry = Entry {
            here: looked_at.then(|| Arc::clone(&server)),
            server,
            session,
        };
        table.insert(key.clone(), entry);
        Ok(key)
    }

    /// Makes sure that `subject` may have one more: the one of theirs that nobody has used for
    /// longest makes room, unless all are in use.
    pub(super) fn make_room(&self, subject: &Subject, limits: &GatewayLimits) -> Result<(), Fault> {
        room_in(&mut self.lock(), limits.sessions_per_user, subject)
    }

    /// The session of this key, if it is the owner's, at this server and over this transport.
    pub(super) fn find(
        &self,
        key: &str,
        server: &ServerName,
        owner: &Owner,
        transport: Transport,
    ) -> Option<Arc<Session>> {
        let entry = self.lock().get(key).cloned()?;
        let is_theirs = entry.server.name == *server
            && entry.session.owner == *owner
            && entry.session.transport() == transport;
        let goes_on = !entry.session.is_over();
        (is_theirs && goes_on).then_some(entry.session)
    }

    /// Ends a session.
    pub(super) fn end(&self, key: &str) {
        let ended = self.lock().remove(key);
        if let Some(entry) = ended {
            entry.session.end();
        }
    }

    /// Ends those that are over, that nobody has used for long, whose token was revoked, and whose
    /// server is configured otherwise now. Called every second.
    pub(crate) fn sweep(&self, snapshot: &Snapshot) {
        let (now, idle) = (Instant::now(), snapshot.limits.process_idle);
        let all: Vec<_> = self
            .lock()
            .iter_mut()
            .map(|(key, entry)| (key.clone(), entry.seen(snapshot), entry.clone()))
            .collect();
        for (
            key,
            here,
            Entry {
                server, session, ..
            },
        ) in all
        {
            let same = here.is_some_and(|here| here.leads_where(&server));
            let over =
                session.is_abandoned(now, idle) || !same || session.newest().has_left(snapshot);
            match over {
                true => self.end(&key),
                false => session.sweep(now),
            }
        }
    }

    /// How many requests run in sessions.
    pub(crate) fn running(&self) -> usize {
        let table = self.lock();
        table.values().map(|entry| entry.session.running()).sum()
    }

    /// Ends all.
    pub(crate) fn end_all(&self) {
        for entry in std::mem::take(&mut *self.lock()).into_values() {
            entry.session.end();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn room_in(
    table: &mut HashMap<String, Entry>,
    most: usize,
    subject: &Subject,
) -> Result<(), Fault> {
    table.retain(|_, entry| !entry.session.is_over());
    let theirs = || {
        table
            .iter()
            .filter(|(_, entry)| entry.session.owner.subject == *subject)
    };
    if theirs().count() < most {
        return match table.len() < MOST {
            true => Ok(()),
            false => Err(Fault::Hosting),
        };
    }
    let resting = theirs().filter_map(|(key, entry)| Some((entry.session.resting_since()?, key)));
    let (_, key) = resting.min().ok_or(Fault::Sessions)?;
    let key = key.clone();
    if let Some(entry) = table.remove(&key) {
        entry.session.end();
    }
    Ok(())
}

/// Sessions of all subjects together.
const MOST: usize = 16_384;
