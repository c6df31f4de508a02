//! Tokens that are bound to a key, in front of an axum app (RFC 9449 section 7).

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    http::{HeaderMap, Request, Response, StatusCode, header},
    routing::any,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use doorward_core::{
    access::Principal,
    dpop::{ContentDigest, Nonces, Policy},
    secret::Digest,
};
use doorward_verify::{ProcessMemory, Proofs, RequireBearer};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    signer::{Signer, encode},
    world::{NOW, RESOURCE, World, claims_with},
};

/// Shows what of the credentials got through.
async fn inside(Extension(caller): Extension<Arc<Principal>>, headers: HeaderMap) -> String {
    let name = caller.username.as_deref().unwrap_or("nobody");
    let (token, proof) = (headers.get("authorization"), headers.get("dpop"));
    format!("{name} {token:?} {proof:?}")
}

fn guard(world: &World, policy: Policy) -> RequireBearer {
    let guard = RequireBearer::new(world.verifier.clone(), world.resource.clone());
    guard.proving(Proofs::in_process(world.clock.clone()), policy)
}

fn app(guard: RequireBearer) -> Router {
    let routes = Router::new().route("/mcp/files", any(inside));
    routes.route("/mcp/files/more", any(inside)).layer(guard)
}

/// A token bound to the key of `holder`.
fn bound(world: &World, holder: &Signer) -> String {
    let jkt = holder.public().material.thumbprint();
    world
        .signer
        .token(&claims_with("cnf", json!({ "jkt": jkt })))
}

fn proof_claims(token: &str) -> Value {
    json!({
        "jti": "proof-1",
        "htm": "POST",
        "htu": RESOURCE,
        "iat": NOW,
        "ath": encode(Digest::of(token).as_bytes()),
    })
}

fn sign(holder: &Signer, claims: &Value) -> String {
    let public = holder.public();
    let header = json!({ "typ": "dpop+jwt", "alg": public.alg, "jwk": public.material });
    holder.token_with(&header, claims)
}

fn request(scheme: &str, token: &str, proofs: &[&str]) -> Request<Body> {
    let mut request =
        Request::post("/mcp/files").header("authorization", format!("{scheme} {token}"));
    for proof in proofs {
        request = request.header("dpop", *proof);
    }
    request.body(Body::empty()).unwrap()
}

async fn send(app: &Router, request: Request<Body>) -> Response<Body> {
    app.clone().oneshot(request).await.unwrap()
}

fn challenges(response: &Response<Body>) -> Vec<&str> {
    let lines = response.headers().get_all(header::WWW_AUTHENTICATE).iter();
    lines.map(|line| line.to_str().unwrap()).collect()
}

#[tokio::test]
async fn a_bound_token_passes_with_its_proof_and_neither_goes_further() {
    let world = World::new();
    let app = app(guard(&world, Policy::Accepted));
    for holder in [Signer::es256("h"), Signer::eddsa("h"), Signer::rs256("h")] {
        let token = bound(&world, &holder);
        let proof = sign(&holder, &proof_claims(&token));
        let response = send(&app, request("DPoP", &token, &[&proof])).await;
        assert_eq!(response.status(), 200);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, "alice None None");
    }
    let response = send(&app, request("Bearer", &world.token(), &[])).await;
    assert_eq!(response.status(), 200, "an unbound token is good as it was");
}

