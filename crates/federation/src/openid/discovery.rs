//! The document of a provider (Discovery section 4.3).
//!
//! Its issuer must be the configured one, byte for byte. Its endpoints must be https: in clear
//! only where the operator wrote an issuer in clear, which reaches this very machine alone.

use doorward_core::jwk::Algorithm;
use serde::Deserialize;
use url::Url;

use super::ProviderIssuer;

/// Why a document is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryFault {
    /// The configured issuer is no URL.
    #[error("the configured issuer is not a URL")]
    NotAUrl,
    /// It is not the document of a provider.
    #[error("its document is not that of an OpenID Provider")]
    Malformed,
    /// It is somebody else's.
    #[error("its document names another issuer than the configured one")]
    Issuer,
    /// An endpoint is missing, in clear, or no URL.
    #[error("its {0} is missing or not an https URL")]
    Endpoint(&'static str),
    /// It signs with nothing that is accepted here.
    #[error("it signs ID tokens with none of ES256, EdDSA and RS256")]
    Algorithms,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    #[serde(default)]
    authorization_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint: Option<String>,
    #[serde(default)]
    jwks_uri: Option<String>,
    #[serde(default)]
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    end_session_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    id_token_signing_alg_values_supported: Vec<String>,
}

/// Where the endpoints of a provider are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Metadata {
    pub(crate) authorization: Url,
    pub(crate) token: Url,
    pub(crate) keys: Url,
    pub(crate) userinfo: Option<Url>,
    pub(crate) end_session: Option<Url>,
    /// Whether its callbacks say who they come from (RFC 9207).
    pub(crate) names_itself: bool,
}

impl Metadata {
    pub(crate) fn read(json: &[u8], issuer: &ProviderIssuer) -> Result<Self, DiscoveryFault> {
        let document: Document =
            serde_json::from_slice(json).map_err(|_| DiscoveryFault::Malformed)?;
        if document.issuer != issuer.published() {
            return Err(DiscoveryFault::Issuer);
        }
        let signs = &document.id_token_signing_alg_values_supported;
        let accepted = [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256];
        let known = |name: &String| accepted.iter().any(|it| it.as_str() == name);
        if !signs.is_empty() && !signs.iter().any(known) {
            return Err(DiscoveryFault::Algorithms);
        }
        let clear = issuer.as_str().starts_with("http://");
        let needed = |name, text: Option<String>| {
            let url = text.and_then(|text| endpoint(&text, clear));
            url.ok_or(DiscoveryFault::Endpoint(name))
        };
        let optional = |text: Option<String>| text.and_then(|text| endpoint(&text, clear));
        Ok(Self {
            authorization: needed("authorization_endpoint", document.authorization_endpoint)?,
            token: needed("token_endpoint", document.token_endpoint)?,
            keys: needed("jwks_uri", document.jwks_uri)?,
            userinfo: optional(document.userinfo_endpoint),
            end_session: optional(document.end_session_endpoint),
            names_itself: document.authorization_response_iss_parameter_supported,
        })
    }
}

fn endpoint(text: &str, clear: bool) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let guarded = url.scheme() == "https" || (clear && url.scheme() == "http");
    (bare && guarded).then_some(url)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(issuer: &str, changes: Value) -> Result<Metadata, DiscoveryFault> {
        let mut document = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
        });
        for (name, value) in changes.as_object().expect("an object") {
            document[name] = value.clone();
        }
        let expected = ProviderIssuer::Exactly(issuer.to_owned());
        Metadata::read(document.to_string().as_bytes(), &expected)
    }

    #[test]
    fn a_document_is_its_own_issuers_and_leads_nowhere_in_clear() {
        use DiscoveryFault as F;
        const SAFE: &str = "https://idp.example";
        #[rustfmt::skip]
        let cases = [
            ("good",              SAFE, json!({}), Ok(())),
            ("elsewhere, https",  SAFE, json!({ "jwks_uri": "https://keys.example/a" }), Ok(())),
            ("other issuer",      SAFE, json!({ "issuer": "https://evil.example" }), Err(F::Issuer)), // LG-06
            ("slash added",       SAFE, json!({ "issuer": "https://idp.example/" }), Err(F::Issuer)),
            ("no issuer",         SAFE, json!({ "issuer": null }), Err(F::Malformed)),
            ("no token endpoint", SAFE, json!({ "token_endpoint": null }), Err(F::Endpoint("token_endpoint"))),
            ("keys in clear",     SAFE, json!({ "jwks_uri": "http://idp.example/keys" }), Err(F::Endpoint("jwks_uri"))),
            ("a script",          SAFE, json!({ "authorization_endpoint": "javascript:x" }), Err(F::Endpoint("authorization_endpoint"))),
            ("with a password",   SAFE, json!({ "token_endpoint": "https://a:b@idp.example/" }), Err(F::Endpoint("token_endpoint"))),
            ("signs otherwise",   SAFE, json!({ "id_token_signing_alg_values_supported": ["HS256", "none"] }), Err(F::Algorithms)),
            ("signs both ways",   SAFE, json!({ "id_token_signing_alg_values_supported": ["HS256", "RS256"] }), Ok(())),
            ("in clear, as told", "http://127.0.0.1:9", json!({}), Ok(())),
        ];
        for (name, issuer, changes, expected) in cases {
            assert_eq!(read(issuer, changes).map(drop), expected, "{name}");
        }
        let optional = json!({ "end_session_endpoint": "http://idp.example/out" });
        let metadata = read(SAFE, optional).expect("good");
        assert_eq!((metadata.end_session, metadata.names_itself), (None, false));
    }
}
