//! Identity providers that were taken over, or mean to take over.

use doorward_core::{provisioning::Authority, user::Role};
use http::Method;
use serde_json::{Value, json};

use crate::world::{OTHER_TOKEN, World, request, usual};

async fn scribbled(world: &World, path: &str) -> Vec<u16> {
    let change = json!([{ "op": "replace", "path": "active", "value": false }]);
    let mut all = Vec::new();
    all.push(world.get(path).await.status.as_u16());
    all.push(
        world
            .put(path, json!({ "userName": "admin" }))
            .await
            .status
            .as_u16(),
    );
    all.push(world.patch(path, change).await.status.as_u16());
    all.push(world.delete(path).await.status.as_u16());
    all
}

// AD-02
#[tokio::test]
async fn an_account_that_no_provider_made_is_not_there_and_its_name_is_taken() {
    let world = World::new().await;
    for name in ["admin", "local"] {
        let before = world.account(name).await;
        let taken = json!({ "userName": name, "active": false, "displayName": "Mallory" });
        world
            .post("/Users", taken)
            .await
            .refused(409, Some("uniqueness"));
        assert_eq!(
            scribbled(&world, &format!("/Users/id-of-{name}")).await,
            [404; 4]
        );
        let query = format!("/Users?filter=userName%20eq%20%22{name}%22");
        assert_eq!(world.get(&query).await.expect(200)["totalResults"], 0);
        assert_eq!(world.account(name).await, before);
    }
    assert_eq!(world.get("/Users").await.expect(200)["totalResults"], 0);
    let id = world.user("ada").await;
    let renamed = json!([{ "op": "replace", "path": "userName", "value": "admin" }]);
    let refused = world.patch(&format!("/Users/{id}"), renamed).await;
    refused.refused(409, Some("uniqueness"));
    let members = json!({ "displayName": "ops", "members": [{ "value": "id-of-admin" }] });
    world
        .post("/Groups", members)
        .await
        .refused(400, Some("invalidValue"));
}

// AD-02
#[tokio::test]
async fn what_another_provider_made_is_not_there() {
    let world = World::new().await;
    let (user, id) = ("/Users", world.user("ada").await);
    let group = world.group("staff", &[&id]).await;
    let other = async |method: Method, path: String, body: Value| {
        world.send(request(method, &path, OTHER_TOKEN, body)).await
    };
    for path in [format!("{user}/{id}"), format!("/Groups/{group}")] {
        let found = other(Method::GET, path.clone(), Value::Null).await;
        found.refused(404, None);
        let gone = other(Method::DELETE, path, Value::Null).await;
        gone.refused(404, None);
    }
    for list in ["/Users", "/Groups"] {
        let found = other(Method::GET, list.to_owned(), Value::Null).await;
        assert_eq!(found.expect(200)["totalResults"], 0);
    }
    let taken = json!({ "userName": "ada" });
    let taken = other(Method::POST, user.to_owned(), taken).await;
    taken.refused(409, Some("uniqueness"));
    let taken = json!({ "displayName": "staff" });
    let taken = other(Method::POST, "/Groups".to_owned(), taken).await;
    taken.refused(409, Some("uniqueness"));
    let members = json!({ "displayName": "theirs", "members": [{ "value": id }] });
    let refused = other(Method::POST, "/Groups".to_owned(), members).await;
    refused.refused(400, Some("invalidValue"));
}

#[tokio::test]
async fn an_account_is_taken_over_where_that_was_said_and_never_an_administrator() {
    let world = World::with(Authority {
        adopt: true,
        ..usual()
    })
    .await;
    let refused = world.post("/Users", json!({ "userName": "admin" })).await;
    refused.refused(409, Some("uniqueness"));

    let adopted = json!({ "userName": "local", "displayName": "Lo" });
    let adopted = world.post("/Users", adopted).await.expect(201);
    assert_eq!(adopted["id"], "id-of-local");
    let account = world.account("local").await.expect("there");
    assert!(account.password.is_some(), "how the person signs in stays");
    assert_eq!(
        account.display_name.map(String::from).as_deref(),
        Some("Lo")
    );

    // What was there before is let go and not removed.
    world.delete("/Users/id-of-local").await.expect(204);
    assert!(world.is_disabled("local").await);
    world.get("/Users/id-of-local").await.refused(404, None);
    let records = world.records().await.join("\n");
    assert!(
        records.contains("local taken over by scim:okta"),
        "{records}"
    );
    assert!(records.contains("local released by scim:okta"), "{records}");
}