#[tokio::test]
async fn a_proof_that_proves_something_else_is_refused() {
    let world = World::new();
    let app = app(guard(&world, Policy::Accepted));
    let (holder, thief) = (Signer::es256("h"), Signer::es256("t"));
    let token = bound(&world, &holder);
    let good = proof_claims(&token);
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        sign(&holder, &claims)
    };
    let fresh = |jti: &str| with("jti", json!(jti));
    let (one, two) = (fresh("a"), fresh("b"));
    // TK-12
    #[rustfmt::skip]
    let cases = [
        ("none",              vec![]),
        ("two",               vec![one.clone(), two]),
        ("no JWT",            vec!["x".to_owned()]),
        ("the token itself",  vec![token.clone()]),
        ("another key",       vec![sign(&thief, &good)]),
        ("another method",    vec![with("htm", json!("GET"))]),
        ("another resource",  vec![with("htu", json!("https://mcp.example/mcp/mail"))]),
        ("an upstream's URL", vec![with("htu", json!("http://127.0.0.1:9000/mcp"))]),
        ("another token",     vec![with("ath", json!(encode(Digest::of("x").as_bytes())))]),
        ("no token",          vec![with("ath", Value::Null)]),
        ("stale",             vec![with("iat", json!(NOW - 301))]),
        ("from the future",   vec![with("iat", json!(NOW + 301))]),
    ];
    for (name, proofs) in cases {
        let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
        let response = send(&app, request("DPoP", &token, &proofs)).await;
        assert_eq!(response.status(), 401, "{name}");
        let [challenge] = *challenges(&response) else {
            panic!("{name}: one challenge")
        };
        assert!(
            challenge.starts_with("DPoP error=\"invalid_dpop_proof\""),
            "{name}: {challenge}"
        );
        for part in ["resource_metadata=", "algs=\"ES256 EdDSA Ed25519 RS256\""] {
            assert!(challenge.contains(part), "{name}: {challenge}");
        }
    }
    let response = send(&app, request("DPoP", &token, &[&one])).await;
    assert_eq!(
        response.status(),
        200,
        "none of that used the good proof up"
    );
    let response = send(&app, request("DPoP", &token, &[&one])).await;
    assert_eq!(response.status(), 401, "TK-12: it was used");
}

/// Takes the body that the proof is for, and no other.
async fn held_to_its_body(content: Option<Extension<ContentDigest>>, body: Bytes) -> StatusCode {
    match content {
        Some(Extension(content)) if !content.is_of(&body) => StatusCode::BAD_REQUEST,
        Some(_) => StatusCode::OK,
        None => StatusCode::NO_CONTENT,
    }
}

//
#[tokio::test]
async fn a_body_that_a_proof_is_for_is_checked_by_who_says_so_or_the_proof_is_refused() {
    let world = World::new();
    let holder = Signer::es256("h");
    let token = bound(&world, &holder);
    let of = |body: &str| format!("sha-256=:{}:", STANDARD.encode(Digest::of(body).as_bytes()));
    let proof = |jti: &str, body: Option<&str>| {
        let mut claims = proof_claims(&token);
        claims["jti"] = json!(jti);
        if let Some(body) = body {
            claims["content_digest"] = json!(of(body));
        }
        sign(&holder, &claims)
    };
    let sent = |proof: &str| {
        let (parts, _) = request("DPoP", &token, &[proof]).into_parts();
        Request::from_parts(parts, Body::from("{}"))
    };
    let guard = guard(&world, Policy::Accepted);
    let silent = app(guard.clone());
    let response = send(&silent, sent(&proof("1", Some("{}")))).await;
    assert_eq!(response.status(), 401, "nobody there would check it");
    assert!(challenges(&response)[0].contains("content_digest"));
    assert_eq!(send(&silent, sent(&proof("2", None))).await.status(), 200);

    let judging = Router::new().route("/mcp/files", any(held_to_its_body));
    let judging = judging.layer(guard.judging_content());
    #[rustfmt::skip]
    let cases = [
        ("3", Some("{}"),           200),
        ("4", Some("another body"), 400),
        ("5", None,                 204),
    ];
    for (jti, body, expected) in cases {
        let response = send(&judging, sent(&proof(jti, body))).await;
        assert_eq!(response.status(), expected, "{body:?}");
    }
}

