//! Refusals: answered as what they are, and recorded as often as somebody may be refused.
//!
//! ```text
//! a stranger                        -> queued, up to what the address may
//! a client that somebody signed in  -> committed, up to what the client may
//!   through and that proved who it is
//! one of an administrator's         -> committed each time
//! beyond                            -> once a minute, that there were more
//! ```
//!
//! Anybody can be refused any number of times. Each record is a row that stays, so
//! without a bound a stranger fills the disk, and with it the queue that tool calls
//! need (DS-05, AD-06). The answer never changes: whoever is told to come again
//! although the session is over never signs in again (interop 17, 18).

use std::{fmt::Display, net::IpAddr};

use axum::response::{IntoResponse, Response};
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    client::{Client, ClientOrigin},
    id::ClientId,
    secret::Digest,
};
use doorward_store::StoreError;

use crate::{
    limits::{Limit, Wait, stranger_key},
    shared::Shared,
};

/// What is said of the records that are not made.
pub(crate) const MORE: &str = "many more like this are not recorded one by one";

/// Who asked, as far as it was proven.
#[derive(Clone, Debug)]
pub(crate) enum Asker {
    /// Nobody, or a client that anybody can be.
    Stranger(Option<ClientId>),
    /// A client that proved who it is, and that somebody signed in through.
    Used(ClientId),
    /// A client that proved who it is, and that an administrator registered.
    Administered(ClientId),
}

impl Asker {
    /// Who a client is that was authenticated. A secret or key that somebody registered a
    /// moment ago makes nobody more than a stranger.
    pub(crate) fn of(client: &Client) -> Self {
        if client.is_public() || !client.is_established() {
            return Self::Stranger(Some(client.id.clone()));
        }
        Self::proven(client)
    }

    /// Who a client is that was proven otherwise, whatever it is registered as.
    pub(crate) fn proven(client: &Client) -> Self {
        match client.origin {
            ClientOrigin::Preregistered => Self::Administered(client.id.clone()),
            ClientOrigin::MetadataDocument | ClientOrigin::Dynamic => Self::Used(client.id.clone()),
        }
    }

    fn client(&self) -> Option<&ClientId> {
        match self {
            Self::Stranger(client) => client.as_ref(),
            Self::Used(client) | Self::Administered(client) => Some(client),
        }
    }
}

/// What is refused, and to whom.
#[derive(Debug)]
pub(crate) struct Refused<E> {
    pub(crate) error: E,
    pub(crate) asker: Asker,
}

impl<E> Refused<E> {
    /// Before it is known who asks.
    pub(crate) fn stranger(error: impl Into<E>) -> Self {
        Self {
            error: error.into(),
            asker: Asker::Stranger(None),
        }
    }

    /// To a client that was authenticated.
    pub(crate) fn to(client: &Client, error: impl Into<E>) -> Self {
        Self {
            error: error.into(),
            asker: Asker::of(client),
        }
    }
}

impl Shared {
    /// Records that a script was refused, and tells it. What cannot be recorded is not told.
    pub(crate) async fn answer_refused<E>(
        &self,
        kind: AuditKind,
        refused: Refused<E>,
        peer: Option<IpAddr>,
    ) -> Response
    where
        E: Display + From<StoreError> + IntoResponse,
    {
        let Refused { error, asker } = refused;
        let event = AuditEvent::new(self.clock.now(), kind, Outcome::Denied);
        let event = event.reason(error.to_string());
        match self.note_refused(event, &asker, peer).await {
            Ok(()) => error.into_response(),
            Err(failed) => E::from(failed).into_response(),
        }
    }

    /// Records that a script was refused, before it is told.
    pub(crate) async fn note_refused(
        &self,
        event: AuditEvent,
        asker: &Asker,
        peer: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        let event = match asker.client() {
            Some(client) => event.client(client.as_str()),
            None => event,
        };
        match asker {
            Asker::Stranger(_) => self.record_within(&self.limits.refused_peer, event, peer),
            Asker::Used(client) => self.note_refused_used(event.peer(peer), client).await,
            Asker::Administered(_) => self.commit_record(event.peer(peer)).await,
        }
    }

    /// Whoever can act as one client, by a secret that leaked or as one of its people, leaves
    /// no more than that client may.
    async fn note_refused_used(
        &self,
        event: AuditEvent,
        client: &ClientId,
    ) -> Result<(), StoreError> {
        let (limits, now) = (&self.limits, self.clock.now());
        if limits.refused_client.take(client.clone(), now).is_ok() {
            return self.commit_record(event).await;
        }
        if limits.summed_up_client.take(client.clone(), now).is_ok() {
            return self.store.record(event.reason(MORE));
        }
        Ok(())
    }

    async fn commit_record(&self, event: AuditEvent) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        tx.audit(event);
        tx.commit().await
    }

    /// Records what happened to a visitor, or a step of the protocol, or that a client is known
    /// already: as often as a peer may. What they are told is the same.
    pub(crate) fn note_stranger(
        &self,
        event: AuditEvent,
        peer: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        self.record_within(&self.limits.noted_peer, event, peer)
    }

    /// Counts something that has to be remembered for `client`: for it at its peer where anybody
    /// can be that client, for itself where somebody signed in through it.
    pub(crate) fn count_remembered(
        &self,
        client: &Client,
        peer: Option<IpAddr>,
    ) -> Result<(), Wait> {
        let (limits, now) = (&self.limits, self.clock.now());
        match Asker::of(client) {
            Asker::Stranger(_) => {
                let key = share_key(client, peer);
                limits.remembered_share.take(key, now)?;
                let all = limits.remembered_peer.take(key.0, now);
                all.inspect_err(|_| limits.remembered_share.give_back(&key))
            }
            Asker::Used(client) => limits.remembered_client.take(client, now),
            Asker::Administered(_) => Ok(()),
        }
    }

    /// Nothing was remembered after all.
    pub(crate) fn give_back_remembered(&self, client: &Client, peer: Option<IpAddr>) {
        let limits = &self.limits;
        match Asker::of(client) {
            Asker::Stranger(_) => {
                let key = share_key(client, peer);
                limits.remembered_share.give_back(&key);
                limits.remembered_peer.give_back(&key.0);
            }
            Asker::Used(client) => limits.remembered_client.give_back(&client),
            Asker::Administered(_) => {}
        }
    }

    fn record_within(
        &self,
        limit: &Limit<Option<IpAddr>>,
        event: AuditEvent,
        peer: Option<IpAddr>,
    ) -> Result<(), StoreError> {
        let (key, now) = (stranger_key(peer), self.clock.now());
        if limit.take(key, now).is_ok() {
            return self.store.record(event.peer(peer));
        }
        if self.limits.summed_up_peer.take(key, now).is_ok() {
            return self.store.record(event.reason(MORE).peer(peer));
        }
        Ok(())
    }
}

/// A client that anybody can be, at one peer.
fn share_key(client: &Client, peer: Option<IpAddr>) -> (Option<IpAddr>, Digest) {
    (stranger_key(peer), Digest::of(client.id.as_str()))
}
