//! OpenCode: the TypeScript SDK on a fixed port.
//!
//! Sources: `anomalyco/opencode`, `packages/opencode/src/mcp/oauth-provider.ts` (read
//! 2026-11): no `application_type`, state of 64 hexadecimal digits; the metadata
//! document in anomalyco/opencode#47737 (2026-09-07).

use serde_json::json;

use super::{Published, RealClient, registration, typescript};

const DOCUMENT: &str = "https://opencode.ai/oauth/opencode/client.json";

/// OpenCode with dynamic registration. The SDK of its time derives no `application_type`.
pub fn client() -> RealClient {
    RealClient {
        name: "OpenCode",
        published: Some(Published {
            url: DOCUMENT,
            redirect_uri: "http://127.0.0.1:51789/callback",
            document: registration(
                "opencode",
                &["http://127.0.0.1/callback", "http://localhost/callback"],
                json!({
                    "client_id": DOCUMENT,
                    "client_uri": "https://opencode.ai",
                    "logo_uri": "https://opencode.ai/web-app-manifest-512x512.png",
                    "application_type": "native",
                    "token_endpoint_auth_method": "none",
                    "token_endpoint_auth_methods_supported": ["none"],
                }),
            ),
        }),
        registration: registration(
            "OpenCode",
            &["http://127.0.0.1:19876/mcp/oauth/callback"],
            json!({"client_uri": "https://opencode.ai", "token_endpoint_auth_method": "none"}), // interop 10
        ),
        redirect_uri: "http://127.0.0.1:19876/mcp/oauth/callback",
        ..typescript::client()
    }
}
