//! Consent: what a person gave, what is remembered of it, and when nobody is asked again.
//!
//! ```text
//! asked -> what the person gives (never more) -> remembered, unless asked to ask again
//! asked again: covered by what is remembered -> no page, if the circumstances allow it
//! ```
//!
//! What is remembered belongs to one person, one client, one target and one
//! server. The last word counts: whoever gives less, or wants to be asked again,
//! takes back what was remembered before. Never skipped: a client that named
//! itself, a program on the person's own machine, a visit from another site.

mod given;
mod lasting;

pub use self::{
    given::{Already, Given, Standing},
    lasting::Lasting,
};

use crate::{
    id::{ClientId, UserId},
    redirect::Destination,
    resource::Resource,
    time::UnixTime,
};

/// What identifies a remembered approval: one person, one client, one target, one resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsentKey {
    /// Who approved.
    pub user: UserId,
    /// For which client.
    pub client: ClientId,
    /// Sending the code to which host or scheme.
    pub redirect_host: String,
    /// For which resource.
    pub resource: Resource,
}

/// A remembered approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// What it is for.
    pub key: ConsentKey,
    /// What was given; over when that ends.
    pub given: Given,
    /// When.
    pub granted_at: UnixTime,
}

/// How a remembered approval is keyed by target.
pub fn redirect_host(destination: &Destination) -> String {
    match destination {
        Destination::Web { host } => host.clone(),
        Destination::Loopback => "loopback".to_owned(),
        Destination::Application { scheme } => format!("{scheme}:"),
    }
}

/// What the decision whether to ask looks at, besides what was remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// The client registered itself, so its name proves nothing.
    pub self_registered: bool,
    /// The answer goes to a program on the user's machine, which any program there can claim
    /// to be: loopback or a private-use scheme (RFC 8252 section 8.6).
    pub local: bool,
    /// The request came from another site (`Sec-Fetch-Site` says so, or does not say).
    pub cross_site: bool,
    /// The client asked for the page (`prompt=consent`).
    pub prompted: bool,
}

impl Circumstances {
    /// Whether there is any use in remembering an approval: the page may be skipped some time.
    pub fn allow_remembering(self) -> bool {
        !(self.self_registered || self.local)
    }
}

/// Whether the page may be skipped (A-039, CO-05, design decision 5).
///
/// Never on a cross-site navigation, never for a client that named itself, never
/// for a program on the user's machine, never for more than was approved.
pub fn may_skip(
    remembered: Option<&Consent>,
    asked: &Given,
    circumstances: Circumstances,
    now: UnixTime,
) -> bool {
    let calm = !(circumstances.cross_site || circumstances.prompted);
    let covered = |consent: &Consent| {
        let given = &consent.given;
        given.is_live(now) && given.opens(&asked.scopes, &asked.details)
    };
    calm && circumstances.allow_remembering() && remembered.is_some_and(covered)
}

