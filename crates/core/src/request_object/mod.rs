//! Request objects: authorization requests that their client signed (RFC 9101).
//!
//! ```text
//! request -> header (typ, alg) -> signature by a key of the client -> claims -> parameters
//! ```
//!
//! What is signed is the whole request: nothing that stands beside it counts but
//! `client_id`, which must be the same inside (A-081). An object is for this
//! issuer, from this client, for at most an hour, and used once. Refused are
//! unsigned and encrypted objects, signatures by other keys or algorithms than the
//! client's, another `typ` (so that no other JWT of the client passes for a
//! request), and an object within an object.

mod claims;
#[cfg(test)]
mod tests;

use claims::Claims;

use crate::{
    authorize::Parameters,
    id::ClientId,
    jwk::PublicKey,
    jws::{UnverifiedJws, VerifyingKey, object},
    once::{OneTime, Purpose},
    time::UnixTime,
};

/// The `typ` of a request object (RFC 9101 section 10.8).
const TYPE: &str = "oauth-authz-req+jwt";
/// The longest object that is looked at.
const MAXIMUM_BYTES: usize = 16 * 1024;

/// A request object whose signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestObject {
    /// The request that was signed, `client_id` included.
    pub parameters: Parameters,
    /// What its use is noted as.
    pub once: OneTime,
    /// When nobody would accept it any more.
    pub expires_at: UnixTime,
}

/// What an object must say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The client that the request names outside.
    pub client: &'a ClientId,
    /// The issuer identifier here.
    pub issuer: &'a str,
    /// Now.
    pub now: UnixTime,
}

/// Why an object is refused; maps to `invalid_request_object`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestObjectFault {
    /// Not a signed JWT of the right type, or none of an algorithm that is accepted.
    #[error(
        "the request object is not a JWT of type oauth-authz-req+jwt, signed with an accepted algorithm"
    )]
    Malformed,
    /// The client has no keys, or not this one.
    #[error("the request object is not signed by a key of this client")]
    Signature,
    /// The claims are no request.
    #[error("the claims of the request object are no authorization request")]
    Claims,
    /// Another client's.
    #[error("the request object is of another client")]
    Client,
    /// For somebody else.
    #[error("the request object is not for this issuer")]
    Audience,
    /// Too old, too new, or for too long.
    #[error("the request object is not valid now, or for longer than an hour")]
    Time,
    /// It came before.
    #[error("the request object was used before")]
    Used,
    /// The keys of the client cannot be had right now.
    #[error("the keys of the client cannot be read right now")]
    Keys,
}

/// Takes an object apart; nothing in it is believed yet.
pub fn parse(text: &str) -> Result<UnverifiedJws<'_>, RequestObjectFault> {
    let jws = UnverifiedJws::parse(text, MAXIMUM_BYTES);
    jws.ok()
        .filter(|jws| jws.is_type(TYPE))
        .ok_or(RequestObjectFault::Malformed)
}

/// Reads `text`, believing it only when one of `keys` signed it.
pub fn read(
    text: &str,
    keys: &[PublicKey],
    expected: Expected<'_>,
) -> Result<RequestObject, RequestObjectFault> {
    let jws = parse(text)?;
    let candidates = keys
        .iter()
        .filter(|key| key.alg == jws.algorithm() && jws.kid().is_none_or(|kid| *kid == key.kid));
    let mut candidates = candidates.filter_map(VerifyingKey::parse);
    let signed = candidates.find_map(|key| jws.verified_by(&key));
    let signed = signed.ok_or(RequestObjectFault::Signature)?;
    let claims: Claims = object(signed).ok_or(RequestObjectFault::Claims)?;
    claims.check(expected)?;
    Ok(RequestObject {
        once: used_as(&claims, expected.client, text),
        expires_at: claims.expires_at(),
        parameters: claims.into_parameters()?,
    })
}

/// An object without a `jti` is known by its text: a copy is the same text.
fn used_as(claims: &Claims, client: &ClientId, text: &str) -> OneTime {
    let name = claims.jti.as_deref().unwrap_or(text);
    OneTime::named(Purpose::RequestObject, client.as_str(), name)
}
