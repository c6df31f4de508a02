//! RFC 9126: pushed authorization requests.

use std::sync::Arc;
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use tokio::task::JoinSet;

use crate::world::{
    Answer, AuthorizeRequest, CALLBACK, ISSUER, Person, World, claims, config, form, request,
};

const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// Pushes a request, authenticated by nothing but its form.
async fn push(world: &World, request: &AuthorizeRequest) -> Answer {
    world.post("/par", &request.pairs()).await
}

#[track_caller]
fn uri(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["request_uri"]
        .as_str()
        .expect("text")
        .to_owned()
}

fn reference(client: &str, uri: &str) -> AuthorizeRequest {
    AuthorizeRequest::bare(&[("client_id", client), ("request_uri", uri)])
}

#[tokio::test]
async fn a_pushed_request_is_carried_through_to_its_tokens() {
    let world = World::new().await;
    let client = world.client().await;
    let narrow = AuthorizeRequest::new(&client).set("scope", "mcp:read");
    let pushed = push(&world, &narrow).await;
    assert_eq!(pushed.header("cache-control"), "no-store");
    assert_eq!(pushed.json()["expires_in"], 90);
    let uri = uri(&pushed);
    assert!(uri.starts_with(PREFIX), "{uri}");

    // What stands outside does not count (RFC 9126 section 4).
    let outside = reference(&client, &uri)
        .set("scope", "mcp:write")
        .set("state", "other")
        .set("redirect_uri", "https://evil.example/cb");
    let answer = world.signed_in("alice").await.allow(&world, &outside).await;
    assert!(answer.location().starts_with(CALLBACK));
    assert_eq!(answer.parameter("state"), "s t&a=te");
    assert_eq!(answer.parameter("iss"), ISSUER);
    let redeemed = world.redeem(&client, &answer.parameter("code")).await;
    assert_eq!(claims(&redeemed.tokens().access)["scope"], "mcp:read");
}

