//! May this caller do this? Every message that goes upstream passes here.
//!
//! The method table has the first word, and what is not in it does not exist
//! (GW-14). Then rights, then scopes: `core::permit::decide`. Each use of something by
//! name (a call, a read, a prompt, a subscription, a completion) and each refusal is
//! written down before anything happens (AD-06).

use std::borrow::Cow;

use doorward_core::{
    audit::Outcome,
    permit::{Action, Denied, Held, Permit, decide},
    scope::{ScopeSet, WRITE},
    server::ToolEffect,
    step_up::SignIn,
};
use doorward_mcp::{
    envelope::{Params, SubjectKind},
    era::{Era, Revision},
    error::RpcError,
    method::{Class, Method},
};
use serde_json::Value;

use super::{entry::Entry, exchange::Exchange, refusal::Refusal, whole};
use crate::catalogue::Found;

/// A message to be judged.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) method: Method,
    pub(super) params: &'a Params<'a>,
    pub(super) id: Option<&'a str>,
    pub(super) era: Era,
}

impl<'a> Asked<'a> {
    /// The resources that `subscriptions/listen` names beside its subject; a name that is no
    /// text is an empty one.
    pub(super) fn subscribed(&self) -> Option<impl Iterator<Item = Cow<'a, str>> + use<'a>> {
        let listed = self.params.raw?;
        let listed = listed.member(&["notifications", "resourceSubscriptions"])?;
        let uris = listed.elements().into_iter();
        Some(uris.map(|uri| uri.text().unwrap_or(Cow::Borrowed(""))))
    }
}

/// The permit for a message, or the refusal that was written down.
pub(super) async fn judge(exchange: &Exchange, asked: Asked<'_>) -> Result<Permit, Refusal> {
    let permit = weigh(exchange, asked).await?;
    conclude(exchange, asked, None)?;
    Ok(permit)
}

/// The same for one message of several, whose permit is worth something only with those of all
/// others: when all were weighed, [`conclude`] writes down what became of it.
pub(super) async fn weigh(exchange: &Exchange, asked: Asked<'_>) -> Result<Permit, Refusal> {
    if exchange.server.whole.is_some() {
        return Box::pin(whole::weigh(exchange, asked)).await;
    }
    let refusal = match decided(exchange, asked).await {
        Ok(permit) => return Ok(permit),
        Err(refusal) => refusal,
    };
    let entry = Entry::of(&asked);
    exchange.enter(&entry, Outcome::Denied, Some(refusal.reason()))?;
    Err(refusal)
}

/// Writes down that a use was allowed, or that for `undone` nothing came of it.
pub(super) fn conclude(
    exchange: &Exchange,
    asked: Asked<'_>,
    undone: Option<&'static str>,
) -> Result<(), Refusal> {
    let entry = Entry::of(&asked);
    // Of what goes to members each judges and records its own.
    if !entry.is_a_use() || exchange.server.whole.is_some() {
        return Ok(());
    }
    let outcome = match undone {
        Some(_) => Outcome::Denied,
        None => Outcome::Allowed,
    };
    exchange.enter(&entry, outcome, undone.map(Cow::Borrowed))
}

/// The permit for what is about nothing by name: streams, responses, ends of sessions.
pub(super) fn judge_use(exchange: &Exchange) -> Result<Permit, Refusal> {
    judge_use_by(exchange, None)
}

/// The same for what a method would do, by which a refusal is written down.
pub(super) fn judge_use_by(exchange: &Exchange, method: Option<&str>) -> Result<Permit, Refusal> {
    let rights = &exchange.caller.rights;
    let held = held(exchange, &|_| None);
    decide(&exchange.server.name, rights, held, Action::Use)
        .map_err(|denied| refuse(exchange, &denied, Action::Use, None))
        .map_err(|refusal| exchange.refused(method, refusal))
}

async fn decided(exchange: &Exchange, asked: Asked<'_>) -> Result<Permit, Refusal> {
    let no_such_method = || {
        let error = RpcError::method_not_found(asked.method.as_str());
        Refusal::rpc(error, asked.id, asked.era)
    };
    if is_task(asked.method) && !exchange.server.upstream.keeps_users_apart() {
        // They belong to nobody in particular yet.
        return Err(no_such_method());
    }
    if asked.method.subject().is_some() && asked.params.subject.is_none() {
        return Err(no_such_method()); // what must have a name and has none is never just "use"
    }
    let action = match action(asked) {
        Action::Call(name, _) => Action::Call(name, effect(exchange, name, asked).await?),
        other => other,
    };
    subscriptions(exchange, asked)?;
    let rights = &exchange.caller.rights;
    let argument = |name: &str| argument(asked, name);
    let held = held(exchange, &argument);
    decide(&exchange.server.name, rights, held, action)
        .map_err(|denied| refuse(exchange, &denied, action, Some(asked)))
}

