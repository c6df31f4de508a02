//! Assertions of other issuers as authorization grants (RFC 7523 section 2.1).
//!
//! Two kinds share one grant type, and neither may pass as the other:
//!
//! - an *ID-JAG* is an identity provider's word that a user may use a client here
//!   (enterprise-managed authorization, X-004..X-010); the client authenticates too;
//! - a *workload identity* is a platform's word on which program is calling
//!   it is the only proof, and never speaks of a user.
//!
//! The kind follows from the `typ` of the header, and what an issuer is trusted for
//! from the configuration; both have to agree. The judging functions are pure: the
//! caller found the keys, checked the signature and brings the time, and notes the
//! `jti` afterwards.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{
    access::CLOCK_SKEW,
    account_link::AccountLink,
    details::Details,
    id::ClientId,
    permit::Pattern,
    scope::{ScopeError, ScopeSet},
    time::UnixTime,
    user::Username,
};

/// The `typ` of an ID-JAG.
pub const ID_JAG_TYPE: &str = "oauth-id-jag+jwt";
/// What metadata calls support for it.
pub const ID_JAG_PROFILE: &str = "urn:ietf:params:oauth:grant-profile:id-jag";
/// The longest assertion that is looked at.
pub const MAXIMUM_ASSERTION_BYTES: usize = 16 * 1024;
/// The longest that an ID-JAG may live.
const ID_JAG_LIFETIME: Duration = Duration::from_secs(5 * 60);
/// The longest that a workload's assertion may live.
const WORKLOAD_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// What the operator trusts one issuer for.
#[derive(Clone, Debug, PartialEq)]
pub enum Trust {
    /// To say which users may use which clients here.
    IdJag(IdJagTrust),
    /// To say which program is calling.
    Workload(WorkloadTrust),
}

/// An identity provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IdJagTrust {
    /// Which `sub` is which account here.
    pub users: BTreeMap<String, Username>,
    /// What further claims must say, for instance the tenant.
    pub claims: BTreeMap<String, Value>,
}

/// A platform that runs programs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorkloadTrust {
    /// Which programs are which clients; the first that matches counts.
    pub workloads: Vec<Workload>,
    /// Whether an assertion may be presented again while it lives, as platforms need that
    /// hand the same one out for an hour.
    pub reusable: bool,
}

/// Programs that act as one client.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// What `sub` looks like.
    pub subject: Pattern,
    /// What further claims must say.
    pub claims: BTreeMap<String, Value>,
    /// The client that they are.
    pub client: ClientId,
}

/// What an assertion claims. Its signature is good; nothing else is known yet.
#[derive(Clone, Debug, Deserialize)]
pub struct AssertionClaims {
    /// Who made it.
    pub iss: String,
    /// Whom it speaks of.
    pub sub: String,
    /// Whom it is for.
    pub aud: Names,
    /// When it ends.
    pub exp: i64,
    /// When it was made.
    pub iat: i64,
    /// From when on it is good.
    #[serde(default)]
    pub nbf: Option<i64>,
    /// Its own name.
    pub jti: String,
    /// The client that it is for (ID-JAG).
    #[serde(default)]
    pub client_id: Option<String>,
    /// The resources that it is for (ID-JAG).
    #[serde(default)]
    pub resource: Option<Names>,
    /// The scopes that it allows (ID-JAG).
    #[serde(default)]
    pub scope: Option<String>,
    /// The only calls that it allows (ID-JAG, RFC 9396). Any that are not understood make it no
    /// assertion: left out they would allow more.
    #[serde(default, deserialize_with = "details")]
    pub authorization_details: Option<Details>,
    /// Everything else.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

/// One name, or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Names {
    /// One.
    One(String),
    /// Several, or one in a list.
    Several(Vec<String>),
}

impl Names {
    /// All of them.
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }

    /// The only one.
    pub fn only(&self) -> Option<&str> {
        match self.all() {
            [name] => Some(name),
            _ => None,
        }
    }
}

/// Why an assertion grants nothing: `invalid_grant`, but for the scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// It is for somebody else, or for several.
    #[error("the assertion is not for this server alone")]
    Audience,
    /// It is over, not good yet, or lives for too long.
    #[error("the assertion is expired, not valid yet, or lives too long")]
    Time,
    /// It was made for another client.
    #[error("the assertion was made for another client")]
    Client,
    /// It has no name of its own.
    #[error("the assertion has no jti")]
    Unnamed,
    /// Its subject is nobody here, or a claim is not as configured.
    #[error("nobody here is the subject of the assertion")]
    Subject,
    /// What it allows and what was asked for have nothing in common.
    #[error(transparent)]
    Scope(#[from] ScopeError),
}

