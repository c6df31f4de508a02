//! What every test starts from.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use argon2::{Argon2, PasswordHasher};
use async_trait::async_trait;
use axum::{Router, body::Body};
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    certificate::PresentedCertificate,
    clock::Clock,
    entropy::{Entropy, draw},
    id::UserId,
    jwk::PublicKey,
    jws::{UnverifiedJws, VerifyingKey},
    lifetimes::Lifetimes,
    peer::Peer,
    registration::Domains,
    resource::Resource,
    revocation::Revocations,
    secret::Digest,
    server::{ServerName, ToolEffect, ToolSummary},
    time::UnixTime,
    user::{PasswordHash, Role, User, Username},
};
use doorward_fetch::{Fetcher, FetcherConfig, Reach};
use doorward_issuer::{
    Administration, DynamicRegistration, Issuer, IssuerConfig, IssuerParts, MasterKey, NewClient,
    PublishedServer, ToolCatalogue,
};
use doorward_store::{AuditFilter, SqliteStore, Store};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::host;

pub(crate) const ISSUER: &str = "https://mcp.example";
pub(crate) const FILES: &str = "https://mcp.example/mcp/files";
pub(crate) const MAIL: &str = "https://mcp.example/mcp/mail";
pub(crate) const CALLBACK: &str = "https://client.example/cb";
pub(crate) const PASSWORD: &str = "correct horse battery";
// RFC 7636 appendix B
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Names and values, in headers or in a form.
pub(crate) type Pairs<'a> = &'a [(&'a str, &'a str)];

pub(crate) struct StoppedClock(AtomicI64);

impl Clock for StoppedClock {
    fn now(&self) -> UnixTime {
        UnixTime::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// The same bytes in every run, never the same twice in one.
pub(crate) struct Seeded(AtomicU64);

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let step = self.0.fetch_add(1, Ordering::SeqCst);
            let block = Digest::of(&format!("seed {step}"));
            chunk.copy_from_slice(&block.as_bytes()[..chunk.len()]);
        }
    }
}

struct Tools;

#[async_trait]
impl ToolCatalogue for Tools {
    async fn tools(&self, server: &ServerName) -> Option<Vec<ToolSummary>> {
        let tool = |name: &str, effect| ToolSummary {
            name: name.to_owned(),
            title: None,
            effect,
        };
        (server.as_str() == "files").then(|| {
            vec![
                tool("list_files", ToolEffect::Read),
                tool("write_file", ToolEffect::Write),
                tool("delete_file", ToolEffect::Destructive),
            ]
        })
    }
}

/// Fetches from this machine as well.
pub(crate) fn operator_fetcher() -> Fetcher {
    Fetcher::new(FetcherConfig::new(Reach::Operator, host::trusting()))
}

pub(crate) struct World {
    pub(crate) clock: Arc<StoppedClock>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) revocations: Arc<Revocations>,
    pub(crate) issuer: Issuer,
    pub(crate) administration: Administration,
    pub(crate) config: IssuerConfig,
    fetcher: Fetcher,
    entropy: Arc<Seeded>,
    router: Router,
}

pub(crate) fn server(name: &str, issuer: &str) -> PublishedServer {
    PublishedServer {
        name: ServerName::parse(name).expect("valid"),
        title: format!("The {name} server"),
        resource: Resource::from_known(format!("{issuer}/mcp/{name}")),
        sign_in_max_age: None,
        environment: None,
        resource_servers: Vec::new(),
        access_ttl: None,
    }
}

pub(crate) fn config(issuer: &str, servers: &[&str]) -> IssuerConfig {
    IssuerConfig {
        issuer: issuer.to_owned(),
        servers: servers.iter().map(|name| server(name, issuer)).collect(),
        lifetimes: Lifetimes::default(),
        keys: doorward_core::rotation::Schedule::default(),
        signed_metadata: false,
        dynamic_registration: DynamicRegistration::Open,
        statement_issuers: Vec::new(),
        client_documents: Some(Domains::default()),
        exchange: Vec::new(),
        dpop_nonces: false,
        openid: true,
        trusted_issuers: Vec::new(),
        client_certificates: None,
    }
}

impl World {
    /// One server, `files`, and a user, `alice`.
    pub(crate) async fn new() -> Self {
        Self::with(config(ISSUER, &["files"])).await
    }

    pub(crate) async fn with(config: IssuerConfig) -> Self {
        let world = Self::empty(config).await;
        world.add_user("alice").await;
        world
    }

    /// Nobody has an account yet.
    pub(crate) async fn empty(config: IssuerConfig) -> Self {
        let store = Arc::new(SqliteStore::in_memory().expect("a database in memory"));
        Self::on(store, config).await
    }

