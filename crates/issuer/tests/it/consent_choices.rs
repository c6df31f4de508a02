//! Giving less than was asked for: fewer tools, for a shorter time, only this once.

use std::time::Duration;

use doorward_issuer::NewClient;
use serde_json::{Value, json};

use crate::{
    authorize::preregistered,
    world::{AuthorizeRequest, CALLBACK, FILES, ISSUER, MAIL, VERIFIER, World, claims, config},
};

const HOUR: Duration = Duration::from_secs(3600);

fn entry(server: &str, tools: &[&str]) -> Value {
    json!({"type": "mcp_tool", "server": server, "tools": tools})
}

/// The claims of the token that alice gives when she answers so.
async fn given(world: &World, request: &AuthorizeRequest, answer: &[(&str, &str)]) -> Value {
    let mut person = world.signed_in("alice").await;
    let page = person.consent_page(world, request).await;
    let answer = person.answer(world, &page, answer).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let client = request.client();
    let tokens = world.redeem(&client, &answer.parameter("code")).await;
    claims(&tokens.tokens().access)
}

// CO-09
#[tokio::test]
async fn single_tools_are_in_the_token_and_no_others() {
    let world = World::new().await;
    let client = world.client().await;
    let request = AuthorizeRequest::new(&client);
    let answer = [
        ("decision", "allow"),
        ("tool.read.files", "list_files"),
        ("tool.write.files", "write_file"),
    ];
    let token = given(&world, &request, &answer).await;
    assert_eq!(
        token["authorization_details"],
        json!([entry("files", &["list_files", "write_file"])])
    );
    assert_eq!(token["scope"], "mcp:read mcp:write");
}

// CO-09
#[tokio::test]
async fn a_pick_never_opens_more_than_was_asked() {
    let world = World::new().await;
    let client = world.client().await;
    let asked = json!([entry("files", &["list_*"])]);
    let request = AuthorizeRequest::new(&client)
        .set("scope", "mcp:read")
        .set("authorization_details", &asked.to_string());
    let answer = [
        ("decision", "allow"),
        ("tool.read.files", "list_files"),
        ("tool.read.files", "*"),
        ("tool.destructive.files", "delete_file"),
        ("tool.read.mail", "send"),
        ("scope", "mcp:write"),
    ];
    let token = given(&world, &request, &answer).await;
    assert_eq!(
        token["authorization_details"],
        json!([entry("files", &["list_files"])])
    );
    assert_eq!(token["scope"], "mcp:read");
}

#[tokio::test]
async fn nothing_chosen_is_nothing_allowed() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    for (name, value) in [
        ("every.read.files", "x"),
        ("tool.read.files", "*"),
        ("tool.write.files", ""),
    ] {
        let answer = [
            ("decision", "allow"),
            ("every.read.files", "x"),
            (name, value),
        ];
        let again = person.answer(&world, &page, &answer).await;
        assert_eq!(again.status, 422, "{name}");
        assert!(again.body.contains("role=\"alert\""), "{name}");
    }
    let many: Vec<String> = (0..600).map(|it| format!("tool_number_{it}")).collect();
    let mut answer = vec![("decision", "allow")];
    answer.extend(many.iter().map(|name| ("tool.write.files", name.as_str())));
    let again = person.answer(&world, &page, &answer).await;
    assert_eq!(again.status, 422, "more than a token has room for"); // DS-05
}

#[tokio::test]
async fn one_narrowed_server_leaves_the_other_whole() {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = world.client().await;
    let request = AuthorizeRequest::new(&client)
        .set("resource", FILES)
        .add("resource", MAIL);
    let mut person = world.signed_in("alice").await;
    let page = person.consent_page(&world, &request).await;
    let answer = [
        ("decision", "allow"),
        ("server", FILES),
        ("server", MAIL),
        ("tool.read.files", "list_files"),
    ];
    let answer = person.answer(&world, &page, &answer).await;
    let code = answer.parameter("code");
    let redeem = [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("code", code.as_str()),
        ("code_verifier", VERIFIER),
        ("resource", FILES),
    ];
    let files = world.post("/token", &redeem).await.tokens();
    assert_eq!(
        claims(&files.access)["authorization_details"],
        json!([entry("files", &["list_files"])])
    );
    let mail = [("resource", MAIL)];
    let mail = world.refresh_with(&client, &files.refresh, &mail).await;
    assert_eq!(
        claims(&mail.tokens().access)["authorization_details"],
        json!([entry("mail", &["*"])])
    );
}

//
#[tokio::test]
async fn access_ends_when_the_person_says() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let answer = [("decision", "allow"), ("lasts", "hour")];
    let answer = person.answer(&world, &page, &answer).await;
    let tokens = world.redeem(&client, &answer.parameter("code")).await;
    let tokens = tokens.tokens();
    world.pass(HOUR - Duration::from_secs(1));
    let last = world.refresh(&client, &tokens.refresh).await.tokens();
    let left = claims(&last.access)["exp"].as_i64().expect("a time") - world.now().seconds();
    assert_eq!(left, 1, "no token outlives the grant");
    world.pass(Duration::from_secs(1));
    let over = world.refresh(&client, &last.refresh).await;
    over.refuses(400, "invalid_grant");
}

