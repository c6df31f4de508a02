//! Users through their life.

use std::time::Duration;

use doorward_core::{
    id::{SessionId, UserId},
    secret::Digest,
    session::{Methods, Session},
};
use http::Method;
use serde_json::{Value, json};

use crate::world::{BASE, TOKEN, World, principal, request};

fn okta_user() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "Ada@Example.com",
        "externalId": "00u1",
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "emails": [{ "primary": true, "value": "ada@example.com", "type": "work" }],
        "displayName": "Ada Lovelace",
        "locale": "en-US",
        "groups": [],
        "password": "s3cret-of-okta",
        "active": true,
    })
}

#[tokio::test]
async fn a_user_is_made_found_changed_and_removed() {
    let world = World::new().await;
    let found = world
        .get("/Users?filter=userName%20eq%20%22ada@example.com%22")
        .await;
    assert_eq!(found.expect(200)["totalResults"], 0);

    let made = world.post("/Users", okta_user()).await;
    let id = made.body["id"].as_str().expect("an id").to_owned();
    let location = format!("{BASE}/Users/{id}");
    assert_eq!(made.headers["location"], location.as_str());
    assert_eq!(
        made.headers["content-type"],
        "application/scim+json; charset=utf-8"
    );
    let made = made.expect(201);
    assert_eq!(made["userName"], "Ada@Example.com");
    assert_eq!(made["meta"]["location"], location.as_str());
    assert_eq!(made["meta"]["created"], "2027-01-15T08:00:00Z");
    assert!(
        made.get("password").is_none() && made.get("locale").is_none(),
        "{made}"
    );

    let account = world.account("ada@example.com").await.expect("made");
    assert_eq!(account.id.as_str(), id);
    assert_eq!(account.password, None);
    assert_eq!(
        account.display_name.map(String::from).as_deref(),
        Some("Ada Lovelace")
    );
    assert_eq!(
        account.mail.map(String::from).as_deref(),
        Some("ada@example.com")
    );

    for filter in [
        "userName eq \"ADA@example.com\"",
        "externalId eq \"00u1\"",
        "emails[type eq \"work\"].value eq \"ada@example.com\"",
        "name.familyName sw \"love\" and active eq true",
    ] {
        let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let found = world
            .get(&format!("/Users?filter={filter}"))
            .await
            .expect(200);
        assert_eq!(found["totalResults"], 1, "{filter}");
        assert_eq!(found["Resources"][0]["id"], id.as_str());
    }

    world.clock.advance(Duration::from_secs(60));
    let mut whole = okta_user();
    whole["displayName"] = json!("Countess");
    whole["emails"] = json!([]);
    let replaced = world.put(&format!("/Users/{id}"), whole).await.expect(200);
    assert_eq!(replaced["displayName"], "Countess");
    assert!(replaced.get("emails").is_none());
    assert_eq!(replaced["meta"]["lastModified"], "2027-01-15T08:01:00Z");
    let account = world.account("ada@example.com").await.expect("there");
    assert_eq!(account.mail, None);

    let renamed = json!([{ "op": "Replace", "path": "userName", "value": "countess" }]);
    let renamed = world
        .patch(&format!("/Users/{id}"), renamed)
        .await
        .expect(200);
    assert_eq!(renamed["userName"], "countess");
    assert!(world.account("ada@example.com").await.is_none());

    world.delete(&format!("/Users/{id}")).await.expect(204);
    assert!(world.account("countess").await.is_none());
    world.get(&format!("/Users/{id}")).await.refused(404, None);
    world
        .delete(&format!("/Users/{id}"))
        .await
        .refused(404, None);
    let records = world.records().await.join("\n");
    for expected in [
        "user.change ada@example.com added as member by scim:okta",
        "user.change ada@example.com display name changed by scim:okta",
        "user.change ada@example.com mail changed by scim:okta",
        "user.change ada@example.com renamed to countess by scim:okta",
        "user.change countess removed by scim:okta",
    ] {
        assert!(records.contains(expected), "{expected} in\n{records}");
    }
    assert!(!records.contains("s3cret"));
}

