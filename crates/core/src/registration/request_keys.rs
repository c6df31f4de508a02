//! The keys of a client that sign its authorization requests (RFC 9101), whichever way the
//! client authenticates.

use serde_json::{Map, Value};

use super::{Method, RegistrationError, members};
use crate::{
    client::{PrivateKey, RequestRules},
    jwk::Algorithm,
};

/// The keys for requests that are not those of the authentication: of a client that has keys and
/// authenticates without them, or signs requests with one algorithm (`request_object_signing_alg`).
///
/// What cannot sign is left out, as everything that cannot be granted is, unless the client
/// would be left without any way to ask.
pub(super) fn request_keys(
    members: &Map<String, Value>,
    method: &Method,
    rules: RequestRules,
) -> Result<Option<PrivateKey>, RegistrationError> {
    let keys = match method {
        Method::PrivateKey(key) => own_algorithm(members, key.clone())?,
        Method::OwnCertificate(_) => None, // its keys are there for their certificates
        Method::None | Method::Secret(_) | Method::Certificate(_) => match with_keys(members) {
            Ok(keys) => keys,
            Err(error) if rules.signed => return Err(error),
            Err(_) => None,
        },
    };
    let signs = keys.is_some() || matches!(method, Method::PrivateKey(_));
    if rules.signed && !signs {
        return Err(RegistrationError::RequestKeysMissing);
    }
    Ok(keys)
}

fn own_algorithm(
    members: &Map<String, Value>,
    key: PrivateKey,
) -> Result<Option<PrivateKey>, RegistrationError> {
    let named = algorithm(members)?;
    Ok(named.map(|algorithm| PrivateKey {
        algorithms: vec![algorithm],
        ..key
    }))
}

fn with_keys(members: &Map<String, Value>) -> Result<Option<PrivateKey>, RegistrationError> {
    let Some(keys) = members::keys(members)? else {
        return Ok(None);
    };
    let algorithms = match algorithm(members)? {
        Some(algorithm) => vec![algorithm],
        None => members::ALGORITHMS.to_vec(),
    };
    Ok(Some(PrivateKey { keys, algorithms }))
}

fn algorithm(members: &Map<String, Value>) -> Result<Option<Algorithm>, RegistrationError> {
    let Some(name) = members::text(members, "request_object_signing_alg")? else {
        return Ok(None);
    };
    let named = serde_json::from_value(Value::from(name));
    named
        .map(Some)
        .map_err(|_| RegistrationError::RequestSigningAlgorithm)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::Registration, *};
    use crate::client::ClientKeys;

    fn read(more: &Value) -> Result<Registration, RegistrationError> {
        let mut document = json!({ "redirect_uris": ["https://c.example/cb"] });
        for (name, value) in more.as_object().expect("an object") {
            document[name] = value.clone();
        }
        Registration::read(document.as_object().expect("an object"))
    }

    #[test]
    fn keys_sign_requests_whichever_way_the_client_authenticates() {
        use Algorithm::{EdDsa, Es256, Rs256};
        use RegistrationError as E;
        const ALG: &str = "request_object_signing_alg";
        const ONLY: &str = "require_signed_request_object";
        const METHOD: &str = "token_endpoint_auth_method";
        let uri = "https://c.example/keys";
        let all: &[Algorithm] = &[Es256, EdDsa, Rs256];
        let encryption = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "use": "enc" }] });
        #[rustfmt::skip]
        let cases = [ // A-081, RFC 9101 section 10.5
            ("no keys",                json!({ METHOD: "none" }),                                           Ok(None)),
            ("public",                 json!({ METHOD: "none", "jwks_uri": uri }),                          Ok(Some(all))),
            ("secret",                 json!({ "jwks_uri": uri, ALG: "RS256" }),                            Ok(Some(&[Rs256][..]))),
            ("by its curve, RFC 9864", json!({ "jwks_uri": uri, ALG: "Ed25519" }),                          Ok(Some(&[EdDsa]))),
            ("the key of its proofs",  json!({ METHOD: "private_key_jwt", "jwks_uri": uri }),               Ok(None)),
            ("that, one algorithm",    json!({ METHOD: "private_key_jwt", "jwks_uri": uri, ALG: "ES256" }), Ok(Some(&[Es256]))),
            ("that, none known here",  json!({ METHOD: "private_key_jwt", "jwks_uri": uri, ALG: "none" }),  Err(E::RequestSigningAlgorithm)),
            ("only signed, public",    json!({ METHOD: "none", "jwks_uri": uri, ONLY: true }),              Ok(Some(all))),
            ("only signed, no keys",   json!({ METHOD: "none", ONLY: true }),                               Err(E::RequestKeysMissing)),
            ("only signed, unknown",   json!({ "jwks_uri": uri, ALG: "HS256", ONLY: true }),                Err(E::RequestSigningAlgorithm)),
            ("only signed, bad keys",  json!({ "jwks_uri": "http://c.example/k", ONLY: true }),             Err(E::KeysAddress)),
            ("unknown algorithm",      json!({ "jwks_uri": uri, ALG: "HS256" }),                            Ok(None)),
            ("keys in clear",          json!({ "jwks_uri": "http://c.example/k" }),                         Ok(None)),
            ("keys to encrypt",        json!({ "jwks": encryption }),                                       Ok(None)),
        ];
        for (name, more, expected) in cases {
            let keys = read(&more).map(|read| read.request_keys);
            let algorithms = keys
                .as_ref()
                .map(|keys| keys.as_ref().map(|key| key.algorithms.as_slice()));
            assert_eq!(algorithms.map_err(|error| *error), expected, "{name}");
            if let Ok(Some(key)) = keys {
                assert_eq!(key.keys, ClientKeys::At(uri.to_owned()), "{name}");
            }
        }
    }

    #[test]
    fn a_public_client_with_keys_is_another_one_than_without() {
        let with = |more| read(&more).expect("accepted").fingerprint();
        let none = with(json!({ "token_endpoint_auth_method": "none" }));
        let keys = |uri| with(json!({ "token_endpoint_auth_method": "none", "jwks_uri": uri }));
        assert_ne!(none, keys("https://c.example/a")); // RG-09
        assert_ne!(keys("https://c.example/a"), keys("https://c.example/b"));
    }
}