#[tokio::test]
async fn no_time_is_longer_than_configured_and_an_unknown_one_is_none() {
    let mut short = config(ISSUER, &["files"]);
    short.lifetimes.refresh_absolute = 2 * HOUR;
    let world = World::with(short).await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let unknown = [("decision", "allow"), ("lasts", "for ever")];
    let unknown = person.answer(&world, &page, &unknown).await;
    assert_eq!(unknown.status, 422); // CO-09
    let week = [("decision", "allow"), ("lasts", "week")];
    let week = person.answer(&world, &page, &week).await;
    let tokens = world.redeem(&client, &week.parameter("code")).await;
    world.pass(2 * HOUR);
    let over = world.refresh(&client, &tokens.tokens().refresh).await;
    over.refuses(400, "invalid_grant");
}

/// Whether alice is asked when the client comes again for the same.
async fn is_asked(world: &World, request: &AuthorizeRequest) -> bool {
    let mut person = world.signed_in("alice").await;
    let begun = person.get(world, &request.path()).await;
    begun.location().starts_with("/consent")
}

// A-039, CO-05
#[tokio::test]
async fn only_this_time_is_not_remembered_and_takes_back_what_was() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let request = AuthorizeRequest::new(&client);
    let once = [("decision", "allow"), ("again", "ask")];
    given(&world, &request, &once).await;
    assert!(is_asked(&world, &request).await);
    given(&world, &request, &[("decision", "allow")]).await;
    assert!(!is_asked(&world, &request).await);
    let prompted = AuthorizeRequest::new(&client).set("prompt", "consent");
    given(&world, &prompted, &once).await;
    assert!(is_asked(&world, &request).await, "the last word counts");
}

// CO-05
#[tokio::test]
async fn an_answer_that_goes_elsewhere_is_asked_about() {
    let world = World::new().await;
    let other = "https://other.example/cb";
    let new = NewClient {
        name: "Two".to_owned(),
        redirect_uris: vec![CALLBACK.to_owned(), other.to_owned()],
        confidential: false,
        ..NewClient::default()
    };
    let (client, _) = world.registered(new).await;
    let request = AuthorizeRequest::new(&client);
    given(&world, &request, &[("decision", "allow")]).await;
    assert!(!is_asked(&world, &request).await);
    assert!(is_asked(&world, &request.set("redirect_uri", other)).await);
}

// CO-05
#[tokio::test]
async fn what_was_left_out_is_not_given_without_asking() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let request = AuthorizeRequest::new(&client);
    let few = [("decision", "allow"), ("tool.read.files", "list_files")];
    given(&world, &request, &few).await;
    assert!(is_asked(&world, &request).await, "it asks for everything");
    let same = json!([entry("files", &["list_files"])]).to_string();
    let same = AuthorizeRequest::new(&client).set("authorization_details", &same);
    assert!(!is_asked(&world, &same).await);
    let other = json!([entry("files", &["write_file"])]).to_string();
    let other = AuthorizeRequest::new(&client).set("authorization_details", &other);
    assert!(is_asked(&world, &other).await);
}

// CO-05
#[tokio::test]
async fn what_was_given_for_a_time_is_asked_for_after_it() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let request = AuthorizeRequest::new(&client);
    let mut person = world.signed_in("alice").await;
    let page = person.consent_page(&world, &request).await;
    let hour = [("decision", "allow"), ("lasts", "hour")];
    person.answer(&world, &page, &hour).await;
    world.pass(HOUR / 2);
    let silent = person.get(&world, &request.path()).await;
    let tokens = world.redeem(&client, &silent.parameter("code")).await;
    let tokens = tokens.tokens();
    world.pass(HOUR / 2);
    let over = world.refresh(&client, &tokens.refresh).await;
    over.refuses(400, "invalid_grant"); // the second grant ends with the first
    let begun = person.get(&world, &request.path()).await;
    assert!(begun.location().starts_with("/consent"));
}

// CO-09
#[tokio::test]
async fn a_client_gets_no_more_later_than_the_person_picked() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let few = [("decision", "allow"), ("tool.read.files", "list_files")];
    let answer = person.answer(&world, &page, &few).await;
    let tokens = world.redeem(&client, &answer.parameter("code")).await;
    let tokens = tokens.tokens();
    let wide = json!([entry("files", &["*"])]).to_string();
    let wide = [("authorization_details", wide.as_str())];
    let refused = world.refresh_with(&client, &tokens.refresh, &wide).await;
    refused.refuses(400, "invalid_authorization_details"); // TK-04
}
