//! Gemini CLI.
//!
//! Sources: `google-gemini/gemini-cli` at 5411f113ca (2026-08-21),
//! `packages/core/src/mcp/oauth-provider.ts` and `utils/oauth-flow.ts`. It asks with
//! HEAD, takes its scopes from the authorization server, repeats them at a refresh,
//! and accepts forms as well as JSON from the token endpoint.

use serde_json::json;

use super::{Fields, Probe, RESOURCE_METADATA, RealClient, SERVER_METADATA, registration};

/// What the CLIs of this family send.
pub const AUTHORIZE: Fields = &[
    ("client_id", "{client_id}"),
    ("response_type", "code"),
    ("redirect_uri", "{redirect_uri}"),
    ("state", "yQx1Zk3o0b5m7t9w2e4r6u"),
    ("code_challenge", "{challenge}"),
    ("code_challenge_method", "S256"),
    ("scope", "{server_scopes}"),
    ("resource", "{resource}"),
];

const EXCHANGE: Fields = &[
    ("grant_type", "authorization_code"),
    ("code", "{code}"),
    ("redirect_uri", "{redirect_uri}"),
    ("code_verifier", "{verifier}"),
    ("client_id", "{client_id}"),
    ("resource", "{resource}"),
];

const REFRESH: Fields = &[
    ("grant_type", "refresh_token"),
    ("refresh_token", "{refresh_token}"),
    ("client_id", "{client_id}"),
    ("scope", "{server_scopes}"),
    ("resource", "{resource}"),
];

/// Gemini CLI with a random port.
pub fn client() -> RealClient {
    RealClient {
        name: "Gemini CLI",
        user_agent: Some("node"),
        origin: None,
        probe: Probe::Head,
        resource_metadata: RESOURCE_METADATA,
        server_metadata: SERVER_METADATA,
        published: None,
        registration: registration(
            "Gemini CLI MCP Client",
            &["http://localhost:41933/oauth/callback"],
            json!({"token_endpoint_auth_method": "none", "scope": "{server_scopes}"}),
        ),
        redirect_uri: "http://localhost:41933/oauth/callback",
        authorize: AUTHORIZE,
        exchange: EXCHANGE,
        refresh: REFRESH,
        accept: "application/json, application/x-www-form-urlencoded",
        calls_with: &[],
        revision: "2025-06-18",
    }
}
