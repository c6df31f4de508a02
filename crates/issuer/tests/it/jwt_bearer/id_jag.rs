//! ID-JAGs: what an identity provider says about its users.

use doorward_core::{
    jwt_bearer::{IdJagTrust, Trust},
    user::Username,
};
use doorward_issuer::TrustedIssuer;
use serde_json::{Value, json};

use super::scene::{NOW, PROVIDER, Scene, Signer};
use crate::world::{FILES, ISSUER, MAIL, claims};

#[tokio::test]
async fn an_id_jag_becomes_a_token_of_the_user_for_the_resource_that_it_names() {
    let scene = Scene::new().await;
    let answer = scene.redeem(&scene.id_jag(&[]), &[]).await;
    let body = answer.json();
    assert_eq!(answer.status, 200, "{body}");
    assert_eq!(body["scope"], "mcp:read mcp:write");
    assert!(body["refresh_token"].is_null());
    let said = claims(&answer.tokens().access);
    assert_eq!(said["aud"], FILES);
    assert_eq!(
        (&said["preferred_username"], &said["client_id"]),
        (&json!("alice"), &json!(scene.editor.0))
    );
    assert!(
        said["auth_time"].is_null() && said["acr"].is_null(),
        "nobody signed in here"
    );
    let record = scene.world.audit_records().await.pop().expect("a record");
    assert_eq!(
        (&record["event"], &record["user"]),
        (&json!("token.assertion"), &json!("alice"))
    );
    assert!(record["reason"].as_str().expect("text").contains(PROVIDER));
}

#[tokio::test]
async fn an_id_jag_is_used_once_even_across_a_restart_and_in_parallel() {
    let scene = Scene::new().await;
    let assertion = scene.id_jag(&[]);
    let (one, two) = tokio::join!(scene.redeem(&assertion, &[]), scene.redeem(&assertion, &[]));
    let granted = [&one, &two]
        .into_iter()
        .filter(|answer| answer.status == 200);
    assert_eq!(granted.count(), 1);
    scene
        .redeem(&assertion, &[])
        .await
        .refuses(400, "invalid_grant");
    let issuers = {
        let mut config = scene.world.config.clone();
        config.trusted_issuers = vec![TrustedIssuer {
            issuer: PROVIDER.to_owned(),
            keys: scene.provider.keys(),
            trust: Trust::IdJag(IdJagTrust {
                users: [("00u1".to_owned(), Username::parse("alice").expect("a name"))].into(),
                claims: [].into(),
            }),
        }];
        config
    };
    let world = scene.world.restarted().await;
    world.issuer.reconfigure(issuers);
    let again = Scene { world, ..scene };
    again
        .redeem(&assertion, &[])
        .await
        .refuses(400, "invalid_grant");
    let fresh = again.id_jag(&[("jti", json!("j2"))]);
    assert_eq!(again.redeem(&fresh, &[]).await.status, 200);
}

#[tokio::test]
async fn what_is_wrong_with_an_id_jag_is_refused() {
    let scene = Scene::new().await;
    let stranger = Signer::new();
    let claims = scene.id_jag_claims(&[]);
    let unsigned = {
        let text = scene.id_jag(&[]);
        let (signed, _) = text.rsplit_once('.').expect("signed");
        format!("{signed}.")
    };
    let symmetric = scene.provider.sign(
        &json!({ "alg": "HS256", "typ": "oauth-id-jag+jwt" }),
        &claims,
    );
    let none = scene.provider.sign(
        &json!({ "alg": "none", "typ": "oauth-id-jag+jwt" }),
        &claims,
    );
    let critical = json!({ "alg": "EdDSA", "typ": "oauth-id-jag+jwt", "crit": ["x"] });
    let expired = [("iat", json!(NOW - 400)), ("exp", json!(NOW - 100))];
    #[rustfmt::skip]
    let cases = [ // X-005..X-008, X-011
        ("signed by a stranger", stranger.typed("oauth-id-jag+jwt", &claims)),
        ("unsigned",             unsigned),
        ("symmetric",            symmetric),
        ("alg none",             none),
        ("critical extension",   scene.provider.sign(&critical, &claims)),
        ("unknown issuer",       scene.id_jag(&[("iss", json!("https://other.example"))])),
        ("issuer with a slash",  scene.id_jag(&[("iss", json!("https://idp.example/"))])),
        ("two audiences",        scene.id_jag(&[("aud", json!([ISSUER, "https://b.example"]))])),
        ("another audience",     scene.id_jag(&[("aud", json!("https://mcp.example/token"))])),
        ("another client",       scene.id_jag(&[("client_id", json!(scene.robot))])),
        ("unknown user",         scene.id_jag(&[("sub", json!("00u2"))])),
        ("a user's name",        scene.id_jag(&[("sub", json!("alice"))])),
        ("another tenant",       scene.id_jag(&[("tenant", json!("evil"))])),
        ("lives too long",       scene.id_jag(&[("exp", json!(NOW + 3_600))])),
        ("expired",              scene.id_jag(&expired)),
        ("no jti",               scene.id_jag(&[("jti", Value::Null)])),
        ("unknown resource",     scene.id_jag(&[("resource", json!("https://other.example/mcp"))])),
        ("no JWT",               "x".to_owned()),
        ("an access token",      scene.provider.typed("at+jwt", &claims)),
    ];
    for (name, assertion) in cases {
        let answer = scene.redeem(&assertion, &[]).await;
        assert_eq!(
            answer.json()["error"],
            "invalid_grant",
            "{name}: {}",
            answer.body
        );
        answer.refuses(400, "invalid_grant");
        assert!(
            !answer.body.contains(&assertion) || name == "no JWT",
            "{name}"
        );
    }
    let asked = [("resource", MAIL)];
    scene
        .redeem(&scene.id_jag(&[]), &asked)
        .await
        .refuses(400, "invalid_grant");
    let nothing = scene.id_jag(&[("scope", json!("files.read"))]);
    scene
        .redeem(&nothing, &[])
        .await
        .refuses(400, "invalid_scope");
    let in_query = format!("/token?assertion={}", scene.id_jag(&[]));
    scene
        .world
        .post(&in_query, &[])
        .await
        .refuses(400, "invalid_request");
}

