//! One approval and one token for all servers at once.

use std::{sync::atomic::Ordering, time::Duration};

use doorward_core::client::Environment;
use doorward_issuer::{IssuerConfig, NewClient};
use serde_json::{Value, json};

use crate::{
    authorize::preregistered,
    world::{Answer, AuthorizeRequest, CALLBACK, FILES, ISSUER, MAIL, World, claims, config},
};

fn all() -> String {
    format!("{ISSUER}/mcp")
}

fn of(servers: &[&str]) -> IssuerConfig {
    let mut config = config(ISSUER, servers);
    config.whole = Some(doorward_core::resource::Resource::from_known(all()));
    config
}

async fn world() -> World {
    World::with(of(&["files", "mail"])).await
}

fn asking(client: &str) -> AuthorizeRequest {
    AuthorizeRequest::new(client).set("resource", &all())
}

fn entry(server: &str, tools: &[&str]) -> Value {
    json!({"type": "mcp_tool", "server": server, "tools": tools})
}

const BOTH: [(&str, &str); 3] = [
    ("decision", "allow"),
    ("member", "files"),
    ("member", "mail"),
];

/// What alice is told when she answers so.
async fn answered(world: &World, request: &AuthorizeRequest, answer: &[(&str, &str)]) -> Answer {
    let mut person = world.signed_in("alice").await;
    let page = person.consent_page(world, request).await;
    person.answer(world, &page, answer).await
}

async fn token(world: &World, request: &AuthorizeRequest, answer: &[(&str, &str)]) -> Value {
    let answer = answered(world, request, answer).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let code = answer.parameter("code");
    let redeemed = world.redeem(&request.client(), &code).await;
    claims(&redeemed.tokens().access)
}

/// What the inputs of this name say.
fn values(page: &Answer, name: &str) -> Vec<String> {
    let value = |tag: &&str| {
        let (_, rest) = tag.split_once("value=\"")?;
        Some(rest.split_once('"')?.0.replace("&#x2f;", "/"))
    };
    page.inputs(name).iter().filter_map(value).collect()
}

#[tokio::test]
async fn the_page_shows_the_tools_of_every_server_and_the_token_is_for_all_of_them() {
    let world = world().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person.consent_page(&world, &asking(&client)).await;
    assert!(
        page.shows("All servers") && page.shows(&all()),
        "{}",
        page.body
    );
    assert_eq!(values(&page, "member"), ["files", "mail"]);
    assert_eq!(values(&page, "tool.read.all.files"), ["list_files"]);
    let token = token(&world, &asking(&client), &BOTH).await;
    assert_eq!(token["aud"], all()); // GW-02
    assert_eq!(token["scope"], "mcp:read mcp:write");
    assert_eq!(token.get("authorization_details"), None);
    let records = world.audit_records().await;
    let consent = records.iter().find(|record| record["event"] == "consent");
    assert_eq!(consent.expect("a record")["server"], "*");
}

// CO-09
#[tokio::test]
async fn less_is_given_server_by_server_and_tool_by_tool() {
    let world = world().await;
    let client = world.client().await;
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Value);
    #[rustfmt::skip]
    let cases: [Case<'_>; 3] = [
        ("one tool unticked", &[
            ("tool.read.all.files", "list_files"), ("every.read.all.files", "x"),
        ], json!([entry("files", &["list_files"]), entry("mail", &["*"])])),
        ("a server without any", &[
            ("every.read.all.files", "x"), ("every.write.all.files", "x"),
        ], json!([entry("mail", &["*"])])),
        ("the ticks of another page", &[("tool.read.files", "x"), ("every.read.files", "x")], Value::Null),
    ];
    for (name, more, expected) in cases {
        let mut answer = BOTH.to_vec();
        answer.extend_from_slice(more);
        let request = asking(&client).set("prompt", "consent");
        let token = token(&world, &request, &answer).await;
        assert_eq!(token["authorization_details"], expected, "{name}");
    }
    let mut nothing = BOTH.to_vec();
    nothing.extend([("every.read.all.files", "x"), ("every.read.all.mail", "x")]);
    let request = asking(&client).set("prompt", "consent");
    let again = answered(&world, &request, &nothing).await;
    assert_eq!(again.status, 422, "nothing of any server");
    let again = answered(&world, &request, &[("decision", "allow")]).await;
    assert_eq!(again.status, 422, "no server was shown");
}

// CO-09, DS-05
#[tokio::test]
async fn a_server_with_too_many_tools_is_left_out_as_one_and_takes_no_room_of_others() {
    let world = World::with(of(&["many", "files"])).await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person.consent_page(&world, &asking(&client)).await;
    assert_eq!(values(&page, "open"), ["many"]);
    assert_eq!(values(&page, "closable"), ["many"]);
    assert!(page.inputs("tool.destructive.all.many").is_empty());
    assert!(page.shows("tool_299"), "what can destroy is named");
    assert_eq!(values(&page, "tool.read.all.files"), ["list_files"]);

    let shown = [
        ("decision", "allow"),
        ("member", "many"),
        ("member", "files"),
        ("closable", "many"),
    ];
    let given = async |more: &[(&str, &str)]| {
        let answer = [&shown[..], more].concat();
        let request = asking(&client).set("prompt", "consent");
        token(&world, &request, &answer).await["authorization_details"].clone()
    };
    assert_eq!(given(&[("open", "many")]).await, Value::Null);
    assert_eq!(given(&[]).await, json!([entry("files", &["*"])]));
    let other = given(&[("open", "files")]).await;
    assert_eq!(other, json!([entry("files", &["*"])]), "another's tick");
}

