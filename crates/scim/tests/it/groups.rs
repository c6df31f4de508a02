//! Groups, and who is in them.

use std::{sync::Arc, time::Duration};

use doorward_core::{
    group::{Group, GroupName, GroupSource},
    id::GroupId,
    provisioning::Authority,
    revocation::Standing,
};
use serde_json::json;

use crate::world::{BASE, World, principal, usual};

#[tokio::test]
async fn a_group_is_made_filled_renamed_and_removed() {
    let world = World::new().await;
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    let made = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "Staff",
        "externalId": "g-1",
        "members": [{ "value": ada, "display": "Ada" }],
    });
    let made = world.post("/Groups", made).await.expect(201);
    let id = made["id"].as_str().expect("an id").to_owned();
    let path = format!("/Groups/{id}");
    assert_eq!(made["members"][0]["$ref"], format!("{BASE}/Users/{ada}"));
    assert_eq!(world.groups_of(&ada).await, ["Staff"]);
    let user = world.get(&format!("/Users/{ada}")).await.expect(200);
    assert_eq!(user["groups"][0]["value"], id.as_str());
    assert_eq!(user["groups"][0]["display"], "Staff");

    // Entra ID
    let add =
        json!([{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": bob }] }]);
    world.patch(&path, add).await.expect(204);
    let remove =
        json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": ada }] }]);
    world.patch(&path, remove).await.expect(204);
    assert_eq!(world.groups_of(&ada).await, [""; 0]);
    assert_eq!(world.groups_of(&bob).await, ["Staff"]);
    let asked = format!("/Groups?filter=id%20eq%20%22{id}%22%20and%20members%20eq%20%22{bob}%22");
    assert_eq!(world.get(&asked).await.expect(200)["totalResults"], 1);
    let asked = asked.replace(&bob, &ada);
    assert_eq!(world.get(&asked).await.expect(200)["totalResults"], 0);

    // Okta
    let renamed = json!([{ "op": "replace", "value": { "id": id, "displayName": "People" } }]);
    world.patch(&path, renamed).await.expect(204);
    assert_eq!(world.groups_of(&bob).await, ["People"]);
    let removed = json!([{ "op": "remove", "path": format!("members[value eq \"{bob}\"]") }]);
    world.patch(&path, removed).await.expect(204);
    let whole = json!({ "displayName": "People", "members": [{ "value": ada }, { "value": bob }] });
    let replaced = world.put(&path, whole).await.expect(200);
    assert_eq!(replaced["members"].as_array().map(Vec::len), Some(2));
    assert!(replaced.get("externalId").is_none());

    world.delete(&path).await.expect(204);
    assert_eq!(world.groups_of(&ada).await, [""; 0]);
    world.get(&path).await.refused(404, None);
    let records = world.records().await.join("\n");
    for expected in [
        "group.change  group Staff added by scim:okta",
        "group.change ada put into group Staff by scim:okta",
        "group.change ada taken out of group Staff by scim:okta",
        "group.change  group Staff renamed to People by scim:okta",
        "group.change  group People removed by scim:okta",
    ] {
        assert!(records.contains(expected), "{expected} in\n{records}");
    }
}

// TK-18
#[tokio::test]
async fn whoever_loses_a_group_loses_its_tokens_and_keeps_the_sign_in() {
    let world = World::new().await;
    let ada = world.user("ada").await;
    let id = world.group("staff", &[&ada]).await;
    let path = format!("/Groups/{id}");
    let back = json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]);
    for lost in [
        json!([{ "op": "remove", "path": "members" }]),
        json!([{ "op": "replace", "path": "displayName", "value": "people" }]),
    ] {
        world.clock.advance(Duration::from_secs(60));
        world.patch(&path, back.clone()).await.expect(204);
        let now = doorward_core::clock::Clock::now(&*world.clock);
        let token = principal(&ada, now.seconds());
        assert_eq!(world.revocations.standing(&token), Standing::Good);
        world.patch(&path, lost).await.expect(204);
        assert_eq!(world.revocations.standing(&token), Standing::Revoked);
        let sign_in = world.revocations.standing_of_sign_in(&token);
        assert_eq!(sign_in, Standing::Good);
    }
}

#[tokio::test]
async fn a_group_is_refused_whole_or_taken_whole() {
    let world = World::new().await;
    let ada = world.user("ada").await;
    let id = world.group("staff", &[]).await;
    let path = format!("/Groups/{id}");
    let change = json!([
        { "op": "replace", "path": "displayName", "value": "people" },
        { "op": "add", "path": "members", "value": [{ "value": ada }, { "value": "nobody" }] },
    ]);
    let detail = world
        .patch(&path, change)
        .await
        .refused(400, Some("invalidValue"));
    assert!(detail.contains("nobody"), "{detail}");
    assert_eq!(world.groups_of(&ada).await, [""; 0]);
    let now = world.get(&path).await.expect(200);
    assert_eq!(now["displayName"], "staff");
    for bad in ["", " x", "st\u{200b}aff"] {
        let bad = json!({ "displayName": bad });
        world
            .post("/Groups", bad)
            .await
            .refused(400, Some("invalidValue"));
    }
}

#[tokio::test]
async fn groups_of_others_are_not_touched() {
    let world = World::with(Authority {
        groups: vec!["team-*".to_owned(), "declared".to_owned()],
        ..usual()
    })
    .await;
    let made = async |name: &str| world.post("/Groups", json!({ "displayName": name })).await;
    made("team-a").await.expect(201);
    made("declared").await.expect(201);
    made("ops").await.refused(403, None);
    let now = doorward_core::clock::Clock::now(&*world.clock);
    let mut tx = world.store.begin().await.expect("begins");
    tx.add_group(&Group {
        id: GroupId::from_known("local"),
        name: GroupName::parse("team-local").expect("a name"),
        source: GroupSource::Local,
        external_id: None,
        created_at: now,
        changed_at: now,
    });
    tx.commit().await.expect("made");
    made("team-local").await.refused(409, Some("uniqueness"));
    let id = made("team-b").await.expect(201)["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let renamed = json!([{ "op": "replace", "path": "displayName", "value": "ops" }]);
    let refused = world.patch(&format!("/Groups/{id}"), renamed).await;
    refused.refused(403, None);

    let world = World::new().await;
    let declared = world
        .post("/Groups", json!({ "displayName": "declared" }))
        .await;
    declared.refused(403, None); // its members stand in the configuration
}

#[tokio::test]
async fn members_that_are_added_at_once_are_all_there() {
    let world = Arc::new(World::new().await);
    let mut users = Vec::new();
    for number in 0..8 {
        users.push(world.user(&format!("u{number}")).await);
    }
    let id = world.group("staff", &[]).await;
    let added = users.iter().map(|user| {
        let (world, path) = (Arc::clone(&world), format!("/Groups/{id}"));
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]);
        tokio::spawn(async move { while world.patch(&path, add.clone()).await.status == 503 {} })
    });
    for task in added.collect::<Vec<_>>() {
        task.await.expect("no panic");
    }
    let mut tx = world.store.begin().await.expect("begins");
    let name = GroupName::parse("staff").expect("a name");
    let members = tx.members_of(&name).await.expect("readable");
    assert_eq!(members.len(), users.len());
}
