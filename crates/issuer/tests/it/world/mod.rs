//! What every test starts from.

mod authorize;
pub(crate) mod factors;
mod parts;
mod person;
mod wire;

pub(crate) use self::{
    authorize::AuthorizeRequest,
    parts::{Seeded, operator_fetcher},
    person::Person,
    wire::{Answer, Tokens, claims, form, request},
};

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    certificate::PresentedCertificate,
    clock::Clock,
    entropy::draw,
    factor::SignInPolicy,
    id::UserId,
    jwk::PublicKey,
    jws::{UnverifiedJws, VerifyingKey},
    letter::{Letter, NotPosted, Post},
    lifetimes::Lifetimes,
    peer::Peer,
    registration::Domains,
    resource::Resource,
    revocation::Revocations,
    server::ServerName,
    step_up::Wanted,
    time::UnixTime,
    user::{Role, User, Username},
};
use doorward_fetch::Fetcher;
use doorward_issuer::{
    Administration, DynamicRegistration, Issuer, IssuerConfig, IssuerParts, MasterKey, NewClient,
    PublishedServer,
};
use doorward_store::{AuditFilter, SqliteStore, Store};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use self::parts::{Tools, quickly_hashed};
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

/// Where letters arrive.
#[derive(Default)]
pub(crate) struct LetterBox(Mutex<Vec<Letter>>, tokio::sync::Notify);

impl Post for LetterBox {
    fn post(&self, letter: Letter) -> Result<(), NotPosted> {
        self.0.lock().expect("lock").push(letter);
        self.1.notify_one();
        Ok(())
    }
}

impl LetterBox {
    /// Waits for a letter.
    pub(crate) async fn next(&self) -> Letter {
        loop {
            let found = self.0.lock().expect("lock").pop();
            match found {
                Some(letter) => return letter,
                None => self.1.notified().await,
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().expect("lock").is_empty()
    }
}

pub(crate) struct World {
    pub(crate) clock: Arc<StoppedClock>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) revocations: Arc<Revocations>,
    pub(crate) issuer: Issuer,
    pub(crate) administration: Administration,
    pub(crate) config: IssuerConfig,
    pub(crate) tools: Arc<Tools>,
    fetcher: Fetcher,
    entropy: Arc<Seeded>,
    router: Router,
}

pub(crate) fn server(name: &str, issuer: &str) -> PublishedServer {
    PublishedServer {
        name: ServerName::parse(name).expect("valid"),
        title: format!("The {name} server"),
        resource: Resource::from_known(format!("{issuer}/mcp/{name}")),
        sign_in: Wanted::default(),
        environment: None,
        resource_servers: Vec::new(),
        access_ttl: None,
    }
}

pub(crate) fn config(issuer: &str, servers: &[&str]) -> IssuerConfig {
    IssuerConfig {
        issuer: issuer.to_owned(),
        servers: servers.iter().map(|name| server(name, issuer)).collect(),
        whole: None,
        sign_in: SignInPolicy::default(),
        lifetimes: Lifetimes::default(),
        keys: doorward_core::rotation::Schedule::default(),
        signed_metadata: false,
        dynamic_registration: DynamicRegistration::Open,
        statement_issuers: Vec::new(),
        client_documents: Some(Domains::default()),
        exchange: Vec::new(),
        dpop_nonces: false,
        openid: true,
        federation: doorward_issuer::Federation::default(),
        trusted_issuers: Vec::new(),
        client_certificates: None,
        pages: Default::default(),
        groups_in_rules: std::collections::BTreeSet::new(),
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

    /// Letters are sent, and arrive in the returned box. Nobody has an account yet.
    pub(crate) async fn mailing() -> (Self, Arc<LetterBox>) {
        let letters = Arc::new(LetterBox::default());
        let store = Arc::new(SqliteStore::in_memory().expect("a database in memory"));
        let clock = Arc::new(StoppedClock(AtomicI64::new(1_800_000_000_000)));
        let entropy = Arc::new(Seeded(AtomicU64::new(0)));
        let (config, fetcher) = (config(ISSUER, &["files"]), host::fetcher(host::PATIENCE));
        let post: Arc<dyn Post> = letters.clone();
        let parts = (clock, entropy, Some(post));
        let world = Self::start_posting(store, config, parts, fetcher).await;
        (world, letters)
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
        Self::start_posting(store, config, (clock, entropy, None), fetcher).await
    }

    async fn start_posting(
        store: Arc<dyn Store>,
        config: IssuerConfig,
        (clock, entropy, post): (Arc<StoppedClock>, Arc<Seeded>, Option<Arc<dyn Post>>),
        fetcher: Fetcher,
    ) -> Self {
        let kept = fetcher.clone();
        let tools = Arc::new(Tools::default());
        let revocations = Arc::new(Revocations::default());
        let parts = IssuerParts {
            store: Arc::clone(&store),
            clock: clock.clone(),
            entropy: entropy.clone(),
            master_key: MasterKey::new([7; 32]),
            revocations: Arc::clone(&revocations),
            catalogue: tools.clone(),
            fetcher,
            operator_fetcher: operator_fetcher(),
            post,
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
            tools,
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
        let event = AuditEvent::new(self.clock.now(), AuditKind::UserChange, Outcome::Allowed);
        let mut tx = self.store.begin().await.expect("a unit of work");
        tx.add_user(&self.user(name));
        tx.audit(event.reason("added").user(name));
        tx.commit().await.expect("added");
    }

    /// So many of the same at once: their names.
    pub(crate) async fn add_users(&self, count: usize) -> Vec<String> {
        let names: Vec<_> = (0..count).map(|number| format!("user{number}")).collect();
        let mut tx = self.store.begin().await.expect("a unit of work");
        for name in &names {
            tx.add_user(&self.user(name));
        }
        tx.commit().await.expect("added");
        names
    }

    fn user(&self, name: &str) -> User {
        User {
            id: UserId::from_random(draw(&*self.entropy)),
            name: Username::parse(name).expect("a user name"),
            role: Role::Member,
            password: Some(quickly_hashed(PASSWORD)),
            display_name: None,
            mail: None,
            created_at: self.clock.now(),
            disabled_at: None,
        }
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
