//! RFC 6749 section 4.1.1, RFC 9207, RFC 8707 at the authorization endpoint.

use std::time::Duration;

use doorward_issuer::NewClient;
use http::Method;

use crate::world::{
    AuthorizeRequest, CALLBACK, ISSUER, MAIL, Person, World, config, form, request,
};

#[tokio::test]
async fn a_fault_before_the_redirect_is_known_is_shown_and_sent_nowhere() {
    let world = World::new().await;
    let client = world.client().await;
    let good = || AuthorizeRequest::new(&client);
    #[rustfmt::skip]
    let cases = [
        ("unknown client, AZ-01",       good().set("client_id", "nobody")),
        ("no client, A-017",            good().without("client_id")),
        ("two clients, AZ-11",          good().add("client_id", "evil")),
        ("foreign redirect, AZ-01",     good().set("redirect_uri", "https://evil.example/cb")),
        ("slash, A-021, AZ-02",            good().set("redirect_uri", "https://client.example/cb/")),
        ("case, AZ-02",                 good().set("redirect_uri", "https://client.example/CB")),
        ("query, AZ-02",                good().set("redirect_uri", "https://client.example/cb?x=1")),
        ("traversal, AZ-02",            good().set("redirect_uri", "https://client.example/cb/..;/open")),
        ("subdomain, AZ-02",            good().set("redirect_uri", "https://client.example.evil.test/cb")),
        ("user information, AZ-03",     good().set("redirect_uri", "https://client.example@evil.test/cb")),
        ("control character, AZ-03",    good().set("redirect_uri", "https://client.example/cb\n")),
        ("script, AZ-05",               good().set("redirect_uri", "JaVaScRiPt:alert(1)//")),
        ("no redirect",                 good().without("redirect_uri")),
        ("two redirects, AZ-11",        good().add("redirect_uri", CALLBACK)),
        ("long state, AZ-14",           good().set("state", &"x".repeat(2049))),
    ];
    for (name, bad) in cases {
        let page = Person::default().get(&world, &bad.path()).await;
        assert_eq!(page.status, 400, "{name}");
        assert_eq!(page.location(), "", "{name}");
        assert!(page.body.contains("What to do"), "{name}: the page teaches");
    }
}

#[tokio::test]
async fn a_mismatch_page_shows_what_was_sent_and_what_is_registered_harmlessly() {
    let world = World::new().await;
    let client = world.client().await;
    let bad = AuthorizeRequest::new(&client).set("redirect_uri", "https://evil.example/<script>");
    let page = Person::default().get(&world, &bad.path()).await;
    assert!(!page.body.contains("<script>")); // CO-07
    assert!(page.shows("https://evil.example/&lt;script&gt;"));
    assert!(page.shows(CALLBACK));
    assert!(page.body.contains("<mark>evil.example"), "{}", page.body);
    assert!(page.shows(&format!("<code>doorward client revoke {client}</code>")));
    assert!(
        !page.shows("--redirect-uri https"),
        "no address of the request stands in a command"
    );
}

