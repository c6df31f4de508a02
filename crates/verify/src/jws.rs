//! The outside of an access token: compact JWS of type `at+jwt` (RFC 9068 section 2.1)
//! that names the key which signed it. How it is taken apart, and what is refused
//! before anything is believed: [`doorward_core::jws`] (R-024, TK-08, TK-09).

use doorward_core::{
    access::{ACCESS_TOKEN_TYPE, MAXIMUM_TOKEN_BYTES},
    id::KeyId,
    jws::{JwsFault, UnverifiedJws},
};

use crate::token::Refusal;

/// A token taken apart; nothing in it is believed yet.
pub(crate) fn parse(token: &str) -> Result<UnverifiedJws<'_>, Refusal> {
    let jws = UnverifiedJws::parse(token, MAXIMUM_TOKEN_BYTES)?;
    match jws.is_type(ACCESS_TOKEN_TYPE) {
        true => Ok(jws),
        false => Err(Refusal::Invalid("not of the type at+jwt")), // TK-10
    }
}

/// The key that is said to have signed; our issuer always names it.
pub(crate) fn kid<'a>(token: &'a UnverifiedJws<'_>) -> Result<&'a KeyId, Refusal> {
    token.kid().ok_or(Refusal::Invalid("names no key"))
}

impl From<JwsFault> for Refusal {
    fn from(fault: JwsFault) -> Self {
        Self::Invalid(match fault {
            JwsFault::TooLong => "longer than any token",
            JwsFault::NotCompact => "not three parts",
            JwsFault::NotBase64 => "not base64url without padding",
            JwsFault::BadHeader => "header is malformed or names an algorithm that is not accepted",
            JwsFault::Critical => "demands extensions",
        })
    }
}
