//! Who is refused without end is told the truth each time, and does not fill the log (DS-05,
//! AD-06, interop 17 and 18).

use std::time::Duration;

use doorward_core::client::{ClientKeys, GrantType, read_key_set};
use doorward_issuer::{IssuerConfig, NewClient};
use http::{Method, StatusCode};
use serde_json::json;

use crate::{
    fetch_quotas::{JWT_BEARER, Signer},
    holder::Holder,
    world::{Answer, AuthorizeRequest, CALLBACK, ISSUER, VERIFIER, World, config, request},
};

/// Asks with a refresh token that nobody has.
async fn guess(world: &World, client: &str) -> Answer {
    world.refresh(client, "dwr_guess").await
}

/// Is refused a thousand times more often than is recorded.
async fn flood(world: &World, client: &str) {
    for _ in 0..1_120 {
        guess(world, client).await.refuses(400, "invalid_grant");
    }
}

/// The records of refusals that say that there were more.
async fn summed_up(world: &World) -> usize {
    let records = world.audit_records().await;
    let summed = records.iter().filter(|record| {
        let reason = record["reason"].as_str().unwrap_or_default();
        reason.contains("not recorded one by one")
    });
    summed.count()
}

/// A client with a secret, as its form says it.
async fn confidential(world: &World) -> [(String, String); 2] {
    let (id, secret) = world
        .registered(NewClient {
            name: "Desk".to_owned(),
            redirect_uris: vec![CALLBACK.to_owned()],
            confidential: true,
            ..NewClient::default()
        })
        .await;
    [
        ("client_id".to_owned(), id),
        ("client_secret".to_owned(), secret),
    ]
}

#[tokio::test]
async fn guesses_leave_a_few_rows_and_the_log_says_how_it_went_on() {
    let world = World::new().await;
    let client = world.client().await;
    let before = world.audited().await.len();
    flood(&world, &client).await;
    assert_eq!(world.audited().await.len(), before + 121); // DS-05, AD-06
    assert_eq!(summed_up(&world).await, 1);
    world.pass(Duration::from_millis(500));
    guess(&world, &client).await.refuses(400, "invalid_grant");
    assert_eq!(world.audited().await.len(), before + 122);
}

#[tokio::test]
async fn whose_session_is_over_is_told_so_whatever_others_at_the_address_did() {
    let world = World::new().await;
    let client = world.client().await;
    let dead = world.tokens(&client).await;
    let revoke = [("client_id", &*client), ("token", &*dead.refresh)];
    assert_eq!(world.post("/revoke", &revoke).await.status, 200);
    flood(&world, &client).await;
    let refused = world.refresh(&client, &dead.refresh).await;
    refused.refuses(400, "invalid_grant"); // the client signs in again, interop 18
    let refused = world.refresh("reaped", "dwr_guess").await;
    refused.refuses(401, "invalid_client"); // and registers again
    let begin = [("client_id", "reaped")];
    for path in ["/device_authorization", "/revoke", "/introspect", "/par"] {
        world
            .post(path, &begin)
            .await
            .refuses(401, "invalid_client");
    }
}

#[tokio::test]
async fn whoever_has_what_it_takes_gets_it_from_the_same_address() {
    let world = World::new().await;
    let client = world.client().await;
    let (tokens, code) = (world.tokens(&client).await, world.code(&client).await);
    flood(&world, &client).await;
    let refreshed = world.refresh(&client, &tokens.refresh).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    assert_eq!(world.redeem(&client, &code).await.status, 200);
    let holder = Holder::new();
    let push = AuthorizeRequest::new(&client);
    let proof = holder.sign(&holder.claims(&world, "/par"));
    let headers = [("dpop", proof.as_str())];
    let pushed = world.post_with("/par", &headers, &push.pairs()).await;
    assert_eq!(pushed.status, 201);
    let elsewhere = [
        ("grant_type", "refresh_token"),
        ("client_id", client.as_str()),
        ("refresh_token", "x"),
    ];
    let refused = world.post_from(1, "/token", &elsewhere).await;
    refused.refuses(400, "invalid_grant");
}

#[tokio::test]
async fn who_polls_as_it_should_is_never_put_off() {
    let world = World::new().await;
    let device = world
        .registered(NewClient {
            name: "Television".to_owned(),
            grants: vec![GrantType::DeviceCode],
            ..NewClient::default()
        })
        .await
        .0;
    let begun = world
        .post("/device_authorization", &[("client_id", &*device)])
        .await;
    let code = begun.json()["device_code"]
        .as_str()
        .expect("text")
        .to_owned();
    flood(&world, &world.client().await).await;
    let poll = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", device.as_str()),
        ("device_code", code.as_str()),
    ];
    world
        .post("/token", &poll)
        .await
        .refuses(400, "authorization_pending");
    world.post("/token", &poll).await.refuses(400, "slow_down");
    world.pass(Duration::from_secs(10));
    world
        .post("/token", &poll)
        .await
        .refuses(400, "authorization_pending");
    let before = world.audited().await.len();
    for _ in 0..200 {
        world.post("/token", &poll).await.refuses(400, "slow_down");
    }
    assert_eq!(world.audited().await.len(), before, "no news");
}

