//! ChatGPT's connectors.
//!
//! Sources: the document as quoted in django-oauth/django-oauth-toolkit#1857
//! (2026-09-20) and Altinity/altinity-mcp#118 (2026-05-15); that it prefers
//! `private_key_jwt` and can do `none` in gamedevpl/www.gamedev.pl#641 (2026-08-06);
//! the callback per connector and the older stable one in
//! danielealbano/android-remote-control-mcp#166 (2026-08-17). It reads the flag for
//! documents only at the RFC 8414 location (rauthy#1561). Registered statically it
//! uses `none` (garrytan/gbrain#894, 2026-05-12). The record does not quote its
//! registration body, its token form or a `User-Agent`.

use serde_json::json;

use super::{
    Probe, Published, RESOURCE_METADATA, RealClient, SERVER_METADATA, python, registration,
};

const DOCUMENT: &str = "https://chatgpt.com/oauth/kDmjx77UnKOM/client.json";
const CALLBACK: &str = "https://chatgpt.com/connector/oauth/kDmjx77UnKOM";

/// A connector with dynamic registration.
pub fn client() -> RealClient {
    RealClient {
        name: "ChatGPT",
        user_agent: None,
        origin: None,
        probe: Probe::Greet,
        resource_metadata: RESOURCE_METADATA,
        server_metadata: SERVER_METADATA,
        published: Some(Published {
            url: DOCUMENT,
            redirect_uri: CALLBACK,
            document: registration(
                "ChatGPT",
                &[CALLBACK],
                json!({
                    "client_id": DOCUMENT,
                    "client_uri": "https://chatgpt.com/",
                    "token_endpoint_auth_method": "private_key_jwt",
                    "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"], // interop 3
                    "token_endpoint_auth_signing_alg": "RS256",
                    "jwks_uri": "https://chatgpt.com/oauth/jwks.json",
                }),
            ),
        }),
        registration: registration(
            "ChatGPT",
            &[
                CALLBACK,
                "https://chatgpt.com/connector_platform_oauth_redirect",
            ],
            json!({"token_endpoint_auth_method": "none"}),
        ),
        redirect_uri: CALLBACK,
        authorize: python::AUTHORIZE,
        exchange: python::EXCHANGE,
        refresh: python::REFRESH,
        accept: "application/json",
        calls_with: &[],
        revision: "2025-06-18",
    }
}
