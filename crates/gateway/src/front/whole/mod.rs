//! `/mcp`: a message to all servers that the caller may use.
//!
//! Headers and body were checked against each other; from here on the body alone counts
//! (GW-08). Whatever goes to a member is judged for that member by its own words, with the
//! token of now, and recorded under its name (P-051).

mod asker;

use std::sync::Arc;

use axum::response::Response;
use bytes::Bytes;
use doorward_core::audit::Outcome;
use doorward_mcp::{
    envelope::{Message, Request, Subject},
    era::{Era, Revision},
    error::RpcError,
    list::ListKind,
    method::Method,
};
use futures_util::StreamExt;
use http::StatusCode;

use self::asker::Asker;
use super::{
    bridged,
    entry::Entry,
    exchange::{Answer, Exchange},
    judge::Asked,
    post::{About, Post},
    programs,
    refusal::Refusal,
};
use crate::{
    upstream::{Fault, link::Incoming},
    whole::{self, Around, Ask, Coming, Declined, Lost, Routed, Unlisted, Whole},
};

/// Answers a request of 2026-07-28.
pub(super) async fn ask(
    exchange: &Exchange,
    (request, body): (&Request<'_>, &Bytes),
    asked: Asked<'_>,
    json_only: bool,
) -> Answer {
    let here = Here::of(exchange).ok_or(Refusal::UnknownServer)?;
    let call = Call {
        request,
        body,
        asked,
        json_only,
    };
    match asked.method {
        Method::Discover => here.discover(call).await,
        Method::ToolsList => here.list(call, ListKind::Tools).await,
        Method::PromptsList => here.list(call, ListKind::Prompts).await,
        Method::ResourcesList => here.list(call, ListKind::Resources).await,
        Method::ResourceTemplatesList => here.list(call, ListKind::ResourceTemplates).await,
        Method::SubscriptionsListen => here.listen(call).await,
        // What is about one thing goes to whose it is. Tasks are nobody's here.
        _ => match &request.params.subject {
            Some(subject) if is_routed(asked.method) => here.single(call, subject).await,
            Some(_) | None => {
                let error = RpcError::method_not_found(&request.method);
                Err(here.refused(call, error))
            }
        },
    }
}

/// Refuses what has another era: there are no sessions with all servers.
pub(super) fn of_this_era(post: &Post<'_>) -> Result<(), Refusal> {
    let message = Message::parse(post.body);
    let (id, era) = match &message {
        Ok(message) => (
            message.id().map(|id| id.as_json()),
            post.headers.era(message),
        ),
        Err(_) => (None, Era::Session),
    };
    if era == Era::Stateless {
        return Ok(());
    }
    let error = RpcError::unsupported_version("", &[Revision::V2026_07_28]);
    Err(post.refuse(None, Refusal::rpc(error, id, Era::Stateless)))
}

fn is_routed(method: Method) -> bool {
    matches!(
        method,
        Method::ToolsCall | Method::PromptsGet | Method::ResourcesRead | Method::Complete
    )
}

/// One request on its way.
#[derive(Clone, Copy)]
struct Call<'a> {
    request: &'a Request<'a>,
    body: &'a Bytes,
    asked: Asked<'a>,
    json_only: bool,
}

/// The endpoint that is all servers, for one caller.
struct Here<'a> {
    exchange: &'a Exchange,
    whole: Arc<Whole>,
    asker: Arc<Asker>,
}

impl<'a> Here<'a> {
    fn of(exchange: &'a Exchange) -> Option<Self> {
        let whole = exchange.server.whole.clone()?;
        Some(Self {
            exchange,
            whole,
            asker: Arc::new(Asker::of(exchange)),
        })
    }

