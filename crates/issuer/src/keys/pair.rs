//! One key pair, in memory: makes signatures in the form that JWS wants (RFC 7518, RFC 8037).
//!
//! Private keys are PKCS#8 wherever they are kept; here they are parsed once and never
//! leave. The public half is named by its thumbprint (RFC 7638), so that no two keys
//! share a name.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    id::KeyId,
    jwk::{Algorithm, KeyMaterial, PublicKey},
    jws::VerifyingKey,
};
use zeroize::Zeroizing;

/// A signing key of the issuer.
pub(crate) struct KeyPair {
    public: PublicKey,
    verifying: VerifyingKey,
    private: Private,
}

enum Private {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(Box<RsaKeyPair>),
}

/// A private key in PKCS#8, erased from memory when dropped.
pub(crate) type Pkcs8 = Zeroizing<Vec<u8>>;

impl KeyPair {
    /// A new key, and the form in which it is kept. RSA takes a while.
    pub(crate) fn generate(algorithm: Algorithm) -> Option<(Self, Pkcs8)> {
        let random = SystemRandom::new();
        let document = match algorithm {
            Algorithm::Es256 => {
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
                    .ok()?
                    .as_ref()
                    .to_vec()
            }
            Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random)
                .ok()?
                .as_ref()
                .to_vec(),
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
                AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)
                    .ok()?
                    .as_ref()
                    .to_vec()
            }
        };
        let document = Zeroizing::new(document);
        Some((Self::parse(algorithm, &document)?, document))
    }

    /// Reads a private key; `None` when it is not one for `algorithm`.
    pub(crate) fn parse(algorithm: Algorithm, pkcs8: &[u8]) -> Option<Self> {
        let private = match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8);
                Private::Es256(pair.ok()?)
            }
            Algorithm::EdDsa => Private::EdDsa(Ed25519KeyPair::from_pkcs8(pkcs8).ok()?),
            Algorithm::Rs256 => Private::Rs256(Box::new(RsaKeyPair::from_pkcs8(pkcs8).ok()?)),
        };
        let material = private.material()?;
        let public = PublicKey {
            kid: KeyId::from_known(material.thumbprint().as_str()),
            purpose: "sig".to_owned(),
            alg: algorithm,
            material,
        };
        Some(Self {
            verifying: VerifyingKey::parse(&public)?,
            public,
            private,
        })
    }

    /// The public half.
    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// What verifies its signatures.
    pub(crate) fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// Signs `message`.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match &self.private {
            Private::Es256(pair) => Some(pair.sign(&random, message).ok()?.as_ref().to_vec()),
            Private::EdDsa(pair) => Some(pair.sign(message).as_ref().to_vec()),
            Private::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .ok()?;
                Some(signature)
            }
        }
    }
}

impl Private {
    fn material(&self) -> Option<KeyMaterial> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Some(match self {
            Self::Es256(pair) => {
                // SEC 1 uncompressed: 0x04, x, y
                let (x, y) = pair.public_key().as_ref().get(1..)?.split_at_checked(32)?;
                KeyMaterial::EllipticCurve {
                    crv: "P-256".to_owned(),
                    x: encode(x),
                    y: encode(y),
                }
            }
            Self::EdDsa(pair) => KeyMaterial::OctetKeyPair {
                crv: "Ed25519".to_owned(),
                x: encode(pair.public_key().as_ref()),
            },
            Self::Rs256(pair) => {
                let (n, e) = rsa_numbers(pair.public_key().as_ref())?;
                KeyMaterial::Rsa {
                    n: encode(n),
                    e: encode(e),
                }
            }
        })
    }
}

/// Modulus and exponent of an `RSAPublicKey` in DER (RFC 8017 appendix A.1.1): a sequence
/// of two positive integers, which JWK wants without their leading zero.
fn rsa_numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (both, []) = element(SEQUENCE, der)? else {
        return None;
    };
    let (modulus, rest) = element(INTEGER, both)?;
    let (exponent, []) = element(INTEGER, rest)? else {
        return None;
    };
    let positive = |number: &'_ [u8]| number.first() == Some(&0);
    let bare = |number| {
        if positive(number) {
            number.get(1..)
        } else {
            Some(number)
        }
    };
    Some((bare(modulus)?, bare(exponent)?))
}

/// The content of an element with this tag, and what comes after it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        short @ 0..=0x7f => (usize::from(short), rest),
        0x81 => rest
            .split_first()
            .map(|(&one, rest)| (usize::from(one), rest))?,
        0x82 => {
            let (&bytes, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(bytes)), rest)
        }
        _ => return None,
    };
    (found == tag).then_some(())?;
    rest.split_at_checked(length)
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Algorithm; 3] = [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256];

    #[test]
    fn every_algorithm_signs_what_its_published_key_verifies() {
        for algorithm in ALL {
            let (pair, kept) = KeyPair::generate(algorithm).expect("made");
            let again = KeyPair::parse(algorithm, &kept).expect("read back");
            assert_eq!(again.public(), pair.public());
            let json = serde_json::to_vec(pair.public()).expect("JSON");
            let published = PublicKey::foreign(&json).expect("a public key"); // MD-04
            let key = VerifyingKey::parse(&published).expect("usable");
            assert_eq!(published, *again.public());
            let signature = again.sign(b"message").expect("signed");
            assert!(
                key.accepts(algorithm, b"message", &signature),
                "{algorithm:?}"
            );
            assert!(
                !key.accepts(algorithm, b"another", &signature),
                "{algorithm:?}"
            );
        }
    }

    #[test]
    fn a_key_is_read_for_its_own_algorithm_alone() {
        for made in ALL {
            let (_, kept) = KeyPair::generate(made).expect("made");
            for read in ALL {
                let pair = KeyPair::parse(read, &kept);
                assert_eq!(pair.is_some(), read == made, "{made:?} as {read:?}"); // TK-08
            }
        }
        assert!(
            ALL.iter()
                .all(|it| KeyPair::parse(*it, b"no key").is_none())
        );
    }

    #[test]
    fn what_is_no_rsa_public_key_is_refused() {
        let good = [0x30, 7, 2, 2, 0, 0x81, 2, 1, 3];
        assert_eq!(
            rsa_numbers(&good),
            Some(([0x81].as_slice(), [3].as_slice()))
        );
        for cut in 0..good.len() {
            assert_eq!(rsa_numbers(&good[..cut]), None, "{cut}");
        }
        let mut trailing = good.to_vec();
        trailing.push(0);
        assert_eq!(rsa_numbers(&trailing), None);
        assert_eq!(rsa_numbers(&[0x31, 7, 2, 2, 0, 0x81, 2, 1, 3]), None);
    }
}
