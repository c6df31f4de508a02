//! The public keys of passkeys: ES256, EdDSA and RS256, as COSE writes them (RFC 9052 section 7,
//! RFC 9053, RFC 8230 section 4).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents,
};

use crate::{
    Refused,
    cbor::{self, Item},
};

/// The numbers of the algorithms that are taken, the most welcome first: EdDSA, ES256, RS256.
pub const ALGORITHMS: [i64; 3] = [EDDSA, ES256, RS256];

const EDDSA: i64 = -8;
const ES256: i64 = -7;
const RS256: i64 = -257;

/// A public key that was read and is one.
#[derive(Debug)]
pub struct PasskeyKey(Kind);

#[derive(Debug)]
enum Kind {
    Curve(Box<ParsedPublicKey>),
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl PasskeyKey {
    /// Reads a key. One whose parts do not fit together, or of another kind, is refused.
    pub fn read(cose: &[u8]) -> Result<Self, Refused> {
        let map = cbor::read_all(cose).map_err(|_| Refused::Unreadable)?;
        let part = |label| map.at(label).and_then(Item::number);
        let bytes = |label| map.at(label).and_then(Item::bytes).unwrap_or_default();
        match (part(1), part(3), part(-1)) {
            (Some(1), Some(EDDSA), Some(6)) => Self::ed25519(bytes(-2)),
            (Some(2), Some(ES256), Some(1)) => Self::p256(bytes(-2), bytes(-3)),
            (Some(3), Some(RS256), _) => Self::rsa(bytes(-1), bytes(-2)),
            _ => Err(Refused::Algorithm),
        }
    }

    fn ed25519(x: &[u8]) -> Result<Self, Refused> {
        let key = ParsedPublicKey::new(&ED25519, x).map_err(|_| Refused::Unreadable)?;
        Ok(Self(Kind::Curve(Box::new(key))))
    }

    fn p256(x: &[u8], y: &[u8]) -> Result<Self, Refused> {
        if (x.len(), y.len()) != (32, 32) {
            return Err(Refused::Unreadable);
        }
        let point = [&[4], x, y].concat();
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
        let key = key.map_err(|_| Refused::Unreadable)?; // not on the curve
        Ok(Self(Kind::Curve(Box::new(key))))
    }

    fn rsa(n: &[u8], e: &[u8]) -> Result<Self, Refused> {
        let strong = (256..=1024).contains(&n.len()) && n.first().is_some_and(|byte| *byte != 0);
        let odd = (1..=4).contains(&e.len()) && e.last().is_some_and(|byte| byte % 2 == 1);
        (strong && odd)
            .then(|| {
                Self(Kind::Rsa {
                    n: n.to_vec(),
                    e: e.to_vec(),
                })
            })
            .ok_or(Refused::Unreadable)
    }

    /// Whether `signature` over `message` is this key's.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refused> {
        let verified = match &self.0 {
            Kind::Curve(key) => key.verify_sig(message, signature),
            Kind::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        };
        verified.map_err(|_| Refused::Signature)
    }
}
