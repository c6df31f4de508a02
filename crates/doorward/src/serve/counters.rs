//! The few numbers that `/metrics` shows.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use doorward_gateway::GatewayLoad;
use http::StatusCode;

/// Counts since the process started.
#[derive(Debug, Default)]
pub(super) struct Counters {
    accepted: AtomicU64,
    open: AtomicU64,
    informational_or_success: AtomicU64,
    redirection: AtomicU64,
    client_error: AtomicU64,
    server_error: AtomicU64,
    foreign_host: AtomicU64,
    panics: AtomicU64,
    pending: AtomicU64,
    unread: AtomicU64,
}

impl Counters {
    /// Counts a connection, for as long as the answer lives.
    pub(super) fn connected(&self) -> Open<'_> {
        self.accepted.fetch_add(1, Relaxed);
        self.open.fetch_add(1, Relaxed);
        Open(&self.open)
    }

    pub(super) fn answered(&self, status: StatusCode) {
        let counter = match status.as_u16() {
            ..300 => &self.informational_or_success,
            300..400 => &self.redirection,
            400..500 => &self.client_error,
            500.. => &self.server_error,
        };
        counter.fetch_add(1, Relaxed);
    }

    /// Counts a request that waits for its answer to begin, for as long as the answer lives.
    pub(super) fn waits(&self) -> Open<'_> {
        self.pending.fetch_add(1, Relaxed);
        Open(&self.pending)
    }

    /// How many requests wait for their answer to begin.
    pub(super) fn pending(&self) -> u64 {
        self.pending.load(Relaxed)
    }

    /// Counts a connection that was closed because nothing that was sent was taken.
    pub(super) fn unread(&self) {
        self.unread.fetch_add(1, Relaxed);
    }

    pub(super) fn foreign_host(&self) {
        self.foreign_host.fetch_add(1, Relaxed);
    }

    pub(super) fn panicked(&self) {
        self.panics.fetch_add(1, Relaxed);
    }

    /// The Prometheus text format, together with what the gateway has open now.
    pub(super) fn render(&self, load: &GatewayLoad) -> String {
        let mut out = String::new();
        let mut family = |name: &str, kind: &str, help: &str, samples: &[(&str, u64)]| {
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "# HELP doorward_{name} {help}\n# TYPE doorward_{name} {kind}"
            );
            for (labels, value) in samples {
                let _ = writeln!(out, "doorward_{name}{labels} {value}");
            }
        };
        let dropped = [
            ("{reason=\"stalled\"}", load.stalled),
            ("{reason=\"full\"}", load.overfull),
        ];
        family(
            "streams_dropped_total",
            "counter",
            "Event streams dropped because their clients did not read.",
            &dropped,
        );
        let requests = [
            (
                "{status=\"2xx\"}",
                self.informational_or_success.load(Relaxed),
            ),
            ("{status=\"3xx\"}", self.redirection.load(Relaxed)),
            ("{status=\"4xx\"}", self.client_error.load(Relaxed)),
            ("{status=\"5xx\"}", self.server_error.load(Relaxed)),
        ];
        family(
            "requests_total",
            "counter",
            "Requests answered, by class of status.",
            &requests,
        );
        let mut one = |name: &str, kind: &str, help: &str, value: u64| {
            family(name, kind, help, &[("", value)]);
        };
        let count = |counter: &AtomicU64| counter.load(Relaxed);
        one(
            "connections_total",
            "counter",
            "Connections accepted.",
            count(&self.accepted),
        );
        one(
            "connections",
            "gauge",
            "Connections open now.",
            count(&self.open),
        );
        one(
            "requests_pending",
            "gauge",
            "Requests whose answer has not begun.",
            self.pending(),
        );
        one(
            "connections_unread_total",
            "counter",
            "Connections closed because nothing that was sent was taken.",
            count(&self.unread),
        );
        let foreign = count(&self.foreign_host);
        one(
            "foreign_host_total",
            "counter",
            "Requests for a host that is not served.",
            foreign,
        );
        one(
            "panics_total",
            "counter",
            "Requests that ended in a bug.",
            count(&self.panics),
        );
        one(
            "streams",
            "gauge",
            "Event streams open now.",
            load.streams as u64,
        );
        one(
            "answers_pending",
            "gauge",
            "Event streams, and requests of hosted sessions, whose answer is still to come.",
            load.answering as u64,
        );
        one(
            "server_processes",
            "gauge",
            "Server processes running now.",
            load.processes as u64,
        );
        one(
            "servers_resting",
            "gauge",
            "Servers that are left alone, because they failed several times in a row.",
            load.resting as u64,
        );
        out
    }
}

/// Something that goes on.
pub(super) struct Open<'a>(&'a AtomicU64);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
