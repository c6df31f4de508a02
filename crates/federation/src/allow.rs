//! Who is admitted: nobody, unless the operator named them.
//!
//! One of organizations, teams, users, domains and groups is enough; claims must hold besides,
//! every one. Names of GitHub compare without regard to case, because it does so too;
//! everything else exactly. A person's address counts only when it is known to be theirs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Profile;

/// Who is admitted through a provider.
#[derive(Clone, Debug, PartialEq)]
pub enum Allow {
    /// Whoever can sign in over there.
    Anyone,
    /// Those who are named, somehow.
    Listed(Listed),
}

/// The ways to name people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    /// Members of these organizations (GitHub).
    pub organizations: Vec<String>,
    /// Members of these teams, `organization/team` (GitHub).
    pub teams: Vec<String>,
    /// These people: a subject, or a verified address of mail; at GitHub the number of the
    /// account or its name. Digits alone are the subject or the number, never a name.
    pub users: Vec<String>,
    /// People whose verified address is in these domains; at Google, whose hosted domain it is.
    pub domains: Vec<String>,
    /// Members of these groups.
    pub groups: Vec<String>,
    /// Claims that must say this, for everybody.
    pub claims: BTreeMap<String, Value>,
}

/// Somebody is not admitted. The reason is for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// A claim does not say what it must.
    #[error("the claim {0} does not say what allow.claims wants")]
    Claim(String),
    /// No list names them, and the provider did not tell all their groups.
    #[error("nothing in allow names this person, and the provider did not tell all groups")]
    GroupsUnknown,
    /// No list names them.
    #[error("nothing in allow names this person")]
    NotListed,
}

impl Listed {
    /// Whether nobody is named at all.
    pub fn is_empty(&self) -> bool {
        self.has_no_names() && self.claims.is_empty()
    }

    fn has_no_names(&self) -> bool {
        let lists = [
            &self.organizations,
            &self.teams,
            &self.users,
            &self.domains,
            &self.groups,
        ];
        lists.iter().all(|list| list.is_empty())
    }

    fn names(&self, profile: &Profile) -> bool {
        let memberships = &profile.memberships;
        let of = |named: &[String], theirs: &BTreeSet<String>| {
            let is = |it: &String| named.iter().any(|name| name.eq_ignore_ascii_case(it));
            theirs.iter().any(is)
        };
        let in_group = |name: &String| {
            let groups = memberships.groups.as_ref();
            groups.is_some_and(|groups| groups.contains(name))
        };
        of(&self.organizations, &memberships.organizations)
            || of(&self.teams, &memberships.teams)
            || self.groups.iter().any(in_group)
            || self.users.iter().any(|name| is_called(profile, name))
            || self.is_of_domain(profile)
    }

    fn is_of_domain(&self, profile: &Profile) -> bool {
        let domain = profile.hosted_domain.clone();
        let domain = domain.or_else(|| profile.mail.as_ref().and_then(|mail| mail.domain()));
        let is = |domain: String| {
            let mut named = self.domains.iter();
            named.any(|name| name.eq_ignore_ascii_case(&domain))
        };
        domain.is_some_and(is)
    }
}

/// A name is what identifies them, an address that is theirs, or the name of their account at
/// GitHub. Names there may be digits alone, so a number is never held against one: it is somebody
/// else's.
fn is_called(profile: &Profile, name: &str) -> bool {
    let number = name.bytes().all(|byte| byte.is_ascii_digit());
    let login = profile.login.as_ref().filter(|_| !number);
    let mail = profile.mail.as_ref().filter(|mail| mail.verified);
    profile.foreign.subject() == name
        || login.is_some_and(|login| login.eq_ignore_ascii_case(name))
        || mail.is_some_and(|mail| mail.address.eq_ignore_ascii_case(name))
}

