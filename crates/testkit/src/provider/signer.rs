//! The key of an identity provider.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// An Ed25519 key with a name.
pub struct TokenSigner {
    key: Ed25519KeyPair,
    kid: String,
}

impl TokenSigner {
    /// A fresh key.
    pub fn new(kid: &str) -> Self {
        Self {
            key: Ed25519KeyPair::generate().expect("a key"),
            kid: kid.to_owned(),
        }
    }

    /// Its public half.
    pub fn public(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key());
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.kid, "use": "sig" })
    }

    /// `claims` as a token of type `typ`.
    pub fn sign(&self, typ: &str, claims: &Value) -> String {
        let header = json!({ "alg": "EdDSA", "kid": self.kid, "typ": typ });
        let signed = unsigned(&header, claims);
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

/// Header and claims without a signature.
pub(super) fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}", part(header), part(claims))
}
