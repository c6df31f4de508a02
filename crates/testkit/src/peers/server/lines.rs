//! Messages in lines: standard input and output, or any pipe.

use std::{os::fd::AsFd, sync::Arc};

use doorward_mcp::era::{Era, Revision};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::unix::pipe,
};

use super::{session::Session, stateless::Stateless};
use crate::peers::{log::Log, witness::Witness};

/// Is a server over these pipes until the client closes its end.
async fn serve(
    revision: Revision,
    witness: Witness,
    reads: impl AsyncRead + Unpin,
    writes: impl AsyncWrite + Unpin + Send + 'static,
) {
    let server = match revision.era() {
        Era::Session => Server::Session(Session::new(revision, &witness, false)),
        Era::Stateless => Server::Stateless(Stateless::new(&witness), Arc::default()),
    };
    tokio::spawn(write(Arc::clone(server.log()), writes));
    let mut lines = BufReader::new(reads).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str::<Value>(&line) {
            Ok(message) => server.receive(&message),
            Err(_) => witness.violated(format!("{revision} server: a line that is no JSON")),
        }
    }
}

enum Server {
    Session(Arc<Session>),
    Stateless(Arc<Stateless>, Arc<Log>),
}

impl Server {
    fn log(&self) -> &Arc<Log> {
        match self {
            Self::Session(session) => &session.own,
            Self::Stateless(_, log) => log,
        }
    }

    fn receive(&self, message: &Value) {
        match self {
            Self::Session(session) => session.receive(message, &session.own),
            Self::Stateless(server, log) => drop(server.receive(message, log, false)),
        }
    }
}

async fn write(log: Arc<Log>, mut to: impl AsyncWrite + Unpin) {
    let mut next = 0;
    while let Some(message) = log.at(next).await {
        next += 1;
        let line = format!("{message}\n");
        if to.write_all(line.as_bytes()).await.is_err() || to.flush().await.is_err() {
            return;
        }
    }
}

/// The whole program of a server over stdio: its arguments are the revision and where its witness
/// listens.
pub fn run_program(arguments: &[String]) {
    let [_, revision, witness] = arguments else {
        panic!("usage: fake-mcp-server REVISION WITNESS");
    };
    let revision = Revision::parse(revision).expect("a revision");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let witness = Witness::remote(witness).await;
        let reads = std::io::stdin().as_fd().try_clone_to_owned();
        let reads = pipe::Receiver::from_owned_fd(reads.expect("standard input"));
        let writes = std::io::stdout().as_fd().try_clone_to_owned();
        let writes = pipe::Sender::from_owned_fd(writes.expect("standard output"));
        let (reads, writes) = (reads.expect("a pipe"), writes.expect("a pipe"));
        serve(revision, witness, reads, writes).await;
    });
}
