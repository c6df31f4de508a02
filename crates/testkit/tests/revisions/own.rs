//! Each client in front of a server of its own revision, without anything in between: it shows
//! that the fakes are what they say.

use std::process::Stdio;

use doorward_mcp::era::Revision;
use doorward_testkit::peers::{Client, Door, FakeServer, Witness};

use crate::scene::{deviations, program};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_and_a_server_of_the_same_revision_understand_each_other() {
    let mut trials = tokio::task::JoinSet::new();
    for revision in Revision::ALL {
        trials.spawn(over_http(revision));
        trials.spawn(over_stdio(revision));
    }
    let found: Vec<_> = trials.join_all().await.into_iter().flatten().collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

async fn over_http(revision: Revision) -> Vec<String> {
    let witness = Witness::default();
    let door = Door::new(
        FakeServer::router(revision, &witness),
        FakeServer::path(revision),
    );
    let cell = format!("{revision} over HTTP");
    match Client::over_http(revision, "ada", door).await {
        Ok(client) => deviations(&cell, client, revision, &witness, "ada").await,
        Err(reason) => vec![format!("{cell}: {reason}")],
    }
}

async fn over_stdio(revision: Revision) -> Vec<String> {
    let server = FakeServer::over_stdio(revision, program()).await;
    let (executable, arguments) = server.command().split_first().expect("a program");
    let child = tokio::process::Command::new(executable)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut child = child.expect("a process");
    let (reads, writes) = (child.stdout.take(), child.stdin.take());
    let (reads, writes) = (reads.expect("piped"), writes.expect("piped"));
    let cell = format!("{revision} over stdio");
    match Client::over_lines(revision, "ada", reads, writes).await {
        Ok(client) => deviations(&cell, client, revision, &server.witness, "ada").await,
        Err(reason) => vec![format!("{cell}: {reason}")],
    }
}
