//! Tokens whose verdicts are scripted.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use doorward_core::{
    access::{Confirmation, Principal},
    details::Details,
    group::{GroupName, Groups},
    id::{ClientId, GrantId, TokenId, UserId},
    jwk::Thumbprint,
    resource::Resource,
    scope::ScopeSet,
    step_up::Acr,
    subject::Subject,
    time::UnixTime,
};
use doorward_verify::{Refusal, VerifyToken};

use super::PUBLIC;

/// Scripted tokens.
#[derive(Default)]
pub(crate) struct Tokens {
    verdicts: Mutex<HashMap<String, Result<Arc<Principal>, Refusal>>>,
    /// Whether the next looks at unknown tokens fail.
    pub(crate) unavailable: AtomicBool,
}

impl Tokens {
    /// A token of `user` (through a client of the same name) for one server.
    pub(crate) fn grant(&self, user: &str, token: &str, server: &str, scopes: &ScopeSet) {
        let principal = Principal {
            subject: Subject::User(UserId::from_known(format!("id-of-{user}"))),
            username: Some(user.into()),
            groups: Groups::default(),
            client: ClientId::from_known("client"),
            grant: GrantId::from_known(format!("grant-of-{user}-at-{server}")),
            token: TokenId::from_known(token),
            resource: Resource::from_known(format!("{PUBLIC}/mcp/{server}")),
            scopes: scopes.clone(),
            details: Details::default(),
            issued_at: UnixTime::from_seconds(1_000),
            expires_at: UnixTime::from_seconds(1_600),
            authenticated_at: Some(UnixTime::from_seconds(1_000)),
            acr: Some(Acr::Password),
            confirmation: None,
        };
        self.set(token, Ok(Arc::new(principal)));
    }

    /// The same for another address of the server.
    pub(crate) fn grant_at(
        &self,
        user: &str,
        token: &str,
        server: &str,
        kind: &str,
        scopes: &ScopeSet,
    ) {
        self.grant(user, token, server, scopes);
        self.change(token, |principal| {
            principal.resource = Resource::from_known(format!("{PUBLIC}/{kind}/{server}"));
        });
    }

    /// The same token for another resource.
    pub(crate) fn relocate(&self, token: &str, resource: &str) {
        self.change(token, |principal| {
            principal.resource = Resource::from_known(resource);
        });
    }

    /// The same until a moment of the stopped clock.
    pub(crate) fn grant_until(&self, user: &str, token: &str, server: &str, until: i64) {
        self.grant(user, token, server, &ScopeSet::baseline());
        self.change(token, |principal| {
            principal.expires_at = UnixTime::from_seconds(until);
        });
    }

    pub(crate) fn change(&self, token: &str, change: impl FnOnce(&mut Principal)) {
        let mut verdicts = self.verdicts.lock().expect("lock");
        if let Some(Ok(principal)) = verdicts.get_mut(token) {
            let mut changed = (**principal).clone();
            change(&mut changed);
            *principal = Arc::new(changed);
        }
    }

    /// A token for all servers as one.
    pub(crate) fn grant_whole(&self, user: &str, token: &str, scopes: &ScopeSet) {
        self.grant(user, token, "*", scopes);
        let mut verdicts = self.verdicts.lock().expect("lock");
        if let Some(Ok(principal)) = verdicts.get_mut(token) {
            *principal = Arc::new(Principal {
                resource: Resource::from_known(format!("{PUBLIC}/mcp")),
                ..(**principal).clone()
            });
        }
    }

    /// The same until a moment of the stopped clock.
    pub(crate) fn grant_whole_until(&self, user: &str, token: &str, until: i64) {
        self.grant_whole(user, token, &ScopeSet::baseline());
        self.change(token, |principal| {
            principal.expires_at = UnixTime::from_seconds(until);
        });
    }

    /// The same for single calls (RFC 9396).
    pub(crate) fn narrow(&self, token: &str, details: &str) {
        let mut verdicts = self.verdicts.lock().expect("lock");
        if let Some(Ok(principal)) = verdicts.get_mut(token) {
            *principal = Arc::new(Principal {
                details: Details::parse(details).expect("details"),
                ..(**principal).clone()
            });
        }
    }

