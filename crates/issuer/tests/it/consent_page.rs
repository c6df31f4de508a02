//! What the consent page shows, and what its ticks come to.

use std::sync::atomic::Ordering;

use doorward_issuer::NewClient;
use serde_json::{Value, json};

use crate::{
    authorize::preregistered,
    world::{Answer, AuthorizeRequest, CALLBACK, ISSUER, Person, World, claims, config},
};

/// What a browser sends that ticks nothing and unticks what `without` names.
fn ticks(page: &Answer, without: &[&str]) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let rest = tag
            .split_once(&format!(" {name}=\""))
            .map(|(_, rest)| rest)?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let inputs = page.body.split("<input").skip(1);
    let inputs = inputs.filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag));
    let sent = inputs.filter_map(|tag| {
        let (name, value) = (attribute(tag, "name")?, attribute(tag, "value")?);
        let box_ = tag.contains("type=\"checkbox\"") || tag.contains("type=\"radio\"");
        let on = !box_ || tag.contains(" checked");
        (on && !without.contains(&value.as_str())).then_some((name, value))
    });
    sent.collect()
}

async fn submit(
    world: &World,
    person: &mut Person,
    page: &Answer,
    (without, more): (&[&str], &[(&str, &str)]),
) -> Answer {
    let ticks = ticks(page, without);
    let mut pairs: Vec<(&str, &str)> = more.to_vec();
    let said = ticks
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    pairs.extend(said.filter(|(name, _)| !more.iter().any(|(other, _)| other == name)));
    person.post(world, "/consent", &pairs).await
}

const ALLOW: [(&str, &str); 1] = [("decision", "allow")];

/// The details in the token of an answer.
async fn details(world: &World, client: &str, answer: &Answer) -> Value {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let tokens = world
        .redeem(client, &answer.parameter("code"))
        .await
        .tokens();
    claims(&tokens.access)["authorization_details"].clone()
}

// CO-09
#[tokio::test]
async fn all_ticks_leave_it_open_and_one_unticked_names_the_rest() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client);
    let page = person.consent_page(&world, &request).await;
    let whole = submit(&world, &mut person, &page, (&[], &ALLOW)).await;
    assert_eq!(details(&world, &client, &whole).await, Value::Null);

    let page = person.consent_page(&world, &request).await;
    let less = submit(&world, &mut person, &page, (&["delete_file"], &ALLOW)).await;
    let names = json!(["list_files", "write_file"]);
    let expected = json!([{"type": "mcp_tool", "server": "files", "tools": names}]);
    assert_eq!(details(&world, &client, &less).await, expected);

    let page = person.consent_page(&world, &request).await;
    let all = ["delete_file", "list_files", "write_file"];
    let none = submit(&world, &mut person, &page, (&all, &ALLOW)).await;
    assert_eq!(none.status, 422, "nothing chosen is nothing allowed");
    assert!(none.body.contains("role=\"alert\""));
}

// CO-09
#[tokio::test]
async fn a_tag_of_another_page_makes_nothing_whole() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client);
    let other = person.consent_page(&world, &request).await;
    let page = person.consent_page(&world, &request).await;
    let foreign = other.field("every.destructive.files");
    assert_ne!(foreign, page.field("every.destructive.files"));
    let more = [
        ("decision", "allow"),
        ("every.destructive.files", foreign.as_str()),
    ];
    let answer = submit(&world, &mut person, &page, (&[], &more)).await;
    let details = details(&world, &client, &answer).await;
    assert_eq!(
        details[0]["tools"].as_array().map(Vec::len),
        Some(3),
        "only what was ticked"
    );
}

#[tokio::test]
async fn reading_alone_stays_open_whatever_else_is_ticked() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let more = [("decision", "allow"), ("limit", "read")];
    let answer = submit(&world, &mut person, &page, (&["write_file"], &more)).await;
    let tokens = world
        .redeem(&client, &answer.parameter("code"))
        .await
        .tokens();
    assert_eq!(tokens.scope, "mcp:read");
    assert_eq!(claims(&tokens.access)["authorization_details"], Value::Null);
}

#[tokio::test]
async fn a_button_unticks_a_group_and_keeps_the_rest_of_the_form() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let press = [("tick", "none.destructive.files"), ("lasts", "day")];
    let page = submit(&world, &mut person, &page, (&[], &press)).await;
    assert_eq!(page.status, 200, "nothing is decided");
    let answer = submit(&world, &mut person, &page, (&[], &ALLOW)).await;
    let given = details(&world, &client, &answer).await;
    assert_eq!(given[0]["tools"], json!(["list_files", "write_file"]));
    let mut tx = world.store.begin().await.expect("a unit of work");
    let grants = tx.grants(None, None).await.expect("readable");
    let left = grants[0].expires_at.since(grants[0].created_at);
    assert_eq!(left.as_secs(), 86_400, "the chosen day was kept");

    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let press = [("tick", "every.destructive.files")];
    let page = submit(&world, &mut person, &page, (&[], &press)).await;
    let answer = submit(&world, &mut person, &page, (&[], &ALLOW)).await;
    assert_eq!(details(&world, &client, &answer).await, Value::Null);
}

