//! Cursor: the editor, the command line and the hosted agents.
//!
//! Sources: three redirects in one registration in erp-mafia/accounted#2225
//! (2026-09-03) and soflyy/agent-connector-for-wp#111 (2026-09-11); public in
//! different-ai/openwork#3059 (2026-07-23); `application_type: web` in
//! elie222/inbox-zero#3780 (2026-09-17), left out by 3.13 in better-auth/better-auth#10956
//! (2026-09-01). The rest is not quoted in the record: what the TypeScript SDK sends.

use serde_json::json;

use super::{RealClient, registration, typescript};

/// Any of these may be in the authorization request.
pub const REDIRECTS: &[&str] = &[
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "https://www.cursor.com/agents/mcp/oauth/callback",
    "http://localhost:8787/callback",
];

/// The editor.
pub fn client() -> RealClient {
    RealClient {
        name: "Cursor",
        registration: registration(
            "Cursor",
            REDIRECTS,
            json!({"token_endpoint_auth_method": "none", "application_type": "web"}), // interop 10, 11
        ),
        redirect_uri: "cursor://anysphere.cursor-mcp/oauth/callback",
        ..typescript::client()
    }
}
