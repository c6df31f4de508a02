//! What a certificate must say so that others can be signed with its key (RFC 5280).

use x509_cert::{
    der::Decode,
    ext::pkix::{BasicConstraints, KeyUsage},
};

use super::{Unreadable, read::Validity};
use crate::time::UnixTime;

/// What an authority may vouch for, by its own certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthorityTerms {
    validity: Validity,
    /// How many certificates may stand between it and a client's; `None` for any number.
    path: Option<u8>,
}

/// Why a certificate is not one of an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAuthority {
    /// It is none.
    #[error("it cannot be read")]
    Unreadable,
    /// Its key signs for itself alone.
    #[error("its basic constraints do not say that it is an authority (CA:TRUE)")]
    Subject,
    /// Its key signs other things than certificates.
    #[error("its key usage does not include signing certificates (keyCertSign)")]
    Usage,
}

impl From<Unreadable> for NoAuthority {
    fn from(_: Unreadable) -> Self {
        Self::Unreadable
    }
}

impl AuthorityTerms {
    /// Reads those of a certificate in DER, which must be one of an authority (RFC 5280
    /// sections 4.2.1.3 and 4.2.1.9).
    pub fn read(der: &[u8]) -> Result<Self, NoAuthority> {
        let read = x509_cert::Certificate::from_der(der).map_err(Unreadable::from)?;
        let certificate = read.tbs_certificate;
        let constraints = certificate.get::<BasicConstraints>();
        let (_, constraints) = constraints
            .map_err(Unreadable::from)?
            .filter(|(_, constraints)| constraints.ca)
            .ok_or(NoAuthority::Subject)?;
        let usage = certificate.get::<KeyUsage>().map_err(Unreadable::from)?;
        if usage.is_some_and(|(_, usage)| !usage.key_cert_sign()) {
            return Err(NoAuthority::Usage);
        }
        Ok(Self {
            validity: Validity::of(&certificate),
            path: constraints.path_len_constraint,
        })
    }

    /// Whether it may vouch at `now` through so many certificates.
    pub fn permit(&self, now: UnixTime, between: usize) -> bool {
        let short = self.path.is_none_or(|path| between <= usize::from(path));
        short && self.validity.contains(now)
    }
}
