//! Somebody who holds a key and proves it (RFC 9449).

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    clock::Clock,
    jwk::{KeyMaterial, Thumbprint},
};
use serde_json::{Value, json};

use crate::world::{ISSUER, World};

pub(crate) struct Holder {
    pair: EcdsaKeyPair,
    made: std::cell::Cell<u32>,
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Holder {
    pub(crate) fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let made = std::cell::Cell::new(0);
        Self { pair, made }
    }

    fn material(&self) -> KeyMaterial {
        let point = self.pair.public_key().as_ref();
        KeyMaterial::EllipticCurve {
            crv: "P-256".to_owned(),
            x: encode(&point[1..33]),
            y: encode(&point[33..]),
        }
    }

    pub(crate) fn thumbprint(&self) -> Thumbprint {
        self.material().thumbprint()
    }

    /// Claims for a POST to the endpoint at `path`, never the same twice.
    pub(crate) fn claims(&self, world: &World, path: &str) -> Value {
        self.made.set(self.made.get() + 1);
        json!({
            "jti": format!("proof-{}", self.made.get()),
            "htm": "POST",
            "htu": format!("{ISSUER}{path}"),
            "iat": world.clock.now().seconds(),
        })
    }

    /// A proof for the token endpoint.
    pub(crate) fn proof(&self, world: &World) -> String {
        self.sign(&self.claims(world, "/token"))
    }

    /// A proof for the token endpoint with a nonce.
    pub(crate) fn proof_with_nonce(&self, world: &World, nonce: &str) -> String {
        let mut claims = self.claims(world, "/token");
        claims["nonce"] = json!(nonce);
        self.sign(&claims)
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.material() });
        let signed = format!(
            "{}.{}",
            encode(header.to_string()),
            encode(claims.to_string())
        );
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        format!("{signed}.{}", encode(signature.expect("signed")))
    }
}
