//! RFC 9396: authorization details of the type `mcp_tool`, from the request to the token.

use serde_json::{Value, json};

use crate::{
    authorize::preregistered,
    world::{
        Answer, AuthorizeRequest, CALLBACK, FILES, ISSUER, MAIL, VERIFIER, World, claims, config,
    },
};

fn entry(server: &str, tools: &[&str]) -> Value {
    json!({"type": "mcp_tool", "server": server, "tools": tools})
}

fn wanted() -> Value {
    let mut limited = entry("files", &["write_file"]);
    limited["arguments"] = json!({"volume": {"one_of": ["docs", "<b>"]}, "lines": {"at_most": 10}});
    json!([entry("files", &["list_*"]), limited])
}

fn asking(client: &str, details: &Value) -> AuthorizeRequest {
    AuthorizeRequest::new(client).set("authorization_details", &details.to_string())
}

async fn redeem(world: &World, client: &str, code: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", CALLBACK),
    ];
    pairs.extend_from_slice(more);
    world.post("/token", &pairs).await
}

#[track_caller]
fn carried(answer: &Answer) -> Value {
    let said = answer.json()["authorization_details"].clone();
    let token = claims(&answer.tokens().access);
    assert_eq!(
        said, token["authorization_details"],
        "response and token agree"
    );
    said
}

//
#[tokio::test]
async fn what_was_approved_is_in_the_response_and_in_the_token() {
    let world = World::new().await;
    let client = world.client().await;
    let person = world.signed_in("alice").await;
    let answer = person.allow(&world, &asking(&client, &wanted())).await;
    let tokens = redeem(&world, &client, &answer.parameter("code"), &[]).await;
    assert_eq!(carried(&tokens), wanted());
    let again = world.refresh(&client, &tokens.tokens().refresh).await;
    assert_eq!(carried(&again), wanted());

    let plain = world.tokens(&client).await;
    assert_eq!(claims(&plain.access)["authorization_details"], Value::Null);
}

#[tokio::test]
async fn the_page_shows_the_calls_and_only_their_tools_harmlessly() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &asking(&client, &wanted()))
        .await;
    assert!(page.shows("Only these calls"));
    assert!(page.shows("<code>list_*</code>"));
    assert!(
        page.shows("<code>lines</code> is at most 10"),
        "{}",
        page.body
    );
    assert!(page.shows("\u{201c}docs\u{201d} or \u{201c}&lt;b&gt;\u{201d}")); // CO-07
    assert!(page.shows("list_files") && page.shows("write_file"));
    assert!(!page.shows("delete_file"), "not one of them");
}

// TK-04, TK-05
#[tokio::test]
async fn a_token_request_narrows_details_and_never_widens_them() {
    let world = World::new().await;
    let client = world.client().await;
    let person = world.signed_in("alice").await;
    let answer = person.allow(&world, &asking(&client, &wanted())).await;
    let code = answer.parameter("code");
    let less = json!([entry("files", &["list_files"])]).to_string();
    for more in [
        json!([entry("files", &["*"])]),
        json!([entry("files", &["write_file"])]),
        json!([entry("mail", &["list_files"])]),
        json!([{"type": "other"}]),
        json!("x"),
    ] {
        let asked = [("authorization_details", &*more.to_string())];
        let refused = redeem(&world, &client, &code, &asked).await;
        refused.refuses(400, "invalid_authorization_details"); // interop 31: nothing is lost
    }
    let narrow = [("authorization_details", less.as_str())];
    let tokens = redeem(&world, &client, &code, &narrow).await;
    assert_eq!(carried(&tokens).to_string(), less);

    let refreshed = world.refresh(&client, &tokens.tokens().refresh).await;
    assert_eq!(carried(&refreshed), wanted(), "the grant keeps its own");
    let token = refreshed.tokens().refresh;
    let wide = json!([entry("files", &["delete_file"])]).to_string();
    let wide = [("authorization_details", wide.as_str())];
    let refused = world.refresh_with(&client, &token, &wide).await;
    refused.refuses(400, "invalid_authorization_details");
    let narrowed = world.refresh_with(&client, &token, &narrow).await;
    assert_eq!(carried(&narrowed).to_string(), less);
    let repeated = world.refresh(&client, &token).await;
    assert_eq!(
        carried(&repeated),
        wanted(),
        "a repeat gets what it asks for"
    );
}

