//! A gateway with a stopped clock, scripted tokens and a store that only listens.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::{Router, body::Body, response::Response};
use bytes::Bytes;
use doorward_core::{
    access::{Confirmation, Principal},
    audit::{AuditEvent, AuditKind, ChainBroken, ChainHead, Outcome},
    clock::Clock,
    details::Details,
    dpop::Policy,
    entropy::Entropy,
    id::{ClientId, GrantId, TokenId, UserId},
    jwk::Thumbprint,
    permit::{AllowList, AllowRule, Pattern},
    resource::Resource,
    scope::ScopeSet,
    server::ServerName,
    step_up::StepUp,
    subject::Subject,
    time::UnixTime,
};
use doorward_fetch::{UpstreamClient, UpstreamConfig as ClientConfig, tls};
use doorward_gateway::{
    Gateway, GatewayConfig, GatewayLimits, GatewayParts, ServerConfig, UpstreamConfig,
};
use doorward_store::{AuditFilter, AuditPage, Store, StoreError, Tx};
use doorward_verify::{ProcessMemory, Refusal, VerifyToken};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

pub(crate) const PUBLIC: &str = "https://mcp.example";
/// What must never be seen behind the gateway.
pub(crate) const CANARY: &str = "canary-token";

/// Everything around one gateway.
pub(crate) struct World {
    pub(crate) gateway: Gateway,
    pub(crate) router: Router,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) store: Arc<Listening>,
    pub(crate) clock: Arc<Stopped>,
}

impl World {
    /// One server, `files`, open to everybody.
    pub(crate) fn new(upstream: UpstreamConfig) -> Self {
        Self::with(upstream, |_| {})
    }

    /// The same with changes to the configuration.
    pub(crate) fn with(upstream: UpstreamConfig, change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let mut config = config(vec![server("files", upstream)]);
        change(&mut config);
        Self::of(config)
    }

    pub(crate) fn of(config: GatewayConfig) -> Self {
        let (tokens, store, clock) = (
            Arc::<Tokens>::default(),
            Arc::<Listening>::default(),
            Arc::new(Stopped::new()),
        );
        let roots = tls::client_config([]).expect("trust store");
        let parts = GatewayParts {
            verifier: tokens.clone(),
            proofs: Arc::<ProcessMemory>::default(),
            store: store.clone(),
            client: UpstreamClient::new(ClientConfig::new(roots)),
            clock: clock.clone(),
            entropy: Arc::new(Counted(AtomicU64::new(1))),
            master_key: [7; 32],
        };
        let gateway = Gateway::new(config, parts).expect("valid configuration");
        tokens.grant("alice", CANARY, "files", &ScopeSet::baseline());
        Self {
            router: gateway.router(),
            gateway,
            tokens,
            store,
            clock,
        }
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&self, ask: Ask) -> Answer {
        Answer::read(self.open(ask).await).await
    }

    /// Sends a request and leaves the answer's body to be read.
    pub(crate) async fn open(&self, ask: Ask) -> Response {
        self.router
            .clone()
            .oneshot(ask.0)
            .await
            .expect("infallible")
    }

    /// `initialize` and `notifications/initialized`; returns the session.
    pub(crate) async fn session(&self) -> String {
        let answer = self.send(post(INITIALIZE)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let session = answer.header("mcp-session-id").to_owned();
        let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        let answer = self
            .send(post(initialized).with("mcp-session-id", &session))
            .await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        session
    }

    /// Waits until `condition` holds.
    pub(crate) async fn until(&self, what: &str, condition: impl Fn() -> bool) {
        for _ in 0..1000 {
            if condition() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never came to pass: {what}");
    }
}

/// Lets time pass for everything that waits in this process, all at once.
pub(crate) async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

pub(crate) const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;

pub(crate) fn config(servers: Vec<ServerConfig>) -> GatewayConfig {
    GatewayConfig {
        public_url: PUBLIC.to_owned(),
        servers,
        groups: HashMap::new(),
        allowed_origins: Vec::new(),
        dpop_nonces: false,
        limits: GatewayLimits::default(),
    }
}

pub(crate) fn server(name: &str, upstream: UpstreamConfig) -> ServerConfig {
    ServerConfig {
        step_up: StepUp::default(),
        name: ServerName::parse(name).expect("server name"),
        title: None,
        upstream,
        allow: AllowList::default(),
        dpop: Policy::Accepted,
    }
}

/// An allow list under which everybody may use only what the patterns name.
pub(crate) fn only(tools: &[&str], prompts: &[&str], resources: &[&str]) -> AllowList {
    let patterns = |names: &[&str]| names.iter().map(|name| Pattern::new(*name)).collect();
    AllowList {
        rules: vec![AllowRule {
            tools: patterns(tools),
            prompts: patterns(prompts),
            resources: patterns(resources),
            ..AllowRule::default()
        }],
    }
}

/// A request in the making.
pub(crate) struct Ask(Request<Body>);

/// A POST with a valid token.
pub(crate) fn post(body: impl Into<Body>) -> Ask {
    request(Method::POST, "/mcp/files", body)
        .with("authorization", &format!("Bearer {CANARY}"))
        .with("content-type", "application/json")
        .with("accept", "application/json, text/event-stream")
}

/// A POST of 2026-07-28: `params` is the inside of the object, without `_meta`.
pub(crate) fn modern(method: &str, name: Option<&str>, params: &str) -> Ask {
    let comma = if params.is_empty() { "" } else { "," };
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":"m-1","method":"{method}","params":{{{params}{comma}"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
    );
    let ask = post(body)
        .with("mcp-protocol-version", "2026-07-28")
        .with("mcp-method", method);
    match name {
        Some(name) => ask.with("mcp-name", name),
        None => ask,
    }
}

pub(crate) fn call(tool: &str) -> Ask {
    post(call_body(tool))
}

pub(crate) fn call_body(tool: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{{"name":"{tool}","arguments":{{}}}}}}"#
    )
}

