//! mcp-remote, the bridge for hosts that only speak stdio.
//!
//! Sources: `geelen/mcp-remote` at d26e5a8 (2026-08-21, 0.1.38),
//! `src/lib/node-oauth-client-provider.ts`. It names its software and version, sends
//! the scope of the challenge in the registration and the request, and keeps one
//! registration per server on disk.

use serde_json::json;

use super::{RealClient, registration, typescript};

/// mcp-remote with its defaults.
pub fn client() -> RealClient {
    RealClient {
        name: "mcp-remote",
        registration: registration(
            "MCP CLI Client",
            &["http://localhost:14325/oauth/callback"],
            json!({
                "token_endpoint_auth_method": "none",
                "client_uri": "https://github.com/modelcontextprotocol/mcp-cli",
                "software_id": "2e6dc280-f3c3-4e01-99a7-8181dbd1d23d",
                "software_version": "0.1.38",
                "scope": "{scope}",
            }),
        ),
        redirect_uri: "http://localhost:14325/oauth/callback",
        ..typescript::client()
    }
}
