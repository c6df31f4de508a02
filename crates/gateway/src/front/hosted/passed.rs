//! A hosted session in front of a session of the server's: only the transport differs.
//!
//! ```text
//! client's id, token -> ours -> server          server's id -> ours -> client
//!        and back in the answer and in progress         and back in its response
//! ```
//!
//! Messages pass; ids and progress tokens of either side are replaced, because the other side has
//! its own (P-006), and content that the client's revision cannot hold is rewritten.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{IdValue, Message, Notification, Request},
    error::RpcError,
    method::Method,
    translate::{Hop, cancellation_reason, cancelled, progress_for, request_renamed},
};
use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::time::timeout;

use super::{
    backend::{Backend, Call},
    line::Line,
    session::{Asking, Client, Session},
    words,
};
use crate::upstream::{
    Fault,
    link::{Incoming, SessionLink},
};

/// A session of the server's behind one of the client's.
pub(crate) struct Passed {
    link: Arc<dyn SessionLink>,
    client: Client,
    next: AtomicI64,
    /// Requests of the server that wait for the client, and how the client knows them.
    asked: Mutex<HashMap<IdValue, i64>>,
}

/// Where the messages of one stream of the server's go.
struct Passage<'a> {
    session: &'a Arc<Session>,
    line: &'a Arc<Line>,
    /// The client's progress token and ours for the same, of the request that the stream is for.
    token: Option<&'a str>,
    number: i64,
}

/// A question of the server's on its way to the client and back.
type Reply<'a> = BoxFuture<'a, Result<(), Fault>>;

impl Passed {
    pub(crate) fn new(link: Arc<dyn SessionLink>, client: Client) -> Self {
        Self {
            link,
            client,
            next: AtomicI64::new(1),
            asked: Mutex::default(),
        }
    }

    /// Passes what a stream says until the answer; none comes of a stream without one.
    async fn pass(
        &self,
        mut incoming: Incoming,
        passage: &Passage<'_>,
    ) -> Result<Option<Bytes>, Fault> {
        let mut replies = FuturesUnordered::<Reply<'_>>::new();
        loop {
            let next = async {
                passage.line.room().await;
                incoming.next().await
            };
            let message = tokio::select! {
                message = next => message,
                Some(told) = replies.next() => {
                    not_taken(told);
                    continue;
                }
            };
            let Some(message) = message.transpose()? else {
                return Ok(None);
            };
            match Message::parse(&message) {
                Ok(Message::Response(_)) => return Ok(Some(message)),
                Ok(Message::Notification(notification)) => self.notified(&notification, passage),
                Ok(Message::Request(request)) => match self.asked(&request, passage) {
                    Ok(asking) => {
                        let request = message.clone();
                        replies.push(Box::pin(async move { self.reply(&request, asking).await }));
                    }
                    Err(error) => not_taken(self.tell_error(&request, &error).await),
                },
                Err(error) => tracing::debug!(%error, "dropped what is no message"),
            }
        }
    }

    fn notified(&self, notification: &Notification<'_>, passage: &Passage<'_>) {
        passage.session.changed(notification);
        let message = match Method::notification(&notification.method) {
            Some(Method::Cancelled) => self.withdrawn(notification),
            Some(Method::Progress) => Some(progress(notification, passage)),
            Some(known) if !known.from_server(self.client.revision) => None,
            Some(_) | None => Some(whole(notification)),
        };
        if let Some(message) = message {
            passage.line.say(message);
        }
    }

    /// That the server gives up a request, in terms of how the client knows that.
    fn withdrawn(&self, notification: &Notification<'_>) -> Option<Bytes> {
        let id = notification.params.request_id?;
        let number = self.lock().remove(&id.value())?;
        let reason = cancellation_reason(notification);
        Some(cancelled(&number.to_string(), reason.as_deref()).into())
    }

    /// Asks the client what the server asks.
    fn asked(&self, request: &Request<'_>, passage: &Passage<'_>) -> Result<Asking, RpcError> {
        let say = |id: &str| words::question(request, id, &self.client);
        say("0")?; // whether it can be said does not depend on the id
        let say = |id: i64| say(&id.to_string()).unwrap_or_default();
        let asked = passage.session.ask_client(passage.line, say);
        let asking = asked.map_err(Fault::rpc)?;
        let mut known = self.lock();
        if known.len() >= MOST_KNOWN {
            known.clear(); // they are answered all the same, and only not withdrawn
        }
        known.insert(request.id.value(), asking.id);
        Ok(asking)
    }

    /// Tells the server what the client says to its question.
    async fn reply(&self, request: &Bytes, asking: Asking) -> Result<(), Fault> {
        let response = asking.answer().await;
        let Ok(Message::Request(request)) = Message::parse(request) else {
            return Ok(());
        };
        self.lock().remove(&request.id.value());
        let said = response.as_deref().map(Message::parse);
        let Some(Ok(Message::Response(response))) = said else {
            return self
                .tell_error(&request, &RpcError::internal("the client is gone"))
                .await;
        };
        let (both, server) = ((&request, &response), self.link.revision());
        self.link
            .tell(words::reply(both, &self.client, server))
            .await
    }