impl Allow {
    /// Whether a rule leans on something that was not told of `profile` at all: then that nobody
    /// named them does not say that they lost anything.
    pub fn leans_on_untold(&self, profile: &Profile) -> bool {
        let Self::Listed(listed) = self else {
            return false;
        };
        let untold = |name: &String| !profile.claims.contains_key(name);
        let by_mail = listed.users.iter().any(|name| name.contains('@'));
        let no_domain = profile.hosted_domain.as_deref() == Some("") || profile.mail.is_none();
        listed.claims.keys().any(untold)
            || (!listed.groups.is_empty() && profile.memberships.groups.is_none())
            || (by_mail && profile.mail.is_none())
            || (!listed.domains.is_empty() && no_domain)
    }

    /// Whether `profile` is of somebody who is admitted.
    pub fn judge(&self, profile: &Profile) -> Result<(), NotAdmitted> {
        let listed = match self {
            Self::Anyone => return Ok(()),
            Self::Listed(listed) => listed,
        };
        if listed.is_empty() {
            return Err(NotAdmitted::NotListed);
        }
        for (name, expected) in &listed.claims {
            if !says(profile.claims.get(name), expected) {
                return Err(NotAdmitted::Claim(name.clone()));
            }
        }
        if listed.has_no_names() || listed.names(profile) {
            return Ok(());
        }
        let untold = !listed.groups.is_empty() && profile.memberships.groups.is_none();
        Err(if untold {
            NotAdmitted::GroupsUnknown
        } else {
            NotAdmitted::NotListed
        })
    }
}