    pub(crate) async fn on(store: Arc<dyn Store>, config: IssuerConfig) -> Self {
        let clock = Arc::new(StoppedClock(AtomicI64::new(1_800_000_000_000)));
        let entropy = Arc::new(Seeded(AtomicU64::new(0)));
        Self::start(store, config, clock, entropy, host::fetcher(host::PATIENCE)).await
    }

    /// Documents of clients are fetched by `fetcher`.
    pub(crate) async fn fetching(fetcher: Fetcher) -> Self {
        let store = Arc::new(SqliteStore::in_memory().expect("a database in memory"));
        let clock = Arc::new(StoppedClock(AtomicI64::new(1_800_000_000_000)));
        let entropy = Arc::new(Seeded(AtomicU64::new(0)));
        let config = config(ISSUER, &["files"]);
        let world = Self::start(store, config, clock, entropy, fetcher).await;
        world.add_user("alice").await;
        world
    }

    /// The same store, clock and master key in a new process.
    pub(crate) async fn restarted(&self) -> Self {
        let (store, clock) = (Arc::clone(&self.store), Arc::clone(&self.clock));
        let (config, fetcher) = (self.config.clone(), self.fetcher.clone());
        Self::start(store, config, clock, Arc::clone(&self.entropy), fetcher).await
    }

    async fn start(
        store: Arc<dyn Store>,
        config: IssuerConfig,
        clock: Arc<StoppedClock>,
        entropy: Arc<Seeded>,
        fetcher: Fetcher,
    ) -> Self {
        let kept = fetcher.clone();
        let revocations = Arc::new(Revocations::default());
        let parts = IssuerParts {
            store: Arc::clone(&store),
            clock: clock.clone(),
            entropy: entropy.clone(),
            master_key: MasterKey::new([7; 32]),
            revocations: Arc::clone(&revocations),
            catalogue: Arc::new(Tools),
            fetcher,
            operator_fetcher: operator_fetcher(),
        };
        let issuer = Issuer::start(config.clone(), parts).await.expect("starts");
        let administration = Administration::new(
            Arc::clone(&store),
            clock.clone(),
            entropy.clone(),
            Arc::clone(&revocations),
        );
        Self {
            router: issuer.router(),
            clock,
            store,
            revocations,
            issuer,
            administration,
            config,
            fetcher: kept,
            entropy,
        }
    }

    pub(crate) fn pass(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).expect("short");
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> UnixTime {
        self.clock.now()
    }