#[tokio::test]
async fn a_request_uri_works_once_and_a_restart_does_not_renew_it() {
    let world = World::new().await;
    let client = world.client().await;
    let uri = uri(&push(&world, &AuthorizeRequest::new(&client)).await);
    let path = reference(&client, &uri).path();
    let world = world.restarted().await;
    let first = Person::default().get(&world, &path).await;
    assert!(first.location().starts_with("/login"), "{}", first.body);
    let world = world.restarted().await;
    for _ in 0..2 {
        let again = Person::default().get(&world, &path).await;
        assert_eq!(
            (again.status.as_u16(), again.location()),
            (409, String::new())
        ); // AZ-16
        assert!(again.body.contains("used before"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_follow_one_request_uri_exactly_one_goes_on() {
    let world = Arc::new(World::new().await);
    let client = world.client().await;
    let uri = uri(&push(&world, &AuthorizeRequest::new(&client)).await);
    let path = reference(&client, &uri).path();
    let mut all = JoinSet::new();
    for _ in 0..50 {
        let (world, path) = (Arc::clone(&world), path.clone());
        all.spawn(async move { world.get(&path).await.status.as_u16() });
    }
    let statuses = all.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1); // AZ-16
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 49);
}

#[tokio::test]
async fn a_request_uri_opens_in_time_for_its_client_and_unchanged() {
    let world = World::new().await;
    let client = world.client().await;
    let other = world.client_named("Other", CALLBACK).await;
    let uri = uri(&push(&world, &AuthorizeRequest::new(&client)).await);
    let mut forged = uri.clone().into_bytes();
    let at = PREFIX.len() + 30;
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).expect("ASCII");
    #[rustfmt::skip]
    let cases = [
        ("another client, AZ-16", reference(&other, &uri)),
        ("changed",               reference(&client, &forged)),
        ("empty",                 reference(&client, PREFIX)),
        ("no client",             AuthorizeRequest::bare(&[("request_uri", &uri)])),
        ("two clients, AZ-11",    reference(&client, &uri).add("client_id", &other)),
        ("twice, AZ-11",          reference(&client, &uri).add("request_uri", &uri)),
    ];
    for (name, request) in cases {
        let page = Person::default().get(&world, &request.path()).await;
        assert_eq!(
            (page.status.as_u16(), page.location()),
            (400, String::new()),
            "{name}"
        );
    }
    world.pass(Duration::from_millis(89_999));
    let path = reference(&client, &uri).path();
    world.pass(Duration::from_millis(1));
    let late = Person::default().get(&world, &path).await;
    assert_eq!(late.status, 410, "{}", late.body);
}

#[tokio::test]
async fn nothing_of_it_can_be_read_or_guessed_and_no_two_are_alike() {
    let world = World::new().await;
    let client = world.client().await;
    let request = AuthorizeRequest::new(&client);
    let (one, two) = (
        uri(&push(&world, &request).await),
        uri(&push(&world, &request).await),
    );
    assert_ne!(one, two);
    let sealed = one.strip_prefix(PREFIX).expect("ours");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(sealed)
        .expect("base64url");
    assert!(!String::from_utf8_lossy(&bytes).contains("client")); // RFC 9126 section 7.1
}

#[tokio::test]
async fn faults_are_told_at_once_as_the_endpoint_of_a_client_tells_them() {
    let world = World::new().await;
    let client = world.client().await;
    let good = || AuthorizeRequest::new(&client);
    #[rustfmt::skip]
    let cases = [
        ("request_uri inside, A-080",  good().set("request_uri", "urn:ietf:params:oauth:request_uri:x"), 400, "invalid_request"),
        ("foreign redirect, AZ-01",    good().set("redirect_uri", "https://evil.example"), 400, "invalid_request"),
        ("no redirect",                good().without("redirect_uri"),                     400, "invalid_request"),
        ("no challenge, A-020",        good().without("code_challenge"),                   400, "invalid_request"),
        ("unknown scope, A-028",       good().set("scope", "admin"),                       400, "invalid_scope"),
        ("unknown server, A-025",      good().set("resource", "https://x.example"),        400, "invalid_target"),
        ("token, AZ-12",               good().set("response_type", "token"),               400, "unsupported_response_type"),
        ("two scopes, AZ-11",          good().add("scope", "a").add("scope", "b"),         400, "invalid_request"),
        ("nobody",                     good().set("client_id", "nobody"),                  401, "invalid_client"),
        ("no client",                  good().without("client_id"),                        401, "invalid_client"),
        ("too much",                   good().set("login_hint", &"x".repeat(9000)),        413, "invalid_request"),
    ];
    for (name, request, status, error) in cases {
        let refused = push(&world, &request).await;
        assert_eq!(refused.status, status, "{name}: {}", refused.body);
        refused.refuses(status, error);
    }
    let in_query = world.post("/par?client_id=x", &good().pairs()).await;
    in_query.refuses(400, "invalid_request");
    assert_eq!(world.get("/par").await.status, 405);
    let json = [("content-type", "application/json")];
    let wrong = request(http::Method::POST, "/par", &json, "{}".to_owned());
    world.send(wrong).await.refuses(400, "invalid_request");
    let audited = world.audited().await;
    assert!(audited.contains(&"authorize.refused denied".to_owned()));
}

#[tokio::test]
async fn a_confidential_client_authenticates_as_at_the_token_endpoint() {
    let world = World::new().await;
    let document = json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    let registered = world.register(&document).await.json();
    let text = |name: &str| registered[name].as_str().expect("text").to_owned();
    let (id, secret) = (text("client_id"), text("client_secret"));
    let good = AuthorizeRequest::new(&id);
    push(&world, &good).await.refuses(401, "invalid_client");
    push(&world, &good.clone().set("client_secret", &secret))
        .await
        .refuses(401, "invalid_client"); // TK-01

    let header = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let headers = [("authorization", header.as_str())];
    let nameless = good.clone().without("client_id");
    let pushed = world.post_with("/par", &headers, &nameless.pairs()).await;
    let path = reference(&id, &uri(&pushed)).path();
    let begun = Person::default().get(&world, &path).await;
    assert!(begun.location().starts_with("/login"), "{}", begun.body);
    let two = good.set("client_secret", &secret);
    let two = world.post_with("/par", &headers, &two.pairs()).await;
    two.refuses(400, "invalid_request");
}

#[tokio::test]
async fn a_client_that_is_revoked_meanwhile_is_not_asked_about() {
    let world = World::with(config(ISSUER, &["files"])).await;
    let client = world.client().await;
    let uri = uri(&push(&world, &AuthorizeRequest::new(&client)).await);
    let revoked = world.administration.revoke_client(&client).await;
    revoked.expect("revoked");
    let path = format!(
        "/authorize?{}",
        form(&[("client_id", &client), ("request_uri", &uri)])
    );
    let page = Person::default().get(&world, &path).await;
    assert_eq!(
        (page.status.as_u16(), page.location()),
        (400, String::new())
    );
}
