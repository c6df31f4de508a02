//! Which groups of a provider are groups here, and which bring a role.
//!
//! None is, unless the operator says so: at many providers anybody may make a group of any
//! name, and a name that opens a server here must not be theirs to take. No role but that of
//! a member comes from a provider unless it is written down.

use std::collections::{BTreeMap, BTreeSet};

use doorward_core::user::Role;

use crate::Memberships;

/// Which groups count here, and under which names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupMapping {
    /// Names over there and here.
    pub map: BTreeMap<String, String>,
    /// What is put in front of all others; without it they do not count.
    pub prefix: Option<String>,
}

impl GroupMapping {
    /// The groups here; `None` when the provider did not tell them all.
    pub fn apply(&self, memberships: &Memberships) -> Option<BTreeSet<String>> {
        if self.map.is_empty() && self.prefix.is_none() {
            return Some(BTreeSet::new());
        }
        memberships.groups.as_ref()?;
        let here = |name: &str| {
            let prefixed = || self.prefix.as_ref().map(|prefix| format!("{prefix}{name}"));
            self.map.get(name).cloned().or_else(prefixed)
        };
        Some(memberships.names().into_iter().filter_map(here).collect())
    }
}

/// Which groups over there bring which role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleMapping(pub BTreeMap<String, Role>);

impl RoleMapping {
    /// The role that the groups bring; `None` when the operator leaves roles to Doorward, or
    /// the provider did not tell all groups. The strongest counts.
    pub fn apply(&self, memberships: &Memberships) -> Option<Role> {
        if self.0.is_empty() {
            return None;
        }
        memberships.groups.as_ref()?;
        let theirs = memberships.names();
        let brought = self
            .0
            .iter()
            .filter(|(name, _)| theirs.contains(name.as_str()));
        let strongest = brought
            .map(|(_, role)| *role)
            .max_by_key(|role| strength(*role));
        Some(strongest.unwrap_or(Role::Member))
    }
}

fn strength(role: Role) -> u8 {
    match role {
        Role::Member => 0,
        Role::Auditor => 1,
        Role::Administrator => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(groups: &[&str]) -> Memberships {
        Memberships {
            groups: Some(groups.iter().map(|name| (*name).to_owned()).collect()),
            ..Memberships::default()
        }
    }

    fn mapping(map: &[(&str, &str)], prefix: Option<&str>) -> GroupMapping {
        let pair = |(there, here): &(&str, &str)| ((*there).to_owned(), (*here).to_owned());
        GroupMapping {
            map: map.iter().map(pair).collect(),
            prefix: prefix.map(str::to_owned),
        }
    }

    #[test]
    fn a_group_counts_under_the_name_that_the_operator_gave_it() {
        let theirs = of(&["/staff", "admins"]);
        #[rustfmt::skip]
        let cases: [(_, &[&str]); 5] = [
            (mapping(&[], None),                              &[]),
            (mapping(&[("/staff", "staff")], None),           &["staff"]),
            (mapping(&[], Some("kc:")),                       &["kc:/staff", "kc:admins"]),
            (mapping(&[("/staff", "staff")], Some("kc:")),    &["kc:admins", "staff"]),
            (mapping(&[], Some("")),                          &["/staff", "admins"]),
        ];
        for (mapping, expected) in cases {
            let here = mapping.apply(&theirs).expect("told");
            assert!(here.iter().eq(expected), "{mapping:?}: {here:?}");
        }
        let untold = Memberships::default();
        assert_eq!(mapping(&[("a", "b")], None).apply(&untold), None);
        assert!(mapping(&[], None).apply(&untold).is_some());
    }

    #[test]
    fn a_role_comes_only_from_a_group_that_brings_it() {
        let roles = RoleMapping([("ops".to_owned(), Role::Administrator)].into());
        assert_eq!(roles.apply(&of(&["ops"])), Some(Role::Administrator));
        assert_eq!(roles.apply(&of(&["admins"])), Some(Role::Member));
        assert_eq!(roles.apply(&Memberships::default()), None);
        assert_eq!(RoleMapping::default().apply(&of(&["ops"])), None);
    }
}
