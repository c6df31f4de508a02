//! Which proof a token needs, by how it was sent and what it is bound to (RFC 9449
//! section 7.1, X-021). A bound token is never taken for a bearer token: it would be
//! worth as much to a thief.

use crate::{access::Confirmation, jwk::Thumbprint};

/// The authentication scheme under which a token was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `Authorization: Bearer` (RFC 6750).
    Bearer,
    /// `Authorization: DPoP` (RFC 9449).
    Dpop,
}

/// Whether a resource takes tokens that are not bound to a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// It takes both kinds.
    #[default]
    Accepted,
    /// It takes bound ones only (`dpop_bound_access_tokens_required`, RFC 9728 section 2).
    Required,
}

/// Why a valid token is not taken as it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// A bound token came without the scheme that demands its proof.
    #[error("a token that is bound to a key was sent as a bearer token")]
    BoundAsBearer,
    /// A token that is bound to nothing came with a proof.
    #[error("a token that is bound to no key was sent as a bound one")]
    UnboundAsBound,
    /// Bearer tokens are not taken here.
    #[error("this resource takes no bearer tokens")]
    BearerRefused,
}

/// The key whose proof is needed; `None` when none is.
pub fn demanded(
    policy: Policy,
    scheme: Scheme,
    confirmation: Option<&Confirmation>,
) -> Result<Option<&Thumbprint>, Mismatch> {
    match (scheme, confirmation, policy) {
        (Scheme::Bearer, None, Policy::Accepted) => Ok(None),
        (Scheme::Bearer, None, Policy::Required) => Err(Mismatch::BearerRefused),
        (Scheme::Bearer, Some(Confirmation::Key(_)), _) => Err(Mismatch::BoundAsBearer),
        (Scheme::Dpop, None, _) => Err(Mismatch::UnboundAsBound),
        (Scheme::Dpop, Some(Confirmation::Key(key)), _) => Ok(Some(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_taken_only_as_what_it_is() {
        use {Mismatch::*, Policy::*, Scheme::*};
        let key = Thumbprint::from_known("k");
        let bound = Some(Confirmation::Key(key.clone()));
        // X-021, TK-12
        #[rustfmt::skip]
        let cases = [
            (Accepted, Bearer, &None,  Ok(None)),
            (Accepted, Bearer, &bound, Err(BoundAsBearer)),
            (Accepted, Dpop,   &None,  Err(UnboundAsBound)),
            (Accepted, Dpop,   &bound, Ok(Some(&key))),
            (Required, Bearer, &None,  Err(BearerRefused)),
            (Required, Bearer, &bound, Err(BoundAsBearer)),
            (Required, Dpop,   &None,  Err(UnboundAsBound)),
            (Required, Dpop,   &bound, Ok(Some(&key))),
        ];
        for (policy, scheme, confirmation, expected) in cases {
            let verdict = demanded(policy, scheme, confirmation.as_ref());
            assert_eq!(verdict, expected, "{policy:?} {scheme:?} {confirmation:?}");
        }
    }
}
