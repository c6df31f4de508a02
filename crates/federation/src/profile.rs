//! Who somebody is elsewhere, once everything about it was checked.

use std::collections::BTreeSet;

use doorward_core::account_link::ForeignSubject;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a provider says of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Who it is: issuer and subject, and nothing else (LG-05).
    pub foreign: ForeignSubject,
    /// What it calls them: a suggestion for a name here, which may change over there.
    pub name: Option<String>,
    /// The name of their account at GitHub, which nobody else has at the same time. What an OpenID
    /// Provider calls `login` may be what people write there themselves.
    pub login: Option<String>,
    /// Their name for people.
    pub display_name: Option<String>,
    /// Their address of mail.
    pub mail: Option<ForeignMail>,
    /// Their hosted domain at Google, from a checked ID token.
    pub hosted_domain: Option<String>,
    /// What they belong to.
    pub memberships: Memberships,
    /// Everything that was said, for rules about further claims.
    pub claims: Map<String, Value>,
}

/// An address of mail, and whether the provider vouches for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignMail {
    /// The address.
    pub address: String,
    /// Whether it is known to be theirs: the provider says so, and is to be believed in it.
    pub verified: bool,
}

impl ForeignMail {
    /// The domain, in lower case, of an address that is theirs.
    pub fn domain(&self) -> Option<String> {
        let (_, domain) = self.address.rsplit_once('@')?;
        self.verified.then(|| domain.to_ascii_lowercase())
    }
}

/// What somebody belongs to at a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memberships {
    /// Groups; `None` when the provider did not say, or not all.
    pub groups: Option<BTreeSet<String>>,
    /// Organizations.
    pub organizations: BTreeSet<String>,
    /// Teams, as `organization/team`.
    pub teams: BTreeSet<String>,
}

impl Memberships {
    /// Everything that can be mapped to a group here: groups, and teams as they are written.
    pub fn names(&self) -> BTreeSet<&str> {
        let groups = self.groups.iter().flatten();
        groups.chain(&self.teams).map(String::as_str).collect()
    }
}
