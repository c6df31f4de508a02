//! Whose metadata documents are taken: the operator's word on hosts.

use crate::permit::Pattern;

/// Which hosts may name clients; patterns like `*.example.com`, tried on the host alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domains {
    /// Hosts whose documents are taken; `*` for all.
    pub allow: Vec<Pattern>,
    /// Hosts whose documents are never fetched, whatever `allow` says.
    pub deny: Vec<Pattern>,
    /// Hosts whose clients people are asked about every time.
    pub ask: Vec<Pattern>,
}

/// What the operator says about a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a denied host must not be asked"]
pub enum Welcome {
    /// Its documents are taken.
    Allowed,
    /// They are taken, and no approval is remembered.
    Asked,
    /// They are not even fetched.
    Denied,
}

impl Domains {
    /// The word on `host`.
    pub fn judge(&self, host: &str) -> Welcome {
        let named = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(host));
        if named(&self.deny) || !named(&self.allow) {
            Welcome::Denied
        } else if named(&self.ask) {
            Welcome::Asked
        } else {
            Welcome::Allowed
        }
    }

    /// Whether the operator allowed `host` by its name, and not with every other.
    pub fn names(&self, host: &str) -> bool {
        self.allow.iter().any(|pattern| pattern.as_str() == host)
    }
}

impl Default for Domains {
    fn default() -> Self {
        Self {
            allow: vec![Pattern::new("*")],
            deny: Vec::new(),
            ask: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(texts: &[&str]) -> Vec<Pattern> {
        texts.iter().map(|text| Pattern::new(*text)).collect()
    }

    #[test]
    fn denying_wins_and_what_is_not_allowed_is_denied() {
        use Welcome::{Allowed, Asked, Denied};
        let domains = Domains {
            allow: patterns(&["claude.ai", "*.example.com"]),
            deny: patterns(&["evil.example.com"]),
            ask: patterns(&["new.example.com", "evil.example.com"]),
        };
        #[rustfmt::skip]
        let cases = [
            ("claude.ai",            Allowed),
            ("xclaude.ai",           Denied),
            ("claude.ai.evil.test",  Denied),
            ("app.example.com",      Allowed),
            ("example.com",          Denied),
            ("new.example.com",      Asked),
            ("evil.example.com",     Denied),
        ];
        for (host, expected) in cases {
            assert_eq!(domains.judge(host), expected, "{host}");
        }
        assert_eq!(Domains::default().judge("anything.example"), Allowed);
    }
    #[test]
    fn a_host_is_named_by_no_star() {
        let domains = Domains {
            allow: patterns(&["claude.ai", "*.example.com", "*"]),
            ..Domains::default()
        };
        for (host, expected) in [
            ("claude.ai", true),
            ("app.example.com", false),
            ("evil.test", false),
        ] {
            assert_eq!(domains.names(host), expected, "{host}");
        }
    }
}
