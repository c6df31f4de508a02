//! A fake OpenID Provider.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{clock::Clock, jwk::Algorithm, openid::access_token_hash, secret::Digest};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use url::{Url, form_urlencoded};

use super::signer::{TokenSigner, unsigned};

/// The client that the provider knows, and its secret.
const CLIENT: (&str, &str) = ("doorward", "the-client-secret");

/// A person with an account at the provider.
#[derive(Clone, Debug)]
pub struct Somebody {
    /// Its subject.
    pub subject: String,
    /// What its ID tokens say besides.
    pub claims: Value,
    /// What the UserInfo endpoint says besides the subject.
    pub told: Value,
}

impl Somebody {
    /// Somebody with a name, a verified address at `corp.example` and groups.
    pub fn named(name: &str, groups: &[&str]) -> Self {
        Self {
            subject: format!("sub-{name}"),
            claims: json!({
                "preferred_username": name,
                "name": format!("The {name}"),
                "email": format!("{name}@corp.example"),
                "email_verified": true,
                "groups": groups,
            }),
            told: json!({}),
        }
    }

    /// The same, where the ID token says this besides or instead.
    #[must_use]
    pub fn saying(mut self, changes: &Value) -> Self {
        merge(&mut self.claims, changes);
        self
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The endpoint at this path answers with status 503.
    Down(&'static str),
    /// The endpoint at this path answers with a page.
    Nonsense(&'static str),
    /// The endpoint at this path never answers.
    Silent(&'static str),
    /// ID tokens have `alg: none`.
    Unsigned,
    /// ID tokens claim HMAC, with the public key as the secret.
    Symmetric,
    /// ID tokens are signed by a key that is published nowhere.
    StrangeKey,
    /// The UserInfo endpoint speaks of somebody else.
    AnotherPerson,
    /// Refresh tokens are not good any more.
    AccessLost,
    /// There is no ID token with a refresh.
    NoIdToken,
}

struct Script {
    clock: Arc<dyn Clock>,
    issuer: String,
    key: TokenSigner,
    strange: TokenSigner,
    faults: Vec<Fault>,
    /// What ID tokens say instead of the truth.
    lies: Value,
    codes: HashMap<String, Pending>,
    refresh: HashMap<String, String>,
    people: HashMap<String, Somebody>,
    asked: Vec<String>,
    made: u64,
    document: Value,
}

#[derive(Clone)]
struct Pending {
    subject: String,
    nonce: String,
    challenge: String,
    redirect_uri: String,
}

type Shared = Arc<Mutex<Script>>;

/// A running provider. It ends when dropped.
pub struct FakeProvider {
    /// Its issuer identifier.
    pub issuer: String,
    script: Shared,
    serving: JoinHandle<()>,
}

impl FakeProvider {
    /// Starts on a loopback port of the system's choice.
    pub async fn start(clock: Arc<dyn Clock>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a loopback port");
        let address = listener.local_addr().expect("a bound address");
        let issuer = format!("http://{address}");
        let script = Arc::new(Mutex::new(Script {
            clock,
            issuer: issuer.clone(),
            key: TokenSigner::new("key-1"),
            strange: TokenSigner::new("key-1"),
            faults: Vec::new(),
            lies: json!({}),
            codes: HashMap::new(),
            refresh: HashMap::new(),
            people: HashMap::new(),
            asked: Vec::new(),
            made: 0,
            document: json!({}),
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(document))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(Arc::clone(&script));
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self {
            issuer,
            script,
            serving,
        }
    }

    /// What a person sees who is sent to `url`, signs in as `somebody` and agrees: where the
    /// browser goes back to.
    pub fn approve(&self, url: &str, somebody: &Somebody) -> String {
        let url = Url::parse(url).expect("a URL");
        let sent: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(sent["client_id"], CLIENT.0);
        assert_eq!(sent["code_challenge_method"], "S256");
        let mut script = lock(&self.script);
        script.made += 1;
        let code = format!("code-{}", script.made);
        let pending = Pending {
            subject: somebody.subject.clone(),
            nonce: sent["nonce"].clone(),
            challenge: sent["code_challenge"].clone(),
            redirect_uri: sent["redirect_uri"].clone(),
        };
        script.codes.insert(code.clone(), pending);
        script.know(somebody);
        let iss = script.issuer.clone();
        back(&sent, &[("code", &code), ("iss", &iss)])
    }

    /// Where the browser goes back to when the person says no.
    pub fn decline(&self, url: &str) -> String {
        let url = Url::parse(url).expect("a URL");
        let sent: HashMap<String, String> = url.query_pairs().into_owned().collect();
        back(&sent, &[("error", "access_denied")])
    }

    /// From now on this goes wrong, and nothing else.
    pub fn fails(&self, faults: &[Fault]) {
        lock(&self.script).faults = faults.to_vec();
    }

    /// From now on ID tokens say this instead of the truth.
    pub fn lies(&self, claims: Value) {
        lock(&self.script).lies = claims;
    }

    /// From now on the document says this besides or instead.
    pub fn publishes(&self, changes: Value) {
        lock(&self.script).document = changes;
    }

    /// What is said of somebody changes.
    pub fn changes(&self, somebody: &Somebody) {
        lock(&self.script).know(somebody);
    }

    /// Signs with another key from now on, and publishes that one alone.
    pub fn rotates(&self, kid: &str) {
        lock(&self.script).key = TokenSigner::new(kid);
    }

    /// How often this path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        let script = lock(&self.script);
        script.asked.iter().filter(|it| *it == path).count()
    }

    /// A token of the provider with these claims, for what it sends by itself.
    pub fn signs(&self, typ: &str, claims: &Value) -> String {
        lock(&self.script).key.sign(typ, claims)
    }
}

impl Drop for FakeProvider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Script {
    fn know(&mut self, somebody: &Somebody) {
        self.people
            .insert(somebody.subject.clone(), somebody.clone());
    }

    /// Notes the question; what to answer instead, if something is wrong.
    fn ask(&mut self, path: &'static str) -> Option<Instead> {
        self.asked.push(path.to_owned());
        let wrong = |fault: &Fault| match fault {
            Fault::Down(at) if *at == path => Some(Instead::Down),
            Fault::Nonsense(at) if *at == path => Some(Instead::Nonsense),
            Fault::Silent(at) if *at == path => Some(Instead::Silent),
            _ => None,
        };
        self.faults.iter().find_map(wrong)
    }

    fn has(&self, fault: &Fault) -> bool {
        self.faults.contains(fault)
    }

    fn id_token(&self, person: &Somebody, nonce: Option<&str>, access_token: &str) -> String {
        let now = self.clock.now().seconds();
        let mut claims = json!({
            "iss": self.issuer, "sub": person.subject, "aud": CLIENT.0,
            "iat": now, "exp": now + 300, "auth_time": now, "sid": format!("sid-{}", person.subject),
            "at_hash": access_token_hash(Algorithm::EdDsa, access_token),
        });
        merge(&mut claims, &person.claims);
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        merge(&mut claims, &self.lies);
        if self.has(&Fault::Unsigned) {
            return format!("{}.", unsigned(&json!({ "alg": "none" }), &claims));
        }
        if self.has(&Fault::Symmetric) {
            let signed = unsigned(&json!({ "alg": "HS256", "kid": "key-1" }), &claims);
            let public = self.key.public().to_string();
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, public.as_bytes());
            let tag = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
            return format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag));
        }
        let key = match self.has(&Fault::StrangeKey) {
            true => &self.strange,
            false => &self.key,
        };
        key.sign("JWT", &claims)
    }

    fn given(&mut self, subject: &str, nonce: Option<&str>) -> Response {
        self.made += 1;
        let access_token = format!("access-{}.{subject}", self.made);
        let refresh_token = format!("refresh-{}", self.made);
        self.refresh
            .insert(refresh_token.clone(), subject.to_owned());
        let person = self.people[subject].clone();
        let id_token = self.id_token(&person, nonce, &access_token);
        let mut given = json!({
            "access_token": access_token, "token_type": "Bearer", "expires_in": 300,
            "id_token": id_token, "refresh_token": refresh_token,
        });
        if nonce.is_none() && self.has(&Fault::NoIdToken) {
            merge(&mut given, &json!({ "id_token": null }));
        }
        Json(given).into_response()
    }
}

enum Instead {
    Down,
    Nonsense,
    Silent,
}

impl Instead {
    async fn answer(self) -> Response {
        match self {
            Self::Down => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Self::Nonsense => {
                ([(header::CONTENT_TYPE, "text/html")], "<h1>Hello</h1>").into_response()
            }
            Self::Silent => std::future::pending().await,
        }
    }
}

async fn document(State(script): State<Shared>) -> Response {
    let instead = lock(&script).ask("/.well-known/openid-configuration");
    if let Some(instead) = instead {
        return instead.answer().await;
    }
    let script = lock(&script);
    let issuer = &script.issuer;
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "end_session_endpoint": format!("{issuer}/end"),
        "authorization_response_iss_parameter_supported": true,
        "id_token_signing_alg_values_supported": ["EdDSA"],
    });
    merge(&mut document, &script.document);
    Json(document).into_response()
}

