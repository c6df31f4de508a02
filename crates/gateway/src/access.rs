//! Who may use a server, resolved once per grant and kept until the configuration changes.

use std::{collections::HashMap, sync::Arc};

use doorward_core::{
    access::Principal,
    group::Groups,
    id::{ClientId, GrantId},
    permit::{AllowList, Caller as Named, Rights},
    subject::Subject,
};
use quick_cache::sync::Cache;

use crate::places::{Place, Places};

/// How many grants are remembered per server.
const REMEMBERED: usize = 10_000;

/// The allow list of one server together with what was resolved from it.
pub(crate) struct Access {
    allow: AllowList,
    groups: Arc<HashMap<String, Vec<String>>>,
    places: Arc<Places>,
    known: Cache<GrantId, Option<Arc<Caller>>>,
}

/// One user through one client, or a client for itself, at one server: what every call of
/// theirs shares.
pub(crate) struct Caller {
    pub(crate) subject: Subject,
    pub(crate) username: Option<Arc<str>>,
    /// The groups that the token names: those of the configuration are the same all the time.
    groups: Groups,
    pub(crate) client: ClientId,
    /// The client and the grant as audit records name them.
    pub(crate) client_label: Arc<str>,
    pub(crate) grant_label: Arc<str>,
    pub(crate) rights: Rights,
    /// What its subject takes up, here and elsewhere.
    pub(crate) place: Arc<Place>,
}

impl Access {
    pub(crate) fn new(
        allow: AllowList,
        groups: Arc<HashMap<String, Vec<String>>>,
        places: Arc<Places>,
    ) -> Self {
        Self {
            allow,
            groups,
            places,
            known: Cache::new(REMEMBERED),
        }
    }

    /// What the holder of a valid token may use; `None` when the server does not exist for
    /// them (GW-04).
    pub(crate) fn caller(&self, principal: &Principal) -> Option<Arc<Caller>> {
        if let Some(known) = self.known.get(&principal.grant) {
            match known {
                Some(caller) if caller.is(principal) => return Some(caller),
                // A grant belongs to one subject and client; a name and groups may change.
                Some(_) | None => {}
            }
        }
        let caller = self.resolve(principal).map(Arc::new);
        self.known.insert(principal.grant.clone(), caller.clone());
        caller
    }

    fn resolve(&self, principal: &Principal) -> Option<Caller> {
        let user = principal.username.as_deref();
        let configured = user.and_then(|name| self.groups.get(name));
        let mut groups = configured.cloned().unwrap_or_default();
        groups.extend(principal.groups.iter().map(ToString::to_string));
        let rights = self.allow.rights(&Named {
            user,
            groups: &groups,
            client: principal.client.as_str(),
        })?;
        Some(Caller {
            subject: principal.subject.clone(),
            username: principal.username.clone(),
            groups: principal.groups.clone(),
            client: principal.client.clone(),
            client_label: principal.client.as_str().into(),
            grant_label: principal.grant.as_str().into(),
            rights,
            place: self.places.of(&principal.subject),
        })
    }
}

impl Caller {
    fn is(&self, principal: &Principal) -> bool {
        self.username == principal.username
            && self.groups == principal.groups
            && self.subject == principal.subject
            && self.client == principal.client
    }

    /// Whether lists must be filtered for this caller.
    pub(crate) fn is_limited(&self) -> bool {
        match self.rights {
            Rights::Everything => false,
            Rights::Listed { .. } => true,
        }
    }
}
