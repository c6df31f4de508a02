//! A hosted session in front of a server of the stateless era (P-032 to P-043).
//!
//! ```text
//! initialize           <- server/discover
//! request              -> the same with _meta of what the session agreed on
//! InputRequired        -> questions to the client, then the request again (rounds)
//! setLevel, subscribe  -> remembered; a level goes into _meta, resources into one listen stream
//! ```
//!
//! The server keeps nothing between requests, so that everything which a session remembers is here.

mod listening;
mod rounds;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{LogLevel, Message, Notification, Outcome, Request},
    error::RpcError,
    method::Method,
    translate::{
        Client as Said, Filter, MAX_URI, SessionRequest, Speaker, capabilities, discover_request,
        initialize_result, level_set, session_request,
    },
};
use futures_util::StreamExt;

use self::listening::Listening;
use super::{
    backend::{Backend, Call},
    session::{Client, Session},
    visitor::Visitor,
};
use crate::upstream::{
    Fault,
    link::{Owner, StatelessLink},
};

/// A server of the stateless era behind one session.
pub(crate) struct Translated {
    link: Arc<dyn StatelessLink>,
    owner: Owner,
    client: Client,
    /// What the server hears of the client (P-033).
    said: Said,
    /// The server's answer to `server/discover`.
    discovered: Bytes,
    level: Mutex<Option<LogLevel>>,
    listening: Listening,
    next: AtomicI64,
    /// What the ids of pages to visit begin with.
    mint: String,
}

impl Translated {
    /// Asks the server what it is and can do. `mint` is drawn for this session.
    pub(crate) async fn open(
        link: Arc<dyn StatelessLink>,
        permit: Permit,
        (owner, client, mint): (Owner, Client, String),
    ) -> Result<Self, Fault> {
        let said = client.said.known_to(client.revision);
        let said = said.known_to(doorward_mcp::era::Revision::V2026_07_28);
        let speaker = Speaker {
            client: &said,
            log_level: None,
        };
        let asked = discover_request("0", speaker);
        let mut incoming = link.ask(permit, &owner, asked.into()).await?;
        let discovered = loop {
            let message = incoming.next().await.ok_or(Fault::Broken)??;
            if let Ok(Message::Response(_)) = Message::parse(&message) {
                break message;
            }
        };
        let offered = offered(&discovered).ok_or(Fault::NotMcp)?;
        Ok(Self {
            link,
            owner,
            client,
            said,
            discovered,
            level: Mutex::default(),
            listening: Listening::new(offered),
            next: AtomicI64::new(1),
            mint,
        })
    }

    /// What is asked: the server, or all of them in the visitor's name.
    fn link(&self, visitor: &dyn Visitor) -> Arc<dyn StatelessLink> {
        let own = || Arc::clone(&self.link);
        visitor.link().unwrap_or_else(own)
    }

    /// An id and progress token that no other request of the session has (P-006).
    fn number(&self) -> i64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    fn speaker(&self) -> Speaker<'_> {
        let level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        Speaker {
            client: &self.said,
            log_level: *level,
        }
    }

    async fn served(
        &self,
        call: &Call,
        request: &Request<'_>,
        permit: Permit,
    ) -> Result<Bytes, RpcError> {
        let method = Method::request(&request.method);
        let unknown = || RpcError::method_not_found(&request.method);
        let method = method.ok_or_else(unknown)?;
        match session_request(method) {
            SessionRequest::Forward => self.forward(call, (request, method), permit).await,
            SessionRequest::SetLevel => {
                let level = level_set(request.params.raw).ok_or_else(|| {
                    RpcError::invalid_params(&"level must be one of the levels of RFC 5424")
                })?;
                *self.level.lock().unwrap_or_else(PoisonError::into_inner) = Some(level);
                Ok(call.done())
            }
            SessionRequest::Subscribe => {
                call.session.listen();
                self.listening.subscribe(uri(request)?).await?;
                Ok(call.done())
            }
            SessionRequest::Unsubscribe => {
                self.listening.unsubscribe(uri(request)?);
                Ok(call.done())
            }
            SessionRequest::Open | SessionRequest::Pong | SessionRequest::Unknown => Err(unknown()),
        }
    }
}

#[async_trait]
impl Backend for Translated {
    fn opened(&self, id: &str) -> Result<Bytes, RpcError> {
        let Ok(Message::Response(response)) = Message::parse(&self.discovered) else {
            return Err(Fault::NotMcp.rpc());
        };
        let result = initialize_result(&response, id, self.client.revision, UNNAMED);
        result.map(Bytes::from).map_err(|fault| fault.to_error())
    }

    async fn serve(&self, call: &Call, permit: Permit) -> Bytes {
        let Ok(Message::Request(request)) = Message::parse(&call.body) else {
            return call.failed(Fault::NotMcp);
        };
        // Given up, the stream of the answer is dropped: that cancels in this era (P-037).
        let served = self.served(call, &request, permit);
        match call.given_up.run_until_cancelled(served).await {
            Some(Ok(answer)) => answer,
            Some(Err(error)) => call.error(&error),
            None => call.cancelled(),
        }
    }

    /// Nothing that a client says by itself means anything to the server (P-039).
    async fn tell(&self, _notification: &Notification<'_>) -> Result<(), Fault> {
        Ok(())
    }

    async fn listen(&self, session: &Arc<Session>) {
        self.hear(session).await;
    }

    fn is_over(&self) -> bool {
        false
    }

    /// There is nothing at the server to end: what runs is dropped with the session.
    fn end(&self) {}
}

fn uri(request: &Request<'_>) -> Result<String, RpcError> {
    let subject = request.params.subject.as_ref();
    let uri = subject.map(|subject| subject.name.to_string());
    let uri = uri.ok_or_else(|| RpcError::invalid_params(&"params.uri must be a string"))?;
    if uri.len() > MAX_URI {
        let reason = format!("params.uri must be no longer than {MAX_URI} bytes");
        return Err(RpcError::invalid_params(&reason));
    }
    Ok(uri)
}

/// Which changes the server tells; `None` when the answer does not say what it must.
fn offered(discovered: &Bytes) -> Option<Filter> {
    let Ok(Message::Response(response)) = Message::parse(discovered) else {
        return None;
    };
    match response.outcome {
        Outcome::Result(result) => capabilities(result.raw).ok().map(Filter::offered),
        Outcome::Error(error) => {
            let code = error.code;
            tracing::debug!(code, "a server does not say what it can do");
            None
        }
    }
}

/// What a server is called that gives itself no name.
const UNNAMED: &str = r#"{"name":"unnamed","version":"0"}"#;

#[cfg(test)]
mod tests;
