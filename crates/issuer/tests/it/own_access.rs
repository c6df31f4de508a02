//! Clients that act for themselves (X-001..X-003).

use doorward_core::{client::GrantType, id::GrantId, server::ServerName};
use doorward_issuer::{AdministrationError, NewClient};
use serde_json::{Value, json};

use crate::world::{Answer, FILES, ISSUER, MAIL, World, claims, config};

/// Parameters of a request.
type Sent<'a> = &'a [(&'a str, &'a str)];

fn servers(names: &[&str]) -> Vec<ServerName> {
    let parse = |name: &&str| ServerName::parse(name).expect("a name");
    names.iter().map(parse).collect()
}

/// A program that may read at these servers.
fn robot(names: &[&str]) -> NewClient {
    NewClient {
        name: "Robot".to_owned(),
        grants: vec![GrantType::ClientCredentials],
        scopes: "mcp:read".to_owned(),
        servers: servers(names),
        ..NewClient::default()
    }
}

async fn ask(world: &World, (id, secret): (&str, &str), more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
    ];
    pairs.extend_from_slice(more);
    world.post("/token", &pairs).await
}

#[tokio::test]
async fn a_client_gets_a_token_that_speaks_of_itself_alone() {
    let world = World::new().await;
    let (id, secret) = world.registered(robot(&["files"])).await;
    let answer = ask(&world, (&id, &secret), &[("resource", FILES)]).await;
    let body = answer.json();
    assert_eq!(answer.status, 200, "{body}");
    assert_eq!(body["scope"], "mcp:read");
    assert_eq!(body["expires_in"], 600);
    assert!(body["refresh_token"].is_null()); // OAuth 2.1 section 4.2.3
    let said = claims(&answer.tokens().access);
    assert_eq!(said["sub"], format!("client:{id}"));
    assert_eq!(said["client_id"], id);
    assert_eq!(said["aud"], FILES);
    for absent in ["preferred_username", "auth_time", "act"] {
        assert_eq!(said[absent], Value::Null, "{absent}");
    }
    let record = world.audit_records().await.pop().expect("a record");
    assert_eq!(record["event"], "token.client");
    assert_eq!(
        (&record["client"], &record["user"]),
        (&json!(id), &Value::Null)
    );
    assert_eq!(record["server"], "files");
}

#[tokio::test]
async fn a_client_gets_only_what_is_its_own() {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let (id, secret) = world.registered(robot(&["files"])).await;
    let both = world.registered(robot(&["files", "mail"])).await;
    let one = (id.as_str(), secret.as_str());
    let two = (both.0.as_str(), both.1.as_str());
    #[rustfmt::skip]
    let cases: [(&str, (&str, &str), Sent, &str); 6] = [
        ("another server, TK-05",  one, &[("resource", MAIL)], "invalid_target"),
        ("no such server",  one, &[("resource", "https://mcp.example/mcp/none")], "invalid_target"),
        ("one of two",             two, &[], "invalid_target"),
        ("two at once, A-051",     two, &[("resource", FILES), ("resource", MAIL)], "invalid_target"),
        ("unknown scope",          one, &[("scope", "admin")], "invalid_scope"),
        ("malformed scope",        one, &[("scope", "\"")], "invalid_scope"),
    ];
    for (name, client, more, error) in cases {
        let answer = ask(&world, client, more).await;
        assert_eq!(answer.json()["error"], error, "{name}");
        answer.refuses(400, error);
    }
    let named = ask(&world, two, &[("resource", MAIL)]).await;
    assert_eq!(claims(&named.tokens().access)["aud"], MAIL);
    let more = ask(&world, one, &[("scope", "mcp:read mcp:write")]).await;
    assert_eq!(more.tokens().scope, "mcp:read"); // TK-04
    let only = ask(&world, one, &[]).await;
    assert_eq!(claims(&only.tokens().access)["aud"], FILES);
}

#[tokio::test]
async fn whoever_did_not_register_for_it_or_does_not_authenticate_gets_nothing() {
    let world = World::new().await;
    let (id, secret) = world.registered(robot(&["files"])).await;
    ask(&world, (&id, "wrong"), &[])
        .await
        .refuses(401, "invalid_client");
    let identified = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
    ];
    let answer = world.post("/token", &identified).await;
    answer.refuses(401, "invalid_client"); // TK-01
    let public = world.client().await;
    let identified = [
        ("grant_type", "client_credentials"),
        ("client_id", public.as_str()),
    ];
    let answer = world.post("/token", &identified).await;
    answer.refuses(400, "unauthorized_client"); // A-059, TK-16, X-003
    let other = [
        ("grant_type", "authorization_code"),
        ("client_id", id.as_str()),
        ("client_secret", secret.as_str()),
        ("code", "x"),
    ];
    let answer = world.post("/token", &other).await;
    answer.refuses(400, "unauthorized_client");
}

