//! TLS towards other servers: aws-lc-rs, TLS 1.2 and 1.3, the trust store of
//! the operating system.
//!
//! One configuration is built at start and shared by every client, and with it
//! the loaded roots and the resumable sessions. There is no way to switch
//! verification off.

use std::sync::Arc;

use rustls::{
    ClientConfig,
    client::danger::ServerCertVerifier,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

use crate::self_signed::SelfSigned;

/// Why there is no TLS configuration.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Neither the operating system nor the configuration names a root to trust,
    /// or an extra root is not a certificate.
    #[error("no usable root certificates")]
    Roots(#[source] rustls::Error),
    /// A file of extra roots is not PEM.
    #[error("extra root certificates are not valid PEM")]
    Pem(#[source] rustls::pki_types::pem::Error),
    /// The cryptographic provider refused the protocol versions.
    #[error("tls is not available")]
    Unavailable(#[source] rustls::Error),
}

/// Trusts the operating system's roots and `extra_roots` besides.
pub fn client_config(
    extra_roots: impl IntoIterator<Item = CertificateDer<'static>>,
) -> Result<Arc<ClientConfig>, TlsError> {
    judged_by(usual(extra_roots)?)
}

/// [`client_config`] for development: a host may also show, as its own certificate, one that
/// the operating system (`SSL_CERT_FILE`) or `extra_roots` trust as a root.
///
/// That is what `openssl req -x509` makes, and what rustls refuses elsewhere, because
/// it is an authority's certificate. Only for who reaches nothing but this machine.
pub fn development_config(
    extra_roots: impl IntoIterator<Item = CertificateDer<'static>>,
) -> Result<Arc<ClientConfig>, TlsError> {
    let extra: Vec<_> = extra_roots.into_iter().collect();
    let mut trusted = rustls_native_certs::load_native_certs().certs;
    trusted.extend(extra.iter().cloned());
    judged_by(SelfSigned::new(trusted, usual(extra)?))
}

fn usual(
    extra_roots: impl IntoIterator<Item = CertificateDer<'static>>,
) -> Result<Verifier, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    Verifier::new_with_extra_roots(extra_roots, provider).map_err(TlsError::Roots)
}

fn judged_by(verifier: impl ServerCertVerifier + 'static) -> Result<Arc<ClientConfig>, TlsError> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unavailable)?
        // Not dangerous: rustls calls every verifier but its own so. This is its own over the
        // operating system's roots, or one that leaves out no check for whom nobody named.
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Reads every certificate of a PEM file, for [`client_config`].
pub fn roots_from_pem(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(TlsError::Pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_roots_must_be_certificates() {
        let garbage = CertificateDer::from(b"no certificate".to_vec());
        assert!(matches!(client_config([garbage]), Err(TlsError::Roots(_))));
        let pem = b"-----BEGIN CERTIFICATE-----\n***\n-----END CERTIFICATE-----\n";
        assert!(matches!(roots_from_pem(pem), Err(TlsError::Pem(_))));
    }

    #[test]
    fn the_cryptography_is_that_of_aws_lc_with_a_post_quantum_exchange_first() {
        let root = roots_from_pem(include_bytes!("../tests/it/pki/root.pem")).unwrap();
        let config = client_config(root).unwrap();
        let groups = &config.crypto_provider().kx_groups;
        assert_eq!(
            groups.first().map(|group| group.name()),
            Some(rustls::NamedGroup::X25519MLKEM768)
        );
    }
}
