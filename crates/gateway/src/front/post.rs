//! A message from a client.
//!
//! ```text
//! headers -> body -> batch? -> message -> era -> its own checks -> judge -> upstream
//! ```

use std::pin::pin;

use axum::{body::Body, response::Response};
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    content_type::{Accept, Media},
    envelope::{Message, Notification, Request, is_batch},
    era::{Era, Revision},
    error::RpcError,
    headers::McpHeaders,
    method::Method,
};
use http::{StatusCode, header};

use super::{
    batch, body, bridged,
    exchange::{Answer, Exchange},
    hosted::{self, Host},
    judge::{Asked, STATELESS, judge, judge_use},
    lifted, mirrored, programs,
    refusal::Refusal,
    relay, whole,
};
use crate::{
    stream::Brings,
    upstream::{
        Fault, Kind,
        http::{Outbound, ServerSession},
        within,
    },
};

/// One POST: its caller and its body.
pub(super) struct Post<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) headers: McpHeaders<'a>,
    pub(super) body: &'a Bytes,
    pub(super) json_only: bool,
}

/// What an answer must fit.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) verb: &'a http::Method,
    pub(super) era: Era,
    /// The id of the request; none when there is nothing to answer.
    pub(super) id: Option<&'a str>,
    pub(super) method: Option<Method>,
    /// Whether the caller named a session.
    pub(super) in_session: bool,
    /// Whether the caller reads nothing but JSON.
    pub(super) json_only: bool,
}

impl About<'_> {
    /// What a stream with the answer is open for.
    pub(super) fn brings(&self) -> Brings {
        let listens = self.method == Some(Method::SubscriptionsListen);
        match listens || *self.verb == http::Method::GET {
            true => Brings::News,
            false => Brings::Answer,
        }
    }
}

/// Answers a POST.
pub(super) async fn post(exchange: &Exchange, body: Body) -> Answer {
    let accept = media(exchange).map_err(|refusal| exchange.refused(None, refusal))?;
    let body = body::read(body, &exchange.limits, &exchange.caller.place).await;
    let body = body.map_err(|refusal| exchange.refused(None, refusal))?;
    exchange.check_content(&body)?;
    let lines = exchange.headers.iter();
    let post = Post {
        exchange,
        headers: McpHeaders::collect(lines.map(|(name, value)| (name.as_str(), value.as_bytes()))),
        body: &body,
        json_only: !accept.event_stream,
    };
    if is_batch(&body) {
        return Box::pin(batch::answer(&post)).await; // rare: not in the future of every call
    }
    let message = Message::parse(&body)
        .map_err(|error| post.refuse(None, Refusal::envelope(&error, post.era_by_header())))?;
    match post.headers.era(&message) {
        Era::Stateless => post.stateless(&message).await,
        Era::Session => post.session(&message).await,
    }
}

fn media(exchange: &Exchange) -> Result<Accept, Refusal> {
    let content_type = exchange.headers.get(header::CONTENT_TYPE);
    let media = content_type.and_then(|value| Media::parse(value.as_bytes()));
    if media != Some(Media::Json) {
        return Err(Refusal::Media);
    }
    let lines = exchange.headers.get_all(header::ACCEPT);
    let accept = Accept::parse(lines.iter().map(|value| value.as_bytes()));
    match accept.is_neither() {
        true => Err(Refusal::Unacceptable),
        false => Ok(accept),
    }
}

impl<'a> Post<'a> {
    /// Writes a refusal down.
    pub(super) fn refuse(&self, subject: Option<&str>, refusal: Refusal) -> Refusal {
        self.exchange.refused(subject, refusal)
    }

    /// The era of a body that cannot be read.
    pub(super) fn era_by_header(&self) -> Era {
        let named = self.headers.protocol_version().ok().flatten();
        named
            .and_then(Revision::parse)
            .map_or(Era::Session, Revision::era)
    }