#[tokio::test]
async fn who_registers_itself_never_acts_for_itself() {
    let world = World::new().await;
    let document = json!({
        "client_name": "Robot",
        "redirect_uris": ["https://client.example/cb"],
        "grant_types": ["client_credentials", "authorization_code"],
        "scope": "mcp:read",
    });
    let registered = world.register(&document).await.json();
    let (id, secret) = (&registered["client_id"], &registered["client_secret"]);
    let client = (id.as_str().expect("text"), secret.as_str().expect("text"));
    let answer = ask(&world, client, &[]).await;
    answer.refuses(400, "unauthorized_client");
}

#[tokio::test]
async fn a_client_called_like_a_user_is_another_subject() {
    let world = World::new().await;
    let named = NewClient {
        name: "alice".to_owned(),
        ..robot(&["files"])
    };
    let (id, secret) = world.registered(named).await;
    let answer = ask(&world, (&id, &secret), &[]).await;
    let said = claims(&answer.tokens().access);
    let public = world.client().await;
    let of_alice = claims(&world.tokens(&public).await.access);
    assert_ne!(said["sub"], of_alice["sub"]);
    world
        .administration
        .disable_user("alice")
        .await
        .expect("disabled");
    let again = ask(&world, (&id, &secret), &[]).await;
    assert_eq!(again.status, 200, "not the user");
    let mine = world
        .administration
        .grants(Some("alice"))
        .await
        .expect("read");
    assert!(mine.iter().all(|grant| grant.client.as_str() != id));
}

#[tokio::test]
async fn revoking_the_grant_or_the_client_ends_its_tokens() {
    let world = World::new().await;
    let (id, secret) = world.registered(robot(&["files"])).await;
    let answer = ask(&world, (&id, &secret), &[]).await;
    let said = claims(&answer.tokens().access);
    let grant = said["grant"].as_str().expect("text");
    let listed = world.administration.grants(None).await.expect("read");
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0].id, &listed[0].user),
        (&GrantId::from_known(grant), &None)
    );
    let before = world.revocations.epoch();
    world
        .administration
        .revoke_grant(grant)
        .await
        .expect("revoked");
    assert_ne!(world.revocations.epoch(), before);
    world
        .administration
        .revoke_client(&id)
        .await
        .expect("revoked");
    ask(&world, (&id, &secret), &[])
        .await
        .refuses(401, "invalid_client"); // TK-18
}

#[tokio::test]
async fn an_administrator_says_what_is_the_clients_own() {
    let world = World::new().await;
    let admin = &world.administration;
    let without_servers = NewClient {
        servers: Vec::new(),
        ..robot(&[])
    };
    let without_scopes = NewClient {
        scopes: String::new(),
        ..robot(&["files"])
    };
    for incomplete in [without_servers, without_scopes] {
        let refused = admin.add_client(incomplete).await;
        assert!(matches!(refused, Err(AdministrationError::OwnAccess)));
    }
    let unknown = NewClient {
        scopes: "admin".to_owned(),
        ..robot(&["files"])
    };
    let refused = admin.add_client(unknown).await;
    assert!(matches!(refused, Err(AdministrationError::Scope(_))));
}

#[tokio::test]
async fn a_client_narrows_its_own_token_to_single_calls() {
    let world = World::new().await;
    let (id, secret) = world.registered(robot(&["files"])).await;
    let asking = async |tools: &str, server: &str| {
        let details = json!([{"type": "mcp_tool", "server": server, "tools": [tools]}]).to_string();
        let more = [
            ("resource", FILES),
            ("authorization_details", details.as_str()),
        ];
        ask(&world, (&id, &secret), &more).await
    };
    let answer = asking("list_files", "files").await;
    let carried = &claims(&answer.tokens().access)["authorization_details"];
    assert_eq!(carried[0]["tools"], json!(["list_files"]));
    assert_eq!(answer.json()["authorization_details"], *carried);
    let elsewhere = asking("send", "mail").await;
    elsewhere.refuses(400, "invalid_authorization_details");
}
