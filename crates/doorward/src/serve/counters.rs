//! The few numbers that `/metrics` shows.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

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
}

impl Counters {
    pub(super) fn connected(&self) {
        self.accepted.fetch_add(1, Relaxed);
        self.open.fetch_add(1, Relaxed);
    }

    pub(super) fn disconnected(&self) {
        self.open.fetch_sub(1, Relaxed);
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

    pub(super) fn foreign_host(&self) {
        self.foreign_host.fetch_add(1, Relaxed);
    }

    pub(super) fn panicked(&self) {
        self.panics.fetch_add(1, Relaxed);
    }

    /// The Prometheus text format.
    pub(super) fn render(&self) -> String {
        let mut out = String::new();
        let mut family = |name: &str, kind: &str, help: &str, samples: &[(&str, &AtomicU64)]| {
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "# HELP doorward_{name} {help}\n# TYPE doorward_{name} {kind}"
            );
            for (labels, value) in samples {
                let _ = writeln!(out, "doorward_{name}{labels} {}", value.load(Relaxed));
            }
        };
        let requests = [
            ("{status=\"2xx\"}", &self.informational_or_success),
            ("{status=\"3xx\"}", &self.redirection),
            ("{status=\"4xx\"}", &self.client_error),
            ("{status=\"5xx\"}", &self.server_error),
        ];
        family(
            "requests_total",
            "counter",
            "Requests answered, by class of status.",
            &requests,
        );
        let accepted = [("", &self.accepted)];
        family(
            "connections_total",
            "counter",
            "Connections accepted.",
            &accepted,
        );
        family(
            "connections",
            "gauge",
            "Connections open now.",
            &[("", &self.open)],
        );
        let foreign = [("", &self.foreign_host)];
        family(
            "foreign_host_total",
            "counter",
            "Requests for a host that is not served.",
            &foreign,
        );
        family(
            "panics_total",
            "counter",
            "Requests that ended in a bug.",
            &[("", &self.panics)],
        );
        out
    }
}
