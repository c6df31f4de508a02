//! Who vouches for client certificates: the authorities of the operator (RFC 8705 section 2.1).

use std::time::Duration;

use doorward_core::{
    certificate::{AuthorityTerms, NoAuthority, PresentedCertificate},
    time::UnixTime,
};
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime as PkiTime};
use webpki::{
    ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, VerifiedPath, anchor_from_trusted_cert,
};

/// How clients may show certificates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientCertificates {
    /// The URL under which they are asked for one, in place of the issuer's own; without a
    /// trailing slash. `None` when they are asked there.
    pub alias: Option<String>,
    /// Who vouches for the certificates of `tls_client_auth`; nobody when empty.
    pub authorities: Authorities,
}

/// The authorities whose certificates count, and no others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Authorities {
    anchors: Vec<TrustAnchor<'static>>,
    /// Those of the anchors, in their order.
    terms: Vec<AuthorityTerms>,
}

/// A certificate is none that can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("certificate {number} is no certificate of an authority: {cause}")]
pub struct Untrusted {
    /// Which one, from 1.
    pub number: usize,
    /// Why.
    pub cause: NoAuthority,
}

/// Why no authority vouches for a certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no authority vouches for the certificate: {0}")]
pub(crate) struct NotVouchedFor(webpki::Error);

impl Authorities {
    /// Trusts these certificates, in DER.
    pub fn trusting<'a>(
        certificates: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, Untrusted> {
        let mut trusted = Self::default();
        for (before, der) in certificates.into_iter().enumerate() {
            let number = before + 1;
            let read = read(der).map_err(|cause| Untrusted { number, cause });
            let (anchor, terms) = read?;
            trusted.anchors.push(anchor);
            trusted.terms.push(terms);
        }
        Ok(trusted)
    }

    /// Whether anybody is trusted.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// Whether a path leads from `shown` to one of them (RFC 5280 section 6): signatures,
    /// validity at `now`, that of the authority included, constraints, and a purpose that
    /// includes clients. Revocation lists are not looked at.
    pub(crate) fn vouch_for(
        &self,
        shown: &PresentedCertificate,
        now: UnixTime,
    ) -> Result<(), NotVouchedFor> {
        let leaf = CertificateDer::from(shown.leaf());
        let intermediates: Vec<_> = shown
            .intermediates()
            .iter()
            .map(|der| CertificateDer::from(der.as_slice()))
            .collect();
        let seconds = u64::try_from(now.seconds()).unwrap_or_default();
        let path = EndEntityCert::try_from(&leaf).and_then(|leaf| {
            let at = PkiTime::since_unix_epoch(Duration::from_secs(seconds));
            leaf.verify_for_usage(
                ALL_VERIFICATION_ALGS,
                &self.anchors,
                &intermediates,
                at,
                KeyUsage::client_auth(),
                None,
                Some(&|path| self.permit(path, now)),
            )
            .map(drop)
        });
        path.map_err(NotVouchedFor)
    }

    /// Whether the authority at the end of a path may vouch through so many certificates now.
    fn permit(&self, path: &VerifiedPath<'_>, now: UnixTime) -> Result<(), webpki::Error> {
        let between = path.intermediate_certificates().count();
        let mut trusted = self.anchors.iter().zip(&self.terms);
        let permitted =
            trusted.any(|(anchor, terms)| anchor == path.anchor() && terms.permit(now, between));
        match permitted {
            true => Ok(()),
            false => Err(webpki::Error::UnknownIssuer),
        }
    }
}

fn read(der: &[u8]) -> Result<(TrustAnchor<'static>, AuthorityTerms), NoAuthority> {
    let terms = AuthorityTerms::read(der)?;
    let der = CertificateDer::from(der);
    let anchor = anchor_from_trusted_cert(&der).map(|anchor| anchor.to_owned());
    let anchor = anchor.map_err(|_| NoAuthority::Unreadable)?;
    Ok((anchor, terms))
}
