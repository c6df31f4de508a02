//! What a request asks for by its `scope`: at servers, and about the person.
//!
//! ```text
//! openid alone, of a client that an administrator registered -> about the person, for UserInfo
//! openid alone, of any other, beside a server or its scopes  -> for the server, and an ID token
//! neither                                                    -> for the server
//! ```
//!
//! The two never meet in one access token (ADR 0015).

use super::{fault::AuthorizeError, resources::Offered};
use crate::{resource::Resource, scope::ScopeSet};

/// The `scope` of a request, taken apart.
pub(super) struct Asked {
    servers: ScopeSet,
    person_alone: bool,
    person: ScopeSet,
}

impl Asked {
    /// Reads it. Where nobody signs people in to clients, nothing about the person is asked.
    pub(super) fn read(scope: Option<&str>, offered: Offered<'_>) -> Result<Self, AuthorizeError> {
        let servers = ScopeSet::requested(scope)?;
        Ok(Self {
            person_alone: ScopeSet::asks_person_alone(scope)?,
            servers,
            person: match offered.userinfo {
                Some(_) => ScopeSet::about_person(scope)?,
                None => ScopeSet::default(),
            },
        })
    }

    /// Whether it is a request of OpenID Connect.
    pub(super) fn connects(&self) -> bool {
        !self.person.is_empty()
    }

    /// Whether it only wants to know who the person is, as far as `scope` says.
    pub(super) fn is_about_person_alone(&self) -> bool {
        self.connects() && self.person_alone
    }

    /// What is asked for, where these resources are meant.
    pub(super) fn at(&self, resources: &[Resource], offered: Offered<'_>) -> ScopeSet {
        let at_userinfo = |resource| Some(resource) == offered.userinfo;
        match resources.iter().all(at_userinfo) {
            true => self.person.clone(),
            false => self.servers.union(&self.person),
        }
    }
}
