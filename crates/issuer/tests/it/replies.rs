//! How answers reach their client: OAuth 2.0 Form Post Response Mode, RFC 9207, RFC 9700
//! section 4.11.2; and when no page may be shown, OpenID Connect Core section 3.1.2.6.

use std::time::Duration;

use crate::{
    authorize::preregistered,
    world::{Answer, AuthorizeRequest, CALLBACK, ISSUER, MAIL, Person, World, config},
};

/// The fields of a form that carries an answer to the client.
#[track_caller]
fn carries(page: &Answer, fields: &[(&str, &str)]) {
    assert_eq!(page.location(), "", "the browser posts, nothing redirects");
    assert!(page.shows(&format!("<form method=\"post\" action=\"{CALLBACK}\"")));
    assert!(
        page.body.contains("<button type=\"submit\""),
        "works without scripts"
    );
    for (name, value) in fields {
        let field = page
            .field(name)
            .replace("&#x2f;", "/")
            .replace("&amp;", "&");
        assert_eq!(field, *value, "{name}");
    }
}

/// Nothing inline, and the form leads to the web and nowhere else.
#[track_caller]
fn is_guarded(page: &Answer, scripted: bool) {
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{policy}"); // CO-01, CO-07
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(policy.contains("form-action https:;"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(policy.contains("script-src 'self'"), scripted, "{policy}");
    let script = "<script src=\"/assets/reply.js?v=";
    assert_eq!(page.shows(script), scripted, "{}", page.body);
    assert_eq!(page.body.matches("<script").count(), usize::from(scripted));
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer"); // AZ-10
}

#[tokio::test]
async fn a_form_carries_code_state_and_issuer_like_a_redirect() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client).set("response_mode", "form_post");
    let page = person.consent_page(&world, &request).await;
    let answer = person.answer(&world, &page, &[("decision", "allow")]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    carries(&answer, &[("state", "s t&a=te"), ("iss", ISSUER)]);
    is_guarded(&answer, true);
    let redeemed = world.redeem(&client, &answer.field("code")).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body);

    let page = person.consent_page(&world, &request).await;
    let no = person.answer(&world, &page, &[("decision", "deny")]).await;
    carries(&no, &[("error", "access_denied"), ("iss", ISSUER)]);
}

#[tokio::test]
async fn the_script_is_a_file_of_ours() {
    let world = World::new().await;
    let script = world.get("/assets/reply.js").await;
    assert_eq!(script.status, 200);
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(script.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn a_hostile_state_stays_text_in_the_form() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let request = AuthorizeRequest::new(&client)
        .set("response_mode", "form_post")
        .set("state", "\"><script>alert(1)</script>")
        .set("scope", "admin");
    let page = Person::default().get(&world, &request.path()).await;
    carries(&page, &[("error", "invalid_scope"), ("iss", ISSUER)]);
    is_guarded(&page, true); // AZ-14: the script is not in it
    assert!(page.body.contains("&quot;&gt;&lt;script&gt;"));
}

#[tokio::test]
async fn an_approval_from_before_is_carried_by_a_form_too() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    person.allow(&world, &AuthorizeRequest::new(&client)).await;
    let request = AuthorizeRequest::new(&client)
        .set("response_mode", "form_post")
        .set("prompt", "none");
    let page = person.get(&world, &request.path()).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.field("code").starts_with("dwk_"));
    is_guarded(&page, true);
}

//
#[tokio::test]
async fn a_stranger_cannot_make_this_origin_send_people_elsewhere() {
    let world = World::new().await;
    let client = world.client().await;
    for (name, value, error) in [
        ("scope", "admin", "invalid_scope"),
        ("prompt", "none", "login_required"),
        ("response_type", "token", "unsupported_response_type"),
    ] {
        let request = AuthorizeRequest::new(&client).set(name, value);
        let page = Person::default().get(&world, &request.path()).await;
        assert_eq!(
            (page.status.as_u16(), page.location()),
            (400, String::new()),
            "{name}"
        );
        assert!(
            page.shows("<strong>client.example</strong>"),
            "{name}: says where"
        );
        assert!(
            page.shows(&format!("href=\"{CALLBACK}?error={error}&amp;")),
            "{}",
            page.body
        );
        assert!(page.shows("iss=https%3A%2F%2Fmcp.example"), "{name}");

        let posted = request.set("response_mode", "form_post");
        let page = Person::default().get(&world, &posted.path()).await;
        assert_eq!(page.status, 400, "{name}");
        carries(&page, &[("error", error), ("iss", ISSUER)]);
        is_guarded(&page, false);
    }
    let local = world.client_named("Local", "http://127.0.0.1/cb").await;
    let request = AuthorizeRequest::new(&local)
        .set("redirect_uri", "http://127.0.0.1:4/cb")
        .set("scope", "admin");
    let direct = Person::default().get(&world, &request.path()).await;
    assert!(
        direct
            .location()
            .starts_with("http://127.0.0.1:4/cb?error=invalid_scope")
    );
}

// AZ-15
#[tokio::test]
async fn without_pages_the_client_learns_what_a_page_would_have_asked() {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = preregistered(&world).await;
    let quiet = || AuthorizeRequest::new(&client).set("prompt", "none");
    let mut nobody = Person::default();
    let mut alice = world.signed_in("alice").await;
    world.pass(Duration::from_secs(5));
    let cases = [
        (
            "nobody is signed in",
            &mut nobody,
            quiet(),
            "login_required",
        ),
        (
            "the sign-in is too old",
            &mut alice.clone(),
            quiet().set("max_age", "4"),
            "login_required",
        ),
        (
            "never asked",
            &mut alice.clone(),
            quiet(),
            "consent_required",
        ),
        (
            "never asked about this one",
            &mut alice.clone(),
            quiet().set("resource", MAIL),
            "consent_required",
        ),
        (
            "two to choose from",
            &mut alice,
            quiet().without("resource"),
            "interaction_required",
        ),
    ];
    for (name, person, request, error) in cases {
        let answer = person.get(&world, &request.path()).await;
        assert_eq!(answer.parameter("error"), error, "{name}");
        assert_eq!(answer.parameter("state"), "s t&a=te", "{name}");
    }
}

#[tokio::test]
async fn choosing_an_account_shows_the_page_that_lets_somebody_else_sign_in_in_the_language_asked_for()
 {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    person.allow(&world, &AuthorizeRequest::new(&client)).await;
    let request = AuthorizeRequest::new(&client)
        .set("prompt", "select_account")
        .set("login_hint", "bob")
        .set("ui_locales", "de-CH fr \"<x>");
    let page = person.consent_page(&world, &request).await;
    assert!(page.shows("Als jemand anderes anmelden"));
    assert!(page.shows("<html lang=\"de\" dir=\"ltr\">"));
}
