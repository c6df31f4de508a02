//! Every page, whatever it says.

use crate::world::{Answer, AuthorizeRequest, ISSUER, Person, World, config};

/// One of every kind of page.
async fn all_pages() -> Vec<(&'static str, Answer)> {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = world.client_named("Desk", "http://127.0.0.1/cb").await;
    let request = AuthorizeRequest::new(&client).set("redirect_uri", "http://127.0.0.1:5/cb");
    let mut visitor = Person::default();
    let begun = visitor.get(&world, &request.path()).await;
    let sign_in = visitor.get(&world, &begun.location()).await;
    let wrong = visitor
        .sign_in(&world, "alice", "wrong", &sign_in.field("flow"))
        .await;
    let mut person = world.signed_in("alice").await;
    let consent = person.consent_page(&world, &request).await;
    let choice = person
        .consent_page(&world, &request.clone().without("resource"))
        .await;
    let unchosen = person
        .answer(&world, &choice, &[("decision", "allow")])
        .await;
    person
        .answer(&world, &consent, &[("decision", "allow")])
        .await;
    let answered = person
        .answer(&world, &consent, &[("decision", "allow")])
        .await;
    let crossed = world.post("/consent", &[]).await;
    let stranger = world.client().await;
    let failing = AuthorizeRequest::new(&stranger).set("scope", "admin");
    let empty = World::empty(config(ISSUER, &["files"])).await;
    let link = empty.administration.setup_link().await.expect("a link");
    let setup = empty.get(&format!("/setup?token={}", link.expose())).await;
    vec![
        ("home", world.get("/").await),
        ("home of somebody", person.get(&world, "/").await),
        ("sign-in", sign_in),
        ("wrong password", wrong),
        ("plain sign-in", world.get("/login").await),
        ("first sign-in", empty.get("/login").await),
        ("consent", consent),
        ("choice", choice),
        ("unchosen", unchosen),
        ("answered", answered),
        ("cross-site", crossed),
        ("refused", world.get("/authorize?client_id=x").await),
        (
            "mismatch",
            person
                .get(
                    &world,
                    &request
                        .clone()
                        .set("redirect_uri", "https://x.example")
                        .path(),
                )
                .await,
        ),
        ("unmet", world.get(&failing.path()).await),
        ("no flow", world.get("/consent?flow=x").await),
        ("setup", setup),
        ("no setup", world.get("/setup?token=x").await),
        ("done", person.get(&world, "/setup/done").await),
        (
            "no servers",
            World::empty(config(ISSUER, &[])).await.get("/").await,
        ),
    ]
}

#[tokio::test]
async fn every_page_is_unframeable_unstored_and_without_script_inside() {
    for (name, page) in all_pages().await {
        let policy = page.header("content-security-policy");
        for directive in [
            "default-src 'none'",
            "style-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'", // A-036, CO-01
            "base-uri 'none'",
        ] {
            assert!(policy.contains(directive), "{name}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{name}"); // CO-07
        assert_eq!(page.header("x-frame-options"), "DENY", "{name}");
        assert_eq!(page.header("cache-control"), "no-store", "{name}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{name}"); // A-031, AZ-10
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{name}");
        assert_eq!(
            page.header("content-type"),
            "text/html; charset=utf-8",
            "{name}"
        );
        let files = page.body.matches("<script src=\"/assets/").count();
        let scripts = page.body.matches("<script").count();
        assert_eq!(scripts, files, "{name}: nothing but files of ours");
        for forbidden in ["style=", "onclick", "javascript:", "<iframe"] {
            assert!(!page.body.contains(forbidden), "{name}: {forbidden}");
        }
    }
}

#[tokio::test]
async fn every_page_reads_well_to_everybody() {
    for (name, page) in all_pages().await {
        let body = &page.body;
        assert!(
            body.starts_with("<!doctype html>\n<html lang=\"en\" dir=\"ltr\">"),
            "{name}"
        );
        assert_eq!(body.matches("<h1>").count(), 1, "{name}: one heading");
        assert_eq!(
            body.matches("<main ").count(),
            1,
            "{name}: one main landmark"
        );
        let title = body.split_once("<title>").expect("a title").1;
        assert!(
            !title.trim_start().starts_with('-'),
            "{name}: the title says something"
        );
        assert!(body.contains("name=\"viewport\""), "{name}");
        for (at, _) in body.match_indices("<input ") {
            let (before, input) = body.split_at(at);
            let tag = input.split('>').next().expect("closed");
            if tag.contains("type=\"hidden\"") {
                continue;
            }
            let around = before.rsplit("<label").next().expect("what is before");
            if around.starts_with(" class=\"choice\">") && !around.contains("</label>") {
                continue; // the label is around it
            }
            let id = tag.split_once("id=\"").expect("an id").1;
            let id = id.split('"').next().expect("closed");
            assert!(
                body.contains(&format!("<label for=\"{id}\">")),
                "{name}: {id} has a label"
            );
        }
        for field in body.split("type=\"password\"").skip(1) {
            assert!(
                field
                    .split('>')
                    .next()
                    .expect("closed")
                    .contains("autocomplete="),
                "{name}"
            );
        }
        if page.status == 422 {
            assert!(body.contains("role=\"alert\""), "{name}");
        }
    }
}

#[tokio::test]
async fn allow_and_deny_are_two_equal_buttons() {
    let pages = all_pages().await;
    let (_, consent) = pages
        .iter()
        .find(|(name, _)| *name == "consent")
        .expect("there");
    assert!(
        consent
            .body
            .contains("<button type=\"submit\" name=\"decision\" value=\"allow\">Allow</button>")
    );
    assert!(consent.body.contains(
        "<button type=\"submit\" name=\"decision\" value=\"deny\" formnovalidate>Deny</button>"
    ));
}

#[tokio::test]
async fn the_style_sheet_is_served_and_small() {
    let world = World::new().await;
    let sheet = world.get("/assets/doorward.css").await;
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    assert!(sheet.body.contains("prefers-color-scheme: dark"));
    assert!(sheet.body.contains(":focus-visible"));
    assert!(sheet.body.len() < 16 * 1024 && !sheet.body.contains("url("));
}

#[tokio::test]
async fn links_carry_the_path_of_the_public_url() {
    let world = World::with(config("https://mcp.example/base", &["files"])).await;
    let client = world.client().await;
    let request =
        AuthorizeRequest::new(&client).set("resource", "https://mcp.example/base/mcp/files");
    let mut person = Person::default();
    let begun = person
        .get(&world, &format!("/base{}", request.path()))
        .await;
    assert!(begun.location().starts_with("/base/login?flow="));
    let page = person.get(&world, &begun.location()).await;
    assert!(page.shows("action=\"/base/login\""), "{}", page.body);
    assert_eq!(world.get("/base").await.status, 200);
}
