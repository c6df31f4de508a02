//! The tower layer in front of an axum app: what passes, and what each refusal says.

use std::sync::Arc;

use axum::{
    Extension, Json, Router,
    body::Body,
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
    routing::{any, get},
};
use doorward_core::{
    access::Principal, clock::Clock, id::GrantId, revocation::Revocation, scope::ScopeSet,
};
use doorward_verify::{ProtectedResourceMetadata, RequireBearer};
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

use crate::world::{ISSUER, World, claims_with};

const METADATA: &str = "https://mcp.example/.well-known/oauth-protected-resource/mcp/files";

/// Says who is calling, and shows a token that got through.
async fn inside(Extension(caller): Extension<Arc<Principal>>, headers: HeaderMap) -> String {
    let name = caller.username.as_deref().unwrap_or("nobody");
    format!("{name} {:?}", headers.get("authorization"))
}

fn guard(world: &World) -> RequireBearer {
    RequireBearer::new(world.verifier.clone(), world.resource.clone())
}

fn app(guard: RequireBearer) -> Router {
    Router::new().route("/mcp/files", any(inside)).layer(guard)
}

fn request(tokens: &[String]) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = "/mcp/files".parse().unwrap();
    for token in tokens {
        let value = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().append(header::AUTHORIZATION, value);
    }
    request
}

async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn challenge(response: &Response<Body>) -> Option<&str> {
    let mut values = response.headers().get_all(header::WWW_AUTHENTICATE).iter();
    let value = values.next()?;
    assert!(values.next().is_none(), "one challenge");
    Some(value.to_str().unwrap())
}

#[tokio::test]
async fn the_service_sees_who_is_calling_and_no_token() {
    let world = World::new();
    let app = app(guard(&world));
    for _ in 0..2 {
        let response = app
            .clone()
            .oneshot(request(&[world.token()]))
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(text(response).await, "alice None"); // R-025, GW-01
    }
}