/// What the token of the caller opens.
fn held<'a>(exchange: &'a Exchange, argument: &'a dyn Fn(&str) -> Option<Value>) -> Held<'a> {
    let rules = &exchange.server.step_up;
    Held {
        scopes: &exchange.principal.scopes,
        details: &exchange.principal.details,
        sign_in: (!rules.rules.is_empty()).then(|| SignIn {
            rules,
            at: exchange.principal.authenticated_at,
            acr: exchange.principal.acr,
            now: exchange.inner.clock.now(),
        }),
        argument,
    }
}

/// One argument of a call: decoded only for tokens that constrain it. One that some servers
/// would take another member for has no value (GW-09).
fn argument(asked: Asked<'_>, name: &str) -> Option<Value> {
    let value = asked.params.arguments?.only_member(name)?;
    serde_json::from_str(value.as_str()).ok()
}

/// What a message wants to do, as rules see it.
fn action(asked: Asked<'_>) -> Action<'_> {
    let Some(subject) = &asked.params.subject else {
        return Action::Use;
    };
    match subject.kind {
        SubjectKind::Tool => Action::Call(&subject.name, None),
        SubjectKind::Prompt => Action::Prompt(&subject.name),
        SubjectKind::Resource | SubjectKind::ResourceTemplate => Action::Read(&subject.name),
        SubjectKind::Task => Action::Use,
    }
}

fn is_task(method: Method) -> bool {
    method.class() == Class::Task || method == Method::TasksList
}

/// What calling a tool can do, when the answer depends on it.
async fn effect(
    exchange: &Exchange,
    name: &str,
    asked: Asked<'_>,
) -> Result<Option<ToolEffect>, Refusal> {
    let unknown = || {
        let (error, id) = (RpcError::unknown_tool(name), asked.id);
        Refusal::rpc(error, id, asked.era)
    };
    let caller = &exchange.caller;
    if !caller.rights.include(Action::Call(name, None)) {
        return Err(unknown());
    }
    // A rule for single tools is dodged by no other spelling of their names (GW-12).
    let rules = &exchange.server.step_up.rules;
    let by_tool = rules.iter().any(|rule| !rule.tools.is_empty());
    if exchange.principal.scopes.covers(WRITE) && !caller.is_limited() && !by_tool {
        return Ok(None);
    }
    // Boxed, because most calls do not come here and all would carry its future.
    match Box::pin(exchange.server.catalogue.find(name)).await {
        Found::Tool(effect) => Ok(Some(effect)),
        Found::Unknown => Ok(None),
        // In the very words of a tool that may not be known: the server's own would differ.
        Found::Absent => Err(unknown()),
    }
}

/// A subscription names resources beside its subject.
fn subscriptions(exchange: &Exchange, asked: Asked<'_>) -> Result<(), Refusal> {
    if asked.method != Method::SubscriptionsListen || !exchange.caller.is_limited() {
        return Ok(());
    }
    for uri in asked.subscribed().into_iter().flatten() {
        if !exchange.caller.rights.include(Action::Read(&uri)) {
            let error = RpcError::unknown_resource(&uri);
            return Err(Refusal::rpc(error, asked.id, asked.era));
        }
    }
    Ok(())
}

/// The two kinds of no (design 6.7).
fn refuse(
    exchange: &Exchange,
    denied: &Denied,
    action: Action<'_>,
    asked: Option<Asked<'_>>,
) -> Refusal {
    let id = asked.and_then(|asked| asked.id);
    let era = asked.map_or(Era::Session, |asked| asked.era);
    match denied {
        Denied::Scope(needed) => {
            let needed_set: ScopeSet = ScopeSet::from_stored(needed);
            let union = exchange.principal.scopes.union(&needed_set);
            let challenge = &exchange.server.challenge;
            Refusal::Scope {
                challenge: challenge.insufficient_scope(&union, exchange.scheme),
                needed,
                id: id.map(str::to_owned),
            }
        }
        Denied::Details => Refusal::Details {
            challenge: exchange
                .server
                .challenge
                .insufficient_scope(&exchange.principal.scopes, exchange.scheme),
            id: id.map(str::to_owned),
        },
        Denied::SignIn(wanted) => Refusal::SignIn {
            challenge: exchange
                .server
                .challenge
                .insufficient_sign_in(*wanted, exchange.scheme),
            id: id.map(str::to_owned),
        },
        Denied::Hidden => {
            let error = match action {
                Action::Call(name, _) => RpcError::unknown_tool(name),
                Action::Prompt(name) => RpcError::unknown_prompt(name),
                Action::Read(uri) => RpcError::unknown_resource(uri),
                Action::Use => RpcError::method_not_found("unknown"),
            };
            Refusal::rpc(error, id, era)
        }
    }
}

/// The revisions that requests of the stateless era may name.
pub(super) const STATELESS: [Revision; 1] = [Revision::V2026_07_28];
