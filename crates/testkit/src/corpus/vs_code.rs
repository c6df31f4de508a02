//! VS Code.
//!
//! Sources: the registration in `microsoft/vscode`, `src/vs/base/common/oauth.ts`
//! (read 2026-11): two pages of its own and loopback with and without its default
//! port, `native` in spite of both (microsoft/vscode#252226, 2025-06-23); the
//! authorization URL with a random port when 33418 is taken, and its state, in
//! #278512 (2025-11-20); the order of parameters in #252892 (2025-08-12). It asks for
//! every scope that is on offer (kubernetes-mcp-server#258). The document at
//! `https://vscode.dev/oauth/client-metadata.json` is not quoted in the record; it has
//! had a `logo_uri` on another domain since microsoft/vscode#298300. The token form is
//! not quoted either.

use serde_json::json;

use super::{
    Fields, Probe, Published, RESOURCE_METADATA, RealClient, SERVER_METADATA, registration,
};

const DOCUMENT: &str = "https://vscode.dev/oauth/client-metadata.json";
const REDIRECTS: &[&str] = &[
    "https://insiders.vscode.dev/redirect",
    "https://vscode.dev/redirect",
    "http://127.0.0.1/",
    "http://127.0.0.1:33418/",
];

const AUTHORIZE: Fields = &[
    ("client_id", "{client_id}"),
    ("response_type", "code"),
    ("code_challenge", "{challenge}"),
    ("code_challenge_method", "S256"),
    ("scope", "{scope}"),
    ("resource", "{resource}"),
    ("redirect_uri", "{redirect_uri}"),
    ("state", "ey/lnTwSm9FUcQN/QdsQ2w=="),
];

const EXCHANGE: Fields = &[
    ("client_id", "{client_id}"),
    ("grant_type", "authorization_code"),
    ("code", "{code}"),
    ("redirect_uri", "{redirect_uri}"),
    ("code_verifier", "{verifier}"),
];

const REFRESH: Fields = &[
    ("client_id", "{client_id}"),
    ("grant_type", "refresh_token"),
    ("refresh_token", "{refresh_token}"),
];

/// VS Code with dynamic registration, on a random port.
pub fn client() -> RealClient {
    RealClient {
        name: "VS Code",
        user_agent: None,
        origin: None,
        probe: Probe::Greet,
        resource_metadata: RESOURCE_METADATA,
        server_metadata: SERVER_METADATA,
        published: Some(Published {
            url: DOCUMENT,
            redirect_uri: "http://127.0.0.1:59656/",
            document: registration(
                "Visual Studio Code",
                REDIRECTS,
                json!({
                    "client_id": DOCUMENT,
                    "client_uri": "https://code.visualstudio.com",
                    "logo_uri": "https://code.visualstudio.com/assets/images/code-stable.png",
                    "token_endpoint_auth_method": "none",
                    "application_type": "native",
                }),
            ),
        }),
        registration: registration(
            "Visual Studio Code",
            REDIRECTS, // interop 12
            json!({
                "client_uri": "https://code.visualstudio.com",
                "scope": "{scope}",
                "token_endpoint_auth_method": "none",
                "application_type": "native",
            }),
        ),
        redirect_uri: "http://127.0.0.1:59656/", // interop 22
        authorize: AUTHORIZE,
        exchange: EXCHANGE,
        refresh: REFRESH,
        accept: "application/json",
        calls_with: &[],
        revision: "2025-11-25",
    }
}
