//! Token exchange (RFC 8693): what a client may get for somebody's access token.
//!
//! Nothing is ever widened: not the scopes, not the lifetime, and the audience only
//! where a rule of the operator names client, from and to (TK-06). The result hangs
//! off the same grant, so that whoever revokes one revokes both. A client that
//! narrows its own token needs no rule; everybody else becomes an actor of the
//! subject (`act`), unless the rule lets it impersonate.

use crate::{
    access::{AccessClaims, Confirmation},
    actor::{Actor, ChainTooLong},
    details::{Details, DetailsError},
    id::ClientId,
    jwk::Thumbprint,
    resource::Resource,
    scope::{ScopeError, ScopeSet},
};

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

/// What is asked, with tokens that are valid here.
#[derive(Clone, Copy, Debug)]
pub struct ExchangeRequest<'a> {
    /// The authenticated client.
    pub client: &'a ClientId,
    /// The key that the request proved, by DPoP.
    pub key: Option<&'a Thumbprint>,
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
    /// A token of the client itself is bound to a key that the request does not prove.
    #[error("a token that is bound to a key is exchanged with a proof of that key")]
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

/// On what ground an exchange is allowed.
enum Ground<'a> {
    /// The client narrows a token of its own.
    Own,
    /// The token itself names the client as who may act.
    Named,
    /// The operator said so.
    Rule(&'a ExchangeRule),
}

