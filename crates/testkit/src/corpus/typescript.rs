//! The TypeScript SDK, and what most clients written in TypeScript inherit from it.
//!
//! Sources: `modelcontextprotocol/typescript-sdk` at 3924de99d (2026-08-18),
//! `packages/client/src/client/auth.ts`; name and callback from its
//! `examples/oauth/simpleOAuthClient.ts`. `application_type` is derived from the
//! redirect (SEP-837); `scope` of the registration is the one that is asked for later.
//! The record names no `User-Agent`; Node's `fetch` says `node`.

use serde_json::json;

use super::{Fields, Probe, RESOURCE_METADATA, RealClient, SERVER_METADATA, registration};

/// The SDK sets these one by one on the URL of the endpoint.
pub const AUTHORIZE: Fields = &[
    ("response_type", "code"),
    ("client_id", "{client_id}"),
    ("code_challenge", "{challenge}"),
    ("code_challenge_method", "S256"),
    ("redirect_uri", "{redirect_uri}"),
    ("state", "4b3dc7a8-2c61-4a5e-9f0a-6d1f0f3f1a77"),
    ("scope", "{scope}"),
    ("resource", "{resource}"),
];

/// No `client_id` here: the authentication method adds it.
pub const EXCHANGE: Fields = &[
    ("grant_type", "authorization_code"),
    ("code", "{code}"),
    ("code_verifier", "{verifier}"),
    ("redirect_uri", "{redirect_uri}"),
    ("resource", "{resource}"),
];

/// The resource is repeated, the scope is not.
pub const REFRESH: Fields = &[
    ("grant_type", "refresh_token"),
    ("refresh_token", "{refresh_token}"),
    ("resource", "{resource}"),
];

/// The SDK's own example.
pub fn client() -> RealClient {
    RealClient {
        name: "TypeScript SDK",
        user_agent: Some("node"),
        origin: None,
        probe: Probe::Greet,
        resource_metadata: RESOURCE_METADATA,
        server_metadata: SERVER_METADATA,
        published: None,
        registration: registration(
            "Simple OAuth MCP Client",
            &["http://127.0.0.1:8090/callback"],
            json!({"token_endpoint_auth_method": "client_secret_post", "application_type": "native", "scope": "{scope}"}),
        ),
        redirect_uri: "http://127.0.0.1:8090/callback",
        authorize: AUTHORIZE,
        exchange: EXCHANGE,
        refresh: REFRESH,
        accept: "application/json",
        calls_with: &[],
        revision: "2025-11-25",
    }
}