    /// A message of 2026-07-28.
    async fn stateless(&self, message: &Message<'_>) -> Answer {
        match message {
            Message::Request(request) => {
                let checked = self.headers.check(request, &STATELESS);
                let revision =
                    checked.map_err(|error| self.refuse_request(request, error, Era::Stateless))?;
                let asked = self.asked(request, revision)?;
                if self.exchange.server.whole.is_some() {
                    let sent = (request, self.body);
                    return Box::pin(whole::ask(self.exchange, sent, asked, self.json_only)).await;
                }
                let permit = judge(self.exchange, asked).await?;
                let mirrored = mirrored::check(self.exchange, &self.headers, request).await;
                mirrored.map_err(|error| self.refuse_request(request, error, Era::Stateless))?;
                self.forward(permit, asked, message, None).await
            }
            Message::Notification(notification) => self.stateless_notification(notification).await,
            Message::Response(_) => {
                let error = RpcError::invalid_request(&"clients answer nothing in this revision");
                Err(self.refuse(None, Refusal::rpc(error, None, Era::Stateless))) // R-052
            }
        }
    }

    async fn stateless_notification(&self, notification: &Notification<'_>) -> Answer {
        let refused = |error| {
            let refusal = Refusal::rpc(error, None, Era::Stateless);
            self.refuse(Some(&notification.method), refusal)
        };
        self.headers
            .check_notification(notification)
            .map_err(refused)?;
        let method = Method::notification(&notification.method);
        if !method.is_some_and(|method| method.from_client(Revision::V2026_07_28)) {
            return Err(refused(RpcError::method_not_found(&notification.method)));
        }
        // Over HTTP a closed stream cancels, and this era has no other notification of a client's.
        judge_use(self.exchange).map(drop)?;
        Ok(accepted())
    }

    /// A message of the session era.
    async fn session(&self, message: &Message<'_>) -> Answer {
        let revision = self.session_revision(message)?;
        let session = match hosted::host(self, message).await? {
            // Boxed, because most messages are for the server as they came.
            Host::Gateway(session) => {
                return Box::pin(hosted::streamable::post(self, message, session)).await;
            }
            Host::Server(session) => session,
        };
        match message {
            Message::Request(request) => {
                let asked = self.asked(request, revision)?;
                let permit = judge(self.exchange, asked).await?;
                let opens = asked.method == Method::Initialize;
                let is_trial = opens && hosted::crossing::is_trial(self.exchange);
                let answer = self.forward(permit, asked, message, session).await;
                match asked.method {
                    Method::Initialize => {
                        let settled = hosted::crossing::settle(self, request, is_trial, answer);
                        Box::pin(settled).await
                    }
                    _ => answer,
                }
            }
            Message::Notification(notification) => {
                let asked = self.noted(notification, revision)?;
                let permit = judge(self.exchange, asked).await?;
                self.tell(permit, message, session).await
            }
            Message::Response(_) => {
                let permit = judge_use(self.exchange)?;
                self.tell(permit, message, session).await
            }
        }
    }

    /// The revision by whose method table a message is judged (R-058): without a header it may
    /// be any of the era.
    pub(super) fn session_revision(&self, message: &Message<'_>) -> Result<Revision, Refusal> {
        let refused = |reason: &dyn std::fmt::Display| {
            let error = RpcError::invalid_request(&reason.to_string());
            let id = message.id().map(|id| id.as_json());
            self.refuse(message.method(), Refusal::rpc(error, id, Era::Session))
        };
        let named = self
            .headers
            .protocol_version()
            .map_err(|fault| refused(&fault))?;
        let Some(named) = named else {
            return Ok(Revision::LATEST_SESSION);
        };
        Revision::parse(named)
            .ok_or_else(|| refused(&"MCP-Protocol-Version is not one that is known"))
    }

