//! Assertions of platforms that run programs, and that neither kind passes as the other.

use doorward_core::jwt_bearer::Trust;
use serde_json::{Value, json};

use super::scene::{Changes, Scene, Sent};
use crate::world::{FILES, ISSUER, MAIL, claims};

#[tokio::test]
async fn a_workload_is_the_client_that_the_operator_says_and_needs_no_other_proof() {
    let scene = Scene::new().await;
    let claims_of = |jti: &str| scene.workload_claims(&[("jti", json!(jti))]);
    let untyped = json!({ "alg": "EdDSA", "kid": "k" });
    for (jti, assertion) in [
        ("1", scene.platform.sign(&untyped, &claims_of("1"))),
        ("2", scene.platform.typed("JWT", &claims_of("2"))),
    ] {
        let answer = scene.present(&assertion, &[("resource", FILES)]).await;
        assert_eq!(answer.status, 200, "{jti}: {}", answer.body);
        let said = claims(&answer.tokens().access);
        assert_eq!(said["sub"], format!("client:{}", scene.robot));
        assert_eq!(said["scope"], "mcp:read");
        assert_eq!(said["preferred_username"], Value::Null);
        scene
            .present(&assertion, &[])
            .await
            .refuses(400, "invalid_grant"); // once
    }
    #[rustfmt::skip]
    let cases: [(&str, Changes, Sent<'_>, &str); 5] = [
        ("another program",  vec![("sub", json!("web:front"))],         vec![], "invalid_grant"),
        ("for another",      vec![("aud", json!("https://b.example"))], vec![], "invalid_grant"),
        ("another client",   vec![], vec![("client_id", scene.editor.0.as_str())], "invalid_grant"),
        ("another server",   vec![], vec![("resource", MAIL)],          "invalid_target"),
        ("unknown scope",    vec![], vec![("scope", "admin")],          "invalid_scope"),
    ];
    for (name, changes, more, error) in cases {
        let assertion = scene
            .platform
            .typed("JWT", &scene.workload_claims(&changes));
        let answer = scene.present(&assertion, &more).await;
        assert_eq!(answer.json()["error"], error, "{name}: {}", answer.body);
    }
    let named = [("client_id", scene.robot.as_str())];
    let assertion = scene.platform.typed("JWT", &claims_of("3"));
    assert_eq!(scene.present(&assertion, &named).await.status, 200);
}

#[tokio::test]
async fn neither_kind_passes_as_the_other() {
    let scene = Scene::new().await;
    let workload = scene.workload_claims(&[]);
    let id_jag = scene.id_jag_claims(&[("sub", json!("jobs:nightly")), ("aud", json!(ISSUER))]);
    #[rustfmt::skip]
    let cases = [
        ("an ID-JAG of a platform",        scene.platform.typed("oauth-id-jag+jwt", &workload)),
        ("a provider's word on a program", scene.provider.typed("JWT", &id_jag)),
        ("said to be the platform's",      scene.provider.typed("JWT", &workload)),
    ];
    for (name, assertion) in cases {
        let answer = scene.redeem(&assertion, &[]).await;
        assert_eq!(
            answer.json()["error"],
            "invalid_grant",
            "{name}: {}",
            answer.body
        );
        let answer = scene.present(&assertion, &[]).await;
        assert_ne!(answer.status, 200, "{name}");
    }
}

#[tokio::test]
async fn a_platform_may_hand_the_same_assertion_out_again() {
    let scene = Scene::with(|issuers| {
        for issuer in issuers {
            if let Trust::Workload(trust) = &mut issuer.trust {
                trust.reusable = true;
            }
        }
    })
    .await;
    let assertion = scene.platform.typed("JWT", &scene.workload_claims(&[]));
    for _ in 0..2 {
        assert_eq!(scene.present(&assertion, &[]).await.status, 200);
    }
}
