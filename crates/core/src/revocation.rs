//! What was revoked while its access tokens are still within their lifetime.
//!
//! A self-contained token outlives its grant by up to its own lifetime unless
//! somebody remembers. This memory is consulted on every call and must cost
//! nothing there: callers keep the [`Revocations::epoch`] at which they last
//! looked and look again only when it moved. Every replica holds one, filled
//! from the store at start and told of each revocation as it commits. While nobody
//! can be sure that it is complete, it is suspended and vouches for nothing.

use std::{
    collections::HashMap,
    sync::{
        PoisonError, RwLock, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{
    access::Principal,
    grant::Grant,
    id::{ClientId, GrantId, TokenId, UserId},
    subject::Subject,
    time::UnixTime,
};

/// Something whose access tokens are refused from now on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Revocation {
    /// All tokens of a grant.
    Grant(GrantId),
    /// One token.
    Token(TokenId),
    /// All tokens of a user issued so far.
    User(UserId),
    /// The same, but grants and sign-ins stay: a client gets its next token silently.
    TokensOfUser(UserId),
    /// All tokens of a client issued so far.
    Client(ClientId),
}

impl Revocation {
    /// All tokens that speak of `subject`.
    fn of_all(subject: &Subject) -> Self {
        match subject {
            Subject::User(id) => Self::User(id.clone()),
            Subject::Client(id) => Self::Client(id.clone()),
        }
    }
}

/// What is known of the token of a [`Principal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Standing {
    /// It was not revoked.
    Good,
    /// It was.
    Revoked,
    /// Nobody can say: it may have been revoked elsewhere.
    Unknown,
}

/// The memory of revocations.
#[derive(Debug, Default)]
pub struct Revocations {
    epoch: AtomicU64,
    memory: RwLock<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    since: HashMap<Revocation, UnixTime>,
    suspended: bool,
}

impl Revocations {
    /// Changes whenever anything was revoked. A verdict reached at an epoch holds until it changes.
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Remembers that `what` was revoked at `at`. Callers see it at their next call. Of two times
    /// the later counts: what is read from a store may be older than what was just told.
    pub fn add(&self, what: Revocation, at: UnixTime) {
        self.write()
            .since
            .entry(what)
            .and_modify(|known| *known = at.max(*known))
            .or_insert(at);
        self.epoch.fetch_add(1, Ordering::Release);
    }

    /// Vouches for nothing from now on: what was revoked may not have come here. Callers see it
    /// at their next call. Says whether that is new.
    pub fn suspend(&self) -> bool {
        self.set_suspended(true)
    }

    /// Vouches again: everything that was revoked has been added. Says whether that is new.
    pub fn resume(&self) -> bool {
        self.set_suspended(false)
    }

    fn set_suspended(&self, suspended: bool) -> bool {
        let mut memory = self.write();
        let is_new = memory.suspended != suspended;
        memory.suspended = suspended;
        if is_new {
            self.epoch.fetch_add(1, Ordering::Release);
        }
        is_new
    }

    /// Remembers that a client was revoked with its `grants`. Tokens that others got in exchange
    /// (RFC 8693) name those others and hang off these grants.
    pub fn add_client(&self, client: ClientId, grants: Vec<Grant>, at: UnixTime) {
        self.add(Revocation::Client(client), at);
        for grant in grants.into_iter().filter(|grant| grant.is_live(at)) {
            self.add(Revocation::Grant(grant.id), at);
        }
    }

    /// What is known of the token of `principal`.
    pub fn standing(&self, principal: &Principal) -> Standing {
        self.stands(|memory| memory.covers(principal) || memory.cuts(principal))
    }

    /// What is known of the sign-in that `principal` describes: what only cut tokens leaves it.
    pub fn standing_of_sign_in(&self, principal: &Principal) -> Standing {
        self.stands(|memory| memory.covers(principal))
    }