/// A claim says something when it is that, or a list with that in it.
fn says(claim: Option<&Value>, expected: &Value) -> bool {
    match claim {
        Some(Value::Array(values)) if !expected.is_array() => values.contains(expected),
        Some(value) => value == expected,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use doorward_core::account_link::ForeignSubject;
    use serde_json::json;

    use super::*;
    use crate::{ForeignMail, Memberships};

    fn profile() -> Profile {
        let claims = json!({ "login": "Octo", "tier": "gold", "roles": ["dev", "ops"] });
        Profile {
            foreign: ForeignSubject::claimed("https://idp.example", "00u1"),
            name: Some("octo".to_owned()),
            login: Some("Octo".to_owned()),
            display_name: None,
            mail: Some(ForeignMail {
                address: "octo@Acme.example".to_owned(),
                verified: true,
            }),
            hosted_domain: None,
            memberships: Memberships {
                groups: Some(["staff".to_owned()].into()),
                organizations: ["Acme".to_owned()].into(),
                teams: ["Acme/door".to_owned()].into(),
            },
            claims: claims.as_object().cloned().unwrap_or_default(),
        }
    }

    fn judged(toml: Value, profile: &Profile) -> bool {
        let list = |name: &str| {
            let values = toml[name].as_array().cloned().unwrap_or_default();
            let texts = values.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        };
        let claims = toml["claims"].as_object().cloned().unwrap_or_default();
        let listed = Listed {
            organizations: list("organizations"),
            teams: list("teams"),
            users: list("users"),
            domains: list("domains"),
            groups: list("groups"),
            claims: claims.into_iter().collect(),
        };
        Allow::Listed(listed).judge(profile).is_ok()
    }

    #[test]
    fn nobody_is_admitted_whom_nothing_names() {
        #[rustfmt::skip]
        let cases = [
            ("nothing named",          json!({}), false),
            ("organization, any case", json!({ "organizations": ["acme"] }), true),
            ("other organization",     json!({ "organizations": ["acme2"] }), false),
            ("team",                   json!({ "teams": ["acme/door"] }), true),
            ("team of another",        json!({ "teams": ["evil/door"] }), false),
            ("subject",                json!({ "users": ["00u1"] }), true),
            ("subject, other case",    json!({ "users": ["00U1"] }), false),
            ("login",                  json!({ "users": ["octo"] }), true),
            ("verified address",       json!({ "users": ["octo@acme.example"] }), true),
            ("domain",                 json!({ "domains": ["acme.example"] }), true),
            ("domain above",           json!({ "domains": ["example"] }), false),
            ("group",                  json!({ "groups": ["staff"] }), true),
            ("group, other case",      json!({ "groups": ["Staff"] }), false),
            ("claim",                  json!({ "claims": { "tier": "gold" } }), true),
            ("claim in a list",        json!({ "claims": { "roles": "ops" } }), true),
            ("claim of another",       json!({ "claims": { "tier": "lead" } }), false),
            ("claim that is not said", json!({ "claims": { "x": "y" } }), false),
            ("name and claim",         json!({ "groups": ["staff"], "claims": { "tier": "gold" } }), true),
            ("name without claim",     json!({ "groups": ["staff"], "claims": { "tier": "lead" } }), false),
            ("claim without name",     json!({ "groups": ["other"], "claims": { "tier": "gold" } }), false),
        ];
        for (name, allow, expected) in cases {
            assert_eq!(judged(allow, &profile()), expected, "{name}");
        }
        assert_eq!(Allow::Anyone.judge(&profile()), Ok(()));
    }

    // LG-05
    #[test]
    fn an_address_that_nobody_vouches_for_admits_nobody() {
        let mut profile = profile();
        profile.mail.as_mut().expect("there").verified = false;
        for allow in [
            json!({ "domains": ["acme.example"] }),
            json!({ "users": ["octo@acme.example"] }),
        ] {
            assert!(!judged(allow, &profile));
        }
    }

    // LG-05
    #[test]
    fn a_number_is_nobodys_name_and_a_claim_is_no_name() {
        let mut stranger = profile();
        stranger.login = Some("583231".to_owned());
        assert!(!judged(json!({ "users": ["583231"] }), &stranger));
        stranger.foreign = ForeignSubject::claimed("https://github.com", "583231");
        assert!(judged(json!({ "users": ["583231"] }), &stranger));
        let mut claiming = profile();
        claiming.login = None;
        claiming.claims["login"] = json!("ceo@corp.example");
        assert!(!judged(json!({ "users": ["ceo@corp.example"] }), &claiming));
    }

    //
    #[test]
    fn what_was_not_told_is_not_lost() {
        let mut told_less = profile();
        told_less.mail = None;
        told_less.memberships.groups = None;
        #[rustfmt::skip]
        let cases = [
            (json!({ "claims": ["hidden"] }), true),
            (json!({ "claims": ["tier"] }), false),
            (json!({ "groups": ["staff"] }), true),
            (json!({ "domains": ["corp.example"] }), true),
            (json!({ "users": ["ceo@corp.example"] }), true),
            (json!({ "users": ["00u2"] }), false),
            (json!({ "organizations": ["other"] }), false),
        ];
        for (lists, expected) in cases {
            let list = |name: &str| -> Vec<String> {
                let values = lists[name].as_array().cloned().unwrap_or_default();
                values
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect()
            };
            let claims = list("claims").into_iter().map(|name| (name, json!("x")));
            let allow = Allow::Listed(Listed {
                claims: claims.collect(),
                groups: list("groups"),
                domains: list("domains"),
                users: list("users"),
                organizations: list("organizations"),
                teams: Vec::new(),
            });
            assert_eq!(allow.leans_on_untold(&told_less), expected, "{lists}");
        }
        assert!(!Allow::Anyone.leans_on_untold(&told_less));
    }

    #[test]
    fn a_hosted_domain_stands_above_the_address() {
        let mut profile = profile();
        profile.hosted_domain = Some("other.example".to_owned());
        assert!(!judged(json!({ "domains": ["acme.example"] }), &profile));
        assert!(judged(json!({ "domains": ["other.example"] }), &profile));
    }

    #[test]
    fn groups_that_were_not_told_are_said_to_be_the_reason() {
        let mut profile = profile();
        profile.memberships.groups = None;
        let allow = Allow::Listed(Listed {
            groups: vec!["staff".to_owned()],
            ..Listed::default()
        });
        assert_eq!(allow.judge(&profile), Err(NotAdmitted::GroupsUnknown));
    }
}
