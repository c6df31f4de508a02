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
    bearer::{self, BearerFault},
    clock::Clock,
    dpop::Scheme,
    entropy::Entropy,
    peer::Peer,
    provisioning::{Authority, ProvisionerName},
    secret::{Digest, Secret},
};
use doorward_issuer::{Administration, Guesses};
use doorward_store::{Store, StoreError};
use http::{HeaderMap, header, request::Parts};
use serde_json::Value;

use crate::{
    answer::Refusal, body, discovery, fault::FaultKind, groups, list, query::Parameters,
    route::Route, schema::Schema, users,
};

/// Where everything is, below the public URL.
const PATH: &str = "/scim/v2";
/// How often a flow runs from the load when concurrent requests change the same.
const TRIES: usize = 3;

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
    guesses: Guesses,
}

/// One request of a provider.
pub(crate) struct Desk {
    pub(crate) shared: Arc<Shared>,
    pub(crate) config: Arc<ScimConfig>,
    pub(crate) provider: ProvisionerName,
}

impl Scim {
    /// Makes a server.
    pub fn new(config: ScimConfig, parts: ScimParts) -> Self {
        Self(Arc::new(Shared {
            parts,
            config: ArcSwap::from_pointee(config),
            guesses: Guesses::new(60, Duration::from_secs(2)),
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
        self.0.guesses.forget_idle(self.0.parts.clock.now());
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
            let desk = &self.parts.administration;
            let noted =
                desk.note_provisioning_refused(provider.as_ref(), refusal.to_string(), peer);
            if let Err(error) = noted {
                return Refusal::from(error).into_response(); // what cannot be recorded is not told
            }
        }
        refusal.into_response()
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

    /// Who the token of a request speaks for.
    async fn authenticate(
        &self,
        config: &ScimConfig,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
    ) -> Result<ProvisionerName, Refusal> {
        let sent = headers.get_all(header::AUTHORIZATION);
        let sent = match bearer::the_one(sent.iter().map(|value| value.as_bytes())) {
            Ok(sent) if matches!(sent.scheme, Scheme::Bearer) => sent.token,
            Ok(_) | Err(BearerFault::Missing) => return Err(Refusal::Unauthenticated),
            Err(BearerFault::Malformed) => return Err(Refusal::WrongToken),
        };
        let now = self.parts.clock.now();
        let taken = self.guesses.take(peer, now);
        taken.map_err(Refusal::TooManyGuesses)?;
        let digest = Secret::presented(sent).digest();
        let known = self.owner_of(config, &digest).await;
        if !matches!(known, Ok(None)) {
            self.guesses.give_back(peer); // right, or nobody can say
        }
        known?.ok_or(Refusal::WrongToken)
    }

    async fn owner_of(
        &self,
        config: &ScimConfig,
        digest: &Digest,
    ) -> Result<Option<ProvisionerName>, StoreError> {
        let mut configured = config.tokens.iter();
        if let Some((provider, _)) = configured.find(|(_, known)| known.matches(digest)) {
            return Ok(Some(provider.clone()));
        }
        let token = self
            .parts
            .store
            .begin()
            .await?
            .provisioning_token(digest)
            .await?;
        let now = self.parts.clock.now();
        Ok(token
            .filter(|token| token.is_live(now))
            .map(|token| token.provider))
    }
}

impl Desk {
    async fn act(&self, route: Route, parts: &Parts, body: Body) -> Result<Response, Refusal> {
        let query = Parameters::of_query(parts.uri.query().unwrap_or_default())?;
        let base = self.config.base();
        match route {
            Route::Configuration => Ok(discovery::configuration(&base)),
            Route::ResourceTypes(name) => discovery::resource_types(&base, name, &query),
            Route::Schemas(urn) => discovery::schemas(&base, urn, &query),
            Route::List(schema) => list::list(self, &[schema], &query).await,
            Route::Search(schema) => {
                let body = body::read(&parts.headers, body).await?;
                let search = list::search(&body)?;
                match schema {
                    Some(schema) => list::list(self, &[schema], &search).await,
                    None => list::list(self, &Schema::ALL, &search).await,
                }
            }
            Route::Read(schema, id) => match is_user(schema) {
                true => users::read(self, &id, &query).await,
                false => groups::read(self, &id, &query).await,
            },
            Route::Create(_) | Route::Replace(..) | Route::Change(..) => {
                let body = body::read(&parts.headers, body).await?;
                self.write(&route, &body, &parts.headers, &query).await
            }
            Route::Remove(..) => {
                self.write(&route, &Value::Null, &parts.headers, &query)
                    .await
            }
        }
    }

    /// Writes, and once more from the load when a concurrent request was first.
    async fn write(
        &self,
        route: &Route,
        body: &Value,
        headers: &HeaderMap,
        query: &Parameters,
    ) -> Result<Response, Refusal> {
        for _ in 0..TRIES {
            match self.write_once(route, body, headers, query).await {
                Err(Refusal::Store(StoreError::Conflict)) => {}
                outcome => return outcome,
            }
        }
        Err(Refusal::Busy)
    }

    async fn write_once(
        &self,
        route: &Route,
        body: &Value,
        headers: &HeaderMap,
        query: &Parameters,
    ) -> Result<Response, Refusal> {
        let whole = matches!(route, Route::Replace(..));
        match route {
            Route::Create(schema) if is_user(schema) => users::create(self, body, query).await,
            Route::Create(_) => groups::create(self, body, query).await,
            Route::Replace(schema, id) | Route::Change(schema, id) => {
                let change = Change {
                    id,
                    body,
                    whole,
                    headers,
                    query,
                };
                match is_user(schema) {
                    true => users::change(self, &change).await,
                    false => groups::change(self, &change).await,
                }
            }
            Route::Remove(schema, id) if is_user(schema) => users::remove(self, id, headers).await,
            Route::Remove(_, id) => groups::remove(self, id, headers).await,
            Route::List(_)
            | Route::Search(_)
            | Route::Read(..)
            | Route::Configuration
            | Route::ResourceTypes(_)
            | Route::Schemas(_) => Err(Refusal::Busy), // nothing of these writes
        }
    }
}

fn is_user(schema: &Schema) -> bool {
    schema == Schema::USER
}

/// What is to become of a resource.
pub(crate) struct Change<'a> {
    pub(crate) id: &'a str,
    pub(crate) body: &'a Value,
    /// Whether the body is the whole resource.
    pub(crate) whole: bool,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) query: &'a Parameters,
}