    fn stands(&self, is_revoked: impl FnOnce(&Memory) -> bool) -> Standing {
        let memory = self.memory.read().unwrap_or_else(PoisonError::into_inner);
        match () {
            () if memory.suspended => Standing::Unknown,
            () if is_revoked(&memory) => Standing::Revoked,
            () => Standing::Good,
        }
    }

    /// Forgets what was revoked before `oldest`: no token issued before then is still alive.
    pub fn forget_before(&self, oldest: UnixTime) {
        self.write().since.retain(|_, at| *at >= oldest);
    }

    fn write(&self) -> RwLockWriteGuard<'_, Memory> {
        self.memory.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn covers(&self, principal: &Principal) -> bool {
        let since = &self.since;
        if since.is_empty() {
            return false;
        }
        let issued_before = |at: &UnixTime| issued_before(principal, at);
        since.contains_key(&Revocation::Grant(principal.grant.clone()))
            || since.contains_key(&Revocation::Token(principal.token.clone()))
            || since
                .get(&Revocation::Client(principal.client.clone()))
                .is_some_and(issued_before)
            || since
                .get(&Revocation::of_all(&principal.subject))
                .is_some_and(issued_before)
    }

    fn cuts(&self, principal: &Principal) -> bool {
        let Some(user) = principal.subject.user().filter(|_| !self.since.is_empty()) else {
            return false;
        };
        let cut = self.since.get(&Revocation::TokensOfUser(user.clone()));
        cut.is_some_and(|at| issued_before(principal, at))
    }
}