#[tokio::test]
async fn each_kind_of_client_is_told_who_can_mend_its_addresses() {
    let (world, host) = (World::new().await, crate::host::Host::start().await);
    let administered = preregistered(&world).await;
    let bad = |client: &str| AuthorizeRequest::new(client).set("redirect_uri", "https://x.example");
    let path = bad(&administered).path();
    let page = Person::default().get(&world, &path).await;
    assert!(page.shows(&format!("<code>doorward client show {administered}</code>")));
    let page = Person::default()
        .get(&world, &bad(&host.client_id()).path())
        .await;
    assert!(
        page.shows(&format!(
            "come from the document <code>{}</code>",
            host.client_id()
        )),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn the_reference_on_a_refusal_is_in_the_audit_log() {
    let world = World::new().await;
    let page = Person::default()
        .get(&world, "/authorize?client_id=nobody")
        .await;
    let reference = page
        .body
        .split_once("Reference <code>")
        .expect("a reference")
        .1;
    let reference = reference.split('<').next().expect("closed");
    assert_eq!(reference.len(), 9);
    let records = world.audit_records().await;
    let found = records
        .iter()
        .filter(|record| record.to_string().contains(reference));
    assert_eq!(found.count(), 1); // AD-06
}

#[tokio::test]
async fn an_unknown_client_is_named_and_told_how_to_come_back() {
    let world = World::new().await;
    let request = AuthorizeRequest::new("dyn_<b>gone");
    let page = Person::default().get(&world, &request.path()).await;
    assert!(page.shows("dyn_&lt;b&gt;gone"));
    assert!(page.shows("add it again")); // interop 18
}

#[tokio::test]
async fn invalid_encoding_is_a_page_and_never_a_failure() {
    let world = World::new().await;
    for query in [
        "client_id=%ff",
        "client_id=%zz",
        "%",
        "a=%f0%28",
        "&&&",
        "=",
        "client_id",
    ] {
        let page = world.get(&format!("/authorize?{query}")).await;
        assert_eq!(page.status, 400, "{query}");
    }
    let long = format!("/authorize?x={}", "a".repeat(20_000));
    assert_eq!(world.get(&long).await.status, 400);
}

#[tokio::test]
async fn other_faults_go_to_the_client_with_state_and_issuer() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let good = || AuthorizeRequest::new(&client);
    #[rustfmt::skip]
    let cases = [
        ("no challenge, A-020, A-048", good().without("code_challenge"),            "invalid_request"),
        ("plain, AZ-06",             good().set("code_challenge_method", "plain"), "invalid_request"),
        ("no method, AZ-06",         good().without("code_challenge_method"),     "invalid_request"),
        ("token, A-019, AZ-12",      good().set("response_type", "token"),        "unsupported_response_type"),
        ("hybrid, AZ-12",            good().set("response_type", "code token"),   "unsupported_response_type"),
        ("fragment, AZ-12",          good().set("response_mode", "fragment"),     "invalid_request"),
        ("two scopes, AZ-11",        good().add("scope", "a").add("scope", "b"),  "invalid_request"),
        ("unknown scope, A-028, AZ-17", good().set("scope", "admin"),                "invalid_scope"),
        ("quoted scope, AZ-17",      good().set("scope", "\"x\""),                "invalid_scope"),
        ("unknown server, A-025, AZ-17", good().set("resource", "https://mcp.example/mcp/x"), "invalid_target"),
        ("fragment, AZ-17",          good().add("resource", "https://mcp.example/mcp/files#x"), "invalid_target"),
        ("request object, AZ-16",    good().set("request", "e30.e30."),           "request_not_supported"),
        ("request_uri, AZ-16",       good().set("request_uri", "http://169.254.169.254/"), "request_uri_not_supported"),
        ("none and login, AZ-15",    good().set("prompt", "none login"),          "invalid_request"),
        ("negative age, AZ-15",      good().set("max_age", "-1"),                 "invalid_request"),
        ("none, nobody, AZ-15",      good().set("prompt", "none"),                "login_required"),
    ];
    for (name, bad, error) in cases {
        let answer = Person::default().get(&world, &bad.path()).await;
        assert_eq!(answer.status, 303, "{name}: {}", answer.body);
        assert!(answer.location().starts_with(CALLBACK), "{name}");
        assert_eq!(answer.parameter("error"), error, "{name}");
        assert_eq!(answer.parameter("iss"), ISSUER, "{name}"); // A-024, interop 26
        assert_eq!(answer.parameter("state"), "s t&a=te", "{name}");
        let description = answer.parameter("error_description");
        assert!(
            !description.contains(['"', '\\']) && !description.is_empty(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_hostile_state_comes_back_intact() {
    let world = World::new().await;
    let client = world.client().await;
    let person = world.signed_in("alice").await;
    for state in [
        "\r\nSet-Cookie: x=y",
        "#f&code=x",
        "\"><script>",
        "é%00",
        &"x".repeat(2048),
    ] {
        let request = AuthorizeRequest::new(&client).set("state", state);
        let answer = person.allow(&world, &request).await;
        assert_eq!(answer.parameter("state"), state); // AZ-14
    }
}

#[tokio::test]
async fn a_form_is_as_good_as_a_query_and_both_count_together() {
    let world = World::new().await;
    let client = world.client().await;
    let body = AuthorizeRequest::new(&client).query();
    let post = |path: &str| {
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        request(Method::POST, path, &kind, body.clone())
    };
    let answer = world.send(post("/authorize")).await;
    assert_eq!(answer.status, 303);
    assert!(answer.location().starts_with("/login?flow="));
    let doubled = format!("/authorize?{}", form(&[("client_id", "evil")]));
    assert_eq!(world.send(post(&doubled)).await.status, 400); // AZ-11
}

#[tokio::test]
async fn only_resource_may_be_named_several_times_and_what_is_unknown_is_ignored() {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = world.client().await;
    let request = AuthorizeRequest::new(&client)
        .add("resource", MAIL)
        .add("audience", "x")
        .add("audience", "y");
    let begun = Person::default().get(&world, &request.path()).await;
    assert!(begun.location().starts_with("/login?flow="));
}

#[tokio::test]
async fn prompt_login_asks_again_and_is_content_with_a_fresh_sign_in() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    world.pass(Duration::from_secs(5));
    for again in [("prompt", "login"), ("max_age", "0"), ("max_age", "4")] {
        let request = AuthorizeRequest::new(&client).set(again.0, again.1);
        let begun = person.get(&world, &request.path()).await;
        assert!(begun.location().starts_with("/login?flow="), "{again:?}"); // AZ-15
        let flow = begun
            .location()
            .split_once("flow=")
            .expect("a flow")
            .1
            .to_owned();
        let skipped = person.get(&world, &format!("/consent?flow={flow}")).await;
        assert!(
            skipped.location().starts_with("/login"),
            "{again:?}: no way around"
        );
        world.pass(Duration::from_secs(5));
        let signed_in = person
            .sign_in(&world, "alice", crate::world::PASSWORD, &flow)
            .await;
        let page = person.get(&world, &signed_in.location()).await;
        assert_eq!(page.status, 200, "{again:?}");
        world.pass(Duration::from_secs(5));
    }
    let content = AuthorizeRequest::new(&client).set("max_age", "1000000000");
    let begun = person.get(&world, &content.path()).await;
    assert!(begun.location().starts_with("/consent"));
}

#[tokio::test]
async fn a_self_registered_client_is_always_asked_about() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    person.allow(&world, &AuthorizeRequest::new(&client)).await;
    let again = person
        .get(&world, &AuthorizeRequest::new(&client).path())
        .await;
    assert!(again.location().starts_with("/consent")); // CO-05
    let quiet = AuthorizeRequest::new(&client).set("prompt", "none");
    let refused = person.get(&world, &quiet.path()).await;
    assert!(refused.shows("error=consent_required"), "{}", refused.body); // AZ-15, A-032
}

pub(crate) async fn preregistered(world: &World) -> String {
    let new = NewClient {
        name: "Desk".to_owned(),
        redirect_uris: vec![CALLBACK.to_owned()],
        confidential: false,
        ..NewClient::default()
    };
    let (client, _) = world.administration.add_client(new).await.expect("added");
    client.id.to_string()
}

#[tokio::test]
async fn a_known_client_is_not_asked_about_twice_unless_more_is_at_stake() {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    let read = || AuthorizeRequest::new(&client).set("scope", "mcp:read");
    person.allow(&world, &read()).await;

    let quiet = person
        .get(&world, &read().set("prompt", "none").path())
        .await;
    assert!(quiet.parameters().contains_key("code"), "approved before");
    let asked = [
        ("more scope, CO-05", read().set("scope", "mcp:write")),
        ("other server, CO-05", read().set("resource", MAIL)),
        ("the client asks", read().set("prompt", "consent")),
        ("several servers", read().without("resource")),
    ];
    for (name, request) in asked {
        let begun = person.get(&world, &request.path()).await;
        assert!(begun.location().starts_with("/consent"), "{name}");
    }
    person.site = Some("cross-site");
    let begun = person.get(&world, &read().path()).await;
    assert!(
        begun.location().starts_with("/consent"),
        "cross-site navigation"
    );
}

#[tokio::test]
async fn a_request_expires_and_says_so() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    world.pass(Duration::from_secs(600));
    let flow = page.field("flow");
    for path in ["/consent", "/login"] {
        let gone = person.get(&world, &format!("{path}?flow={flow}")).await;
        assert_eq!(gone.status, 410, "{path}"); // CO-09
        assert!(gone.body.contains("start connecting again"));
    }
    let late = person.answer(&world, &page, &[("decision", "allow")]).await;
    assert_eq!(late.status, 410);
}

#[tokio::test]
async fn a_forged_flow_opens_nothing() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    let mut forged = page.field("flow").into_bytes();
    forged[20] = if forged[20] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).expect("ASCII");
    for flow in [forged.as_str(), "", "x", "AAAA"] {
        let refused = person.get(&world, &format!("/consent?flow={flow}")).await;
        assert_eq!(refused.status, 400, "{flow}"); // CO-09
    }
}

