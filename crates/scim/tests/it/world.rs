//! What every test starts from: a provider named `okta` with a token, and local accounts.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use doorward_core::{
    access::Principal,
    clock::Clock,
    entropy::Entropy,
    id::UserId,
    peer::Peer,
    provisioning::{Authority, ProvisionerName},
    revocation::Revocations,
    secret::Digest,
    time::UnixTime,
    user::{PasswordHash, Role, User, Username},
};
use doorward_issuer::Administration;
use doorward_scim::{Scim, ScimConfig, ScimParts};
use doorward_store::{AuditFilter, SqliteStore, Store};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const TOKEN: &str = "okta-token-of-more-than-32-characters";
pub(crate) const OTHER_TOKEN: &str = "entra-token-of-more-than-32-characters";
pub(crate) const BASE: &str = "https://mcp.example/scim/v2";

pub(crate) struct StoppedClock(AtomicI64);

impl StoppedClock {
    pub(crate) fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).expect("short");
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> UnixTime {
        UnixTime::from_millis(self.0.load(Ordering::SeqCst))
    }
}

struct Seeded(AtomicU64);

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let step = self.0.fetch_add(1, Ordering::SeqCst);
            let block = Digest::of(&format!("seed {step}"));
            chunk.copy_from_slice(&block.as_bytes()[..chunk.len()]);
        }
    }
}

pub(crate) struct World {
    pub(crate) clock: Arc<StoppedClock>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) revocations: Arc<Revocations>,
    pub(crate) administration: Administration,
    pub(crate) scim: Scim,
    router: Router,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The body, of an answer with this status.
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// A refusal with this status and `scimType`.
    pub(crate) fn refused(self, status: u16, kind: Option<&str>) -> String {
        let body = self.expect(status);
        assert_eq!(body["scimType"].as_str(), kind, "{body}");
        assert_eq!(body["status"], status.to_string(), "{body}");
        let urn = "urn:ietf:params:scim:api:messages:2.0:Error";
        assert_eq!(body["schemas"][0], urn);
        body["detail"].as_str().expect("a detail").to_owned()
    }
}

pub(crate) fn provider(name: &str) -> ProvisionerName {
    ProvisionerName::parse(name).expect("a name")
}

pub(crate) fn config(authority: Authority) -> ScimConfig {
    ScimConfig {
        enabled: true,
        public_url: "https://mcp.example".to_owned(),
        tokens: vec![
            (provider("okta"), Digest::of(TOKEN)),
            (provider("entra"), Digest::of(OTHER_TOKEN)),
        ],
        authority,
        declared_groups: ["declared".to_owned()].into(),
        reserved: [Username::parse("ruled").expect("a name")].into(),
    }
}

/// What providers may do where nothing is restricted but roles.
pub(crate) fn usual() -> Authority {
    Authority {
        groups: vec!["*".to_owned()],
        ..Authority::default()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(usual()).await
    }

    pub(crate) async fn with(authority: Authority) -> Self {
        let store = Arc::new(SqliteStore::in_memory().expect("a database in memory"));
        let world = Self::on(store, config(authority));
        world.add_local("admin", Role::Administrator).await;
        world.add_local("local", Role::Member).await;
        world
    }

    pub(crate) fn on(store: Arc<dyn Store>, config: ScimConfig) -> Self {
        let clock = Arc::new(StoppedClock(AtomicI64::new(1_800_000_000_000)));
        let entropy: Arc<dyn Entropy> = Arc::new(Seeded(AtomicU64::new(0)));
        let revocations = Arc::new(Revocations::default());
        let administration = Administration::new(
            Arc::clone(&store),
            Arc::clone(&clock) as _,
            Arc::clone(&entropy),
            Arc::clone(&revocations),
        );
        let parts = ScimParts {
            store: Arc::clone(&store),
            clock: Arc::clone(&clock) as _,
            entropy,
            administration: administration.clone(),
        };
        let scim = Scim::new(config, parts);
        Self {
            router: scim.router(),
            clock,
            store,
            revocations,
            administration,
            scim,
        }
    }

    pub(crate) async fn add_local(&self, name: &str, role: Role) -> UserId {
        let user = User {
            id: UserId::from_known(format!("id-of-{name}")),
            name: Username::parse(name).expect("a name"),
            role,
            password: Some(PasswordHash::from_phc("$argon2id$")),
            display_name: None,
            mail: None,
            created_at: self.clock.now(),
            disabled_at: None,
        };
        let mut tx = self.store.begin().await.expect("begins");
        tx.add_user(&user);
        tx.commit().await.expect("added");
        user.id
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("answers");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = match bytes.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&bytes).expect("JSON"),
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        self.send(request(method, path, TOKEN, body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, Value::Null).await
    }

    pub(crate) async fn patch(&self, path: &str, operations: Value) -> Answer {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        });
        self.ask(Method::PATCH, path, body).await
    }

    /// Makes a user and returns its identifier.
    pub(crate) async fn user(&self, name: &str) -> String {
        let made = self.post("/Users", json!({ "userName": name })).await;
        made.expect(201)["id"].as_str().expect("an id").to_owned()
    }

    /// Makes a group and returns its identifier.
    pub(crate) async fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        let body = json!({ "displayName": name, "members": members });
        let made = self.post("/Groups", body).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) async fn account(&self, name: &str) -> Option<User> {
        let mut tx = self.store.begin().await.expect("begins");
        let name = Username::parse(name).expect("a name");
        tx.user_by_name(&name).await.expect("readable")
    }

    pub(crate) async fn is_disabled(&self, name: &str) -> bool {
        let account = self.account(name).await.expect("there");
        account.disabled_at.is_some()
    }

    pub(crate) async fn groups_of(&self, id: &str) -> Vec<String> {
        let mut tx = self.store.begin().await.expect("begins");
        let said = tx.memberships_of(&UserId::from_known(id)).await;
        let said = said.expect("readable").into_iter();
        said.map(|said| said.group.to_string()).collect()
    }

    /// The kinds and reasons of all audit records.
    pub(crate) async fn records(&self) -> Vec<String> {
        self.store.flush().await.expect("durable");
        let page = self.store.audit(AuditFilter::default()).await;
        let lines = page.expect("readable").lines.into_iter();
        lines
            .map(|line| {
                let line: Value = serde_json::from_str(&line).expect("JSON");
                let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
                format!("{} {} {}", word("event"), word("user"), word("reason"))
            })
            .collect()
    }
}

pub(crate) fn request(method: Method, path: &str, token: &str, body: Value) -> Request<Body> {
    let body = match body {
        Value::Null => Body::empty(),
        body => Body::from(body.to_string()),
    };
    let peer: IpAddr = "192.0.2.1".parse().expect("an address");
    Request::builder()
        .method(method)
        .uri(format!("/scim/v2{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/scim+json; charset=utf-8")
        .extension(Peer(peer))
        .body(body)
        .expect("a request")
}

/// A token of a user that was issued then, as a verifier sees it.
pub(crate) fn principal(user: &str, issued_at: i64) -> Principal {
    let claims = json!({
        "iss": "https://mcp.example", "sub": user, "aud": "https://mcp.example/mcp/files",
        "client_id": "c", "iat": issued_at, "exp": issued_at + 600, "jti": "t", "grant": "g",
        "scope": "mcp:read",
    });
    let claims: doorward_core::access::AccessClaims =
        serde_json::from_value(claims).expect("claims");
    claims.into()
}