// CO-09: the server decides when its list fails, and what was unticked stays so.
#[tokio::test]
async fn what_was_unticked_stays_so_when_the_list_of_tools_is_gone() {
    let world = World::new().await;
    let presses: [(&[&str], &str, Value); 4] = [
        (&["delete_file"], "none.read.files", json!(["write_file"])),
        (
            &[],
            "none.destructive.files",
            json!(["list_files", "write_file"]),
        ),
        (
            &["delete_file"],
            "every.destructive.files",
            json!(["list_files", "write_file"]),
        ),
        (&[], "every.read.files", Value::Null),
    ];
    for (without, press, left) in presses {
        let client = world.client_named(press, CALLBACK).await; // nothing left out before
        let request = AuthorizeRequest::new(&client);
        let mut person = world.signed_in("alice").await;
        let page = person.consent_page(&world, &request).await;
        world.tools.gone.store(true, Ordering::SeqCst);
        let gone = submit(&world, &mut person, &page, (without, &[("tick", press)])).await;
        assert!(
            gone.shows("stays as it was") && !gone.body.contains("type=\"checkbox\" name=\"tool.")
        );
        let twice = submit(&world, &mut person, &gone, (&[], &[("tick", "more")])).await;
        let answer = submit(&world, &mut person, &twice, (&[], &ALLOW)).await;
        world.tools.gone.store(false, Ordering::SeqCst);
        let given = details(&world, &client, &answer).await;
        assert_eq!(given[0]["tools"], left, "{press}");
    }
    // All of it unticked is still nothing, and the list that is there again shows that.
    let mut person = world.signed_in("alice").await;
    let client = world.client().await;
    let request = AuthorizeRequest::new(&client);
    let page = person.consent_page(&world, &request).await;
    world.tools.gone.store(true, Ordering::SeqCst);
    let all: &[&str] = &["delete_file", "list_files", "write_file"];
    let none = submit(&world, &mut person, &page, (all, &ALLOW)).await;
    let again = submit(&world, &mut person, &none, (&[], &ALLOW)).await;
    assert_eq!((none.status.as_u16(), again.status.as_u16()), (422, 422));
    world.tools.gone.store(false, Ordering::SeqCst);
    let back = submit(&world, &mut person, &again, (&[], &ALLOW)).await;
    assert_eq!(back.status, 422);
    assert!(
        back.body.contains("value=\"delete_file\"")
            && !back.body.contains("value=\"delete_file\" checked")
    );
}

// CO-05
#[tokio::test]
async fn what_is_new_is_marked_and_what_was_left_out_is_unticked() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    let read = AuthorizeRequest::new(&client).set("scope", "mcp:read");
    let page = person.consent_page(&world, &read).await;
    assert!(!page.shows("has access already") && page.shows("for the first time"));
    let answer = submit(&world, &mut person, &page, (&[], &ALLOW)).await;
    world
        .redeem(&client, &answer.parameter("code"))
        .await
        .tokens();

    let more = AuthorizeRequest::new(&client).set("scope", "mcp:read mcp:write");
    let page = person.consent_page(&world, &more).await;
    assert!(page.shows("Desk has access already"), "{}", page.body);
    assert!(page.shows("changing things is new") && page.shows("1 new"));
    let answer = submit(&world, &mut person, &page, (&["delete_file"], &ALLOW)).await;
    details(&world, &client, &answer).await;

    let page = person.consent_page(&world, &more).await;
    assert!(page.shows("left out so far"), "{}", page.body);
    let answer = submit(&world, &mut person, &page, (&[], &ALLOW)).await;
    let given = details(&world, &client, &answer).await;
    assert_eq!(
        given[0]["tools"],
        json!(["list_files", "write_file"]),
        "as before"
    );
}

// CO-05, CO-08
#[tokio::test]
async fn remembering_is_offered_only_where_the_page_may_be_skipped() {
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    let known = preregistered(&world).await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&known))
        .await;
    assert!(page.shows("Do not ask again") && page.shows("value=\"remember\" checked"));
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&world.client().await))
        .await;
    assert!(!page.shows("Do not ask again") && page.shows("You are asked each time"));

    let new = NewClient {
        name: "Local".to_owned(),
        redirect_uris: vec!["http://127.0.0.1/cb".to_owned()],
        confidential: false,
        ..NewClient::default()
    };
    let (local, _) = world.registered(new).await;
    let request = AuthorizeRequest::new(&local).set("redirect_uri", "http://127.0.0.1:9/cb");
    let page = person.consent_page(&world, &request).await;
    assert!(!page.shows("Do not ask again"));
    let forged = [("decision", "allow"), ("again", "remember")];
    submit(&world, &mut person, &page, (&[], &forged)).await;
    let begun = person.get(&world, &request.path()).await;
    assert!(begun.location().starts_with("/consent"), "never skipped");
}

