//! Who may do what: allow lists, scopes, and the one decision over both.
//!
//! [`decide`] judges calls and filters lists alike, so that the two can never
//! disagree (GW-13). It answers with a [`Permit`], which forwarding consumes, or
//! with one of two kinds of no: what is curable by a step-up says so, [`Denied::Hidden`] must
//! look exactly like something that does not exist.

use std::time::Duration;

use serde_json::Value;

use crate::{
    details::{Covered, Details},
    scope::{READ, ScopeSet},
    server::{ServerName, ToolEffect},
    step_up::SignIn,
};

/// A name with `*` for any run of characters. Matching takes linear time (DS-02).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Any text is a pattern.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `name` matches, byte for byte outside the stars (GW-12).
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
            return false;
        };
        let mut parts = parts.peekable();
        if parts.peek().is_none() {
            return rest.is_empty();
        }
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return rest.ends_with(part);
            }
            match rest
                .find(part)
                .and_then(|at| rest.split_at_checked(at + part.len()))
            {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        true
    }
}

/// One entry of a server's allow list. Whoever matches every stated condition may use
/// what its patterns name; a condition that is not stated does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowRule {
    /// Sign-in names; one must be the caller's, when any is stated.
    pub users: Vec<String>,
    /// Groups; the caller must be in one, when any is stated.
    pub groups: Vec<String>,
    /// Client identifiers; one must be the caller's, when any is stated.
    pub clients: Vec<String>,
    /// Tools that may be called.
    pub tools: Vec<Pattern>,
    /// Prompts that may be fetched.
    pub prompts: Vec<Pattern>,
    /// Resource URIs that may be read. What a star opens ends where `..` leads out of it, however it is written.
    pub resources: Vec<Pattern>,
}

/// The allow list of one server. Without any entry, everyone who is signed in may use everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList {
    /// The entries; each one adds to what the others allow.
    pub rules: Vec<AllowRule>,
}

/// The caller as rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// The sign-in name; `None` for a client that acts for itself, which no rule for users
    /// or groups ever means, whatever the client is called.
    pub user: Option<&'a str>,
    /// The groups of the user.
    pub groups: &'a [String],
    /// The client identifier.
    pub client: &'a str,
}

/// What one caller may use at one server. Resolved once and kept, since it depends
/// only on who calls and on the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Everything that the server offers.
    Everything,
    /// What these patterns name.
    Listed {
        /// Tools.
        tools: Vec<Pattern>,
        /// Prompts.
        prompts: Vec<Pattern>,
        /// Resources.
        resources: Vec<Pattern>,
    },
}

impl AllowList {
    /// What `caller` may use; `None` when the whole server does not exist for them (GW-04).
    pub fn rights(&self, caller: &Caller<'_>) -> Option<Rights> {
        if self.rules.is_empty() {
            return Some(Rights::Everything);
        }
        let matching: Vec<&AllowRule> = self
            .rules
            .iter()
            .filter(|rule| rule.applies_to(caller))
            .collect();
        if matching.is_empty() {
            return None;
        }
        let gather = |of: fn(&AllowRule) -> &Vec<Pattern>| -> Vec<Pattern> {
            matching.iter().flat_map(|rule| of(rule)).cloned().collect()
        };
        Some(Rights::Listed {
            tools: gather(|rule| &rule.tools),
            prompts: gather(|rule| &rule.prompts),
            resources: gather(|rule| &rule.resources),
        })
    }
}

impl AllowRule {
    fn applies_to(&self, caller: &Caller<'_>) -> bool {
        let unstated_or = |stated: &[String], holds: &dyn Fn(&String) -> bool| {
            stated.is_empty() || stated.iter().any(holds)
        };
        unstated_or(&self.users, &|name| caller.user == Some(name.as_str()))
            && unstated_or(&self.groups, &|name| caller.groups.contains(name))
            && unstated_or(&self.clients, &|id| id == caller.client)
    }
}

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
    /// The sign-in is older than this; a new one would cure it (RFC 9470).
    SignIn(Duration),
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
        match held.details.cover(tool, held.argument) {
            Covered::Yes => {}
            Covered::No => return Err(Denied::Details),
        }
    }
    let too_old = held.sign_in.and_then(|sign_in| sign_in.too_old_for(action));
    if let Some(max_age) = too_old {
        return Err(Denied::SignIn(max_age));
    }
    Ok(Permit {
        server: server.clone(),
    })
}

