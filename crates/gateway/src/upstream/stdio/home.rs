//! What all processes of one stdio server have in common.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use bytes::Bytes;
use doorward_core::{server::ServerName, subject::Subject};
use doorward_mcp::{
    envelope::{EnvelopeError, IdValue},
    error::RpcError,
};
use tokio::time::Instant;

use super::{
    backoff::Backoff,
    era::Era,
    journal::Journal,
    process::{End, Process, Receiver},
    program::Program,
    seats::Table,
    slots::{Processes, Tenant, Who, nobody},
    warm::Warm,
};
use crate::{
    catalogue::Changes,
    config::{ProcessConfig, Sharing},
    upstream::{Fault, addressee::addressee},
};

/// The program of a server, what is known of it, and the history of its failures.
pub(super) struct Home {
    pub(super) server: ServerName,
    pub(super) program: Program,
    pub(super) processes: Arc<Processes>,
    pub(super) longest_line: usize,
    pub(super) changes: Arc<Changes>,
    pub(super) era: Era,
    pub(super) run: ProcessConfig,
    pub(super) journal: Arc<Journal>,
    warm: Warm,
    tables: Mutex<HashMap<Subject, Arc<Table>>>,
    failures: Mutex<HashMap<Subject, Backoff>>,
}

impl Home {
    pub(super) fn new(
        server: ServerName,
        (program, run): (Program, ProcessConfig),
        processes: Arc<Processes>,
        longest_line: usize,
        changes: Arc<Changes>,
    ) -> Self {
        Self {
            server,
            program,
            processes,
            longest_line,
            changes,
            era: Era::default(),
            warm: Warm::new(run.warm),
            run,
            journal: Arc::default(),
            tables: Mutex::default(),
            failures: Mutex::default(),
        }
    }

    /// Notes that a process of `user` said that its tools changed. One of the gateway's own is asked
    /// once: what changed there since it started is in its answer, and asking anew would hear of it
    /// again, for ever.
    pub(super) fn changed(&self, user: &Subject) {
        if *user != nobody() {
            self.changes.note();
        }
    }

    /// A process of its own for `user`, or, where sessions share one, a seat at it.
    pub(super) fn join(
        self: &Arc<Self>,
        user: &Subject,
        tenant: Weak<dyn Tenant>,
        receiver: Arc<dyn Receiver>,
    ) -> Result<Arc<Process>, Fault> {
        match self.run.sharing {
            Sharing::PerSession => self.start(user, tenant, receiver),
            // The gateway's own questions are nobody's: they end with their process.
            Sharing::PerUser if *user == nobody() => self.start(user, tenant, receiver),
            Sharing::PerUser => self.table(user).join(tenant, receiver),
            Sharing::Shared => self.table(&nobody()).join(tenant, receiver),
        }
    }

    /// Waits a moment where only those that are leaving are in the way of a process for `user`.
    pub(super) async fn wait_for_room(self: &Arc<Self>, user: &Subject) {
        let shared = match self.run.sharing {
            Sharing::PerSession => None,
            Sharing::PerUser if *user == nobody() => None,
            Sharing::PerUser => Some(user.clone()),
            Sharing::Shared => Some(nobody()),
        };
        let whose = shared.clone().unwrap_or_else(|| user.clone());
        if !shared.is_some_and(|shared| self.table(&shared).is_running()) {
            self.processes.wait_for_room(&self.who(&whose)).await;
        }
    }

    /// A process for `user`, unless theirs have failed just now: one that was started ahead, or
    /// a new one.
    pub(super) fn start(
        &self,
        user: &Subject,
        tenant: Weak<dyn Tenant>,
        receiver: Arc<dyn Receiver>,
    ) -> Result<Arc<Process>, Fault> {
        if let Some(left) = self.resting(user) {
            return Err(Fault::Resting(left));
        }
        let full = |full| {
            tracing::warn!(server = %self.server, %full, "no server process was started");
            Fault::Full
        };
        while let Some(spare) = self.warm.take() {
            let tenant = tenant.clone();
            let processes = &self.processes;
            let handed = processes.hand_over(spare.slot(), self.who(user), tenant);
            match handed {
                Ok(()) => {}
                Err(refused) => {
                    self.warm.put_back(spare);
                    return Err(full(refused));
                }
            }
            if let Some(process) = spare.hand_over(&receiver) {
                return Ok(process);
            }
        }
        let slot = self.processes.take(self.who(user), tenant).map_err(full)?;
        let started = Process::start(
            &self.program,
            (&self.server, &self.journal),
            self.longest_line,
            slot,
            receiver,
        );
        started.map_err(|error| {
            let program = self.program.name();
            tracing::warn!(server = %self.server, program, %error, "the program cannot be started");
            self.failed(user, Duration::ZERO);
            Fault::CannotStart
        })
    }

