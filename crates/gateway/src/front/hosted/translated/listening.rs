//! What a session hears unasked, out of one `subscriptions/listen` stream (P-038).
//!
//! ```text
//! client: subscribe a -> wanted {a} -> listen {a}    -> acknowledged {a} -> client: {}
//! client: subscribe b -> wanted {a,b} -> listen {a,b} -> acknowledged -> the stream of {a} closes
//! stream breaks -> a pause -> every resource judged anew (P-051) -> listen again
//! another token, other rules -> everything judged anew -> listen again, or not any more
//! nobody can judge right now -> a pause -> judged anew
//! ```
//!
//! What the server does not acknowledge is refused to the client, and not silently left out. Who
//! may not listen is not asked for until they come with another token, or the rules are others.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use doorward_core::{id::TokenId, permit::Permit};
use doorward_mcp::{
    envelope::{Message, Notification, Outcome},
    error::RpcError,
    method::Method,
    translate::{
        Destination, Filter, MAX_SUBSCRIPTIONS, destination_in_session, for_session,
        listen_request, subscribe_request,
    },
};
use futures_util::{FutureExt, StreamExt};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};

use super::Translated;
use crate::{
    front::hosted::{
        session::Session,
        visitor::{Unfit, Visitor},
    },
    upstream::{Fault, link::Incoming},
};

/// What is wanted, and what of it the server honours.
pub(super) struct Listening {
    wanted: watch::Sender<Wanted>,
    honoured: watch::Sender<Honoured>,
}

#[derive(Clone, Debug, Default)]
struct Wanted {
    filter: Filter,
    /// What was subscribed to last, judged just before.
    fresh: Option<String>,
    /// Counts changes.
    number: u64,
}

/// The resources that a token may read, as far as they were judged with it.
#[derive(Default)]
struct Judged {
    token: Option<TokenId>,
    readable: BTreeSet<String>,
}

/// Why there is no stream.
enum Unheard {
    /// The client may not hear anything now.
    Refused(RpcError),
    /// The server does not listen, or cannot be had, or nobody can say who may.
    Failed(RpcError),
}

impl From<Unfit> for Unheard {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Refused(error) => Self::Refused(error),
            Unfit::Unjudged(error) => Self::Failed(error),
        }
    }
}

/// Why a stream is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// Something else is wanted.
    Wanted,
    /// The one before broke off.
    Lost,
    /// The client, or the rules, are others.
    Terms,
}

#[derive(Clone, Debug, Default)]
struct Honoured {
    filter: Filter,
    /// The change that it is about.
    number: u64,
    /// What the server said instead.
    refused: Option<RpcError>,
}

impl Listening {
    /// To begin with, the changes that the server tells everybody.
    pub(super) fn new(offered: Filter) -> Self {
        let filter = offered;
        Self {
            wanted: watch::Sender::new(Wanted {
                filter,
                fresh: None,
                number: 1,
            }),
            honoured: watch::Sender::default(),
        }
    }

    /// Listens for one more resource; ready when the server has said whether it does.
    pub(super) async fn subscribe(&self, uri: String) -> Result<(), RpcError> {
        let mut honoured = self.honoured.subscribe();
        let fresh = Some(uri.clone());
        let number = self.change(fresh, |uris| {
            let bytes: usize = uris.iter().map(String::len).sum();
            let fits = uris.len() < MAX_SUBSCRIPTIONS && bytes + uri.len() <= MOST_BYTES;
            let has_room = fits || uris.contains(&uri);
            has_room.then(|| {
                uris.insert(uri.clone());
            })
        });
        let number =
            number.ok_or_else(|| RpcError::internal("Too many resources are subscribed to"))?;
        let heard = honoured
            .wait_for(|honoured| honoured.number >= number)
            .await;
        let heard = heard.map(|honoured| honoured.clone()).unwrap_or_default();
        if heard.filter.uris.contains(&uri) {
            return Ok(());
        }
        self.unsubscribe(uri);
        let unsupported = RpcError::method_not_found(Method::ResourcesSubscribe.as_str());
        Err(heard.refused.unwrap_or(unsupported))
    }

    /// Listens for one resource less.
    pub(super) fn unsubscribe(&self, uri: String) {
        self.change(None, |uris| uris.remove(&uri).then_some(()));
    }

    /// Changes the resources; the number of the change, or none when there is nothing to change.
    fn change(
        &self,
        fresh: Option<String>,
        change: impl FnOnce(&mut BTreeSet<String>) -> Option<()>,
    ) -> Option<u64> {
        let mut number = None;
        self.wanted.send_if_modified(|wanted| {
            let changed = change(&mut wanted.filter.uris);
            wanted.number += u64::from(changed.is_some());
            number = changed.map(|()| wanted.number);
            if changed.is_some() {
                wanted.fresh = fresh;
            }
            changed.is_some()
        });
        number
    }
}

