//! Somebody who holds a key and proves it with every request (RFC 9449).

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    clock::Clock,
    jwk::{KeyMaterial, Thumbprint},
    secret::Digest,
};
use serde_json::{Value, json};

use crate::{http::Ask, person::ORIGIN, world::World};

/// The holder of a P-256 key.
pub struct Holder {
    pair: EcdsaKeyPair,
    made: AtomicU64,
}

impl Holder {
    /// Somebody with a new key.
    pub fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        Self {
            pair,
            made: AtomicU64::new(0),
        }
    }

    /// The thumbprint of the key.
    pub fn thumbprint(&self) -> Thumbprint {
        self.material().thumbprint()
    }

    /// The claims of a proof for a request to `path`, made now; never the same twice.
    pub fn claims(&self, world: &World, method: &str, path: &str) -> Value {
        let number = self.made.fetch_add(1, Ordering::SeqCst);
        json!({
            "jti": format!("{}-{number}", self.thumbprint().as_str()),
            "htm": method,
            "htu": format!("{ORIGIN}{path}"),
            "iat": world.clock.now().seconds(),
        })
    }

    /// The same for a call with `token`.
    pub fn claims_with(&self, world: &World, path: &str, token: &str) -> Value {
        let mut claims = self.claims(world, "POST", path);
        let ath = json!(encode(Digest::of(token).as_bytes()));
        if let Some(members) = claims.as_object_mut() {
            members.insert("ath".to_owned(), ath);
        }
        claims
    }

    /// A proof of these claims.
    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.material() });
        let (header, claims) = (encode(header.to_string()), encode(claims.to_string()));
        let signed = format!("{header}.{claims}");
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        format!("{signed}.{}", encode(signature.expect("a signature")))
    }

    /// `ask` to the token endpoint with a proof.
    pub fn at_token_endpoint(&self, world: &World, ask: Ask) -> Ask {
        ask.header("dpop", &self.sign(&self.claims(world, "POST", "/token")))
    }

    fn material(&self) -> KeyMaterial {
        // SEC 1 uncompressed: 0x04, x, y
        let (_, point) = self.pair.public_key().as_ref().split_at(1);
        let (x, y) = point.split_at(32);
        KeyMaterial::EllipticCurve {
            crv: "P-256".to_owned(),
            x: encode(x),
            y: encode(y),
        }
    }
}

impl Default for Holder {
    fn default() -> Self {
        Self::new()
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
