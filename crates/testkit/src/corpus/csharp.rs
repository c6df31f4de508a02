//! The C# SDK.
//!
//! Sources: `modelcontextprotocol/csharp-sdk` at 609499b2 (2026-08-19),
//! `src/ModelContextProtocol.Core/Authentication/ClientOAuthProvider.cs`; name and
//! callback from `samples/ProtectedMcpClient`. It always asks for
//! `client_secret_post`, puts the scopes into the registration, and refreshes
//! without a scope. .NET sends no `User-Agent` unless told to. It begins with
//! `server/discover` of 2026-07-28.

use serde_json::json;

use super::{Fields, Probe, RESOURCE_METADATA, RealClient, SERVER_METADATA, registration};

const AUTHORIZE: Fields = &[
    ("client_id", "{client_id}"),
    ("redirect_uri", "{redirect_uri}"),
    ("response_type", "code"),
    ("code_challenge", "{challenge}"),
    ("code_challenge_method", "S256"),
    ("state", "0pJx5XkV5u3v0b9l2q8m7n4c1z6a9s3d2f1g4h5j6k7"),
    ("resource", "{resource}"),
    ("scope", "{scope}"),
];

const EXCHANGE: Fields = &[
    ("grant_type", "authorization_code"),
    ("code", "{code}"),
    ("redirect_uri", "{redirect_uri}"),
    ("code_verifier", "{verifier}"),
    ("resource", "{resource}"),
];

const REFRESH: Fields = &[
    ("grant_type", "refresh_token"),
    ("refresh_token", "{refresh_token}"),
    ("resource", "{resource}"),
];

/// The SDK's own sample.
pub fn client() -> RealClient {
    RealClient {
        name: "C# SDK",
        user_agent: None,
        origin: None,
        probe: Probe::Greet,
        resource_metadata: RESOURCE_METADATA,
        server_metadata: SERVER_METADATA,
        published: None,
        registration: registration(
            "ProtectedMcpClient",
            &["http://localhost:1179/callback"],
            json!({"token_endpoint_auth_method": "client_secret_post", "application_type": "native", "scope": "{scope}"}),
        ),
        redirect_uri: "http://localhost:1179/callback",
        authorize: AUTHORIZE,
        exchange: EXCHANGE,
        refresh: REFRESH,
        accept: "",
        calls_with: &[],
        revision: "2026-07-28",
    }
}
