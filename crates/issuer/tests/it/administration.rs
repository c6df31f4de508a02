//! The use cases behind the command line.

use doorward_core::{grant::RevocationReason, secret::Secret, user::Role};
use doorward_issuer::{AdministrationError, NewClient};

use crate::world::{CALLBACK, World};

fn password() -> Secret {
    Secret::presented("correct horse battery")
}

#[tokio::test]
async fn a_user_name_is_taken_once_and_passwords_have_a_length() {
    let world = World::new().await;
    let admin = &world.administration;
    let taken = admin.add_user("ALICE", password(), Role::Member).await;
    assert!(matches!(taken, Err(AdministrationError::NameTaken(_))));
    let short = admin
        .add_user("bob", Secret::presented("short"), Role::Member)
        .await;
    assert!(matches!(short, Err(AdministrationError::Password(_))));
    let weak = Secret::presented("bobbybob");
    let weak = admin.add_user("bobbybob", weak, Role::Member).await;
    let weak = weak.expect_err("made of the name");
    assert!(weak.to_string().contains("easy to guess"), "{weak}");
    let weak = Secret::presented("alice2026");
    assert!(admin.set_password("alice", weak).await.is_err());
    let name = admin.add_user("b b", password(), Role::Member).await;
    assert!(matches!(name, Err(AdministrationError::NotAUsername(_))));
    let unknown = admin.disable_user("nobody").await;
    assert!(matches!(unknown, Err(AdministrationError::NoSuchUser(_))));
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let world = World::new().await;
    let admin = &world.administration;
    admin
        .add_user("root", password(), Role::Administrator)
        .await
        .expect("added");
    let refused = admin.disable_user("root").await;
    assert!(matches!(
        refused,
        Err(AdministrationError::LastAdministrator(_))
    ));
    admin
        .add_user("other", password(), Role::Administrator)
        .await
        .expect("added");
    assert!(admin.disable_user("root").await.is_ok());
    assert!(
        admin.disable_user("alice").await.is_ok(),
        "members do not count"
    );
}

#[tokio::test]
async fn a_client_needs_a_name_and_good_redirects() {
    let world = World::new().await;
    let admin = &world.administration;
    let new = |name: &str, uris: &[&str]| NewClient {
        name: name.to_owned(),
        redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
        confidential: true,
        ..NewClient::default()
    };
    let (client, secret) = admin
        .add_client(new("Desk", &[CALLBACK]))
        .await
        .expect("added");
    assert!(secret.is_some());
    assert_eq!(
        admin.client(client.id.as_str()).await.expect("there"),
        client
    );
    for bad in [
        new("", &[CALLBACK]),
        new("\u{200b}", &[CALLBACK]),
        new("Desk", &[]),
    ] {
        let refused = admin.add_client(bad).await;
        assert!(matches!(refused, Err(AdministrationError::EmptyClient)));
    }
    let refused = admin
        .add_client(new("Desk", &["http://evil.example/cb"]))
        .await;
    let message = refused.expect_err("refused").to_string();
    assert!(message.starts_with("http://evil.example/cb: "), "{message}");
    let unknown = admin.revoke_client("nobody").await;
    assert!(matches!(unknown, Err(AdministrationError::NoSuchClient(_))));
}

#[tokio::test]
async fn revoking_a_grant_ends_it_and_nothing_else() {
    let world = World::new().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    let other = world.tokens(&client).await;
    let grants = world
        .administration
        .grants(Some("alice"))
        .await
        .expect("listed");
    assert_eq!(grants.len(), 2);
    let grant = crate::world::claims(&tokens.access)["grant"]
        .as_str()
        .expect("text")
        .to_owned();
    world
        .administration
        .revoke_grant(&grant)
        .await
        .expect("revoked");
    world
        .administration
        .revoke_grant(&grant)
        .await
        .expect("again is fine");
    world
        .refresh(&client, &tokens.refresh)
        .await
        .refuses(400, "invalid_grant"); // A-055, TK-18
    assert_eq!(world.refresh(&client, &other.refresh).await.status, 200);
    let unknown = world.administration.revoke_grant("nothing").await;
    assert!(matches!(unknown, Err(AdministrationError::NoSuchGrant(_))));
}

#[tokio::test]
async fn cutting_off_a_user_revokes_every_grant_and_tells_verifiers() {
    let world = World::new().await;
    let client = world.client().await;
    world.tokens(&client).await;
    let epoch = world.revocations.epoch();
    world
        .administration
        .set_password("alice", Secret::presented("another password"))
        .await
        .expect("changed");
    assert_ne!(world.revocations.epoch(), epoch);
    let grants = world
        .administration
        .grants(Some("alice"))
        .await
        .expect("listed");
    let reasons: Vec<_> = grants
        .iter()
        .filter_map(|grant| grant.revoked)
        .map(|revoked| revoked.reason)
        .collect();
    assert_eq!(reasons, [RevocationReason::UserChanged]);
}

#[tokio::test]
async fn every_change_is_recorded() {
    let world = World::new().await;
    let admin = &world.administration;
    let client = world.client().await;
    admin.revoke_client(&client).await.expect("revoked");
    admin.disable_user("alice").await.expect("disabled");
    admin.enable_user("alice").await.expect("enabled");
    admin
        .set_password("alice", password())
        .await
        .expect("changed");
    let audited = world.audited().await;
    assert_eq!(
        audited
            .iter()
            .filter(|entry| *entry == "user.change allowed")
            .count(),
        4
    );
    assert!(audited.contains(&"client.revoke allowed".to_owned()));
}
