//! When the store fails.

use std::sync::Arc;

use async_trait::async_trait;
use doorward_core::{
    audit::{AuditEvent, ChainBroken, ChainHead},
    time::UnixTime,
};
use doorward_store::{AuditFilter, AuditPage, Store, StoreError, Tx};
use serde_json::json;

use crate::world::{World, config, usual};

struct Broken;

fn broken() -> StoreError {
    StoreError::Unavailable("the database at 10.0.0.7 is away".into())
}

#[async_trait]
impl Store for Broken {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        Err(broken())
    }

    fn record(&self, _event: AuditEvent) -> Result<(), StoreError> {
        Err(broken())
    }

    async fn flush(&self) -> Result<(), StoreError> {
        Err(broken())
    }

    async fn audit(&self, _filter: AuditFilter) -> Result<AuditPage, StoreError> {
        Err(broken())
    }

    async fn verify_audit(&self) -> Result<Result<ChainHead, ChainBroken>, StoreError> {
        Err(broken())
    }

    async fn reap(&self, _now: UnixTime, _unused_since: UnixTime) -> Result<usize, StoreError> {
        Err(broken())
    }
}

#[tokio::test]
async fn a_store_that_fails_is_a_503_that_says_when_to_come_again() {
    let world = World::on(Arc::new(Broken), config(usual()));
    let user = json!({ "userName": "ada" });
    for answer in [
        world.get("/Users").await,
        world.get("/Groups/g").await,
        world.post("/Users", user.clone()).await,
        world.put("/Users/u", user).await,
        world.delete("/Groups/g").await,
    ] {
        assert_eq!(answer.headers["retry-after"], "5");
        let detail = answer.refused(503, None);
        assert!(!detail.contains("10.0.0.7"), "{detail}");
    }
    // What cannot be recorded is not told either.
    let wrong = http::Method::GET;
    let wrong = crate::world::request(wrong, "/Users", "wrong", serde_json::Value::Null);
    world.send(wrong).await.refused(503, None);
}
