//! Where clients are asked for certificates, and whose count (RFC 8705).

use std::{net::SocketAddr, path::Path};

use doorward_issuer::Authorities;
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::{PublicUrl, check::address, document::ClientCertificatesEntry};

/// How clients are asked for certificates.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClientCertificates {
    /// The listener that asks; without one the listener that everybody reaches asks.
    pub(crate) listener: Option<CertificateListener>,
    /// Who vouches for the certificates of `tls_client_auth`.
    pub(crate) authorities: Authorities,
}

/// A listener for clients that show a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertificateListener {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// The origin under which clients reach it.
    pub(crate) public_url: PublicUrl,
}

/// Checks the table and reads the authorities; relative paths start at `base`.
pub(super) fn check(
    entry: Option<ClientCertificatesEntry>,
    (tls, public_url): (bool, &PublicUrl),
    base: &Path,
) -> Result<Option<ClientCertificates>, String> {
    let Some(entry) = entry else {
        return Ok(None);
    };
    if !tls {
        return Err(
            "client_certificates needs tls: a certificate is proven only where TLS ends".to_owned(),
        );
    }
    let listener = match (entry.listen, entry.public_url) {
        (None, None) => None,
        (Some(listen), Some(url)) => Some(CertificateListener {
            listen: address("client_certificates.listen", &listen)?,
            public_url: origin(&url, public_url)?,
        }),
        (Some(_), None) | (None, Some(_)) => {
            return Err(
                "client_certificates.listen and client_certificates.public_url belong together"
                    .to_owned(),
            );
        }
    };
    let authorities = entry.authorities.map(|file| authorities(&base.join(file)));
    Ok(Some(ClientCertificates {
        listener,
        authorities: authorities.transpose()?.unwrap_or_default(),
    }))
}

fn origin(text: &str, public_url: &PublicUrl) -> Result<PublicUrl, String> {
    let key = "client_certificates.public_url";
    let url = PublicUrl::parse(text).map_err(|cause| format!("{key} {cause}"))?;
    if !url.is_encrypted_origin() {
        return Err(format!("{key} `{text}` must be https and have no path"));
    }
    if url.authorities() == public_url.authorities() {
        return Err(format!(
            "{key} must have another host or port than public_url; leave it and listen away to ask everybody"
        ));
    }
    Ok(url)
}

fn authorities(file: &Path) -> Result<Authorities, String> {
    let unreadable = |error: &dyn std::fmt::Display| {
        format!(
            "cannot read client_certificates.authorities {}: {error}",
            file.display()
        )
    };
    let certificates = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(&error))?;
    if certificates.is_empty() {
        return Err(unreadable(&"it has no certificate in PEM"));
    }
    let certificates = certificates.iter().map(AsRef::as_ref);
    Authorities::trusting(certificates).map_err(|error| unreadable(&error))
}