#[tokio::test]
async fn a_client_that_is_revoked_meanwhile_gets_no_code() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let page = person
        .consent_page(&world, &AuthorizeRequest::new(&client))
        .await;
    world
        .administration
        .revoke_client(&client)
        .await
        .expect("revoked");
    let refused = person.answer(&world, &page, &[("decision", "allow")]).await;
    assert_eq!(
        (refused.status.as_u16(), refused.location()),
        (400, String::new())
    ); // TK-18
}

#[tokio::test]
async fn the_origin_means_the_only_server_and_nothing_when_there_are_two() {
    let world = World::new().await;
    let client = world.client().await;
    let origin = AuthorizeRequest::new(&client).set("resource", "https://mcp.example/");
    let begun = Person::default().get(&world, &origin.path()).await;
    assert!(begun.location().starts_with("/login"), "interop 29");
    let two = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = two.client().await;
    let origin = AuthorizeRequest::new(&client).set("resource", "https://mcp.example/");
    let refused = Person::default().get(&two, &origin.path()).await;
    assert!(refused.shows("error=invalid_target"), "{}", refused.body);
}

#[tokio::test]
async fn a_floating_loopback_port_is_answered_where_it_was_asked() {
    let world = World::new().await;
    let client = world
        .client_named("Claude Code", "http://localhost/callback")
        .await;
    let person = world.signed_in("alice").await;
    let request =
        AuthorizeRequest::new(&client).set("redirect_uri", "http://localhost:54321/callback");
    let answer = person.allow(&world, &request).await; // interop 21
    assert!(
        answer
            .location()
            .starts_with("http://localhost:54321/callback?code=")
    );
}
