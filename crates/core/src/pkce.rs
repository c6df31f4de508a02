//! Proof Key for Code Exchange (RFC 7636), method `S256` only.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// Why a challenge or verifier was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PkceError {
    /// `code_challenge` is absent.
    #[error("code_challenge is missing; PKCE with S256 is required")]
    Missing,
    /// `code_challenge_method` is not `S256`; absent means `plain` (RFC 7636 section 4.3).
    #[error("code_challenge_method must be S256")]
    Method,
    /// Not 43 characters of base64url.
    #[error("code_challenge must be 43 characters of base64url")]
    Malformed,
}

/// An S256 code challenge of valid syntax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Challenge(String);

impl Challenge {
    /// Checks the two parameters of the authorization request.
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Self, PkceError> {
        let challenge = challenge
            .filter(|text| !text.is_empty())
            .ok_or(PkceError::Missing)?;
        if method != Some("S256") {
            return Err(PkceError::Method);
        }
        let symbol = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if challenge.len() != 43 || !challenge.bytes().all(symbol) {
            return Err(PkceError::Malformed);
        }
        Ok(Self(challenge.to_owned()))
    }

    /// Reads back a challenge that was stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The challenge as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `verifier` is the preimage, compared in constant time.
    pub fn answered_by(&self, verifier: &Verifier) -> bool {
        let answer = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.0.as_bytes()));
        self.0.as_bytes().ct_eq(answer.as_bytes()).into()
    }
}

/// A code verifier of valid syntax: 43 to 128 unreserved characters.
#[derive(Clone)]
pub struct Verifier(String);

impl Verifier {
    /// Takes `text` when its syntax is right (RFC 7636 section 4.1).
    pub fn parse(text: &str) -> Option<Self> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let fits = (43..=128).contains(&text.len());
        (fits && text.bytes().all(unreserved)).then(|| Self(text.to_owned()))
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636 appendix B
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn only_s256_challenges_of_the_right_form_pass() {
        struct Case(
            &'static str,
            Option<String>,
            Option<&'static str>,
            Result<(), PkceError>,
        );
        let good = || Some(CHALLENGE.to_owned());
        #[rustfmt::skip]
        let cases = [
            Case("good",                 good(),                  Some("S256"),  Ok(())),
            Case("missing, AZ-06",       None,                    Some("S256"),  Err(PkceError::Missing)),
            Case("empty",                Some(String::new()),     Some("S256"),  Err(PkceError::Missing)),
            Case("absent means plain",   good(),                  None,          Err(PkceError::Method)),
            Case("plain",                good(),                  Some("plain"), Err(PkceError::Method)),
            Case("lower case method",    good(),                  Some("s256"),  Err(PkceError::Method)),
            Case("unknown method",       good(),                  Some("S512"),  Err(PkceError::Method)),
            Case("too short",            Some("a".repeat(42)),    Some("S256"),  Err(PkceError::Malformed)),
            Case("too long",             Some("a".repeat(44)),    Some("S256"),  Err(PkceError::Malformed)),
            Case("padding",              Some(format!("{}=", "a".repeat(42))), Some("S256"), Err(PkceError::Malformed)),
        ];
        for Case(name, challenge, method, expected) in cases {
            assert_eq!(
                Challenge::parse(challenge.as_deref(), method).map(drop),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn only_the_preimage_answers_a_challenge() {
        let challenge = Challenge::parse(Some(CHALLENGE), Some("S256")).expect("valid");
        let right = Verifier::parse(VERIFIER).expect("valid");
        let wrong = Verifier::parse(&"x".repeat(43)).expect("valid");
        assert!(challenge.answered_by(&right));
        assert!(!challenge.answered_by(&wrong));
    }

    #[test]
    fn verifiers_have_43_to_128_unreserved_characters() {
        assert!(Verifier::parse(&"a".repeat(42)).is_none()); // AZ-07
        assert!(Verifier::parse(&"a".repeat(128)).is_some());
        assert!(Verifier::parse(&"a".repeat(129)).is_none());
        assert!(Verifier::parse(&format!("{}!", "a".repeat(43))).is_none());
    }
}
