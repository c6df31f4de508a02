//! RFC 6749 section 2.3: who may speak for a client.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::world::{Answer, CALLBACK, VERIFIER, World};

async fn confidential(world: &World, method: Option<&str>) -> (String, String) {
    let mut document = json!({"redirect_uris": [CALLBACK]});
    if let Some(method) = method {
        document["token_endpoint_auth_method"] = Value::from(method);
    }
    let registered = world.register(&document).await.json();
    let text = |name: &str| registered[name].as_str().expect("text").to_owned();
    (text("client_id"), text("client_secret"))
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

async fn redeem(world: &World, code: &str, header: Option<&str>, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    pairs.extend_from_slice(more);
    let headers: Vec<_> = header
        .map(|value| ("authorization", value))
        .into_iter()
        .collect();
    world.post_with("/token", &headers, &pairs).await
}

#[tokio::test]
async fn each_registered_method_works_and_no_other() {
    let world = World::new().await;
    for (method, by_header, by_body) in [
        (Some("client_secret_basic"), true, false),
        (Some("client_secret_post"), false, true),
        (None, true, true), // interop 13
    ] {
        let (id, secret) = confidential(&world, method).await;
        let code = world.code(&id).await;
        let (id, secret) = (id.as_str(), secret.as_str());
        let none = redeem(&world, &code, None, &[("client_id", id)]).await;
        none.refuses(401, "invalid_client"); // A-045, TK-01: no way down
        let in_body = [("client_id", id), ("client_secret", secret)];
        let body = redeem(&world, &code, None, &in_body).await;
        assert_eq!(body.status == 200, by_body, "{method:?}: {}", body.body);
        let code = world.code(id).await;
        let header = redeem(&world, &code, Some(&basic(id, secret)), &[]).await;
        assert_eq!(
            header.status == 200,
            by_header,
            "{method:?}: {}",
            header.body
        );
    }
}

#[tokio::test]
async fn a_wrong_or_doubled_authentication_is_refused() {
    let world = World::new().await;
    let (id, secret) = confidential(&world, None).await;
    let code = world.code(&id).await;
    let good = basic(&id, &secret);
    let (id, secret) = (id.as_str(), secret.as_str());
    let two = redeem(&world, &code, Some(&good), &[("client_secret", secret)]).await;
    two.refuses(400, "invalid_request"); // A-044, TK-01
    let assertion = redeem(&world, &code, Some(&good), &[("client_assertion", "x")]).await;
    assertion.refuses(400, "invalid_request");
    for (name, header) in [
        ("wrong secret", basic(id, "wrong")),
        ("empty secret, TK-01", basic(id, "")),
        ("unknown client", basic("nobody", secret)),
        ("no colon", format!("Basic {}", STANDARD.encode(id))),
        ("no base64, TK-01", "Basic %%%".to_owned()),
        (
            "no UTF-8",
            format!("Basic {}", STANDARD.encode([0xff, b':', 0xff])),
        ),
        ("bad encoding", basic("%zz", secret)),
        ("bearer", format!("Bearer {secret}")),
        ("nothing", "Basic".to_owned()),
    ] {
        let answer = redeem(&world, &code, Some(&header), &[]).await;
        println!("{name}");
        answer.refuses(401, "invalid_client");
        assert!(
            answer.header("www-authenticate").starts_with("Basic "),
            "A-043"
        );
    }
    let other = redeem(&world, &code, Some(&good), &[("client_id", "other")]).await;
    other.refuses(401, "invalid_client"); // TK-01
    let nobody = redeem(&world, &code, None, &[]).await;
    nobody.refuses(401, "invalid_client");
    let right = redeem(&world, &code, Some(&good), &[("client_id", id)]).await;
    assert_eq!(right.status, 200, "the refusals cost the code nothing");
}

#[tokio::test]
async fn basic_credentials_are_form_encoded() {
    let world = World::new().await;
    let (id, secret) = confidential(&world, Some("client_secret_basic")).await;
    let code = world.code(&id).await;
    let encoded = id.replace('_', "%5F");
    let answer = redeem(&world, &code, Some(&basic(&encoded, &secret)), &[]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_public_client_has_no_secret_to_send() {
    let world = World::new().await;
    let id = world.client().await;
    let code = world.code(&id).await;
    let secret = [("client_id", id.as_str()), ("client_secret", "x")];
    redeem(&world, &code, None, &secret)
        .await
        .refuses(401, "invalid_client"); // TK-01
    let empty = [("client_id", id.as_str()), ("client_secret", "")];
    let answer = redeem(&world, &code, None, &empty).await;
    assert_eq!(
        answer.status, 200,
        "a parameter without a value counts as absent"
    );
    let code = world.code(&id).await;
    let answer = redeem(&world, &code, Some(&basic(&id, "")), &[]).await;
    assert_eq!(answer.status, 200, "a library that knows only Basic");
}

#[tokio::test]
async fn a_refresh_needs_the_same_authentication() {
    let world = World::new().await;
    let (id, secret) = confidential(&world, Some("client_secret_basic")).await;
    let code = world.code(&id).await;
    let tokens = redeem(&world, &code, Some(&basic(&id, &secret)), &[])
        .await
        .tokens();
    world
        .refresh(&id, &tokens.refresh)
        .await
        .refuses(401, "invalid_client"); // TK-01
    let header = basic(&id, &secret);
    let pairs = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh.as_str()),
    ];
    let answer = world
        .post_with("/token", &[("authorization", &header)], &pairs)
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_revoked_client_is_unknown() {
    let world = World::new().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    world
        .administration
        .revoke_client(&client)
        .await
        .expect("revoked");
    world
        .refresh(&client, &tokens.refresh)
        .await
        .refuses(401, "invalid_client"); // TK-18
}
