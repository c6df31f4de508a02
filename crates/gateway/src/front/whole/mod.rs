//! `/mcp` and `/sse`: a message to all servers that the caller may use.
//!
//! Headers and body were checked against each other; from here on the body alone counts
//! (GW-08). Whatever goes to a member is judged for that member by its own words, with the
//! token of now, and recorded under its name (P-051).

mod asker;

use std::sync::Arc;

use async_trait::async_trait;
use axum::response::Response;
use bytes::Bytes;
use doorward_core::{audit::Outcome, permit::Permit};
use doorward_mcp::{
    envelope::{Message, Request, Subject, SubjectKind},
    era::{Era, Revision},
    error::RpcError,
    list::ListKind,
    method::Method,
};
use futures_util::{StreamExt, stream};
use http::StatusCode;

use self::asker::Asker;
use super::{
    bridged,
    entry::Entry,
    exchange::{Answer, Exchange},
    judge::{self, Asked, judge_use},
    post::About,
    programs,
    refusal::Refusal,
};
use crate::{
    upstream::{
        Fault,
        link::{Incoming, Owner, StatelessLink},
    },
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
    if asked.method == Method::SubscriptionsListen {
        let incoming = here.listen(call).await?;
        return bridged::stream(exchange, None, incoming, about(call)).await;
    }
    if let Some(subject) = here.routed(call) {
        let (incoming, member) = here.single(call, subject).await?;
        exchange.lend_place(&member);
        return bridged::answer(&member, incoming, about(call)).await;
    }
    Ok(document(here.put_together(call).await?))
}

/// Judges what a session is asked, as far as it is known whose it is: what more consent or a
/// newer sign-in would cure is told by HTTP. Whatever goes on is judged again, and
/// recorded, when it is sent to its member.
pub(super) async fn weigh(exchange: &Exchange, asked: Asked<'_>) -> Result<Permit, Refusal> {
    let here = Here::of(exchange).ok_or(Refusal::UnknownServer)?;
    let names_one =
        |subject: &&Subject<'_>| matches!(subject.kind, SubjectKind::Tool | SubjectKind::Prompt);
    let Some(subject) = asked.params.subject.as_ref().filter(names_one) else {
        return judge_use(exchange);
    };
    let members = here.asker.members();
    let mut names = members.iter().map(|member| member.name);
    let Some((member, inner)) = here.whole.names.inward(&subject.name, &mut names) else {
        return judge_use(exchange); // it is refused where it is looked for
    };
    let Some(member) = here.asker.exchange(member) else {
        return judge_use(exchange);
    };
    let mut params = asked.params.clone();
    if let Some(subject) = &mut params.subject {
        subject.name = inner.to_owned().into();
    }
    let params = &params;
    judge::weigh(&member, Asked { params, ..asked }).await
}

/// All servers as one, for whoever speaks to them in a session; none at one server.
pub(super) fn link(exchange: &Exchange) -> Option<Arc<dyn StatelessLink>> {
    exchange.server.whole.as_ref()?;
    Some(Arc::new(Link(exchange.by_now())))
}

/// Asks in the name of one caller, under the rules of when it was made: each message is judged for
/// the member that it goes to. Nobody is asked where there is nothing for the caller any more.
struct Link(Option<Exchange>);

#[async_trait]
impl StatelessLink for Link {
    async fn ask(&self, _: Permit, _: &Owner, body: Bytes) -> Result<Incoming, Fault> {
        let Ok(Message::Request(request)) = Message::parse(&body) else {
            return Err(Fault::NotMcp);
        };
        let exchange = self.0.as_ref().ok_or(Fault::NoSession)?;
        let (id, here) = (request.id.as_json(), Here::of(exchange));
        let asked = Asked {
            method: Method::request(&request.method).ok_or(Fault::NotMcp)?,
            params: &request.params,
            id: Some(id),
            era: Era::Stateless,
        };
        let call = Call {
            request: &request,
            body: &body,
            asked,
            json_only: false,
        };
        let said = here.ok_or(Fault::NotMcp)?.said(call).await;
        Ok(said.unwrap_or_else(|refusal| one(refusal.into_rpc().to_body(Some(id)).into())))
    }
}

/// A response and nothing before it.
fn one(response: Bytes) -> Incoming {
    Incoming::new(stream::iter([Ok(response)]))
}

/// The lists that there are.
fn listed(method: Method) -> Option<ListKind> {
    match method {
        Method::ToolsList => Some(ListKind::Tools),
        Method::PromptsList => Some(ListKind::Prompts),
        Method::ResourcesList => Some(ListKind::Resources),
        Method::ResourceTemplatesList => Some(ListKind::ResourceTemplates),
        _ => None,
    }
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

    /// What is said in answer, whoever says it.
    async fn said(&self, call: Call<'_>) -> Result<Incoming, Refusal> {
        if call.asked.method == Method::SubscriptionsListen {
            return self.listen(call).await;
        }
        match self.routed(call) {
            Some(subject) => {
                let (incoming, member) = self.single(call, subject).await?;
                // What does no harm twice is asked once more where it broke off (P-050).
                Ok(match call.asked.method {
                    Method::ToolsCall => answered(incoming, member, call.asked.id),
                    _ => incoming,
                })
            }
            None => self.put_together(call).await.map(one),
        }
    }

    /// The one thing that a request is about, where it goes to whose that is. Tasks are nobody's
    /// here.
    fn routed<'c>(&self, call: Call<'c>) -> Option<&'c Subject<'c>> {
        let subject = call.request.params.subject.as_ref();
        subject.filter(|_| is_routed(call.asked.method))
    }

    /// What is made of the answers of all.
    async fn put_together(&self, call: Call<'_>) -> Result<Bytes, Refusal> {
        let no = |refusal: Box<Refusal>| refusal.with_id(call.asked.id);
        if call.asked.method == Method::Discover {
            let versions = SERVED.map(Revision::as_str);
            let told = whole::discover(&*self.asker, self.around(), call.request, &versions).await;
            return told.map_err(no);
        }
        let Some(kind) = listed(call.asked.method) else {
            return Err(self.refused(call, RpcError::method_not_found(&call.request.method)));
        };
        let list = whole::list(&*self.asker, self.around(), kind, call.request).await;
        list.map_err(|unlisted| match unlisted {
            Unlisted::No(refusal) => no(refusal),
            Unlisted::Error(error) => self.refused(call, error),
        })
    }

    async fn listen(&self, call: Call<'_>) -> Result<Incoming, Refusal> {
        let seals = &self.exchange.inner.seals;
        let told = whole::listen(&self.asker, self.around(), seals, call.request).await;
        told.map_err(|lost| self.lost(call, lost))
    }

    /// A request that is for one member.
    async fn single(
        &self,
        call: Call<'_>,
        subject: &Subject<'_>,
    ) -> Result<(Incoming, Arc<Exchange>), Refusal> {
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
        Ok((Incoming::new(told), member))
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

/// A failure of the member half way as its answer, told under the member's name.
fn answered(incoming: Incoming, member: Arc<Exchange>, id: Option<&str>) -> Incoming {
    let id = id.map(str::to_owned);
    Incoming::new(incoming.map(move |message| {
        let told = |fault| member.failed(fault, id.as_deref()).body().into();
        Ok(message.unwrap_or_else(told))
    }))
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

/// What clients of this endpoint may speak; 2024-11-05 has another transport, and address.
const SERVED: [Revision; 4] = [
    Revision::V2026_07_28,
    Revision::V2025_11_25,
    Revision::V2025_06_18,
    Revision::V2025_03_26,
];
