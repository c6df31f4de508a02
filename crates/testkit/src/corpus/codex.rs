//! Codex CLI: the Rust SDK behind a callback server of its own.
//!
//! Sources: `openai/codex`, `codex-rs/rmcp-client/src/perform_oauth_login.rs`
//! (read 2026-11): registers as "Codex", listens on a random port and appends an
//! identifier of the server to the path of the callback; no `User-Agent`
//! (openai/codex#12859, 2026-02-26). Looks under the path of the endpoint for the
//! metadata of the authorization server, and read no absolute `resource_metadata`
//! (openai/codex#42427, 2026-09-03). Copies the scopes of the resource into its
//! request (BuilderIO/agent-native#2616, 2026-08-04).
//!
//! Its metadata document is one per server, `https://chatgpt.com/oauth/codex/{id}/client.json`,
//! since 0.148.0 (speakeasy-api/gram#5516, 2026-08-19): public, loopback only. The
//! record does not quote it; the redirects here follow from how 0.147 registers.
//!
//! 0.142 to 0.146 dropped `iss` from the callback (interop 25): see `docs/clients.md`.

use serde_json::json;

use super::{Probe, Published, RealClient, registration, rust};

const DOCUMENT: &str = "https://chatgpt.com/oauth/codex/3q2-7wEXAmpl/client.json";

/// Codex with dynamic registration, as before 0.148 or where documents are off.
pub fn client() -> RealClient {
    RealClient {
        name: "Codex",
        probe: Probe::Get,
        resource_metadata: &["/.well-known/oauth-protected-resource{endpoint}"],
        server_metadata: &[
            "/.well-known/oauth-authorization-server{endpoint}",
            "{endpoint}/.well-known/oauth-authorization-server",
            "/.well-known/oauth-authorization-server",
        ],
        published: Some(Published {
            url: DOCUMENT,
            redirect_uri: "http://127.0.0.1:37819/callback/3q2-7wEXAmpl",
            document: registration(
                "Codex",
                &["http://127.0.0.1/callback/3q2-7wEXAmpl"],
                json!({"client_id": DOCUMENT, "token_endpoint_auth_method": "none"}),
            ),
        }),
        registration: registration(
            "Codex",
            &["http://127.0.0.1:37819/callback/3q2-7wEXAmpl"],
            json!({"token_endpoint_auth_method": "none", "application_type": "native", "scope": "{scope}"}),
        ),
        redirect_uri: "http://127.0.0.1:37819/callback/3q2-7wEXAmpl",
        ..rust::client()
    }
}