/// What is remembered after a person gave `given` of what was `asked`.
///
/// Whoever gives all that was asked adds to what was remembered, as far as the sum can be
/// said; whoever gives less, or for a shorter time, means that and nothing more.
#[must_use]
pub fn remembered(before: Option<&Given>, asked: &Given, given: Given, now: UnixTime) -> Given {
    let Some(before) = before.filter(|before| before.is_live(now)) else {
        return given;
    };
    if !given.covers(asked) {
        return given;
    }
    if before.covers(&given) {
        return before.clone();
    }
    let whole = |one: &Given| one.details.is_empty() && one.ends_at.is_none();
    if whole(before) && whole(&given) {
        return Given {
            scopes: before.scopes.union(&given.scopes),
            ..given
        };
    }
    given
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{details::Details, scope::ScopeSet};

    const NOW: UnixTime = UnixTime::from_seconds(100);
    const CALM: Circumstances = Circumstances {
        self_registered: false,
        local: false,
        cross_site: false,
        prompted: false,
    };

    fn given(scopes: &str) -> Given {
        Given {
            scopes: ScopeSet::parse(scopes).expect("scopes"),
            ..Given::default()
        }
    }

    fn only(scopes: &str, tool: &str) -> Given {
        let text = format!(r#"[{{"type":"mcp_tool","server":"files","tools":["{tool}"]}}]"#);
        Given {
            details: Details::parse(&text).expect("details"),
            ..given(scopes)
        }
    }

    fn consent(given: Given) -> Consent {
        Consent {
            key: ConsentKey {
                user: UserId::from_known("u"),
                client: ClientId::from_known("c"),
                redirect_host: "c.example".to_owned(),
                resource: Resource::from_known("https://mcp.example/mcp/files"),
            },
            given,
            granted_at: UnixTime::from_seconds(0),
        }
    }

    #[test]
    fn the_page_is_skipped_only_for_a_known_client_at_the_same_target_for_no_more() {
        let read = consent(given("mcp:read"));
        let few = consent(only("mcp:read", "a"));
        let over = consent(Given {
            ends_at: Some(NOW),
            ..given("mcp:read")
        });
        #[rustfmt::skip]
        let cases = [ // CO-05
            ("the same",           Some(&read), given("mcp:read"),     true),
            ("fewer calls",        Some(&read), only("mcp:read", "a"), true),
            ("nothing remembered", None,        given("mcp:read"),     false),
            ("more scope",         Some(&read), given("mcp:write"),    false),
            ("the same call",      Some(&few),  only("mcp:read", "a"), true),
            ("another call",       Some(&few),  only("mcp:read", "b"), false),
            ("every call",         Some(&few),  given("mcp:read"),     false),
            ("its time is over",   Some(&over), given("mcp:read"),     false),
        ];
        for (name, remembered, asked, expected) in cases {
            assert_eq!(may_skip(remembered, &asked, CALM, NOW), expected, "{name}");
        }
        let reasons = [
            Circumstances {
                self_registered: true,
                ..CALM
            },
            Circumstances {
                local: true,
                ..CALM
            }, // CO-08
            Circumstances {
                cross_site: true,
                ..CALM
            }, // CO-04
            Circumstances {
                prompted: true,
                ..CALM
            },
        ];
        let asked = given("mcp:read");
        for reason in reasons {
            assert!(!may_skip(Some(&read), &asked, reason, NOW), "{reason:?}");
        }
    }

    #[test]
    fn the_last_word_is_remembered_and_whole_approvals_add_up() {
        let all = given("mcp:read mcp:write");
        let day = |given: Given| Given {
            ends_at: Some(NOW + Duration::from_secs(86_400)),
            ..given
        };
        let over = Given {
            ends_at: Some(NOW),
            ..all.clone()
        };
        #[rustfmt::skip]
        let cases = [
            ("the first",        None,                          all.clone(),             all.clone(),             all.clone()),
            ("another scope",    Some(given("openid")),         given("mcp:read"),       given("mcp:read"),       given("mcp:read openid")),
            ("no more",          Some(all.clone()),             given("mcp:read"),       given("mcp:read"),       all.clone()),
            ("narrowed scope",   Some(all.clone()),             all.clone(),             given("mcp:read"),       given("mcp:read")),
            ("narrowed calls",   Some(all.clone()),             all.clone(),             only("mcp:write", "a"),  only("mcp:write", "a")),
            ("a shorter time",   Some(all.clone()),             all.clone(),             day(all.clone()),        day(all.clone())),
            ("asked for a call", Some(all.clone()),             only("mcp:read", "a"),   only("mcp:read", "a"),   all.clone()),
            ("another call",     Some(only("mcp:read", "a")),   only("mcp:read", "b"),   only("mcp:read", "b"),   only("mcp:read", "b")),
            ("all after some",   Some(only("mcp:read", "a")),   all.clone(),             all.clone(),             all.clone()),
            ("what was is over", Some(over),                    given("openid"),         given("openid"),         given("openid")),
        ];
        for (name, before, asked, given, expected) in cases {
            let kept = remembered(before.as_ref(), &asked, given, NOW);
            assert_eq!(kept, expected, "{name}"); // CO-05
        }
    }

    #[test]
    fn what_is_always_asked_about_is_not_remembered() {
        let local = Circumstances {
            local: true,
            ..CALM
        };
        let unknown = Circumstances {
            self_registered: true,
            ..CALM
        };
        assert!(!local.allow_remembering() && !unknown.allow_remembering()); // CO-08
        let visit = Circumstances {
            cross_site: true,
            prompted: true,
            ..CALM
        };
        assert!(visit.allow_remembering(), "only this visit is special");
    }
}
