//! Token exchange (RFC 8693): what a client may get for somebody's access token.
//!
//! Nothing is ever widened: not the scopes, not the lifetime, and the audience only
//! where a rule of the operator names client, from and to (TK-06). The result hangs
//! off the same grant, so that whoever revokes one revokes both. A client that
//! narrows its own token needs no rule; everybody else becomes an actor of the
//! subject (`act`), unless the rule lets it impersonate.

mod ground;
mod holder;

pub use self::ground::ExchangeRule;
use self::ground::{Ground, ground};
use crate::{
    access::{AccessClaims, Confirmation},
    actor::{Actor, ChainTooLong},
    details::{Details, DetailsError},
    id::ClientId,
    resource::Resource,
    scope::{ScopeError, ScopeSet},
};

/// What is asked, with tokens that are valid here.
#[derive(Clone, Copy, Debug)]
pub struct ExchangeRequest<'a> {
    /// The authenticated client.
    pub client: &'a ClientId,
    /// What the request proved to hold, which the new token is bound to.
    pub key: Option<&'a Confirmation>,
    /// What `subject_token` says.
    pub subject: &'a AccessClaims,
    /// What `actor_token` says, if there is one.
    pub actor: Option<&'a AccessClaims>,
    /// The resource that is asked for; that of the subject token when none is.
    pub target: Option<&'a Resource>,
    /// `scope`.
    pub scope: Option<&'a str>,
    /// `authorization_details`.
    pub details: Option<&'a str>,
}

/// What the client gets: everything in which the new token differs from the old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// The audience.
    pub resource: Resource,
    /// The scopes.
    pub scopes: ScopeSet,
    /// The calls, when not all that the scopes open.
    pub details: Details,
    /// Who acts for the subject.
    pub act: Option<Actor>,
    /// Who may act next.
    pub may_act: Option<Actor>,
}

/// Why nothing is exchanged (RFC 8693 section 2.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The subject token is another client's, and no rule covers it.
    #[error("the subject_token was not issued to this client, and no rule lets it exchange that")]
    Foreign,
    /// No rule lets this client have a token for that resource.
    #[error("no rule lets this client exchange the subject_token for that resource")]
    Target,
    /// The subject token names somebody else who may act.
    #[error("the subject_token lets another party act")]
    MayNotAct,
    /// A token is bound, and the request does not prove to hold what it has to. The token is
    /// what cannot be accepted, not the proof, so this is an `invalid_request` (RFC 8693
    /// section 2.2.2); a proof that is bad by itself is an `invalid_dpop_proof` before.
    #[error(
        "a token that is bound to a key or certificate is exchanged with a proof: of that one, if it was issued to this client"
    )]
    Unproven,
    /// The actor token speaks of somebody else than the client.
    #[error("the actor_token must be an access token of the client for itself")]
    Actor,
    /// Too many parties act already.
    #[error(transparent)]
    Chain(#[from] ChainTooLong),
    /// The calls are not among those of the subject token, or that is for single calls of
    /// another server.
    #[error(transparent)]
    Details(#[from] DetailsError),
    /// The scopes are not among those of the subject token.
    #[error(transparent)]
    Scope(#[from] ScopeError),
}

/// Decides about an exchange (TK-06, TK-07).
pub fn exchange(
    asked: &ExchangeRequest<'_>,
    rules: &[ExchangeRule],
) -> Result<Exchanged, ExchangeError> {
    let ground = ground(asked, rules)?;
    if holder::is_unproven(asked) {
        return Err(ExchangeError::Unproven); // TK-12
    }
    if asked
        .actor
        .is_some_and(|actor| !speaks_of(actor, asked.client))
    {
        return Err(ExchangeError::Actor);
    }
    let subject = asked.subject;
    let resource = asked.target.unwrap_or(&subject.aud).clone();
    let most = ScopeSet::from_stored(&subject.scope);
    let (most, may_act) = match ground {
        Ground::Own | Ground::Named => (most, subject.may_act.clone()),
        Ground::Rule(rule) => (
            most.common(&rule.scopes),
            rule.may_act.as_ref().map(Actor::client),
        ),
    };
    if most.is_empty() {
        return Err(ScopeError::Exceeded.into());
    }
    let impersonates = match ground {
        Ground::Own => true, // nobody comes in between
        Ground::Named => false,
        Ground::Rule(rule) => rule.impersonation && asked.actor.is_none(),
    };
    let act = match impersonates {
        true => subject.act.clone(),
        false => Some(Actor::next(asked.client, subject.act.as_ref())?),
    };
    let details = subject.authorization_details.clone().unwrap_or_default();
    Ok(Exchanged {
        // Single calls of one server say nothing about another one.
        details: details.narrowed(asked.details)?.for_token(&resource)?,
        resource,
        scopes: most.narrowed(asked.scope)?,
        act,
        may_act,
    })
}

/// Whether a token is the client's own, without any user.
fn speaks_of(actor: &AccessClaims, client: &ClientId) -> bool {
    actor.sub.client() == Some(client) && actor.client_id == *client && actor.act.is_none()
}

#[cfg(test)]
mod tests;
