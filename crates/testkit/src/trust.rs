//! Which servers outbound connections trust: one authority of the tests. Reading the system's
//! takes longer than most tests run, and `doorward-fetch` tests that it is done.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};

/// Trusts the authority of [`crate::corpus`]'s hosts and no other.
pub(crate) fn in_our_authority() -> Arc<ClientConfig> {
    let root = CertificateDer::from_pem_slice(include_bytes!("../pki/root.pem"));
    let mut roots = RootCertStore::empty();
    roots
        .add(root.expect("a certificate"))
        .expect("an authority");
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("a version");
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}
