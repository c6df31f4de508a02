//! Pages in the language of whoever reads them.

use http::Method;

use crate::world::{AuthorizeRequest, ISSUER, Person, World, config, request};

/// The page at `path` for a browser that accepts `languages`.
async fn asked(world: &World, path: &str, languages: &str) -> crate::world::Answer {
    let headers = [("accept-language", languages), ("sec-fetch-site", "none")];
    let sent = request(Method::GET, path, &headers, String::new());
    world.send(sent).await
}

#[tokio::test]
async fn a_page_speaks_what_the_request_asks_for_then_what_the_browser_accepts() {
    let world = World::with(config(ISSUER, &["files"])).await;
    #[rustfmt::skip]
    let cases = [
        ("/login",                     "de-CH, fr;q=0.5",  "de"),
        ("/login",                     "it, *;q=0.1",      "en"),
        ("/login",                     "\"<script>",       "en"), // CO-07
        ("/login?ui_locales=ja%20fr",  "de",               "ja"),
        ("/login?ui_locales=xx",       "zh-CN",            "zh-Hans"),
        ("/authorize?client_id=x",     "pt-BR",            "pt"),
        ("/consent?flow=x",            "es",               "es"),
        ("/setup?token=x",             "fr",               "fr"),
        ("/device",                    "en",               ""), // sign-in first
    ];
    for (path, languages, expected) in cases {
        let page = asked(&world, path, languages).await;
        if expected.is_empty() {
            assert_eq!(page.status, 303, "{path}");
            continue;
        }
        let html = format!("<html lang=\"{expected}\" dir=\"ltr\">");
        assert!(page.shows(&html), "{path} {languages}: {}", page.body);
        assert_eq!(page.header("content-language"), expected, "{path}");
    }
}

#[tokio::test]
async fn every_page_of_a_request_speaks_the_language_that_its_client_asks_for() {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = world.client().await;
    let request = AuthorizeRequest::new(&client).set("ui_locales", "xx fr-CA de");
    let mut visitor = Person::default();
    let begun = visitor.get(&world, &request.path()).await;
    let sign_in = visitor.get(&world, &begun.location()).await;
    assert!(sign_in.shows("<html lang=\"fr\""), "{}", sign_in.body);
    let flow = sign_in.field("flow");
    let wrong = visitor.sign_in(&world, "nobody", "wrong", &flow).await;
    assert!(wrong.shows("<html lang=\"fr\""), "{}", wrong.body);
    let mut person = world.signed_in("alice").await;
    let consent = person.consent_page(&world, &request).await;
    assert!(consent.shows("<html lang=\"fr\""), "{}", consent.body);
}
