//! The server as a value: what it is made of, and what every request goes through.

use std::{collections::BTreeSet, net::IpAddr, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::any,
};
use doorward_core::{
    clock::Clock,
    entropy::Entropy,
    peer::Peer,
    provisioning::{Authority, ProvisionerName},
    secret::Digest,
    user::Username,
};
use doorward_issuer::{Administration, Guesses, StrangerNotes};
use doorward_store::{Store, StoreError};
use http::request::Parts;

use crate::{answer::Refusal, desk::Desk, fault::FaultKind, route::Route};

/// Where everything is, below the public URL.
const PATH: &str = "/scim/v2";

/// What the operator decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScimConfig {
    /// Whether anything is served.
    pub enabled: bool,
    /// The public URL, without a trailing slash.
    pub public_url: String,
    /// Digests of tokens that the configuration names, and whose they are.
    pub tokens: Vec<(ProvisionerName, Digest)>,
    /// What providers may do.
    pub authority: Authority,
    /// Groups for which the configuration names members itself.
    pub declared_groups: BTreeSet<String>,
    /// Names that rules of the configuration name, and that no provider gives anybody.
    pub reserved: BTreeSet<Username>,
}

impl ScimConfig {
    /// Nothing is served.
    pub fn disabled(public_url: String) -> Self {
        Self {
            enabled: false,
            public_url,
            tokens: Vec::new(),
            authority: Authority::default(),
            declared_groups: BTreeSet::new(),
            reserved: BTreeSet::new(),
        }
    }

    /// The base of every resource's URL.
    pub(crate) fn base(&self) -> String {
        format!("{}{PATH}", self.public_url)
    }

    /// The path of the public URL.
    fn prefix(&self) -> &str {
        let origin = self.public_url.find("://").map_or(0, |at| at + 3);
        let rest = self.public_url.get(origin..).unwrap_or_default();
        let path = rest.find('/').and_then(|at| rest.get(at..));
        path.unwrap_or_default()
    }
}

/// What it works with.
pub struct ScimParts {
    /// Everything that must last.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// What an administrator does: changes of accounts go by its rules.
    pub administration: Administration,
}

/// A SCIM server. Clones share everything.
#[derive(Clone)]
pub struct Scim(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) parts: ScimParts,
    config: ArcSwap<ScimConfig>,
    pub(crate) guesses: Guesses,
    notes: StrangerNotes,
}

impl Scim {
    /// Makes a server.
    pub fn new(config: ScimConfig, parts: ScimParts) -> Self {
        Self(Arc::new(Shared {
            parts,
            config: ArcSwap::from_pointee(config),
            guesses: Guesses::new(60, Duration::from_secs(2)),
            notes: StrangerNotes::default(),
        }))
    }

    /// Everything that it serves: below the root of the origin, and below the path of the public
    /// URL if that has one. Requests should carry their [`Peer`] as an extension.
    pub fn router(&self) -> Router {
        let config = self.0.config.load();
        let below = |start: &str| {
            Router::new()
                .route(&format!("{start}{PATH}"), any(answer))
                .route(&format!("{start}{PATH}/{{*path}}"), any(answer))
        };
        let routes = match config.prefix() {
            "" => below(""),
            prefix => below("").merge(below(prefix)),
        };
        routes.with_state(Arc::clone(&self.0))
    }

    /// Takes over a new configuration for all requests that come after. The public URL stays as it
    /// was.
    pub fn reconfigure(&self, config: ScimConfig) {
        let public_url = self.0.config.load().public_url.clone();
        let config = ScimConfig {
            public_url,
            ..config
        };
        self.0.config.store(Arc::new(config));
    }

    /// Forgets whom nobody has to remember.
    pub fn forget_idle(&self) {
        let now = self.0.parts.clock.now();
        self.0.guesses.forget_idle(now);
        self.0.notes.forget_idle(now);
    }
}

impl std::fmt::Debug for Scim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scim(..)")
    }
}

/// Answers a request, to its end even when its client goes away: between a commit and telling the
/// verifiers of this process nobody may cut in (TK-18).
async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let run = tokio::spawn(async move { shared.answer(parts, body).await });
    run.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a SCIM request broke off");
        Refusal::Busy.into_response()
    })
}

impl Shared {
    async fn answer(self: Arc<Self>, parts: Parts, body: Body) -> Response {
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
        let mut provider = None;
        let answered = self.serve(&parts, body, peer, &mut provider).await;
        let refusal = match answered {
            Ok(response) => return response,
            Err(refusal) => refusal,
        };
        if let Refusal::Store(error) = &refusal {
            tracing::error!(%error, "a SCIM request met a store that failed");
        }
        if refusal.is_notable() {
            let noted = self.note(provider.as_ref(), &refusal, peer).await;
            if let Err(error) = noted {
                return Refusal::from(error).into_response(); // what cannot be recorded is not told
            }
        }
        refusal.into_response()
    }

    /// Records a refusal: of a provider each time, of strangers as often as they may (DS-05).
    async fn note(
        &self,
        provider: Option<&ProvisionerName>,
        refusal: &Refusal,
        peer: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        let (desk, why) = (&self.parts.administration, refusal.to_string());
        if let Some(provider) = provider {
            return desk.note_provisioning_refused(provider, &why, peer).await;
        }
        let noted = self.notes.take(peer, self.parts.clock.now());
        desk.note_stranger_provisioning(noted, why, peer)
    }

    async fn serve(
        self: &Arc<Self>,
        parts: &Parts,
        body: Body,
        peer: Option<IpAddr>,
        provider: &mut Option<ProvisionerName>,
    ) -> Result<Response, Refusal> {
        let config = self.config.load_full();
        if !config.enabled {
            return Err(FaultKind::NotFound
                .because("SCIM is not enabled here")
                .into());
        }
        let who = self.authenticate(&config, &parts.headers, peer).await?;
        *provider = Some(who.clone());
        let path = parts.uri.path();
        let path = path.split_once(PATH).map_or("", |(_, path)| path);
        let route = Route::find(&parts.method, path)?;
        let desk = Desk {
            shared: Arc::clone(self),
            config,
            provider: who,
        };
        desk.act(route, parts, body).await
    }
}
