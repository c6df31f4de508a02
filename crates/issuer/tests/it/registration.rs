//! RFC 7591.

use std::{net::IpAddr, time::Duration};

use doorward_core::{id::ClientId, peer::Peer, user::Role};
use doorward_issuer::DynamicRegistration;
use http::Method;
use serde_json::{Value, json};

use crate::world::{Answer, AuthorizeRequest, CALLBACK, Person, World, config, request};

fn public() -> Value {
    json!({"client_name": "Claude", "redirect_uris": ["http://localhost/callback"], "token_endpoint_auth_method": "none"})
}

#[tokio::test]
async fn a_public_client_is_told_exactly_what_was_stored() {
    let world = World::new().await;
    let answer = world.register(&public()).await;
    assert_eq!(answer.status, 201); // A-060
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut stored = answer.json();
    let id = stored["client_id"].as_str().expect("text").to_owned();
    assert!(id.starts_with("dyn_"));
    stored.as_object_mut().expect("object").remove("client_id");
    let expected = json!({
        "client_id_issued_at": 1_800_000_000,
        "client_name": "Claude",
        "redirect_uris": ["http://localhost/callback"],
        "grant_types": ["authorization_code", "refresh_token"], // interop 34
        "response_types": ["code"],
        "token_endpoint_auth_method": "none", // interop 13: no secret
        "application_type": "native", // A-063
        "id_token_signed_response_alg": "ES256",
        "subject_type": "public",
        "scope": "mcp:read mcp:write",
    });
    assert_eq!(stored, expected);
}

#[tokio::test]
async fn the_same_public_registration_is_the_same_client() {
    let world = World::new().await;
    let first = world.register(&public()).await.json();
    world.pass(Duration::from_secs(5));
    let again = world.register(&public()).await.json();
    assert_eq!(first, again); // interop 16
    let restarted = world.restarted().await.register(&public()).await.json();
    assert_eq!(first, restarted);
    let mut other = public();
    other["client_name"] = json!("Other");
    assert_ne!(
        world.register(&other).await.json()["client_id"],
        first["client_id"]
    );
    assert_eq!(
        world.administration.clients().await.expect("listed").len(),
        2
    );
}

#[tokio::test]
async fn a_client_that_leaves_the_method_out_gets_its_own_identifier_and_a_secret() {
    let world = World::new().await;
    let document = json!({"redirect_uris": [CALLBACK]});
    let first = world.register(&document).await.json();
    let second = world.register(&document).await.json();
    assert_ne!(first["client_id"], second["client_id"]);
    assert_ne!(first["client_secret"], second["client_secret"]);
    assert_eq!(first["client_secret_expires_at"], 0); // A-060
    assert_eq!(first["token_endpoint_auth_method"], "client_secret_basic"); // A-062
    assert_eq!(first["application_type"], "web");
}

#[tokio::test]
async fn privileges_that_nobody_gave_are_dropped() {
    let world = World::new().await;
    let mut document = public();
    let more = json!({"client_id": "mine", "trusted": true, "skip_consent": true, "scope": "admin",
        "client_secret": "x", "resource": "https://x.example",
        "grant_types": ["authorization_code", "client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"]});
    for (name, value) in more.as_object().expect("object") {
        document[name] = value.clone();
    }
    let stored = world.register(&document).await.json(); // RG-09, interop 1, 4
    assert_ne!(stored["client_id"], "mine");
    assert_eq!(stored["grant_types"], json!(["authorization_code"]));
    assert_eq!(stored["scope"], "mcp:read mcp:write");
    for dropped in ["trusted", "skip_consent", "client_secret", "resource"] {
        assert!(stored.get(dropped).is_none(), "{dropped}");
    }
}