    async fn tell_error(&self, request: &Request<'_>, error: &RpcError) -> Result<(), Fault> {
        let answer = error.to_body(Some(request.id.as_json()));
        self.link.tell(answer.into()).await
    }

    async fn ask(&self, call: &Call, permit: Permit) -> Result<Bytes, Fault> {
        let Ok(Message::Request(request)) = Message::parse(&call.body) else {
            return Err(Fault::NotMcp);
        };
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let token = request.params.progress_token;
        let passage = Passage {
            session: &call.session,
            line: &call.aside,
            token: token.map(|token| token.as_json()),
            number,
        };
        let id = number.to_string();
        let asking = async {
            let hop = Hop {
                id: &id,
                token: Some(&id),
            };
            let asked = request_renamed(&request, hop);
            let incoming = self.link.ask(permit, asked.into()).await?;
            self.pass(incoming, &passage).await?.ok_or(Fault::Broken)
        };
        let answer = match call.given_up.run_until_cancelled(asking).await {
            Some(answer) => answer.inspect_err(|fault| self.failed(*fault, &id))?,
            None => {
                self.cancel(&id);
                return Ok(call.cancelled());
            }
        };
        let Ok(Message::Response(response)) = Message::parse(&answer) else {
            return Err(Fault::NotMcp);
        };
        let method = Method::request(&request.method);
        Ok(words::answer(&response, &call.id, (method, &self.client)))
    }

    /// What the server may have taken, and works on for nobody, is cancelled (R-066, GW-28). Of one
    /// that took too long the link itself tells it.
    fn failed(&self, fault: Fault, id: &str) {
        if matches!(
            fault,
            Fault::TooLarge | Fault::NotMcp | Fault::Broken | Fault::Unread
        ) {
            self.cancel(id);
        }
    }

    /// Tells the server that nobody waits for this request. Nobody waits for that, either.
    fn cancel(&self, id: &str) {
        let (link, message) = (Arc::clone(&self.link), cancelled(id, None));
        if link.is_over() {
            return;
        }
        tokio::spawn(async move {
            let told = timeout(TOLD_WITHIN, link.tell(message.into())).await;
            if !matches!(told, Ok(Ok(()))) {
                tracing::debug!("a server was not told that nobody waits for its answer");
            }
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<IdValue, i64>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Backend for Passed {
    fn opened(&self, id: &str) -> Result<Bytes, RpcError> {
        words::opened(self.link.opened(), id, &self.client)
    }

    async fn serve(&self, call: &Call, permit: Permit) -> Bytes {
        match self.ask(call, permit).await {
            Ok(answer) => answer,
            Err(fault) => call.failed(fault),
        }
    }

    async fn tell(&self, notification: &Notification<'_>) -> Result<(), Fault> {
        self.link.tell(whole(notification)).await
    }

    async fn listen(&self, session: &Arc<Session>) {
        let line = session.unasked();
        let passage = Passage {
            session,
            line: &line,
            token: None,
            number: 0,
        };
        let mut pause = FIRST_PAUSE;
        while !self.link.is_over() {
            let heard = async { self.pass(self.link.unasked().await?, &passage).await };
            match heard.await {
                Ok(_) => pause = FIRST_PAUSE,
                Err(fault) => tracing::debug!(%fault, "a server's stream broke off"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        session.end();
    }

    fn is_over(&self) -> bool {
        self.link.is_over()
    }

    fn end(&self) {
        self.link.end();
    }
}

/// The server goes on without the reply to its question, or the stream will say that it does not.
fn not_taken(told: Result<(), Fault>) {
    if let Err(fault) = told {
        tracing::debug!(%fault, "a server did not take the reply to its question");
    }
}

/// Progress of the client's own request has the client's own token.
fn progress(notification: &Notification<'_>, passage: &Passage<'_>) -> Bytes {
    let token = notification
        .params
        .progress_token
        .map(|token| token.value());
    let is_ours = token == Some(IdValue::Integer(passage.number.into()));
    match passage.token.filter(|_| is_ours) {
        Some(theirs) => progress_for(notification, theirs).into(),
        None => whole(notification),
    }
}

fn whole(notification: &Notification<'_>) -> Bytes {
    Bytes::copy_from_slice(notification.raw.as_str().as_bytes())
}

/// How long a server may take to hear that a request is cancelled.
const TOLD_WITHIN: Duration = Duration::from_secs(10);
/// Requests of the server that it can withdraw.
const MOST_KNOWN: usize = 256;
/// How long a server rests whose stream broke off.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;
