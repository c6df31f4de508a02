//! Whom of the users of a provider gets in.

use doorward_core::provisioning::{Admission, Authority};
use serde_json::json;

use crate::world::{World, usual};

async fn by_groups() -> World {
    World::with(Authority {
        admit: Admission::Groups,
        ..usual()
    })
    .await
}

#[tokio::test]
async fn where_groups_admit_whoever_is_in_none_stays_out() {
    let world = by_groups().await;
    let (ada, bob) = (world.user("ada").await, world.user("bob").await);
    assert!(world.is_disabled("ada").await);
    let staff = world.group("staff", &[&ada]).await;
    let ops = world.group("ops", &[&ada]).await;
    assert!(!world.is_disabled("ada").await);
    assert!(world.is_disabled("bob").await);

    // One group is enough.
    world.delete(&format!("/Groups/{staff}")).await.expect(204);
    assert!(!world.is_disabled("ada").await);
    let swapped = json!([{ "op": "replace", "path": "members", "value": [{ "value": bob }] }]);
    world
        .patch(&format!("/Groups/{ops}"), swapped)
        .await
        .expect(204);
    assert!(world.is_disabled("ada").await);
    assert!(!world.is_disabled("bob").await);

    // Under another name it is still a group.
    let renamed = json!([{ "op": "replace", "path": "displayName", "value": "operators" }]);
    world
        .patch(&format!("/Groups/{ops}"), renamed)
        .await
        .expect(204);
    assert!(!world.is_disabled("bob").await);
    let path = format!("/Users/{bob}");
    let inactive = json!([{ "op": "replace", "path": "active", "value": false }]);
    world.patch(&path, inactive).await.expect(200);
    assert!(world.is_disabled("bob").await);
    world.delete(&format!("/Groups/{ops}")).await.expect(204);
    let active = json!([{ "op": "replace", "path": "active", "value": true }]);
    world.patch(&path, active).await.expect(200);
    assert!(world.is_disabled("bob").await, "active, and in no group");
}

#[tokio::test]
async fn of_two_groups_that_are_left_at_once_neither_keeps_somebody_in() {
    let world = by_groups().await;
    for round in 0..8 {
        let name = format!("u{round}");
        let id = world.user(&name).await;
        let (one, two) = (format!("a{round}"), format!("b{round}"));
        let one = format!("/Groups/{}", world.group(&one, &[&id]).await);
        let two = format!("/Groups/{}", world.group(&two, &[&id]).await);
        let user = format!("/Users/{id}");
        let before = world.get(&user).await.headers["etag"].clone();
        let none = json!([{ "op": "remove", "path": "members" }]);
        let (left, gone) = tokio::join!(world.patch(&one, none), world.delete(&two));
        left.expect(204);
        gone.expect(204);
        assert!(world.is_disabled(&name).await, "{round}");
        assert_ne!(world.get(&user).await.headers["etag"], before);
    }
    // Every step counts: whoever decides by an older one loses.
    let id = world.user("ada").await;
    world.group("c", &[&id]).await;
    let user = format!("/Users/{id}");
    let before = world.get(&user).await.headers["etag"].clone();
    world.group("d", &[&id]).await;
    assert_ne!(world.get(&user).await.headers["etag"], before);
}
