//! The certificate of a client that is registered by hand.

use std::path::{Path, PathBuf};

use clap::Args;
use doorward_core::{certificate::ExpectedSubject, client::CertificateSet};
use doorward_issuer::NewCertificate;
use rustls::pki_types::{CertificateDer, pem::PemObject};

use crate::failure::Failure;

/// How a client proves itself by a certificate, instead of a secret or a key.
#[derive(Debug, Args)]
pub(crate) struct CertificateArguments {
    /// Its own certificate in PEM, which it shows instead of sending a secret
    #[arg(long, value_name = "FILE", group = "proof")]
    certificate: Option<PathBuf>,
    /// The subject of its certificate, like CN=app,O=Example; one of `authorities` vouches for it
    #[arg(long, value_name = "NAME", group = "proof")]
    certificate_subject: Option<String>,
    /// The DNS name in its certificate
    #[arg(long, value_name = "NAME", group = "proof")]
    certificate_dns: Option<String>,
    /// The URI in its certificate
    #[arg(long, value_name = "URI", group = "proof")]
    certificate_uri: Option<String>,
    /// The address in its certificate
    #[arg(long, value_name = "IP", group = "proof")]
    certificate_ip: Option<String>,
    /// The mail address in its certificate
    #[arg(long, value_name = "ADDRESS", group = "proof")]
    certificate_email: Option<String>,
    /// Give it only tokens that are bound to the certificate that it shows
    #[arg(long)]
    pub(super) certificate_bound: bool,
}

impl CertificateArguments {
    /// What they describe; nothing when none of them was given.
    pub(super) fn described(&self) -> Result<Option<NewCertificate>, Failure> {
        if let Some(file) = &self.certificate {
            return own(file).map(Some);
        }
        let texts = [
            &self.certificate_subject,
            &self.certificate_dns,
            &self.certificate_uri,
            &self.certificate_ip,
            &self.certificate_email,
        ];
        let mut named = ExpectedSubject::MEMBERS.into_iter().zip(texts);
        let named = named.find_map(|(member, text)| Some((member, text.as_deref()?)));
        let Some((member, text)) = named else {
            return Ok(None);
        };
        let expected = ExpectedSubject::read(member, text);
        let expected = expected.map_err(|error| Failure::usage(error.to_string()))?;
        Ok(Some(NewCertificate::Named(expected)))
    }
}

fn own(file: &Path) -> Result<NewCertificate, Failure> {
    let refused = |cause: String| {
        Failure::new(format!(
            "cannot read the certificate {}: {cause}",
            file.display()
        ))
        .fix("name a file in PEM format whose first certificate is that of the client")
    };
    let der = CertificateDer::from_pem_file(file).map_err(|error| refused(error.to_string()))?;
    let set = CertificateSet::one(&der).map_err(|error| refused(error.to_string()))?;
    Ok(NewCertificate::Own(set))
}
