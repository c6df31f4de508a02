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