/// Whom the assertion may be meant for here.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// The issuer identifier of this server.
    pub issuer: &'a str,
    /// Its token endpoint.
    pub token_endpoint: &'a str,
    /// The time.
    pub now: UnixTime,
}

/// Whose token request an ID-JAG comes with.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// The client that authenticated.
    pub client: &'a ClientId,
    /// The `scope` parameter.
    pub scope: Option<&'a str>,
    /// The link of its subject, if an administrator made one.
    pub link: Option<&'a AccountLink>,
}

/// The account that an ID-JAG speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account<'a> {
    /// The configuration names it.
    Named(&'a Username),
    /// An administrator linked it.
    Linked(&'a AccountLink),
}

/// What an ID-JAG allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAllowed<'a> {
    /// The account.
    pub account: Account<'a>,
    /// The scopes.
    pub scopes: ScopeSet,
}

/// Judges an ID-JAG (X-005..X-009, X-011). The account is the one that the configuration names
/// for its subject, else the one that it is linked to; no other claim says who it is.
pub fn judge_id_jag<'a>(
    claims: &AssertionClaims,
    trust: &'a IdJagTrust,
    presented: Presented<'a>,
    here: &Here<'_>,
) -> Result<UserAllowed<'a>, AssertionError> {
    if claims.aud.only() != Some(here.issuer) {
        return Err(AssertionError::Audience);
    }
    check_times(claims, ID_JAG_LIFETIME, here.now)?;
    if claims.client_id.as_deref() != Some(presented.client.as_str()) {
        return Err(AssertionError::Client);
    }
    if !says(claims, &trust.claims) {
        return Err(AssertionError::Subject);
    }
    let account = account(claims, trust, presented.link);
    Ok(UserAllowed {
        account: account.ok_or(AssertionError::Subject)?,
        scopes: allowed_scopes(claims.scope.as_deref(), presented.scope)?,
    })
}

fn account<'a>(
    claims: &AssertionClaims,
    trust: &'a IdJagTrust,
    link: Option<&'a AccountLink>,
) -> Option<Account<'a>> {
    let is_theirs = |link: &&AccountLink| {
        link.foreign.issuer() == claims.iss && link.foreign.subject() == claims.sub
    };
    let named = trust.users.get(&claims.sub).map(Account::Named);
    named.or_else(|| link.filter(is_theirs).map(Account::Linked))
}

/// Judges the assertion of a workload: which client it is.
pub fn judge_workload<'a>(
    claims: &AssertionClaims,
    trust: &'a WorkloadTrust,
    here: &Here<'_>,
) -> Result<&'a ClientId, AssertionError> {
    let audience = claims.aud.only();
    if audience != Some(here.token_endpoint) && audience != Some(here.issuer) {
        return Err(AssertionError::Audience);
    }
    check_times(claims, WORKLOAD_LIFETIME, here.now)?;
    let is = |workload: &&Workload| {
        workload.subject.matches(&claims.sub) && says(claims, &workload.claims)
    };
    let found = trust.workloads.iter().find(is);
    found
        .map(|workload| &workload.client)
        .ok_or(AssertionError::Subject)
}

/// When nobody would accept the assertion any more.
pub fn over_at(claims: &AssertionClaims) -> UnixTime {
    UnixTime::from_seconds(claims.exp) + CLOCK_SKEW
}

fn check_times(
    claims: &AssertionClaims,
    longest: Duration,
    now: UnixTime,
) -> Result<(), AssertionError> {
    if claims.jti.is_empty() {
        return Err(AssertionError::Unnamed);
    }
    let ahead = |seconds: i64| UnixTime::from_seconds(seconds) > now + CLOCK_SKEW;
    let longest = i64::try_from(longest.as_secs()).unwrap_or(i64::MAX);
    let lives = claims.exp.saturating_sub(claims.iat);
    let good = now < over_at(claims)
        && !ahead(claims.iat)
        && !claims.nbf.is_some_and(ahead)
        && (1..=longest).contains(&lives);
    good.then_some(()).ok_or(AssertionError::Time)
}

fn says(claims: &AssertionClaims, wanted: &BTreeMap<String, Value>) -> bool {
    wanted
        .iter()
        .all(|(name, value)| claims.others.get(name) == Some(value))
}

