//! What a person gives a client at one server.

use crate::{
    details::Details,
    scope::ScopeSet,
    server::{ServerName, ToolEffect, ToolSummary},
    time::UnixTime,
};

/// Scopes, the only calls if there are any, and until when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The scopes.
    pub scopes: ScopeSet,
    /// The calls, when not all that the scopes open.
    pub details: Details,
    /// When it ends, if the person said so; else as configured.
    pub ends_at: Option<UnixTime>,
}

impl Given {
    /// Whether it still counts.
    pub fn is_live(&self, now: UnixTime) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }

    /// Whether it opens everything that `other` opens, for at least as long.
    pub fn covers(&self, other: &Self) -> bool {
        let long_enough = match (self.ends_at, other.ends_at) {
            (None, _) => true,
            (Some(ours), Some(theirs)) => ours >= theirs,
            (Some(_), None) => false,
        };
        long_enough && self.opens(&other.scopes, &other.details)
    }

    /// Whether it opens these scopes for these calls.
    pub fn opens(&self, scopes: &ScopeSet, details: &Details) -> bool {
        self.scopes.covers_all(scopes) && self.details.cover_all(details)
    }

    /// Whether a tool of this effect is within its scopes.
    fn reaches(&self, effect: ToolEffect) -> bool {
        self.scopes.covers(effect.scope())
    }

    /// Whether it opens a tool of `server`, with whatever arguments.
    fn includes(&self, server: &ServerName, tool: &ToolSummary) -> bool {
        self.reaches(tool.effect)
            && (self.details.is_empty() || self.details.name(server, &tool.name))
    }
}

/// What a client has from a person at one server already, from one approval or several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Already(Vec<Given>);

/// How a tool that is asked for stands to what was given before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was given before that says anything about it.
    New,
    /// It was given.
    Given,
    /// It was left out, though its scope was given.
    LeftOut,
}

impl Already {
    /// What counts of these at `now`.
    pub fn of(all: impl IntoIterator<Item = Given>, now: UnixTime) -> Self {
        let live = all.into_iter().filter(|given| given.is_live(now));
        Self(live.collect())
    }

    /// Whether there is nothing.
    pub fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this scope was given.
    pub fn has(&self, scope: &str) -> bool {
        self.0.iter().any(|given| given.scopes.covers(scope))
    }

    /// How `tool` of `server` stands.
    pub fn standing(&self, server: &ServerName, tool: &ToolSummary) -> Standing {
        if self.0.iter().any(|given| given.includes(server, tool)) {
            Standing::Given
        } else if self.0.iter().any(|given| given.reaches(tool.effect)) {
            Standing::LeftOut
        } else {
            Standing::New
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(scopes: &str, tools: &[&str], ends_at: Option<i64>) -> Given {
        let entry = serde_json::json!([{"type": "mcp_tool", "server": "files", "tools": tools}]);
        let details = match tools {
            [] => Details::default(),
            _ => Details::parse(&entry.to_string()).expect("details"),
        };
        Given {
            scopes: ScopeSet::parse(scopes).expect("scopes"),
            details,
            ends_at: ends_at.map(UnixTime::from_seconds),
        }
    }

    #[test]
    fn less_is_covered_by_more_and_never_the_other_way_round() {
        let all = given("mcp:write", &[], None);
        let some = given("mcp:write", &["a", "b"], None);
        #[rustfmt::skip]
        let cases = [ // CO-05
            ("the same",              &all,  given("mcp:write", &[], None),          true),
            ("an implied scope",      &all,  given("mcp:read", &[], None),           true),
            ("single calls",          &all,  given("mcp:read", &["x"], None),        true),
            ("an earlier end",        &all,  given("mcp:read", &[], Some(9)),        true),
            ("another scope",         &all,  given("mcp:read openid", &[], None),    false),
            ("one of two calls",      &some, given("mcp:write", &["b"], None),       true),
            ("a further call",        &some, given("mcp:write", &["b", "c"], None),  false),
            ("every call",            &some, given("mcp:write", &[], None),          false),
        ];
        for (name, held, asked, expected) in cases {
            assert_eq!(held.covers(&asked), expected, "{name}");
        }
        let short = given("mcp:write", &[], Some(10));
        assert!(short.covers(&given("mcp:read", &[], Some(10))));
        assert!(!short.covers(&given("mcp:read", &[], Some(11))));
        assert!(!short.covers(&given("mcp:read", &[], None)));
        let at = UnixTime::from_seconds;
        assert!(short.is_live(at(9)) && !short.is_live(at(10)));
    }

    #[test]
    fn a_tool_is_new_given_or_was_left_out() {
        let tool = |name: &str, effect| ToolSummary {
            name: name.to_owned(),
            title: None,
            effect,
        };
        let (now, server) = (UnixTime::from_seconds(5), ServerName::parse("files"));
        let server = server.expect("a name");
        let before = [
            given("mcp:read", &["a"], None),
            given("mcp:write", &["w"], Some(5)), // over
        ];
        let already = Already::of(before, now);
        use ToolEffect::{Read, Write};
        assert_eq!(already.standing(&server, &tool("a", Read)), Standing::Given);
        assert_eq!(
            already.standing(&server, &tool("b", Read)),
            Standing::LeftOut
        );
        assert_eq!(already.standing(&server, &tool("w", Write)), Standing::New);
        assert!(already.has("mcp:read") && !already.has("mcp:write"));
        let nothing = Already::of([], now);
        assert!(nothing.is_nothing() && !already.is_nothing());
        assert_eq!(nothing.standing(&server, &tool("a", Read)), Standing::New);
    }
}
