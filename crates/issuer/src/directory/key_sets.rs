//! The key sets of clients, and of trusted issuers, that keep them behind a `jwks_uri`.
//!
//! A set is used as long as its host lets it, and for a day more while the host is
//! down. A key that is not in it may be new: then the host is asked again, at most
//! every ten seconds. Strangers, clients in use and issuers each have a memory of
//! their own: nobody fills that of another.

use std::sync::Arc;

use doorward_core::{
    client::{ClientKeys, KeySetError, PrivateKey, delivered_keys},
    id::KeyId,
    jwk::{Algorithm, ForeignKeys, PublicKeySet},
};
use serde_json::Value;
use url::Url;

use super::{
    documents::{DocumentFault, Documents, Payer, Receipt},
    published_sets::{Published, PublishedSets},
};

/// What is known of some key sets, and where they are fetched.
pub(crate) struct KeySets(PublishedSets<ForeignKeys>);

/// Keys, and what fetching them was counted for. It is given back when one of them verifies
/// what it was fetched for, and not before: anybody can name the keys of somebody else.
pub(crate) type Found = (Arc<ForeignKeys>, Option<Receipt>);

/// Which key an assertion claims to be signed with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) kid: Option<&'a KeyId>,
    pub(crate) algorithm: Algorithm,
}

impl Published for ForeignKeys {
    fn delivered(set: &Value) -> Result<Self, KeySetError> {
        delivered_keys(set).map(foreign)
    }
}

impl KeySets {
    /// Knows none yet.
    pub(crate) fn new(documents: Arc<Documents>) -> Self {
        Self(PublishedSets::new(documents))
    }

    /// The keys of a client, fetched when they are needed.
    pub(crate) async fn keys(
        &self,
        key: &PrivateKey,
        wanted: Wanted<'_>,
        payer: Option<&Payer>,
    ) -> Result<Found, DocumentFault> {
        match &key.keys {
            ClientKeys::Inline(set) => Ok((Arc::new(foreign(set.clone())), None)),
            ClientKeys::At(address) => {
                let url = Url::parse(address).map_err(|_| DocumentFault::Unreachable)?;
                self.at(&url, wanted, payer).await
            }
        }
    }

    /// The keys of the set at `url`, fetched when they are needed.
    pub(crate) async fn at(
        &self,
        url: &Url,
        wanted: Wanted<'_>,
        payer: Option<&Payer>,
    ) -> Result<Found, DocumentFault> {
        let has = |keys: &ForeignKeys| {
            let mut meant = keys.matching(wanted.kid, wanted.algorithm);
            meant.next().is_some()
        };
        self.0.at(url, has, payer).await
    }

    /// A key of what was found verified what it was fetched for: that does not count, and the
    /// set is somebody's.
    pub(crate) fn proved(&self, key: &PrivateKey, receipt: Option<Receipt>) {
        let address = match &key.keys {
            ClientKeys::At(address) => Url::parse(address).ok(),
            ClientKeys::Inline(_) => None,
        };
        match address {
            Some(url) => self.0.proved(&url, receipt),
            None => self.0.give_back(receipt),
        }
    }
}

fn foreign(set: PublicKeySet) -> ForeignKeys {
    ForeignKeys {
        keys: set.keys,
        left_out: 0,
    }
}