#[tokio::test]
async fn a_token_is_never_taken_for_what_it_is_not() {
    let world = World::new();
    let (accepting, requiring, plain) = (
        app(guard(&world, Policy::Accepted)),
        app(guard(&world, Policy::Required)),
        app(RequireBearer::new(
            world.verifier.clone(),
            world.resource.clone(),
        )),
    );
    let holder = Signer::es256("h");
    let (token, unbound) = (bound(&world, &holder), world.token());
    let proof = |token: &str| sign(&holder, &proof_claims(token));
    // X-021, TK-12
    #[rustfmt::skip]
    let cases = [
        ("bound as bearer",              &accepting, request("Bearer", &token, &[])),
        ("bound as bearer with a proof", &accepting, request("Bearer", &token, &[&proof(&token)])),
        ("unbound as bound",             &accepting, request("DPoP", &unbound, &[&proof(&unbound)])),
        ("bearer where refused",         &requiring, request("Bearer", &unbound, &[])),
        ("bound, nothing offered",       &plain,     request("Bearer", &token, &[])),
    ];
    for (name, app, request) in cases {
        let response = send(app, request).await;
        assert_eq!(response.status(), 401, "{name}");
        let [challenge] = *challenges(&response) else {
            panic!("{name}: one challenge")
        };
        assert!(
            challenge.contains("error=\"invalid_token\""),
            "{name}: {challenge}"
        );
    }
    let response = send(&plain, request("DPoP", &token, &[&proof(&token)])).await;
    assert_eq!(response.status(), 401, "a scheme that is not offered");
    assert!(challenges(&response)[0].starts_with("Bearer resource_metadata="));
    let response = send(&requiring, request("DPoP", &token, &[&proof(&token)])).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_token_that_is_bound_to_something_unknown_is_no_token() {
    let world = World::new();
    let app = app(guard(&world, Policy::Accepted));
    let jkt = Signer::es256("h").public().material.thumbprint();
    for cnf in [
        Value::Null,
        json!({}),
        json!({ "kid": "k" }),
        json!({ "jkt": jkt, "kid": "k" }),
        json!({ "jkt": jkt, "x5t#S256": "x" }),
        json!({ "x5t#S256": "x" }), // a connection without a certificate
        json!({ "x5t#S256": null }),
        json!("jkt"),
        json!({ "jkt": 1 }),
    ] {
        let token = world.signer.token(&claims_with("cnf", cnf.clone()));
        let response = send(&app, request("Bearer", &token, &[])).await;
        assert_eq!(response.status(), 401, "{cnf}");
    }
}

#[tokio::test]
async fn without_a_token_both_schemes_are_offered_bearer_first() {
    let world = World::new();
    let anonymous = || Request::post("/mcp/files").body(Body::empty()).unwrap();
    let response = send(&app(guard(&world, Policy::Accepted)), anonymous()).await;
    let [bearer, dpop] = *challenges(&response) else {
        panic!("two challenges")
    };
    assert!(bearer.starts_with("Bearer resource_metadata="));
    assert!(dpop.starts_with("DPoP resource_metadata=") && dpop.contains("algs="));
    assert!(
        !bearer.contains("error=") && !dpop.contains("error="),
        "R-011"
    );
    let response = send(&app(guard(&world, Policy::Required)), anonymous()).await;
    let [only] = *challenges(&response) else {
        panic!("one challenge")
    };
    assert!(only.starts_with("DPoP resource_metadata="));
}

#[tokio::test]
async fn where_nonces_are_demanded_the_answer_brings_one() {
    let world = World::new();
    let app = app(guard(&world, Policy::Accepted).demanding(Nonces::new(&[5; 32])));
    let holder = Signer::es256("h");
    let token = bound(&world, &holder);
    let mut claims = proof_claims(&token);
    let response = send(&app, request("DPoP", &token, &[&sign(&holder, &claims)])).await;
    assert_eq!(response.status(), 401);
    assert!(challenges(&response)[0].starts_with("DPoP error=\"use_dpop_nonce\""));
    let nonce = response.headers()["dpop-nonce"]
        .to_str()
        .unwrap()
        .to_owned();
    claims["nonce"] = json!(nonce);
    let response = send(&app, request("DPoP", &token, &[&sign(&holder, &claims)])).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["dpop-nonce"], *nonce);
    let response = send(&app, request("Bearer", &world.token(), &[])).await;
    assert!(
        !response.headers().contains_key("dpop-nonce"),
        "for nobody else"
    );
}

