//! Writing access tokens (RFC 9068), and reading our own ones back.
//!
//! Only `/revoke` reads here: a token whose signature is ours, expired or not.
//! Resources verify tokens in `doorward-verify`.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    access::{ACCESS_TOKEN_TYPE, AccessClaims, MAXIMUM_TOKEN_BYTES},
    id::KeyId,
    jwk::KeyMaterial,
};
use serde::Deserialize;

use super::SigningKeys;

/// A token could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access token could not be signed")]
pub(crate) struct SigningFailed;

#[derive(Deserialize)]
struct Header {
    typ: String,
    alg: String,
    kid: String,
}

/// The encoded header of every token that the key `kid` signs.
pub(super) fn header(kid: &KeyId) -> String {
    let json = format!(
        r#"{{"typ":"{ACCESS_TOKEN_TYPE}","alg":"ES256","kid":"{}"}}"#,
        kid.as_str()
    );
    URL_SAFE_NO_PAD.encode(json)
}

impl SigningKeys {
    /// Writes an access token.
    pub(crate) fn sign(&self, claims: &AccessClaims) -> Result<String, SigningFailed> {
        let json = serde_json::to_vec(claims).map_err(|_| SigningFailed)?;
        let mut token = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(json));
        let signature = self
            .pair
            .sign(&SystemRandom::new(), token.as_bytes())
            .map_err(|_| SigningFailed)?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut token);
        Ok(token)
    }

    /// The claims of a token that one of our keys signed, whatever they say about time.
    pub(crate) fn read(&self, token: &str) -> Option<AccessClaims> {
        if token.len() > MAXIMUM_TOKEN_BYTES {
            return None; // TK-09
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Header = decode(header)?;
        if header.typ != ACCESS_TOKEN_TYPE || header.alg != "ES256" {
            return None; // TK-08, TK-10
        }
        let point = self.point(&header.kid)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
            .verify(signed.as_bytes(), &signature)
            .ok()?;
        decode(payload)
    }

    /// The public point of the key with exactly this name.
    fn point(&self, kid: &str) -> Option<Vec<u8>> {
        let key = self
            .public
            .keys
            .iter()
            .find(|key| key.kid.as_str() == kid)?;
        let KeyMaterial::EllipticCurve { x, y, .. } = &key.material else {
            return None;
        };
        let mut point = vec![4];
        URL_SAFE_NO_PAD.decode_vec(x, &mut point).ok()?;
        URL_SAFE_NO_PAD.decode_vec(y, &mut point).ok()?;
        Some(point)
    }
}

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
