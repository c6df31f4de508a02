//! A passkey in software: what a browser and an authenticator would send, right or wrong.
//!
//! A test makes an [`Authenticator`], changes what it should get wrong, and lets it answer the
//! challenge of a page. It is never part of what is shipped.

mod cbor;

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    rsa,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// The kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA PKCS #1 with SHA-256.
    Rs256,
}

/// One passkey and the browser around it. What it says can be changed field by field.
#[derive(Debug)]
pub struct Authenticator {
    /// What it calls the credential.
    pub credential: Vec<u8>,
    /// The relying party that it signs for.
    pub relying_party: String,
    /// The origin that the browser writes down.
    pub origin: String,
    /// Whether the browser says that the page was embedded.
    pub embedded: bool,
    /// Whether somebody touched it.
    pub present: bool,
    /// Whether it made sure who did.
    pub verified: bool,
    /// Whether the passkey may be on several devices.
    pub synced: bool,
    /// The counter; it grows with each use unless it is zero.
    pub count: u32,
    /// The handle of the person, returned with each use.
    pub handle: Option<Vec<u8>>,
    /// The purpose that the browser writes down instead of the right one.
    pub purpose: Option<&'static str>,
    key: Key,
}

#[derive(Debug)]
enum Key {
    Es256(Box<EcdsaKeyPair>),
    EdDsa(Box<Ed25519KeyPair>),
    Rs256(Box<rsa::KeyPair>),
}

#[expect(
    clippy::expect_used,
    reason = "a test whose key cannot be made has nothing to go on with"
)]
impl Authenticator {
    /// An authenticator that does everything right at this origin.
    pub fn new(algorithm: Algorithm, relying_party: &str, origin: &str) -> Self {
        let key = Key::make(algorithm);
        let name = digest(&SHA256, &key.public());
        Self {
            credential: name.as_ref().get(..16).unwrap_or_default().to_vec(),
            relying_party: relying_party.to_owned(),
            origin: origin.to_owned(),
            embedded: false,
            present: true,
            verified: true,
            synced: true,
            count: 0,
            handle: None,
            purpose: None,
            key,
        }
    }

    /// Answers `navigator.credentials.create()` for a challenge and a person.
    pub fn create(&mut self, challenge: &str, handle: &[u8]) -> Value {
        self.handle = Some(handle.to_vec());
        let mut data = self.data(0x40);
        data.extend([0; 16]);
        let length = u16::try_from(self.credential.len()).expect("a short identifier");
        data.extend(length.to_be_bytes());
        data.extend(&self.credential);
        data.extend(self.key.public());
        let object = cbor::map(&[
            (cbor::text("fmt"), cbor::text("none")),
            (cbor::text("attStmt"), cbor::map(&[])),
            (cbor::text("authData"), cbor::bytes(&data)),
        ]);
        self.credential_of(json!({
            "clientDataJSON": encode(&self.client_data("webauthn.create", challenge)),
            "attestationObject": encode(&object),
            "transports": ["internal"],
        }))
    }

    /// Answers `navigator.credentials.get()` for a challenge.
    pub fn get(&mut self, challenge: &str) -> Value {
        if self.count > 0 {
            self.count += 1;
        }
        let (data, said) = (self.data(0), self.client_data("webauthn.get", challenge));
        let message = [&data, digest(&SHA256, &said).as_ref()].concat();
        self.credential_of(json!({
            "clientDataJSON": encode(&said),
            "authenticatorData": encode(&data),
            "signature": encode(&self.key.sign(&message)),
            "userHandle": self.handle.as_deref().map(encode),
        }))
    }

    fn credential_of(&self, response: Value) -> Value {
        let id = encode(&self.credential);
        json!({
            "id": id, "rawId": id, "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": response,
        })
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        let flags = flag(self.present, 0x01) | flag(self.verified, 0x04);
        let flags = flags | flag(self.synced, 0x18) | more;
        let party = digest(&SHA256, self.relying_party.as_bytes());
        [party.as_ref(), &[flags], &self.count.to_be_bytes()].concat()
    }

    fn client_data(&self, purpose: &str, challenge: &str) -> Vec<u8> {
        let said = json!({
            "type": self.purpose.unwrap_or(purpose),
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": self.embedded,
        });
        said.to_string().into_bytes()
    }
}

#[expect(
    clippy::expect_used,
    reason = "a test whose key does not work has nothing to go on with"
)]
impl Key {
    fn make(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING);
                Self::Es256(Box::new(pair.expect("a key")))
            }
            Algorithm::EdDsa => Self::EdDsa(Box::new(Ed25519KeyPair::generate().expect("a key"))),
            Algorithm::Rs256 => {
                let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048);
                Self::Rs256(Box::new(pair.expect("a key")))
            }
        }
    }

    /// The public key as COSE writes it.
    fn public(&self) -> Vec<u8> {
        use cbor::{bytes, number};
        match self {
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (point.get(1..33), point.get(33..65));
                cbor::map(&[
                    (number(1), number(2)),
                    (number(3), number(-7)),
                    (number(-1), number(1)),
                    (number(-2), bytes(x.unwrap_or_default())),
                    (number(-3), bytes(y.unwrap_or_default())),
                ])
            }
            Self::EdDsa(pair) => cbor::map(&[
                (number(1), number(1)),
                (number(3), number(-8)),
                (number(-1), number(6)),
                (number(-2), bytes(pair.public_key().as_ref())),
            ]),
            Self::Rs256(pair) => {
                // RSAPublicKey of 2048 bits (RFC 8017 appendix A.1.1): both lengths are known.
                let public = pair.public_key().as_ref();
                let (n, e) = (public.get(9..265), public.get(267..270));
                cbor::map(&[
                    (number(1), number(3)),
                    (number(3), number(-257)),
                    (number(-1), bytes(n.unwrap_or_default())),
                    (number(-2), bytes(e.unwrap_or_default())),
                ])
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let chance = SystemRandom::new();
        match self {
            Self::Es256(pair) => {
                let signature = pair.sign(&chance, message).expect("a signature");
                signature.as_ref().to_vec()
            }
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &chance, message, &mut signature)
                    .expect("a signature");
                signature
            }
        }
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