// A-055, TK-18, LG-08
#[tokio::test]
async fn deactivation_ends_sessions_and_tokens_at_once_and_activation_lets_in_again() {
    let world = World::new().await;
    for (operations, back) in [
        (
            json!([{ "op": "replace", "value": { "active": false } }]),
            json!([{ "op": "replace", "value": { "active": true } }]),
        ),
        (
            json!([{ "op": "Replace", "path": "active", "value": "False" }]),
            json!([{ "op": "Replace", "path": "active", "value": "True" }]),
        ),
    ] {
        let id = world.user("ada").await;
        let user = UserId::from_known(id.as_str());
        let now = doorward_core::clock::Clock::now(&*world.clock);
        let mut tx = world.store.begin().await.expect("begins");
        tx.add_session(&Session {
            digest: Digest::of("session"),
            id: SessionId::from_known("s"),
            user: user.clone(),
            methods: Methods::default(),
            created_at: now,
            authenticated_at: now,
            seen_at: now,
            expires_at: now + Duration::from_secs(3600),
            agent: None,
            address: None,
        });
        tx.commit().await.expect("added");
        let epoch = world.revocations.epoch();

        let path = format!("/Users/{id}");
        let answered = world.patch(&path, operations).await.expect(200);
        assert_eq!(answered["active"], false);
        assert!(world.is_disabled("ada").await);
        assert!(world.revocations.epoch() > epoch);
        let standing = world.revocations.standing(&principal(&id, now.seconds()));
        assert_eq!(standing, doorward_core::revocation::Standing::Revoked);
        let mut tx = world.store.begin().await.expect("begins");
        assert_eq!(tx.sessions_of(&user).await.expect("readable"), []);

        let answered = world.patch(&path, back).await.expect(200);
        assert_eq!(answered["active"], true);
        assert!(!world.is_disabled("ada").await);
        world.delete(&path).await.expect(204);
    }
}

#[tokio::test]
async fn a_user_that_is_made_inactive_gets_in_only_when_that_ends() {
    let world = World::new().await;
    let made = json!({ "userName": "ada", "active": false });
    let made = world.post("/Users", made).await.expect(201);
    let path = format!("/Users/{}", made["id"].as_str().expect("an id"));
    assert!(world.is_disabled("ada").await);
    // Leaving it out lets nobody in.
    let kept = world
        .put(&path, json!({ "userName": "ada" }))
        .await
        .expect(200);
    assert_eq!(kept["active"], false);
    assert!(world.is_disabled("ada").await);
    world
        .put(&path, json!({ "userName": "ada", "active": true }))
        .await
        .expect(200);
    assert!(!world.is_disabled("ada").await);
}

#[tokio::test]
async fn what_an_administrator_disabled_no_provider_enables() {
    let world = World::new().await;
    let id = world.user("ada").await;
    let path = format!("/Users/{id}");
    world
        .administration
        .disable_user("ada")
        .await
        .expect("disabled");
    for active in [true, false, true] {
        let change = json!([{ "op": "replace", "path": "active", "value": active }]);
        world.patch(&path, change).await.expect(200);
        assert!(world.is_disabled("ada").await, "{active}");
    }
}

#[tokio::test]
async fn what_does_not_change_is_no_change() {
    let world = World::new().await;
    let made = world.post("/Users", okta_user()).await.expect(201);
    let path = format!("/Users/{}", made["id"].as_str().expect("an id"));
    let records = world.records().await.len();
    world.clock.advance(Duration::from_secs(60));
    let again = world.put(&path, okta_user()).await.expect(200);
    assert_eq!(again["meta"], made["meta"]);
    let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    let ignored = json!([{ "op": "Add", "path": department, "value": "Engines" }]);
    let again = world.patch(&path, ignored).await.expect(200);
    assert_eq!(again["meta"], made["meta"]);
    assert_eq!(world.records().await.len(), records);
}