/// Decides about an exchange (TK-06, TK-07).
pub fn exchange(
    asked: &ExchangeRequest<'_>,
    rules: &[ExchangeRule],
) -> Result<Exchanged, ExchangeError> {
    let ground = ground(asked, rules)?;
    if [Some(asked.subject), asked.actor]
        .into_iter()
        .flatten()
        .any(|token| is_unproven(asked, token))
    {
        return Err(ExchangeError::Unproven);
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

fn ground<'a>(
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

/// Whether a token was given to this client for a key of its own that it does not show now:
/// an exchange must not turn it into one that needs no key (RFC 9449 section 1). What others
/// presented to this client with their keys is no token of its own.
fn is_unproven(asked: &ExchangeRequest<'_>, token: &AccessClaims) -> bool {
    match &token.cnf {
        Some(Confirmation::Key(key)) => token.client_id == *asked.client && asked.key != Some(key),
        None => false,
    }
}

/// Whether a token is the client's own, without any user.
fn speaks_of(actor: &AccessClaims, client: &ClientId) -> bool {
    actor.sub.client() == Some(client) && actor.client_id == *client && actor.act.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{GrantId, TokenId, UserId},
        scope::READ,
        subject::Subject,
    };

    const FILES: &str = "https://mcp.example/mcp/files";
    const MAIL: &str = "https://mcp.example/mcp/mail";

    fn client(id: &str) -> ClientId {
        ClientId::from_known(id)
    }

    fn resource(uri: &str) -> Resource {
        Resource::from_known(uri)
    }

    /// A token of alice through `editor`, for files.
    fn subject() -> AccessClaims {
        AccessClaims {
            iss: "https://mcp.example".to_owned(),
            sub: Subject::User(UserId::from_known("alice")),
            aud: resource(FILES),
            client_id: client("editor"),
            scope: ScopeSet::baseline().to_string(),
            iat: 0,
            exp: 600,
            jti: TokenId::from_known("t"),
            auth_time: Some(0),
            acr: None,
            authorization_details: None,
            grant: GrantId::from_known("g"),
            preferred_username: Some("alice".to_owned()),
            act: None,
            may_act: None,
            cnf: None,
        }
    }

    fn own_token(id: &str) -> AccessClaims {
        AccessClaims {
            sub: Subject::Client(client(id)),
            client_id: client(id),
            preferred_username: None,
            auth_time: None,
            ..subject()
        }
    }

    /// `backend` may exchange tokens for files into tokens for mail.
    fn rule() -> ExchangeRule {
        ExchangeRule {
            client: client("backend"),
            from: vec![resource(FILES)],
            to: vec![resource(MAIL)],
            scopes: ScopeSet::baseline(),
            impersonation: false,
            may_act: None,
        }
    }

    fn ask(
        id: &str,
        subject: &AccessClaims,
        target: Option<&str>,
        rules: &[ExchangeRule],
    ) -> Result<Exchanged, ExchangeError> {
        let (client, target) = (client(id), target.map(resource));
        let asked = ExchangeRequest {
            client: &client,
            key: None,
            subject,
            actor: None,
            target: target.as_ref(),
            scope: None,
            details: None,
        };
        exchange(&asked, rules)
    }

    #[test]
    fn another_audience_needs_a_rule_for_client_from_and_to() {
        let of_mail = AccessClaims {
            aud: resource(MAIL),
            ..subject()
        };
        use ExchangeError::{Foreign, Target};
        #[rustfmt::skip]
        let cases = [
            ("the rule's",              "backend", &subject(), Some(MAIL),  Ok(MAIL)),
            ("own, narrowed",           "editor",  &subject(), None,        Ok(FILES)),
            ("own, named",              "editor",  &subject(), Some(FILES), Ok(FILES)),
            ("own, another, TK-06",     "editor",  &subject(), Some(MAIL),  Err(Target)),
            ("not to this one, TK-06",  "backend", &subject(), Some(FILES), Err(Target)),
            ("not from this one, TK-06", "backend", &of_mail,  Some(MAIL),  Err(Target)),
            ("no rule, TK-07",          "other",   &subject(), Some(MAIL),  Err(Foreign)),
            ("no rule, same, TK-07",    "other",   &subject(), None,        Err(Foreign)),
        ];
        for (name, id, subject, target, expected) in cases {
            let outcome = ask(id, subject, target, &[rule()]);
            let outcome = outcome.map(|exchanged| exchanged.resource.to_string());
            assert_eq!(outcome, expected.map(str::to_owned), "{name}");
        }
    }

    #[test]
    fn whoever_comes_in_between_is_named() {
        let exchanged = ask("backend", &subject(), Some(MAIL), &[rule()]).expect("allowed");
        assert_eq!(exchanged.act, Some(Actor::client(&client("backend"))));
        let again = AccessClaims {
            aud: resource(MAIL),
            client_id: client("backend"),
            act: exchanged.act,
            ..subject()
        };
        let back = ExchangeRule {
            client: client("last"),
            from: vec![resource(MAIL)],
            to: vec![resource(FILES)],
            ..rule()
        };
        let act = ask("last", &again, Some(FILES), &[back])
            .expect("allowed")
            .act;
        let expected = Actor::next(&client("last"), again.act.as_ref());
        assert_eq!(act, expected.ok(), "nested"); // RFC 8693 section 4.1
        let own = ask("editor", &subject(), None, &[]).expect("allowed");
        assert_eq!(own.act, None, "nobody came in between");
    }

    #[test]
    fn a_token_for_single_calls_stays_one_and_opens_nothing_elsewhere() {
        let details = r#"[{"type":"mcp_tool","server":"files","tools":["read_*"]}]"#;
        let single = AccessClaims {
            authorization_details: Details::parse(details).ok(),
            ..subject()
        };
        let own = ask("editor", &single, None, &[]).expect("allowed");
        assert_eq!(Some(own.details), single.authorization_details);
        let elsewhere = ask("backend", &single, Some(MAIL), &[rule()]);
        let refused = ExchangeError::Details(DetailsError::Server);
        assert_eq!(elsewhere, Err(refused)); // TK-06
    }

    #[test]
    fn only_a_rule_lets_a_client_impersonate() {
        let silent = ExchangeRule {
            impersonation: true,
            ..rule()
        };
        let exchanged = ask(
            "backend",
            &subject(),
            Some(MAIL),
            std::slice::from_ref(&silent),
        );
        assert_eq!(exchanged.expect("allowed").act, None);
        let (id, target) = (client("backend"), resource(MAIL));
        let with = |actor: &AccessClaims| {
            let subject = subject();
            let asked = ExchangeRequest {
                client: &id,
                key: None,
                subject: &subject,
                actor: Some(actor),
                target: Some(&target),
                scope: None,
                details: None,
            };
            exchange(&asked, std::slice::from_ref(&silent)).map(|exchanged| exchanged.act)
        };
        let named = Ok(Some(Actor::client(&id)));
        assert_eq!(with(&own_token("backend")), named, "it asked to be named");
        assert_eq!(with(&own_token("editor")), Err(ExchangeError::Actor)); // TK-07
        assert_eq!(with(&subject()), Err(ExchangeError::Actor)); // TK-07
    }

    #[test]
    fn who_may_act_is_kept_to() {
        let reserved = |id: &str| AccessClaims {
            may_act: Some(Actor::client(&client(id))),
            ..subject()
        };
        let refused = ask("backend", &reserved("other"), Some(MAIL), &[rule()]);
        assert_eq!(refused, Err(ExchangeError::MayNotAct)); // RFC 8693 section 4.4
        let allowed = ask("backend", &reserved("backend"), Some(MAIL), &[rule()]);
        assert_eq!(allowed.expect("allowed").may_act, None);
        let same = ask("other", &reserved("other"), None, &[]).expect("named by the token");
        assert_eq!(same.act, Some(Actor::client(&client("other"))));
        let wider = ask("other", &reserved("other"), Some(MAIL), &[]);
        assert_eq!(wider, Err(ExchangeError::Foreign)); // TK-06
        let next = ExchangeRule {
            may_act: Some(client("last")),
            ..rule()
        };
        let exchanged = ask("backend", &subject(), Some(MAIL), &[next]).expect("allowed");
        assert_eq!(exchanged.may_act, Some(Actor::client(&client("last"))));
    }

    #[test]
    fn scopes_only_get_fewer() {
        let reading = AccessClaims {
            scope: READ.to_owned(),
            ..subject()
        };
        let capped = ExchangeRule {
            scopes: ScopeSet::read_only(),
            ..rule()
        };
        let scopes = |subject: &AccessClaims, scope, rule: ExchangeRule| {
            let (id, target) = (client("backend"), resource(MAIL));
            let asked = ExchangeRequest {
                client: &id,
                key: None,
                subject,
                actor: None,
                target: Some(&target),
                scope,
                details: None,
            };
            exchange(&asked, &[rule]).map(|exchanged| exchanged.scopes.to_string())
        };
        let exceeded = Err(ExchangeError::Scope(ScopeError::Exceeded));
        let both = "mcp:read mcp:write";
        #[rustfmt::skip]
        let cases = [
            ("all",               subject(),       None,              rule(),         Ok(both)),
            ("fewer",             subject(),       Some("mcp:read"),  rule(),         Ok("mcp:read")),
            ("more, TK-06",       reading.clone(), Some("mcp:write"), rule(),         exceeded),
            ("all there is",      reading,         None,              rule(),         Ok("mcp:read")),
            ("capped",            subject(),       None,              capped.clone(), Ok("mcp:read")),
            ("above the cap",     subject(),       Some("mcp:write"), capped,         exceeded),
        ];
        for (name, subject, scope, rule, expected) in cases {
            let outcome = scopes(&subject, scope, rule);
            assert_eq!(outcome, expected.map(str::to_owned), "{name}");
        }
    }

    #[test]
    fn a_bound_token_of_the_client_itself_takes_its_key_along() {
        let key = Thumbprint::from_known("key");
        let other = Thumbprint::from_known("other");
        let bound = AccessClaims {
            cnf: Some(Confirmation::Key(key.clone())),
            ..subject()
        };
        let asked = |id: &str, key: Option<&Thumbprint>| {
            let client = client(id);
            let asked = ExchangeRequest {
                client: &client,
                key,
                subject: &bound,
                actor: None,
                target: None,
                scope: Some(READ),
                details: None,
            };
            exchange(&asked, &[]).map(|exchanged| exchanged.scopes.to_string())
        };
        assert_eq!(asked("editor", Some(&key)), Ok(READ.to_owned())); // X-021
        assert_eq!(asked("editor", Some(&other)), Err(ExchangeError::Unproven));
        assert_eq!(asked("editor", None), Err(ExchangeError::Unproven));
        assert_eq!(
            ask("backend", &bound, Some(MAIL), &[rule()]).map(|exchanged| exchanged.resource),
            Ok(resource(MAIL)),
            "who received it from somebody proves nothing of theirs"
        );
    }
}
