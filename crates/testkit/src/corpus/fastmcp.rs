//! FastMCP's client: the Python SDK with a callback server of its own.
//!
//! Sources: `PrefectHQ/fastmcp` at 743ddffd0 (2026-08-21),
//! `fastmcp_slim/fastmcp/client/auth/oauth.py`. It takes the trailing slash off
//! the server's URL, uses a random port, and fetches the authorization URL once
//! itself before the browser does: a redirect or a page is good, a 400 means that
//! the client is unknown and makes it register again (interop 18).

use serde_json::json;

use super::{RealClient, python, registration};

/// FastMCP with its defaults.
pub fn client() -> RealClient {
    RealClient {
        name: "FastMCP",
        registration: registration(
            "FastMCP Client",
            &["http://localhost:54012/callback"],
            json!({"application_type": "native", "scope": "{scope}"}),
        ),
        redirect_uri: "http://localhost:54012/callback",
        ..python::client()
    }
}
