//! The Python SDK.
//!
//! Sources: `modelcontextprotocol/python-sdk` at 57394b054 (2026-08-20),
//! `src/mcp/client/auth/`; name and callback from `examples/clients/simple-auth-client`.
//! The example registers without an authentication method, so it gets the default
//! one, and sends `client_id` in the body beside HTTP Basic. Discovery and
//! registration carry no `User-Agent` (NousResearch/hermes-agent#96602, 2026-08-27).
//! It asks `server/discover` of 2026-07-28 before it falls back to a session.

use serde_json::json;

use super::{Fields, Probe, RESOURCE_METADATA, RealClient, SERVER_METADATA, registration};

/// `resource` comes before `scope`.
pub const AUTHORIZE: Fields = &[
    ("response_type", "code"),
    ("client_id", "{client_id}"),
    ("redirect_uri", "{redirect_uri}"),
    ("state", "qvJ4wS0o6oXb2f5Q0yqg1kF8m3m1r0Jm2F7bJ3l9hUo"),
    ("code_challenge", "{challenge}"),
    ("code_challenge_method", "S256"),
    ("resource", "{resource}"),
    ("scope", "{scope}"),
];

/// `client_id` is always there, whatever the authentication method.
pub const EXCHANGE: Fields = &[
    ("grant_type", "authorization_code"),
    ("code", "{code}"),
    ("redirect_uri", "{redirect_uri}"),
    ("client_id", "{client_id}"),
    ("code_verifier", "{verifier}"),
    ("resource", "{resource}"),
];

/// As the exchange, without a scope.
pub const REFRESH: Fields = &[
    ("grant_type", "refresh_token"),
    ("refresh_token", "{refresh_token}"),
    ("client_id", "{client_id}"),
    ("resource", "{resource}"),
];

/// The SDK's own example.
pub fn client() -> RealClient {
    RealClient {
        name: "Python SDK",
        user_agent: None,
        origin: None,
        probe: Probe::Greet,
        resource_metadata: RESOURCE_METADATA,
        server_metadata: SERVER_METADATA,
        published: None,
        registration: registration(
            "Simple Auth Client",
            &["http://localhost:3030/callback"],
            json!({"application_type": "native", "scope": "{scope}"}),
        ),
        redirect_uri: "http://localhost:3030/callback",
        authorize: AUTHORIZE,
        exchange: EXCHANGE,
        refresh: REFRESH,
        accept: "*/*",
        calls_with: &[],
        revision: "2026-07-28",
    }
}
