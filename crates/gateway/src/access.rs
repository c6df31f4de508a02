//! Who may use a server, resolved once per grant and kept until the configuration changes.

use std::{collections::HashMap, sync::Arc};

use doorward_core::{
    access::{Confirmation, Principal},
    dpop::Policy,
    group::Groups,
    id::{ClientId, GrantId},
    permit::{AllowList, Caller as Named, Rights},
    subject::Subject,
};
use quick_cache::sync::Cache;

use crate::{
    places::{Place, Places},
    snapshot::Server,
};

/// How many grants are remembered per server.
const REMEMBERED: usize = 10_000;

/// The allow list of one server together with what was resolved from it.
pub(crate) struct Access {
    allow: AllowList,
    groups: Arc<HashMap<String, Vec<String>>>,
    places: Arc<Places>,
    /// The servers that it is the endpoint of, where that is all of them.
    members: Vec<Arc<Server>>,
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
    /// The servers that they may use through the endpoint that is all of them.
    pub(crate) members: Vec<Member>,
    /// Whether their token is bound to a key, which some members demand.
    bound: bool,
}

/// One of several servers behind one endpoint, and its caller.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) server: Arc<Server>,
    pub(crate) caller: Arc<Caller>,
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
            members: Vec::new(),
            known: Cache::new(REMEMBERED),
        }
    }

    /// That of an endpoint that is all of these at once: it is there for whoever may use one.
    pub(crate) fn of_all(members: Vec<Arc<Server>>, places: Arc<Places>) -> Self {
        Self {
            members,
            ..Self::new(AllowList::default(), Arc::default(), places)
        }
    }

    /// The servers that it is the endpoint of, where that is all of them.
    pub(crate) fn members(&self) -> &[Arc<Server>] {
        &self.members
    }

    /// Whether somebody may use anything at all.
    pub(crate) fn admits(&self, user: &str, groups: &Groups, client: &ClientId) -> bool {
        self.rights(Some(user), groups, client).is_some()
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
        let rights = self.rights(user, &principal.groups, &principal.client)?;
        let bound = matches!(principal.confirmation, Some(Confirmation::Key(_)));
        let members = self.members.iter().filter_map(|server| {
            let open = bound || server.dpop == Policy::Accepted;
            let caller = server.access.caller(principal).filter(|_| open)?;
            let server = Arc::clone(server);
            Some(Member { server, caller })
        });
        let members: Vec<Member> = members.collect();
        if members.is_empty() && !self.members.is_empty() {
            return None;
        }
        Some(Caller {
            subject: principal.subject.clone(),
            username: principal.username.clone(),
            groups: principal.groups.clone(),
            client: principal.client.clone(),
            client_label: principal.client.as_str().into(),
            grant_label: principal.grant.as_str().into(),
            rights,
            place: self.places.of(&principal.subject),
            members,
            bound,
        })
    }

    fn rights(&self, user: Option<&str>, groups: &Groups, client: &ClientId) -> Option<Rights> {
        let configured = user.and_then(|name| self.groups.get(name));
        let mut all = configured.cloned().unwrap_or_default();
        all.extend(groups.iter().map(ToString::to_string));
        self.allow.rights(&Named {
            user,
            groups: &all,
            client: client.as_str(),
        })
    }
}

impl Caller {
    fn is(&self, principal: &Principal) -> bool {
        self.username == principal.username
            && self.groups == principal.groups
            && self.subject == principal.subject
            && self.client == principal.client
            && self.bound == matches!(principal.confirmation, Some(Confirmation::Key(_)))
    }

    /// Whether they may use what `other` may, here and at each of several servers.
    pub(crate) fn may_what(&self, other: &Self) -> bool {
        let pairs = || self.members.iter().zip(&other.members);
        self.rights == other.rights
            && self.members.len() == other.members.len()
            && pairs().all(|(one, other)| {
                one.server.name == other.server.name && one.caller.rights == other.caller.rights
            })
    }

    /// Whether lists must be filtered for this caller.
    pub(crate) fn is_limited(&self) -> bool {
        match self.rights {
            Rights::Everything => false,
            Rights::Listed { .. } => true,
        }
    }
}
