//! The gateway as a value: made once, asked by many, told of new configurations.

use std::{
    io,
    sync::{Arc, Weak},
    time::Duration,
};

use arc_swap::ArcSwap;
use axum::Router;
use doorward_core::{
    clock::Clock,
    dpop::Nonces,
    entropy::Entropy,
    group::Groups,
    id::ClientId,
    server::{ServerName, ToolSummary},
};
use doorward_fetch::UpstreamClient;
use doorward_store::Store;
use doorward_verify::{ProofMemory, Proofs, VerifyToken};

use crate::{
    bridge::lifted::RequestStates,
    catalogue::ServerCheck,
    config::{GatewayConfig, GatewayError},
    front::{self, Hosted, SessionIds},
    places::Places,
    snapshot::{Server, Snapshot},
    stream::{Loss, Watch},
    upstream::stdio::Processes,
    whole::Seals,
};

/// What the gateway needs of others.
pub struct GatewayParts {
    /// Who judges access tokens.
    pub verifier: Arc<dyn VerifyToken>,
    /// Which proofs came before: of this process, or shared by replicas.
    pub proofs: Arc<dyn ProofMemory>,
    /// Where calls and refusals are recorded.
    pub store: Arc<dyn Store>,
    /// What carries calls to HTTP upstreams.
    pub client: UpstreamClient,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Session identifiers are sealed, and nonces made, with keys derived from it.
    pub master_key: [u8; 32],
}

/// The MCP gateway. Clones are handles of the same one.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
}

/// How busy a gateway is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatewayLoad {
    /// Open event streams.
    pub streams: usize,
    /// Answers that are still to come on event streams, and in sessions that are hosted here.
    pub answering: usize,
    /// Event streams that were dropped since the start because their clients took nothing for too
    /// long, while there was something for them.
    pub stalled: u64,
    /// Event streams that were dropped since the start because too much of them was not read.
    pub overfull: u64,
    /// Server processes.
    pub processes: usize,
    /// Servers behind a URL that are left alone, because they failed several times in a row.
    pub resting: usize,
}

/// What every request can reach.
pub(crate) struct Inner {
    pub(crate) verifier: Arc<dyn VerifyToken>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sessions: SessionIds,
    pub(crate) hosted: Hosted,
    /// Cursors and states of the endpoint that is all servers.
    pub(crate) seals: Arc<Seals>,
    pub(crate) proofs: Proofs,
    pub(crate) nonces: Nonces,
    pub(crate) surroundings: Arc<Surroundings>,
    pub(crate) snapshot: ArcSwap<Snapshot>,
    pub(crate) watch: Arc<Watch>,
}

/// What servers share, whatever the configuration.
pub(crate) struct Surroundings {
    pub(crate) places: Arc<Places>,
    pub(crate) client: UpstreamClient,
    pub(crate) processes: Arc<Processes>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) states: Arc<RequestStates>,
}

impl Gateway {
    /// Checks `config` and makes the gateway. No server is connected to or started yet.
    ///
    /// Must be called within a tokio runtime: a task looks after streams and processes for as
    /// long as the gateway lives.
    pub fn new(config: GatewayConfig, parts: GatewayParts) -> Result<Self, GatewayError> {
        let watch = Arc::new(Watch::new(
            Arc::clone(&parts.verifier),
            Arc::clone(&parts.clock),
        ));
        let surroundings = Arc::new(Surroundings {
            places: Arc::default(),
            client: parts.client,
            processes: Processes::new(&config.limits),
            entropy: Arc::clone(&parts.entropy),
            clock: Arc::clone(&parts.clock),
            states: Arc::new(RequestStates::new(
                &parts.master_key,
                Arc::clone(&parts.entropy),
            )),
        });
        let snapshot = Snapshot::new(config, &surroundings, None)?;
        let inner = Arc::new(Inner {
            verifier: parts.verifier,
            proofs: Proofs::new(Arc::clone(&parts.clock), parts.proofs),
            nonces: Nonces::new(&parts.master_key),
            store: parts.store,
            clock: parts.clock,
            seals: Arc::new(Seals::new(&parts.master_key, Arc::clone(&parts.entropy))),
            sessions: SessionIds::new(&parts.master_key, parts.entropy),
            hosted: Hosted::default(),
            surroundings,
            snapshot: ArcSwap::from_pointee(snapshot),
            watch,
        });
        tokio::spawn(look_after(Arc::downgrade(&inner)));
        Ok(Self { inner })
    }

