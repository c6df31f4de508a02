//! Claude Code: the TypeScript SDK with a callback server of its own.
//!
//! Sources: the document and the port that it lacks in anthropics/claude-code#37747
//! (2026-03-23), #41011 (2026-03-30) and #90370; no `application_type` in it in #44378
//! (2026-04-06); what 2.1 registers (`native`, `http://localhost:3118/callback`) in
//! elmohq/elmo#684 (2026-09-01); no scope in the registration, and the scopes of the
//! resource with `offline_access` at `/authorize`, in appstrate/appstrate#1267
//! (2026-09-05). The rest is the SDK's.

use serde_json::json;

use super::{Fields, Published, RealClient, registration, typescript};

const DOCUMENT: &str = "https://claude.ai/oauth/claude-code-client-metadata";

/// The scopes of the resource with `offline_access`; the SDK then adds `prompt=consent`.
const AUTHORIZE: Fields = &[
    ("response_type", "code"),
    ("client_id", "{client_id}"),
    ("code_challenge", "{challenge}"),
    ("code_challenge_method", "S256"),
    ("redirect_uri", "{redirect_uri}"),
    ("state", "R8Jw2v0bXyq5nUEk7tJc3mD1sHf9aLzP4oGiQxWeVtA"),
    ("scope", "{scope} offline_access"),
    ("prompt", "consent"),
    ("resource", "{resource}"),
];

/// Claude Code with dynamic registration.
pub fn client() -> RealClient {
    RealClient {
        name: "Claude Code",
        published: Some(Published {
            url: DOCUMENT,
            redirect_uri: "http://localhost:60351/callback",
            document: registration(
                "Claude Code",
                &["http://localhost/callback", "http://127.0.0.1/callback"], // interop 21
                json!({"client_id": DOCUMENT, "client_uri": "https://claude.ai", "token_endpoint_auth_method": "none"}),
            ),
        }),
        registration: registration(
            "Claude Code (notes)",
            &["http://localhost:3118/callback"],
            json!({"token_endpoint_auth_method": "none", "application_type": "native"}), // interop 8
        ),
        redirect_uri: "http://localhost:3118/callback",
        authorize: AUTHORIZE,
        ..typescript::client()
    }
}
