//! What is logged, and what callers see.

use std::{
    io::{self, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
};
use doorward_testkit::hostile::{CREDENTIAL, SECRET};
use futures_util::TryStreamExt;
use tracing_subscriber::filter::EnvFilter;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Keeps the log from now on.
pub(crate) fn begin() {
    let filter = EnvFilter::new("doorward_gateway=debug,doorward_fetch=debug,warn");
    let lines = tracing_subscriber::fmt().with_env_filter(filter);
    lines.with_ansi(false).with_writer(|| Log).init();
}

/// Whether the log has a line about a server with this reference.
pub(crate) fn has_logged(server: &str, reference: &str) -> bool {
    let log = lock(&LOG);
    let log = String::from_utf8_lossy(&log);
    let mut lines = log.lines();
    lines.any(|line| line.contains(&format!("server={server}")) && line.contains(reference))
}

/// What the log should not hold.
pub(crate) fn secrets() -> Option<String> {
    let log = lock(&LOG);
    let log = String::from_utf8_lossy(&log);
    let told = log.lines().find(|line| is_secret(line))?;
    Some(format!("the log holds a secret: {told}"))
}

pub(crate) fn is_secret(text: &str) -> bool {
    text.contains(SECRET) || text.contains(CREDENTIAL)
}

/// Everything that callers are told through `router`, heads and bodies.
#[derive(Default)]
pub(crate) struct Tapped(Mutex<Vec<u8>>);

impl Tapped {
    pub(crate) fn tap(self: &std::sync::Arc<Self>, router: Router) -> Router {
        let tapped = std::sync::Arc::clone(self);
        router.layer(from_fn(move |request: Request, next: Next| {
            let tapped = std::sync::Arc::clone(&tapped);
            async move { tapped.hear(next.run(request).await) }
        }))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&lock(&self.0)).into_owned()
    }

    fn hear(self: std::sync::Arc<Self>, response: Response) -> Response {
        let (parts, body) = response.into_parts();
        let head = format!("\n{} {:?}\n", parts.status, parts.headers);
        lock(&self.0).extend_from_slice(head.as_bytes());
        let body = body.into_data_stream().inspect_ok(move |data: &Bytes| {
            lock(&self.0).extend_from_slice(data);
        });
        Response::from_parts(parts, Body::from_stream(body))
    }
}

struct Log;

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        lock(&LOG).extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lock(text: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    text.lock().unwrap_or_else(PoisonError::into_inner)
}
