//! Fake servers: one revision each, over one transport.

mod http;
mod lines;
mod session;
mod sse;
mod stateless;
mod stateless_http;
mod streamable;

use std::path::Path;

use axum::Router;
use doorward_mcp::era::{Era, Revision};
use tokio::{net::TcpListener, task::JoinHandle};

use super::witness::Witness;

pub use self::lines::run_program;

/// What carries messages to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// What the revision has over HTTP: HTTP+SSE in 2024-11-05, Streamable HTTP afterwards.
    Http,
    /// Standard input and output of a program.
    Stdio,
}

/// A server of one revision. It ends when dropped.
#[derive(Debug)]
pub struct FakeServer {
    /// What it speaks.
    pub revision: Revision,
    /// What it sees.
    pub witness: Witness,
    place: Place,
    serving: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Place {
    Url(String),
    Command(Vec<String>),
}

impl FakeServer {
    /// Starts one over HTTP on a loopback port.
    pub async fn over_http(revision: Revision) -> Self {
        let witness = Witness::default();
        let router = Self::router(revision, &witness);
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a loopback port");
        let address = listener.local_addr().expect("a bound address");
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self {
            revision,
            witness,
            place: Place::Url(format!("http://{address}{}", Self::path(revision))),
            serving: Some(serving),
        }
    }

    /// One that is the program `executable`, which has to call [`run_program`].
    pub async fn over_stdio(revision: Revision, executable: &Path) -> Self {
        let witness = Witness::default();
        let address = witness.listen().await.to_string();
        let executable = executable.to_string_lossy().into_owned();
        Self {
            revision,
            witness,
            place: Place::Command(vec![executable, revision.to_string(), address]),
            serving: None,
        }
    }

    /// Its endpoint; empty for a program.
    pub fn url(&self) -> &str {
        match &self.place {
            Place::Url(url) => url,
            Place::Command(_) => "",
        }
    }

    /// Program and arguments; empty for one behind a URL.
    pub fn command(&self) -> &[String] {
        match &self.place {
            Place::Command(command) => command,
            Place::Url(_) => &[],
        }
    }

    /// Its endpoints without a listener, for clients in this process.
    pub fn router(revision: Revision, witness: &Witness) -> Router {
        match (revision, revision.era()) {
            (_, Era::Stateless) => stateless_http::router(witness),
            (Revision::V2024_11_05, _) => sse::router(witness),
            _ => streamable::router(revision, witness),
        }
    }

    /// The path under which clients of the revision begin.
    pub fn path(revision: Revision) -> &'static str {
        match revision {
            Revision::V2024_11_05 => "/sse",
            _ => "/mcp",
        }
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        if let Some(serving) = &self.serving {
            serving.abort();
        }
    }
}