    /// The MCP endpoints and the protected resource metadata.
    pub fn router(&self) -> Router {
        front::routes(&self.inner)
    }

    /// The tools of a server; `None` when they are not known right now.
    pub async fn tools(&self, server: &ServerName) -> Option<Vec<ToolSummary>> {
        let server = self.inner.snapshot.load().named(server.as_str())?;
        let tools = server.catalogue.current().await?;
        Some(tools.summaries().to_vec())
    }

    /// Whether a person may use anything of a server through a client.
    pub fn admits(
        &self,
        server: &ServerName,
        user: &str,
        groups: &Groups,
        client: &ClientId,
    ) -> bool {
        let server = self.inner.snapshot.load().named(server.as_str());
        server.is_some_and(|server| server.access.admits(user, groups, client))
    }

    /// Asks every server once whether it can be reached, for the operator to see at start.
    pub async fn check(&self) -> Vec<ServerCheck> {
        let servers = self.inner.snapshot.load().all();
        let checks = servers.iter().map(|server| server.catalogue.check());
        futures_util::future::join_all(checks).await
    }

    /// Takes a new configuration at once, or none of it. Sessions, streams and processes of
    /// servers whose upstream did not change live on.
    pub fn reconfigure(&self, config: GatewayConfig) -> Result<(), GatewayError> {
        let before = self.inner.snapshot.load_full();
        let after = Snapshot::new(config, &self.inner.surroundings, Some(&before))?;
        self.inner.surroundings.processes.limit(&after.limits);
        for server in before.all() {
            let same = after.named(server.name.as_str());
            if !same.is_some_and(|same| same.upstream.is_same(&server.upstream)) {
                // Whoever still asks it something does not keep it.
                self.inner.surroundings.processes.end_of(&server.name);
            }
        }
        self.inner.snapshot.store(Arc::new(after));
        Ok(())
    }

    /// Takes in what loses its parent among all that servers start, and ends it with them (ST-04).
    /// This changes the process as a whole, so only who owns it may ask for it.
    pub fn adopt_orphans(&self) -> io::Result<()> {
        self.inner.surroundings.processes.adopt_orphans()
    }

    /// Every server, by name.
    pub(crate) fn servers(&self) -> Vec<Arc<Server>> {
        self.inner.snapshot.load().all()
    }

    /// How many event streams are open and how many server processes run.
    pub fn load(&self) -> GatewayLoad {
        let losses = self.inner.watch.losses();
        GatewayLoad {
            stalled: losses.count(Loss::Stalled),
            overfull: losses.count(Loss::Full),
            streams: self.inner.watch.count(),
            answering: self.inner.watch.answering() + self.inner.hosted.running(),
            processes: self.inner.surroundings.processes.count(),
            resting: self.inner.snapshot.load().resting(),
        }
    }

    /// Ends all streams and server processes, and waits until they are gone.
    pub async fn shutdown(&self) {
        self.inner.watch.end_all();
        self.inner.hosted.end_all();
        for server in self.inner.snapshot.load().all() {
            server.lifted.end_all();
        }
        self.inner.surroundings.processes.end_all().await;
    }
}

/// Every second: ends streams whose token is no longer good, and processes and sessions that
/// nobody uses.
async fn look_after(gateway: Weak<Inner>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        second.tick().await;
        let Some(inner) = gateway.upgrade() else {
            break;
        };
        let snapshot = inner.snapshot.load_full();
        inner.watch.look(&snapshot).await;
        inner.surroundings.processes.sweep();
        snapshot.sweep();
        inner.hosted.sweep(&snapshot);
    }
}