/// What was asked for and what the assertion allows have in common. Words that open
/// nothing here do not count on either side.
fn allowed_scopes(allowed: Option<&str>, asked: Option<&str>) -> Result<ScopeSet, ScopeError> {
    let asked = ScopeSet::requested(asked)?;
    let common = match allowed {
        None => asked,
        Some(text) => asked.common(&ScopeSet::parse(text)?),
    };
    if common.is_empty() {
        return Err(ScopeError::Exceeded);
    }
    Ok(common)
}

fn details<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Details>, D::Error> {
    Details::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{account_link::ForeignSubject, id::UserId};

    const NOW: i64 = 1_800_000_000;
    const HERE: Here<'static> = Here {
        issuer: "https://mcp.example",
        token_endpoint: "https://mcp.example/token",
        now: UnixTime::from_seconds(NOW),
    };

    fn claims(changes: &[(&str, Value)]) -> AssertionClaims {
        let mut claims = json!({
            "iss": "https://idp.example",
            "sub": "00u1",
            "aud": "https://mcp.example",
            "client_id": "editor",
            "resource": "https://mcp.example/mcp/files",
            "scope": "mcp:read mcp:write",
            "iat": NOW,
            "exp": NOW + 300,
            "jti": "j1",
            "tenant": "acme",
        });
        for (name, value) in changes {
            claims[name] = value.clone();
        }
        serde_json::from_value(claims).expect("claims")
    }

    fn provider() -> IdJagTrust {
        let alice = Username::parse("alice").expect("a name");
        IdJagTrust {
            users: [("00u1".to_owned(), alice)].into(),
            claims: [("tenant".to_owned(), json!("acme"))].into(),
        }
    }

    fn id_jag(
        changes: &[(&str, Value)],
        scope: Option<&str>,
    ) -> Result<(String, String), AssertionError> {
        let (provider, client) = (provider(), ClientId::from_known("editor"));
        let presented = Presented {
            client: &client,
            scope,
            link: None,
        };
        let judged = judge_id_jag(&claims(changes), &provider, presented, &HERE);
        judged.map(|allowed| (words(allowed.account), allowed.scopes.to_string()))
    }

    fn words(account: Account<'_>) -> String {
        match account {
            Account::Named(name) => name.to_string(),
            Account::Linked(link) => format!("linked {}", link.user),
        }
    }

    #[test]
    fn the_account_is_the_one_that_was_named_or_linked_for_this_issuer_and_subject() {
        use AssertionError::Subject;
        let link = |issuer: &str, subject: &str| AccountLink {
            foreign: ForeignSubject::claimed(issuer, subject),
            user: UserId::from_known("bob"),
            created_at: UnixTime::from_seconds(NOW),
            used_at: None,
        };
        let (here, there) = ("https://idp.example", "https://idp.example/");
        #[rustfmt::skip]
        let cases = [
            ("named",                 "00u1", None,                      Ok("alice")),
            ("named and linked",      "00u1", Some(link(here, "00u1")),  Ok("alice")),
            ("linked",                "00u2", Some(link(here, "00u2")),  Ok("linked bob")),
            ("neither",               "00u2", None,                      Err(Subject)),
            ("another's link",        "00u2", Some(link(here, "00u3")),  Err(Subject)),
            ("another issuer's link", "00u2", Some(link(there, "00u2")), Err(Subject)),
            ("an address",            "alice", None,                     Err(Subject)),
        ];
        for (name, subject, link, expected) in cases {
            let (provider, client) = (provider(), ClientId::from_known("editor"));
            let mail = [
                ("sub", json!(subject)),
                ("email", json!("alice")),
                ("email_verified", json!(true)),
            ];
            let presented = Presented {
                client: &client,
                scope: None,
                link: link.as_ref(),
            };
            let judged = judge_id_jag(&claims(&mail), &provider, presented, &HERE);
            let judged = judged.map(|allowed| words(allowed.account));
            assert_eq!(judged, expected.map(str::to_owned), "{name}");
        }
    }

    #[test]
    fn an_id_jag_is_for_this_server_this_client_and_a_few_minutes() {
        use AssertionError::{Audience, Client, Subject, Time, Unnamed};
        #[rustfmt::skip]
        let cases = [ // X-005..X-007, X-011
            ("as it should be",        "aud", json!("https://mcp.example"),                Ok(())),
            ("alone in a list",        "aud", json!(["https://mcp.example"]),              Ok(())),
            ("another server",         "aud", json!("https://other.example"),              Err(Audience)),
            ("our token endpoint",     "aud", json!("https://mcp.example/token"),          Err(Audience)),
            ("almost",                 "aud", json!("https://mcp.example/"),               Err(Audience)),
            ("two servers",            "aud", json!(["https://mcp.example", "https://b"]), Err(Audience)),
            ("nobody",                 "aud", json!([]),                                   Err(Audience)),
            ("another client",         "client_id", json!("other"),                        Err(Client)),
            ("no client",              "client_id", Value::Null,                           Err(Client)),
            ("unknown subject",        "sub", json!("00u2"),                               Err(Subject)),
            ("the name of an account", "sub", json!("alice"),                              Err(Subject)),
            ("another tenant",         "tenant", json!("evil"),                            Err(Subject)),
            ("no tenant",              "tenant", Value::Null,                              Err(Subject)),
            ("expired",                "exp", json!(NOW - 30),                             Err(Time)),
            ("lives too long",         "exp", json!(NOW + 301),                            Err(Time)),
            ("never lived",            "exp", json!(NOW),                                  Err(Time)),
            ("from the future",        "iat", json!(NOW + 31),                             Err(Time)),
            ("not yet",                "nbf", json!(NOW + 31),                             Err(Time)),
            ("no jti",                 "jti", json!(""),                                   Err(Unnamed)),
        ];
        for (name, claim, value, expected) in cases {
            assert_eq!(
                id_jag(&[(claim, value)], None).map(drop),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn scopes_are_what_was_asked_and_what_is_allowed() {
        let exceeded = Err(AssertionError::Scope(ScopeError::Exceeded));
        let unknown = Err(AssertionError::Scope(ScopeError::Unknown));
        #[rustfmt::skip]
        let cases = [
            ("both",            json!("mcp:read mcp:write"), None,              Ok("mcp:read mcp:write")),
            ("asked for less",  json!("mcp:read mcp:write"), Some("mcp:read"),  Ok("mcp:read")),
            ("allowed less",    json!("mcp:read"),           Some("mcp:read mcp:write"), Ok("mcp:read")),
            ("nothing said",    Value::Null,                 Some("mcp:read"),  Ok("mcp:read")),
            ("write has read",  json!("mcp:write"),          Some("mcp:read"),  Ok("mcp:read")),
            ("in common",       json!("mcp:read"),           Some("mcp:write"), Ok("mcp:read")),
            ("words of others", json!("files.read"),         None,              exceeded),
            ("unknown",         json!("mcp:read"),           Some("admin"),     unknown),
        ];
        for (name, allowed, asked, expected) in cases {
            let judged = id_jag(&[("scope", allowed)], asked).map(|(_, scopes)| scopes);
            assert_eq!(judged, expected.map(str::to_owned), "{name}");
        }
    }

    #[test]
    fn a_workload_is_the_client_that_its_subject_and_claims_say() {
        let workload = |subject: &str, tenant: &str, client: &str| Workload {
            subject: Pattern::new(subject),
            claims: [("tenant".to_owned(), json!(tenant))].into(),
            client: ClientId::from_known(client),
        };
        let trust = WorkloadTrust {
            workloads: vec![
                workload("system:jobs:*", "acme", "robot"),
                workload("*", "acme", "other"),
            ],
            reusable: false,
        };
        let judge = |changes: &[(&str, Value)]| {
            let judged = judge_workload(&claims(changes), &trust, &HERE);
            judged.map(|client| client.to_string())
        };
        let job = ("sub", json!("system:jobs:nightly"));
        use AssertionError::{Audience, Subject, Time};
        #[rustfmt::skip]
        let cases = [
            ("at the issuer",   ("aud", json!("https://mcp.example")),       Ok("robot")),
            ("at the endpoint", ("aud", json!("https://mcp.example/token")), Ok("robot")),
            ("elsewhere",       ("aud", json!("https://mcp.example/mcp")),   Err(Audience)),
            ("an hour",         ("exp", json!(NOW + 3_600)),                 Ok("robot")),
            ("two days",        ("exp", json!(NOW + 48 * 3_600)),            Err(Time)),
            ("another tenant",  ("tenant", json!("evil")),                   Err(Subject)),
        ];
        for (name, change, expected) in cases {
            let judged = judge(&[job.clone(), change]);
            assert_eq!(judged, expected.map(str::to_owned), "{name}");
        }
        assert_eq!(
            judge(&[("sub", json!("x"))]),
            Ok("other".to_owned()),
            "in order"
        );
    }
}
