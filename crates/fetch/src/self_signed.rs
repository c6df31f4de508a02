//! Certificates that are their own authority, for development.
//!
//! A developer's certificate is often root and leaf in one. When it is byte for byte
//! one of the trusted roots, whoever proves to have its key is the host that its
//! names say. Every other certificate is judged as always. The dates of such a
//! certificate are not looked at, which is one reason why this is for this machine alone.

use rustls::{
    DigitallySignedStruct, Error, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

/// Knows trusted certificates again when hosts show them as their own.
#[derive(Debug)]
pub(crate) struct SelfSigned<V> {
    trusted: Vec<CertificateDer<'static>>,
    usual: V,
}

impl<V: ServerCertVerifier> SelfSigned<V> {
    /// `usual` judges whatever is not in `trusted`.
    pub(crate) fn new(trusted: Vec<CertificateDer<'static>>, usual: V) -> Self {
        Self { trusted, usual }
    }
}

impl<V: ServerCertVerifier> ServerCertVerifier for SelfSigned<V> {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if !self.trusted.iter().any(|known| known == shown) {
            let usual = &self.usual;
            return usual.verify_server_cert(shown, intermediates, name, ocsp, now);
        }
        verify_server_name(&ParsedCertificate::try_from(shown)?, name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let usual = &self.usual;
        usual.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let usual = &self.usual;
        usual.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}
