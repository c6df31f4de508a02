//! The demo server's one endpoint.

use std::{io, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse, Response},
    routing::{MethodRouter, post},
};
use doorward_core::{
    seal::SealingKey,
    secret::{Digest, Secret},
};
use doorward_mcp::{
    era::{Era, Revision},
    error::RpcError,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{
    answers,
    message::{Incoming, dress, response, stateless_versions},
    notebook::Notebook,
    question,
    sessions::{Session, Sessions},
    slow::{Pending, event_stream, unless_cancelled},
    tools::{self, Step, failed},
};

const SESSION: &str = "mcp-session-id";

/// What all requests share.
struct Server {
    token: Digest,
    key: SealingKey,
    notes: Notebook,
    sessions: Sessions,
}

/// Listens on a free port of the loopback interface and serves for ever.
pub(super) async fn start(token: &Secret, key: [u8; 32]) -> io::Result<SocketAddr> {
    let server = Arc::new(Server {
        token: token.digest(),
        key: SealingKey::derive(&key, "demo request state"),
        notes: Notebook::new(),
        sessions: Sessions::default(),
    });
    let endpoint: MethodRouter<Arc<Server>> = post(message).delete(close);
    let router = Router::new()
        .route("/mcp", endpoint)
        .layer(DefaultBodyLimit::max(64 * 1024))
        .with_state(server);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn close(State(server): State<Arc<Server>>, headers: HeaderMap) -> Response {
    if !server.admits(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let known = headers
        .get(SESSION)
        .and_then(|id| id.to_str().ok())
        .is_some_and(|id| server.sessions.close(id));
    if known {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
    .into_response()
}

async fn message(State(server): State<Arc<Server>>, headers: HeaderMap, body: Bytes) -> Response {
    if !server.admits(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let incoming = match Incoming::read(&body) {
        Ok(incoming) => incoming,
        Err(error) => return refused(&error, None, Era::Session),
    };
    match incoming.era() {
        Era::Stateless => server.stateless(incoming),
        Era::Session => server.in_session(incoming, &headers),
    }
}

impl Server {
    fn admits(&self, headers: &HeaderMap) -> bool {
        headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .is_some_and(|token| Digest::of(token).matches(&self.token))
    }

    fn stateless(&self, incoming: Incoming) -> Response {
        let requested = incoming.version().unwrap_or_default();
        if Revision::parse(requested).map(Revision::era) != Some(Era::Stateless) {
            let error = RpcError::unsupported_version(requested, &stateless_versions());
            return refused(&error, incoming.id.as_ref(), Era::Stateless);
        }
        match (&incoming.id, &incoming.method) {
            (Some(_), Some(_)) => self.request(incoming, Era::Stateless, None),
            (None, Some(_)) => StatusCode::ACCEPTED.into_response(),
            (_, None) => {
                let error = RpcError::invalid_request(&"not a request");
                refused(&error, None, Era::Stateless)
            }
        }
    }

    fn in_session(&self, incoming: Incoming, headers: &HeaderMap) -> Response {
        if incoming.method.as_deref() == Some("initialize") {
            return self.open(incoming);
        }
        let Some(id) = headers.get(SESSION).and_then(|id| id.to_str().ok()) else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let Some(session) = self.sessions.find(id) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        match (&incoming.id, incoming.method.as_deref()) {
            (Some(_), Some(_)) => return self.request(incoming, Era::Session, Some(session)),
            (Some(id), None) => {
                let result = incoming.result.unwrap_or_default();
                session.answer(id.as_str().unwrap_or_default(), result);
            }
            (None, Some("notifications/cancelled")) => {
                session.cancel(
                    incoming
                        .params
                        .get("requestId")
                        .cloned()
                        .unwrap_or_default(),
                );
            }
            (None, _) => {}
        }
        StatusCode::ACCEPTED.into_response()
    }

    fn open(&self, incoming: Incoming) -> Response {
        let can_ask = incoming
            .params
            .pointer("/capabilities/elicitation")
            .is_some();
        let mut response = self.request(incoming, Era::Session, None);
        if let Ok(id) = HeaderValue::from_str(&self.sessions.open(can_ask)) {
            response.headers_mut().insert(SESSION, id);
        }
        response
    }

    fn request(&self, incoming: Incoming, era: Era, session: Option<Arc<Session>>) -> Response {
        let (id, method) = (
            incoming.id.clone().unwrap_or_default(),
            incoming.method.clone().unwrap_or_default(),
        );
        if method == "tools/call" {
            return self.call(incoming, era, session);
        }
        match answers::answer(&method, &incoming.params, era, &self.notes) {
            Ok(result) => answered(&id, &result),
            Err(error) => refused(&error, Some(&id), era),
        }
    }

    fn call(&self, incoming: Incoming, era: Era, session: Option<Arc<Session>>) -> Response {
        let id = incoming.id.clone().unwrap_or_default();
        let name = incoming
            .params
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let arguments = incoming
            .params
            .get("arguments")
            .cloned()
            .unwrap_or_default();
        match tools::call(name, &arguments, &self.notes) {
            None => refused(&RpcError::unknown_tool(name), Some(&id), era),
            Some(Step::Done(result)) => answered(&id, &dress(result, era, false)),
            Some(Step::Count { to, pause }) => {
                let (key, params) = (id.clone(), incoming.params);
                let pending = Pending { id, params, era };
                event_stream(|events| {
                    unless_cancelled(session, key, pending.count(to, pause, events))
                })
            }
            Some(Step::Ask) => self.ask(incoming, session),
        }
    }

    fn ask(&self, incoming: Incoming, session: Option<Arc<Session>>) -> Response {
        let id = incoming.id.clone().unwrap_or_default();
        match session {
            Some(session) if session.can_ask => {
                let (key, params, era) = (id.clone(), Value::Null, Era::Session);
                let pending = Pending { id, params, era };
                let asked = Arc::clone(&session);
                event_stream(|events| {
                    unless_cancelled(Some(session), key, pending.ask(asked, events))
                })
            }
            Some(_) => answered(&id, &failed("This client cannot ask its user")),
            None => self.ask_stateless(&id, &incoming),
        }
    }

    fn ask_stateless(&self, id: &Value, incoming: &Incoming) -> Response {
        if let Some(answer) = question::answered(&self.key, &incoming.params) {
            let result = dress(question::result(answer), Era::Stateless, false);
            return answered(id, &result);
        }
        if !incoming.can_ask() {
            let error = RpcError::missing_capability(json!({ "elicitation": { "form": {} } }));
            return refused(&error, Some(id), Era::Stateless);
        }
        answered(id, &question::input_required(&self.key))
    }
}

fn answered(id: &Value, result: &Value) -> Response {
    body(StatusCode::OK, response(id, result).to_string())
}

fn refused(error: &RpcError, id: Option<&Value>, era: Era) -> Response {
    let status = StatusCode::from_u16(error.http_status(era)).unwrap_or(StatusCode::BAD_REQUEST);
    body(status, error.to_body(id.map(Value::to_string).as_deref()))
}

fn body(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}