#[tokio::test]
async fn a_grant_without_details_can_still_give_a_token_with_some() {
    let world = World::new().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    let less = json!([entry("files", &["list_files"])]).to_string();
    let narrow = [("authorization_details", less.as_str())];
    let narrowed = world.refresh_with(&client, &tokens.refresh, &narrow).await;
    assert_eq!(carried(&narrowed).to_string(), less);
    let elsewhere = json!([entry("mail", &["send"])]).to_string();
    let elsewhere = [("authorization_details", elsewhere.as_str())];
    let token = narrowed.tokens().refresh;
    let refused = world.refresh_with(&client, &token, &elsewhere).await;
    refused.refuses(400, "invalid_authorization_details");
}

#[tokio::test]
async fn each_token_carries_the_details_of_its_own_server() {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = world.client().await;
    let (list, send) = (entry("files", &["list_files"]), entry("mail", &["send"]));
    let request = asking(&client, &json!([list, send])).without("resource");
    let mut person = world.signed_in("alice").await;
    let page = person.consent_page(&world, &request).await;
    let choice = [("decision", "allow"), ("server", FILES), ("server", MAIL)];
    let answer = person.answer(&world, &page, &choice).await;
    let mail = [("resource", MAIL)];
    let tokens = redeem(&world, &client, &answer.parameter("code"), &mail).await;
    assert_eq!(carried(&tokens), json!([send]));
    let files = [("resource", FILES)];
    let other = world
        .refresh_with(&client, &tokens.tokens().refresh, &files)
        .await;
    assert_eq!(carried(&other), json!([list]));

    // Narrowed to the details of one server, a token for the other would carry none.
    let narrow = json!([list]).to_string();
    let crossed = [
        ("resource", MAIL),
        ("authorization_details", narrow.as_str()),
    ];
    let refused = world
        .refresh_with(&client, &other.tokens().refresh, &crossed)
        .await;
    refused.refuses(400, "invalid_authorization_details");
}

//
#[tokio::test]
async fn what_cannot_be_granted_is_told_to_the_client() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    let mut unknown_member = entry("files", &["x"]);
    unknown_member["locations"] = json!([FILES]);
    for (name, details, error) in [
        (
            "unknown type",
            json!([{"type": "payment"}]),
            "invalid_authorization_details",
        ),
        (
            "unknown member",
            json!([unknown_member]),
            "invalid_authorization_details",
        ),
        ("no array", json!({}), "invalid_authorization_details"),
        (
            "another server",
            json!([entry("mail", &["x"])]),
            "invalid_authorization_details",
        ),
    ] {
        let answer = person.get(&world, &asking(&client, &details).path()).await;
        assert_eq!(answer.parameter("error"), error, "{name}");
    }
}

// CO-05
#[tokio::test]
async fn an_approval_of_few_calls_is_remembered_for_these_and_opens_nothing_else() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    let request = || asking(&client, &wanted()).set("prompt", "none");
    person.allow(&world, &asking(&client, &wanted())).await;

    let same = person.get(&world, &request().path()).await;
    let tokens = redeem(&world, &client, &same.parameter("code"), &[]).await;
    assert_eq!(carried(&tokens), wanted());

    let more = json!([entry("files", &["list_*", "delete_file"])]);
    for other in [asking(&client, &more), AuthorizeRequest::new(&client)] {
        let refused = person
            .get(&world, &other.set("prompt", "none").path())
            .await;
        assert_eq!(refused.parameter("error"), "consent_required");
    }
}
