//! The Rust SDK (`rmcp`), on top of the `oauth2` crate.
//!
//! Sources: `modelcontextprotocol/rust-sdk` at 4a738b9d (2026-08-20),
//! `crates/rmcp/src/transport/auth.rs`; name and callback from
//! `examples/clients/src/auth/oauth_client.rs`. The order of parameters is that of
//! the `oauth2` crate, as in the URL quoted in BuilderIO/agent-native#2616
//! (2026-08-04). It asks for the endpoint with a bare GET first, repeats the
//! granted scopes at a refresh, and sends no `User-Agent` (openai/codex#12859,
//! 2026-02-26).

use serde_json::json;

use super::{Fields, Probe, RESOURCE_METADATA, RealClient, SERVER_METADATA, registration};

/// As the `oauth2` crate builds it.
pub const AUTHORIZE: Fields = &[
    ("response_type", "code"),
    ("client_id", "{client_id}"),
    ("state", "tshk3TxxeZzGANecv2EaJA"),
    ("code_challenge", "{challenge}"),
    ("code_challenge_method", "S256"),
    ("redirect_uri", "{redirect_uri}"),
    ("scope", "{scope}"),
    ("resource", "{resource}"),
];

/// A public client's `client_id` is added by the authentication method.
pub const EXCHANGE: Fields = &[
    ("grant_type", "authorization_code"),
    ("code", "{code}"),
    ("code_verifier", "{verifier}"),
    ("redirect_uri", "{redirect_uri}"),
    ("resource", "{resource}"),
];

/// The granted scopes again.
pub const REFRESH: Fields = &[
    ("grant_type", "refresh_token"),
    ("refresh_token", "{refresh_token}"),
    ("scope", "{scope}"),
    ("resource", "{resource}"),
];

/// The SDK's own example.
pub fn client() -> RealClient {
    RealClient {
        name: "Rust SDK",
        user_agent: None,
        origin: None,
        probe: Probe::Get,
        resource_metadata: RESOURCE_METADATA,
        server_metadata: SERVER_METADATA,
        published: None,
        registration: registration(
            "Test MCP Client",
            &["http://127.0.0.1:8081/callback"],
            json!({"token_endpoint_auth_method": "none", "application_type": "native", "scope": "{scope}"}),
        ),
        redirect_uri: "http://127.0.0.1:8081/callback",
        authorize: AUTHORIZE,
        exchange: EXCHANGE,
        refresh: REFRESH,
        accept: "application/json",
        calls_with: &[],
        revision: "2025-11-25",
    }
}
