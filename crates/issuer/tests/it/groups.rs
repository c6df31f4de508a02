//! Groups in tokens (RFC 9068 section 2.2.3.1), and what ends with them.

use doorward_core::{
    access::{AccessClaims, Principal},
    group::{GroupName, GroupSource, Membership},
    provisioning::ProvisionerName,
    revocation::Standing,
};
use doorward_issuer::{AdministrationError, ProvisionedChange, say_groups};
use serde_json::{Value, json};

use crate::world::{AuthorizeRequest, ISSUER, World, claims};

fn standing(world: &World, token: &str) -> Standing {
    let claims: AccessClaims = serde_json::from_value(claims(token)).expect("claims");
    world.revocations.standing(&Principal::from(claims))
}

async fn in_groups(names: &[&str]) -> World {
    let world = World::new().await;
    for name in names {
        let admin = &world.administration;
        admin.add_group(name).await.expect("made");
        admin.add_member(name, "alice").await.expect("put in");
    }
    world
}

#[tokio::test]
async fn a_token_tells_of_the_groups_that_hold_when_it_is_made() {
    let world = in_groups(&["staff", "Über uns"]).await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    assert_eq!(
        claims(&first.access)["groups"],
        json!(["staff", "Über uns"])
    );
    world.administration.add_group("later").await.expect("made");
    world
        .administration
        .add_member("later", "alice")
        .await
        .expect("put in");
    assert_eq!(
        standing(&world, &first.access),
        Standing::Good,
        "gaining cuts nothing"
    );
    let second = world.refresh(&client, &first.refresh).await.tokens();
    assert_eq!(
        claims(&second.access)["groups"],
        json!(["later", "staff", "Über uns"])
    );
}

#[tokio::test]
async fn nobodys_groups_and_those_for_userinfo_are_not_told() {
    let world = in_groups(&["staff"]).await;
    let client = world.client().await;
    let person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client).set("scope", "openid");
    let request = request.set("resource", &format!("{ISSUER}/userinfo"));
    let code = person.allow(&world, &request).await.parameter("code");
    let tokens = world.redeem(&client, &code).await.tokens();
    let about = claims(&tokens.access);
    assert_eq!(about["aud"], format!("{ISSUER}/userinfo"));
    assert_eq!(about["groups"], Value::Null);
    world
        .administration
        .remove_group("staff")
        .await
        .expect("removed");
    let bare = world.tokens(&client).await;
    assert_eq!(claims(&bare.access)["groups"], Value::Null);
}

// LG-08, TK-18
#[tokio::test]
async fn losing_a_group_ends_tokens_at_once_and_the_client_goes_on_silently() {
    let world = in_groups(&["staff", "ops"]).await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    world
        .administration
        .remove_member("ops", "alice")
        .await
        .expect("taken out");
    assert_eq!(standing(&world, &first.access), Standing::Revoked);
    // In the very same second: the clock stands still.
    let second = world.refresh(&client, &first.refresh).await.tokens();
    assert_eq!(claims(&second.access)["groups"], json!(["staff"]));
    assert_eq!(standing(&world, &second.access), Standing::Good);
    let third = world.tokens(&client).await;
    assert_eq!(
        standing(&world, &third.access),
        Standing::Good,
        "sign-ins stay"
    );
    world
        .administration
        .remove_member("staff", "alice")
        .await
        .expect("taken out");
    for token in [&second.access, &third.access] {
        assert_eq!(standing(&world, token), Standing::Revoked);
    }
    let last = world.refresh(&client, &second.refresh).await.tokens();
    assert_eq!(standing(&world, &last.access), Standing::Good);
}

#[tokio::test]
async fn a_repeated_answer_does_not_bring_back_a_lost_group() {
    let world = in_groups(&["ops"]).await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    let second = world.refresh(&client, &first.refresh).await.tokens();
    world
        .administration
        .remove_member("ops", "alice")
        .await
        .expect("taken out");
    let repeated = world.refresh(&client, &first.refresh).await.tokens();
    assert_eq!(repeated.refresh, second.refresh);
    assert_ne!(repeated.access, second.access);
    assert_eq!(claims(&repeated.access)["groups"], Value::Null);
    assert_eq!(standing(&world, &repeated.access), Standing::Good);
}