/// JWT times have whole seconds: a token of the very second of the revocation is refused.
fn issued_before(principal: &Principal, at: &UnixTime) -> bool {
    principal.issued_at.seconds() <= at.seconds()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{details::Details, group::Groups, resource::Resource, scope::ScopeSet};

    fn principal(issued_at: i64) -> Principal {
        Principal {
            subject: Subject::User(UserId::from_known("u")),
            username: Some("alice".into()),
            client: ClientId::from_known("c"),
            grant: GrantId::from_known("g"),
            token: TokenId::from_known("t"),
            resource: Resource::from_known("https://mcp.example/mcp/files"),
            scopes: ScopeSet::baseline(),
            groups: Groups::default(),
            details: Details::default(),
            issued_at: UnixTime::from_seconds(issued_at),
            expires_at: UnixTime::from_seconds(issued_at + 600),
            authenticated_at: Some(UnixTime::from_seconds(issued_at)),
            acr: None,
            confirmation: None,
        }
    }

    #[test]
    fn each_kind_of_revocation_covers_its_tokens_and_no_others() {
        let at = UnixTime::from_seconds(100);
        #[rustfmt::skip]
        let cases = [
            ("its grant",                 Revocation::Grant(GrantId::from_known("g")),   50,  Standing::Revoked),
            ("another grant",             Revocation::Grant(GrantId::from_known("h")),   50,  Standing::Good),
            ("its token",                 Revocation::Token(TokenId::from_known("t")),   50,  Standing::Revoked),
            ("another token",             Revocation::Token(TokenId::from_known("s")),   50,  Standing::Good),
            ("its user, issued before",   Revocation::User(UserId::from_known("u")),     50,  Standing::Revoked),
            ("its user, issued after",    Revocation::User(UserId::from_known("u")),     101, Standing::Good),
            ("another user",              Revocation::User(UserId::from_known("v")),     50,  Standing::Good),
            ("cut, issued before",        Revocation::TokensOfUser(UserId::from_known("u")), 50, Standing::Revoked),
            ("cut, issued after",         Revocation::TokensOfUser(UserId::from_known("u")), 101, Standing::Good),
            ("cut of another user",       Revocation::TokensOfUser(UserId::from_known("v")), 50, Standing::Good),
            ("its client, issued before", Revocation::Client(ClientId::from_known("c")), 50,  Standing::Revoked),
            ("its client, issued after",  Revocation::Client(ClientId::from_known("c")), 101, Standing::Good),
        ];
        for (name, what, issued_at, expected) in cases {
            let memory = Revocations::default();
            assert_eq!(
                memory.standing(&principal(issued_at)),
                Standing::Good,
                "{name}"
            );
            let before = memory.epoch();
            memory.add(what, at);
            assert_eq!(memory.standing(&principal(issued_at)), expected, "{name}"); // TK-18
            assert_ne!(memory.epoch(), before, "{name}: callers look again");
        }
    }

    #[test]
    fn what_cuts_tokens_leaves_the_sign_in() {
        let (memory, user) = (Revocations::default(), UserId::from_known("u"));
        let at = UnixTime::from_seconds(100);
        memory.add(Revocation::TokensOfUser(user.clone()), at);
        assert_eq!(memory.standing(&principal(50)), Standing::Revoked);
        assert_eq!(memory.standing_of_sign_in(&principal(50)), Standing::Good);
        memory.add(Revocation::User(user), at);
        assert_eq!(
            memory.standing_of_sign_in(&principal(50)),
            Standing::Revoked
        );
    }

    #[test]
    fn revoking_a_client_spares_the_user_of_its_name_and_ends_what_speaks_of_it() {
        let of_client = Principal {
            subject: Subject::Client(ClientId::from_known("u")),
            username: None,
            authenticated_at: None,
            ..principal(50)
        };
        let revoked = |what| {
            let memory = Revocations::default();
            memory.add(what, UnixTime::from_seconds(100));
            (memory.standing(&principal(50)), memory.standing(&of_client))
        };
        let id = "u";
        let (user, client) = (UserId::from_known(id), ClientId::from_known(id));
        assert_eq!(
            revoked(Revocation::User(user)),
            (Standing::Revoked, Standing::Good)
        );
        assert_eq!(
            revoked(Revocation::Client(client)),
            (Standing::Good, Standing::Revoked)
        );
    }

    #[test]
    fn an_older_revocation_does_not_take_back_a_later_one() {
        let memory = Revocations::default();
        let user = || Revocation::User(UserId::from_known("u"));
        for (at, issued_at, expected) in [
            (100, 100, Standing::Revoked),
            (50, 100, Standing::Revoked), // TK-18
            (150, 150, Standing::Revoked),
            (150, 151, Standing::Good),
        ] {
            memory.add(user(), UnixTime::from_seconds(at));
            assert_eq!(memory.standing(&principal(issued_at)), expected, "{at}");
        }
    }

    #[test]
    fn a_suspended_memory_vouches_for_nobody_and_is_noticed() {
        let memory = Revocations::default();
        let mut epoch = memory.epoch();
        let mut moved = |memory: &Revocations| {
            let before = std::mem::replace(&mut epoch, memory.epoch());
            before != epoch
        };
        assert_eq!(memory.standing(&principal(50)), Standing::Good);
        assert!(memory.suspend() && moved(&memory));
        assert_eq!(memory.standing(&principal(50)), Standing::Unknown); // TK-18
        assert!(!memory.suspend() && !moved(&memory), "nothing new");
        let grant = Revocation::Grant(GrantId::from_known("g"));
        memory.add(grant, UnixTime::from_seconds(100));
        assert!(memory.resume() && moved(&memory));
        assert_eq!(memory.standing(&principal(50)), Standing::Revoked);
        assert!(!memory.resume());
    }

    #[test]
    fn what_no_living_token_can_need_is_forgotten() {
        let memory = Revocations::default();
        memory.add(
            Revocation::Grant(GrantId::from_known("g")),
            UnixTime::from_seconds(100),
        );
        memory.forget_before(UnixTime::from_seconds(100));
        assert_eq!(memory.standing(&principal(50)), Standing::Revoked);
        memory.forget_before(UnixTime::from_seconds(101));
        assert_eq!(memory.standing(&principal(50)), Standing::Good); // DS-05
    }
}
