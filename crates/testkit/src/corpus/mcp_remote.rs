//! mcp-remote, the bridge for hosts that only speak stdio.
//!
//! Sources: `geelen/mcp-remote` at d26e5a8 (2026-08-21, 0.1.38),
//! `src/lib/node-oauth-client-provider.ts`. It names its software and version, sends
//! the scope of the challenge in the registration and the request, and keeps one
//! registration per server on disk.

use serde_json::{Value, json};

use super::{RealClient, registration, typescript};

/// What it asks for when neither a challenge, the metadata of the resource and of the server,
/// nor its registration names any scope, or when somebody wrote that into its configuration.
const FALLBACK: &str = "openid email profile";

/// mcp-remote when no metadata of a resource reaches it: then it names no resource either.
pub fn uninformed() -> RealClient {
    RealClient {
        registration: registering(FALLBACK),
        authorize: &[
            ("response_type", "code"),
            ("client_id", "{client_id}"),
            ("code_challenge", "{challenge}"),
            ("code_challenge_method", "S256"),
            ("redirect_uri", "{redirect_uri}"),
            ("state", "4b3dc7a8-2c61-4a5e-9f0a-6d1f0f3f1a77"),
            ("scope", FALLBACK),
        ],
        exchange: &[
            ("grant_type", "authorization_code"),
            ("code", "{code}"),
            ("code_verifier", "{verifier}"),
            ("redirect_uri", "{redirect_uri}"),
        ],
        refresh: &[
            ("grant_type", "refresh_token"),
            ("refresh_token", "{refresh_token}"),
        ],
        ..client()
    }
}

/// mcp-remote with its defaults.
pub fn client() -> RealClient {
    RealClient {
        name: "mcp-remote",
        registration: registering("{scope}"),
        redirect_uri: "http://localhost:14325/oauth/callback",
        ..typescript::client()
    }
}

fn registering(scope: &str) -> Value {
    registration(
        "MCP CLI Client",
        &["http://localhost:14325/oauth/callback"],
        json!({
            "token_endpoint_auth_method": "none",
            "client_uri": "https://github.com/modelcontextprotocol/mcp-cli",
            "software_id": "2e6dc280-f3c3-4e01-99a7-8181dbd1d23d",
            "software_version": "0.1.38",
            "scope": scope,
        }),
    )
}
