//! The lists of the attack catalogue, each entry sent as an attacker would send it.

use http::Method;
use serde_json::json;

use crate::{
    authorize::preregistered,
    world::{AuthorizeRequest, CALLBACK, Person, World, request},
};

#[tokio::test]
async fn nothing_that_only_looks_like_the_registered_redirect_gets_an_answer() {
    let world = World::new().await;
    let client = world.client_named("Client", "https://c.example/cb").await;
    let long = "a".repeat(10_000);
    #[rustfmt::skip]
    let lookalikes = [
        "https://c.example/cb/", "https://c.example/CB", "https://c.example/cbx", "https://c.example/cb?x=1",
        "https://c.example/cb?", "https://c.example/cb#x", "https://c.example/cb%00", "https://c.example/cb%2f..",
        "https://c.example/cb/..;/open", "https://c.example/cb/%2e%2e/x", "https://c.example/cb\t",
        "http://c.example/cb", "https://c.example:443/cb", "https://c.example:444/cb", "https://C.example/cb",
        "https://x.c.example/cb", "https://c.example.evil.test/cb", "https://c.example%2eevil.test/cb",
        "https://c.example%252eevil.test/cb", "https://c.example\\.evil.test/cb", "https://c.example;@evil.test/cb",
        "https://c.example@evil.test/cb", "https://a@b@evil.test/cb", "https://evil.test/https://c.example/cb",
        "https://ｃ.example/cb", "HTTPS://c.example/cb", "https:c.example/cb", "https:/c.example/cb",
        "///c.example/cb", "//c.example/cb", " https://c.example/cb", "", &long,
    ];
    for lookalike in lookalikes {
        let asked = AuthorizeRequest::new(&client).set("redirect_uri", lookalike);
        let page = Person::default().get(&world, &asked.path()).await;
        assert_eq!(page.status, 400, "{lookalike:?}: A-017, A-021");
        assert_eq!(page.location(), "", "{lookalike:?}: AZ-01, AZ-02, AZ-03");
    }
}

#[tokio::test]
async fn on_loopback_the_port_floats_and_nothing_else() {
    let world = World::new().await;
    let client = world.client_named("Client", "http://127.0.0.1/cb").await;
    for right in ["http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb"] {
        let asked = AuthorizeRequest::new(&client).set("redirect_uri", right);
        let begun = Person::default().get(&world, &asked.path()).await;
        assert_eq!(begun.status, 303, "{right}: A-022");
    }
    for wrong in [
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:99999/cb",
        "http://127.0.0.1:80:81/cb",
        "http://127.1:5/cb",
        "http://0x7f000001:5/cb",
        "http://2130706433:5/cb",
        "http://[::ffff:127.0.0.1]:5/cb",
        "http://localhost:5/cb",
        "https://127.0.0.1:5/cb",
        "http://127.0.0.1:5/cb/",
        "http://127.0.0.1.evil.test:5/cb",
        "http://127.0.0.1:80@evil.test/cb",
    ] {
        let asked = AuthorizeRequest::new(&client).set("redirect_uri", wrong);
        let page = Person::default().get(&world, &asked.path()).await;
        assert_eq!(page.status, 400, "{wrong}: A-022, AZ-04");
        assert_eq!(page.location(), "", "{wrong}");
    }
}

#[tokio::test]
async fn a_redirect_that_runs_or_reads_something_cannot_be_registered() {
    let world = World::new().await;
    for hostile in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//",
        "\u{1}javascript:alert(1)",
        " javascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "blob:https://c.example/x",
        "file:///etc/passwd",
        "http://c.example/cb",
        "https://c.example/cb#x",
        "https://c.example@evil.test/cb",
        "https://a@b@evil.test/cb",
        "https://c.example\\@evil.test/cb",
        "//evil.test/cb",
        "https:/evil.test",
        "",
    ] {
        let document = json!({"redirect_uris": [hostile], "token_endpoint_auth_method": "none"});
        let refused = world.register(&document).await;
        println!("{hostile:?}");
        refused.refuses(400, "invalid_redirect_uri"); // AZ-03, AZ-05
    }
}

