//! Where calls go: servers behind a URL, and programs of this machine.

mod addressee;
mod asked;
mod fault;
pub(crate) mod http;
mod incoming;
pub(crate) mod link;
pub(crate) mod manner;
pub(crate) mod modest;
mod opening;
mod pages;
mod patience;
mod standing;
pub(crate) mod stdio;
mod tools;
mod tried;

use std::sync::Arc;

use self::{
    http::{Around, HttpSession, HttpUpstream, SseSession},
    link::{Opening, Owner, SessionLink, StatelessLink},
    manner::{Carrier, Knowledge, Manner},
    patience::{TimedSession, TimedStateless},
    stdio::{Program, StdioUpstream},
};
use crate::{
    catalogue::Changes,
    config::{GatewayError, GatewayLimits, Patience, ServerConfig, Speaking, UpstreamConfig},
    gateway::Surroundings,
};

pub(crate) use self::{
    fault::Fault,
    patience::{Limits, within},
    tried::{Trial, is_refusal},
};

/// One server's upstream. Clones are handles of the same one.
#[derive(Clone)]
pub(crate) struct Upstream {
    config: Arc<UpstreamConfig>,
    speaking: Arc<Speaking>,
    known: Arc<Knowledge>,
    stateless: Arc<dyn StatelessLink>,
    pub(crate) kind: Kind,
}

/// How it is spoken to.
#[derive(Clone)]
pub(crate) enum Kind {
    /// Streamable HTTP.
    Http(Arc<HttpUpstream>),
    /// Standard input and output.
    Stdio(Arc<StdioUpstream>),
}

impl Upstream {
    /// Checks the configuration; connects to nothing and starts nothing.
    pub(crate) fn new(
        server: &ServerConfig,
        surroundings: &Surroundings,
        limits: &GatewayLimits,
        changes: &Arc<Changes>,
    ) -> Result<Self, GatewayError> {
        let known = Arc::new(Knowledge::new(server));
        let kind = match &server.upstream {
            UpstreamConfig::Http { url, headers } => {
                let around = Around {
                    client: surroundings.client.clone(),
                    limits,
                    changes: Arc::clone(changes),
                    known: Arc::clone(&known),
                };
                let upstream = HttpUpstream::new(&server.name, url, headers, around)?;
                Kind::Http(Arc::new(upstream))
            }
            UpstreamConfig::Stdio { process, .. } => {
                let name = server.name.clone();
                let processes = Arc::clone(&surroundings.processes);
                let entropy = Arc::clone(&surroundings.entropy);
                let own = (limits, Arc::clone(changes));
                let program = (Program::new(server)?, process.clone());
                Kind::Stdio(StdioUpstream::new(name, program, processes, entropy, own))
            }
        };
        Ok(Self::over(server, kind, &known))
    }

    fn over(server: &ServerConfig, kind: Kind, known: &Arc<Knowledge>) -> Self {
        let (patience, known) = (server.speaking.patience, Arc::clone(known));
        Self {
            config: Arc::new(server.upstream.clone()),
            speaking: Arc::new(server.speaking.clone()),
            stateless: TimedStateless::new(native(&kind), patience, Arc::clone(&known)),
            known,
            kind,
        }
    }

    /// How the server is spoken to: known, or asked for now.
    pub(crate) async fn manner(&self) -> Result<Manner, Fault> {
        self.known.learn(&self.kind, &self.speaking).await
    }

    /// The same without asking.
    pub(crate) fn known_manner(&self) -> Option<Manner> {
        self.known.glance()
    }

    /// An answer of the server shows that what is known of it is wrong.
    pub(crate) fn doubt(&self) {
        self.known.doubt();
    }

    /// Opens a session for `owner`, and for nobody else (P-007).
    pub(crate) async fn session(
        &self,
        owner: &Owner,
        mut opening: Opening,
    ) -> Result<Arc<dyn SessionLink>, Fault> {
        if let Some(newest) = self.speaking.revision {
            opening.revision = opening.revision.min(newest);
        }
        let opened = self.open(owner, &opening).await;
        if matches!(opened, Err(Fault::NoSessions | Fault::Refused(_))) {
            self.doubt();
        }
        Ok(TimedSession::new(opened?, self.speaking.patience))
    }

    async fn open(&self, owner: &Owner, opening: &Opening) -> Result<Arc<dyn SessionLink>, Fault> {
        let carrier = self.manner().await?.sessions.ok_or(Fault::NoSessions)?;
        let link: Arc<dyn SessionLink> = match (&self.kind, carrier) {
            (Kind::Http(upstream), Carrier::HttpSse) => SseSession::open(upstream, opening).await?,
            (Kind::Http(upstream), Carrier::Streamable | Carrier::Stdio) => {
                HttpSession::open(upstream, opening).await?
            }
            (Kind::Stdio(upstream), _) => upstream.open(owner, opening).await?,
        };
        Ok(link)
    }

    /// The server in the manner of 2026-07-28, unless it is known to speak sessions only.
    pub(crate) fn stateless(&self) -> Option<Arc<dyn StatelessLink>> {
        if self.known_manner().is_some_and(|manner| !manner.stateless) {
            return None;
        }
        Some(Arc::clone(&self.stateless))
    }

    /// How long it may take.
    pub(crate) fn patience(&self) -> &Patience {
        &self.speaking.patience
    }

    /// Whether it is left alone, because it failed several times in a row.
    pub(crate) fn is_resting(&self) -> bool {
        match &self.kind {
            Kind::Http(upstream) => upstream.is_resting(),
            Kind::Stdio(_) => false,
        }
    }

    /// Whether the server holds mirrored arguments against the body itself. One of which
    /// nothing can be learned says so itself.
    pub(crate) async fn checks_mirrors(&self) -> bool {
        match &self.kind {
            Kind::Http(_) => self.manner().await.is_ok_and(|manner| manner.stateless),
            Kind::Stdio(_) => false,
        }
    }

    /// Drops what nobody has used for long. Called every few seconds.
    pub(crate) fn sweep(&self) {
        match &self.kind {
            Kind::Http(_) => self.known.sweep(),
            // What runs is what is configured: it stays as it is until it says otherwise.
            Kind::Stdio(upstream) => upstream.sweep(),
        }
    }

    /// Whether tasks of one user can be told from those of others.
    pub(crate) fn keeps_users_apart(&self) -> bool {
        match &self.kind {
            Kind::Http(_) => false,
            Kind::Stdio(upstream) => upstream.keeps_users_apart(),
        }
    }

    /// Whether both are handles of the same one.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.config, &other.config)
    }

    /// Whether it was made for this very configuration.
    pub(crate) fn is_for(&self, server: &ServerConfig) -> bool {
        *self.config == server.upstream && *self.speaking == server.speaking
    }
}

fn native(kind: &Kind) -> Arc<dyn StatelessLink> {
    match kind {
        Kind::Http(upstream) => Arc::clone(upstream) as Arc<dyn StatelessLink>,
        Kind::Stdio(upstream) => Arc::clone(upstream) as Arc<dyn StatelessLink>,
    }
}
