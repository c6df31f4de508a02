//! The certificate of a connection.

use std::{fmt, sync::Arc};

use super::{CertificateThumbprint, read::Validity};
use crate::time::UnixTime;

/// Whoever is at the other end of this connection has the private key of this certificate.
///
/// The listener makes one from a TLS handshake that is complete, once for a connection, and
/// puts it into the extensions of every request; nothing else may, and nothing that a request
/// says ever becomes one. Nobody vouched for it yet. Clones share it.
#[derive(Clone)]
pub struct PresentedCertificate(Arc<Proven>);

struct Proven {
    thumbprint: CertificateThumbprint,
    /// `None` when it cannot be read: it never counts then.
    validity: Option<Validity>,
    leaf: Vec<u8>,
    intermediates: Vec<Vec<u8>>,
}

impl PresentedCertificate {
    /// The certificate that a handshake proved, and those that came with it to lead up to an
    /// authority, in DER.
    pub fn proven_in_handshake(leaf: Vec<u8>, intermediates: Vec<Vec<u8>>) -> Self {
        Self(Arc::new(Proven {
            thumbprint: CertificateThumbprint::of(&leaf),
            validity: Validity::read(&leaf).ok(),
            leaf,
            intermediates,
        }))
    }

    /// What tokens are bound to, while the certificate is valid (RFC 5280 section 4.1.2.5): one
    /// that is expired counts for nothing on a connection that is still open.
    pub fn thumbprint_at(&self, now: UnixTime) -> Option<&CertificateThumbprint> {
        let valid = self.0.validity.is_some_and(|it| it.contains(now));
        valid.then_some(&self.0.thumbprint)
    }

    /// Which certificate it is, valid or not.
    pub fn thumbprint(&self) -> &CertificateThumbprint {
        &self.0.thumbprint
    }

    /// The certificate, in DER.
    pub fn leaf(&self) -> &[u8] {
        &self.0.leaf
    }

    /// What came with it, in DER.
    pub fn intermediates(&self) -> &[Vec<u8>] {
        &self.0.intermediates
    }
}

impl fmt::Debug for PresentedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PresentedCertificate")
            .field(&self.0.thumbprint)
            .finish()
    }
}
