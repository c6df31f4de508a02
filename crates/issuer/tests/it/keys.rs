//! Signing keys over restarts.

use std::{sync::Arc, time::Duration};

use doorward_core::{
    jwk::Algorithm,
    jws::UnverifiedJws,
    revocation::Revocations,
    rotation::{KeyState, Schedule},
    secret::Secret,
};
use doorward_issuer::{
    Begin, Issuer, IssuerConfig, IssuerParts, KeyAdministrationError, KeySetChange, MasterKey,
    StartError, ToolCatalogue,
};

use crate::world::{ISSUER, World, config};

const ACCESS: &str = "at+jwt";
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

struct NoTools;

#[async_trait::async_trait]
impl ToolCatalogue for NoTools {
    fn admits(
        &self,
        _: &doorward_core::server::ServerName,
        _: doorward_issuer::Asking<'_>,
    ) -> bool {
        true
    }

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
        fetcher: crate::host::fetcher(crate::host::PATIENCE),
        operator_fetcher: crate::world::operator_fetcher(),
        post: None,
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

fn scheduled(algorithm: Algorithm, every: Option<Duration>) -> IssuerConfig {
    IssuerConfig {
        keys: Schedule { algorithm, every },
        ..config(ISSUER, &["files"])
    }
}

/// An access token and the name of the key that signed it. A second passes, as it would.
async fn token(world: &World, client: &str) -> (String, String) {
    world.pass(Duration::from_secs(1));
    let token = world.tokens(client).await.access;
    let kid = UnverifiedJws::parse(&token, 16 * 1024)
        .expect("a JWS")
        .kid()
        .cloned();
    (token, kid.expect("named").to_string())
}

fn published(world: &World) -> Vec<String> {
    let keys = world.issuer.public_keys().keys;
    keys.iter().map(|key| key.kid.to_string()).collect()
}

async fn tend(world: &World) -> KeySetChange {
    world.issuer.tend_keys().await.expect("a working store")
}

#[tokio::test]
async fn tokens_are_signed_with_the_configured_algorithm() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
        let world = World::with(scheduled(algorithm, None)).await;
        let (token, kid) = token(&world, &world.client().await).await;
        let jws = UnverifiedJws::parse(&token, 16 * 1024).expect("a JWS");
        assert_eq!(jws.algorithm(), algorithm); // TK-08
        assert_eq!(world.verified(&token, ACCESS)["iss"], ISSUER);
        assert_eq!(published(&world), [kid]);
        let again = world.restarted().await;
        assert_eq!(again.issuer.public_keys(), world.issuer.public_keys());
    }
}

#[tokio::test]
async fn keys_are_exchanged_by_schedule_with_overlap_on_both_sides() {
    let world = World::with(scheduled(Algorithm::Es256, Some(2 * DAY))).await;
    let client = world.client().await;
    let (_, old) = token(&world, &client).await;
    assert_eq!(tend(&world).await, KeySetChange::Kept);
    assert_eq!(published(&world), std::slice::from_ref(&old));

    world.pass(2 * DAY - 2 * HOUR - Duration::from_secs(1));
    assert_eq!(tend(&world).await, KeySetChange::Kept);
    let announced = published(&world);
    assert_eq!(announced.len(), 2, "published before use"); // CR-04
    let (before, signer) = token(&world, &client).await;
    assert_eq!(signer, old);

    world.pass(2 * HOUR - Duration::from_secs(1)); // nothing but the clock moves
    let (after, new) = token(&world, &client).await;
    assert_eq!(published(&world), [new.clone(), old.clone()]);
    assert!(new != old && announced.contains(&new));
    world.verified(&before, ACCESS); // A-015, CR-04
    world.verified(&after, ACCESS);

    world.pass(2 * HOUR);
    assert_eq!(published(&world), [new], "MD-04");
    assert_eq!(tend(&world).await, KeySetChange::Withdrawn);
    assert_eq!(tend(&world).await, KeySetChange::Kept);
    assert_eq!(
        world
            .issuer
            .key_administration()
            .list()
            .await
            .expect("listed")
            .len(),
        2
    );
    world.pass(31 * DAY);
    let _ = tend(&world).await;
    let listed = world
        .issuer
        .key_administration()
        .list()
        .await
        .expect("listed");
    assert!(
        listed.iter().all(|key| key.kid.as_str() != old),
        "forgotten"
    );
}