    /// A token whose person signed in so strongly.
    pub(crate) fn sign_in_again(&self, token: &str, acr: Acr) {
        let mut verdicts = self.verdicts.lock().expect("lock");
        if let Some(Ok(principal)) = verdicts.get_mut(token) {
            *principal = Arc::new(Principal {
                acr: Some(acr),
                ..(**principal).clone()
            });
        }
    }

    /// A token that is for single calls of its server (RFC 9396).
    pub(crate) fn grant_calls(&self, user: &str, token: &str, server: &str, details: &str) {
        self.grant(user, token, server, &ScopeSet::baseline());
        let mut verdicts = self.verdicts.lock().expect("lock");
        if let Some(Ok(principal)) = verdicts.get_mut(token) {
            *principal = Arc::new(Principal {
                details: Details::parse(details).expect("details"),
                ..(**principal).clone()
            });
        }
    }

    /// A token of a client that acts for itself, and is called like this user.
    pub(crate) fn grant_client(&self, name: &str, token: &str, server: &str) {
        self.grant(name, token, server, &ScopeSet::baseline());
        let mut verdicts = self.verdicts.lock().expect("lock");
        let Some(Ok(principal)) = verdicts.get_mut(token) else {
            return;
        };
        let client = ClientId::from_known(name);
        *principal = Arc::new(Principal {
            subject: Subject::Client(client.clone()),
            username: None,
            client,
            grant: GrantId::from_known(format!("grant-of-client-{name}-at-{server}")),
            authenticated_at: None,
            acr: None,
            confirmation: None,
            ..(**principal).clone()
        });
    }

    /// A token that names groups of its user.
    pub(crate) fn grant_in_groups(&self, user: &str, token: &str, server: &str, groups: &[&str]) {
        self.grant(user, token, server, &ScopeSet::baseline());
        let names = groups.iter().map(|name| GroupName::parse(name));
        let groups = Groups::of(names.map(|name| name.expect("a name of a group")));
        let mut verdicts = self.verdicts.lock().expect("lock");
        if let Some(Ok(principal)) = verdicts.get_mut(token) {
            *principal = Arc::new(Principal {
                groups,
                ..(**principal).clone()
            });
        }
    }

    /// A token that is bound to some key.
    pub(crate) fn grant_bound(&self, user: &str, token: &str, server: &str) {
        self.grant(user, token, server, &ScopeSet::baseline());
        let mut verdicts = self.verdicts.lock().expect("lock");
        if let Some(Ok(principal)) = verdicts.get_mut(token) {
            *principal = Arc::new(Principal {
                confirmation: Some(Confirmation::Key(Thumbprint::from_known("key"))),
                ..(**principal).clone()
            });
        }
    }

    pub(crate) fn revoke(&self, token: &str) {
        self.set(token, Err(Refusal::Revoked));
    }

    /// From now on nobody can say whether this token was revoked.
    pub(crate) fn doubt(&self, token: &str) {
        self.set(token, Err(Refusal::Unknown));
    }

    fn set(&self, token: &str, verdict: Result<Arc<Principal>, Refusal>) {
        self.verdicts
            .lock()
            .expect("lock")
            .insert(token.to_owned(), verdict);
    }
}

#[async_trait]
impl VerifyToken for Tokens {
    async fn verify(&self, token: &str, resource: &Resource) -> Result<Arc<Principal>, Refusal> {
        if self.unavailable.load(Ordering::Relaxed) {
            return Err(Refusal::Unavailable);
        }
        let verdict = self.cached(token, resource);
        verdict.unwrap_or(Err(Refusal::Invalid("unknown token")))
    }

    fn cached(&self, token: &str, resource: &Resource) -> Option<Result<Arc<Principal>, Refusal>> {
        let verdict = self.verdicts.lock().expect("lock").get(token).cloned()?;
        match verdict {
            Ok(principal) if principal.resource != *resource => None,
            verdict => Some(verdict),
        }
    }
}
