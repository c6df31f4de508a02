//! Who may do what: allow lists, scopes, and the one decision over both.
//!
//! [`decide`] judges calls and filters lists alike, so that the two can never
//! disagree (GW-13). It answers with a [`Permit`], which forwarding consumes, or
//! with one of two kinds of no: what is curable by a step-up says so, [`Denied::Hidden`] must
//! look exactly like something that does not exist.

mod allow_list;
mod pattern;
#[cfg(test)]
mod samples;
mod strays;

pub use self::{
    allow_list::{AllowList, AllowRule, Caller, Rights},
    pattern::Pattern,
};

use serde_json::Value;

use crate::{
    details::{Covered, Details},
    scope::{READ, ScopeSet},
    server::{ServerName, ToolEffect},
    step_up::{SignIn, Wanted},
};

/// What a message wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// Handshakes, discovery, lists, logging, completion, subscriptions: nothing by name.
    Use,
    /// Call a tool. `None` for the effect means that it is not known, which counts as the worst.
    Call(&'a str, Option<ToolEffect>),
    /// Fetch a prompt.
    Prompt(&'a str),
    /// Read or subscribe to a resource.
    Read(&'a str),
}

/// The proof that policy allowed this very message. Forwarding upstream consumes one.
#[derive(Debug)]
#[must_use = "a permit allows exactly one message to be forwarded"]
pub struct Permit {
    server: ServerName,
}

impl Permit {
    /// The server that the permit is for.
    pub fn server(&self) -> &ServerName {
        &self.server
    }

    /// One more, where what was allowed takes several messages on its way: a subscription to
    /// several resources, a log level before a call.
    pub fn for_part(&self) -> Self {
        Self {
            server: self.server.clone(),
        }
    }
}

/// Why a message is not forwarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// As if it did not exist.
    Hidden,
    /// The token lacks this scope; more consent would cure it.
    Scope(&'static str),
    /// The token is for single calls and this is none of them; more consent would cure it.
    Details,
    /// The sign-in is too old or too weak; one like this would cure it (RFC 9470).
    SignIn(Wanted),
}

/// What a token opens, and what the call brings along that this may depend on.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    /// The scopes.
    pub scopes: &'a ScopeSet,
    /// The only calls that it is for, when not all that the scopes open.
    pub details: &'a Details,
    /// When its person signed in, and what the server makes of it; `None` where it has no rule.
    pub sign_in: Option<SignIn<'a>>,
    /// An argument of the call; asked for only where a detail constrains it.
    pub argument: &'a dyn Fn(&str) -> Option<Value>,
}

/// Decides whether a caller with `rights` and a token that opens `held` may do `action` at
/// `server`.
pub fn decide(
    server: &ServerName,
    rights: &Rights,
    held: Held<'_>,
    action: Action<'_>,
) -> Result<Permit, Denied> {
    if !rights.include(action) {
        return Err(Denied::Hidden);
    }
    let needed = match action {
        Action::Use | Action::Prompt(_) | Action::Read(_) => READ,
        Action::Call(_, effect) => effect.unwrap_or(ToolEffect::Destructive).scope(),
    };
    if !held.scopes.covers(needed) {
        return Err(Denied::Scope(needed));
    }
    if let Action::Call(tool, _) = action {
        match held.details.cover(server, tool, held.argument) {
            Covered::Yes => {}
            Covered::No => return Err(Denied::Details),
        }
    }
    let lacking = held.sign_in.and_then(|sign_in| sign_in.lacks_for(action));
    if let Some(wanted) = lacking {
        return Err(Denied::SignIn(wanted));
    }
    Ok(Permit {
        server: server.clone(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{samples::rights_of, *};
    use crate::{
        step_up::{StepUp, StepUpRule},
        time::UnixTime,
    };

    fn server() -> ServerName {
        ServerName::parse("files").expect("valid")
    }

    #[test]
    fn the_two_kinds_of_no_are_told_apart() {
        let staff = rights_of("bob", &["staff"], "web").expect("staff may read");
        let (read, both) = (ScopeSet::read_only(), ScopeSet::baseline());
        let ask = |rights: &Rights, scopes: &ScopeSet, action| {
            let held = Held {
                scopes,
                details: &Details::default(),
                sign_in: None,
                argument: &|_| None,
            };
            decide(&server(), rights, held, action).map(drop)
        };
        use ToolEffect::{Destructive, Read, Write};
        #[rustfmt::skip]
        let cases = [
            ("read tool, read scope",       &read, Action::Call("read_a", Some(Read)),        Ok(())),
            ("write tool, read scope",      &read, Action::Call("read_b", Some(Write)),       Err(Denied::Scope("mcp:write"))),
            ("destructive, read scope",     &read, Action::Call("read_b", Some(Destructive)), Err(Denied::Scope("mcp:write"))),
            ("unknown effect, read scope",  &read, Action::Call("read_b", None),              Err(Denied::Scope("mcp:write"))), // PO-05
            ("unknown effect, both scopes", &both, Action::Call("read_b", None),              Ok(())),
            ("hidden beats scope",          &read, Action::Call("drop", Some(Destructive)),   Err(Denied::Hidden)),
            ("hidden",                      &both, Action::Call("drop", Some(Read)),          Err(Denied::Hidden)),
            ("lists",                       &read, Action::Use,                               Ok(())),
        ];
        for (name, scopes, action, expected) in cases {
            assert_eq!(ask(&staff, scopes, action), expected, "{name}");
        }
        let nothing = ScopeSet::default();
        assert_eq!(
            ask(&Rights::Everything, &nothing, Action::Use),
            Err(Denied::Scope(READ))
        );
    }

    #[test]
    fn a_token_for_single_calls_makes_these_and_reads_as_its_scopes_say() {
        let details = Details::parse(
            r#"[{"type":"mcp_tool","server":"files","tools":["read_*"]},
                {"type":"mcp_tool","server":"files","tools":["drop"],
                 "arguments":{"what":{"one_of":["it"]}}}]"#,
        );
        let details = details.expect("good");
        let ask = |rights: &Rights, scopes: &ScopeSet, what: &str, action| {
            let held = Held {
                scopes,
                details: &details,
                sign_in: None,
                argument: &|_| Some(Value::from(what)),
            };
            decide(&server(), rights, held, action).map(drop)
        };
        let staff = rights_of("bob", &["staff"], "web").expect("staff may read");
        let (all, read, both) = (
            Rights::Everything,
            ScopeSet::read_only(),
            ScopeSet::baseline(),
        );
        #[rustfmt::skip]
        let cases = [
            ("named",                      &all,   &both, "x",  Action::Call("read_a", None), Ok(())),
            ("named with its argument",    &all,   &both, "it", Action::Call("drop", None),   Ok(())),
            ("named with another",         &all,   &both, "x",  Action::Call("drop", None),   Err(Denied::Details)),
            ("not named",                  &all,   &both, "it", Action::Call("add", None),    Err(Denied::Details)),
            ("what is hidden stays so",    &staff, &both, "it", Action::Call("drop", None),   Err(Denied::Hidden)),
            ("details are no scope",       &all,   &read, "it", Action::Call("drop", None),   Err(Denied::Scope("mcp:write"))),
            ("lists",                      &all,   &read, "x",  Action::Use,                  Ok(())),
            ("resources are no calls",     &all,   &read, "x",  Action::Read("file:///a"),    Ok(())),
        ];
        for (name, rights, scopes, what, action, expected) in cases {
            assert_eq!(ask(rights, scopes, what, action), expected, "{name}"); // GW-13
        }
    }

    #[test]
    fn single_calls_of_one_server_open_no_tool_of_another_by_the_same_name() {
        // GW-02: a token for all servers carries the details of several
        let entry = r#"[{"type":"mcp_tool","server":"mail","tools":["*"]}]"#;
        let details = Details::parse(entry).expect("good");
        let held = Held {
            scopes: &ScopeSet::baseline(),
            details: &details,
            sign_in: None,
            argument: &|_| None,
        };
        let action = Action::Call("send", None);
        let denied = decide(&server(), &Rights::Everything, held, action).map(drop);
        assert_eq!(denied, Err(Denied::Details));
        let mail = ServerName::parse("mail").expect("valid");
        assert!(decide(&mail, &Rights::Everything, held, action).is_ok());
    }

    #[test]
    fn an_old_sign_in_is_the_last_thing_that_stands_in_the_way() {
        let minute = Wanted {
            max_age: Some(Duration::from_secs(60)),
            acr: None,
        };
        let rules = StepUp {
            rules: vec![StepUpRule {
                tools: vec![Pattern::new("read_*")],
                wants: minute,
            }],
        };
        let staff = rights_of("bob", &["staff"], "web").expect("staff may read");
        let (at, both) = (UnixTime::from_seconds(1_000), ScopeSet::baseline());
        let ask = |age: u64, scopes: &ScopeSet, tool: &'static str| {
            let held = Held {
                scopes,
                details: &Details::default(),
                sign_in: Some(SignIn {
                    rules: &rules,
                    at: Some(at),
                    acr: None,
                    now: at + Duration::from_secs(age),
                }),
                argument: &|_| None,
            };
            decide(&server(), &staff, held, Action::Call(tool, None)).map(drop)
        };
        assert_eq!(ask(60, &both, "read_a"), Ok(()));
        assert_eq!(ask(61, &both, "read_a"), Err(Denied::SignIn(minute))); // A-033
        assert_eq!(
            ask(61, &ScopeSet::read_only(), "read_a"),
            Err(Denied::Scope("mcp:write"))
        );
        assert_eq!(ask(61, &both, "drop"), Err(Denied::Hidden));
    }
}