#[tokio::test]
async fn without_a_token_every_method_gets_the_bare_challenge() {
    let app = app(guard(&World::new()));
    for method in [
        Method::GET,
        Method::POST,
        Method::DELETE,
        Method::OPTIONS,
        Method::PUT,
    ] {
        let mut request = request(&[]);
        *request.method_mut() = method.clone();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{method}"); // R-008
        let bare = format!(r#"Bearer resource_metadata="{METADATA}", scope="mcp:read mcp:write""#);
        assert_eq!(challenge(&response), Some(bare.as_str())); // R-009, R-010, R-011
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert!(!text(response).await.contains(r#""error":"#));
    }
}

#[tokio::test]
async fn each_fault_gets_its_status_and_error() {
    let world = World::new();
    let expired = world.signer.token(&claims_with("exp", json!(1)));
    let foreign = world.signer.token(&claims_with("aud", json!(ISSUER)));
    let revoked = world.signer.token(&claims_with("grant", json!("grant-2")));
    let what = Revocation::Grant(GrantId::from_known("grant-2"));
    world.revocations.add(what, world.clock.now());
    let app = app(guard(&world));
    let token = world.token();
    let long = "a".repeat(64 * 1024);
    // R-011, R-017, GW-03
    #[rustfmt::skip]
    let cases = [
        ("garbage",        vec!["x".to_owned()],            401, r#"error="invalid_token""#),
        ("expired",        vec![expired],                   401, r#"error="invalid_token""#),
        ("wrong audience", vec![foreign],                   401, r#"error="invalid_token""#),
        ("revoked",        vec![revoked],                   401, r#"error="invalid_token""#),
        ("64 KB",          vec![long],                      401, r#"error="invalid_token""#),
        ("two words",      vec!["a b".to_owned()],          400, r#"error="invalid_request""#),
        ("two headers",    vec![token.clone(), token],      400, r#"error="invalid_request""#),
    ];
    for (name, tokens, status, error) in cases {
        let response = app.clone().oneshot(request(&tokens)).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{name}");
        let challenge = challenge(&response).expect("a challenge");
        assert!(challenge.contains(error), "{name}: {challenge}");
        assert!(
            challenge.contains(&format!(r#"resource_metadata="{METADATA}""#)),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_token_outside_the_header_is_never_taken() {
    let world = World::new();
    let app = app(guard(&world));
    let token = world.token();
    // R-019, GW-03
    for change in [in_query, in_body, in_cookie as fn(&mut Request<Body>, &str)] {
        let mut request = request(&[]);
        change(&mut request, &token);
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(!challenge(&response).unwrap().contains("error="));
    }
    let mut twice = request(std::slice::from_ref(&token));
    in_query(&mut twice, &token);
    let twice = app.oneshot(twice).await.unwrap();
    assert_eq!(twice.status(), StatusCode::BAD_REQUEST); // R-011
}

fn in_query(request: &mut Request<Body>, token: &str) {
    *request.uri_mut() = format!("/mcp/files?access_token={token}").parse().unwrap();
}

fn in_body(request: &mut Request<Body>, token: &str) {
    *request.method_mut() = Method::POST;
    let form = "application/x-www-form-urlencoded".parse().unwrap();
    request.headers_mut().insert(header::CONTENT_TYPE, form);
    *request.body_mut() = Body::from(format!("access_token={token}"));
}

fn in_cookie(request: &mut Request<Body>, token: &str) {
    let cookie = format!("access_token={token}").parse().unwrap();
    request.headers_mut().insert(header::COOKIE, cookie);
}

#[tokio::test]
async fn keys_that_are_unavailable_are_a_503_and_no_challenge() {
    let world = World::new();
    world.keys.set(None);
    let response = app(guard(&world))
        .oneshot(request(&[world.token()]))
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE); // R-023
    assert_eq!(response.headers()[header::RETRY_AFTER], "10");
    assert_eq!(challenge(&response), None);
}

#[tokio::test]
async fn too_little_scope_is_a_403_that_names_the_union() {
    let world = World::new();
    let needed = ScopeSet::parse("mcp:write files:delete").unwrap();
    let app = app(guard(&world).requiring(needed));
    let reader = world.signer.token(&claims_with("scope", json!("mcp:read")));
    let response = app.clone().oneshot(request(&[reader])).await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let expected = format!(
        r#"Bearer error="insufficient_scope", resource_metadata="{METADATA}", scope="files:delete mcp:read mcp:write""#
    );
    assert_eq!(challenge(&response), Some(expected.as_str())); // R-012, R-013, R-014

    let deleter = world
        .signer
        .token(&claims_with("scope", json!("mcp:write files:delete")));
    let response = app.oneshot(request(&[deleter])).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_token_for_single_calls_passes_only_where_they_are_judged() {
    let world = World::new();
    let details = json!([{ "type": "mcp_tool", "server": "files", "tools": ["read_*"] }]);
    let token = world
        .signer
        .token(&claims_with("authorization_details", details));
    let refused = request(std::slice::from_ref(&token));
    let open = app(guard(&world)).oneshot(refused).await;
    assert_eq!(open.unwrap().status(), StatusCode::FORBIDDEN);
    let judged = app(guard(&world).judging_details());
    let response = judged.oneshot(request(&[token])).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn implied_scopes_suffice() {
    let world = World::new();
    let app = app(guard(&world).requiring(ScopeSet::read_only()));
    let writer = world
        .signer
        .token(&claims_with("scope", json!("mcp:write")));
    let response = app.oneshot(request(&[writer])).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK); // R-015
}

#[tokio::test]
async fn metadata_is_served_without_a_token_and_whatever_the_host_header_says() {
    let world = World::new();
    let metadata = ProtectedResourceMetadata::new(&world.resource, ISSUER);
    let path = metadata.path();
    let app = app(guard(&world)).route(&path, get(Json(metadata)));
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    request
        .headers_mut()
        .insert(header::HOST, "evil.example".parse().unwrap());
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK); // R-001, R-006, R-007
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    let body = text(response).await;
    assert!(body.contains(r#""resource":"https://mcp.example/mcp/files""#)); // R-003
    assert!(!body.contains("evil"));
}