#[tokio::test]
async fn a_client_that_proves_who_it_is_is_told_what_is_wrong_each_time() {
    let world = World::new().await;
    let client = world.client().await;
    let [id, secret] = confidential(&world).await;
    flood(&world, &client).await;
    let pairs = [
        (id.0.as_str(), id.1.as_str()),
        (secret.0.as_str(), secret.1.as_str()),
        ("grant_type", "refresh_token"),
        ("refresh_token", "dwr_guess"),
    ];
    let before = world.audited().await.len();
    for _ in 0..150 {
        world
            .post("/token", &pairs)
            .await
            .refuses(400, "invalid_grant");
    }
    assert_eq!(world.audited().await.len(), before + 150, "AD-06");
    let wrong = [pairs[0], ("client_secret", "wrong"), pairs[2], pairs[3]];
    let refused = world.post("/token", &wrong).await;
    refused.refuses(401, "invalid_client");
    assert_eq!(world.audited().await.len(), before + 150, "a stranger");

    // Wherever it proved who it is.
    let device = world.post("/device_authorization", &pairs).await;
    device.refuses(400, "unauthorized_client");
    let query = [pairs[0], pairs[1]];
    let told = world.post("/introspect", &query).await;
    told.refuses(400, "invalid_request");
    let revoked = world.post("/revoke", &query).await;
    revoked.refuses(400, "invalid_request");
    let records = world.audit_records().await;
    let named = records.iter().skip(before + 150);
    assert_eq!(
        named
            .filter(|record| record["client"].as_str() == Some(pairs[0].1))
            .count(),
        3
    );
}

#[tokio::test]
async fn a_client_that_somebody_can_act_as_leaves_no_more_than_a_client_may() {
    let world = World::new().await;
    let method = json!({ "token_endpoint_auth_method": "client_secret_post" });
    let made = self_made(&world, method).await;
    let text = |name: &str| made[name].as_str().expect("text");
    let own = [
        ("client_id", text("client_id")),
        ("client_secret", text("client_secret")),
    ];
    let code = world.code(own[0].1).await;
    let redeem = [
        own[0],
        own[1],
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let redeemed = world.post("/token", &redeem).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body);
    let guess = [
        own[0],
        own[1],
        ("grant_type", "refresh_token"),
        ("refresh_token", "dwr_guess"),
    ];
    let before = world.audited().await.len();
    for number in 0..700 {
        let network = u8::try_from(number % 200).expect("small");
        let refused = world.post_from(network, "/token", &guess).await;
        refused.refuses(400, "invalid_grant");
    }
    assert_eq!(world.audited().await.len(), before + 601); // DS-05
    assert_eq!(summed_up(&world).await, 1);
    let [id, secret] = confidential(&world).await;
    let other = [
        (id.0.as_str(), id.1.as_str()),
        (secret.0.as_str(), secret.1.as_str()),
        guess[2],
        guess[3],
    ];
    let before = world.audited().await.len();
    world
        .post("/token", &other)
        .await
        .refuses(400, "invalid_grant");
    assert_eq!(world.audited().await.len(), before + 1, "nobody else");
}

#[tokio::test]
async fn a_nonce_is_told_however_often_others_are_refused() {
    let world = World::with(IssuerConfig {
        dpop_nonces: true,
        ..config(ISSUER, &["files"])
    })
    .await;
    let client = world.client().await;
    let holder = Holder::new();
    let pairs = [("grant_type", "refresh_token"), ("client_id", &*client)];
    let ask = async || {
        let headers = [("dpop", &*holder.proof(&world))];
        world.post_with("/token", &headers, &pairs).await
    };
    for _ in 0..200 {
        ask().await.refuses(400, "use_dpop_nonce");
    }
    let before = world.audited().await.len();
    flood(&world, &client).await;
    let recorded = world.audited().await.len() - before;
    assert_eq!(recorded, 120, "steps take nothing of what may be refused");
    let refused = ask().await;
    refused.refuses(400, "use_dpop_nonce");
    assert!(!refused.header("dpop-nonce").is_empty());
}

