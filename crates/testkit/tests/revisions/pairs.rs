//! Every client in front of every server, through the gateway.

use std::sync::Arc;

use doorward_mcp::era::Revision;
use doorward_testkit::peers::{Client, FakeServer, House, Transport};

use crate::scene::{deviations, program};

/// A client of one revision, a server of another, and what carries its messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) client: Revision,
    pub(crate) server: Revision,
    pub(crate) transport: Transport,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_client_reaches_every_server_as_the_table_says() {
    // P-001, P-008, P-017, P-019, P-020, P-024, P-025, P-026, P-027, P-028, P-029, P-031, P-032,
    // P-033, P-034, P-036, P-038, P-039, P-040, P-041, P-042, P-046, P-047, P-048, R-049, R-050, R-053,
    //
    let mut trials = Vec::new();
    for pair in Pair::all().filter(Pair::is_wanted) {
        trials.push((pair.name(), pair, pair.start().await));
    }
    let servers = trials
        .iter()
        .map(|(name, _, server)| (name.as_str(), server));
    let house = Arc::new(House::of(servers));
    let mut running = tokio::task::JoinSet::new();
    for (name, pair, server) in trials {
        let house = Arc::clone(&house);
        running.spawn(async move { pair.tried(&house, &name, &server).await });
    }
    let mut found: Vec<_> = running.join_all().await.into_iter().flatten().collect();
    found.sort();
    assert!(
        found.is_empty(),
        "{} deviations:\n{}",
        found.len(),
        found.join("\n")
    );
}

impl Pair {
    pub(crate) fn of(client: Revision, server: Revision, transport: Transport) -> Self {
        Self {
            client,
            server,
            transport,
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        let pairs = Revision::ALL
            .into_iter()
            .flat_map(|client| Revision::ALL.map(|server| (client, server)));
        pairs.flat_map(|(client, server)| {
            let transports = [Transport::Http, Transport::Stdio];
            transports.map(|transport| Self::of(client, server, transport))
        })
    }

    /// All of them, or those that whoever looks for a fault has named.
    pub(crate) fn is_wanted(&self) -> bool {
        let only = std::env::var("DOORWARD_PAIRS").unwrap_or_default();
        self.name().contains(&only)
    }

    pub(crate) fn name(&self) -> String {
        let carried = match self.transport {
            Transport::Http => "http",
            Transport::Stdio => "stdio",
        };
        format!("{}-to-{}-{carried}", self.client, self.server)
    }

    pub(crate) async fn start(&self) -> FakeServer {
        match self.transport {
            Transport::Http => FakeServer::over_http(self.server).await,
            Transport::Stdio => FakeServer::over_stdio(self.server, program()).await,
        }
    }

    /// Where clients of the revision begin.
    pub(crate) fn place(&self) -> &'static str {
        match self.client {
            Revision::V2024_11_05 => "sse",
            _ => "mcp",
        }
    }

    async fn tried(&self, house: &House, name: &str, server: &FakeServer) -> Vec<String> {
        let door = house.door(self.place(), name, name);
        match Client::over_http(self.client, name, door).await {
            Ok(client) => deviations(name, client, self.server, &server.witness, name).await,
            Err(reason) => vec![format!("{name}: {reason}")],
        }
    }
}
