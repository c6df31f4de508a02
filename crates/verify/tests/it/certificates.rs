//! Tokens that are bound to a certificate, in front of an axum app (RFC 8705 section 3).

use axum::{
    Router,
    body::Body,
    http::{Request, Response, header},
    routing::any,
};
use doorward_core::{certificate::PresentedCertificate, dpop::Policy};
use doorward_verify::{Proofs, RequireBearer};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::world::{World, claims_with};

fn shown(der: &[u8]) -> PresentedCertificate {
    PresentedCertificate::proven_in_handshake(der.to_vec(), Vec::new())
}

fn guard(world: &World) -> RequireBearer {
    RequireBearer::new(world.verifier.clone(), world.resource.clone())
}

fn bound(world: &World, certificate: &PresentedCertificate) -> String {
    let cnf = json!({ "x5t#S256": certificate.thumbprint() });
    world.signer.token(&claims_with("cnf", cnf))
}

async fn call(
    guard: RequireBearer,
    (scheme, token): (&str, &str),
    certificate: Option<&PresentedCertificate>,
) -> Response<Body> {
    let app = Router::new()
        .route("/mcp/files", any(async || "in"))
        .layer(guard);
    let request = Request::post("/mcp/files").header("authorization", format!("{scheme} {token}"));
    // What anybody can write into a header is not looked at.
    let mut request = request
        .header("x-client-cert", "own")
        .body(Body::empty())
        .unwrap();
    if let Some(certificate) = certificate {
        request.extensions_mut().insert(certificate.clone());
    }
    app.oneshot(request).await.unwrap()
}

#[tokio::test]
async fn a_token_passes_with_its_certificate_and_with_no_other() {
    let world = World::new();
    let (own, other) = (shown(b"own"), shown(b"other"));
    let (token, plain) = (bound(&world, &own), world.token());
    let nobody = None::<&PresentedCertificate>;
    // TK-12
    let cases = [
        ("its certificate", &token, Some(&own), 200),
        ("another one", &token, Some(&other), 401),
        ("none", &token, nobody, 401),
        ("an unbound token with one", &plain, Some(&own), 200),
        ("an unbound token without", &plain, nobody, 200),
    ];
    for (name, token, certificate, expected) in cases {
        let response = call(guard(&world), ("Bearer", token), certificate).await;
        assert_eq!(response.status(), expected, "{name}");
        if expected == 401 {
            let challenge = response.headers()[header::WWW_AUTHENTICATE]
                .to_str()
                .unwrap();
            let told = "Bearer error=\"invalid_token\""; // RFC 8705 section 3
            assert!(challenge.starts_with(told), "{name}: {challenge}");
        }
    }
}

#[tokio::test]
async fn a_certificate_is_no_proof_of_a_key_and_a_key_is_none_of_a_certificate() {
    let world = World::new();
    let own = shown(b"own");
    let token = bound(&world, &own);
    let proving = |policy| guard(&world).proving(Proofs::in_process(world.clock.clone()), policy);
    let both = proving(Policy::Accepted);
    assert_eq!(
        call(both.clone(), ("Bearer", &token), Some(&own))
            .await
            .status(),
        200
    );
    assert_eq!(
        call(both.clone(), ("DPoP", &token), Some(&own))
            .await
            .status(),
        401
    );
    let keys_only = proving(Policy::Required);
    assert_eq!(
        call(keys_only, ("Bearer", &token), Some(&own))
            .await
            .status(),
        401
    );
    for cnf in [
        Value::Null,
        json!({}),
        json!({ "x5t": own.thumbprint() }),
        json!({ "x5t#S256": own.thumbprint(), "kid": "k" }),
        json!({ "x5t#S256": [own.thumbprint()] }),
        json!({ "X5T#S256": own.thumbprint() }),
    ] {
        let token = world.signer.token(&claims_with("cnf", cnf.clone()));
        let response = call(both.clone(), ("Bearer", &token), Some(&own)).await;
        assert_eq!(response.status(), 401, "{cnf}");
    }
}
