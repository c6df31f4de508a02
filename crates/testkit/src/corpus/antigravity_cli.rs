//! Antigravity CLI, which took over from Gemini CLI.
//!
//! Sources: a page of Google's as the redirect of a command line in
//! google-antigravity/antigravity-cli#480 (2026-06-23); it takes a trailing slash off
//! the resource (appwrite/mcp#101, interop 28) and asks for no `offline_access`
//! (antigravity-cli#1038, interop 34). The rest is not quoted in the record: what
//! Gemini CLI sends.

use serde_json::json;

use super::{RealClient, gemini_cli, registration};

const CALLBACK: &str = "https://antigravity.google/oauth-callback";

/// Antigravity CLI.
pub fn client() -> RealClient {
    RealClient {
        name: "Antigravity CLI",
        registration: registration(
            "Antigravity",
            &[CALLBACK],
            json!({"token_endpoint_auth_method": "none"}),
        ),
        redirect_uri: CALLBACK,
        ..gemini_cli::client()
    }
}
