//! RFC 8414 and its neighbours: one document, at every place that clients try.

use std::net::IpAddr;

use doorward_core::{jwk::PublicKeySet, lifetimes::Lifetimes};
use doorward_issuer::{DynamicRegistration, IssuerConfig};
use http::{HeaderMap, HeaderValue, Method, header};
use http_body_util::BodyExt;

use crate::world::{AuthorizeRequest, ISSUER, World, claims, config, request};

const OAUTH: &str = "/.well-known/oauth-authorization-server";
const METADATA: &str = "oauth-authorization-server-metadata+jwt";
const OPENID: &str = "/.well-known/openid-configuration";

#[tokio::test]
async fn every_place_serves_the_same_bytes() {
    let world = World::new().await;
    let first = world.get(OAUTH).await;
    let places = [
        OPENID,
        "/.well-known/oauth-authorization-server/mcp/files", // interop 23
        "/.well-known/openid-configuration/mcp/files",
        "/mcp/files/.well-known/oauth-authorization-server",
        "/mcp/files/.well-known/openid-configuration",
    ];
    for place in places {
        let answer = world.get(place).await;
        assert_eq!(answer.status, 200, "{place}");
        assert_eq!(answer.body, first.body, "{place}"); // interop 6
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "public, max-age=60");
    }
}

#[tokio::test]
async fn what_is_answered_at_once_is_what_the_routes_answer() {
    let world = World::new().await;
    let at_once = |method: Method, path: &str, user_agent: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, HeaderValue::from_static(user_agent));
        let peer = || IpAddr::from([192, 0, 2, 1]);
        world
            .issuer
            .metadata_at_once((&method, path), &headers, peer)
    };
    for user_agent in ["node", "codex_cli_rs/0.144.1"] {
        for path in [OAUTH, OPENID] {
            let agent = [("user-agent", user_agent)];
            let routed = world.send(request(Method::GET, path, &agent, String::new()));
            let routed = routed.await;
            let answer = at_once(Method::GET, path, user_agent).expect("answered");
            assert_eq!(answer.status(), routed.status);
            let head = world.send(request(Method::HEAD, path, &agent, String::new()));
            let head = head.await;
            assert_eq!(head.header("content-length"), routed.body.len().to_string());
            assert!(head.body.is_empty());
            for (name, value) in answer.headers() {
                assert_eq!(routed.header(name.as_str()), value, "{name}");
            }
            let body = answer.into_body().collect().await;
            assert_eq!(body.expect("a body").to_bytes(), routed.body);
        }
    }
    assert!(at_once(Method::HEAD, OAUTH, "node").is_none());
    assert!(at_once(Method::OPTIONS, OAUTH, "node").is_none());
    assert!(at_once(Method::POST, OAUTH, "node").is_none());
    assert!(at_once(Method::GET, "/.well-known/openid-configuration/", "node").is_none());
    assert!(at_once(Method::GET, "/jwks", "node").is_none());
}

/// RFC 8414 section 2.1
#[tokio::test]
async fn where_it_is_wanted_all_of_it_is_signed() {
    let unsigned = World::new().await.get(OAUTH).await.json();
    let world = World::with(IssuerConfig {
        signed_metadata: true,
        ..config(ISSUER, &["files"])
    })
    .await;
    let mut document = world.get(OAUTH).await.json();
    let members = document.as_object_mut().expect("an object");
    let signed = members.shift_remove("signed_metadata").expect("signed");
    assert_eq!(document, unsigned);
    let mut claims = world.verified(signed.as_str().expect("a JWT"), METADATA);
    let members = claims.as_object_mut().expect("an object");
    assert_eq!(members.shift_remove("iss"), Some(ISSUER.into()));
    assert!(members.shift_remove("iat").is_some());
    assert_eq!(claims, unsigned);
}

#[tokio::test]
async fn the_document_lists_exactly_what_exists() {
    let world = World::new().await;
    let document = world.get(OAUTH).await.json();
    let expected = serde_json::json!({
        "issuer": ISSUER, // A-001, interop 24
        "authorization_endpoint": "https://mcp.example/authorize",
        "pushed_authorization_request_endpoint": "https://mcp.example/par",
        "request_parameter_supported": true,
        "request_uri_parameter_supported": false, // AZ-16
        "request_object_signing_alg_values_supported": ["ES256", "EdDSA", "Ed25519", "RS256"],
        "token_endpoint": "https://mcp.example/token",
        "jwks_uri": "https://mcp.example/jwks",
        "registration_endpoint": "https://mcp.example/register",
        "revocation_endpoint": "https://mcp.example/revoke",
        "scopes_supported": ["mcp:read", "mcp:write", "openid", "profile"], // A-014, interop 35
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "device_authorization_endpoint": "https://mcp.example/device_authorization",
        "grant_types_supported": [
            "authorization_code", "refresh_token", "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"], // interop 5
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA", "Ed25519", "RS256"],
        "revocation_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
        "revocation_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA", "Ed25519", "RS256"],
        "introspection_endpoint": "https://mcp.example/introspect",
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "introspection_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA", "Ed25519", "RS256"],
        "introspection_signing_alg_values_supported": ["ES256", "EdDSA", "RS256"], // RFC 9701 section 7
        "client_id_metadata_document_supported": true,
        "code_challenge_methods_supported": ["S256"], // A-004, interop 7
        "dpop_signing_alg_values_supported": ["ES256", "EdDSA", "Ed25519", "RS256"],
        "authorization_response_iss_parameter_supported": true,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_details_types_supported": ["mcp_tool"],
        "acr_values_supported": [
            "urn:doorward:acr:password", "urn:doorward:acr:mfa", "urn:doorward:acr:passkey",
        ],
        // OpenID Connect Discovery section 3
        "userinfo_endpoint": "https://mcp.example/userinfo",
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash",
            "preferred_username",
        ],
        "claims_parameter_supported": false,
    });
    assert_eq!(document, expected);
}

