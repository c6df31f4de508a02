//! The certificates of clients that keep them behind a `jwks_uri` (RFC 8705 section 2.2.2).
//!
//! A certificate that is not in a set may be new: then the host is asked again, as seldom as
//! [`Documents`] asks anybody. One that its host has taken out counts for nothing.

use std::sync::Arc;

use doorward_core::{
    certificate::CertificateThumbprint,
    client::{CertificateSet, KeySetError},
};
use serde_json::Value;
use url::Url;

use super::{
    documents::{DocumentFault, Documents, Payer, Receipt},
    published_sets::{Published, PublishedSets},
};

/// What is known of the certificates of some clients, and where they are fetched.
pub(crate) struct CertificateSets(PublishedSets<CertificateSet>);

impl Published for CertificateSet {
    fn delivered(set: &Value) -> Result<Self, KeySetError> {
        Self::delivered(set)
    }
}

impl CertificateSets {
    /// Knows none yet.
    pub(super) fn new(documents: Arc<Documents>) -> Self {
        Self(PublishedSets::new(documents))
    }

    /// The set at `url`, which may have the certificate of this thumbprint, and what fetching it
    /// was counted for.
    pub(super) async fn at(
        &self,
        url: &Url,
        thumbprint: &CertificateThumbprint,
        payer: Option<&Payer>,
    ) -> Result<(Arc<CertificateSet>, Option<Receipt>), DocumentFault> {
        let has = |set: &CertificateSet| set.contains(thumbprint);
        self.0.at(url, has, payer).await
    }

    /// A handshake proved a certificate of the set at `url`.
    pub(super) fn proved(&self, url: &Url, receipt: Option<Receipt>) {
        self.0.proved(url, receipt);
    }
}
