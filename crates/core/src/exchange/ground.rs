//! On what ground a client may exchange a token: its own, the token's word, or the operator's.

use super::{ExchangeError, ExchangeRequest};
use crate::{id::ClientId, resource::Resource, scope::ScopeSet};

/// Lets one client exchange tokens for some resources into tokens for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeRule {
    /// Who may exchange.
    pub client: ClientId,
    /// Whose tokens it may present: those for these resources.
    pub from: Vec<Resource>,
    /// What it may get tokens for.
    pub to: Vec<Resource>,
    /// The most that they open, whatever the presented token opens.
    pub scopes: ScopeSet,
    /// Whether the result names nobody but the subject.
    pub impersonation: bool,
    /// Who may exchange the result again; anybody with a rule when not stated.
    pub may_act: Option<ClientId>,
}

/// On what ground an exchange is allowed.
pub(super) enum Ground<'a> {
    /// The client narrows a token of its own.
    Own,
    /// The token itself names the client as who may act.
    Named,
    /// The operator said so.
    Rule(&'a ExchangeRule),
}

/// The ground of what is asked, if there is one.
pub(super) fn ground<'a>(
    asked: &ExchangeRequest<'_>,
    rules: &'a [ExchangeRule],
) -> Result<Ground<'a>, ExchangeError> {
    let subject = asked.subject;
    let named = subject.may_act.as_ref();
    let own = subject.client_id == *asked.client;
    if !own && named.is_some_and(|actor| !actor.is_client(asked.client)) {
        return Err(ExchangeError::MayNotAct);
    }
    let target = asked.target.unwrap_or(&subject.aud);
    let covers = |rule: &&ExchangeRule| {
        rule.client == *asked.client && rule.from.contains(&subject.aud) && rule.to.contains(target)
    };
    match rules.iter().find(covers) {
        _ if own && *target == subject.aud => Ok(Ground::Own),
        Some(rule) => Ok(Ground::Rule(rule)),
        None if named.is_some() && *target == subject.aud => Ok(Ground::Named),
        None if own || rules.iter().any(|rule| rule.client == *asked.client) => {
            Err(ExchangeError::Target)
        }
        None => Err(ExchangeError::Foreign),
    }
}
