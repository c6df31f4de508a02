//! Signing keys over restarts.

use std::sync::Arc;

use doorward_core::revocation::Revocations;
use doorward_issuer::{Issuer, IssuerParts, MasterKey, StartError, ToolCatalogue};

use crate::world::{ISSUER, World, config};

struct NoTools;

#[async_trait::async_trait]
impl ToolCatalogue for NoTools {
    async fn tools(
        &self,
        _: &doorward_core::server::ServerName,
    ) -> Option<Vec<doorward_core::server::ToolSummary>> {
        None
    }
}

struct Zeroes;

impl doorward_core::entropy::Entropy for Zeroes {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

async fn start(world: &World, issuer: &str, key: u8) -> Result<Issuer, StartError> {
    let parts = IssuerParts {
        store: Arc::clone(&world.store),
        clock: world.clock.clone(),
        entropy: Arc::new(Zeroes),
        master_key: MasterKey::new([key; 32]),
        revocations: Arc::new(Revocations::default()),
        catalogue: Arc::new(NoTools),
    };
    Issuer::start(config(issuer, &["files"]), parts).await
}

#[tokio::test]
async fn a_restart_signs_with_the_same_key() {
    let world = World::new().await;
    let again = world.restarted().await;
    assert_eq!(world.issuer.public_keys(), again.issuer.public_keys());
}

#[tokio::test]
async fn another_master_key_refuses_to_start_and_leaves_the_keys_alone() {
    let world = World::new().await;
    let refused = start(&world, ISSUER, 8).await;
    let message = refused.expect_err("refuses").to_string(); // TK-17
    assert!(message.contains("master key"), "{message}");
    let right = start(&world, ISSUER, 7).await.expect("starts");
    assert_eq!(right.public_keys(), world.issuer.public_keys());
}

#[tokio::test]
async fn a_public_url_that_others_reach_must_be_https() {
    let world = World::new().await;
    let refused = start(&world, "http://mcp.example", 7).await;
    assert!(matches!(refused, Err(StartError::PublicUrl(_))));
}

#[tokio::test]
async fn two_issuers_have_different_keys() {
    let (one, other) = (World::new().await, World::new().await);
    assert_ne!(one.issuer.public_keys(), other.issuer.public_keys());
}