    /// An account with [`PASSWORD`], which costs next to nothing to check here: what people's
    /// passwords cost is shown where they are hashed.
    pub(crate) async fn add_user(&self, name: &str) {
        let user = User {
            id: UserId::from_random(draw(&*self.entropy)),
            name: Username::parse(name).expect("a user name"),
            role: Role::Member,
            password: quickly_hashed(PASSWORD),
            created_at: self.clock.now(),
            disabled_at: None,
        };
        let event = AuditEvent::new(self.clock.now(), AuditKind::UserChange, Outcome::Allowed);
        let mut tx = self.store.begin().await.expect("a unit of work");
        tx.add_user(&user);
        tx.audit(event.reason("added").user(name));
        tx.commit().await.expect("added");
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("complete").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).expect("UTF-8"),
        }
    }

    /// Sent by somebody else: an address in the network of this number.
    pub(crate) async fn send_from(&self, network: u8, mut request: Request<Body>) -> Answer {
        let peer = Peer(IpAddr::from([198, 51, network, 7]));
        request.extensions_mut().insert(peer);
        self.send(request).await
    }

    /// A form from a script elsewhere.
    pub(crate) async fn post_from(
        &self,
        network: u8,
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let sent = request(Method::POST, path, &headers, form(pairs));
        self.send_from(network, sent).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path, &[], String::new()))
            .await
    }

    /// A form from a script: no cookie, no origin.
    pub(crate) async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.post_with(path, &[], pairs).await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        pairs: &[(&str, &str)],
    ) -> Answer {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send(request(Method::POST, path, &all, form(pairs)))
            .await
    }

    /// A form over a connection that proved to hold this certificate.
    pub(crate) async fn post_showing(
        &self,
        certificate: Option<&PresentedCertificate>,
        path: &str,
        (headers, pairs): (Pairs<'_>, Pairs<'_>),
    ) -> Answer {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        let mut sent = request(Method::POST, path, &all, form(pairs));
        if let Some(certificate) = certificate {
            sent.extensions_mut().insert(certificate.clone());
        }
        self.send(sent).await
    }

    pub(crate) async fn register(&self, document: &Value) -> Answer {
        let json = [("content-type", "application/json")];
        let body = document.to_string();
        self.send(request(Method::POST, "/register", &json, body))
            .await
    }

    /// A client that an administrator registered, and its secret if it has one.
    pub(crate) async fn registered(&self, new: NewClient) -> (String, String) {
        let (client, secret) = self.administration.add_client(new).await.expect("added");
        let secret = secret.map(|secret| secret.expose().to_owned());
        (client.id.to_string(), secret.unwrap_or_default())
    }

    /// A public client that registered itself, answering to [`CALLBACK`].
    pub(crate) async fn client(&self) -> String {
        self.client_named("Client", CALLBACK).await
    }

    pub(crate) async fn client_named(&self, name: &str, callback: &str) -> String {
        let document = serde_json::json!({
            "client_name": name,
            "redirect_uris": [callback],
            "token_endpoint_auth_method": "none",
        });
        let registered = self.register(&document).await;
        assert_eq!(
            registered.status,
            StatusCode::CREATED,
            "{}",
            registered.body
        );
        registered.json()["client_id"]
            .as_str()
            .expect("text")
            .to_owned()
    }

    /// Everything up to a code.
    pub(crate) async fn code(&self, client: &str) -> String {
        let person = self.signed_in("alice").await;
        let request = AuthorizeRequest::new(client);
        person.allow(self, &request).await.parameter("code")
    }

    pub(crate) async fn redeem(&self, client: &str, code: &str) -> Answer {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("code", code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", CALLBACK),
        ];
        self.post("/token", &pairs).await
    }

    /// Everything up to tokens.
    pub(crate) async fn tokens(&self, client: &str) -> Tokens {
        let code = self.code(client).await;
        self.redeem(client, &code).await.tokens()
    }

    pub(crate) async fn refresh(&self, client: &str, token: &str) -> Answer {
        self.refresh_with(client, token, &[]).await
    }

    pub(crate) async fn refresh_with(
        &self,
        client: &str,
        token: &str,
        more: &[(&str, &str)],
    ) -> Answer {
        let mut pairs = vec![
            ("grant_type", "refresh_token"),
            ("client_id", client),
            ("refresh_token", token),
        ];
        pairs.extend_from_slice(more);
        self.post("/token", &pairs).await
    }

    pub(crate) async fn signed_in(&self, name: &str) -> Person {
        let mut person = Person::default();
        let answer = person.sign_in(self, name, PASSWORD, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        person
    }

    /// The claims of a JWT of this type that a published key signed.
    pub(crate) fn verified(&self, token: &str, typ: &str) -> Value {
        let token = UnverifiedJws::parse(token, 16 * 1024).expect("a JWS");
        assert!(token.is_type(typ), "{typ}");
        let named = |key: &&PublicKey| Some(&key.kid) == token.kid();
        let keys = self.issuer.public_keys().keys;
        let key = keys.iter().find(named).expect("a published key");
        let key = VerifyingKey::parse(key).expect("usable");
        let claims = token.verified_by(&key).expect("a good signature");
        serde_json::from_slice(claims).expect("JSON")
    }

    /// Every audit record, as its event and outcome.
    pub(crate) async fn audited(&self) -> Vec<String> {
        let records = self.audit_records().await;
        let word = |record: &Value, name: &str| record[name].as_str().expect("text").to_owned();
        let entry =
            |record: &Value| format!("{} {}", word(record, "event"), word(record, "outcome"));
        records.iter().map(entry).collect()
    }

    pub(crate) async fn audit_records(&self) -> Vec<Value> {
        self.store.flush().await.expect("written");
        let page = self
            .store
            .audit(AuditFilter::default())
            .await
            .expect("readable");
        let parse = |line: &String| serde_json::from_str(line).expect("JSON");
        page.lines.iter().map(parse).collect()
    }
}

/// Argon2id as real passwords have it, with the least memory and one pass.
fn quickly_hashed(password: &str) -> PasswordHash {
    let least = argon2::Params::new(8, 1, 1, None).expect("the least");
    let hashed = Argon2::from(least).hash_password_with_salt(password.as_bytes(), &[2; 16]);
    PasswordHash::from_phc(hashed.expect("hashed").to_string())
}

/// The parameters of an authorization request, good unless changed.
#[derive(Clone)]
pub(crate) struct AuthorizeRequest(Vec<(String, String)>);

