//! What the server says of itself, and requests that are not what they should be.

use doorward_core::provisioning::Authority;
use doorward_scim::ScimConfig;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::world::{TOKEN, World, config, request};

// RFC 7644 section 4
#[tokio::test]
async fn what_is_offered_is_described_and_nothing_else() {
    let world = World::new().await;
    let can = world.get("/ServiceProviderConfig").await.expect(200);
    assert_eq!(can["patch"]["supported"], true);
    assert_eq!(can["bulk"]["supported"], false);
    assert_eq!(can["filter"]["maxResults"], 200);
    assert_eq!(can["changePassword"]["supported"], false);
    assert_eq!(can["authenticationSchemes"][0]["type"], "oauthbearertoken");
    let types = world.get("/ResourceTypes").await.expect(200);
    assert_eq!(types["totalResults"], 2);
    assert_eq!(types["Resources"][0]["endpoint"], "/Users");
    let one = world.get("/ResourceTypes/Group").await.expect(200);
    assert_eq!(one["schema"], "urn:ietf:params:scim:schemas:core:2.0:Group");
    let schemas = world.get("/Schemas").await.expect(200);
    assert_eq!(schemas["totalResults"], 2);
    let urn = "urn:ietf:params:scim:schemas:core:2.0:User";
    let one = world.get(&format!("/Schemas/{urn}")).await.expect(200);
    assert_eq!(one["id"], urn);
    for nowhere in ["/ResourceTypes/Printer", "/Schemas/urn:x", "/Printers", ""] {
        world.get(nowhere).await.refused(404, None);
    }
    let filtered = world.get("/Schemas?filter=name%20pr").await;
    filtered.refused(403, None);
    world.post("/Bulk", json!({})).await.refused(501, None);
    world.get("/Me").await.refused(501, None);
    let answer = world.delete("/Users").await;
    assert_eq!(answer.headers["allow"], "GET, HEAD, POST");
    answer.refused(405, None);
}

#[tokio::test]
async fn bodies_are_json_by_their_own_account_and_not_endless() {
    let world = World::new().await;
    let posted = |kind: Option<&str>, body: &str| {
        let mut request = request(Method::POST, "/Users", TOKEN, Value::Null);
        let headers = request.headers_mut();
        headers.remove("content-type");
        if let Some(kind) = kind {
            headers.insert("content-type", kind.parse().expect("a value"));
        }
        let (parts, _) = request.into_parts();
        Request::from_parts(parts, axum::body::Body::from(body.to_owned()))
    };
    for (number, kind) in [
        Some("application/json"),
        Some("Application/SCIM+JSON"),
        None,
    ]
    .into_iter()
    .enumerate()
    {
        let body = json!({ "userName": format!("u{number}") }).to_string();
        world.send(posted(kind, &body)).await.expect(201);
    }
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
    ] {
        let refused = world.send(posted(Some(kind), "{\"userName\":\"x\"}")).await;
        refused.refused(415, None);
    }
    let deep = "[".repeat(100_000);
    for bad in ["", "{", "nonsense", deep.as_str()] {
        let refused = world.send(posted(None, bad)).await;
        refused.refused(400, Some("invalidSyntax"));
    }
    let long = format!("{{\"userName\":\"{}\"}}", "a".repeat(2 * 1024 * 1024));
    world.send(posted(None, &long)).await.refused(413, None);
    let odd = world
        .ask(Method::PATCH, "/Users/x", json!({ "Operations": [] }))
        .await;
    odd.refused(404, None);
}

#[tokio::test]
async fn below_a_path_it_is_served_there_and_at_the_root() {
    let below = ScimConfig {
        public_url: "https://mcp.example/door".to_owned(),
        ..config(Authority::default())
    };
    let store = doorward_store::SqliteStore::in_memory().expect("a database in memory");
    let world = World::on(std::sync::Arc::new(store), below);
    let made = world
        .post("/Users", json!({ "userName": "ada" }))
        .await
        .expect(201);
    let id = made["id"].as_str().expect("an id");
    let expected = format!("https://mcp.example/door/scim/v2/Users/{id}");
    assert_eq!(made["meta"]["location"], expected.as_str());
    let mut below = request(Method::GET, "", TOKEN, Value::Null);
    *below.uri_mut() = format!("/door/scim/v2/Users/{id}").parse().expect("a path");
    assert_eq!(world.send(below).await.expect(200)["userName"], "ada");
}