    /// Starts ahead what is missing, and ends the sessions at shared processes that nobody has
    /// used for long. Called every few seconds.
    pub(super) fn sweep(self: &Arc<Self>, idle: Duration) {
        let tables: Vec<_> = {
            let mut tables = lock(&self.tables);
            tables.retain(|_, table| Arc::strong_count(table) > 1 || table.is_running());
            tables.values().cloned().collect()
        };
        for table in tables {
            table.sweep(Instant::now(), idle);
        }
        while self.warm.is_short() && self.resting(&nobody()).is_none() {
            if !self.start_ahead() {
                break;
            }
        }
    }

    /// Ends what no session or caller holds.
    pub(super) fn end_all(&self) {
        self.warm.end_all();
        for table in std::mem::take(&mut *lock(&self.tables)).into_values() {
            table.end();
        }
    }

    fn start_ahead(self: &Arc<Self>) -> bool {
        let spare = self.warm.spare(self);
        let who = self.who(&nobody());
        let Ok(slot) = self.processes.spare(who, spare.tenant()) else {
            return false;
        };
        let number = slot.number();
        let (ear, whose) = (spare.receiver(), (&self.server, &self.journal));
        match Process::start(&self.program, whose, self.longest_line, slot, ear) {
            Ok(process) => self.warm.keep(spare, process, number),
            Err(error) => {
                let program = self.program.name();
                tracing::warn!(server = %self.server, program, %error, "no process was started ahead");
                self.failed(&nobody(), Duration::ZERO);
                return false;
            }
        }
        true
    }

    fn table(self: &Arc<Self>, user: &Subject) -> Arc<Table> {
        let mut tables = lock(&self.tables);
        let known = tables.entry(user.clone());
        Arc::clone(known.or_insert_with(|| Table::new(self, user.clone())))
    }

    fn who(&self, user: &Subject) -> Who {
        Who {
            user: user.clone(),
            server: self.server.clone(),
            most: self.run.most,
        }
    }

    fn resting(&self, user: &Subject) -> Option<Duration> {
        let now = Instant::now();
        lock(&self.failures).get(user)?.remaining(now)
    }

    /// Notes how a process of `user` ended.
    pub(super) fn ended(&self, user: &Subject, end: End, ran: Duration) {
        match end {
            End::Asked => {}
            End::Exited | End::Flooded | End::Deaf => self.failed(user, ran),
        }
    }

    /// Says what is wrong with a line that is no message, and whose request it answers if it
    /// can be told.
    pub(super) fn garbage(&self, line: &Bytes, error: &EnvelopeError) -> Option<IdValue> {
        let bytes = line.len();
        tracing::debug!(server = %self.server, bytes, %error, "dropped a line that is no message");
        addressee(line)
    }

    fn failed(&self, user: &Subject, ran: Duration) {
        let now = Instant::now();
        let mut failures = lock(&self.failures);
        failures.retain(|_, past| !past.is_over(now));
        failures.entry(user.clone()).or_default().failed(ran, now);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The answer to a request whose process ended, or which the process did not answer in JSON.
pub(super) fn failure(fault: Fault, id: &str) -> Bytes {
    fault.rpc().to_body(Some(id)).into()
}

/// The answer to a request that its client gave up, for a POST that is still open.
pub(super) fn cancelled(id: &str) -> Bytes {
    let error = RpcError::internal("the request was cancelled");
    error.to_body(Some(id)).into()
}

/// The answer to a server that asks what it may not.
pub(super) fn refusal(method: &str, id: &str) -> Bytes {
    RpcError::method_not_found(method).to_body(Some(id)).into()
}