#[tokio::test]
async fn pushes_that_are_refused_and_pushes_of_public_clients_are_counted_apart() {
    let world = World::new().await;
    let client = world.client().await;
    let good = AuthorizeRequest::new(&client);
    let bad = good.clone().set("redirect_uri", "https://evil.test/");
    for _ in 0..120 {
        world
            .post("/par", &bad.pairs())
            .await
            .refuses(400, "invalid_request");
    }
    let before = world.audited().await.len();
    for _ in 0..10 {
        let refused = world.post("/par", &bad.pairs()).await;
        refused.refuses(400, "invalid_request");
    }
    assert_eq!(world.audited().await.len(), before + 1); // DS-05
    for _ in 0..120 {
        assert_eq!(world.post("/par", &good.pairs()).await.status, 201);
    }
    let refused = world.post("/par", &good.pairs()).await;
    refused.refuses(429, "temporarily_unavailable");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(world.post_from(1, "/par", &good.pairs()).await.status, 201);
    let [id, secret] = confidential(&world).await;
    let own = good.set(&id.0, &id.1).set(&secret.0, &secret.1);
    assert_eq!(world.post("/par", &own.pairs()).await.status, 201);
}

// DS-05, interop 17
#[tokio::test]
async fn pushes_of_one_client_do_not_put_off_the_others_at_the_same_address() {
    let world = World::new().await;
    let (known, other) = (world.client().await, world.client_named("Other", CALLBACK));
    let (known, other) = (AuthorizeRequest::new(&known), other.await);
    for _ in 0..1_000 {
        world.post("/par", &known.pairs()).await;
    }
    let refused = world.post("/par", &known.pairs()).await;
    refused.refuses(429, "temporarily_unavailable");
    let other = AuthorizeRequest::new(&other);
    assert_eq!(world.post("/par", &other.pairs()).await.status, 201);

    let mut taken = 0;
    for number in 0..6 {
        let client = world
            .client_named(&format!("Many {number}"), CALLBACK)
            .await;
        let request = AuthorizeRequest::new(&client);
        for _ in 0..120 {
            let pushed = world.post("/par", &request.pairs()).await;
            taken += u32::from(pushed.status == 201);
        }
    }
    assert_eq!(taken, 600 - 120 - 1, "all of one address together");
    let [id, secret] = confidential(&world).await;
    let own = other.set(&id.0, &id.1).set(&secret.0, &secret.1);
    assert_eq!(world.post("/par", &own.pairs()).await.status, 201);
}

#[tokio::test]
async fn pages_look_the_same_however_often_they_are_asked_for_and_the_log_stays_short() {
    let world = World::new().await;
    let before = world.audited().await.len();
    let path = AuthorizeRequest::new("nobody").path();
    for _ in 0..1_000 {
        let sent = request(Method::GET, &path, &[], String::new());
        let page = world.send_from(1, sent).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(world.audited().await.len(), before + 121); // DS-05
}

#[tokio::test]
async fn revocations_and_registrations_that_change_nothing_do_not_fill_the_log() {
    let world = World::new().await;
    world.client().await;
    let before = world.audited().await.len();
    for _ in 0..300 {
        world.post("/revoke", &[("token", "x")]).await;
        world.client().await; // the same: it is known
    }
    let records = world.audited().await.len() - before;
    assert!(records <= 121 + 120, "{records}"); // DS-05
}

/// A client with a secret that registered itself.
async fn self_made(world: &World, more: serde_json::Value) -> serde_json::Value {
    let mut document = json!({ "redirect_uris": [CALLBACK], "client_name": "Self-made" });
    for (name, value) in more.as_object().expect("an object") {
        document[name] = value.clone();
    }
    let registered = world.register(&document).await;
    assert_eq!(registered.status, 201, "{}", registered.body);
    registered.json()
}

#[tokio::test]
async fn a_secret_that_anybody_can_register_makes_nobody_more_than_a_stranger() {
    let world = World::new().await;
    let method = json!({ "token_endpoint_auth_method": "client_secret_post" });
    let made = self_made(&world, method).await;
    let text = |name: &str| made[name].as_str().expect("text");
    let pairs = [
        ("client_id", text("client_id")),
        ("client_secret", text("client_secret")),
        ("grant_type", "refresh_token"),
        ("refresh_token", "dwr_guess"),
    ];
    let before = world.audited().await.len();
    for _ in 0..150 {
        world
            .post("/token", &pairs)
            .await
            .refuses(400, "invalid_grant");
    }
    assert_eq!(world.audited().await.len(), before + 121); // DS-05
}

#[tokio::test]
async fn what_is_to_be_remembered_for_clients_that_anybody_can_make_is_counted() {
    let (world, signer) = (World::new().await, Signer::new());
    let keys = json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": signer.set() });
    let made = self_made(&world, keys).await;
    let client = made["client_id"].as_str().expect("text");
    let ask = async |network: u8, client: &str, number: usize| {
        let assertion = signer.assertion("k", client, &number.to_string());
        let pairs = [
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion.as_str()),
            ("grant_type", "refresh_token"),
            ("refresh_token", "x"),
        ];
        world.post_from(network, "/token", &pairs).await
    };
    for number in 0..120 {
        ask(1, client, number).await.refuses(400, "invalid_grant");
    }
    let refused = ask(1, client, 120).await;
    refused.refuses(429, "temporarily_unavailable"); // DS-05
    ask(2, client, 0).await.refuses(401, "invalid_client"); // TK-11: used before
    ask(2, client, 120).await.refuses(400, "invalid_grant");

    let known = world.registered(NewClient {
        name: "Robot".to_owned(),
        redirect_uris: vec![CALLBACK.to_owned()],
        keys: Some(ClientKeys::Inline(
            read_key_set(&signer.set()).expect("keys"),
        )),
        ..NewClient::default()
    });
    let known = known.await.0;
    for number in 0..150 {
        ask(1, &known, number).await.refuses(400, "invalid_grant");
    }
}