    /// The request in terms of the method table.
    pub(super) fn asked<'r>(
        &self,
        request: &'r Request<'r>,
        revision: Revision,
    ) -> Result<Asked<'r>, Refusal> {
        let era = revision.era();
        let known = Method::request(&request.method).filter(|known| known.from_client(revision));
        let method = known.ok_or_else(|| {
            let error = RpcError::method_not_found(&request.method);
            self.refuse_request(request, error, era)
        })?;
        Ok(Asked {
            method,
            params: &request.params,
            id: Some(request.id.as_json()),
            era,
        })
    }

    pub(super) fn noted<'n>(
        &self,
        notification: &'n Notification<'n>,
        revision: Revision,
    ) -> Result<Asked<'n>, Refusal> {
        let era = revision.era();
        let known = Method::notification(&notification.method);
        let method = known
            .filter(|known| known.from_client(revision))
            .ok_or_else(|| {
                let reason = format!("unknown notification {}", notification.method);
                let error = RpcError::invalid_request(&reason);
                self.refuse(Some(&notification.method), Refusal::rpc(error, None, era)) // R-030
            })?;
        Ok(Asked {
            method,
            params: &notification.params,
            id: None,
            era,
        })
    }

    fn refuse_request(&self, request: &Request<'_>, error: RpcError, era: Era) -> Refusal {
        let id = Some(request.id.as_json());
        self.refuse(Some(&request.method), Refusal::rpc(error, id, era))
    }

    /// Sends an allowed request upstream and passes the answer on.
    async fn forward(
        &self,
        permit: Permit,
        asked: Asked<'_>,
        message: &Message<'_>,
        session: Option<ServerSession>,
    ) -> Answer {
        let about = About {
            verb: &http::Method::POST,
            era: asked.era,
            id: asked.id,
            method: Some(asked.method),
            in_session: session.is_some(),
            json_only: self.json_only,
        };
        if asked.era == Era::Stateless
            && let Some(bridge) = lifted::bridge(&self.exchange.server).await
        {
            let asking = lifted::ask(self.exchange, bridge, permit, self.body);
            return Box::pin(bridged::ask(self.exchange, asking, about)).await;
        }
        match (&self.exchange.server.upstream.kind, message) {
            (Kind::Stdio(upstream), Message::Request(request)) => {
                let call = programs::Call {
                    upstream,
                    request,
                    body: self.body,
                    session,
                };
                Box::pin(programs::ask(self.exchange, permit, call, about)).await
            }
            _ => self.send(permit, session, about).await,
        }
    }

    /// Sends what wants no answer.
    async fn tell(
        &self,
        permit: Permit,
        message: &Message<'_>,
        session: Option<ServerSession>,
    ) -> Answer {
        let about = About {
            verb: &http::Method::POST,
            era: Era::Session,
            id: None,
            method: None,
            in_session: session.is_some(),
            json_only: self.json_only,
        };
        match &self.exchange.server.upstream.kind {
            Kind::Http(_) => self.send(permit, session, about).await,
            Kind::Stdio(upstream) => {
                let session = programs::required(self.exchange, session, None)?;
                let told = upstream
                    .tell(permit, &session, message, self.body.clone())
                    .await;
                told.map_err(|fault| self.exchange.failed(fault, None))?;
                Ok(accepted())
            }
        }
    }

    /// Sends the body of an allowed batch as it came.
    pub(super) async fn send_all(
        &self,
        permits: Vec<Permit>,
        session: Option<ServerSession>,
        about: About<'_>,
    ) -> Answer {
        // INVARIANT: a batch is not empty, and each message of it has its permit.
        let permit = permits.into_iter().next().ok_or_else(Refusal::no_session)?;
        self.send(permit, session, about).await
    }

    /// Sends the body as it came.
    async fn send(
        &self,
        permit: Permit,
        session: Option<ServerSession>,
        about: About<'_>,
    ) -> Answer {
        if self.exchange.server.whole.is_some() {
            return Err(Refusal::no_session()); // sessions with all servers are hosted here
        }
        let Kind::Http(upstream) = &self.exchange.server.upstream.kind else {
            return Err(Refusal::no_session()); // programs are spoken to elsewhere
        };
        let outbound = Outbound {
            method: http::Method::POST,
            era: about.era,
            headers: &self.exchange.headers,
            session,
            body: self.body.clone(),
        };
        let limits = self
            .exchange
            .server
            .upstream
            .patience()
            .limits(about.method);
        let sending = pin!(upstream.forward(permit, outbound));
        let sent = within(limits.quiet, sending).await;
        if limits.is_short() && matches!(sent, Err(Fault::Timeout)) {
            upstream.was_silent();
        }
        let answer = sent.map_err(|fault| self.exchange.failed(fault, about.id))?;
        relay::answer(self.exchange, answer, about).await
    }
}

/// Taken, and there is nothing to say.
pub(super) fn accepted() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}
