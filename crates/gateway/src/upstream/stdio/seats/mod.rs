//! Several sessions of the session era at one process (ST-07).
//!
//! ```text
//! session --line--> seat --ours--> process        ids and progress tokens are ours on the inside
//! session <--line-- seat <--theirs-- process      and the session's own again on the outside
//! ```
//!
//! The gateway opens the process itself and offers it nothing: what a server asks its client
//! could be told to nobody in particular, so it is refused (GW-19). Each session is answered
//! what the process answered to that opening. A message of the process goes to whoever it names;
//! one that names nobody goes to nobody, but for changes of lists, which concern everybody
//! (GW-20). A session cannot tell its seat from a process: both are a [`Process`].

mod inward;
mod outward;
mod state;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use bytes::Bytes;
use doorward_core::subject::Subject;
use doorward_mcp::splice::{Edit, splice};
use tokio::time::{Instant, sleep};

use self::state::{Seat, State};
use super::{
    era::STARTING,
    home::Home,
    outbox::Outbox,
    process::{End, Ends, Process, Receiver},
    slots::{Need, Tenant},
    spawner::patiently,
};
use crate::{config::Sharing, upstream::Fault};

/// A process that sessions share, and those who sit at it.
pub(super) struct Table {
    me: Weak<Self>,
    home: Weak<Home>,
    /// Whose it is; nobody's when everybody shares it.
    user: Subject,
    sharing: Sharing,
    /// Held while a process is started, so that there is one at a time.
    beginning: Mutex<()>,
    state: Mutex<State>,
}

/// Hears the process on behalf of the table.
struct Ear {
    table: Weak<Table>,
    generation: u64,
}

impl Table {
    /// Nothing is started yet.
    pub(super) fn new(home: &Arc<Home>, user: Subject) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            me: me.clone(),
            home: Arc::downgrade(home),
            user,
            sharing: home.run.sharing,
            beginning: Mutex::default(),
            state: Mutex::new(State::new(Instant::now())),
        })
    }

    /// A seat at the process, which is started if need be.
    pub(super) fn join(
        &self,
        tenant: Weak<dyn Tenant>,
        receiver: Arc<dyn Receiver>,
    ) -> Result<Arc<Process>, Fault> {
        let me = self.me.upgrade().ok_or(Fault::Ended)?;
        let process = self.process()?;
        let (handle, ends) = Process::handle(receiver.generation());
        let seat = Seat {
            receiver,
            tenant,
            over: ends.over.clone(),
            generation: process.generation(),
        };
        let number = self.lock().sit_down(seat);
        if process.is_over() {
            self.lost(process.generation(), Duration::ZERO);
        }
        tokio::spawn(async move { me.serve(number, &process, ends).await });
        Ok(handle)
    }

    /// Whether there is a process.
    pub(super) fn is_running(&self) -> bool {
        self.lock().running().is_some()
    }

    /// Lets the sessions go that nobody has used for long.
    pub(super) fn sweep(&self, now: Instant, idle: Duration) {
        for tenant in self.lock().tenants() {
            let since = tenant.idle_since(Need::Rest);
            if since.is_some_and(|since| now.saturating_duration_since(since) >= idle) {
                tenant.evict();
            }
        }
    }

    /// Lets the process go.
    pub(super) fn end(&self) {
        let process = self.lock().process.take();
        if let Some(process) = process {
            process.stop();
        }
    }

    /// Passes on what a session says until it or the process is gone.
    async fn serve(&self, number: u64, process: &Process, mut ends: Ends) {
        loop {
            let text = tokio::select! {
                biased;
                () = ends.stop.cancelled() => break,
                () = ends.over.cancelled() => break,
                text = ends.queued.recv() => text,
            };
            let Some(text) = text else { break };
            for line in text.lines() {
                self.said(number, process, line).await;
            }
        }
        ends.over.cancel();
        self.leave(number, process);
    }

    fn process(&self) -> Result<Arc<Process>, Fault> {
        if let Some(process) = self.lock().running() {
            return Ok(process);
        }
        let _one_at_a_time = patiently(|| lock(&self.beginning));
        if let Some(process) = self.lock().running() {
            return Ok(process);
        }
        let home = self.home.upgrade().ok_or(Fault::Ended)?;
        let generation = self.lock().begin();
        let ear = Ear {
            table: self.me.clone(),
            generation,
        };
        let tenant: Weak<dyn Tenant> = self.me.clone();
        let process = home.start(&self.user, tenant, Arc::new(ear))?;
        self.lock().process = Some(Arc::clone(&process));
        self.open(&process);
        Ok(process)
    }

    /// Opens the process, which must answer within a time.
    fn open(&self, process: &Arc<Process>) {
        if process.try_write(opening()).is_err() {
            return; // it is over already, which everybody is told
        }
        let (table, process) = (self.me.clone(), Arc::downgrade(process));
        tokio::spawn(async move {
            sleep(STARTING).await;
            if let (Some(table), Some(process)) = (table.upgrade(), process.upgrade())
                && !table.lock().is_open(process.generation())
            {
                process.stop();
            }
        });
    }

    /// Tells everybody who sat at this process or an earlier one that it is gone.
    fn lost(&self, generation: u64, ran: Duration) {
        let seats = self.lock().lose(generation);
        for seat in seats {
            // INVARIANT: over comes first, as with a process of one's own.
            seat.over.cancel();
            seat.receiver.ended(End::Asked, ran); // the failure is counted once, not by each
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Receiver for Ear {
    fn generation(&self) -> u64 {
        self.generation
    }

    /// Nobody waits for the reader of one session where others sit at the same process: what is
    /// unread is bounded by its outbox.
    fn line(&self, line: Bytes) -> Option<Arc<Outbox>> {
        self.table.upgrade()?.heard(line, self.generation);
        None
    }

    fn ended(&self, end: End, ran: Duration) {
        let Some(table) = self.table.upgrade() else {
            return;
        };
        if let Some(home) = table.home.upgrade() {
            home.ended(&table.user, end, ran);
        }
        table.lost(self.generation, ran);
    }
}

impl Tenant for Table {
    fn idle_since(&self, need: Need) -> Option<Instant> {
        let (tenants, last_used) = {
            let state = self.lock();
            (state.tenants(), state.idle_since()?)
        };
        let mut latest = last_used;
        for tenant in tenants {
            latest = latest.max(tenant.idle_since(need)?);
        }
        Some(latest)
    }

    fn evict(&self) {
        self.end();
    }
}

/// What the gateway says to a process that sessions share.
fn opening() -> Bytes {
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    let revision = doorward_mcp::era::Revision::LATEST_SESSION.as_str();
    format!(
        r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{"protocolVersion":"{revision}","capabilities":{{}},"clientInfo":{{"name":"doorward","version":"{VERSION}"}}}}}}"#
    )
    .into()
}

/// The spans are those of this very line, so splicing cannot fail.
fn spliced(line: &Bytes, edits: &[Edit<'_>]) -> Bytes {
    splice(line, edits).map_or_else(|_| line.clone(), Bytes::from)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
