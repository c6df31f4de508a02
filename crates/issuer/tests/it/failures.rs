//! When the store does not answer.

use std::sync::Arc;

use async_trait::async_trait;
use doorward_core::{
    audit::{AuditEvent, ChainBroken, ChainHead},
    time::UnixTime,
};
use doorward_store::{AuditFilter, AuditPage, SqliteStore, Store, StoreError, Tx};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::world::{AuthorizeRequest, Person, World, config};

/// A store that can be taken away.
struct Fickle {
    inner: SqliteStore,
    gone: AtomicBool,
}

impl Fickle {
    fn check(&self) -> Result<(), StoreError> {
        if self.gone.load(Ordering::SeqCst) {
            Err(StoreError::Unavailable("the disk is gone".into()))
        } else {
            Ok(())
        }
    }
}

#[async_trait]
impl Store for Fickle {
    async fn begin(&self) -> Result<Box<dyn Tx>, StoreError> {
        self.check()?;
        self.inner.begin().await
    }

    fn record(&self, event: AuditEvent) -> Result<(), StoreError> {
        self.check()?;
        self.inner.record(event)
    }

    async fn flush(&self) -> Result<(), StoreError> {
        self.inner.flush().await
    }

    async fn audit(&self, filter: AuditFilter) -> Result<AuditPage, StoreError> {
        self.inner.audit(filter).await
    }

    async fn verify_audit(&self) -> Result<Result<ChainHead, ChainBroken>, StoreError> {
        self.inner.verify_audit().await
    }

    async fn reap(&self, now: UnixTime, unused_since: UnixTime) -> Result<usize, StoreError> {
        self.inner.reap(now, unused_since).await
    }
}

#[tokio::test]
async fn every_endpoint_says_come_again_and_nothing_is_half_done() {
    let store = Arc::new(Fickle {
        inner: SqliteStore::in_memory().expect("a database in memory"),
        gone: AtomicBool::new(false),
    });
    let world = World::on(store.clone(), config("https://mcp.example", &["files"])).await;
    world.add_user("alice").await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;

    store.gone.store(true, Ordering::SeqCst);
    let refreshed = world.refresh(&client, &tokens.refresh).await;
    refreshed.refuses(503, "temporarily_unavailable"); // DS-03, interop 39
    assert_eq!(refreshed.header("retry-after"), "1");
    world
        .redeem(&client, "x")
        .await
        .refuses(503, "temporarily_unavailable");
    world
        .post("/revoke", &[("client_id", &client), ("token", "x")])
        .await
        .refuses(503, "temporarily_unavailable");
    world
        .post("/par", &AuthorizeRequest::new(&client).pairs())
        .await
        .refuses(503, "temporarily_unavailable");
    let document = serde_json::json!({"redirect_uris": ["http://localhost/cb"], "token_endpoint_auth_method": "none"});
    world
        .register(&document)
        .await
        .refuses(503, "temporarily_unavailable");
    let answers = [
        person.answer(&world, &page, &[("decision", "allow")]).await,
        person
            .get(&world, &AuthorizeRequest::new(&client).path())
            .await,
        person.get(&world, "/").await,
        Person::default().sign_in(&world, "alice", "x", "").await,
        world.get("/login").await,
        world.get("/setup?token=x").await,
        person.clone().post(&world, "/logout", &[]).await,
    ];
    for answer in answers {
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert_eq!(answer.header("retry-after"), "2");
        assert!(!answer.body.contains("disk"), "causes stay in the log");
    }

    store.gone.store(false, Ordering::SeqCst);
    assert_eq!(world.refresh(&client, &tokens.refresh).await.status, 200);
    let answer = person.answer(&world, &page, &[("decision", "allow")]).await;
    assert_eq!(answer.status, 303);
}
