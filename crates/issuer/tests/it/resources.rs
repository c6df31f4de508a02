//! RFC 8707: several resources in one approval, one audience in each token.

use crate::{
    authorize::preregistered,
    world::{
        Answer, AuthorizeRequest, CALLBACK, FILES, ISSUER, MAIL, Person, VERIFIER, World, claims,
        config,
    },
};

async fn two_servers() -> (World, String) {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = world.client().await;
    (world, client)
}

fn both(client: &str) -> AuthorizeRequest {
    AuthorizeRequest::new(client).add("resource", MAIL)
}

async fn allow(world: &World, request: &AuthorizeRequest, servers: &[&str]) -> Answer {
    let mut person: Person = world.signed_in("alice").await;
    let page = person.consent_page(world, request).await;
    let mut pairs = vec![("decision", "allow")];
    pairs.extend(servers.iter().map(|server| ("server", *server)));
    person.answer(world, &page, &pairs).await
}

async fn redeem(world: &World, client: &str, code: &str, resources: &[&str]) -> Answer {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", CALLBACK),
    ];
    pairs.extend(resources.iter().map(|resource| ("resource", *resource)));
    world.post("/token", &pairs).await
}

#[track_caller]
fn audience(answer: &Answer) -> String {
    let audience = claims(&answer.tokens().access)["aud"].clone();
    audience.as_str().expect("one audience").to_owned()
}

// A-051, TK-05
#[tokio::test]
async fn each_token_is_for_the_one_that_its_request_names() {
    let (world, client) = two_servers().await;
    let code = allow(&world, &both(&client), &[FILES, MAIL]).await;
    let code = code.parameter("code");
    for wrong in [&[][..], &[FILES, MAIL], &["https://mcp.example/mcp/x"]] {
        let refused = redeem(&world, &client, &code, wrong).await;
        refused.refuses(400, "invalid_target"); // interop 31: the code is not lost
    }
    let first = redeem(&world, &client, &code, &[MAIL]).await;
    assert_eq!(audience(&first), MAIL);

    let refresh = async |token: &str, resources: &[&str]| {
        let more: Vec<_> = resources.iter().map(|it| ("resource", *it)).collect();
        world.refresh_with(&client, token, &more).await
    };
    let again = refresh(&first.tokens().refresh, &[]).await;
    assert_eq!(audience(&again), MAIL, "as before");
    let other = refresh(&again.tokens().refresh, &[FILES]).await;
    assert_eq!(audience(&other), FILES);
    let token = other.tokens().refresh;
    refresh(&token, &[FILES, MAIL])
        .await
        .refuses(400, "invalid_target");
    refresh(&token, &["https://mcp.example/mcp/x"])
        .await
        .refuses(400, "invalid_target");
    assert_eq!(refresh(&token, &[]).await.status, 200, "nothing was spent");
}

#[tokio::test]
async fn a_repeated_refresh_for_another_resource_is_for_that_one() {
    let (world, client) = two_servers().await;
    let code = allow(&world, &both(&client), &[FILES, MAIL]).await;
    let first = redeem(&world, &client, &code.parameter("code"), &[MAIL]).await;
    let token = first.tokens().refresh;
    let lost = world.refresh(&client, &token).await;
    assert_eq!(audience(&lost), MAIL);
    let files = [("resource", FILES)];
    let repeated = world.refresh_with(&client, &token, &files).await;
    assert_eq!(audience(&repeated), FILES);
    assert_eq!(repeated.tokens().refresh, lost.tokens().refresh);
}

#[tokio::test]
async fn a_person_may_approve_fewer_than_were_named_but_never_others() {
    let (world, client) = two_servers().await;
    let answer = allow(&world, &both(&client), &[MAIL]).await;
    let code = answer.parameter("code");
    let refused = redeem(&world, &client, &code, &[FILES]).await;
    refused.refuses(400, "invalid_target");
    let tokens = redeem(&world, &client, &code, &[]).await;
    assert_eq!(audience(&tokens), MAIL);

    let only_files = AuthorizeRequest::new(&client);
    for (name, request, servers) in [
        ("none of two", both(&client), &[][..]),
        (
            "a stranger, CO-09",
            both(&client),
            &["https://mcp.example/mcp/x"],
        ),
        (
            "two when one is to be chosen",
            both(&client).without("resource"),
            &[FILES, MAIL],
        ),
    ] {
        let asked = allow(&world, &request, servers).await;
        assert_eq!(asked.status, 422, "{name}");
        assert!(asked.body.contains("Choose what"), "{name}");
    }
    let forged = allow(&world, &only_files, &[MAIL]).await;
    let tokens = redeem(&world, &client, &forged.parameter("code"), &[]).await;
    assert_eq!(audience(&tokens), FILES, "CO-09");
}

#[tokio::test]
async fn the_page_offers_what_was_named_ticked_and_what_was_not_for_one_choice() {
    let (world, client) = two_servers().await;
    let mut person = world.signed_in("alice").await;
    let named = person.consent_page(&world, &both(&client)).await;
    assert_eq!(
        named
            .body
            .matches("type=\"checkbox\" name=\"server\"")
            .count(),
        2
    );
    let ticked = named.inputs("server").into_iter();
    assert_eq!(ticked.filter(|it| it.contains(" checked")).count(), 2);
    let open = both(&client).without("resource");
    let open = person.consent_page(&world, &open).await;
    assert_eq!(
        open.body.matches("type=\"radio\" name=\"server\"").count(),
        2
    );
    let ticked = open.inputs("server");
    assert!(ticked.iter().all(|it| !it.contains(" checked")));
}

// A-039, CO-05
#[tokio::test]
async fn an_approval_from_before_counts_for_several_only_when_it_covered_each() {
    let (world, _) = two_servers().await;
    let client = preregistered(&world).await;
    let mut person = world.signed_in("alice").await;
    person.allow(&world, &AuthorizeRequest::new(&client)).await;
    let quiet = || both(&client).set("prompt", "none");
    let refused = person.get(&world, &quiet().path()).await;
    assert_eq!(refused.parameter("error"), "consent_required");
    allow(&world, &both(&client), &[FILES, MAIL]).await;
    let silent = person.get(&world, &quiet().path()).await;
    let code = silent.parameter("code");
    let tokens = redeem(&world, &client, &code, &[FILES]).await;
    assert_eq!(audience(&tokens), FILES);
}
