//! A client never gets a token for a server of another environment.

use doorward_core::client::Environment;
use doorward_issuer::{IssuerConfig, NewClient};

use crate::world::{AuthorizeRequest, CALLBACK, FILES, ISSUER, MAIL, World, claims, config};

/// `files` runs in `files`, `mail` in production.
fn servers(files: Option<Environment>) -> IssuerConfig {
    let mut config = config(ISSUER, &["files", "mail"]);
    config.servers[0].environment = files;
    config.servers[1].environment = Some(Environment::Prod);
    config
}

async fn labelled(world: &World, environments: &[Environment]) -> String {
    let new = NewClient {
        name: "Desk".to_owned(),
        redirect_uris: vec![CALLBACK.to_owned()],
        environments: environments.to_vec(),
        ..NewClient::default()
    };
    let (client, _) = world.administration.add_client(new).await.expect("added");
    client.id.to_string()
}

#[tokio::test]
async fn a_labelled_client_reaches_the_servers_of_its_environments_alone() {
    let world = World::with(servers(Some(Environment::Dev))).await;
    let client = labelled(&world, &[Environment::Dev]).await;
    let mut person = world.signed_in("alice").await;
    let production = AuthorizeRequest::new(&client).set("resource", MAIL);
    let refused = person.get(&world, &production.path()).await;
    assert_eq!(refused.parameter("error"), "invalid_target");

    let unnamed = AuthorizeRequest::new(&client).without("resource");
    let page = person.consent_page(&world, &unnamed).await;
    assert!(page.shows(FILES) && !page.shows(MAIL), "{}", page.body);

    let tokens = world.tokens(&client).await;
    assert_eq!(claims(&tokens.access)["aud"], FILES);
}

#[tokio::test]
async fn a_client_without_labels_reaches_every_server() {
    let world = World::with(servers(Some(Environment::Dev))).await;
    let client = world.client().await;
    let person = world.signed_in("alice").await;
    let production = AuthorizeRequest::new(&client).set("resource", MAIL);
    let allowed = person.allow(&world, &production).await;
    assert!(allowed.parameters().contains_key("code"));
}

#[tokio::test]
async fn a_server_that_moves_to_another_environment_gives_no_more_tokens() {
    let world = World::with(servers(None)).await;
    let client = labelled(&world, &[Environment::Dev]).await;
    let code = world.code(&client).await;
    let person = world.signed_in("alice").await;
    let again = AuthorizeRequest::new(&client).set("prompt", "consent");
    let other = person.allow(&world, &again).await.parameter("code");
    let tokens = world.redeem(&client, &other).await.tokens();
    world.issuer.reconfigure(servers(Some(Environment::Prod)));
    let refreshed = world.refresh(&client, &tokens.refresh).await;
    refreshed.refuses(400, "invalid_target");
    world
        .redeem(&client, &code)
        .await
        .refuses(400, "invalid_target");

    world.issuer.reconfigure(servers(Some(Environment::Dev)));
    let refreshed = world.refresh(&client, &tokens.refresh).await;
    assert_eq!(
        refreshed.status, 200,
        "nothing was spent: {}",
        refreshed.body
    );
    assert_eq!(world.redeem(&client, &code).await.status, 200);
}
