//! The Go SDK, on top of `golang.org/x/oauth2`.
//!
//! Sources: `modelcontextprotocol/go-sdk` at 3d6450f (2026-08-21),
//! `auth/authorization_code.go`, `oauthex/dcr.go`; name and callback (without a
//! path) from `examples/auth/client`. `x/oauth2` sorts the parameters by name and
//! refreshes without `resource` and without `scope`. It demands that the metadata
//! of the resource names the very URL that it was given, and that `iss` comes
//! exactly when it was announced. `User-Agent` is Go's default. It begins with
//! `server/discover` of 2026-07-28.

use serde_json::json;

use super::{Fields, Probe, RESOURCE_METADATA, RealClient, SERVER_METADATA};

const AUTHORIZE: Fields = &[
    ("client_id", "{client_id}"),
    ("code_challenge", "{challenge}"),
    ("code_challenge_method", "S256"),
    ("redirect_uri", "{redirect_uri}"),
    ("resource", "{resource}"),
    ("response_type", "code"),
    ("scope", "{scope}"),
    ("state", "IWPEVOJWTNVBZ4XYQKBZ2Y3MTQ"),
];

const EXCHANGE: Fields = &[
    ("code", "{code}"),
    ("code_verifier", "{verifier}"),
    ("grant_type", "authorization_code"),
    ("redirect_uri", "{redirect_uri}"),
    ("resource", "{resource}"),
];

const REFRESH: Fields = &[
    ("grant_type", "refresh_token"),
    ("refresh_token", "{refresh_token}"),
];

/// The SDK's own example, with the refresh grant that its documentation asks for.
pub fn client() -> RealClient {
    RealClient {
        name: "Go SDK",
        user_agent: Some("Go-http-client/1.1"),
        origin: None,
        probe: Probe::Greet,
        resource_metadata: RESOURCE_METADATA,
        server_metadata: SERVER_METADATA,
        published: None,
        registration: json!({
            "redirect_uris": ["http://localhost:3142"],
            "client_name": "Dynamically registered MCP client",
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "read",
            "application_type": "native",
        }),
        redirect_uri: "http://localhost:3142",
        authorize: AUTHORIZE,
        exchange: EXCHANGE,
        refresh: REFRESH,
        accept: "",
        calls_with: &[],
        revision: "2026-07-28",
    }
}