#[tokio::test]
async fn a_hostile_name_is_shown_as_harmless_text() {
    let world = World::new().await;
    let long = "é".repeat(5_000);
    for hostile in [
        "<svg onload=alert(1)>",
        "{{7*7}}",
        "\"><form action=//evil>",
        "\u{202e}gnp.eduaC",
        "Claude\u{200b}",
        "a\nINFO forged=1",
        "\u{1b}[2J\u{1b}]0;x\u{7}",
        "=cmd|'/c calc'!A1",
        &long,
    ] {
        let client = world.client_named(hostile, CALLBACK).await;
        let mut person = world.signed_in("alice").await;
        let asked = AuthorizeRequest::new(&client);
        let page = person.consent_page(&world, &asked).await;
        assert_eq!(page.status, 200, "{hostile:?}");
        for markup in ["<svg", "<form action=//", "\u{202e}", "\u{200b}", "\u{1b}"] {
            assert!(!page.body.contains(markup), "{hostile:?}: CO-06, CO-07");
        }
        assert!(!page.shows(&"é".repeat(100)), "a name has an end: CO-06");
        assert!(page.shows("unverified"), "{hostile:?}: A-065");
    }
}

#[tokio::test]
async fn too_many_scopes_are_refused_in_words_and_not_in_kind() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let many: Vec<String> = (0..1_000).map(|number| format!("s{number}")).collect();
    let asked = AuthorizeRequest::new(&client).set("scope", &many.join(" "));
    let answer = Person::default().get(&world, &asked.path()).await;
    assert_eq!(answer.parameter("error"), "invalid_scope"); // AZ-17
    assert!(!answer.parameter("error_description").contains("s999"));
}

#[tokio::test]
async fn no_response_type_or_mode_brings_a_token_through_the_browser() {
    let world = World::new().await;
    let client = preregistered(&world).await;
    let good = || AuthorizeRequest::new(&client);
    let types = [
        "token",
        "id_token",
        "code token",
        "code id_token",
        "none",
        "CODE",
    ];
    let modes = ["fragment", "web_message", "xyz"];
    let types = types.map(|kind| {
        (
            good().set("response_type", kind),
            "unsupported_response_type",
        )
    });
    let modes = modes.map(|mode| (good().set("response_mode", mode), "invalid_request"));
    for (asked, error) in types.into_iter().chain(modes) {
        let answer = Person::default().get(&world, &asked.path()).await;
        assert_eq!(answer.parameter("error"), error, "{}", asked.path()); // A-019, AZ-12
        let location = answer.location();
        assert!(
            !location.contains("token=") && !location.contains('#'),
            "{location}"
        );
    }
}

#[tokio::test]
async fn a_client_and_its_tokens_mean_nothing_to_another_issuer() {
    let (here, elsewhere) = (World::new().await, World::new().await);
    let client = elsewhere.client().await;
    let page = Person::default()
        .get(&here, &AuthorizeRequest::new(&client).path())
        .await;
    assert_eq!(
        (page.status.as_u16(), page.location()),
        (400, String::new())
    );
    let code = elsewhere.code(&client).await;
    let tokens = elsewhere.tokens(&client).await;
    here.redeem(&client, &code)
        .await
        .refuses(401, "invalid_client");
    let known = here.client().await;
    here.redeem(&known, &code)
        .await
        .refuses(400, "invalid_grant");
    here.refresh(&known, &tokens.refresh)
        .await
        .refuses(400, "invalid_grant");
}

#[tokio::test]
async fn a_logo_is_neither_loaded_nor_shown() {
    let world = World::new().await;
    let document = json!({
        "client_name": "Client", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
        "logo_uri": "https://evil.example/logo.svg", "tos_uri": "javascript:alert(1)",
        "policy_uri": "data:text/html,x", "client_uri": "https://evil.example/about",
    });
    let client = world.register(&document).await.json()["client_id"].clone();
    let mut person = world.signed_in("alice").await;
    let asked = AuthorizeRequest::new(client.as_str().expect("text"));
    let page = person.consent_page(&world, &asked).await;
    for remote in ["<img", "logo.svg", "javascript:", "data:text"] {
        assert!(!page.body.contains(remote), "{remote}: A-065, CO-07");
    }
    let policy = page.header("content-security-policy");
    assert!(policy.contains("img-src 'self' data:;"), "{policy}");
}

#[tokio::test]
async fn a_body_in_another_form_is_never_read_as_one() {
    let world = World::new().await;
    let client = world.client().await;
    let query = AuthorizeRequest::new(&client).query();
    for kind in ["application/json", "multipart/form-data", "text/plain", ""] {
        let headers = [("content-type", kind)];
        let sent = request(Method::POST, "/authorize", &headers, query.clone());
        let page = world.send(sent).await;
        assert!(page.status.is_client_error(), "{kind}: {}", page.status); // A-016, TK-15
        assert_eq!(page.location(), "", "{kind}");
    }
}