#[tokio::test]
async fn refusals_are_json_of_the_rfc() {
    let world = World::new().await;
    let long = "x".repeat(17 * 1024);
    #[rustfmt::skip]
    let cases = [
        ("script scheme, AZ-05", r#"{"redirect_uris":["javascript:alert(1)"]}"#.to_owned(), 400, "invalid_redirect_uri"),
        ("none",                 "{}".to_owned(),                                          400, "invalid_redirect_uri"),
        ("reserved name, CO-06", json!({"redirect_uris": [CALLBACK], "client_name": "Doorward Admin"}).to_string(), 400, "invalid_client_metadata"),
        ("other grants, RG-09",  json!({"redirect_uris": [CALLBACK], "grant_types": ["client_credentials"]}).to_string(), 400, "invalid_client_metadata"),
        ("no JSON",              "redirect_uris=x".to_owned(),                             400, "invalid_client_metadata"),
        ("empty",                String::new(),                                            400, "invalid_client_metadata"),
        ("no object",            "[1]".to_owned(),                                         400, "invalid_client_metadata"),
        ("deep, RG-04",          "[".repeat(15_000),                                       400, "invalid_client_metadata"),
        ("too long, RG-08",      json!({"redirect_uris": [CALLBACK], "x": long}).to_string(), 413, "invalid_client_metadata"),
    ];
    for (name, body, status, error) in cases {
        let json = [("content-type", "application/json")];
        let answer = world
            .send(request(Method::POST, "/register", &json, body))
            .await;
        println!("{name}");
        answer.refuses(status, error); // A-061
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    world.get("/register").await.refuses(405, "invalid_request");
}

#[tokio::test]
async fn a_burst_of_sixty_new_clients_from_one_network_passes_and_then_it_waits() {
    let world = World::new().await;
    let other = |number: usize| {
        let mut document = public();
        document["client_name"] = json!(format!("Client {number}"));
        document
    };
    for number in 0..60 {
        assert_eq!(world.register(&other(number)).await.status, 201); // interop 17
    }
    let refused = world.register(&other(60)).await;
    refused.refuses(429, "temporarily_unavailable"); // A-064, S-012, RG-08
    assert_eq!(refused.header("retry-after"), "1");
    let known = world.register(&other(3)).await;
    assert_eq!(known.status, 201, "who is known comes in all the same");
    world.pass(Duration::from_secs(1));
    assert_eq!(world.register(&other(60)).await.status, 201);
}

#[tokio::test]
async fn a_thousand_registrations_of_forty_clients_leave_forty_rows_and_wear_no_limit_down() {
    let world = World::new().await;
    for round in 0..25 {
        for number in 0..40 {
            let mut document = public();
            document["client_name"] = json!(format!("Client {number}"));
            document["software_version"] = json!(format!("1.{round}"));
            let answer = world.register(&document).await;
            assert_eq!(answer.status, 201, "{round}/{number}: {}", answer.body); // interop 16, 17
        }
    }
    let clients = world.administration.clients().await.expect("listed");
    assert_eq!(clients.len(), 40); // RG-08
}

/// A registration with a secret: always another row, always the same metadata.
async fn confidential_from(world: &World, address: [u8; 4]) -> Answer {
    let confidential = json!({ "client_name": "Same", "redirect_uris": [CALLBACK] });
    let headers = [("content-type", "application/json")];
    let body = confidential.to_string();
    let mut sent = request(Method::POST, "/register", &headers, body);
    sent.extensions_mut().insert(Peer(IpAddr::from(address)));
    world.send(sent).await
}

#[tokio::test]
async fn many_networks_do_not_use_up_what_clients_that_look_alike_may() {
    let world = World::new().await;
    for network in 0..20 {
        for _ in 0..60 {
            let made = confidential_from(&world, [198, 51, network, 7]).await;
            assert_eq!(made.status, 201);
        }
    }
    let made = confidential_from(&world, [203, 0, 113, 7]).await;
    assert_eq!(made.status, 201, "{}", made.body); // RG-08
}

#[tokio::test]
async fn clients_with_secrets_that_look_alike_are_limited_for_one_network() {
    let world = World::new().await;
    for _ in 0..60 {
        confidential_from(&world, [198, 51, 100, 7]).await;
    }
    world.pass(Duration::from_secs(60));
    for _ in 0..15 {
        let made = confidential_from(&world, [198, 51, 100, 7]).await;
        assert_eq!(made.status, 201);
    }
    for _ in 0..100 {
        let refused = confidential_from(&world, [198, 51, 100, 7]).await;
        refused.refuses(429, "temporarily_unavailable"); // RG-08
    }
    let headers = [("content-type", "application/json")];
    for number in 0..45 {
        let mut document = public();
        document["client_name"] = json!(format!("Other {number}"));
        let body = document.to_string();
        let mut sent = request(Method::POST, "/register", &headers, body);
        let address = IpAddr::from([198, 51, 100, 7]);
        sent.extensions_mut().insert(Peer(address));
        let made = world.send(sent).await;
        assert_eq!(made.status, 201, "what was refused costs nothing: {number}");
    }
}

#[tokio::test]
async fn one_network_does_not_use_up_what_clients_that_look_alike_may() {
    let world = World::new().await;
    for _ in 0..20 {
        for _ in 0..100 {
            confidential_from(&world, [198, 51, 100, 7]).await;
        }
        world.pass(Duration::from_secs(60)); // it never rests
    }
    let refused = confidential_from(&world, [198, 51, 100, 7]).await;
    assert_eq!(refused.status, 201, "a little each time");
    for number in 0..100 {
        let made = confidential_from(&world, [203, 0, number, 7]).await;
        assert_eq!(made.status, 201, "{number}: {}", made.body); // RG-08
    }
    let clients = world.administration.clients().await.expect("listed");
    assert!(clients.len() < 60 + 20 * 15 + 110, "{}", clients.len());
}

#[tokio::test]
async fn when_too_many_clients_are_unused_the_oldest_make_room() {
    let world = World::new().await;
    let (old, used) = (world.client().await, world.client_named("Used", CALLBACK));
    let used = used.await;
    world.tokens(&used).await;
    world.pass(Duration::from_secs(1));
    let mut tx = world.store.begin().await.expect("opens");
    let mut client = world.administration.client(&old).await.expect("there");
    client.created_at = client.created_at + Duration::from_secs(1);
    for number in 0..9_999 {
        client.id = ClientId::from_known(format!("dyn_{number}"));
        tx.add_client(&client);
    }
    tx.commit().await.expect("written");
    world.pass(Duration::from_secs(691)); // nobody is at it any more
    let new = world.client_named("New", CALLBACK).await;
    world.tokens(&new).await; // A-064, RG-08: nobody is turned away
    world.tokens(&used).await;
    assert!(world.administration.client(&old).await.is_err());
    assert_eq!(world.client().await, old, "and it comes back");
    let clients = world.administration.clients().await.expect("listed");
    assert!(clients.len() <= 10_000);
}

// RG-08
#[tokio::test]
async fn a_flood_takes_away_no_client_between_its_registration_and_its_approval() {
    let world = World::new().await;
    let mut alice = world.signed_in("alice").await;
    let mine = world.client_named("Mine", CALLBACK).await;
    let page = alice
        .consent_page(&world, &AuthorizeRequest::new(&mine))
        .await;
    let mut tx = world.store.begin().await.expect("opens");
    let mut client = world.administration.client(&mine).await.expect("there");
    for number in 0..12_000 {
        client.id = ClientId::from_known(format!("dyn_{number}"));
        tx.add_client(&client);
    }
    tx.commit().await.expect("written");
    for network in 0..5 {
        world.pass(Duration::from_secs(60));
        for _ in 0..60 {
            let made = confidential_from(&world, [198, 51, network, 7]).await;
            assert_eq!(made.status, 201, "nobody is turned away");
        }
    }
    let allowed = alice.answer(&world, &page, &[("decision", "allow")]).await;
    let code = allowed.parameter("code");
    assert_eq!(world.redeem(&mine, &code).await.status, 200);
    world.pass(Duration::from_secs(691));
    world.client_named("Another", CALLBACK).await;
    let clients = world.administration.clients().await.expect("listed");
    assert!(clients.len() < 12_300 - 400, "{}", clients.len());
}

#[tokio::test]
async fn a_revoked_client_does_not_come_back_by_registering_again() {
    let world = World::new().await;
    let id = world.register(&public()).await.json()["client_id"].clone();
    let id = id.as_str().expect("text");
    world
        .administration
        .revoke_client(id)
        .await
        .expect("revoked");
    let refused = world.register(&public()).await;
    refused.refuses(400, "invalid_client_metadata");
    assert!(refused.body.contains("revoked by an administrator"));
}

#[tokio::test]
async fn an_unused_client_is_reaped_and_the_same_registration_brings_it_back() {
    let world = World::new().await;
    let id = world.client().await;
    world.pass(Duration::from_secs(25 * 3600));
    assert!(world.issuer.reap().await.expect("reaped") >= 1); // A-064
    let page = Person::default()
        .get(&world, &AuthorizeRequest::new(&id).path())
        .await;
    assert_eq!(page.status, 400);
    assert!(page.body.contains("not registered here")); // interop 18
    assert_eq!(world.client().await, id);
    let page = Person::default()
        .get(&world, &AuthorizeRequest::new(&id).path())
        .await;
    assert_eq!(page.status, 303);
}

#[tokio::test]
async fn a_used_client_is_never_reaped() {
    let world = World::new().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    world.pass(Duration::from_secs(25 * 3600));
    world.issuer.reap().await.expect("reaped");
    assert_eq!(world.refresh(&client, &tokens.refresh).await.status, 200); // RG-08
}

#[tokio::test]
async fn switched_off_registration_is_gone() {
    let off = doorward_issuer::IssuerConfig {
        dynamic_registration: DynamicRegistration::Off,
        ..config("https://mcp.example", &["files"])
    };
    let world = World::empty(off).await;
    let secret = doorward_core::secret::Secret::presented("correct horse");
    let added = world
        .administration
        .add_user("bob", secret, Role::Member)
        .await;
    assert!(added.is_ok());
    world
        .register(&public())
        .await
        .refuses(403, "access_denied");
}