#[tokio::test]
async fn names_and_identifiers_are_taken_once() {
    let world = World::new().await;
    let named = |name: &str, id: &str| json!({ "userName": name, "externalId": id });
    world.post("/Users", named("ada", "1")).await.expect(201);
    let bob = world.post("/Users", named("bob", "2")).await.expect(201);
    let path = format!("/Users/{}", bob["id"].as_str().expect("an id"));
    world
        .post("/Users", named("ADA", "3"))
        .await
        .refused(409, Some("uniqueness"));
    world
        .post("/Users", named("eve", "1"))
        .await
        .refused(409, Some("uniqueness"));
    world
        .put(&path, named("ada", "2"))
        .await
        .refused(409, Some("uniqueness"));
    world
        .put(&path, named("bob", "1"))
        .await
        .refused(409, Some("uniqueness"));
    world.put(&path, named("bob", "4")).await.expect(200);
    assert!(world.account("eve").await.is_none());
}

#[tokio::test]
async fn a_user_that_was_changed_meanwhile_is_not_changed() {
    let world = World::new().await;
    let made = world.post("/Users", json!({ "userName": "ada" })).await;
    let tag = made.headers["etag"].clone();
    assert_eq!(made.body["meta"]["version"], tag.to_str().expect("text"));
    let path = format!("/Users/{}", made.body["id"].as_str().expect("an id"));
    let put = |tag: &http::HeaderValue, name: &str| {
        let body = json!({ "userName": "ada", "displayName": name });
        let mut request = request(Method::PUT, &path, TOKEN, body);
        request.headers_mut().insert("if-match", tag.clone());
        request
    };
    // Without waiting: no two changes have the same tag.
    let changed = world.send(put(&tag, "A")).await;
    let next = changed.headers["etag"].clone();
    changed.expect(200);
    assert_ne!(tag, next);
    world.send(put(&tag, "B")).await.refused(412, None);
    world
        .send(put(&"*".parse().expect("a value"), "C"))
        .await
        .expect(200);
    let mut gone = request(Method::DELETE, &path, TOKEN, Value::Null);
    gone.headers_mut().insert("if-match", next);
    world.send(gone).await.refused(412, None);
    let now = world.get(&path).await.expect(200);
    assert_eq!(now["displayName"], "C");
}

// AD-02
#[tokio::test]
async fn no_provider_ends_what_an_administrator_did_to_an_account_that_was_suspended() {
    let world = World::new().await;
    let id = world.user("ada").await;
    let path = format!("/Users/{id}");
    let active = |active: bool| json!([{ "op": "replace", "path": "active", "value": active }]);
    world.patch(&path, active(false)).await.expect(200);
    let desk = &world.administration;
    desk.disable_user("ada").await.expect("disabled");
    world.patch(&path, active(true)).await.expect(200);
    assert!(world.is_disabled("ada").await);
    // Neither is the name free for another account.
    let renamed = json!([{ "op": "replace", "path": "userName", "value": "ada2" }]);
    world.patch(&path, renamed).await.refused(403, None);
    world.delete(&path).await.expect(204);
    assert!(world.is_disabled("ada").await);
    let again = world.post("/Users", json!({ "userName": "ada" })).await;
    again.refused(409, Some("uniqueness"));
}

// AD-02
#[tokio::test]
async fn names_in_rules_are_nobodys_to_give() {
    let world = World::new().await;
    let taken = world.post("/Users", json!({ "userName": "Ruled" })).await;
    taken.refused(403, None);
    let id = world.user("ada").await;
    let renamed = json!([{ "op": "replace", "path": "userName", "value": "ruled" }]);
    let refused = world.patch(&format!("/Users/{id}"), renamed).await;
    refused.refused(403, None);
    assert!(world.account("ruled").await.is_none());
    assert!(world.account("ada").await.is_some());
    let records = world.records().await.join("\n");
    assert!(
        records.contains("the configuration names ruled"),
        "{records}"
    );
}