// AD-02
#[tokio::test]
async fn a_provider_gives_no_role_but_those_it_may() {
    let admin = json!({ "userName": "ada", "roles": [{ "value": "administrator" }] });
    let world = World::new().await;
    world.post("/Users", admin.clone()).await.expect(201);
    let account = world.account("ada").await.expect("there");
    assert_eq!(
        account.role,
        Role::Member,
        "roles are given by administrators"
    );

    let world = World::with(Authority {
        roles: vec![Role::Auditor],
        ..usual()
    })
    .await;
    world.post("/Users", admin).await.refused(403, None);
    assert!(world.account("ada").await.is_none());
    let auditor =
        json!({ "userName": "bob", "roles": [{ "value": "auditor" }, { "value": "Sales" }] });
    let made = world.post("/Users", auditor).await.expect(201);
    assert_eq!(made["roles"][1]["value"], "Sales");
    let path = format!("/Users/{}", made["id"].as_str().expect("an id"));
    assert_eq!(
        world.account("bob").await.expect("there").role,
        Role::Auditor
    );
    let less = json!([{ "op": "remove", "path": "roles[value eq \"auditor\"]" }]);
    world.patch(&path, less).await.expect(200);
    assert_eq!(
        world.account("bob").await.expect("there").role,
        Role::Member
    );
    let records = world.records().await.join("\n");
    let refused = "scim.refused  this provider may not give the role administrator (scim:okta)";
    assert!(records.contains(refused), "{records}");
}

// AD-02, LG-05
#[tokio::test]
async fn of_a_user_who_was_made_an_administrator_nothing_changes_but_whether_it_gets_in() {
    let world = World::new().await;
    let id = world.user("ada").await;
    let path = format!("/Users/{id}");
    let mut tx = world.store.begin().await.expect("begins");
    tx.set_role(
        &doorward_core::id::UserId::from_known(id),
        Role::Administrator,
    );
    tx.commit().await.expect("given");
    for change in [
        json!([{ "op": "replace", "path": "emails", "value": [{ "value": "m@evil.example" }] }]),
        json!([{ "op": "replace", "path": "userName", "value": "eve" }]),
        json!([{ "op": "replace", "path": "externalId", "value": "somebody else" }]),
    ] {
        world.patch(&path, change).await.refused(403, None);
    }
    let gone = json!([{ "op": "replace", "path": "active", "value": false }]);
    world.patch(&path, gone).await.expect(200);
    assert!(world.is_disabled("ada").await);
    world.delete(&path).await.expect(204);
    assert!(world.is_disabled("ada").await, "let go and not removed");
}

// AD-03
#[tokio::test]
async fn the_last_administrator_cannot_be_taken_away() {
    let world = World::with(Authority {
        roles: vec![Role::Administrator],
        ..usual()
    })
    .await;
    let admin = json!({ "userName": "ada", "roles": [{ "value": "administrator" }] });
    let made = world.post("/Users", admin).await.expect(201);
    let path = format!("/Users/{}", made["id"].as_str().expect("an id"));
    world
        .administration
        .disable_user("admin")
        .await
        .expect("another is left");
    let gone = json!([{ "op": "replace", "path": "active", "value": false }]);
    let less = json!([{ "op": "remove", "path": "roles" }]);
    for refused in [
        world.patch(&path, gone.clone()).await,
        world.patch(&path, less).await,
        world.delete(&path).await,
    ] {
        let detail = refused.refused(403, None);
        assert!(detail.contains("last administrator"), "{detail}");
    }
    assert!(!world.is_disabled("ada").await);
    world
        .administration
        .enable_user("admin")
        .await
        .expect("enabled");
    world.patch(&path, gone).await.expect(200);
}

// What an administrator changed here stays, as long as the provider says nothing new of it.
#[tokio::test]
async fn a_role_that_was_given_here_stays_until_the_provider_says_another() {
    let world = World::with(Authority {
        roles: vec![Role::Auditor],
        ..usual()
    })
    .await;
    let path = format!("/Users/{}", world.user("ada").await);
    let desk = &world.administration;
    desk.set_role("ada", Role::Auditor).await.expect("given");
    let shown = json!([{ "op": "replace", "path": "displayName", "value": "Ada" }]);
    world.patch(&path, shown).await.expect(200);
    let account = world.account("ada").await.expect("there");
    assert_eq!(account.role, Role::Auditor);
}

#[tokio::test]
async fn what_is_no_role_any_more_hides_no_other_change() {
    let world = World::new().await;
    let admin = json!({ "userName": "ada", "roles": [{ "value": "administrator" }] });
    let made = world.post("/Users", admin).await.expect(201);
    let path = format!("/Users/{}", made["id"].as_str().expect("an id"));
    let mut stricter = crate::world::config(usual());
    stricter.authority.roles = vec![Role::Auditor];
    world.scim.reconfigure(stricter);
    let change = json!({ "userName": "eve", "displayName": "Eve" });
    world.put(&path, change).await.expect(200);
    let account = world.account("eve").await.expect("renamed");
    assert_eq!(
        account.display_name.map(String::from).as_deref(),
        Some("Eve")
    );
}
