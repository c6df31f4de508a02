//! claude.ai and Claude Desktop, which log in from Anthropic's servers.
//!
//! Sources: the authorization URL in anthropics/claude-ai-mcp#96 (2026-03-13): the
//! document as `client_id`, a scope that begins with a space, `prompt=consent`; the
//! grants of the document in keycloak/keycloak#50362 and claude-ai-mcp#487
//! (2026-06-25); `client_secret_post` in its registration and `python-httpx/0.28.1`
//! from 160.79.104.0/21 in claude-ai-mcp#1043 (2026-09-15); headers of its discovery
//! in claude-ai-mcp#764 (2026-08-04); `Claude-User` at the endpoint in #49 and others.
//! The record does not quote the other members of the document and of the
//! registration, nor the token form: those are what RFC 7591 and OAuth 2.1 ask for.

use serde_json::json;

use super::{
    Fields, Probe, Published, RESOURCE_METADATA, RealClient, SERVER_METADATA, python, registration,
};

const DOCUMENT: &str = "https://claude.ai/oauth/mcp-oauth-client-metadata";
const CALLBACK: &str = "https://claude.ai/api/mcp/auth_callback";

const AUTHORIZE: Fields = &[
    ("response_type", "code"),
    ("client_id", "{client_id}"),
    ("redirect_uri", "{redirect_uri}"),
    ("code_challenge", "{challenge}"),
    ("code_challenge_method", "S256"),
    ("state", "m3Y0nqV4T7mG2xJbKQ9d8sWz1LrHcUfe"),
    ("scope", " offline_access"), // interop 37
    ("resource", "{resource}"),
    ("prompt", "consent"),
];

/// The connector with dynamic registration.
pub fn client() -> RealClient {
    RealClient {
        name: "claude.ai",
        user_agent: Some("python-httpx/0.28.1"),
        origin: None,
        probe: Probe::Greet,
        resource_metadata: RESOURCE_METADATA,
        server_metadata: SERVER_METADATA,
        published: Some(Published {
            url: DOCUMENT,
            redirect_uri: CALLBACK,
            document: json!({
                "client_id": DOCUMENT,
                "client_name": "Claude",
                "client_uri": "https://claude.ai",
                "redirect_uris": [CALLBACK],
                "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"], // interop 4
                "response_types": ["code"],
                "token_endpoint_auth_method": "none",
            }),
        }),
        registration: registration(
            "Claude",
            &[CALLBACK],
            json!({"token_endpoint_auth_method": "client_secret_post"}),
        ),
        redirect_uri: CALLBACK,
        authorize: AUTHORIZE,
        exchange: python::EXCHANGE,
        refresh: python::REFRESH,
        accept: "*/*",
        calls_with: &[("user-agent", "Claude-User")],
        revision: "2025-11-25",
    }
}
