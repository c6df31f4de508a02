//! Client metadata (RFC 7591): what of it is accepted.
//!
//! A registration is a request, not a demand. What cannot be granted is trimmed
//! and the answer shows what was stored; unknown members are ignored; only what
//! leaves nothing usable is refused (A-060..A-065, interop 1, 4, 8, 10, 11). The
//! same rules read a registration request and a metadata document; `document`
//! says what is special about the latter.

mod document;
mod domains;
mod initial_token;
mod members;
mod offer;
mod request_keys;
mod statement;
mod unknown;

use serde_json::{Map, Value};

pub use self::{
    document::DocumentError,
    domains::{Domains, Welcome},
    initial_token::{InitialAccess, InitialAccessToken},
    offer::CertificateOffer,
    statement::{MAXIMUM_STATEMENT, Statement, StatementFault},
    unknown::unknown_members,
};
use crate::{
    certificate::{ExpectedError, ExpectedSubject},
    client::{
        Client, ClientAuthentication, GrantTypes, KeySetError, OwnCertificates, PrivateKey,
        RequestRules, SecretPlacement, Software, TokenRules,
    },
    redirect::RegisteredRedirect,
};

/// What a client asks for, after trimming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The name to show, already harmless.
    pub name: String,
    /// The acceptable redirect URIs; at least one.
    pub redirects: Vec<RegisteredRedirect>,
    /// How it will authenticate.
    pub method: Method,
    /// What it may ask the token endpoint for.
    pub grants: GrantTypes,
    /// What else it says of itself.
    pub software: Software,
    /// Whether it only wants tokens that are bound to a key.
    pub dpop_bound: bool,
    /// Whether it only wants tokens that are bound to its certificate.
    pub certificate_bound: bool,
    /// What its authorization requests have to be.
    pub requests: RequestRules,
    /// What its signed requests are checked with, when not with what proves who it is.
    pub request_keys: Option<PrivateKey>,
}

/// How a client wants to authenticate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// Not at all.
    None,
    /// With a secret that is yet to be made, sent there.
    Secret(SecretPlacement),
    /// With signed assertions.
    PrivateKey(PrivateKey),
    /// With a certificate of an authority.
    Certificate(ExpectedSubject),
    /// With a certificate of its own.
    OwnCertificate(OwnCertificates),
}

/// Why client metadata is refused (RFC 7591 section 3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// `invalid_redirect_uri`.
    #[error(
        "no acceptable redirect_uris: they must be https, http on loopback, or a private-use scheme with a dot"
    )]
    Redirects,
    /// `invalid_redirect_uri`.
    #[error("redirect_uris has more than 10 entries")]
    TooManyRedirects,
    /// `invalid_client_metadata`.
    #[error("{0} has the wrong type")]
    WrongType(&'static str),
    /// `invalid_client_metadata`.
    #[error("token_endpoint_auth_method must be one of those in the metadata of this server")]
    AuthenticationMethod,
    /// `invalid_client_metadata`.
    #[error("private_key_jwt and self_signed_tls_client_auth need jwks or jwks_uri")]
    KeysMissing,
    /// `invalid_client_metadata`.
    #[error(
        "tls_client_auth needs exactly one of tls_client_auth_subject_dn, tls_client_auth_san_dns, tls_client_auth_san_uri, tls_client_auth_san_ip and tls_client_auth_san_email"
    )]
    CertificateSubject,
    /// `invalid_client_metadata`.
    #[error(transparent)]
    ExpectedSubject(#[from] ExpectedError),
    /// `invalid_client_metadata`.
    #[error("tokens are bound to a key or to a certificate, not to both")]
    BoundTwice,
    /// `invalid_client_metadata`.
    #[error("jwks and jwks_uri exclude each other")]
    KeysTwice,
    /// `invalid_client_metadata`.
    #[error("jwks_uri must be an https URL without user information or fragment")]
    KeysAddress,
    /// `invalid_client_metadata`.
    #[error("jwks: {0}")]
    Keys(#[from] KeySetError),
    /// `invalid_client_metadata`.
    #[error("token_endpoint_auth_signing_alg must be ES256, EdDSA, Ed25519 or RS256")]
    SigningAlgorithm,
    /// `invalid_client_metadata`.
    #[error("request_object_signing_alg must be ES256, EdDSA, Ed25519 or RS256")]
    RequestSigningAlgorithm,
    /// `invalid_client_metadata`.
    #[error("require_signed_request_object needs jwks or jwks_uri")]
    RequestKeysMissing,
    /// `invalid_client_metadata`.
    #[error("grant_types must include authorization_code")]
    GrantTypes,
    /// `invalid_client_metadata`.
    #[error("response_types must include code")]
    ResponseTypes,
    /// `invalid_client_metadata`.
    #[error("client_name is reserved")]
    ReservedName,
}

impl RegistrationError {
    /// The `error` code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Redirects | Self::TooManyRedirects => "invalid_redirect_uri",
            Self::WrongType(_)
            | Self::AuthenticationMethod
            | Self::KeysMissing
            | Self::CertificateSubject
            | Self::ExpectedSubject(_)
            | Self::BoundTwice
            | Self::KeysTwice
            | Self::KeysAddress
            | Self::Keys(_)
            | Self::SigningAlgorithm
            | Self::RequestSigningAlgorithm
            | Self::RequestKeysMissing
            | Self::GrantTypes
            | Self::ResponseTypes
            | Self::ReservedName => "invalid_client_metadata",
        }
    }
}

