//! Signing keys: made at first start, kept sealed under the master key.
//!
//! The newest key signs; every stored key is published, so that tokens of an
//! older one stay valid until they expire (A-015). A master key that does not
//! open what is stored stops the start: fresh keys over existing ones would
//! silently end every token and hide that the wrong key was mounted (TK-17).

mod jwt;

pub(crate) use jwt::SigningFailed;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    entropy::draw,
    id::KeyId,
    jwk::{Algorithm, KeyMaterial, PublicKey, PublicKeySet},
    seal::SealingKey,
    secret::Digest,
};
use doorward_store::SealedSigningKey;
use zeroize::Zeroizing;

use crate::issuer::{IssuerParts, StartError};

/// All signing keys of an issuer, ready to use.
pub(crate) struct SigningKeys {
    /// Signs; its private half never leaves.
    pair: EcdsaKeyPair,
    /// The encoded JOSE header of everything that it signs.
    header: String,
    public: PublicKeySet,
}

impl SigningKeys {
    /// Opens the stored keys, or makes the first one.
    pub(crate) async fn open_or_make(parts: &IssuerParts) -> Result<Self, StartError> {
        let sealing = SealingKey::derive(parts.master_key.as_bytes(), "signing key");
        let mut tx = parts.store.begin().await?;
        let mut stored = tx.signing_keys().await?;
        if stored.is_empty() {
            let made = make(&sealing, parts)?;
            tx.add_signing_key(&made);
            tx.commit().await?;
            stored.push(made);
        }
        Self::open(&sealing, &stored)
    }

    /// The public halves.
    pub(crate) fn public(&self) -> &PublicKeySet {
        &self.public
    }

    fn open(sealing: &SealingKey, stored: &[SealedSigningKey]) -> Result<Self, StartError> {
        let mut pairs = Vec::with_capacity(stored.len());
        for key in stored {
            pairs.push(open(sealing, key)?);
        }
        let (newest, pair) = stored
            .iter()
            .zip(pairs)
            .next()
            .ok_or(StartError::DamagedKey)?;
        Ok(Self {
            pair,
            header: jwt::header(&newest.kid),
            public: PublicKeySet {
                keys: stored.iter().map(|key| key.public.clone()).collect(),
            },
        })
    }
}

fn open(sealing: &SealingKey, stored: &SealedSigningKey) -> Result<EcdsaKeyPair, StartError> {
    let plain = sealing
        .open(stored.kid.as_str().as_bytes(), &stored.sealed_private)
        .map(Zeroizing::new)
        .map_err(|_| StartError::WrongMasterKey)?;
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &plain)
        .map_err(|_| StartError::DamagedKey)
}

fn make(sealing: &SealingKey, parts: &IssuerParts) -> Result<SealedSigningKey, StartError> {
    let failed = |_| StartError::KeyGeneration;
    let document =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(failed)?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref())
        .map_err(|_| StartError::KeyGeneration)?;
    let public = publish(&pair).ok_or(StartError::KeyGeneration)?;
    let nonce = draw(&*parts.entropy);
    Ok(SealedSigningKey {
        kid: public.kid.clone(),
        algorithm: Algorithm::Es256,
        sealed_private: sealing.seal(nonce, public.kid.as_str().as_bytes(), document.as_ref()),
        public,
        created_at: parts.clock.now(),
    })
}

/// The public half; its name is its thumbprint (RFC 7638), so that no two keys share one.
fn publish(pair: &EcdsaKeyPair) -> Option<PublicKey> {
    // SEC 1 uncompressed: 0x04, x, y
    let (x, y) = pair.public_key().as_ref().get(1..)?.split_at_checked(32)?;
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    let thumbprint = URL_SAFE_NO_PAD.encode(Digest::of(&canonical).as_bytes());
    Some(PublicKey {
        kid: KeyId::from_known(thumbprint),
        purpose: "sig".to_owned(),
        alg: Algorithm::Es256,
        material: KeyMaterial::EllipticCurve {
            crv: "P-256".to_owned(),
            x,
            y,
        },
    })
}