impl Rights {
    /// Whether `action` exists for the caller, whatever the scopes.
    pub fn include(&self, action: Action<'_>) -> bool {
        let Self::Listed {
            tools,
            prompts,
            resources,
        } = self
        else {
            return true;
        };
        let any =
            |patterns: &[Pattern], name: &str| patterns.iter().any(|pattern| pattern.matches(name));
        match action {
            Action::Use => true,
            Action::Call(name, _) => any(tools, name),
            Action::Prompt(name) => any(prompts, name),
            Action::Read(uri) => {
                let admits = |pattern: &Pattern| {
                    let whole = matches!(pattern.as_str(), "*") || pattern.as_str() == uri;
                    pattern.matches(uri) && (whole || !strays(uri))
                };
                resources.iter().any(admits)
            }
        }
    }
}

/// Whether a server may take the URI for one elsewhere than where it begins: with a step
/// upwards in it, however that is written, or with characters that URL parsers drop. What a
/// star admits below a folder must not lead out of it.
fn strays(uri: &str) -> bool {
    let once = uri.to_ascii_lowercase().replace("%25", "%");
    let plain = once
        .replace("%2e", ".")
        .replace("%2f", "/")
        .replace("%5c", "\\");
    let dropped = ["%00", "%09", "%0a", "%0d"];
    uri.chars().any(char::is_control)
        || dropped.iter().any(|encoded| plain.contains(encoded))
        || plain
            .split(['/', '\\', '?', '#', ';'])
            .any(|part| matches!(part.trim(), "." | ".."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        step_up::{StepUp, StepUpRule},
        time::UnixTime,
    };

    #[test]
    fn patterns_match_whole_names() {
        #[rustfmt::skip]
        let cases = [
            ("read_*", "read_file", true),   ("read_*", "read_", true),   ("read_*", "xread_file", false),
            ("*", "", true),                 ("*", "anything", true),     ("", "", true), ("", "a", false),
            ("a*b*c", "aXbYc", true),        ("a*b*c", "abc", true),      ("a*b*c", "acb", false),
            ("*_file", "read_file", true),   ("*_file", "read_files", false),
            ("a*a", "a", false),             ("a*a", "aa", true),
            // GW-12: only the exact bytes
            ("read_file", "read_file", true), ("read_file", "Read_File", false), ("read_file", "read_file ", false),
            ("read_file", "read_file\u{200b}", false), ("read_file", "ｒead_file", false), ("read_file", "read_file\0x", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(
                Pattern::new(pattern).matches(name),
                expected,
                "{pattern} {name:?}"
            );
        }
    }

    fn server() -> ServerName {
        ServerName::parse("files").expect("valid")
    }

    fn list() -> AllowList {
        let patterns = |names: &[&str]| names.iter().map(|name| Pattern::new(*name)).collect();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        AllowList {
            rules: vec![
                AllowRule {
                    groups: names(&["staff"]),
                    tools: patterns(&["read_*"]),
                    ..AllowRule::default()
                },
                AllowRule {
                    users: names(&["root"]),
                    clients: names(&["cli"]),
                    tools: patterns(&["*"]),
                    prompts: patterns(&["*"]),
                    resources: patterns(&["*"]),
                    ..AllowRule::default()
                },
            ],
        }
    }

    fn rights_of(user: &str, groups: &[&str], client: &str) -> Option<Rights> {
        let groups: Vec<String> = groups.iter().map(|name| (*name).to_owned()).collect();
        list().rights(&Caller {
            user: Some(user),
            groups: &groups,
            client,
        })
    }

    #[test]
    fn a_caller_has_what_every_matching_rule_allows_and_nothing_else() {
        assert_eq!(rights_of("bob", &[], "web"), None, "no rule, no server"); // GW-04
        assert_eq!(
            rights_of("root", &[], "web"),
            None,
            "every stated condition counts"
        );
        let staff = rights_of("bob", &["staff"], "web").expect("staff may read");
        assert!(staff.include(Action::Call("read_file", None)));
        assert!(!staff.include(Action::Call("write_file", None)));
        assert!(
            !staff.include(Action::Read("file:///x")),
            "side doors are closed"
        ); // GW-14
        assert!(!staff.include(Action::Prompt("p")));
        let both = rights_of("root", &["staff"], "cli").expect("root");
        assert!(both.include(Action::Call("write_file", None)));
        let open = AllowList::default().rights(&Caller {
            user: Some("x"),
            groups: &[],
            client: "y",
        });
        assert_eq!(open, Some(Rights::Everything));
    }

    #[test]
    fn a_client_that_acts_for_itself_is_no_user_and_in_no_group() {
        let rights = |list: &AllowList, client| {
            list.rights(&Caller {
                user: None,
                groups: &[],
                client,
            })
        };
        assert_eq!(rights(&list(), "root"), None, "named like a user");
        assert_eq!(
            rights(&list(), "cli"),
            None,
            "the rule names a user as well"
        );
        let own = AllowList {
            rules: vec![AllowRule {
                clients: vec!["cli".to_owned()],
                tools: vec![Pattern::new("read_*")],
                ..AllowRule::default()
            }],
        };
        let rights_of_cli = rights(&own, "cli").expect("the rule names it");
        assert!(rights_of_cli.include(Action::Call("read_file", None)));
        assert!(!rights_of_cli.include(Action::Call("write_file", None)));
        assert_eq!(rights(&own, "other"), None);
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
    fn an_old_sign_in_is_the_last_thing_that_stands_in_the_way() {
        let minute = Duration::from_secs(60);
        let rules = StepUp {
            rules: vec![StepUpRule {
                tools: vec![Pattern::new("read_*")],
                max_age: minute,
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

    proptest! {
        #[test]
        fn a_pattern_without_stars_matches_only_itself(pattern in "[a-z_]{0,8}", name in "[a-z_]{0,8}") {
            prop_assert_eq!(Pattern::new(pattern.clone()).matches(&name), pattern == name);
        }

        #[test]
        fn matching_agrees_with_a_slow_reference(pattern in "[ab*]{0,6}", name in "[ab]{0,8}") {
            fn slow(pattern: &[u8], name: &[u8]) -> bool {
                match (pattern.split_first(), name.split_first()) {
                    (None, None) => true,
                    (Some((b'*', rest)), _) if slow(rest, name) => true,
                    (Some((b'*', _)), Some((_, tail))) => slow(pattern, tail),
                    (Some((p, rest)), Some((n, tail))) => p == n && slow(rest, tail),
                    _ => false,
                }
            }
            prop_assert_eq!(Pattern::new(pattern.clone()).matches(&name), slow(pattern.as_bytes(), name.as_bytes()));
        }
    }

    #[test]
    fn a_resource_below_a_star_does_not_lead_out_of_it() {
        let rights = Rights::Listed {
            tools: Vec::new(),
            prompts: Vec::new(),
            resources: ["file:///srv/docs/*", "file:///srv/../x"]
                .map(Pattern::new)
                .to_vec(),
        };
        #[rustfmt::skip]
        let cases = [ // GW-12, PO-03
            ("below",               "file:///srv/docs/a/b.txt",                true),
            ("dots in a name",      "file:///srv/docs/..a/b..txt",             true),
            ("template",            "file:///srv/docs/{path}",                 true),
            ("written out",         "file:///srv/../x",                        true),
            ("up",                  "file:///srv/docs/../../etc/passwd",       false),
            ("up at the end",       "file:///srv/docs/..",                     false),
            ("encoded",             "file:///srv/docs/%2e%2e/secret",          false),
            ("half encoded",        "file:///srv/docs/.%2E/secret",            false),
            ("encoded twice",       "file:///srv/docs/%252e%252e/secret",      false),
            ("encoded slash",       "file:///srv/docs/..%2fsecret",            false),
            ("backslash",           "file:///srv/docs/..\\secret",             false),
            ("tab inside",          "file:///srv/docs/.\t./secret",            false),
            ("encoded line break",  "file:///srv/docs/.%0a./secret",           false),
            ("parameters",          "file:///srv/docs/..;/secret",             false),
            ("here",                "file:///srv/docs/./a",                    false),
        ];
        for (name, uri, expected) in cases {
            assert_eq!(rights.include(Action::Read(uri)), expected, "{name}");
        }
        let everything = Rights::Listed {
            tools: Vec::new(),
            prompts: Vec::new(),
            resources: vec![Pattern::new("*")],
        };
        assert!(everything.include(Action::Read("file:///a/../b")));
    }
}