    fn around(&self) -> Around<'_> {
        Around {
            whole: &self.whole,
            seals: &self.exchange.inner.seals,
            whose: &self.exchange.principal,
            now: self.exchange.inner.clock.now(),
        }
    }

    async fn discover(&self, call: Call<'_>) -> Answer {
        let versions = [Revision::V2026_07_28.as_str()];
        let told = whole::discover(&*self.asker, self.around(), call.request, &versions).await;
        let told = told.map_err(|refusal| refusal.with_id(call.asked.id))?;
        Ok(document(told))
    }

    async fn list(&self, call: Call<'_>, kind: ListKind) -> Answer {
        match whole::list(&*self.asker, self.around(), kind, call.request).await {
            Ok(list) => Ok(document(list)),
            Err(Unlisted::No(refusal)) => Err(refusal.with_id(call.asked.id)),
            Err(Unlisted::Error(error)) => Err(self.refused(call, error)),
        }
    }

    async fn listen(&self, call: Call<'_>) -> Answer {
        let seals = &self.exchange.inner.seals;
        let told = whole::listen(&self.asker, self.around(), seals, call.request).await;
        let incoming = told.map_err(|lost| self.lost(call, lost))?;
        bridged::stream(self.exchange, None, incoming, about(call)).await
    }

    /// A request that is for one member.
    async fn single(&self, call: Call<'_>, subject: &Subject<'_>) -> Answer {
        let routed = whole::route(&*self.asker, self.around(), call.request, subject).await;
        let routed = routed.map_err(|lost| self.lost(call, lost))?;
        let coming = self.coming(call, subject, &routed);
        let going = self.going(call, &routed)?;
        let member = self.asker.exchange(&routed.member);
        let member = member.ok_or(Refusal::UnknownServer)?;
        let changed = self.asker.changes(&routed.member);
        let incoming = match self.asker.ask(&routed.member, going).await {
            Ok(incoming) => incoming,
            Err(Declined::No(refusal)) => return Err(refusal.with_id(call.asked.id)),
            Err(Declined::Fault(fault)) => return Err(member.failed(fault, call.asked.id)),
            // A member that answered has done so in what came in.
            Err(Declined::Error(_)) => return Err(member.failed(Fault::NotMcp, call.asked.id)),
        };
        let told = incoming.filter_map(move |message| {
            let told = message.and_then(|json| coming.told(json, &changed));
            std::future::ready(told.transpose())
        });
        self.exchange.lend_place(&member);
        bridged::answer(&member, Incoming::new(told), about(call)).await
    }

    /// What the member is sent: a retry takes its own state along, and no other (P-045).
    fn going(&self, call: Call<'_>, routed: &Routed) -> Result<Bytes, Refusal> {
        let around = self.around();
        let state = whole::stated(call.request).map(|stated| {
            let about = (&routed.member, call.asked.method, routed.inner.as_str());
            let text = stated.text()?;
            whole::reopened(around, &text, about)
        });
        let wrong = || {
            let reason = "requestState is none of this call's, or too old";
            self.refused(call, RpcError::invalid_params(&reason))
        };
        let state = state.map(|state| state.ok_or_else(wrong)).transpose()?;
        let (inner, fresh) = (routed.inner.as_str(), around.seals.fresh());
        let going = whole::going(call.body, call.request, &fresh, inner, state.as_deref());
        going.map_err(|fault| self.exchange.failed(fault, call.asked.id))
    }

    fn coming(&self, call: Call<'_>, subject: &Subject<'_>, routed: &Routed) -> Coming {
        let token = call.request.params.progress_token;
        let (inner, whose) = (&self.exchange.inner, Arc::clone(&self.exchange.principal));
        let (seals, now) = (Arc::clone(&inner.seals), inner.clock.now());
        Coming {
            member: routed.member.clone(),
            method: call.asked.method,
            id: call.request.id.as_json().to_owned(),
            token: token.map(|token| token.as_json().to_owned()),
            inner: routed.inner.clone(),
            outer: subject.name.clone().into_owned(),
            sealing: Box::new(move |state| seals.state(&whose, now, state)),
        }
    }

    fn lost(&self, call: Call<'_>, lost: Lost<Box<Refusal>>) -> Refusal {
        match lost {
            Lost::No(refusal) => refusal.with_id(call.asked.id),
            Lost::Error(error) => self.refused(call, error),
        }
    }

    /// Writes down, under what it was about, that a request goes to no member.
    fn refused(&self, call: Call<'_>, error: RpcError) -> Refusal {
        let refusal = Refusal::rpc(error, call.asked.id, Era::Stateless);
        let (entry, reason) = (Entry::of(&call.asked), refusal.reason());
        let noted = self.exchange.enter(&entry, Outcome::Denied, Some(reason));
        noted.err().unwrap_or(refusal)
    }
}

fn about(call: Call<'_>) -> About<'_> {
    About {
        verb: &http::Method::POST,
        era: Era::Stateless,
        id: call.asked.id,
        method: Some(call.asked.method),
        in_session: false,
        json_only: call.json_only,
    }
}

fn document(json: Bytes) -> Response {
    programs::document(json, StatusCode::OK)
}
