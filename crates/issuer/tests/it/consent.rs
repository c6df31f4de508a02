//! The consent page and its answer.

use std::time::Duration;

use doorward_issuer::NewClient;

use crate::world::{
    AuthorizeRequest, CALLBACK, FILES, ISSUER, MAIL, PASSWORD, Person, World, config,
};

#[tokio::test]
async fn the_page_says_who_asks_for_what_and_where_the_answer_goes() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    for told in [
        "Client",
        "registered itself, unverified", // CO-06
        "client.example",
        "The files server",
        FILES,
        "list_files",
        "write_file",
        "delete_file",
        "destructive",
        "90 days",
        "Signed in as <strong>alice</strong>",
        &client,
    ] {
        assert!(page.shows(told), "{told}: {}", page.body);
    }
}

#[tokio::test]
async fn a_program_on_this_computer_gets_a_warning() {
    let world = World::new().await;
    let client = world.client_named("Claude", "http://localhost/cb").await;
    let mut person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client).set("redirect_uri", "http://localhost:9/cb");
    let page = person.consent_page(&world, &request).await;
    assert!(
        page.body
            .contains("Any program on this computer can claim to be Claude")
    ); // A-034, CO-08
}

#[tokio::test]
async fn a_client_of_an_administrator_is_said_to_be_one() {
    let world = World::new().await;
    let new = NewClient {
        name: "Desk".to_owned(),
        redirect_uris: vec![CALLBACK.to_owned()],
        confidential: false,
        ..NewClient::default()
    };
    let (client, _) = world.administration.add_client(new).await.expect("added");
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(client.id.as_str()))
        .await;
    assert!(page.body.contains("registered by an administrator"));
    assert!(!page.body.contains("unverified"));
}

#[tokio::test]
async fn names_are_text_and_never_markup() {
    let world = World::new().await;
    let client = world
        .client_named("<img src=x onerror=alert(1)>\u{202e}", CALLBACK)
        .await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    assert!(!page.body.contains("<img") && !page.body.contains('\u{202e}')); // A-065, CO-06, CO-07
    assert!(page.body.contains("&lt;img"));
}

#[tokio::test]
async fn allowing_returns_a_code_with_state_and_issuer() {
    let world = World::new().await;
    let client = world.client().await;
    let person = world.signed_in("alice").await;
    let answer = person.allow(&world, &AuthorizeRequest::new(&client)).await;
    assert!(
        answer
            .location()
            .starts_with("https://client.example/cb?code=dwk_")
    );
    assert_eq!(answer.parameter("state"), "s t&a=te");
    assert_eq!(answer.parameter("iss"), ISSUER); // A-024, AZ-13
    assert_eq!(answer.parameters().len(), 3);
    let query = answer.location();
    for name in ["code=", "state=", "iss="] {
        assert_eq!(query.matches(name).count(), 1, "{name}");
    }
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer"); // AZ-10
}

#[tokio::test]
async fn denying_tells_the_client_and_makes_no_code() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let answer = person.answer(&world, &page, &[("decision", "deny")]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.parameter("error"), "access_denied");
    assert_eq!(answer.parameter("iss"), ISSUER);
    assert!(!answer.parameters().contains_key("code"));
    assert!(world.audited().await.contains(&"consent denied".to_owned()));
}

#[tokio::test]
async fn a_request_is_answered_once_whatever_was_answered() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let first = person.answer(&world, &page, &[("decision", "allow")]).await;
    assert_eq!(first.status, 303);
    for decision in ["allow", "deny"] {
        let again = person
            .answer(&world, &page, &[("decision", decision)])
            .await;
        assert_eq!(
            (again.status.as_u16(), again.location()),
            (200, String::new())
        ); // CO-09
        assert!(again.body.contains("You allowed Client already"));
    }
}

#[tokio::test]
async fn two_loads_and_two_tabs_both_work() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client);
    let first = person.consent_page(&world, &request).await;
    let flow = first.field("flow");
    let reloaded = person.get(&world, &format!("/consent?flow={flow}")).await;
    assert_eq!(reloaded.field("form"), first.field("form")); // interop 47, CO-10
    let other_tab = person.consent_page(&world, &request).await;
    for page in [first, other_tab] {
        let answer = person.answer(&world, &page, &[("decision", "allow")]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
}

#[tokio::test]
async fn only_the_page_of_this_person_and_this_request_counts() {
    let world = World::new().await;
    world.add_user("mallory").await;
    let client = world.client().await;
    let mut alice = world.signed_in("alice").await;
    let mut mallory = world.signed_in("mallory").await;
    let request = AuthorizeRequest::new(&client);
    let hers = alice.consent_page(&world, &request).await;
    let other = alice.consent_page(&world, &request).await;
    let his = mallory.consent_page(&world, &request).await;
    let (flow, form) = (hers.field("flow"), hers.field("form"));
    for tag in ["", "x", &other.field("form"), &his.field("form")] {
        let pairs = [
            ("flow", flow.as_str()),
            ("form", tag),
            ("decision", "allow"),
        ];
        let refused = alice.post(&world, "/consent", &pairs).await;
        assert_eq!(
            (refused.status.as_u16(), refused.location()),
            (403, String::new())
        ); // A-036, CO-02
    }
    let pairs = [
        ("flow", flow.as_str()),
        ("form", form.as_str()),
        ("decision", "allow"),
    ];
    let refused = mallory.post(&world, "/consent", &pairs).await;
    assert_eq!(refused.status, 403, "CO-09: somebody else's page");
    assert!(
        refused.shows(&format!("href=\"/consent?flow={flow}\"")),
        "and how to go on"
    );
    assert!(
        world
            .audited()
            .await
            .contains(&"csrf.refused denied".to_owned())
    );
}

#[tokio::test]
async fn a_form_of_another_site_allows_nothing() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let (flow, form) = (page.field("flow"), page.field("form"));
    let pairs = [
        ("flow", flow.as_str()),
        ("form", form.as_str()),
        ("decision", "allow"),
    ];
    let cookie = person.cookie.clone().expect("signed in");
    let headers = [
        ("cookie", cookie.as_str()),
        ("origin", "https://evil.example"),
    ];
    let refused = world.post_with("/consent", &headers, &pairs).await;
    assert_eq!(refused.status, 403); // CO-02
    let audited = world.audited().await;
    assert!(audited.contains(&"csrf.refused denied".to_owned())); // CO-02
    assert_eq!(
        person
            .answer(&world, &page, &[("decision", "allow")])
            .await
            .status,
        303
    );
}