#[tokio::test]
async fn replacing_a_registration_that_nobody_uses_counts_like_registering() {
    let world = World::new().await;
    let mut made = self_made(&world, json!({})).await;
    let path = format!("/register/{}", made["client_id"].as_str().expect("text"));
    let mut statuses = Vec::new();
    for _ in 0..60 {
        let token = made["registration_access_token"].as_str().expect("text");
        let bearer = format!("Bearer {token}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        let document = json!({ "redirect_uris": [CALLBACK], "client_id": made["client_id"] });
        let sent = request(Method::PUT, &path, &headers, document.to_string());
        let answer = world.send(sent).await;
        statuses.push(answer.status.as_u16());
        if answer.status == 200 {
            made = answer.json();
        }
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 59);
    assert_eq!(statuses.last(), Some(&429)); // DS-05
}

#[tokio::test]
async fn what_is_revoked_already_is_not_revoked_and_recorded_again() {
    let world = World::new().await;
    let client = world.client().await;
    let code = world.code(&client).await;
    let tokens = world.redeem(&client, &code).await.tokens();
    let count = async |event: &str| {
        let records = world.audited().await;
        records
            .iter()
            .filter(|record| record.starts_with(event))
            .count()
    };
    for _ in 0..3 {
        let pairs = [("client_id", client.as_str()), ("token", &tokens.access)];
        assert_eq!(world.post("/revoke", &pairs).await.status, 200);
        world
            .redeem(&client, &code)
            .await
            .refuses(400, "invalid_grant");
    }
    assert_eq!(
        count("token.revoke allowed").await,
        1,
        "{:?}",
        world.audited().await
    ); // DS-05
    assert_eq!(count("code.replay denied").await, 1);
}

#[tokio::test]
async fn names_of_clients_with_quirks_do_not_fill_the_log() {
    let world = World::new().await;
    let before = world.audited().await.len();
    let path = "/.well-known/oauth-authorization-server";
    for round in 0..2 {
        for network in 0..100 {
            let agent = [("user-agent", "codex_cli_rs/0.144.1")];
            let sent = request(Method::GET, path, &agent, String::new());
            let answer = world.send_from(network, sent).await.json();
            let announced = &answer["authorization_response_iss_parameter_supported"];
            assert!(announced.is_null(), "the remedy is applied: {round}");
        }
    }
    assert_eq!(world.audited().await.len(), before + 60); // DS-05
}

#[tokio::test]
async fn a_client_in_use_replaces_its_registration_as_often_as_one_client_may() {
    let world = World::new().await;
    let mut made = self_made(&world, json!({})).await;
    let id = made["client_id"].as_str().expect("text").to_owned();
    world.code(&id).await;
    let path = format!("/register/{id}");
    for number in 0..601 {
        let token = made["registration_access_token"].as_str().expect("text");
        let bearer = format!("Bearer {token}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        let document = json!({ "redirect_uris": [CALLBACK], "client_id": id });
        let sent = request(Method::PUT, &path, &headers, document.to_string());
        let network = u8::try_from(number % 200).expect("small");
        let answer = world.send_from(network, sent).await;
        if number == 600 {
            answer.refuses(429, "temporarily_unavailable"); // DS-05
            assert_eq!(answer.header("retry-after"), "1");
        } else {
            assert_eq!(answer.status, 200, "{number}: {}", answer.body);
            made = answer.json();
        }
    }
}
