//! Health and metrics, on a listener of their own (GW-29).

use std::sync::Arc;

use axum::{Router, routing::get};
use doorward_store::Store;
use http::{StatusCode, header};

use super::{Drain, counters::Counters};
use crate::wire::House;

/// `/healthz`: the process answers. `/readyz`: it can do its work. `/metrics`: its numbers.
pub(super) fn router(house: &House, drain: Drain, counters: Arc<Counters>) -> Router {
    let store = house.store();
    let ready = move || {
        let (store, drain) = (Arc::clone(&store), drain.clone());
        async move {
            let works = !drain.has_begun() && reads(&*store).await;
            match works {
                true => (StatusCode::OK, "ready\n"),
                false => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
            }
        }
    };
    let house = house.clone();
    let metrics = move || {
        let text = counters.render(&house.load());
        async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text) }
    };
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

async fn reads(store: &dyn Store) -> bool {
    match store.begin().await {
        Ok(mut tx) => tx.has_users().await.is_ok(),
        Err(_) => false,
    }
}
