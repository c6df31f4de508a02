//! Links of people at an identity provider to accounts here.

use std::time::Duration;

use doorward_issuer::AdministrationError;
use serde_json::{Value, json};

use super::scene::{PROVIDER, Scene};
use crate::world::{Answer, claims};

/// Redeems an ID-JAG for `subject`, which no other may have used the `jti` of.
async fn redeem(scene: &Scene, subject: &str, jti: &str) -> Answer {
    let changes = [
        ("sub", json!(subject)),
        ("jti", json!(jti)),
        ("email", json!("bob")),
        ("email_verified", json!(true)),
        ("preferred_username", json!("bob")),
    ];
    scene.redeem(&scene.id_jag(&changes), &[]).await
}

async fn with_bob() -> Scene {
    let scene = Scene::new().await;
    scene.world.add_user("bob").await;
    scene
}

#[tokio::test]
async fn only_a_link_makes_somebody_elsewhere_an_account_here() {
    let scene = with_bob().await;
    let desk = &scene.world.administration;
    redeem(&scene, "00u2", "a")
        .await
        .refuses(400, "invalid_grant"); // no address, however verified, makes a link
    desk.link_user("Bob", PROVIDER, "00u2")
        .await
        .expect("linked");
    let tokens = redeem(&scene, "00u2", "b").await.tokens();
    assert_eq!(claims(&tokens.access)["preferred_username"], "bob");
    for other in ["00u3", "00U2", "00u2 "] {
        redeem(&scene, other, other)
            .await
            .refuses(400, "invalid_grant");
    }
    let configured = redeem(&scene, "00u1", "c").await.tokens();
    assert_eq!(claims(&configured.access)["preferred_username"], "alice");
    let (link, name) = desk.account_links().await.expect("listed").remove(0);
    assert_eq!((name.as_str(), link.foreign.subject()), ("bob", "00u2"));
    assert!(link.used_at.is_some());
}

#[tokio::test]
async fn a_link_of_an_issuer_that_nobody_trusts_opens_nothing() {
    let scene = with_bob().await;
    let desk = &scene.world.administration;
    for issuer in ["https://idp.example/", "https://other.example"] {
        desk.link_user("bob", issuer, "00u2").await.expect("linked");
    }
    redeem(&scene, "00u2", "a")
        .await
        .refuses(400, "invalid_grant");
    let other = [
        ("iss", json!("https://other.example")),
        ("sub", json!("00u2")),
    ];
    scene
        .redeem(&scene.id_jag(&other), &[])
        .await
        .refuses(400, "invalid_grant");
    desk.link_user("bob", PROVIDER, "00u2")
        .await
        .expect("linked");
    let tenant = [("sub", json!("00u2")), ("tenant", json!("evil"))];
    scene
        .redeem(&scene.id_jag(&tenant), &[])
        .await
        .refuses(400, "invalid_grant"); // the tenant counts for links too
}

#[tokio::test]
async fn a_link_of_a_disabled_account_is_dead() {
    let scene = with_bob().await;
    let desk = &scene.world.administration;
    desk.link_user("bob", PROVIDER, "00u2")
        .await
        .expect("linked");
    desk.disable_user("bob").await.expect("disabled");
    redeem(&scene, "00u2", "a")
        .await
        .refuses(400, "invalid_grant");
    desk.enable_user("bob").await.expect("enabled");
    assert_eq!(redeem(&scene, "00u2", "b").await.status, 200);
}

#[tokio::test]
async fn a_link_that_is_cut_opens_nothing_and_what_came_by_it_ends() {
    let scene = with_bob().await;
    let desk = &scene.world.administration;
    desk.link_user("bob", PROVIDER, "00u2")
        .await
        .expect("linked");
    assert_eq!(redeem(&scene, "00u2", "a").await.status, 200);
    assert_eq!(redeem(&scene, "00u1", "b").await.status, 200);
    desk.unlink_user(PROVIDER, "00u2").await.expect("cut");
    redeem(&scene, "00u2", "c")
        .await
        .refuses(400, "invalid_grant");
    let ended = async |name: &str| {
        let grants = desk.grants(Some(name)).await.expect("listed");
        let ended: Vec<bool> = grants.iter().map(|it| it.revoked.is_some()).collect();
        ended
    };
    assert_eq!(ended("bob").await, [true]);
    assert_eq!(ended("alice").await, [false], "nobody else's");
    let again = desk.unlink_user(PROVIDER, "00u2").await;
    assert!(matches!(again, Err(AdministrationError::NoSuchLink)));
}

#[tokio::test]
async fn somebody_elsewhere_is_at_most_one_account_and_every_change_is_recorded() {
    let scene = with_bob().await;
    let desk = &scene.world.administration;
    desk.link_user("bob", PROVIDER, "00u2")
        .await
        .expect("linked");
    for name in ["alice", "bob"] {
        let second = desk.link_user(name, PROVIDER, "00u2").await;
        assert!(matches!(second, Err(AdministrationError::Linked)), "{name}");
    }
    let nobody = desk.link_user("nobody", PROVIDER, "00u3").await;
    assert!(matches!(nobody, Err(AdministrationError::NoSuchUser(_))));
    let empty = desk.link_user("bob", PROVIDER, "").await;
    assert!(matches!(
        empty,
        Err(AdministrationError::NotAForeignSubject(_))
    ));
    desk.unlink_user(PROVIDER, "00u2").await.expect("cut");
    scene.world.pass(Duration::from_secs(1));
    let records = scene.world.audit_records().await;
    let about_bob = |record: &&Value| record["event"] == "user.change" && record["user"] == "bob";
    let reasons: Vec<&str> = records
        .iter()
        .filter(about_bob)
        .filter_map(|record| record["reason"].as_str())
        .filter(|reason| reason.contains("linked"))
        .collect();
    assert_eq!(
        reasons,
        [
            "linked to 00u2 of https://idp.example",
            "unlinked from 00u2 of https://idp.example"
        ]
    );
}
