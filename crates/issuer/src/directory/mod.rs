//! Who clients are: the one way to load a client, stored or known by its document.
//!
//! ```text
//! identifier --stored row--> registered: that is all
//!            --a url-------> document fresh: the row
//!                            stale or new: host welcome? fetch, read, keep, tell what changed
//!                            host down: the row, for a month; never seen: a fault that says why
//! ```
//!
//! The fetch happens before any unit of work that depends on it is opened. A change
//! of redirect URIs, keys or grants voids what people approved (A-073).
//!
//! Whatever strangers ask for is paid for by their network and remembered apart from
//! what is known of clients in use, which nobody pays for (RG-07). A client that nobody
//! signed in through is kept as long as there is room for it.

mod certificate_sets;
mod documents;
mod key_sets;
mod published_sets;
mod room;
mod seen_keys;
mod source;

use std::time::Duration;

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    client::{Client, ClientAuthentication, ClientOrigin, DocumentState, MetadataUrl},
    id::ClientId,
    registration::{DocumentError, Method, Registration, Welcome},
};
use doorward_store::StoreError;

use self::documents::{Delivered, Delivery};
pub(crate) use self::{
    documents::{DocumentFault, Documents, Payer, Quota},
    key_sets::{KeySets, Wanted},
    room::Unused,
    source::{Caller, KeysError, Source},
};
use crate::{limits::Wait, shared::Shared};

