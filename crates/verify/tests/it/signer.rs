//! Signs tokens, good ones and bad ones.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    id::KeyId,
    jwk::{Algorithm, KeyMaterial, PublicKey},
};
use serde_json::{Value, json};

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A signing key and its name.
pub(crate) struct Signer {
    kid: String,
    pair: Pair,
}

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

impl Signer {
    pub(crate) fn es256(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self::new(kid, Pair::Es256(pair))
    }

    pub(crate) fn eddsa(kid: &str) -> Self {
        Self::new(kid, Pair::EdDsa(Ed25519KeyPair::generate().unwrap()))
    }

    pub(crate) fn rs256(kid: &str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        Self::new(kid, Pair::Rs256(pair))
    }

    fn new(kid: &str, pair: Pair) -> Self {
        let kid = kid.to_owned();
        Self { kid, pair }
    }

    pub(crate) fn public(&self) -> PublicKey {
        let (alg, material) = match &self.pair {
            Pair::Es256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
                let crv = "P-256".to_owned();
                (Algorithm::Es256, KeyMaterial::EllipticCurve { crv, x, y })
            }
            Pair::EdDsa(pair) => {
                let x = encode(pair.public_key());
                let crv = "Ed25519".to_owned();
                (Algorithm::EdDsa, KeyMaterial::OctetKeyPair { crv, x })
            }
            Pair::Rs256(pair) => {
                // DER of 2048 bits: a head, 256 bytes of modulus, a head, the exponent.
                let der = pair.public_key().as_ref();
                let (n, e) = (encode(&der[9..265]), encode(&der[267..]));
                (Algorithm::Rs256, KeyMaterial::Rsa { n, e })
            }
        };
        PublicKey {
            kid: KeyId::from_known(&self.kid),
            purpose: "sig".to_owned(),
            alg,
            material,
        }
    }

    /// The header that the issuer writes.
    pub(crate) fn header(&self) -> Value {
        json!({ "alg": self.public().alg, "typ": "at+jwt", "kid": self.kid })
    }

    /// A token as the issuer writes it.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.token_with(&self.header(), claims)
    }

    /// A token with any header and claims, signed by this key as it should be.
    pub(crate) fn token_with(&self, header: &Value, claims: &Value) -> String {
        self.token_of(&header.to_string(), &claims.to_string())
    }

    /// A token of any text.
    pub(crate) fn token_of(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = encode(self.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Es256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Pair::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    /// The same key's signature in the form that X.509 uses and JWS does not.
    pub(crate) fn sign_der(&self, message: &[u8]) -> Vec<u8> {
        let Pair::Es256(pair) = &self.pair else {
            unreachable!("only ES256 has two forms");
        };
        let private = pair.to_pkcs8v1().unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, private.as_ref()).unwrap();
        let signature = pair.sign(&SystemRandom::new(), message).unwrap();
        signature.as_ref().to_vec()
    }
}

/// An HMAC over `message` with a key that everybody knows.
pub(crate) fn sign_hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, message).as_ref().to_vec()
}