#[tokio::test]
async fn a_server_that_the_person_may_not_use_is_not_shown_and_not_given_in_part() {
    // GW-04
    let world = world().await;
    world.tools.barred.store(true, Ordering::SeqCst);
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person.consent_page(&world, &asking(&client)).await;
    assert_eq!(values(&page, "member"), ["files"]);
    let answer = [
        ("decision", "allow"),
        ("member", "files"),
        ("tool.read.all.files", "list_files"),
        ("every.read.all.files", "x"),
    ];
    let token = token(&world, &asking(&client), &answer).await;
    let expected = json!([entry("files", &["list_files"])]);
    assert_eq!(token["authorization_details"], expected);
}

#[tokio::test]
async fn details_for_all_name_their_servers() {
    let world = world().await;
    let client = world.client().await;
    let details = json!([entry("files", &["list_*"])]).to_string();
    let request = asking(&client).set("authorization_details", &details);
    let mut person = world.signed_in("alice").await;
    let page = person.consent_page(&world, &request).await;
    assert_eq!(
        values(&page, "member"),
        ["files"],
        "the others are not meant"
    );
    let answer = [
        ("decision", "allow"),
        ("member", "files"),
        ("member", "mail"),
    ];
    let token = token(&world, &request, &answer).await;
    assert_eq!(
        token["authorization_details"],
        json!([entry("files", &["list_*"])])
    );
}

#[tokio::test]
async fn all_servers_go_with_no_other_resource_and_are_one_choice_among_them() {
    // GW-02, A-051
    let world = world().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    let with_other = asking(&client).add("resource", FILES);
    let refused = person.get(&world, &with_other.path()).await;
    assert_eq!(refused.parameter("error"), "invalid_target");
    let unnamed = AuthorizeRequest::new(&client).without("resource");
    let page = person.consent_page(&world, &unnamed).await;
    let all = all();
    assert_eq!(values(&page, "server"), [FILES, MAIL, all.as_str()]);
    let mut answer = BOTH.to_vec();
    answer.push(("server", &all));
    let token = token(&world, &unnamed, &answer).await;
    assert_eq!(token["aud"], all);
}

#[tokio::test]
async fn one_server_alone_is_asked_about_as_ever() {
    let world = World::with(of(&["files"])).await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let unnamed = AuthorizeRequest::new(&client).without("resource");
    let page = person.consent_page(&world, &unnamed).await;
    assert!(
        page.shows(FILES) && page.inputs("server").is_empty(),
        "{}",
        page.body
    );
    assert!(!page.shows("All servers"));
    let home = world.get("/").await;
    assert!(!home.shows("All servers"), "{}", home.body);
}

#[tokio::test]
async fn whoever_may_not_have_each_server_may_not_have_all() {
    let mut config = of(&["files", "mail"]);
    config.servers[0].environment = Some(Environment::Prod);
    config.servers[0].access_ttl = Some(Duration::from_secs(60));
    let world = World::with(config).await;
    let labelled = NewClient {
        name: "Desk".to_owned(),
        redirect_uris: vec![CALLBACK.to_owned()],
        environments: vec![Environment::Dev],
        ..NewClient::default()
    };
    let (labelled, _) = world
        .administration
        .add_client(labelled)
        .await
        .expect("added");
    let mut person = world.signed_in("alice").await;
    let refused = person
        .get(&world, &asking(labelled.id.as_str()).path())
        .await;
    assert_eq!(refused.parameter("error"), "invalid_target");
    let client = world.client().await;
    let token = token(&world, &asking(&client), &BOTH).await;
    let lives = token["exp"]
        .as_i64()
        .zip(token["iat"].as_i64())
        .map(|(exp, iat)| exp - iat);
    assert_eq!(lives, Some(60), "no longer than for any of them");
}

#[tokio::test]
async fn the_metadata_is_under_the_path_of_all_servers_where_there_is_one() {
    //
    let paths = [
        "/.well-known/oauth-authorization-server/mcp",
        "/mcp/.well-known/openid-configuration",
    ];
    let (with, without) = (world().await, World::new().await);
    for path in paths {
        assert_eq!(with.get(path).await.json()["issuer"], ISSUER, "{path}");
        assert_eq!(without.get(path).await.status, 404, "{path}");
    }
    assert!(with.get("/").await.shows(&all()));
    let client = preregistered(&without).await;
    let mut person = without.signed_in("alice").await;
    let refused = person.get(&without, &asking(&client).path()).await;
    assert_eq!(refused.parameter("error"), "invalid_target");
}
