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
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::{
    backoff::Backoff,
    era::Era,
    process::{End, Process, Receiver},
    program::Program,
    slots::{Processes, Tenant},
};
use crate::{catalogue::Changes, upstream::Fault};

/// The program of a server, what is known of it, and the history of its failures.
pub(super) struct Home {
    pub(super) server: ServerName,
    pub(super) program: Program,
    pub(super) processes: Arc<Processes>,
    pub(super) longest_line: usize,
    pub(super) changes: Arc<Changes>,
    pub(super) era: Era,
    failures: Mutex<HashMap<Subject, Backoff>>,
}

impl Home {
    pub(super) fn new(
        server: ServerName,
        program: Program,
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
            failures: Mutex::default(),
        }
    }

    /// Starts a process for `user`, unless theirs have failed just now.
    pub(super) fn start(
        &self,
        user: &Subject,
        tenant: Weak<dyn Tenant>,
        receiver: Arc<dyn Receiver>,
    ) -> Result<Arc<Process>, Fault> {
        let now = Instant::now();
        let resting = self.lock().get(user).and_then(|past| past.remaining(now));
        if let Some(left) = resting {
            return Err(Fault::Resting(left));
        }
        let slot = self.processes.take(user, tenant).map_err(|full| {
            tracing::warn!(server = %self.server, %full, "no server process was started");
            Fault::Full
        })?;
        let started = Process::start(
            &self.program,
            &self.server,
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
        let mut failures = self.lock();
        failures.retain(|_, past| !past.is_over(now));
        failures.entry(user.clone()).or_default().failed(ran, now);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Subject, Backoff>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id in a line that was refused: good enough to fail that request, whatever another reader
/// would have made of the rest.
fn addressee(line: &[u8]) -> Option<IdValue> {
    #[derive(Deserialize)]
    struct Addressed {
        id: Value,
    }
    match serde_json::from_slice::<Addressed>(line).ok()?.id {
        Value::String(text) => Some(IdValue::Text(text)),
        Value::Number(number) => number.as_i128().map(IdValue::Integer),
        _ => None,
    }
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