#[tokio::test]
async fn whoever_was_signed_out_meanwhile_signs_in_and_loses_nothing() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    person.clone().post(&world, "/logout", &[]).await;
    let answer = person.answer(&world, &page, &[("decision", "allow")]).await;
    assert_eq!(
        answer.location(),
        format!("/login?flow={}", page.field("flow"))
    );
    let signed_in = person
        .sign_in(&world, "alice", PASSWORD, &page.field("flow"))
        .await;
    let page = person.get(&world, &signed_in.location()).await;
    assert_eq!(
        person
            .answer(&world, &page, &[("decision", "allow")])
            .await
            .status,
        303
    );
}

#[tokio::test]
async fn signing_in_as_somebody_else_keeps_the_request() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let flow = page.field("flow");
    let answer = person.post(&world, "/logout", &[("flow", &flow)]).await;
    assert_eq!(answer.location(), format!("/login?flow={flow}"));
}

#[tokio::test]
async fn a_person_may_give_less_than_was_asked() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let choice = [("decision", "allow"), ("limit", "read")];
    let code = person
        .answer(&world, &page, &choice)
        .await
        .parameter("code");
    assert_eq!(
        world.redeem(&client, &code).await.tokens().scope,
        "mcp:read"
    );
}

#[tokio::test]
async fn nobody_gives_more_than_was_asked() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client).set("scope", "mcp:read");
    let page = person.consent_page(&world, &request).await;
    assert!(!page.body.contains("write_file") && !page.body.contains("name=\"limit\""));
    let forged = [
        ("decision", "allow"),
        ("scope", "mcp:read mcp:write"),
        ("client_id", "evil"),
        ("redirect_uri", "https://evil.example"),
        ("server", "https://evil.example"),
    ];
    let answer = person.answer(&world, &page, &forged).await; // CO-09
    assert!(answer.location().starts_with(CALLBACK));
    let tokens = world
        .redeem(&client, &answer.parameter("code"))
        .await
        .tokens();
    assert_eq!(tokens.scope, "mcp:read");
}

#[tokio::test]
async fn several_servers_are_a_choice_that_nobody_makes_in_advance() {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client).without("resource"); // A-027, interop 30
    let page = person.consent_page(&world, &request).await;
    assert_eq!(page.inputs("server").len(), 2);
    assert!(
        page.inputs("server")
            .iter()
            .all(|it| !it.contains("checked"))
    );
    assert!(
        page.body.contains("not available right now"),
        "the mail server does not tell"
    );
    for server in ["", "https://mcp.example/mcp/other"] {
        let choice = [("decision", "allow"), ("server", server)];
        let again = person.answer(&world, &page, &choice).await;
        assert_eq!(again.status, 422);
        assert!(again.body.contains("role=\"alert\""));
    }
    let choice = [("decision", "allow"), ("server", MAIL)];
    let code = person
        .answer(&world, &page, &choice)
        .await
        .parameter("code");
    let tokens = world.redeem(&client, &code).await.tokens();
    assert_eq!(crate::world::claims(&tokens.access)["aud"], MAIL);
}

#[tokio::test]
async fn the_form_may_end_where_the_answer_goes() {
    let world = World::new().await;
    #[rustfmt::skip]
    let cases = [
        ("https://client.example/cb", "https://client.example/cb", "form-action 'self' https://client.example;"),
        ("http://127.0.0.1/cb",  "http://127.0.0.1:81/cb",  "form-action 'self' http://127.0.0.1:81;"),
        ("http://[::1]/cb",      "http://[::1]:81/cb",      "form-action 'self' http:;"),
        ("cursor://anysphere.cursor-mcp/oauth/callback", "cursor://anysphere.cursor-mcp/oauth/callback", "form-action 'self' cursor:;"),
    ];
    for (registered, sent, expected) in cases {
        let client = world.client_named("C", registered).await;
        let request = AuthorizeRequest::new(&client).set("redirect_uri", sent);
        let mut person = Person::default();
        let begun = person.get(&world, &request.path()).await;
        let page = person.get(&world, &begun.location()).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains(expected), "{policy}"); // the next page may redirect at once
        let mut person = world.signed_in("alice").await;
        let page = person.consent_page(&world, &request).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains(expected), "{policy}"); // CO-10
    }
}

#[tokio::test]
async fn an_answer_that_is_neither_yes_nor_no_is_none() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    for decision in ["", "maybe", "ALLOW"] {
        let answer = person
            .answer(&world, &page, &[("decision", decision)])
            .await;
        assert_eq!(answer.status, 400);
    }
    world.pass(Duration::from_secs(1));
    assert_eq!(
        person
            .answer(&world, &page, &[("decision", "allow")])
            .await
            .status,
        303
    );
}
