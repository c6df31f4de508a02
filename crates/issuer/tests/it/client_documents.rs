//! Client ID Metadata Documents (A-068..A-076): a client is what its host says it is.

use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{permit::Pattern, registration::Domains};
use doorward_fetch::Reach;
use doorward_issuer::IssuerConfig;
use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    host::{self, BLINK, Host, PATIENCE, Reply},
    world::{Answer, AuthorizeRequest, CALLBACK, CHALLENGE, ISSUER, World, claims, config},
};

const HOUR: Duration = Duration::from_secs(3600);

async fn begin(world: &World, client: &str) -> Answer {
    world.get(&AuthorizeRequest::new(client).path()).await
}

/// The page that explains why a client is not taken.
fn explains(answer: &Answer, expected: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    assert!(answer.header("location").is_empty(), "nobody is sent away");
    assert!(answer.shows(expected), "{expected}: {}", answer.body);
    assert!(answer.shows("docs.example"), "the host: {}", answer.body);
}

fn domains(world: &World, domains: Option<Domains>) {
    world.issuer.reconfigure(IssuerConfig {
        client_documents: domains,
        ..config(ISSUER, &["files"])
    });
}

#[tokio::test]
async fn a_client_known_by_its_document_logs_in_refreshes_and_gives_up_its_tokens() {
    let (world, host) = (World::new().await, Host::start().await);
    let client = host.client_id();
    let tokens = world.tokens(&client).await;
    assert_eq!(claims(&tokens.access)["client_id"], client);
    let refreshed = world.refresh(&client, &tokens.refresh).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    let pairs = [("client_id", client.as_str()), ("token", &tokens.refresh)];
    assert_eq!(world.post("/revoke", &pairs).await.status, 200);
    assert_eq!(host.asked(), 1, "one fetch for a whole login"); // RG-07
    let head = host.head().to_lowercase();
    assert!(
        !head.contains("cookie") && !head.contains("referer"),
        "{head}"
    );
    let registered = world.audited().await;
    assert!(registered.contains(&"client.register allowed".to_owned()));
}

#[tokio::test]
async fn metadata_says_whether_documents_are_taken() {
    let (world, host) = (World::new().await, Host::start().await);
    const PLACE: &str = "/.well-known/oauth-authorization-server";
    const FLAG: &str = "client_id_metadata_document_supported";
    assert_eq!(world.get(PLACE).await.json()[FLAG], true);
    domains(&world, None);
    assert_eq!(world.get(PLACE).await.json()[FLAG], false);
    let unknown = begin(&world, &host.client_id()).await;
    assert!(unknown.shows("not registered here"), "{}", unknown.body);
    assert_eq!(host.asked(), 0);
}

#[tokio::test]
async fn the_page_says_which_host_speaks_and_when_it_cannot_vouch_for_it() {
    let (world, host) = (World::new().await, Host::start().await);
    let mut person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&host.client_id());
    let page = person.consent_page(&world, &request).await;
    assert!(
        page.shows("of <strong>docs.example</strong>"),
        "{}",
        page.body
    );
    assert!(page.shows("named by this host") && page.shows(&host.client_id()));

    let local = Host::start().await;
    local.says(json!({ "redirect_uris": ["http://localhost/callback"] }));
    let request = AuthorizeRequest::new(&local.client_id())
        .set("redirect_uri", "http://localhost:51234/callback"); // interop 21
    let page = person.consent_page(&world, &request).await;
    assert!(page.shows("on this computer, unverified"), "{}", page.body); // interop 48
    assert!(page.shows("Check that you started this"));
}

#[tokio::test]
async fn a_redirect_that_is_not_in_the_document_is_shown_and_never_followed() {
    let (world, host) = (World::new().await, Host::start().await);
    let request =
        AuthorizeRequest::new(&host.client_id()).set("redirect_uri", "https://evil.test/");
    let refused = world.get(&request.path()).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.shows(CALLBACK) && refused.location().is_empty());
}

