//! Lists and searches.

use serde_json::{Value, json};

use crate::world::World;

fn names(list: &Value) -> Vec<&str> {
    let all = list["Resources"].as_array().expect("resources").iter();
    all.map(|it| {
        it["userName"]
            .as_str()
            .or(it["displayName"].as_str())
            .unwrap_or_default()
    })
    .collect()
}

async fn populated() -> World {
    let world = World::new().await;
    for (name, shown) in [("carol", "1"), ("Alice", "3"), ("bob", "2")] {
        let user = json!({ "userName": name, "displayName": shown });
        world.post("/Users", user).await.expect(201);
        world.clock.advance(std::time::Duration::from_secs(1));
    }
    world
}

// RFC 7644 section 3.4.2.4
#[tokio::test]
async fn pages_cover_everything_once() {
    let world = populated().await;
    for (query, total, expected) in [
        ("", 3, vec!["carol", "Alice", "bob"]),
        ("?startIndex=2&count=1", 3, vec!["Alice"]),
        ("?startIndex=4", 3, vec![]),
        ("?count=0", 3, vec![]),
        ("?count=-1", 3, vec![]),
        ("?startIndex=0&count=2", 3, vec!["carol", "Alice"]),
        (
            "?filter=userName%20pr&startIndex=2&count=1",
            3,
            vec!["Alice"],
        ),
        (
            "?filter=displayName%20gt%20%221%22&count=1",
            2,
            vec!["Alice"],
        ),
        ("?filter=userName%20eq%20%22nobody%22", 0, vec![]),
        ("?filter=userName%20eq%20%22no%20name%22", 0, vec![]),
        ("?sortBy=userName", 3, vec!["Alice", "bob", "carol"]),
        (
            "?sortBy=userName&sortOrder=descending",
            3,
            vec!["carol", "bob", "Alice"],
        ),
        ("?sortBy=displayName&startIndex=2&count=1", 3, vec!["bob"]),
        (
            "?sortBy=meta.created&sortOrder=descending&count=1",
            3,
            vec!["bob"],
        ),
        ("?sortBy=shoeSize", 3, vec!["carol", "Alice", "bob"]),
    ] {
        let list = world.get(&format!("/Users{query}")).await.expect(200);
        assert_eq!(list["totalResults"], total, "{query}");
        assert_eq!(names(&list), expected, "{query}");
        assert_eq!(list["itemsPerPage"], expected.len(), "{query}");
    }
    for (query, kind) in [
        ("?filter=userName", "invalidFilter"),
        ("?filter=userName%20is%20%22x%22", "invalidFilter"),
        ("?count=many", "invalidValue"),
        ("?sortBy=userName&sortOrder=up", "invalidValue"),
        ("?attributes=id&excludedAttributes=name", "invalidValue"),
    ] {
        let refused = world.get(&format!("/Users{query}")).await;
        refused.refused(400, Some(kind));
    }
}

#[tokio::test]
async fn answers_have_what_was_asked_for() {
    let world = populated().await;
    let list = world
        .get("/Users?attributes=displayName&count=1")
        .await
        .expect(200);
    let first = list["Resources"][0].as_object().expect("an object");
    let found: Vec<&str> = first.keys().map(String::as_str).collect();
    assert_eq!(found, ["schemas", "id", "displayName"]);
    let id = first["id"].as_str().expect("an id");
    let one = world
        .get(&format!("/Users/{id}?excludedAttributes=displayName,meta"))
        .await;
    let one = one.expect(200);
    assert!(one.get("displayName").is_none() && one.get("meta").is_none());
    assert_eq!(one["userName"], "carol");
    let group = world.group("staff", &[id]).await;
    let list = world
        .get("/Groups?excludedAttributes=members")
        .await
        .expect(200);
    assert!(list["Resources"][0].get("members").is_none());
    let shown = json!([{ "op": "replace", "path": "displayName", "value": "people" }]);
    let shown = world
        .patch(&format!("/Groups/{group}?attributes=displayName"), shown)
        .await;
    assert_eq!(shown.expect(200)["displayName"], "people");
}

// RFC 7644 section 3.4.3
#[tokio::test]
async fn a_search_is_a_list_with_a_body() {
    let world = populated().await;
    world.group("alumni", &[]).await;
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "userName sw \"a\"",
        "attributes": ["userName"],
        "count": 10,
    });
    let found = world
        .post("/Users/.search", search.clone())
        .await
        .expect(200);
    assert_eq!(names(&found), ["Alice"]);
    let found = world.post("/Groups/.search", json!({})).await.expect(200);
    assert_eq!(names(&found), ["alumni"]);
    let every = json!({ "filter": "userName sw \"a\" or displayName sw \"a\"" });
    let found = world.post("/.search", every).await.expect(200);
    assert_eq!(names(&found), ["Alice", "alumni"]);
    let all = world
        .post("/.search", json!({ "startIndex": 3, "count": 2 }))
        .await
        .expect(200);
    assert_eq!(all["totalResults"], 4);
    assert_eq!(names(&all), ["bob", "alumni"]);
    let bad = json!({ "schemas": ["urn:x"] });
    world
        .post("/.search", bad)
        .await
        .refused(400, Some("invalidSyntax"));
    world
        .post("/.search", json!([]))
        .await
        .refused(400, Some("invalidSyntax"));
}

#[tokio::test]
async fn the_groups_of_users_can_be_searched() {
    let world = populated().await;
    let id = world.user("dave").await;
    let group = world.group("staff", &[&id]).await;
    let query = format!("/Users?filter=groups.value%20eq%20%22{group}%22");
    let found = world.get(&query).await.expect(200);
    assert_eq!(names(&found), ["dave"]);
}