pub(crate) fn list(what: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":6,"method":"{what}","params":{{}}}}"#)
}

/// A GET with a valid token.
pub(crate) fn get(path: &str) -> Ask {
    request(Method::GET, path, Body::empty())
        .with("authorization", &format!("Bearer {CANARY}"))
        .with("accept", "text/event-stream")
}

pub(crate) fn request(method: Method, path: &str, body: impl Into<Body>) -> Ask {
    let request = Request::builder().method(method).uri(path);
    Ask(request.body(body.into()).expect("request"))
}

impl Ask {
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0
            .headers_mut()
            .insert(name, value.parse().expect("header value"));
        self
    }

    pub(crate) fn and(mut self, name: &'static str, value: &str) -> Self {
        self.0
            .headers_mut()
            .append(name, value.parse().expect("header value"));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.headers_mut().remove(name);
        self
    }

    pub(crate) fn to(mut self, path: &str) -> Self {
        *self.0.uri_mut() = path.parse().expect("path");
        self
    }

    pub(crate) fn verb(mut self, method: Method) -> Self {
        *self.0.method_mut() = method;
        self
    }

    /// With another token.
    pub(crate) fn token(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.expect("whole body").to_bytes(),
        }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The header, or `""`.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Its JSON-RPC error code.
    pub(crate) fn code(&self) -> i64 {
        self.json()["error"]["code"]
            .as_i64()
            .unwrap_or_else(|| panic!("no error: {}", self.text()))
    }

    /// The messages of its event stream.
    pub(crate) fn events(&self) -> Vec<serde_json::Value> {
        let data = self
            .text()
            .lines()
            .filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| serde_json::from_str(data).expect("JSON"))
            .collect()
    }
}

/// Scripted tokens.
#[derive(Default)]
pub(crate) struct Tokens {
    verdicts: Mutex<HashMap<String, Result<Arc<Principal>, Refusal>>>,
    /// Whether the next looks at unknown tokens fail.
    pub(crate) unavailable: AtomicBool,
}

impl Tokens {
    /// A token of `user` (through a client of the same name) for one server.
    pub(crate) fn grant(&self, user: &str, token: &str, server: &str, scopes: &ScopeSet) {
        let principal = Principal {
            subject: Subject::User(UserId::from_known(format!("id-of-{user}"))),
            username: Some(user.into()),
            client: ClientId::from_known("client"),
            grant: GrantId::from_known(format!("grant-of-{user}-at-{server}")),
            token: TokenId::from_known(token),
            resource: Resource::from_known(format!("{PUBLIC}/mcp/{server}")),
            scopes: scopes.clone(),
            details: Details::default(),
            issued_at: UnixTime::from_seconds(1_000),
            expires_at: UnixTime::from_seconds(1_600),
            authenticated_at: Some(UnixTime::from_seconds(1_000)),
            confirmation: None,
        };
        self.set(token, Ok(Arc::new(principal)));
    }

    /// A token that is for single calls of its server (RFC 9396).
    pub(crate) fn grant_calls(&self, user: &str, token: &str, server: &str, details: &str) {
        self.grant(user, token, server, &ScopeSet::baseline());
        let mut verdicts = self.verdicts.lock().expect("lock");
        if let Some(Ok(principal)) = verdicts.get_mut(token) {
            *principal = Arc::new(Principal {
                details: Details::parse(details).expect("details"),
                ..(**principal).clone()
            });
        }
    }