#[tokio::test]
async fn the_client_of_an_id_jag_authenticates_and_registered_for_it() {
    let scene = Scene::new().await;
    let id = scene.editor.0.as_str();
    let assertion = scene.id_jag(&[]);
    let wrong = [("client_id", id), ("client_secret", "wrong")];
    scene
        .present(&assertion, &wrong)
        .await
        .refuses(401, "invalid_client");
    scene
        .present(&assertion, &[("client_id", id)])
        .await
        .refuses(401, "invalid_client");
    scene
        .present(&assertion, &[])
        .await
        .refuses(401, "invalid_client");
    let public = scene.world.client().await;
    let for_public = scene.id_jag(&[("client_id", json!(public))]);
    let identified = [("client_id", public.as_str())];
    scene
        .present(&for_public, &identified)
        .await
        .refuses(400, "unauthorized_client");
}

#[tokio::test]
async fn one_of_several_resources_is_chosen_by_the_request() {
    let scene = Scene::new().await;
    let both = |jti: &str| scene.id_jag(&[("resource", json!([FILES, MAIL])), ("jti", json!(jti))]);
    scene
        .redeem(&both("1"), &[])
        .await
        .refuses(400, "invalid_target");
    let chosen = scene.redeem(&both("2"), &[("resource", MAIL)]).await;
    assert_eq!(claims(&chosen.tokens().access)["aud"], MAIL);
    let open = scene.id_jag(&[("resource", Value::Null), ("jti", json!("3"))]);
    let chosen = scene
        .redeem(&open, &[("resource", MAIL), ("scope", "mcp:read")])
        .await;
    assert_eq!(chosen.tokens().scope, "mcp:read");
}

#[tokio::test]
async fn a_user_who_is_disabled_gets_nothing() {
    let scene = Scene::new().await;
    scene
        .world
        .administration
        .disable_user("alice")
        .await
        .expect("disabled");
    scene
        .redeem(&scene.id_jag(&[]), &[])
        .await
        .refuses(400, "invalid_grant"); // TK-18
}

// RFC 9396, A-082: what the provider allows is no more than it says
#[tokio::test]
async fn an_id_jag_for_single_calls_becomes_a_token_for_these() {
    let enterprise = Scene::new().await;
    let calls = |server: &str| json!([{"type": "mcp_tool", "server": server, "tools": ["list_*"]}]);
    let assertion = |jti: &str, details: Value| {
        enterprise.id_jag(&[("jti", json!(jti)), ("authorization_details", details)])
    };
    let answer = enterprise
        .redeem(&assertion("a", calls("files")), &[])
        .await;
    let carried = &claims(&answer.tokens().access)["authorization_details"];
    assert_eq!(*carried, calls("files"));
    let less = json!([{"type": "mcp_tool", "server": "files", "tools": ["list_files"]}]);
    let text = less.to_string();
    let narrow = [("authorization_details", text.as_str())];
    let answer = enterprise
        .redeem(&assertion("b", calls("files")), &narrow)
        .await;
    let carried = &claims(&answer.tokens().access)["authorization_details"];
    assert_eq!(*carried, less);
    for (jti, details) in [
        ("c", calls("mail")),
        ("d", json!([{"type": "unknown"}])),
        ("e", Value::Null),
    ] {
        let refused = enterprise.redeem(&assertion(jti, details), &[]).await;
        assert_eq!(refused.status, 400, "{jti}: {}", refused.body);
    }
    let wide = json!([{"type": "mcp_tool", "server": "files", "tools": ["*"]}]).to_string();
    let wide = [("authorization_details", wide.as_str())];
    let refused = enterprise
        .redeem(&assertion("f", calls("files")), &wide)
        .await;
    refused.refuses(400, "invalid_authorization_details"); // TK-04
}
