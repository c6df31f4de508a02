//! MCP Inspector in the browser.
//!
//! Sources: `modelcontextprotocol/inspector` at 86d5f58e (2026-08-19),
//! `core/auth/providers.ts` and the redirects in `clients/cli/README.md`. Every
//! request of it is a cross-origin one (interop 41). Its state was short once, and
//! servers refused it (sigbit/mcp-auth-proxy#94).

use serde_json::json;

use super::{Fields, RealClient, registration, typescript};

const AUTHORIZE: Fields = &[
    ("response_type", "code"),
    ("client_id", "{client_id}"),
    ("code_challenge", "{challenge}"),
    ("code_challenge_method", "S256"),
    ("redirect_uri", "{redirect_uri}"),
    ("state", "7f"),
    ("scope", "{scope}"),
    ("resource", "{resource}"),
];

/// The web application on its usual port.
pub fn client() -> RealClient {
    RealClient {
        name: "MCP Inspector",
        origin: Some("http://localhost:6274"),
        registration: registration(
            "MCP Inspector",
            &["http://localhost:6274/oauth/callback"],
            json!({
                "token_endpoint_auth_method": "none",
                "client_uri": "https://github.com/modelcontextprotocol/inspector",
                "scope": "{scope}",
                "application_type": "native",
            }),
        ),
        redirect_uri: "http://localhost:6274/oauth/callback",
        authorize: AUTHORIZE,
        ..typescript::client()
    }
}
