//! Client ID Metadata Documents: what of a document is accepted.
//!
//! The document comes from the host that the identifier names, so the identifier
//! in it must be the very URL that was asked. It cannot carry a secret
//! everybody can read it. Beyond that the rules are those of a
//! registration: what cannot be granted is left out, what is unknown is ignored
//! (interop 2, 4).

use serde_json::{Map, Value};

use super::{Method, Registration, RegistrationError, members, request_keys::request_keys};
use crate::client::MetadataUrl;

/// Why a metadata document is refused. The texts repeat nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It is not a JSON object.
    #[error("the document is not a JSON object")]
    NotAnObject,
    /// It names another client, or none.
    #[error("the document is about another client_id than its own address")]
    OtherClient,
    /// It has a client secret.
    #[error("the document contains a client secret, which everybody could read")]
    Secret,
    /// It has no name.
    #[error("the document has no client_name")]
    Nameless,
    /// It asks for a method that needs a secret, or offers none that is known here.
    #[error("the document offers no authentication method that works here without a secret")]
    Method,
    /// The rules of every registration.
    #[error("the document is not acceptable: {0}")]
    Registration(#[from] RegistrationError),
}

impl Registration {
    /// Reads the metadata document at `url`.
    pub fn from_document(url: &MetadataUrl, document: &[u8]) -> Result<Self, DocumentError> {
        let document: Map<String, Value> =
            serde_json::from_slice(document).map_err(|_| DocumentError::NotAnObject)?;
        if document.get("client_id").and_then(Value::as_str) != Some(url.as_str()) {
            return Err(DocumentError::OtherClient); // MD-01, RG-05
        }
        let secret = ["client_secret", "client_secret_expires_at"];
        if secret.iter().any(|member| document.contains_key(*member)) {
            return Err(DocumentError::Secret);
        }
        let (method, name) = (method(&document)?, members::name(&document)?);
        let requests = members::requests(&document)?;
        Ok(Self {
            name: name.ok_or(DocumentError::Nameless)?,
            redirects: members::redirects(&document)?,
            request_keys: request_keys(&document, &method, requests)?,
            method,
            grants: members::grants(&document)?,
            software: members::software(&document)?,
            dpop_bound: members::dpop_bound(&document)?,
            certificate_bound: members::certificate_bound(&document)?,
            requests,
        })
    }
}

