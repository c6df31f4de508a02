//! Where clients show certificates (RFC 8705 section 5).

use serde::Serialize;

/// Where clients show a certificate, instead of where the others go (RFC 8705 section 5).
#[derive(Serialize)]
pub(super) struct Aliases {
    token_endpoint: String,
    pushed_authorization_request_endpoint: String,
    device_authorization_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    userinfo_endpoint: Option<String>,
}

impl Aliases {
    /// Those of the listener at `url`; with `/userinfo` where there is one.
    pub(super) fn under(url: &str, openid: bool) -> Self {
        let at = |path: &str| format!("{url}{path}");
        Self {
            token_endpoint: at("/token"),
            pushed_authorization_request_endpoint: at("/par"),
            device_authorization_endpoint: at("/device_authorization"),
            revocation_endpoint: at("/revoke"),
            introspection_endpoint: at("/introspect"),
            userinfo_endpoint: openid.then(|| at("/userinfo")),
        }
    }
}