#[tokio::test]
async fn a_full_memory_is_a_503_and_lets_nothing_through_unremembered() {
    let world = World::new();
    let proofs = Proofs::new(world.clock.clone(), Arc::new(ProcessMemory::new(1)));
    let guard = RequireBearer::new(world.verifier.clone(), world.resource.clone());
    let app = app(guard.proving(proofs, Policy::Accepted));
    let holder = Signer::es256("h");
    let token = bound(&world, &holder);
    for (jti, status) in [("1", 200), ("2", 503)] {
        let mut claims = proof_claims(&token);
        claims["jti"] = json!(jti);
        let response = send(&app, request("DPoP", &token, &[&sign(&holder, &claims)])).await;
        assert_eq!(response.status(), status);
        assert_eq!(
            response.headers().contains_key("retry-after"),
            status == 503
        );
    }
}

#[tokio::test]
async fn who_has_many_keys_and_clients_takes_no_room_from_other_users() {
    // DS-05, TK-12
    let world = World::new();
    let proofs = Proofs::new(world.clock.clone(), Arc::new(ProcessMemory::new(12)));
    let guard = RequireBearer::new(world.verifier.clone(), world.resource.clone());
    let app = app(guard.proving(proofs, Policy::Accepted));
    let call = async |user: &str, client: &str, number: usize| {
        let holder = Signer::es256("h");
        let mut claims = claims_with("sub", json!(user));
        claims["client_id"] = json!(client);
        claims["cnf"] = json!({ "jkt": holder.public().material.thumbprint() });
        let token = world.signer.token(&claims);
        let mut proof = proof_claims(&token);
        proof["jti"] = json!(format!("{number}"));
        let proof = sign(&holder, &proof);
        send(&app, request("DPoP", &token, &[&proof]))
            .await
            .status()
    };
    let mut taken = 0;
    for number in 0..30 {
        let client = format!("client-{}", number % 3);
        let status = call("user-1", &client, number).await;
        taken += usize::from(status == 200);
        assert!(status == 200 || status == 503, "{status}");
    }
    assert!((1..=6).contains(&taken), "{taken}");
    for number in 0..2 {
        assert_eq!(call("user-2", "client-1", number).await, 200);
    }
}

#[tokio::test]
async fn a_path_below_the_resource_is_proven_by_its_own_url() {
    let world = World::new();
    let app = app(guard(&world, Policy::Accepted));
    let holder = Signer::es256("h");
    let token = bound(&world, &holder);
    let mut claims = proof_claims(&token);
    claims["htu"] = json!(format!("{RESOURCE}/more"));
    let proof = sign(&holder, &claims);
    let mut below = request("DPoP", &token, &[&proof]);
    *below.uri_mut() = "/mcp/files/more?a=b".parse().unwrap();
    assert_eq!(
        send(&app, request("DPoP", &token, &[&proof]))
            .await
            .status(),
        401
    );
    assert_eq!(send(&app, below).await.status(), 200);
}

#[tokio::test]
async fn a_revoked_bound_token_is_refused_whatever_is_proven() {
    use doorward_core::{clock::Clock, id::GrantId, revocation::Revocation};
    let world = World::new();
    let app = app(guard(&world, Policy::Accepted));
    let holder = Signer::es256("h");
    let token = bound(&world, &holder);
    let proof = |jti: &str| {
        let mut claims = proof_claims(&token);
        claims["jti"] = json!(jti);
        sign(&holder, &claims)
    };
    assert_eq!(
        send(&app, request("DPoP", &token, &[&proof("1")]))
            .await
            .status(),
        200
    );
    let what = Revocation::Grant(GrantId::from_known("grant-1"));
    world.revocations.add(what, world.clock.now());
    let response = send(&app, request("DPoP", &token, &[&proof("2")])).await;
    assert_eq!(response.status(), 401); // TK-18
    assert!(challenges(&response)[0].starts_with("DPoP error=\"invalid_token\""));
}
