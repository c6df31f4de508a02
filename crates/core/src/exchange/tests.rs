//! Who may exchange what for what.

use super::*;
use crate::{
    id::{GrantId, TokenId, UserId},
    jwk::Thumbprint,
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
        amr: Vec::new(),
        authorization_details: None,
        grant: GrantId::from_known("g"),
        preferred_username: Some("alice".to_owned()),
        groups: Vec::new(),
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
        groups: Vec::new(),
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

// RFC 8693 section 2.2.2, RFC 9449 section 1
#[test]
fn what_is_bound_is_exchanged_by_who_holds_what_it_has_to() {
    let key = |name| Some(Confirmation::Key(Thumbprint::from_known(name)));
    let bound = |token: AccessClaims| AccessClaims {
        cnf: key("key"),
        ..token
    };
    let plain_actor = own_token("backend");
    let (bound_actor, theirs) = (bound(own_token("backend")), bound(subject()));
    let outcome = |id: &str, subject: &AccessClaims, actor, holds: Option<Confirmation>| {
        let (client, target) = (client(id), resource(MAIL));
        let asked = ExchangeRequest {
            client: &client,
            key: holds.as_ref(),
            subject,
            actor,
            target: (id == "backend").then_some(&target),
            scope: Some(READ),
            details: None,
        };
        exchange(&asked, &[rule()]).map(drop)
    };
    let refused = Err(ExchangeError::Unproven);
    #[rustfmt::skip]
    let cases = [
        ("own, its key",                   "editor",  &theirs,    None,               key("key"),   Ok(())),
        ("own, another key, TK-12",        "editor",  &theirs,    None,               key("other"), refused),
        ("own, nothing, TK-12",            "editor",  &theirs,    None,               None,         refused),
        ("own, not bound",                 "editor",  &subject(), None,               None,         Ok(())),
        ("own, not bound, with a key",     "editor",  &subject(), None,               key("other"), Ok(())),
        ("received, a key",                "backend", &theirs,    None,               key("other"), Ok(())),
        ("received, nothing, TK-12",       "backend", &theirs,    None,               None,         refused),
        ("received, not bound",            "backend", &subject(), None,               None,         Ok(())),
        ("actor, its key",                 "backend", &subject(), Some(&bound_actor), key("key"),   Ok(())),
        ("actor, another key, TK-12",      "backend", &subject(), Some(&bound_actor), key("other"), refused),
        ("actor, nothing, TK-12",          "backend", &subject(), Some(&bound_actor), None,         refused),
        ("received, actor not bound",      "backend", &theirs,    Some(&plain_actor), key("other"), Ok(())),
    ];
    for (name, id, subject, actor, holds, expected) in cases {
        assert_eq!(outcome(id, subject, actor, holds), expected, "{name}");
    }
}