async fn keys(State(script): State<Shared>) -> Response {
    let instead = lock(&script).ask("/keys");
    if let Some(instead) = instead {
        return instead.answer().await;
    }
    Json(json!({ "keys": [lock(&script).key.public()] })).into_response()
}

async fn userinfo(State(script): State<Shared>, headers: HeaderMap) -> Response {
    let instead = lock(&script).ask("/userinfo");
    if let Some(instead) = instead {
        return instead.answer().await;
    }
    let script = lock(&script);
    let token = headers.get(header::AUTHORIZATION);
    let token = token
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let subject = token.split_once('.').map_or("", |(_, subject)| subject);
    let Some(person) = script.people.get(subject) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let mut told = person.told.clone();
    told["sub"] = match script.has(&Fault::AnotherPerson) {
        true => json!("somebody else"),
        false => json!(subject),
    };
    Json(told).into_response()
}

async fn token(State(script): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let instead = lock(&script).ask("/token");
    if let Some(instead) = instead {
        return instead.answer().await;
    }
    let mut script = lock(&script);
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let basic =
        base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", CLIENT.0, CLIENT.1));
    let sent = headers.get(header::AUTHORIZATION);
    if sent.is_none_or(|value| value.as_bytes() != format!("Basic {basic}").as_bytes()) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    match field("grant_type") {
        "authorization_code" => {
            let Some(pending) = script.codes.remove(field("code")) else {
                return refused(StatusCode::BAD_REQUEST, "invalid_grant");
            };
            let digest = Digest::of(field("code_verifier"));
            let challenge = URL_SAFE_NO_PAD.encode(digest.as_bytes());
            if challenge != pending.challenge || field("redirect_uri") != pending.redirect_uri {
                return refused(StatusCode::BAD_REQUEST, "invalid_grant");
            }
            script.given(&pending.subject, Some(&pending.nonce))
        }
        "refresh_token" => match script.refresh.remove(field("refresh_token")) {
            Some(subject) if !script.has(&Fault::AccessLost) => script.given(&subject, None),
            _ => refused(StatusCode::BAD_REQUEST, "invalid_grant"),
        },
        _ => refused(StatusCode::BAD_REQUEST, "unsupported_grant_type"),
    }
}

fn refused(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

fn back(sent: &HashMap<String, String>, pairs: &[(&str, &str)]) -> String {
    let mut url = Url::parse(&sent["redirect_uri"]).expect("a URL");
    url.query_pairs_mut()
        .append_pair("state", &sent["state"])
        .extend_pairs(pairs);
    url.into()
}

/// Members of `changes` in place of those of `value`; null takes one away.
fn merge(value: &mut Value, changes: &Value) {
    let (Some(members), Some(changes)) = (value.as_object_mut(), changes.as_object()) else {
        return;
    };
    for (name, change) in changes {
        match change {
            Value::Null => drop(members.remove(name)),
            change => drop(members.insert(name.clone(), change.clone())),
        }
    }
}

fn lock(script: &Shared) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}