#[tokio::test]
async fn unknown_places_are_not_found() {
    let world = World::new().await;
    for place in [
        "/.well-known/oauth-authorization-server/mcp/mail",
        "/.well-known/oauth-authorization-server/tenant",
        "/.well-known/openid-configuration/mcp/files/x",
        "/mcp/mail/.well-known/oauth-authorization-server",
    ] {
        assert_eq!(world.get(place).await.status, 404, "{place}");
    }
}

#[tokio::test]
async fn an_issuer_with_a_path_is_found_in_every_form() {
    let issuer = "https://mcp.example/base";
    let world = World::with(config(issuer, &["files"])).await;
    let places = [
        "/.well-known/oauth-authorization-server/base",
        "/base/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration/base",
        "/base/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/base/mcp/files",
        "/base/mcp/files/.well-known/oauth-authorization-server",
        OAUTH,
    ];
    for place in places {
        let answer = world.get(place).await;
        assert_eq!(answer.status, 200, "{place}");
        assert_eq!(answer.json()["issuer"], issuer, "{place}");
    }
    let refused = "/.well-known/oauth-authorization-server/basement";
    assert_eq!(world.get(refused).await.status, 404);
    for endpoint in ["/authorize", "/base/authorize"] {
        assert_eq!(world.get(endpoint).await.status, 400, "{endpoint} is there");
    }
}

#[tokio::test]
async fn clients_that_read_no_metadata_log_in_at_the_root() {
    let world = World::with(config("https://mcp.example/base", &["files"])).await;
    let client = world.client().await;
    let person = world.signed_in("alice").await;
    let request = AuthorizeRequest::new(&client).without("resource");
    let code = person.allow(&world, &request).await.parameter("code");
    let tokens = world.redeem(&client, &code).await.tokens();
    assert_eq!(
        claims(&tokens.access)["aud"],
        "https://mcp.example/base/mcp/files"
    );
}

#[tokio::test]
async fn a_protocol_version_header_changes_nothing() {
    let world = World::new().await;
    let version = [("mcp-protocol-version", "2025-06-18")];
    let sent = request(Method::GET, OAUTH, &version, String::new());
    assert_eq!(world.send(sent).await.status, 200);
}

#[tokio::test]
async fn scripts_of_any_origin_may_ask_first_and_pages_are_closed_to_them() {
    let world = World::new().await;
    let preflight = [
        ("origin", "https://inspector.example"),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "content-type,mcp-protocol-version",
        ),
    ];
    for path in [OAUTH, "/token", "/register", "/revoke", "/par", "/jwks"] {
        let sent = request(Method::OPTIONS, path, &preflight, String::new());
        let answer = world.send(sent).await; // interop 41
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(
            answer
                .header("access-control-allow-headers")
                .contains("MCP-Protocol-Version")
        );
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    for path in ["/authorize", "/login", "/consent", "/"] {
        let origin = [("origin", "https://inspector.example")];
        let answer = world
            .send(request(Method::GET, path, &origin, String::new()))
            .await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
}

#[tokio::test]
async fn the_key_set_is_public_and_nothing_else() {
    let world = World::new().await;
    let answer = world.get("/jwks").await;
    let set: PublicKeySet = serde_json::from_str(&answer.body).expect("a key set");
    assert_eq!(set, world.issuer.public_keys());
    assert_eq!(set.keys.len(), 1);
    for private in ["\"d\"", "\"p\"", "\"k\"", "private"] {
        assert!(!answer.body.contains(private), "MD-04");
    }
}

#[tokio::test]
async fn a_new_configuration_shows_at_once_and_keeps_the_issuer() {
    let world = World::new().await;
    world.issuer.reconfigure(IssuerConfig {
        issuer: "https://other.example".to_owned(),
        dynamic_registration: DynamicRegistration::Off,
        lifetimes: Lifetimes::default(),
        ..config(ISSUER, &["mail"])
    });
    let document = world
        .get("/.well-known/openid-configuration/mcp/mail")
        .await
        .json();
    assert_eq!(document["issuer"], ISSUER);
    assert!(document.get("registration_endpoint").is_none());
    assert_eq!(
        world
            .get("/mcp/files/.well-known/openid-configuration")
            .await
            .status,
        404
    );
    let refused = world.register(&serde_json::json!({})).await;
    refused.refuses(403, "access_denied");
}