impl Judged {
    /// What another token may read says nothing of this one.
    fn of(&mut self, token: &TokenId, fresh: Option<String>) {
        if self.token.as_ref() != Some(token) {
            self.token = Some(token.clone());
            self.readable.clear();
        }
        self.readable.extend(fresh);
    }

    /// The resources that the token of now may still read (P-051).
    async fn filter(
        &mut self,
        visitor: &dyn Visitor,
        mut filter: Filter,
    ) -> Result<Filter, Unheard> {
        self.readable.retain(|uri| filter.uris.contains(uri));
        for uri in std::mem::take(&mut filter.uris) {
            let is_known = self.readable.contains(&uri);
            if is_known || may_read(visitor, &uri).await? {
                self.readable.insert(uri.clone());
                filter.uris.insert(uri);
            }
        }
        Ok(filter)
    }
}

async fn may_read(visitor: &dyn Visitor, uri: &str) -> Result<bool, Unheard> {
    let subscribe = subscribe_request("0", Method::ResourcesSubscribe, uri);
    let Ok(Message::Request(request)) = Message::parse(&subscribe) else {
        return Ok(false);
    };
    match visitor.judge(&request).await {
        Ok(_) => Ok(true),
        Err(Unfit::Refused(_)) => Ok(false),
        Err(unjudged @ Unfit::Unjudged(_)) => Err(unjudged.into()),
    }
}

