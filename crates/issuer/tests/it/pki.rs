//! Certificates of clients, and authorities that vouch for them.

use base64::{Engine, engine::general_purpose::STANDARD};
use doorward_core::certificate::PresentedCertificate;
use doorward_issuer::{Authorities, ClientCertificates, IssuerConfig};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, SanType, date_time_ymd,
};
use serde_json::{Value, json};

use crate::world::{ISSUER, config};

/// Somebody who signs certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) der: Vec<u8>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::saying(ca())
    }

    /// One whose own certificate says this.
    pub(crate) fn saying(params: CertificateParams) -> Self {
        let key = KeyPair::generate().expect("a key");
        let der = params
            .self_signed(&key)
            .expect("a certificate")
            .der()
            .to_vec();
        let issuer = Issuer::new(params, key);
        Self { issuer, der }
    }

    /// An authority that this one vouches for.
    pub(crate) fn below(&self) -> Self {
        let (params, key) = (ca(), KeyPair::generate().expect("a key"));
        let signed = params.signed_by(&key, &self.issuer).expect("a certificate");
        Self {
            der: signed.der().to_vec(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate of it, as a handshake proves it.
    pub(crate) fn issue(&self, params: &CertificateParams) -> PresentedCertificate {
        let key = KeyPair::generate().expect("a key");
        let signed = params.signed_by(&key, &self.issuer).expect("a certificate");
        PresentedCertificate::proven_in_handshake(signed.der().to_vec(), Vec::new())
    }

    /// Takes certificates of this authority at the issuer's own URL.
    pub(crate) fn trusted(&self) -> IssuerConfig {
        let trusted = Authorities::trusting([self.der.as_slice()]).expect("an authority");
        taking(trusted)
    }
}

/// What the certificate of an authority says.
pub(crate) fn ca() -> CertificateParams {
    let mut params = named("Authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.extended_key_usages = Vec::new();
    params
}

/// Takes certificates, and those of `tls_client_auth` from these authorities.
pub(crate) fn taking(authorities: Authorities) -> IssuerConfig {
    IssuerConfig {
        client_certificates: Some(ClientCertificates {
            alias: None,
            authorities,
        }),
        ..config(ISSUER, &["files", "mail"])
    }
}

/// A certificate of a client of this name that is valid in January 2027, when the clock of
/// the tests begins.
pub(crate) fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let parts = &mut params.distinguished_name;
    parts.push(DnType::OrganizationName, "Example, Inc.");
    parts.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2027, 1, 1);
    params.not_after = date_time_ymd(2027, 2, 1);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// The same with alternative names.
pub(crate) fn also_named(name: &str, others: Vec<SanType>) -> CertificateParams {
    let mut params = named(name);
    params.subject_alt_names = others;
    params
}

/// A certificate that only its own key vouches for.
pub(crate) fn own(params: &CertificateParams, key: &KeyPair) -> PresentedCertificate {
    let signed = params.self_signed(key).expect("a certificate");
    PresentedCertificate::proven_in_handshake(signed.der().to_vec(), Vec::new())
}

/// A key set with this certificate (RFC 7517 section 4.7).
pub(crate) fn key_set(certificate: &PresentedCertificate) -> Value {
    json!({ "keys": [{ "kty": "EC", "x5c": [STANDARD.encode(certificate.leaf())] }] })
}