#[tokio::test]
async fn processes_that_share_a_database_announce_one_key_and_know_each_others() {
    let one = World::with(scheduled(Algorithm::Es256, Some(2 * DAY))).await;
    let other = one.restarted().await;
    one.pass(2 * DAY);
    let (first, second) = tokio::join!(one.issuer.tend_keys(), other.issuer.tend_keys());
    assert_eq!(
        (first.expect("done"), second.expect("done")),
        (KeySetChange::Kept, KeySetChange::Kept)
    );
    let listed = one
        .issuer
        .key_administration()
        .list()
        .await
        .expect("listed");
    assert_eq!(listed.len(), 2, "not one each");

    one.pass(10 * DAY);
    let made = one
        .issuer
        .key_administration()
        .rotate(Begin::Now)
        .await
        .expect("made");
    let _ = tend(&one).await;
    let (_, kid) = token(&one, &one.client().await).await;
    assert_eq!(made.kid.as_str(), kid);
    // the other process was not told, and finds it when a token names it
    assert!(other.issuer.public_key(&made.kid).await.is_some()); // CR-04
}

#[tokio::test]
async fn made_up_names_find_nothing_and_cause_no_flood() {
    let one = World::new().await;
    let other = one.restarted().await;
    one.pass(HOUR);
    let unknown = doorward_core::id::KeyId::from_known("../../etc/passwd");
    assert!(one.issuer.public_key(&unknown).await.is_none()); // TK-09: it looked just now
    let made = other
        .issuer
        .key_administration()
        .rotate(Begin::Now)
        .await
        .expect("made");
    assert!(one.issuer.public_key(&made.kid).await.is_none());
    one.pass(Duration::from_secs(5));
    assert!(one.issuer.public_key(&made.kid).await.is_some());
}

#[tokio::test]
async fn another_algorithm_takes_over_like_any_other_key() {
    let world = World::with(scheduled(Algorithm::Es256, None)).await;
    world.issuer.reconfigure(scheduled(Algorithm::EdDsa, None));
    let _ = tend(&world).await;
    let client = world.client().await;
    let (before, _) = token(&world, &client).await;
    world.pass(2 * HOUR);
    let (after, _) = token(&world, &client).await;
    let algorithm = |token: &str| {
        UnverifiedJws::parse(token, 16 * 1024)
            .expect("a JWS")
            .algorithm()
    };
    assert_eq!(algorithm(&before), Algorithm::Es256);
    assert_eq!(algorithm(&after), Algorithm::EdDsa);
    world.verified(&before, ACCESS);
}

#[tokio::test]
async fn people_announce_one_key_and_may_let_it_sign_at_once() {
    let world = World::new().await;
    let keys = world.issuer.key_administration();
    let client = world.client().await;
    let (_, old) = token(&world, &client).await;
    let announced = keys.rotate(Begin::Announced).await.expect("announced");
    assert!(matches!(announced.state, KeyState::Announced { .. }));
    let _ = tend(&world).await;
    assert_eq!(token(&world, &client).await.1, old);
    let again = keys.rotate(Begin::Announced).await;
    assert!(
        matches!(again, Err(KeyAdministrationError::AlreadyAnnounced(kid)) if kid == announced.kid)
    );

    let active = keys.rotate(Begin::Now).await.expect("brought forward");
    assert_eq!(active.kid, announced.kid);
    let _ = tend(&world).await;
    assert_eq!(token(&world, &client).await.1, announced.kid.as_str());
    let changes = world.audited().await;
    assert_eq!(
        changes
            .iter()
            .filter(|it| *it == "key.change allowed")
            .count(),
        2
    );
}

#[tokio::test]
async fn a_retired_key_signs_nothing_and_its_tokens_live_on() {
    let world = World::new().await;
    let keys = world.issuer.key_administration();
    let client = world.client().await;
    let (before, old) = token(&world, &client).await;
    let retired = keys.retire(&old, false).await.expect("retired");
    assert!(matches!(retired.state, KeyState::Retired { .. }));
    assert_eq!(tend(&world).await, KeySetChange::Kept);
    let (_, new) = token(&world, &client).await;
    assert_ne!(new, old, "another took over at once");
    world.verified(&before, ACCESS); // CR-04
    let again = keys.retire(&old, false).await;
    assert!(matches!(
        again,
        Err(KeyAdministrationError::AlreadyRetired(_))
    ));
    let unknown = keys.retire("nothing", true).await;
    assert!(matches!(unknown, Err(KeyAdministrationError::NoSuchKey(_))));
}

