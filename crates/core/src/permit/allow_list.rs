//! Allow lists, and what they let one caller use.

use super::{Action, pattern::Pattern, strays::strays};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permit::samples::{list, rights_of};

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
}
