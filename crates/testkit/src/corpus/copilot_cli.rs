//! GitHub Copilot CLI.
//!
//! Sources: the registration as captured in dozigden/boardoil#11 (2026-08-17, 1.0.81):
//! no scope, a loopback redirect that ends in a slash; a kept registration used with
//! another port in github/copilot-cli#1951 (2026-03-10) and #4901 (2026-09-18); no
//! `User-Agent` in github/app#3799 (2026-09-11). The name and the rest are not quoted
//! in the record: what the TypeScript SDK sends.

use serde_json::json;

use super::{RealClient, registration, typescript};

/// Copilot CLI on another port than the one that it registered.
pub fn client() -> RealClient {
    RealClient {
        name: "Copilot CLI",
        user_agent: None,
        registration: registration(
            "GitHub Copilot CLI",
            &["http://127.0.0.1:56679/"],
            json!({"token_endpoint_auth_method": "none", "application_type": "native"}), // interop 8
        ),
        redirect_uri: "http://127.0.0.1:61234/", // interop 22
        ..typescript::client()
    }
}
