//! One proof: taken apart, judged, good for one use (RFC 9449 sections 4.2 and 4.3).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::{ContentDigest, Nonces, PROOF_TYPE, ProofFault, WINDOW};
use crate::{
    jwk::{PublicKey, Thumbprint},
    jws::{UnverifiedJws, VerifyingKey, object},
    once::{OneTime, Purpose},
    resource::canonical,
    secret::Digest,
    time::UnixTime,
};

/// The longest proof that is looked at: an RSA key and its signature take about 2 KiB.
const MAXIMUM_BYTES: usize = 8 * 1024;
/// The longest `jti` that is taken for a name.
const MAXIMUM_JTI: usize = 512;

/// A proof taken apart; nothing in it is believed yet.
#[derive(Debug)]
pub struct UnverifiedProof<'a> {
    jws: UnverifiedJws<'a>,
    key: PublicKey,
    thumbprint: Thumbprint,
    claims: Claims,
}

/// The claims of a proof (RFC 9449 section 4.2).
#[derive(Debug, Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: serde_json::Number,
    #[serde(default)]
    ath: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    content_digest: Option<String>,
}

/// The request that a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its URL as the outside knows it; more than one where more than one leads here.
    pub targets: &'a [&'a str],
    /// The access token that comes with it, at a resource.
    pub access_token: Option<&'a str>,
    /// The nonces to demand, if any are.
    pub nonces: Option<&'a Nonces>,
    /// The time.
    pub now: UnixTime,
}

/// A proof that is good for this request, if it did not come before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The key that was proven to be held.
    pub key: Thumbprint,
    /// What it may be used for: once.
    pub once: OneTime,
    /// When it would be refused for another reason.
    pub expires_at: UnixTime,
    /// The body that it is for, when it says so.
    pub content: Option<ContentDigest>,
}

impl<'a> UnverifiedProof<'a> {
    /// Takes `text` apart.
    pub fn parse(text: &'a str) -> Result<Self, ProofFault> {
        let jws = UnverifiedJws::parse(text, MAXIMUM_BYTES).map_err(|_| ProofFault::Malformed)?;
        if !jws.is_type(PROOF_TYPE) {
            return Err(ProofFault::Type); // TK-10
        }
        let key = jws.embedded_key().ok_or(ProofFault::Key)?;
        let claims: Claims = object(jws.unverified_payload()).ok_or(ProofFault::Claims)?;
        if claims.jti.is_empty() || claims.jti.len() > MAXIMUM_JTI {
            return Err(ProofFault::Claims);
        }
        Ok(Self {
            thumbprint: key.material.thumbprint(),
            key,
            claims,
            jws,
        })
    }

    /// The key that is said to be held: who expects another one need not go on.
    pub fn thumbprint(&self) -> &Thumbprint {
        &self.thumbprint
    }

    /// Whether the proof is for `occasion`, made just now by who holds its key. What is
    /// cheap to check comes first, the nonce last: only an otherwise good proof is told
    /// to come again with one.
    pub fn judge(self, occasion: &Occasion<'_>) -> Result<Proof, ProofFault> {
        if self.claims.htm != occasion.method {
            return Err(ProofFault::Method);
        }
        if !is_for(&self.claims.htu, occasion.targets) {
            return Err(ProofFault::Target);
        }
        self.check_token(occasion.access_token)?;
        let content = self.content()?;
        let made_at = self.made_at(occasion)?;
        let key = VerifyingKey::parse(&self.key).ok_or(ProofFault::Key)?;
        self.jws.verified_by(&key).ok_or(ProofFault::Signature)?;
        Ok(Proof {
            once: OneTime::named(
                Purpose::DpopProof,
                self.thumbprint.as_str(),
                &self.claims.jti,
            ),
            expires_at: self.good_until(made_at, occasion)?,
            key: self.thumbprint,
            content,
        })
    }

    /// Check 12: at a resource the proof names the token, so that neither travels alone.
    fn check_token(&self, access_token: Option<&str>) -> Result<(), ProofFault> {
        let Some(token) = access_token else {
            return Ok(());
        };
        let digest = URL_SAFE_NO_PAD.encode(Digest::of(token).as_bytes());
        match self.claims.ath.as_deref() == Some(&*digest) {
            true => Ok(()),
            false => Err(ProofFault::Token),
        }
    }

    fn content(&self) -> Result<Option<ContentDigest>, ProofFault> {
        let claimed = self.claims.content_digest.as_deref();
        let read = |text| ContentDigest::parse(text).ok_or(ProofFault::Content);
        claimed.map(read).transpose()
    }

    /// Check 11: the time of a proof without a nonce is its own claim.
    fn made_at(&self, occasion: &Occasion<'_>) -> Result<UnixTime, ProofFault> {
        let made_at = seconds(&self.claims.iat).ok_or(ProofFault::Claims)?;
        let near = made_at + WINDOW >= occasion.now && made_at <= occasion.now + WINDOW;
        match near || occasion.nonces.is_some() {
            true => Ok(made_at),
            false => Err(ProofFault::Time),
        }
    }

    /// Check 10: a nonce of ours says when the proof was made, whatever the client's clock says.
    fn good_until(
        &self,
        made_at: UnixTime,
        occasion: &Occasion<'_>,
    ) -> Result<UnixTime, ProofFault> {
        let Some(nonces) = occasion.nonces else {
            return Ok(made_at + WINDOW + std::time::Duration::from_secs(1));
        };
        let nonce = self.claims.nonce.as_deref().unwrap_or_default();
        nonces
            .good_until(nonce, occasion.now)
            .ok_or(ProofFault::Nonce)
    }
}

/// Whether `htu` means one of `targets`: without its query and fragment, compared as
/// resources are (case of scheme and host, default port, one slash at the end).
fn is_for(htu: &str, targets: &[&str]) -> bool {
    let end = htu.find(['?', '#']).unwrap_or(htu.len());
    let bare = htu.split_at_checked(end).map_or(htu, |(bare, _)| bare);
    let Some(named) = canonical(bare) else {
        return false;
    };
    let same = |target: &&str| canonical(target).is_some_and(|target| target == named);
    targets.iter().any(same)
}

/// A `NumericDate` may have a fraction (RFC 7519 section 2).
fn seconds(number: &serde_json::Number) -> Option<UnixTime> {
    const FAR: f64 = 1e12;
    let whole = |float: f64| (float.abs() < FAR).then_some((float * 1000.0) as i64);
    let fraction = || number.as_f64().and_then(whole).map(UnixTime::from_millis);
    number
        .as_i64()
        .map(UnixTime::from_seconds)
        .or_else(fraction)
}
