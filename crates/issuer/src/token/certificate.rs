//! `tls_client_auth` and `self_signed_tls_client_auth`: a client proves itself by the
//! certificate of the connection (RFC 8705 section 2).
//!
//! The handshake proved that the caller holds its key. What is left: that the certificate is
//! valid now, and that it is the client's, either because an authority of the operator vouches
//! for the name that the client registered, or because it is the very one that was registered.

use doorward_core::{
    certificate::{Certificate, ExpectedSubject, PresentedCertificate, Unreadable},
    client::{Client, ClientAuthentication, OwnCertificates},
};
use http::{HeaderMap, header, request::Parts};

use crate::{
    authorities::NotVouchedFor,
    directory::{Caller, KeysError},
    shared::Shared,
};

/// Why a certificate does not authenticate. Told to the log alone.
#[derive(Debug, thiserror::Error)]
pub(super) enum Uncertified {
    /// Client certificates are not taken here.
    #[error("client certificates are not asked for")]
    Off,
    /// A page may have sent the request: a browser shows the certificate of its owner to whoever
    /// makes it ask.
    #[error("the request comes from a page")]
    Page,
    /// The connection has none.
    #[error("the connection has no client certificate")]
    Missing,
    /// It is malformed.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// It is expired, or not valid yet.
    #[error("the certificate is not valid now")]
    Time,
    /// No authority of the operator vouches for it.
    #[error(transparent)]
    NotVouchedFor(#[from] NotVouchedFor),
    /// It names somebody else.
    #[error("the certificate does not name this client")]
    OtherName,
    /// It is not one that the client registered.
    #[error("the certificate is not one of this client")]
    Unregistered,
    /// The registered certificates cannot be had.
    #[error("the certificates of the client cannot be had: {0}")]
    Certificates(#[from] KeysError),
}

/// The certificate of the connection, which the listener put there and nothing else.
pub(super) fn certificate(parts: &Parts) -> Option<&PresentedCertificate> {
    parts.extensions.get()
}

/// Whether a page asks, of whatever origin: programs name none.
fn is_of_a_page(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    headers.contains_key(header::ORIGIN) || site.is_some_and(|site| site == "cross-site")
}

impl Shared {
    /// Whether the certificate of the connection is that of `client`.
    pub(super) async fn certified(
        &self,
        client: &Client,
        parts: &Parts,
    ) -> Result<(), Uncertified> {
        if is_of_a_page(&parts.headers) {
            return Err(Uncertified::Page);
        }
        let shown = certificate(parts).ok_or(Uncertified::Missing)?;
        let read = Certificate::read(shown.leaf())?;
        if !read.is_valid_at(self.clock.now()) {
            return Err(Uncertified::Time);
        }
        match &client.authentication {
            ClientAuthentication::Certificate(expected) => self.vouched_for(shown, &read, expected),
            ClientAuthentication::OwnCertificate(own) => self.one_of(client, own, parts).await,
            ClientAuthentication::None
            | ClientAuthentication::Secret { .. }
            | ClientAuthentication::PrivateKey(_) => Err(Uncertified::Unregistered),
        }
    }

    /// RFC 8705 section 2.1.
    fn vouched_for(
        &self,
        shown: &PresentedCertificate,
        read: &Certificate,
        expected: &ExpectedSubject,
    ) -> Result<(), Uncertified> {
        let published = self.published();
        let taken = published.config.client_certificates.as_ref();
        let authorities = &taken.ok_or(Uncertified::Off)?.authorities;
        // First what costs nothing: strangers can show long paths at every request.
        if !expected.is_named_by(read) {
            return Err(Uncertified::OtherName);
        }
        Ok(authorities.vouch_for(shown, self.clock.now())?)
    }

    /// RFC 8705 section 2.2.
    async fn one_of(
        &self,
        client: &Client,
        own: &OwnCertificates,
        parts: &Parts,
    ) -> Result<(), Uncertified> {
        let shown = certificate(parts).ok_or(Uncertified::Missing)?;
        if self.published().config.client_certificates.is_none() {
            return Err(Uncertified::Off);
        }
        let thumbprint = shown.thumbprint();
        let known = match own {
            OwnCertificates::Inline(set) => set.contains(thumbprint),
            OwnCertificates::At(address) => {
                let caller = Caller::script(parts);
                let set = (client, address.as_str());
                self.certifies(set, thumbprint, &caller).await?
            }
        };
        match known {
            true => Ok(()),
            false => Err(Uncertified::Unregistered),
        }
    }
}
