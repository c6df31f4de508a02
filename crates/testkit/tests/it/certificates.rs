//! Tokens that are bound to a certificate, from the login to the call (RFC 8705).

use std::time::Duration;

use doorward_core::certificate::PresentedCertificate;
use doorward_issuer::ClientCertificates;
use doorward_testkit::{
    client::{Client, Tokens},
    http::{Answer, Ask, post_json},
    world::World,
};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::{Value, json};

fn call() -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "add_note", "arguments": {}}})
}

/// What a listener makes of a handshake.
fn shown(params: &CertificateParams) -> PresentedCertificate {
    let key = KeyPair::generate().expect("a key");
    let der = params.self_signed(&key).expect("a certificate");
    PresentedCertificate::proven_in_handshake(der.der().to_vec(), Vec::new())
}

/// A public client that only takes tokens bound to its certificate.
async fn registered(world: &World) -> Client {
    let client = Client::register(&world.router, "notes").await;
    let document = json!({
        "client_name": "Certified client",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "none",
        "tls_client_certificate_bound_access_tokens": true,
    });
    let answer = post_json("/register", &document).send(&world.router).await;
    let registered = answer.json();
    let id = registered.get("client_id").and_then(Value::as_str);
    Client {
        id: id.expect("an identifier").to_owned(),
        ..client
    }
}

fn over(ask: Ask, certificate: Option<&PresentedCertificate>) -> Ask {
    match certificate {
        Some(certificate) => ask.with(certificate.clone()),
        None => ask,
    }
}

async fn world() -> World {
    let mut world = World::new().await;
    world.client_certificates = Some(ClientCertificates::default());
    world.restart().await;
    world
}

#[tokio::test]
async fn a_token_calls_over_connections_with_its_certificate_alone() {
    let mut world = world().await;
    let client = registered(&world).await;
    let (own, other) = (
        shown(&CertificateParams::default()),
        shown(&CertificateParams::default()),
    );
    let code = client.code(&world.router, &mut world.alice(), &[]).await;
    let issued = over(client.redeem(&code), Some(&own))
        .send(&world.router)
        .await;
    let tokens = Tokens::of(&issued);
    let send = async |world: &World, certificate| -> Answer {
        let ask = client.message(&tokens.access, &call());
        over(ask, certificate).send(&world.router).await
    };
    for round in ["first seen", "remembered", "after a restart"] {
        if round == "after a restart" {
            world.restart().await;
        }
        for (name, certificate) in [("none", None), ("another", Some(&other))] {
            let refused = send(&world, certificate).await;
            assert_eq!(refused.status, 401, "{round}, {name}: {}", refused.text());
            let challenge = refused.header("www-authenticate");
            let told = "Bearer error=\"invalid_token\""; // RFC 8705 section 3, TK-12
            assert!(challenge.starts_with(told), "{round}, {name}: {challenge}");
        }
        let answer = send(&world, Some(&own)).await;
        assert_eq!(answer.status, 200, "{round}: {}", answer.text());
    }
    assert_eq!(world.upstream.count("tools/call"), 3);
    let records = world.audit().await;
    let refused = records
        .iter()
        .filter(|record| record["event"] == "mcp.refused");
    assert_eq!(refused.count(), 6, "each of them is recorded");
}

#[tokio::test]
async fn a_certificate_that_expires_counts_for_nothing_on_a_connection_that_lasts() {
    let world = world().await;
    let client = registered(&world).await;
    let mut params = CertificateParams::default();
    // The clock begins on September 21, 2026, at 14:13:20.
    params.not_after = date_time_ymd(2026, 9, 21) + Duration::from_secs(14 * 3600 + 18 * 60);
    let own = shown(&params);
    let code = client.code(&world.router, &mut world.alice(), &[]).await;
    let issued = over(client.redeem(&code), Some(&own));
    let tokens = Tokens::of(&issued.send(&world.router).await);
    for (passed, expected) in [(0, 200), (279, 200), (2, 401)] {
        world.clock.advance(Duration::from_secs(passed));
        let ask = client.message(&tokens.access, &call());
        let answer = over(ask, Some(&own)).send(&world.router).await;
        assert_eq!(answer.status, expected, "{passed}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_server_says_that_it_takes_such_tokens_where_certificates_are_shown() {
    let member = "tls_client_certificate_bound_access_tokens"; // RFC 9728 section 2
    for (world, expected) in [(World::new().await, None), (world().await, Some(true))] {
        let client = Client::register(&world.router, "notes").await;
        let metadata = client.discover(&world.router).await;
        assert_eq!(metadata.get(member).and_then(Value::as_bool), expected);
    }
}
