//! For whom something is fetched, and so who pays for it and where it is remembered.

use std::{net::IpAddr, sync::Arc};

use doorward_core::{
    certificate::CertificateThumbprint,
    client::{Client, PrivateKey, SeenKeys},
    clock::Clock,
    jwk::ForeignKeys,
    secret::Digest,
};
use doorward_fetch::Fetcher;
use doorward_store::StoreError;
use http::request::Parts;
use url::Url;

use super::{
    DocumentFault, Documents, KeySets, Payer, Quota, Wanted, certificate_sets::CertificateSets,
    documents::Receipt,
};
use crate::{
    browser::{Visitor, peer},
    shared::Shared,
};

/// Where the documents and keys of some clients are fetched, and what is remembered of them.
pub(crate) struct Source {
    pub(crate) documents: Arc<Documents>,
    pub(crate) keys: KeySets,
    pub(crate) certificates: CertificateSets,
}

/// Keys of a client.
pub(crate) struct KeysOf<'a> {
    pub(crate) keys: Arc<ForeignKeys>,
    key: &'a PrivateKey,
    sets: &'a KeySets,
    receipt: Option<Receipt>,
}

impl KeysOf<'_> {
    /// One of them made a signature, so they are the client's: fetching them does not count.
    pub(crate) fn proved(self) {
        self.sets.proved(self.key, self.receipt);
    }
}

/// Why there are no keys of a client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    /// They cannot be had.
    #[error(transparent)]
    Document(#[from] DocumentFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Source {
    /// Remembers nothing yet.
    pub(crate) fn new(fetcher: &Fetcher, clock: &Arc<dyn Clock>, quota: &Arc<Quota>) -> Self {
        let documents = || {
            let (fetcher, clock) = (fetcher.clone(), Arc::clone(clock));
            Arc::new(Documents::new(fetcher, clock, Arc::clone(quota)))
        };
        Self {
            documents: documents(),
            keys: KeySets::new(documents()),
            certificates: CertificateSets::new(documents()),
        }
    }
}

/// Who asks for a client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    peer: Option<IpAddr>,
    /// The session that the request names. It may be none.
    session: Option<Digest>,
}

impl Caller {
    /// Its address.
    pub(crate) fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// A script: its address is all that is known.
    pub(crate) fn script(parts: &Parts) -> Self {
        Self {
            peer: peer(parts),
            session: None,
        }
    }

    /// A browser.
    pub(crate) fn visitor(visitor: &Visitor) -> Self {
        Self {
            peer: visitor.peer,
            session: visitor.session,
        }
    }
}

impl Shared {
    /// Where things about `client` are fetched, and who pays: nobody once it is in use.
    pub(super) async fn source(
        &self,
        client: Option<&Client>,
        caller: &Caller,
    ) -> Result<(&Source, Option<Payer>), StoreError> {
        if client.is_some_and(Client::is_established) {
            return Ok((&self.in_use, None));
        }
        let mut payer = Payer::network(caller.peer);
        if caller.session.is_some() {
            let mut tx = self.store.begin().await?;
            let session = caller.session.as_ref();
            let signed_in = self.signed_in(&mut *tx, session, self.clock.now());
            if let Some(person) = signed_in.await? {
                payer = Payer::Person(person.user.id);
            }
        }
        Ok((&self.strangers, Some(payer)))
    }

    /// Whether the set at `address` of `client` has the certificate of this thumbprint.
    pub(crate) async fn certifies(
        &self,
        (client, address): (&Client, &str),
        thumbprint: &CertificateThumbprint,
        caller: &Caller,
    ) -> Result<bool, KeysError> {
        let url = Url::parse(address).map_err(|_| DocumentFault::Unreachable)?;
        let (source, payer) = self.source(Some(client), caller).await?;
        let sets = &source.certificates;
        let (set, receipt) = sets.at(&url, thumbprint, payer.as_ref()).await?;
        self.see(client, &SeenKeys::of_certificates(&set)).await?;
        let held = set.contains(thumbprint);
        if held {
            sets.proved(&url, receipt); // it is the client's: fetching it does not count
        }
        Ok(held)
    }

    /// Keys of `client` that may have signed something.
    pub(crate) async fn keys_of<'a>(
        &'a self,
        client: &Client,
        key: &'a PrivateKey,
        wanted: Wanted<'_>,
        caller: &Caller,
    ) -> Result<KeysOf<'a>, KeysError> {
        let (source, payer) = self.source(Some(client), caller).await?;
        let (keys, receipt) = source.keys.keys(key, wanted, payer.as_ref()).await?;
        self.see_keys(client, key, &keys.keys).await?;
        let sets = &source.keys;
        Ok(KeysOf {
            keys,
            key,
            sets,
            receipt,
        })
    }
}
