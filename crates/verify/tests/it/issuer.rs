//! An issuer on loopback that serves its metadata and keys, and counts who asks.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// What is served now.
pub(crate) struct Published {
    /// `issuer` of the metadata, when not the true one.
    pub(crate) claims_to_be: Option<String>,
    /// Path of the metadata.
    pub(crate) metadata_path: &'static str,
    /// The key document; `None` is a 500.
    pub(crate) keys: Option<Value>,
    pub(crate) cache_control: Option<&'static str>,
}

pub(crate) struct Issuer {
    pub(crate) url: String,
    pub(crate) published: Mutex<Published>,
    asked: AtomicUsize,
    /// How many key documents may still be served before requests wait.
    pub(crate) gate: Semaphore,
}

impl Issuer {
    pub(crate) async fn start(path: &str, keys: Value) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let issuer = Arc::new(Self {
            url: format!("http://{address}{path}"),
            published: Mutex::new(Published {
                claims_to_be: None,
                metadata_path: "/.well-known/oauth-authorization-server",
                keys: Some(keys),
                cache_control: None,
            }),
            asked: AtomicUsize::new(0),
            gate: Semaphore::new(1000),
        });
        let app = Router::new().fallback(serve).with_state(issuer.clone());
        tokio::spawn(async { axum::serve(listener, app).await });
        issuer
    }

    pub(crate) fn publish(&self, change: impl FnOnce(&mut Published)) {
        change(&mut self.published.lock().unwrap());
    }

    /// How often the keys were asked for.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn serve(State(issuer): State<Arc<Issuer>>, uri: Uri) -> Response {
    if uri.path() == "/keys" {
        issuer.asked.fetch_add(1, Ordering::SeqCst);
        issuer.gate.acquire().await.unwrap().forget();
    }
    let published = issuer.published.lock().unwrap();
    let body = if uri.path() == published.metadata_path {
        let name = published.claims_to_be.as_ref().unwrap_or(&issuer.url);
        let origin = issuer.url.split('/').take(3).collect::<Vec<_>>().join("/");
        json!({ "issuer": name, "jwks_uri": format!("{origin}/keys") })
    } else if uri.path() == "/keys" {
        match &published.keys {
            Some(keys) => keys.clone(),
            None => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let json = [(header::CONTENT_TYPE, "application/json")];
    let mut response = (json, body.to_string()).into_response();
    if let Some(value) = published.cache_control {
        let value = header::HeaderValue::from_static(value);
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    response
}
