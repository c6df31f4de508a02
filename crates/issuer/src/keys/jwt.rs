//! Writing what the issuer signs, and reading it back.
//!
//! Access tokens (`at+jwt`), id tokens, introspection answers and metadata are told apart
//! by their `typ` alone (TK-10): whoever reads one says which it expects. Reading here is
//! for what comes back to the issuer itself, expired or not; resources verify tokens in
//! `doorward-verify`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    access::MAXIMUM_TOKEN_BYTES,
    jwk::Algorithm,
    jws::{UnverifiedJws, object},
};
use serde::{Serialize, de::DeserializeOwned};

use super::SigningKeys;
use crate::shared::Shared;

/// Something could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token could not be signed")]
pub(crate) struct SigningFailed;

#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: Algorithm,
    kid: &'a doorward_core::id::KeyId,
}

impl Shared {
    /// Signs `claims` as a JWT of this type with the key that is active now.
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningFailed> {
        self.keys.sign(typ, claims)
    }
}

impl SigningKeys {
    /// Signs `claims` as a JWT of this type with the key that is active now.
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningFailed> {
        let signed = self.sign_with(typ, |_| Some(claims))?;
        signed.ok_or(SigningFailed)
    }

    /// The same with claims that depend on the algorithm; nothing when there are none.
    pub(crate) fn sign_with<T: Serialize>(
        &self,
        typ: &str,
        claims: impl FnOnce(Algorithm) -> Option<T>,
    ) -> Result<Option<String>, SigningFailed> {
        let ring = self.ring.load();
        let pair = ring.signing(self.vault.clock.now()).ok_or(SigningFailed)?;
        let Some(claims) = claims(pair.public().alg) else {
            return Ok(None);
        };
        let header = Header {
            typ,
            alg: pair.public().alg,
            kid: &pair.public().kid,
        };
        let mut token = encode(&header)?;
        token.push('.');
        token.push_str(&encode(&claims)?);
        let signature = pair.sign(token.as_bytes()).ok_or(SigningFailed)?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(Some(token))
    }

    /// The claims of a token of this type that one of our published keys signed,
    /// whatever they say about time.
    pub(crate) fn read<T: DeserializeOwned>(&self, typ: &str, token: &str) -> Option<T> {
        let token = UnverifiedJws::parse(token, MAXIMUM_TOKEN_BYTES).ok()?; // TK-08, TK-09
        if !token.is_type(typ) {
            return None; // TK-10
        }
        let ring = self.ring.load();
        let pair = ring.find(token.kid()?, self.vault.clock.now())?;
        object(token.verified_by(pair.verifying())?)
    }

    /// Whether a text is a JWS that none of our published keys signed: nobody can say any more
    /// whether it was ever ours.
    pub(crate) fn cannot_judge(&self, token: &str) -> bool {
        let Ok(token) = UnverifiedJws::parse(token, MAXIMUM_TOKEN_BYTES) else {
            return false;
        };
        let ring = self.ring.load();
        let now = self.vault.clock.now();
        let pair = token.kid().and_then(|kid| ring.find(kid, now));
        pair.is_none_or(|pair| token.verified_by(pair.verifying()).is_none())
    }
}

fn encode(value: &impl Serialize) -> Result<String, SigningFailed> {
    let json = serde_json::to_vec(value).map_err(|_| SigningFailed)?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}