// CO-06
#[tokio::test]
async fn a_name_that_passes_for_another_is_warned_about() {
    let world = World::new().await;
    let mut person = world.signed_in("alice").await;
    for (name, warning) in [
        ("\u{421}laude", "This is not Claude"),
        ("C1aude Desktop", "This is not Claude"),
        ("P\u{430}yments", "mixes alphabets"),
        ("\u{1f916}", "has no letters"),
    ] {
        let client = world.client_named(name, CALLBACK).await;
        let page = person
            .consent_page(&world, &AuthorizeRequest::new(&client))
            .await;
        assert!(page.shows(warning), "{name}: {}", page.body);
    }
    let document = json!({
        "client_name": "Claude", "client_name#ja": "Doorward", "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
    });
    let varied = world.register(&document).await.json();
    let varied = AuthorizeRequest::new(varied["client_id"].as_str().expect("an id"));
    let page = person
        .consent_page(&world, &varied.set("ui_locales", "ja"))
        .await;
    assert!(
        page.shows("Claude") && !page.shows("Doorward</q>"),
        "one name for everybody"
    );
    let honest = world.client_named("Claude", CALLBACK).await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&honest))
        .await;
    assert!(!page.body.contains("alert bad"));
    assert!(page.shows("registered itself, unverified"));
    for name in ["D\u{43e}\u{43e}rward", "D00rward Admin", "\u{ff24}oorward"] {
        let document = json!({"client_name": name, "redirect_uris": [CALLBACK]});
        let refused = world.register(&document).await;
        refused.refuses(400, "invalid_client_metadata");
    }
}

// CO-07
#[tokio::test]
async fn links_of_a_client_are_https_named_by_their_host_and_nothing_is_loaded() {
    let world = World::new().await;
    let document = json!({
        "client_name": "Linked", "redirect_uris": [CALLBACK],
        "policy_uri": "https://client.example/privacy", "tos_uri": "javascript:alert(1)",
        "logo_uri": "https://client.example/logo.svg", "client_uri": "http://client.example/",
        "token_endpoint_auth_method": "none", "software_version": "1.2",
    });
    let registered = world.register(&document).await.json();
    let client = registered["client_id"].as_str().expect("an id");
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(client))
        .await;
    assert!(
        page.shows("href=\"https://client.example/privacy\" rel=\"noopener noreferrer nofollow\""),
        "{}",
        page.body
    );
    assert!(page.shows("Its privacy policy, at client.example") && page.shows("Version 1.2"));
    for never in ["javascript:", "logo.svg", "<img", "href=\"http://"] {
        assert!(!page.shows(never), "{never}");
    }
}

// CO-10, DS-05
#[tokio::test]
async fn hundreds_of_tools_are_picked_without_scripts_and_fit() {
    let world = World::with(config(ISSUER, &["many"])).await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client).without("resource");
    let page = person.consent_page(&world, &request).await;
    assert_eq!(page.inputs("tool.destructive.many").len(), 300);
    let rest = 14_000; // its style sheet and script
    assert!(page.body.len() + rest < 60_000, "{}", page.body.len());

    let press = [("tick", "none.destructive.many")];
    let page = submit(&world, &mut person, &page, (&[], &press)).await;
    let few = [("decision", "allow"), ("tool.destructive.many", "tool_007")];
    let answer = submit(&world, &mut person, &page, (&[], &few)).await;
    let given = details(&world, &client, &answer).await;
    assert_eq!(given[0]["tools"], json!(["tool_007"]));

    let client = world.client_named("Another", CALLBACK).await;
    let request = AuthorizeRequest::new(&client).without("resource");
    let page = person.consent_page(&world, &request).await;
    let answer = submit(&world, &mut person, &page, (&["tool_299"], &ALLOW)).await;
    let given = details(&world, &client, &answer).await;
    let entries = given.as_array().expect("entries").iter();
    let named = entries.filter_map(|entry| entry["tools"].as_array());
    let named: Vec<&Value> = named.flatten().collect();
    assert_eq!(named.len(), 299, "all but one");
    assert!(!named.contains(&&json!("tool_299")));
}

#[tokio::test]
async fn deny_comes_first_and_is_as_large_as_allow() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let deny = page.body.find("value=\"deny\"").expect("deny");
    let allow = page.body.find("value=\"allow\"").expect("allow");
    assert!(deny < allow);
    let answers = page
        .body
        .split_once("class=\"answers\"")
        .expect("answers")
        .1;
    let answers = answers.split_once("</div>").expect("an end").0;
    assert!(!answers.contains("class=\"primary\"") && !answers.contains("class=\"link\""));
}