impl Translated {
    /// Hears what the server says unasked, for as long as the session lasts.
    pub(super) async fn hear(&self, session: &Arc<Session>) {
        let (mut wanted, mut terms) = (self.listening.wanted.subscribe(), session.terms());
        let mut current: Option<Incoming> = None;
        let (mut pause, mut judged) = (FIRST_PAUSE, Judged::default());
        let (mut cause, mut known) = (Cause::Wanted, *terms.borrow());
        loop {
            let want = wanted.borrow_and_update().clone();
            // Also when something else was wanted in the meantime.
            let now = *terms.borrow_and_update();
            if std::mem::replace(&mut known, now) != now {
                (cause, judged) = (Cause::Terms, Judged::default());
            }
            let just_now = want.fresh.filter(|_| cause == Cause::Wanted);
            let opened = self
                .reopen(session, &want.filter, (just_now, &mut judged))
                .await;
            let settled = Instant::now() + REST;
            let is_refused = matches!(opened, Err(Unheard::Refused(_)));
            let (filter, refused) = self.settle((opened, cause), &mut current, session);
            let waits = is_refused || (current.is_none() && refused.is_none());
            self.listening.honoured.send_replace(Honoured {
                filter,
                number: want.number,
                refused,
            });
            cause = tokio::select! {
                _ = wanted.changed() => Cause::Wanted,
                () = others(&mut terms, settled) => Cause::Terms,
                () = self.until_lost(&mut current, session, pause), if !waits => {
                    // One that did not last is no reason to open it again soon.
                    let lasted = settled.elapsed() >= LONGEST_PAUSE;
                    pause = if lasted { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
                    judged = Judged::default();
                    Cause::Lost
                }
            };
        }
    }

    /// Takes the stream that was opened in place of the one before: what is honoured by now, and
    /// what was said instead.
    fn settle(
        &self,
        (opened, cause): (Result<Option<(Incoming, Filter)>, Unheard>, Cause),
        current: &mut Option<Incoming>,
        session: &Arc<Session>,
    ) -> (Filter, Option<RpcError>) {
        match opened {
            Ok(opened) => {
                let (stream, filter) = opened.unzip();
                // The old one is closed only now, and what it said meanwhile is heard.
                if let Some(old) = std::mem::replace(current, stream) {
                    self.drain(old, session);
                }
                (filter.unwrap_or_default(), None)
            }
            Err(Unheard::Failed(error)) if cause != Cause::Terms => {
                let honoured = self.listening.honoured.borrow().filter.clone();
                (honoured, Some(error))
            }
            // The one before was for others.
            Err(Unheard::Failed(error) | Unheard::Refused(error)) => {
                *current = None;
                (Filter::default(), Some(error))
            }
        }
    }

    /// Opens a stream for what is wanted, if anything is, and waits until the server has said what
    /// it honours. Every resource was judged with the token of now, or is.
    async fn reopen(
        &self,
        session: &Arc<Session>,
        wanted: &Filter,
        (fresh, judged): (Option<String>, &mut Judged),
    ) -> Result<Option<(Incoming, Filter)>, Unheard> {
        if wanted.is_empty() {
            return Ok(None);
        }
        let visitor = session.newest();
        let permit = visitor.judge_use().await?;
        judged.of(visitor.token(), fresh);
        let filter = judged.filter(&*visitor, wanted.clone()).await?;
        if filter.is_empty() {
            return Ok(None);
        }
        let opening = self.acknowledged(&*visitor, permit, &filter);
        let opened = timeout(PATIENCE, opening).await;
        let opened = opened.unwrap_or_else(|_| Err(Fault::Timeout.rpc()));
        opened.map(Some).map_err(Unheard::Failed)
    }

    async fn acknowledged(
        &self,
        visitor: &dyn Visitor,
        permit: Permit,
        filter: &Filter,
    ) -> Result<(Incoming, Filter), RpcError> {
        let id = self.number().to_string();
        let asked = listen_request(&id, self.speaker(), filter);
        let link = self.link(visitor);
        let asking = link.ask(permit, &self.owner, asked.into());
        let mut incoming = asking.await.map_err(Fault::rpc)?;
        while let Some(message) = incoming.next().await {
            let message = message.map_err(Fault::rpc)?;
            match Message::parse(&message) {
                Ok(Message::Notification(notification)) => {
                    if let Some(filter) = acknowledgement(&notification) {
                        return Ok((incoming, filter));
                    }
                }
                Ok(Message::Response(response)) => return Err(unsupported(&response.outcome)),
                Ok(Message::Request(_)) | Err(_) => {}
            }
        }
        Err(Fault::Broken.rpc())
    }

    /// Says what comes until nothing more does, and rests.
    async fn until_lost(
        &self,
        current: &mut Option<Incoming>,
        session: &Arc<Session>,
        pause: Duration,
    ) {
        if let Some(incoming) = current {
            while let Some(Ok(message)) = incoming.next().await {
                self.changed(&message, session);
                session.unasked().room().await;
            }
        }
        *current = None;
        tokio::time::sleep(pause).await;
    }

    /// What has come already of a stream that is closed.
    fn drain(&self, mut old: Incoming, session: &Arc<Session>) {
        while let Some(Some(Ok(message))) = old.next().now_or_never() {
            self.changed(&message, session);
        }
    }

    fn changed(&self, message: &[u8], session: &Arc<Session>) {
        let Ok(Message::Notification(notification)) = Message::parse(message) else {
            return;
        };
        if let Some(filter) = acknowledgement(&notification) {
            // Several servers as one honour more as soon as more of them do.
            let honoured = &self.listening.honoured;
            honoured.send_modify(|honoured| honoured.filter = filter);
            return;
        }
        let method = Method::notification(&notification.method);
        let is_change = method.map(destination_in_session) == Some(Destination::Listeners);
        // What of it may be read is looked at where it is told.
        let is_wanted = self
            .listening
            .honoured
            .borrow()
            .filter
            .covers(&notification);
        if !is_change || !is_wanted {
            return; // GW-20
        }
        session.changed(&notification);
        session.unasked().say(for_session(&notification).into());
    }
}

/// Ready when the client, or the rules, are others, and the stream of before has had its time: who
/// takes turns with two tokens makes nobody listen over and over.
async fn others(terms: &mut watch::Receiver<u64>, settled: Instant) {
    if terms.changed().await.is_err() {
        std::future::pending::<()>().await; // the session is over, and so is this soon
    }
    sleep_until(settled).await;
}

fn acknowledgement(notification: &Notification<'_>) -> Option<Filter> {
    let method = Method::notification(&notification.method);
    (method == Some(Method::SubscriptionAcknowledged))
        .then(|| Filter::of_acknowledged(notification).unwrap_or_default())
}

/// A server that answers instead of listening: in its own words, if it says no (P-038).
fn unsupported(outcome: &Outcome<'_>) -> RpcError {
    let method = Method::ResourcesSubscribe.as_str();
    match outcome {
        Outcome::Error(error) => {
            tracing::debug!(code = error.code, "a server does not listen");
            RpcError::method_not_found(method)
        }
        Outcome::Result(_) => RpcError::method_not_found(method),
    }
}

/// Bytes of the URIs that one session is subscribed to.
const MOST_BYTES: usize = 256 * 1024;
/// How long a server may take to say what it honours.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a stream lasts at least before it is opened for somebody else.
const REST: Duration = Duration::from_secs(5);
/// How long a server rests whose stream broke off.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