impl Registration {
    /// Reads the metadata of a registration request.
    pub fn read(members: &Map<String, Value>) -> Result<Self, RegistrationError> {
        let (method, requests) = (method(members)?, members::requests(members)?);
        Ok(Self {
            grants: members::grants(members)?,
            name: members::name(members)?.unwrap_or_else(|| "Unnamed client".to_owned()),
            redirects: members::redirects(members)?,
            request_keys: request_keys::request_keys(members, &method, requests)?,
            method,
            software: members::software(members)?,
            dpop_bound: members::dpop_bound(members)?,
            certificate_bound: members::certificate_bound(members)?,
            requests,
        })
    }

    /// `native` when every redirect is loopback or private-use, else `web`.
    pub fn application_type(&self) -> &'static str {
        application_type(&self.redirects)
    }

    /// The same text for the same registration: what an idempotent identifier is derived from.
    pub fn fingerprint(&self) -> String {
        let uris: Vec<&str> = self
            .redirects
            .iter()
            .map(RegisteredRedirect::as_str)
            .collect();
        let mut said = vec![
            Value::from(self.name.as_str()),
            Value::from(uris),
            Value::from(self.grants.to_string()),
            Value::from(self.dpop_bound),
            Value::from(vec![self.requests.pushed, self.requests.signed]),
            Value::from(self.software.vouched_by.as_deref()),
        ];
        // Only where there are some, so that clients without keep the identifiers that they have.
        said.extend(
            self.request_keys
                .as_ref()
                .and_then(|key| serde_json::to_value(key).ok()),
        );
        if self.certificate_bound {
            said.push(Value::from("certificate")); // who does not ask for it keeps its identifier
        }
        Value::from(said).to_string()
    }

    /// `client` with everything that was registered, authenticating so.
    pub fn register(self, client: Client, authentication: ClientAuthentication) -> Client {
        Client {
            name: self.name,
            software: self.software,
            redirects: self.redirects,
            authentication,
            grants: self.grants,
            tokens: TokenRules {
                dpop_bound: self.dpop_bound,
                certificate_bound: self.certificate_bound,
                ..client.tokens
            },
            requests: self.requests,
            request_keys: self.request_keys,
            ..client
        }
    }
}

/// `native` when every redirect is loopback or private-use, else `web`.
pub fn application_type(redirects: &[RegisteredRedirect]) -> &'static str {
    let native = redirects
        .iter()
        .all(|redirect| !redirect.as_str().starts_with("https:"));
    if native { "native" } else { "web" }
}