/// A document whose host is down is used so long after it was last confirmed.
const STALE_AT_MOST: Duration = Duration::from_secs(30 * 24 * 3600);
/// Why a client cannot be told about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DirectoryError {
    /// Its metadata document is the reason.
    #[error("{trouble}")]
    Document {
        /// Whose document.
        url: Box<MetadataUrl>,
        /// What is wrong.
        trouble: DocumentTrouble,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is wrong with a metadata document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DocumentTrouble {
    /// The operator does not take documents of this host.
    #[error("applications of this host are not accepted here")]
    Denied,
    /// It cannot be had.
    #[error(transparent)]
    Fault(#[from] DocumentFault),
    /// It says what is not acceptable.
    #[error(transparent)]
    Refused(#[from] DocumentError),
    /// Too many new clients from one network.
    #[error("too many new applications at once; try again in a minute")]
    TooMany(Wait),
}

impl DocumentTrouble {
    /// When to come again, if it is only that too much was asked for.
    pub(crate) fn wait(self) -> Option<Wait> {
        match self {
            Self::TooMany(wait) | Self::Fault(DocumentFault::TooOften(wait)) => Some(wait),
            Self::Denied | Self::Fault(_) | Self::Refused(_) => None,
        }
    }
}

impl Shared {
    /// The client with this identifier, revoked or not, for whoever asks.
    pub(crate) async fn find_client(
        &self,
        id: &ClientId,
        caller: &Caller,
    ) -> Result<Option<Client>, DirectoryError> {
        let stored = self.store.begin().await?.client(id).await?;
        let Some(url) = MetadataUrl::parse(id.as_str()) else {
            return Ok(stored);
        };
        let published = self.published();
        let Some(domains) = &published.config.client_documents else {
            return Ok(None);
        };
        if domains.judge(url.host()) == Welcome::Denied {
            return Err(trouble(&url, DocumentTrouble::Denied));
        }
        let current = stored
            .as_ref()
            .is_some_and(|client| self.is_current(client));
        if current {
            return Ok(stored);
        }
        self.look_up(&url, stored, caller).await.map(Some)
    }

    /// Whether nothing has to be asked: the document is fresh, or the client refused anyway.
    fn is_current(&self, client: &Client) -> bool {
        let now = self.clock.now();
        let document = client.document.as_ref();
        !client.is_usable() || document.is_some_and(|state| now < state.fresh_until)
    }

    async fn look_up(
        &self,
        url: &MetadataUrl,
        stored: Option<Client>,
        caller: &Caller,
    ) -> Result<Client, DirectoryError> {
        let state = stored.as_ref().and_then(|client| client.document.as_ref());
        let had = state.and_then(|state| state.etag.clone());
        let (source, payer) = self.source(stored.as_ref(), caller).await?;
        let documents = &source.documents;
        let paying = payer.clone().map(|payer| self.paying_at(url, payer));
        let fetched = documents.fetch(url.url(), had.as_deref(), paying.as_ref());
        match (fetched.await, stored) {
            (Ok((Delivery::Document(document), receipt)), stored) => {
                let offer = self.published().config.certificate_offer();
                let read = Registration::from_document(url, &document.bytes);
                let read = read.and_then(|it| Ok(it.works_within(offer).map(|()| it)?));
                let registration = read.map_err(|error| trouble(url, error.into()))?;
                documents.give_back(receipt);
                let client = self.described(url, stored.as_ref(), registration, &document);
                match stored {
                    None => self.introduce(url, client, payer).await,
                    Some(before) => self.renew(before, client).await,
                }
            }
            (Ok((Delivery::Unchanged { fresh_until }, receipt)), Some(before)) => {
                documents.give_back(receipt);
                let mut client = before.clone();
                if let Some(state) = &mut client.document {
                    (state.confirmed_at, state.fresh_until) = (self.clock.now(), fresh_until);
                }
                self.renew(before, client).await
            }
            (Err(fault), Some(before)) if self.outlives(&before, fault) => Ok(before), // interop 19
            (Err(fault), _) => Err(trouble(url, fault.into())),
            (Ok((Delivery::Unchanged { .. }, _)), None) => {
                Err(trouble(url, DocumentFault::Status(304).into()))
            }
        }
    }

    /// Who pays at the host of `url`: of one that the operator named, networks have more.
    fn paying_at(&self, url: &MetadataUrl, payer: Payer) -> Payer {
        let published = self.published();
        let domains = published.config.client_documents.as_ref();
        match domains.is_some_and(|domains| domains.names(url.host())) {
            true => payer.at_named(),
            false => payer,
        }
    }

    /// Whether a known client goes on although its document cannot be had now. One that its
    /// host says is gone does not.
    fn outlives(&self, client: &Client, fault: DocumentFault) -> bool {
        let confirmed = client.document.as_ref().map(|state| state.confirmed_at);
        let recent = confirmed.is_some_and(|at| self.clock.now().since(at) < STALE_AT_MOST);
        recent && fault != DocumentFault::Status(410)
    }

    /// The client that a document describes, on top of what is known of it.
    fn described(
        &self,
        url: &MetadataUrl,
        before: Option<&Client>,
        registration: Registration,
        document: &Delivered,
    ) -> Client {
        let id = ClientId::from_known(url.as_str());
        let new = || Client::public(id, ClientOrigin::MetadataDocument, self.clock.now());
        let authentication = match registration.method.clone() {
            Method::PrivateKey(key) => ClientAuthentication::PrivateKey(key),
            Method::OwnCertificate(own) => ClientAuthentication::OwnCertificate(own),
            // INVARIANT: a document offers neither of the latter.
            Method::None | Method::Secret(_) | Method::Certificate(_) => ClientAuthentication::None,
        };
        let client = before.cloned().unwrap_or_else(new);
        Client {
            document: Some(DocumentState {
                digest: document.digest,
                etag: document.etag.clone(),
                confirmed_at: document.delivered_at,
                fresh_until: document.fresh_until,
            }),
            ..registration.register(client, authentication)
        }
    }

    /// Keeps a client that nobody here has seen before. It makes a row, so it counts for whoever
    /// asked first as a registration does, however good its document is.
    async fn introduce(
        &self,
        url: &MetadataUrl,
        client: Client,
        payer: Option<Payer>,
    ) -> Result<Client, DirectoryError> {
        if let Some(payer) = payer {
            let taken = self.limits.introduce.take(payer, self.clock.now());
            taken.map_err(|wait| trouble(url, DocumentTrouble::TooMany(wait)))?;
        }
        let mut tx = self.store.begin().await?;
        self.make_room(&mut *tx, ClientOrigin::MetadataDocument)
            .await?;
        tx.add_client(&client);
        tx.audit(self.about(
            &client,
            AuditKind::ClientRegister,
            "by its metadata document",
        ));
        tx.commit().await?;
        Ok(client)
    }

    /// Keeps what a document says now. Whoever loses a race takes what the winner kept.
    async fn renew(&self, before: Client, client: Client) -> Result<Client, DirectoryError> {
        let mut tx = self.store.begin().await?;
        if client.rests_on_more_than(&before) {
            tx.forget_approvals_of_client(&client.id);
            let event = "redirect URIs, keys or grants changed: consent is asked for again";
            tx.audit(self.about(&client, AuditKind::ClientChange, event));
        }
        tx.replace_client(&before, &client);
        match tx.commit().await {
            Ok(()) => Ok(client),
            Err(StoreError::Conflict) => {
                let kept = self.store.begin().await?.client(&client.id).await?;
                Ok(kept.unwrap_or(client))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn about(&self, client: &Client, kind: AuditKind, reason: &'static str) -> AuditEvent {
        AuditEvent::new(self.clock.now(), kind, Outcome::Allowed)
            .client(client.id.as_str())
            .reason(reason)
    }
}

fn trouble(url: &MetadataUrl, trouble: DocumentTrouble) -> DirectoryError {
    DirectoryError::Document {
        url: Box::new(url.clone()),
        trouble,
    }
}
