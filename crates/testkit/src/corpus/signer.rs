//! The key of a client that proves who it is by signing (RFC 7523).

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// An RS256 key, as ChatGPT has one, and a counter for identifiers.
pub struct Signer {
    key: KeyPair,
    made: AtomicU64,
}

impl Default for Signer {
    fn default() -> Self {
        Self {
            key: KeyPair::generate(KeySize::Rsa2048).expect("a key"),
            made: AtomicU64::new(0),
        }
    }
}

impl Signer {
    /// The key set that the client publishes.
    pub fn keys(&self) -> Value {
        // The DER of RFC 8017 appendix A.1.1 for 2048 bits: nine bytes before the modulus, and
        // the exponent is 65537.
        let der = self.key.public_key().as_ref();
        let modulus = der.get(9..9 + 256).expect("a modulus of 2048 bits");
        json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "cimd-1",
            "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB"}]})
    }

    /// A fresh assertion of `client` for `audience`, good for a minute from `now`.
    pub fn assertion(&self, client: &str, audience: &str, now: i64) -> String {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": "cimd-1"});
        let claims = json!({"iss": client, "sub": client, "aud": audience,
            "iat": now, "exp": now + 60, "jti": format!("assertion-{number}")});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .expect("a signature");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