/// The method that both sides have: the one that is demanded, or of those that are offered
/// (`token_endpoint_auth_methods_supported`, OpenID Connect RP Metadata Choices) the one with a
/// key, else none (interop 3), else the one with a certificate: that one works only where the
/// client is sent to by the metadata, so it is never chosen beside others.
fn method(document: &Map<String, Value>) -> Result<Method, DocumentError> {
    let demanded = members::text(document, "token_endpoint_auth_method")?;
    let offered = members::strings(document, "token_endpoint_auth_methods_supported")?;
    let offers = |method| match (demanded, &offered) {
        (Some(demanded), _) => demanded == method,
        (None, Some(offered)) => offered.contains(&method),
        (None, None) => method == "none",
    };
    if offers("private_key_jwt") {
        match members::private_key(document) {
            Ok(Some(key)) => return Ok(Method::PrivateKey(key)),
            Ok(None) if !offers("none") => return Err(RegistrationError::KeysMissing.into()),
            Err(error) if !offers("none") => return Err(error.into()),
            Ok(None) | Err(_) => {}
        }
    }
    if offers("none") {
        return Ok(Method::None);
    }
    if offers("self_signed_tls_client_auth") {
        let own = members::own_certificates(document)?;
        let own = own.ok_or(RegistrationError::KeysMissing)?;
        return Ok(Method::OwnCertificate(own));
    }
    Err(DocumentError::Method)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::client::{ClientKeys, GrantType};

    const URL: &str = "https://app.example/client.json";

    fn document(changes: Value) -> Value {
        let mut document = json!({
            "client_id": URL,
            "client_name": "App",
            "redirect_uris": ["http://localhost/callback", "http://127.0.0.1/callback"],
        });
        for (member, value) in changes.as_object().expect("an object") {
            document[member] = value.clone();
        }
        document
    }

    fn read(changes: Value) -> Result<Registration, DocumentError> {
        let url = MetadataUrl::parse(URL).expect("a URL");
        Registration::from_document(&url, document(changes).to_string().as_bytes())
    }

    fn keys() -> Value {
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] })
    }

    #[test]
    fn a_document_is_intersected_and_refused_only_when_it_lies_or_offers_nothing() {
        use DocumentError as E;
        use RegistrationError as R;
        const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        #[rustfmt::skip]
        let cases = [
            ("minimal",                   json!({}), Ok(())),
            ("unknown member, interop 2", json!({ "$schema": "x", "mcp": { "a": [1] } }), Ok(())),
            ("extra grant, interop 4",    json!({ "token_endpoint_auth_method": "none", "grant_types": ["authorization_code", JWT_BEARER] }), Ok(())),
            ("scope, interop 8",          json!({ "scope": "anything at all" }), Ok(())),
            ("web, interop 10",           json!({ "application_type": "web" }), Ok(())),
            ("one bad target, interop 11", json!({ "redirect_uris": ["evil:x", "cursor://a/b"] }), Ok(())),
            ("several, interop 12",       json!({ "redirect_uris": ["http://127.0.0.1:33418", "https://vscode.dev/redirect"] }), Ok(())),
            ("other client, A-069",       json!({ "client_id": "https://app.example/Client.json" }), Err(E::OtherClient)),
            ("no client, A-069",          json!({ "client_id": null }), Err(E::OtherClient)),
            ("list of clients, RG-05",    json!({ "client_id": [URL] }), Err(E::OtherClient)),
            ("no name, A-069",            json!({ "client_name": "\u{200b}" }), Err(E::Nameless)),
            ("name of ours, CO-06",       json!({ "client_name": "Doorward" }), Err(E::Registration(R::ReservedName))),
            ("no target, A-069",          json!({ "redirect_uris": [] }), Err(E::Registration(R::Redirects))),
            ("script, AZ-05",             json!({ "redirect_uris": ["javascript:alert(1)"] }), Err(E::Registration(R::Redirects))),
            ("secret, A-071",             json!({ "client_secret": "x" }), Err(E::Secret)),
            ("secret's end, A-071",       json!({ "client_secret_expires_at": 0 }), Err(E::Secret)),
            ("symmetric, A-071",          json!({ "token_endpoint_auth_method": "client_secret_basic" }), Err(E::Method)),
            ("symmetric offered, A-071",  json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] }), Err(E::Method)),
            ("key without key",           json!({ "token_endpoint_auth_method": "private_key_jwt" }), Err(E::Registration(R::KeysMissing))),
            ("keys twice",                json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": keys(), "jwks_uri": "https://app.example/k" }), Err(E::Registration(R::KeysTwice))),
            ("keys in clear",             json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "http://app.example/k" }), Err(E::Registration(R::KeysAddress))),
            ("symmetric signature, TK-08", json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": keys(), "token_endpoint_auth_signing_alg": "HS256" }), Err(E::Registration(R::SigningAlgorithm))),
        ];
        for (name, changes, expected) in cases {
            assert_eq!(read(changes).map(drop), expected, "{name}");
        }
        let url = MetadataUrl::parse(URL).expect("a URL");
        for text in ["", "[]", "<html>", "{", "null"] {
            let refused = Registration::from_document(&url, text.as_bytes());
            assert_eq!(refused, Err(E::NotAnObject), "{text}");
        }
    }

    #[test]
    fn of_several_methods_the_strongest_that_works_is_chosen() {
        let both = json!(["none", "private_key_jwt"]);
        let method = |changes| read(changes).expect("accepted").method;
        let chatgpt = json!({ "token_endpoint_auth_methods_supported": both });
        assert_eq!(method(chatgpt), Method::None); // interop 3
        let inline = json!({ "token_endpoint_auth_methods_supported": both, "jwks": keys() });
        assert!(matches!(method(inline), Method::PrivateKey(_)));
        let behind = json!({
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": "https://app.example/keys",
        });
        match method(behind) {
            Method::PrivateKey(key) => {
                let expected = ClientKeys::At("https://app.example/keys".to_owned());
                assert_eq!(key.keys, expected);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_grants_that_were_named_are_given() {
        let once = read(json!({ "grant_types": ["authorization_code"] })).expect("accepted");
        assert!(!once.grants.contains(GrantType::RefreshToken));
        let silent = read(json!({})).expect("accepted");
        assert!(silent.grants.contains(GrantType::RefreshToken)); // interop 34
    }
}