    /// A token of a client that acts for itself, and is called like this user (A-058).
    pub(crate) fn grant_client(&self, name: &str, token: &str, server: &str) {
        self.grant(name, token, server, &ScopeSet::baseline());
        let mut verdicts = self.verdicts.lock().expect("lock");
        let Some(Ok(principal)) = verdicts.get_mut(token) else {
            return;
        };
        let client = ClientId::from_known(name);
        *principal = Arc::new(Principal {
            subject: Subject::Client(client.clone()),
            username: None,
            client,
            grant: GrantId::from_known(format!("grant-of-client-{name}-at-{server}")),
            authenticated_at: None,
            confirmation: None,
            ..(**principal).clone()
        });
    }

    /// A token that is bound to some key.
    pub(crate) fn grant_bound(&self, user: &str, token: &str, server: &str) {
        self.grant(user, token, server, &ScopeSet::baseline());
        let mut verdicts = self.verdicts.lock().expect("lock");
        if let Some(Ok(principal)) = verdicts.get_mut(token) {
            *principal = Arc::new(Principal {
                confirmation: Some(Confirmation::Key(Thumbprint::from_known("key"))),
                ..(**principal).clone()
            });
        }
    }

    pub(crate) fn revoke(&self, token: &str) {
        self.set(token, Err(Refusal::Revoked));
    }

    /// From now on nobody can say whether this token was revoked.
    pub(crate) fn doubt(&self, token: &str) {
        self.set(token, Err(Refusal::Unknown));
    }

    fn set(&self, token: &str, verdict: Result<Arc<Principal>, Refusal>) {
        self.verdicts
            .lock()
            .expect("lock")
            .insert(token.to_owned(), verdict);
    }
}

#[async_trait]
impl VerifyToken for Tokens {
    async fn verify(&self, token: &str, resource: &Resource) -> Result<Arc<Principal>, Refusal> {
        if self.unavailable.load(Ordering::Relaxed) {
            return Err(Refusal::Unavailable);
        }
        let verdict = self.cached(token, resource);
        verdict.unwrap_or(Err(Refusal::Invalid("unknown token")))
    }

    fn cached(&self, token: &str, resource: &Resource) -> Option<Result<Arc<Principal>, Refusal>> {
        let verdict = self.verdicts.lock().expect("lock").get(token).cloned()?;
        match verdict {
            Ok(principal) if principal.resource != *resource => None,
            verdict => Some(verdict),
        }
    }
}

/// Keeps what is recorded, in order.
#[derive(Default)]
pub(crate) struct Listening {
    events: Mutex<Vec<AuditEvent>>,
    pub(crate) full: AtomicBool,
}

impl Listening {
    /// Kind, outcome and subject of every event.
    pub(crate) fn events(&self) -> Vec<(AuditKind, Outcome, String)> {
        let events = self.events.lock().expect("lock");
        let told = events.iter().map(|event| {
            assert_eq!(event.server.as_deref(), Some("files"));
            assert!(event.client.is_some() && event.grant.is_some());
            (
                event.kind,
                event.outcome,
                event.tool.as_deref().unwrap_or_default().to_owned(),
            )
        });
        told.collect()
    }

    /// The user and the client of the last event.
    pub(crate) fn last_caller(&self) -> (Option<String>, Option<String>) {
        let events = self.events.lock().expect("lock");
        let named = |name: &Option<Arc<str>>| name.as_deref().map(str::to_owned);
        let last = events
            .last()
            .map(|event| (named(&event.user), named(&event.client)));
        last.unwrap_or_default()
    }

    /// The reason of the last event.
    pub(crate) fn last_reason(&self) -> String {
        let events = self.events.lock().expect("lock");
        let last = events.last().and_then(|event| event.reason.clone());
        last.unwrap_or_default().into_owned()
    }
}

#[async_trait]
impl Store for Listening {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        Err(StoreError::Unavailable(
            "the gateway has no business here".into(),
        ))
    }

    fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        if self.full.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("queue is full".into()));
        }
        self.events.lock().expect("lock").push(event);
        Ok(())
    }

    async fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn audit(&self, _: AuditFilter) -> Result<AuditPage, StoreError> {
        Ok(AuditPage::default())
    }

    async fn verify_audit(&self) -> Result<Result<ChainHead, ChainBroken>, StoreError> {
        Ok(Ok(ChainHead::start()))
    }

    async fn reap(&self, _: UnixTime, _: UnixTime) -> Result<usize, StoreError> {
        Ok(0)
    }
}

/// A clock that stands still at 1,000 seconds.
pub(crate) struct Stopped(AtomicI64);

impl Stopped {
    fn new() -> Self {
        Self(AtomicI64::new(1_000))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for Stopped {
    fn now(&self) -> UnixTime {
        UnixTime::from_seconds(self.0.load(Ordering::Relaxed))
    }
}

/// Never the same twice, always the same from the start.
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let next = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            for (to, from) in chunk.iter_mut().zip(next.to_le_bytes()) {
                *to = from;
            }
        }
    }
}