fn method(members: &Map<String, Value>) -> Result<Method, RegistrationError> {
    match members::text(members, "token_endpoint_auth_method")? {
        None => Ok(Method::Secret(SecretPlacement::Either)),
        Some("none") => Ok(Method::None),
        Some("client_secret_basic") => Ok(Method::Secret(SecretPlacement::Header)),
        Some("client_secret_post") => Ok(Method::Secret(SecretPlacement::Body)),
        Some("private_key_jwt") => {
            let key = members::private_key(members)?;
            key.map(Method::PrivateKey)
                .ok_or(RegistrationError::KeysMissing)
        }
        Some("tls_client_auth") => members::expected_subject(members).map(Method::Certificate),
        Some("self_signed_tls_client_auth") => {
            let own = members::own_certificates(members)?;
            own.map(Method::OwnCertificate)
                .ok_or(RegistrationError::KeysMissing)
        }
        Some(_) => Err(RegistrationError::AuthenticationMethod),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::client::GrantType;

    fn read(document: &Value) -> Result<Registration, RegistrationError> {
        Registration::read(document.as_object().expect("an object"))
    }

    #[test]
    fn registrations_are_trimmed_and_only_useless_ones_refused() {
        const CB: &str = "http://localhost/cb";
        use RegistrationError as E;
        #[rustfmt::skip]
        let cases = [
            ("minimal, A-062",            json!({"redirect_uris": [CB]}), Ok(())),
            ("unknown member, interop 1", json!({"redirect_uris": [CB], "resource": "x", "trusted": true}), Ok(())),
            ("extra grant, interop 4",    json!({"redirect_uris": [CB], "grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"]}), Ok(())),
            ("web with cursor, interop 10", json!({"redirect_uris": ["cursor://anysphere.cursor-mcp/oauth/callback"], "application_type": "web"}), Ok(())),
            ("one bad, interop 11",       json!({"redirect_uris": ["evil:x", CB]}), Ok(())),
            ("none good, RG-09",          json!({"redirect_uris": ["javascript:alert(1)"]}), Err(E::Redirects)),
            ("none",                      json!({"redirect_uris": []}), Err(E::Redirects)),
            ("missing",                   json!({}), Err(E::Redirects)),
            ("not a list",                json!({"redirect_uris": CB}), Err(E::WrongType("redirect_uris"))),
            ("eleven, RG-08",             json!({"redirect_uris": vec![CB; 11]}), Err(E::TooManyRedirects)),
            ("other grants only, RG-09",  json!({"redirect_uris": [CB], "grant_types": ["client_credentials"]}), Err(E::GrantTypes)),
            ("implicit",                  json!({"redirect_uris": [CB], "response_types": ["token"]}), Err(E::ResponseTypes)),
            ("unknown method",            json!({"redirect_uris": [CB], "token_endpoint_auth_method": "magic"}), Err(E::AuthenticationMethod)),
            ("key missing",               json!({"redirect_uris": [CB], "token_endpoint_auth_method": "private_key_jwt"}), Err(E::KeysMissing)),
            ("key behind http",           json!({"redirect_uris": [CB], "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "http://c.example/keys"}), Err(E::KeysAddress)),
            ("key behind https",          json!({"redirect_uris": [CB], "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://c.example/keys"}), Ok(())),
            ("pushed is not a word",      json!({"redirect_uris": [CB], "require_pushed_authorization_requests": 1}), Err(E::WrongType("require_pushed_authorization_requests"))),
            ("signed is not a word",      json!({"redirect_uris": [CB], "require_signed_request_object": "no"}), Err(E::WrongType("require_signed_request_object"))),
            ("bound is not a word",       json!({"redirect_uris": [CB], "dpop_bound_access_tokens": "yes"}), Err(E::WrongType("dpop_bound_access_tokens"))),
            ("certificate bound is not a word", json!({"redirect_uris": [CB], "tls_client_certificate_bound_access_tokens": "yes"}), Err(E::WrongType("tls_client_certificate_bound_access_tokens"))),
            ("no subject",                json!({"redirect_uris": [CB], "token_endpoint_auth_method": "tls_client_auth"}), Err(E::CertificateSubject)),
            ("two subjects",              json!({"redirect_uris": [CB], "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "a.example", "tls_client_auth_san_ip": "192.0.2.1"}), Err(E::CertificateSubject)),
            ("subject not text",          json!({"redirect_uris": [CB], "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": ["a.example"]}), Err(E::WrongType("tls_client_auth_san_dns"))),
            ("subject with wildcard",     json!({"redirect_uris": [CB], "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "*.example"}), Err(E::ExpectedSubject(ExpectedError::Dns))),
            ("one subject",               json!({"redirect_uris": [CB], "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=a,O=b"}), Ok(())),
            ("own, without keys",         json!({"redirect_uris": [CB], "token_endpoint_auth_method": "self_signed_tls_client_auth"}), Err(E::KeysMissing)),
            ("own, keys without certificate", json!({"redirect_uris": [CB], "token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [{"kty": "RSA"}]}}), Err(E::Keys(KeySetError::NoCertificate))),
            ("own, no certificate in it", json!({"redirect_uris": [CB], "token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [{"kty": "RSA", "x5c": ["AAAA"]}]}}), Err(E::Keys(KeySetError::Certificate))),
            ("own, private, MD-04",       json!({"redirect_uris": [CB], "token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [{"kty": "RSA", "x5c": ["AAAA"], "d": "x"}]}}), Err(E::Keys(KeySetError::Private))),
            ("own, behind https",         json!({"redirect_uris": [CB], "token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks_uri": "https://c.example/keys"}), Ok(())),
            ("name of ours, CO-06",       json!({"redirect_uris": [CB], "client_name": "Door\u{200b}ward Admin"}), Err(E::ReservedName)),
            ("name not text",             json!({"redirect_uris": [CB], "client_name": 5}), Err(E::WrongType("client_name"))),
        ];
        for (name, document, expected) in cases {
            assert_eq!(read(&document).map(drop), expected, "{name}");
        }
    }

    #[test]
    fn what_is_left_out_gets_the_default() {
        let plain = read(&json!({"redirect_uris": ["http://127.0.0.1/cb"]})).expect("accepted");
        assert_eq!(plain.method, Method::Secret(SecretPlacement::Either)); // A-062, interop 13
        assert_eq!(plain.grants, GrantTypes::interactive()); // interop 34
        assert_eq!(plain.application_type(), "native");
        let once = read(
            &json!({"redirect_uris": ["https://c.example/cb"], "grant_types": ["authorization_code"]}),
        );
        let once = once.expect("accepted");
        assert!(!once.grants.contains(GrantType::RefreshToken));
        assert_eq!(once.application_type(), "web");
    }

    #[test]
    fn equal_registrations_have_equal_fingerprints() {
        let a = json!({"client_name": "A", "redirect_uris": ["http://localhost/cb"], "software_version": "1"});
        let b = json!({"client_name": "A", "redirect_uris": ["http://localhost/cb"], "software_version": "2"});
        let c = json!({"client_name": "A", "redirect_uris": ["http://localhost/cc"]});
        let print = |document| read(document).expect("accepted").fingerprint();
        assert_eq!(print(&a), print(&b)); // interop 16
        assert_ne!(print(&a), print(&c));
    }
}
