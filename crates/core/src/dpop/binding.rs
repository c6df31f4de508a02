//! What a token needs besides itself, by how it was sent and what it is bound to (RFC 9449
//! section 7.1, RFC 8705 section 3, X-021). A bound token is never taken for one that is
//! bound to nothing: it would be worth as much to a thief.

use crate::{access::Confirmation, certificate::CertificateThumbprint, jwk::Thumbprint};

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
    /// A token that is bound to no key came with a proof.
    #[error("a token that is bound to no key was sent as a bound one")]
    UnboundAsBound,
    /// Bearer tokens are not taken here.
    #[error("this resource takes no bearer tokens")]
    BearerRefused,
    /// Its certificate was not shown: the connection has none, or is not even encrypted here.
    #[error("a token that is bound to a certificate came over a connection without one")]
    NoCertificate,
    /// Another certificate was shown.
    #[error("a token came over a connection with another certificate than its own")]
    OtherCertificate,
}

impl Mismatch {
    /// The scheme of a token that would be taken.
    pub fn scheme(self) -> Scheme {
        match self {
            Self::BoundAsBearer | Self::UnboundAsBound | Self::BearerRefused => Scheme::Dpop,
            Self::NoCertificate | Self::OtherCertificate => Scheme::Bearer,
        }
    }
}

/// The key whose proof is needed; `None` when none is. `shown` is the certificate that the
/// connection proved.
pub fn demanded<'a>(
    policy: Policy,
    scheme: Scheme,
    confirmation: Option<&'a Confirmation>,
    shown: Option<&CertificateThumbprint>,
) -> Result<Option<&'a Thumbprint>, Mismatch> {
    use Confirmation::{Certificate, Key};
    match (scheme, confirmation, policy) {
        (Scheme::Bearer, None, Policy::Accepted) => Ok(None),
        (Scheme::Bearer, None | Some(Certificate(_)), Policy::Required) => {
            Err(Mismatch::BearerRefused)
        }
        (Scheme::Bearer, Some(Key(_)), _) => Err(Mismatch::BoundAsBearer),
        (Scheme::Bearer, Some(Certificate(own)), Policy::Accepted) => match shown {
            Some(shown) if shown == own => Ok(None),
            Some(_) => Err(Mismatch::OtherCertificate),
            None => Err(Mismatch::NoCertificate),
        },
        (Scheme::Dpop, None | Some(Certificate(_)), _) => Err(Mismatch::UnboundAsBound),
        (Scheme::Dpop, Some(Key(key)), _) => Ok(Some(key)),
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
        let own = CertificateThumbprint::of(b"own");
        let other = CertificateThumbprint::of(b"other");
        let held = Some(Confirmation::Certificate(own.clone()));
        // X-021, TK-12
        #[rustfmt::skip]
        let cases = [
            (Accepted, Bearer, &None,  None,         Ok(None)),
            (Accepted, Bearer, &None,  Some(&own),   Ok(None)),
            (Accepted, Bearer, &bound, None,         Err(BoundAsBearer)),
            (Accepted, Bearer, &bound, Some(&own),   Err(BoundAsBearer)),
            (Accepted, Bearer, &held,  Some(&own),   Ok(None)),
            (Accepted, Bearer, &held,  Some(&other), Err(OtherCertificate)),
            (Accepted, Bearer, &held,  None,         Err(NoCertificate)),
            (Accepted, Dpop,   &None,  None,         Err(UnboundAsBound)),
            (Accepted, Dpop,   &held,  Some(&own),   Err(UnboundAsBound)),
            (Accepted, Dpop,   &bound, None,         Ok(Some(&key))),
            (Required, Bearer, &None,  None,         Err(BearerRefused)),
            (Required, Bearer, &held,  Some(&own),   Err(BearerRefused)),
            (Required, Bearer, &bound, None,         Err(BoundAsBearer)),
            (Required, Dpop,   &None,  None,         Err(UnboundAsBound)),
            (Required, Dpop,   &bound, None,         Ok(Some(&key))),
        ];
        for (policy, scheme, confirmation, shown, expected) in cases {
            let verdict = demanded(policy, scheme, confirmation.as_ref(), shown);
            let name = format!("{policy:?} {scheme:?} {confirmation:?} {shown:?}");
            assert_eq!(verdict, expected, "{name}");
        }
    }
}
