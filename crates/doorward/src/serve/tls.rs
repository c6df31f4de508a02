//! Serving HTTPS with a certificate of the operator, and asking clients for theirs.
//!
//! A handshake takes any client certificate whose key it proves to be held (RFC 8446 section
//! 4.4.3), and goes on without one. Nobody is trusted by that: for whom a certificate speaks is
//! judged by who looks at it, with the authorities and the clock of the issuer (RFC 8705).

use std::{path::Path, sync::Arc};

use doorward_core::certificate::PresentedCertificate;

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    ServerConnection, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{
        WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
    },
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
    server::{
        NoClientAuth,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};
use tokio_rustls::TlsAcceptor;

use crate::{config::TlsFiles, failure::Failure};

/// The most certificates that lead from a client's to an authority.
const MAXIMUM_PATH: usize = 3;
/// The most bytes of all certificates of a client.
const MAXIMUM_BYTES: usize = 12 * 1024;

/// Whether clients are asked for a certificate. Browsers ask their owner then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// They are, and may have none.
    Clients,
    /// They are not.
    Nobody,
}

/// Reads certificate and key, and checks that they belong together.
pub(super) fn acceptor(files: &TlsFiles, asking: Asking) -> Result<TlsAcceptor, Failure> {
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable("certificate", &files.certificate, &error))?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| unreadable("key", &files.key, &error))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier: Arc<dyn ClientCertVerifier> = match asking {
        Asking::Clients => Arc::new(AnyCertificate(provider.signature_verification_algorithms)),
        Asking::Nobody => Arc::new(NoClientAuth),
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            let builder = builder.with_client_cert_verifier(verifier);
            builder.with_single_cert(chain, key)
        })
        .map_err(|error| {
            Failure::new(format!(
                "the certificate and key in tls do not work: {error}"
            ))
            .fix("set a certificate chain, leaf first, and the private key that belongs to it")
        })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The certificate that the client of a complete handshake proved to hold; what came with it
/// only where somebody looks for a `path` to an authority.
pub(super) fn presented(connection: &ServerConnection, path: bool) -> Option<PresentedCertificate> {
    let (leaf, rest) = connection.peer_certificates()?.split_first()?;
    let rest = rest.iter().filter(|_| path);
    let rest = rest.map(|der| der.to_vec()).collect();
    Some(PresentedCertificate::proven_in_handshake(
        leaf.to_vec(),
        rest,
    ))
}

/// Takes any certificate for what it is worth: proof that its key is held.
#[derive(Debug)]
struct AnyCertificate(WebPkiSupportedAlgorithms);

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let bytes: usize = rest.iter().map(|der| der.len()).sum();
        match rest.len() <= MAXIMUM_PATH && leaf.len() + bytes <= MAXIMUM_BYTES {
            true => Ok(ClientCertVerified::assertion()),
            false => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, leaf, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, leaf, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

fn unreadable(what: &str, path: &Path, error: &impl std::fmt::Display) -> Failure {
    Failure::new(format!(
        "cannot read tls.{what} {}: {error}",
        path.display()
    ))
    .fix("name a file in PEM format that this user can read")
}