#[tokio::test]
async fn a_host_that_does_not_deliver_is_told_apart_in_time_and_asked_once() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n";
    let huge = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{}",
        " ".repeat(70_000)
    );
    #[rustfmt::skip]
    let cases = [ // A-070, RG-03, RG-04, RG-05, interop 19
        ("slow",        Reply::Nothing,                                               "did not deliver in time"),
        ("huge",        Reply::Raw(huge),                                             "larger than 65536 bytes"),
        ("redirecting", Reply::Raw("HTTP/1.1 302 Found\r\nlocation: https://docs.example/\r\ncontent-length: 0\r\n\r\n".to_owned()), "a redirect, which is not followed"),
        ("missing",     Reply::Raw("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned()), "status 404"),
        ("a page",      Reply::Raw(format!("{HEAD}content-type: text/html\r\n\r\n{{}}")), "plain JSON"),
        ("no type",     Reply::Raw(format!("{HEAD}\r\n{{}}")),                        "plain JSON"),
        ("compressed",  Reply::Raw(format!("{HEAD}content-type: application/json\r\ncontent-encoding: gzip\r\n\r\n{{}}")), "plain JSON"),
        ("no JSON",     Reply::Raw(format!("{HEAD}content-type: application/json\r\n\r\n{{]")), "not a JSON object"),
        ("no HTTP",     Reply::Raw("220 mail.example\r\n".to_owned()),                "did not speak HTTP"),
        ("lying",       Reply::Json(json!({ "client_id": "https://docs.example/other" }), ""), "another client_id"),
    ];
    for (name, reply, expected) in cases {
        let (world, host) = (
            World::fetching(host::fetcher(BLINK)).await,
            Host::start().await,
        );
        host.answers(reply);
        let client = host.client_id();
        let (first, second) = tokio::join!(begin(&world, &client), begin(&world, &client));
        explains(&first, expected);
        explains(&second, expected);
        explains(&begin(&world, &client).await, expected);
        assert_eq!(host.asked(), 1, "{name}: nothing is fetched twice"); // RG-07
        world
            .redeem(&client, "x")
            .await
            .refuses(401, "invalid_client");
    }
}

#[tokio::test]
async fn a_private_address_is_refused_without_asking_anybody() {
    let world = World::fetching(host::reaching(Reach::Public, PATIENCE)).await;
    let host = Host::start().await;
    let refused = begin(&world, &host.client_id()).await;
    explains(&refused, "an address that must not be reached"); // A-074, RG-01
    assert_eq!(host.asked(), 0);
}

#[tokio::test]
async fn a_failure_is_forgotten_soon_and_the_next_login_works() {
    let (world, host) = (World::new().await, Host::start().await);
    host.answers(Reply::Raw(
        "HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n".to_owned(),
    ));
    explains(&begin(&world, &host.client_id()).await, "status 500");
    host.says(json!({}));
    explains(&begin(&world, &host.client_id()).await, "status 500");
    world.pass(Duration::from_secs(10));
    assert!(!world.code(&host.client_id()).await.is_empty()); // errors are not kept
}

#[tokio::test]
async fn a_document_that_offers_a_secret_is_refused() {
    let (world, host) = (World::new().await, Host::start().await);
    host.says(json!({ "client_secret": "x" }));
    explains(
        &begin(&world, &host.client_id()).await,
        "everybody could read",
    );
    host.says(json!({ "token_endpoint_auth_method": "client_secret_basic" }));
    world.pass(Duration::from_secs(10));
    let refused = begin(&world, &host.client_id()).await;
    explains(&refused, "no authentication method that works here");
    assert!(!refused.body.contains("\"x\""), "nothing of it is repeated");
}

#[tokio::test]
async fn documents_of_real_clients_are_taken_as_they_are() {
    let jwt_bearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    #[rustfmt::skip]
    let cases = [
        ("unknown members, interop 2", json!({ "mcp": { "a": 1 }, "scope": "everything", "contacts": ["x"] })),
        ("ChatGPT, interop 3",  json!({ "token_endpoint_auth_method": null, "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"] })),
        ("Claude, interop 4",   json!({ "grant_types": ["authorization_code", "refresh_token", jwt_bearer] })),
        ("no scope, interop 8", json!({ "response_types": ["code"] })),
        ("Cursor, interop 10",  json!({ "application_type": "web", "redirect_uris": ["cursor://anysphere.cursor-mcp/oauth/callback", CALLBACK] })),
        ("bad target, interop 11", json!({ "redirect_uris": ["ftp://x/", CALLBACK] })),
        ("VS Code, interop 12", json!({ "redirect_uris": ["http://127.0.0.1:33418", "https://vscode.dev/redirect", CALLBACK], "logo_uri": "https://other.example/l.png" })),
    ];
    let world = World::new().await;
    for (name, changes) in cases {
        let host = Host::start().await;
        host.says(changes);
        let tokens = world.tokens(&host.client_id()).await;
        assert!(!tokens.refresh.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_document_stays_as_long_as_its_host_lets_it_within_bounds() {
    #[rustfmt::skip]
    let cases = [
        ("silent: an hour",      "",                                       3599, 3600),
        ("as said",              "cache-control: max-age=600\r\n",         599,  600),
        ("never: five minutes",      "cache-control: no-store\r\n",            299,   300),
        ("for ever: a day",      "cache-control: max-age=99999999\r\n",    86399, 86400),
    ];
    for (name, lines, fresh, stale) in cases {
        let (world, host) = (World::new().await, Host::start().await);
        host.answers(Reply::Json(host.document(json!({})), lines));
        begin(&world, &host.client_id()).await;
        world.pass(Duration::from_secs(fresh));
        begin(&world, &host.client_id()).await;
        assert_eq!(host.asked(), 1, "{name}");
        world.pass(Duration::from_secs(stale - fresh));
        begin(&world, &host.client_id()).await;
        assert_eq!(host.asked(), 2, "{name}");
    }
}

#[tokio::test]
async fn a_known_version_is_asked_for_by_its_tag_and_not_sent_again() {
    let (world, host) = (World::new().await, Host::start().await);
    host.answers(Reply::Json(host.document(json!({})), "etag: \"v1\"\r\n"));
    world.tokens(&host.client_id()).await;
    world.pass(HOUR);
    let unchanged =
        "HTTP/1.1 304 Not Modified\r\netag: \"v1\"\r\ncache-control: max-age=7200\r\n\r\n";
    host.answers(Reply::Raw(unchanged.to_owned()));
    assert_eq!(begin(&world, &host.client_id()).await.status, 303);
    assert!(
        host.head().contains("if-none-match: \"v1\""),
        "{}",
        host.head()
    );
    world.pass(HOUR);
    assert_eq!(begin(&world, &host.client_id()).await.status, 303);
    assert_eq!(host.asked(), 2, "for two hours now");
}

#[tokio::test]
async fn a_known_client_goes_on_while_its_host_is_down_even_after_a_restart() {
    let (world, host) = (World::new().await, Host::start().await);
    let tokens = world.tokens(&host.client_id()).await;
    host.answers(Reply::Raw(
        "HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n".to_owned(),
    ));
    world.pass(HOUR * 24);
    let world = world.restarted().await;
    let refreshed = world.refresh(&host.client_id(), &tokens.refresh).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body); // interop 19
    assert_eq!(begin(&world, &host.client_id()).await.status, 303);

    let gone = "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n";
    host.answers(Reply::Raw(gone.to_owned()));
    world.pass(HOUR);
    explains(&begin(&world, &host.client_id()).await, "status 410");
}

#[tokio::test]
async fn a_client_whose_host_is_down_for_a_month_is_not_known_any_more() {
    let (world, host) = (World::new().await, Host::start().await);
    world.tokens(&host.client_id()).await;
    host.answers(Reply::Raw(
        "HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n".to_owned(),
    ));
    world.pass(HOUR * 24 * 30);
    explains(&begin(&world, &host.client_id()).await, "status 503");
}

#[tokio::test]
async fn approvals_are_remembered_until_redirects_or_keys_change() {
    let (world, host) = (World::new().await, Host::start().await);
    let request = AuthorizeRequest::new(&host.client_id());
    let mut person = world.signed_in("alice").await;
    person.allow(&world, &request).await;
    let again = person.get(&world, &request.path()).await;
    assert!(again.parameters().contains_key("code"), "approved before");

    host.says(json!({ "client_name": "Renamed" }));
    world.pass(HOUR);
    let renamed = person.get(&world, &request.path()).await;
    assert!(
        renamed.parameters().contains_key("code"),
        "only the name changed"
    );

    host.says(json!({ "redirect_uris": [CALLBACK, "https://client.example/other"] }));
    world.pass(HOUR);
    let asked = person.get(&world, &request.path()).await;
    assert!(
        asked.location().starts_with("/consent"),
        "{}",
        asked.location()
    ); // A-073, RG-06
    let audited = world.audited().await;
    let changes = audited
        .iter()
        .filter(|event| *event == "client.change allowed");
    assert_eq!(changes.count(), 1);
}

#[tokio::test]
async fn the_operator_decides_about_hosts() {
    let (world, host) = (World::new().await, Host::start().await);
    let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::new(*text)).collect();
    let denied = Domains {
        deny: patterns(&["*.example"]),
        ..Domains::default()
    };
    domains(&world, Some(denied));
    explains(&begin(&world, &host.client_id()).await, "not accepted here");
    let elsewhere = Domains {
        allow: patterns(&["claude.ai"]),
        ..Domains::default()
    };
    domains(&world, Some(elsewhere));
    explains(&begin(&world, &host.client_id()).await, "not accepted here");
    assert_eq!(host.asked(), 0, "a denied host is not even asked");

    let asked = Domains {
        ask: patterns(&["docs.example"]),
        ..Domains::default()
    };
    domains(&world, Some(asked));
    let request = AuthorizeRequest::new(&host.client_id());
    let mut person = world.signed_in("alice").await;
    person.allow(&world, &request).await;
    let again = person.get(&world, &request.path()).await;
    assert!(again.location().starts_with("/consent"), "asked every time");
}

#[tokio::test]
async fn an_identifier_of_another_form_is_nobody_and_asks_nobody() {
    let (world, host) = (World::new().await, Host::start().await);
    let port = host.port;
    for id in [
        format!("http://docs.example:{port}/client.json"),
        format!("https://docs.example:{port}/"),
        format!("https://docs.example:{port}/a/../client.json"),
        format!("https://docs.example:{port}/client.json#x"),
        format!("https://u@docs.example:{port}/client.json"),
        format!("https://DOCS.example:{port}/client.json"),
    ] {
        let refused = begin(&world, &id).await; // A-068, RG-05
        assert!(
            refused.shows("not registered here"),
            "{id}: {}",
            refused.body
        );
    }
    assert_eq!(host.asked(), 0);
}

#[tokio::test]
async fn a_revoked_client_stays_revoked_whatever_its_document_says() {
    let (world, host) = (World::new().await, Host::start().await);
    world.tokens(&host.client_id()).await;
    let revoked = world.administration.revoke_client(&host.client_id()).await;
    revoked.expect("revoked");
    world.pass(HOUR * 2);
    host.says(json!({ "client_name": "New" }));
    let refused = begin(&world, &host.client_id()).await;
    assert!(refused.shows("not registered here"), "{}", refused.body);
    assert_eq!(host.asked(), 1);
}

#[tokio::test]
async fn documents_nobody_signed_in_through_are_reaped() {
    let (world, host) = (World::new().await, Host::start().await);
    begin(&world, &host.client_id()).await;
    let known = async || world.administration.client(&host.client_id()).await.is_ok();
    assert!(known().await);
    world.pass(HOUR * 25);
    world.issuer.reap().await.expect("reaped");
    assert!(!known().await);
}

// a public client of a document signs with the keys that the document names
#[tokio::test]
async fn a_client_known_by_its_document_signs_requests_with_the_keys_it_names() {
    let (world, host) = (World::new().await, Host::start().await);
    let key = Ed25519KeyPair::generate().expect("a key");
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let x = encode(key.public_key().as_ref());
    let set = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x }] });
    host.answers_keys(Reply::Json(set, ""));
    host.says(json!({ "jwks_uri": host.jwks_uri(), "require_signed_request_object": true }));
    let id = host.client_id();
    let part = |value: Value| encode(value.to_string().as_bytes());
    let header = part(json!({ "alg": "Ed25519", "typ": "oauth-authz-req+jwt", "kid": "k" }));
    let claims = part(json!({
        "iss": id, "client_id": id, "aud": ISSUER, "exp": 1_800_000_060, "state": "inner",
        "response_type": "code", "redirect_uri": CALLBACK,
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }));
    let signed = format!("{header}.{claims}");
    let object = format!("{signed}.{}", encode(key.sign(signed.as_bytes()).as_ref()));
    let request = AuthorizeRequest::bare(&[("client_id", &id), ("request", &object)]);
    let answer = world.signed_in("alice").await.allow(&world, &request).await;
    assert_eq!(answer.parameter("state"), "inner"); // RFC 9864: Ed25519
    let unsigned = AuthorizeRequest::new(&id);
    let refused = world.get(&unsigned.path()).await;
    assert!(
        refused.shows("must sign its authorization requests"),
        "{}",
        refused.body
    );
}