#[tokio::test]
async fn a_compromised_key_is_gone_at_once() {
    let world = World::new().await;
    let keys = world.issuer.key_administration();
    let (_, old) = token(&world, &world.client().await).await;
    keys.retire(&old, true).await.expect("removed");
    assert_eq!(tend(&world).await, KeySetChange::Withdrawn);
    assert!(!published(&world).contains(&old)); // MD-04
    let (fresh, _) = token(&world, &world.client().await).await;
    world.verified(&fresh, ACCESS);
    let gone = keys.retire(&old, true).await;
    assert!(matches!(gone, Err(KeyAdministrationError::NoSuchKey(_))));
    let gone = keys
        .export(&old, Secret::presented("correct horse battery"))
        .await;
    assert!(matches!(gone, Err(KeyAdministrationError::NoSuchKey(_))));
}

#[tokio::test]
async fn a_key_moves_to_another_installation_sealed() {
    let (one, other) = (World::new().await, World::new().await);
    let (token, kid) = token(&one, &one.client().await).await;
    let passphrase = || Secret::presented("correct horse battery");
    let sealed = one
        .issuer
        .key_administration()
        .export(&kid, passphrase())
        .await
        .expect("sealed");
    other.pass(Duration::from_secs(1));
    let keys = other.issuer.key_administration();
    let wrong = keys
        .import(
            sealed.clone(),
            Secret::presented("wrong horse battery"),
            Begin::Now,
        )
        .await;
    assert!(matches!(wrong, Err(KeyAdministrationError::Export(_))));
    let imported = keys
        .import(sealed.clone(), passphrase(), Begin::Now)
        .await
        .expect("imported");
    assert_eq!(imported.kid.as_str(), kid);
    let _ = tend(&other).await;
    other.verified(&token, ACCESS);
    let twice = keys.import(sealed, passphrase(), Begin::Now).await;
    assert!(matches!(twice, Err(KeyAdministrationError::AlreadyHere(_))));
}

#[tokio::test]
async fn a_stored_key_that_does_not_open_changes_nothing_while_running() {
    let world = World::new().await;
    let before = published(&world);
    let mut tx = world.store.begin().await.expect("a store");
    let mut foreign = tx.signing_keys().await.expect("readable").remove(0);
    foreign.kid = doorward_core::id::KeyId::from_known("foreign");
    foreign.active_from = foreign.active_from + HOUR;
    tx.add_signing_key(&foreign);
    tx.commit().await.expect("added");
    let refused = world.issuer.tend_keys().await.expect_err("refused"); // TK-17
    assert!(refused.to_string().contains("master key"), "{refused}");
    assert_eq!(published(&world), before);
    token(&world, &world.client().await).await;
}

#[tokio::test]
async fn metadata_is_signed_by_the_key_that_signs_now() {
    let world = World::with(IssuerConfig {
        signed_metadata: true,
        ..config(ISSUER, &["files"])
    })
    .await;
    let signed_by = async || {
        let document = world
            .get("/.well-known/oauth-authorization-server")
            .await
            .json();
        let signed = document["signed_metadata"]
            .as_str()
            .expect("a JWT")
            .to_owned();
        let claims = world.verified(&signed, "oauth-authorization-server-metadata+jwt");
        assert_eq!(claims["token_endpoint"], document["token_endpoint"]);
        let jws = UnverifiedJws::parse(&signed, 16 * 1024).expect("a JWS");
        jws.kid().expect("named").to_string()
    };
    let before = signed_by().await;
    world.pass(HOUR);
    world
        .issuer
        .key_administration()
        .rotate(Begin::Now)
        .await
        .expect("made");
    let _ = tend(&world).await;
    let after = signed_by().await;
    assert_ne!(after, before);
    assert_eq!(published(&world).first(), Some(&after));
}