impl AuthorizeRequest {
    pub(crate) fn new(client: &str) -> Self {
        let pairs = [
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", CALLBACK),
            ("state", "s t&a=te"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("resource", FILES),
        ];
        Self(
            pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
        )
    }

    /// Nothing but these.
    pub(crate) fn bare(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(pairs.iter().map(owned).collect())
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(key, _)| key != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn add(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(key, _)| key != name);
        self
    }

    pub(crate) fn pairs(&self) -> Vec<(&str, &str)> {
        let pairs = self.0.iter();
        pairs
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    pub(crate) fn query(&self) -> String {
        form(&self.pairs())
    }

    pub(crate) fn path(&self) -> String {
        format!("/authorize?{}", self.query())
    }
}

/// Somebody in front of a browser.
#[derive(Clone, Default)]
pub(crate) struct Person {
    pub(crate) cookie: Option<String>,
    pub(crate) site: Option<&'static str>,
}

impl Person {
    pub(crate) async fn get(&mut self, world: &World, path: &str) -> Answer {
        let site = self.site.unwrap_or("none");
        let mut headers = vec![("sec-fetch-site", site)];
        headers.extend(self.cookie.as_deref().map(|cookie| ("cookie", cookie)));
        let sent = request(Method::GET, path, &headers, String::new());
        let answer = world.send(sent).await;
        self.keep_cookie(&answer);
        answer
    }

    /// A form of one of our own pages.
    pub(crate) async fn post(
        &mut self,
        world: &World,
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Answer {
        let mut headers = vec![("origin", "null"), ("sec-fetch-site", "same-origin")];
        headers.extend(self.cookie.as_deref().map(|cookie| ("cookie", cookie)));
        let answer = world.post_with(path, &headers, pairs).await;
        self.keep_cookie(&answer);
        answer
    }

    pub(crate) async fn sign_in(
        &mut self,
        world: &World,
        name: &str,
        password: &str,
        flow: &str,
    ) -> Answer {
        let pairs = [("username", name), ("password", password), ("flow", flow)];
        self.post(world, "/login", &pairs).await
    }

    /// From the request to the consent page.
    pub(crate) async fn consent_page(
        &mut self,
        world: &World,
        request: &AuthorizeRequest,
    ) -> Answer {
        let begun = self.get(world, &request.path()).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
        let page = self.get(world, &begun.location()).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        page
    }

    pub(crate) async fn answer(
        &mut self,
        world: &World,
        page: &Answer,
        more: &[(&str, &str)],
    ) -> Answer {
        let (flow, tag) = (page.field("flow"), page.field("form"));
        let mut pairs = vec![("flow", flow.as_str()), ("form", tag.as_str())];
        pairs.extend_from_slice(more);
        self.post(world, "/consent", &pairs).await
    }

    /// From the request to the answer, allowing it.
    pub(crate) async fn allow(&self, world: &World, request: &AuthorizeRequest) -> Answer {
        let mut person = self.clone();
        let page = person.consent_page(world, request).await;
        let answer = person.answer(world, &page, &[("decision", "allow")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer
    }

    fn keep_cookie(&mut self, answer: &Answer) {
        if let Some(cookie) = answer.headers.get(header::SET_COOKIE) {
            let line = cookie.to_str().expect("ASCII");
            self.cookie = line.split(';').next().map(str::to_owned);
        }
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) scope: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self
            .headers
            .get(name)
            .map(|value| value.to_str().expect("ASCII"));
        value.unwrap_or_default()
    }

    pub(crate) fn location(&self) -> String {
        self.header("location").to_owned()
    }

    /// The parameters of the redirect.
    pub(crate) fn parameters(&self) -> HashMap<String, String> {
        let location = self.location();
        let query = location.split_once('?').expect("a query").1;
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    pub(crate) fn parameter(&self, name: &str) -> String {
        self.parameters().get(name).cloned().unwrap_or_default()
    }

    /// Whether the page shows this text.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.body.replace("&#x2f;", "/").contains(text)
    }

    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> String {
        let marker = format!("name=\"{name}\" value=\"");
        let rest = self
            .body
            .split_once(&marker)
            .unwrap_or_else(|| panic!("no {name}: {}", self.body))
            .1;
        rest.split('"').next().expect("a value").to_owned()
    }

    pub(crate) fn tokens(&self) -> Tokens {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        let json = self.json();
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        Tokens {
            access: text("access_token"),
            refresh: text("refresh_token"),
            scope: text("scope"),
        }
    }

    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, error: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.json()["error"], error, "{}", self.body);
        assert_eq!(self.header("cache-control"), "no-store"); // interop 44
        assert_eq!(self.header("content-type"), "application/json");
    }
}

/// The claims of an access token, unverified.
pub(crate) fn claims(token: &str) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let payload = token.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    let mut serializer = form_urlencoded::Serializer::new(String::new());
    serializer.extend_pairs(pairs).finish()
}

pub(crate) fn request(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let peer = Peer("192.0.2.7".parse().expect("an address"));
    builder
        .extension(peer)
        .body(Body::from(body))
        .expect("a request")
}