#[tokio::test]
async fn a_cut_is_known_after_a_restart() {
    let world = in_groups(&["ops"]).await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    world
        .administration
        .remove_group("ops")
        .await
        .expect("removed");
    let mut tx = world.store.begin().await.expect("a unit of work");
    let since = world.now() - std::time::Duration::from_secs(3600);
    let again = doorward_core::revocation::Revocations::default();
    for revoked in tx.revocations_since(since).await.expect("readable") {
        again.add(revoked.what, revoked.at);
    }
    let old: AccessClaims = serde_json::from_value(claims(&first.access)).expect("claims");
    assert_eq!(again.standing(&Principal::from(old)), Standing::Revoked);
}

#[tokio::test]
async fn what_others_say_is_not_an_administrators_to_take_back() {
    let world = in_groups(&[]).await;
    let admin = &world.administration;
    let alice = admin.user("alice").await.expect("there").id;
    let okta = GroupSource::Scim("okta".to_owned());
    let staff = GroupName::parse("staff").expect("a name");
    admin.add_group("staff").await.expect("made");
    let mut tx = world.store.begin().await.expect("a unit of work");
    tx.add_member(&Membership {
        user: alice.clone(),
        group: staff.clone(),
        source: okta.clone(),
    });
    tx.commit().await.expect("said");
    let refused = admin.remove_member("staff", "alice").await;
    assert!(matches!(refused, Err(AdministrationError::NotOurs(_))));
    assert_eq!(admin.group("staff").await.expect("there").1.len(), 1);

    // The source itself: saying the same changes nothing, saying less cuts.
    let client = world.client().await;
    let token = world.tokens(&client).await.access;
    for (now, changed, expected) in [
        (vec![staff], false, Standing::Good),
        (vec![], true, Standing::Revoked),
    ] {
        let mut tx = world.store.begin().await.expect("a unit of work");
        let said = say_groups(&mut *tx, (&alice, &okta), &now, world.now()).await;
        let said = said.expect("readable");
        assert_eq!(said.changed, changed);
        tx.commit().await.expect("said");
        said.tell(&world.revocations);
        assert_eq!(standing(&world, &token), expected);
    }
}

#[tokio::test]
async fn groups_have_names_of_their_own_and_known_members() {
    let world = in_groups(&["staff"]).await;
    let admin = &world.administration;
    let taken = admin.add_group("staff").await;
    assert!(matches!(taken, Err(AdministrationError::GroupTaken(_))));
    for bad in ["", " staff", "st\u{200b}aff", "a\nb"] {
        let refused = admin.add_group(bad).await;
        assert!(matches!(
            refused,
            Err(AdministrationError::NotAGroupName(_))
        )); // AD-04
    }
    let unknown = admin.add_member("other", "alice").await;
    assert!(matches!(unknown, Err(AdministrationError::NoSuchGroup(_))));
    let unknown = admin.add_member("staff", "nobody").await;
    assert!(matches!(unknown, Err(AdministrationError::NoSuchUser(_))));
    world.add_user("bob").await;
    let stranger = admin.remove_member("staff", "bob").await;
    assert!(matches!(stranger, Err(AdministrationError::NotAMember(..))));
}

#[tokio::test]
async fn what_a_provisioning_provider_takes_back_counts_at_once() {
    let world = in_groups(&["staff"]).await;
    let admin = &world.administration;
    let (alice, client) = (
        admin.user("alice").await.expect("there"),
        world.client().await,
    );
    let okta = ProvisionerName::parse("okta").expect("a name");
    let staff = GroupName::parse("staff").expect("a name");
    for (change, expected) in [
        (
            ProvisionedChange::Join(alice.clone(), staff.clone()),
            Standing::Good,
        ),
        (ProvisionedChange::Leave(alice, staff), Standing::Revoked),
    ] {
        let token = world.tokens(&client).await.access;
        let mut tx = world.store.begin().await.expect("a unit of work");
        let prepared = admin.prepare_provisioned(&mut *tx, &okta, &[change]).await;
        let prepared = prepared.expect("prepared");
        admin
            .commit_provisioned(tx, prepared)
            .await
            .expect("committed");
        assert_eq!(standing(&world, &token), expected);
    }
    let token = world.tokens(&client).await.access;
    assert_eq!(
        claims(&token)["groups"],
        json!(["staff"]),
        "an administrator still says so"
    );
}
