//! A fake GitHub: sign-in, token, and the part of the API that says who somebody is.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::secret::Digest;
use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use url::{Url, form_urlencoded};

/// A running GitHub with one person, the octocat. It ends when dropped.
pub struct FakeGitHub {
    /// Where it is, its API below `/api/v3` as an Enterprise Server has it.
    pub url: String,
    script: Arc<Mutex<Script>>,
    serving: JoinHandle<()>,
}

struct Script {
    organizations: Vec<String>,
    teams: Vec<(String, String)>,
    verified: bool,
    /// What every question to the API gets instead of an answer.
    status: Option<StatusCode>,
    codes: HashMap<String, String>,
    made: u64,
}

impl FakeGitHub {
    /// Starts on a loopback port of the system's choice.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a loopback port");
        let address = listener.local_addr().expect("a bound address");
        let script = Arc::new(Mutex::new(Script {
            organizations: Vec::new(),
            teams: Vec::new(),
            verified: true,
            status: None,
            codes: HashMap::new(),
            made: 0,
        }));
        let router = Router::new()
            .route("/login/oauth/access_token", post(token))
            .route("/api/v3/user", get(user))
            .route("/api/v3/user/{list}", get(list))
            .with_state(Arc::clone(&script));
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self {
            url: format!("http://{address}"),
            script,
            serving,
        }
    }

    /// Where the browser goes back to after the octocat agreed at `url`.
    pub fn approve(&self, url: &str) -> String {
        let url = Url::parse(url).expect("a URL");
        assert_eq!(url.path(), "/login/oauth/authorize");
        let sent: HashMap<String, String> = url.query_pairs().into_owned().collect();
        let mut script = lock(&self.script);
        script.made += 1;
        let code = format!("code-{}", script.made);
        let challenge = sent["code_challenge"].clone();
        script.codes.insert(code.clone(), challenge);
        let mut back = Url::parse(&sent["redirect_uri"]).expect("a URL");
        back.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &sent["state"]);
        back.into()
    }

    /// What the octocat belongs to: names of organizations, and teams as organization and team.
    pub fn belongs(&self, organizations: &[&str], teams: &[(&str, &str)]) {
        let owned = |(of, team): &(&str, &str)| ((*of).to_owned(), (*team).to_owned());
        let mut script = lock(&self.script);
        script.organizations = organizations.iter().map(|it| (*it).to_owned()).collect();
        script.teams = teams.iter().map(owned).collect();
    }

    /// Whether GitHub knows that the address is the octocat's.
    pub fn verifies(&self, verified: bool) {
        lock(&self.script).verified = verified;
    }

    /// From now on every question to the API gets this; none gets an answer again.
    pub fn answers(&self, status: Option<StatusCode>) {
        lock(&self.script).status = status;
    }
}

impl Drop for FakeGitHub {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

type Shared = Arc<Mutex<Script>>;

async fn token(State(script): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let json = headers
        .get(header::ACCEPT)
        .is_some_and(|it| it == "application/json");
    assert!(json, "without it the real one answers with a form");
    let known = field("client_id") == "doorward" && field("client_secret") == "the-client-secret";
    let digest = Digest::of(field("code_verifier"));
    let challenge = URL_SAFE_NO_PAD.encode(digest.as_bytes());
    let expected = lock(&script).codes.remove(field("code"));
    let error = match expected {
        _ if !known => "incorrect_client_credentials",
        Some(expected) if expected == challenge => {
            let token =
                json!({ "access_token": "gho_octocat", "token_type": "bearer", "scope": "" });
            return Json(token).into_response();
        }
        Some(_) | None => "bad_verification_code",
    };
    Json(json!({ "error": error })).into_response() // with status 200
}

async fn user(State(script): State<Shared>, headers: HeaderMap) -> Response {
    let script = lock(&script);
    if let Some(refused) = refused(&script, &headers) {
        return refused;
    }
    Json(json!({ "id": 583_231, "login": "Octocat", "name": "The Octocat", "type": "User" }))
        .into_response()
}

async fn list(
    State(script): State<Shared>,
    Path(list): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let script = lock(&script);
    if let Some(refused) = refused(&script, &headers) {
        return refused;
    }
    let organization = |login: &String| json!({ "login": login });
    let entries: Vec<Value> = match list.as_str() {
        "emails" => vec![
            json!({ "email": "old@cat.example", "primary": false, "verified": true }),
            json!({ "email": "octo@cat.example", "primary": true, "verified": script.verified }),
        ],
        "orgs" => script.organizations.iter().map(organization).collect(),
        "teams" => {
            let team = |(of, team): &(String, String)| json!({ "slug": team, "organization": organization(of) });
            script.teams.iter().map(team).collect()
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let query = uri.query().unwrap_or_default().as_bytes();
    let page: HashMap<String, String> = form_urlencoded::parse(query).into_owned().collect();
    let count = |name: &str| page[name].parse::<usize>().expect("a number");
    let (per, number) = (count("per_page"), count("page"));
    let entries: Vec<Value> = entries
        .into_iter()
        .skip(per * (number - 1))
        .take(per)
        .collect();
    Json(entries).into_response()
}

fn refused(script: &Script, headers: &HeaderMap) -> Option<Response> {
    let token = headers.get(header::AUTHORIZATION);
    if token.is_none_or(|value| value != "Bearer gho_octocat") {
        return Some(StatusCode::UNAUTHORIZED.into_response());
    }
    script.status.map(|status| status.into_response())
}

fn lock(script: &Shared) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}
