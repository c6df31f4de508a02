//! Refresh token rotation (OAuth 2.1 section 4.3, RFC 9700 section 4.14).
//!
//! Exactly one token of a grant is active: using it spends it and activates its
//! successor. A repeated use returns the *same* successor while that can only be
//! an honest repetition (a lost answer, several processes sharing one token):
//! within [`Lifetimes::repeat_window`](crate::lifetimes::Lifetimes) and until the
//! successor itself was used. After that a repetition means that the token was
//! copied, and the whole grant is revoked.
//!
//! ```text
//! Active --use--> Spent --repeat in time, successor unused--> same successor
//!                   \----repeat later----------------------> grant revoked
//! ```
//!
//! The successor is kept sealed under a key that only the presented token
//! yields, so the store alone cannot reveal it ([`successor_key`]).

mod form;

use std::time::Duration;

pub use self::form::{digest_of, mint};
use crate::{
    access::Confirmation,
    grant::Grant,
    id::{ClientId, GrantId},
    seal::SealingKey,
    secret::{Digest, Secret},
    time::UnixTime,
};

/// A refresh token as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// What the store finds the token by ([`digest_of`]).
    pub digest: Digest,
    /// The grant that it belongs to.
    pub grant: GrantId,
    /// When it dies unused.
    pub expires_at: UnixTime,
    /// Where it is in its life.
    pub state: RefreshState,
}

/// The life of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshState {
    /// May be used.
    Active,
    /// Was used, and what it returned.
    Spent(Spent),
}

/// What the store keeps of a used refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// When it was used.
    pub at: UnixTime,
    /// The digest of the token that replaced it.
    pub successor: Digest,
    /// The token response, sealed with [`successor_key`] of the token itself.
    pub sealed_response: Vec<u8>,
}

/// What must happen when a refresh token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a verdict has no effect until it is applied and committed"]
pub enum Verdict {
    /// Spend it and issue a successor.
    Rotate,
    /// Return what its first use returned.
    Repeat,
    /// Refuse, and revoke the grant with all its tokens.
    RevokeGrant,
    /// Refuse, because the grant is bound to a key that was not proven, and change nothing.
    WrongKey,
    /// Refuse and change nothing.
    Refuse,
}

/// Everything that the rule looks at.
#[derive(Debug)]
pub struct Presentation<'a> {
    /// The token that was presented.
    pub token: &'a RefreshToken,
    /// The grant that it belongs to.
    pub grant: &'a Grant,
    /// Whether the successor of a spent token was itself used.
    pub successor_used: bool,
    /// The client that presented it.
    pub client: &'a ClientId,
    /// The key or certificate that was proven to be held.
    pub key: Option<&'a Confirmation>,
}

/// Decides about a presented refresh token (A-050, A-053, A-054, design decision 2).
pub fn present(presentation: &Presentation<'_>, repeat_window: Duration, now: UnixTime) -> Verdict {
    let Presentation {
        token,
        grant,
        successor_used,
        client,
        key,
    } = presentation;
    if grant.client != **client || !grant.is_live(now) {
        return Verdict::Refuse;
    }
    // Before anything else: who lacks the key can neither use, repeat nor revoke.
    if grant.key.is_some() && grant.key.as_ref() != *key {
        return match &token.state {
            // It was used while no key was needed: whoever bound the grant may be a thief, and
            // must not have silenced the owner's alarm by it (TK-02).
            RefreshState::Spent(spent) if grant.bound_at.is_some_and(|at| spent.at <= at) => {
                Verdict::RevokeGrant
            }
            RefreshState::Active | RefreshState::Spent(_) => Verdict::WrongKey,
        };
    }
    match &token.state {
        RefreshState::Active if now < token.expires_at => Verdict::Rotate,
        RefreshState::Active => Verdict::Refuse,
        RefreshState::Spent(spent) if !successor_used && now.since(spent.at) < repeat_window => {
            Verdict::Repeat
        }
        RefreshState::Spent(_) => Verdict::RevokeGrant,
    }
}

/// The key under which a token's successor is sealed: whoever holds the token has it,
/// whoever holds only the store (with the token's digest) has not.
pub fn successor_key(presented: &Secret) -> SealingKey {
    // The store knows SHA-256(token) or most of it; the key comes from the token by another path.
    let parent = Digest::of(&format!("successor:{}", presented.expose()));
    SealingKey::derive(parent.as_bytes(), "refresh successor")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        certificate::CertificateThumbprint,
        details::Details,
        grant::{RevocationReason, Revoked},
        id::UserId,
        jwk::Thumbprint,
        resource::{Resource, Resources},
        scope::ScopeSet,
    };

    const WINDOW: Duration = Duration::from_secs(60);
    const T0: UnixTime = UnixTime::from_seconds(10_000);

    fn grant() -> Grant {
        Grant {
            id: GrantId::from_known("g"),
            user: Some(UserId::from_known("u")),
            client: ClientId::from_known("c"),
            resources: Resources::one(Resource::from_known("https://mcp.example/mcp/files")),
            scopes: ScopeSet::baseline(),
            details: Details::default(),
            authenticated_at: Some(T0),
            methods: crate::session::Methods::default(),
            created_at: T0,
            key: None,
            bound_at: None,
            last_used_at: T0,
            expires_at: T0 + Duration::from_secs(10_000),
            revoked: None,
        }
    }

    fn token(state: RefreshState) -> RefreshToken {
        RefreshToken {
            digest: Digest::of("r"),
            grant: GrantId::from_known("g"),
            expires_at: T0 + Duration::from_secs(1_000),
            state,
        }
    }

    fn spent() -> RefreshState {
        RefreshState::Spent(Spent {
            at: T0,
            successor: Digest::of("s"),
            sealed_response: Vec::new(),
        })
    }

    #[test]
    fn a_refresh_token_rotates_repeats_or_betrays_a_copy() {
        struct Case(&'static str, RefreshState, bool, &'static str, u64, Verdict);
        use RefreshState::Active;
        #[rustfmt::skip]
        let cases = [
            Case("active",                          Active,  false, "c", 0,      Verdict::Rotate),
            Case("last millisecond",                Active,  false, "c", 999_999, Verdict::Rotate),
            Case("expired",                         Active,  false, "c", 1_000_000, Verdict::Refuse),
            Case("other client, A-050",             Active,  false, "d", 0,      Verdict::Refuse),
            Case("repeat at once, interop 38",      spent(), false, "c", 0,      Verdict::Repeat),
            Case("repeat in the last millisecond",  spent(), false, "c", 59_999, Verdict::Repeat),
            Case("repeat too late, TK-02",          spent(), false, "c", 60_000, Verdict::RevokeGrant),
            Case("repeat after the successor, TK-02", spent(), true, "c", 1,     Verdict::RevokeGrant),
            Case("repeat by another client",        spent(), false, "d", 1,      Verdict::Refuse),
        ];
        for Case(name, state, successor_used, client, later, expected) in cases {
            let (token, grant, client) = (token(state), grant(), ClientId::from_known(client));
            let presentation = Presentation {
                token: &token,
                grant: &grant,
                successor_used,
                client: &client,
                key: None,
            };
            let now = T0 + Duration::from_millis(later);
            assert_eq!(present(&presentation, WINDOW, now), expected, "{name}");
        }
    }

    #[test]
    fn nothing_of_a_revoked_or_ended_grant_is_usable() {
        let (token, client) = (token(RefreshState::Active), ClientId::from_known("c"));
        let revoked = Grant {
            revoked: Some(Revoked {
                at: T0,
                reason: RevocationReason::Administrator,
            }),
            ..grant()
        };
        let ended = Grant {
            expires_at: T0,
            ..grant()
        };
        for grant in [revoked, ended] {
            let presentation = Presentation {
                token: &token,
                grant: &grant,
                successor_used: false,
                client: &client,
                key: None,
            };
            assert_eq!(present(&presentation, WINDOW, T0), Verdict::Refuse); // TK-18
        }
    }

    #[test]
    fn a_bound_grant_serves_and_suspects_only_who_holds_its_key() {
        let key = |name: &str| Confirmation::Key(Thumbprint::from_known(name));
        let certificate = CertificateThumbprint::from_known("k");
        let certificate = Confirmation::Certificate(certificate);
        let (key, other) = (key("k"), key("o"));
        use RefreshState::Active;
        // X-018, TK-12, A-054
        #[rustfmt::skip]
        let cases = [
            ("its key",              Active,  Some(&key), Some(&key),   0,      Verdict::Rotate),
            ("another key",          Active,  Some(&key), Some(&other), 0,      Verdict::WrongKey),
            ("no key",               Active,  Some(&key), None,         0,      Verdict::WrongKey),
            ("repeat with its key",  spent(), Some(&key), Some(&key),   1,      Verdict::Repeat),
            ("repeat without",       spent(), Some(&key), None,         1,      Verdict::WrongKey),
            ("late without its key", spent(), Some(&key), None,         90_000, Verdict::WrongKey),
            ("late with its key",    spent(), Some(&key), Some(&key),   90_000, Verdict::RevokeGrant),
            ("its certificate",      Active,  Some(&certificate), Some(&certificate), 0, Verdict::Rotate),
            ("a key for it",         Active,  Some(&certificate), Some(&key), 0, Verdict::WrongKey),
            ("it for a key",         Active,  Some(&key), Some(&certificate), 0, Verdict::WrongKey),
            ("no certificate",       Active,  Some(&certificate), None, 0, Verdict::WrongKey),
            ("not bound",            Active,  None,       Some(&other), 0,      Verdict::Rotate),
        ];
        for (name, state, bound, presented, later, expected) in cases {
            let bound = Grant {
                key: bound.cloned(),
                ..grant()
            };
            let presentation = Presentation {
                token: &token(state),
                grant: &bound,
                successor_used: false,
                client: &ClientId::from_known("c"),
                key: presented,
            };
            let now = T0 + Duration::from_millis(later);
            assert_eq!(present(&presentation, WINDOW, now), expected, "{name}");
        }
    }

    #[test]
    fn only_the_presented_token_opens_its_successor() {
        let token = Secret::mint("dwr_", [1; 32]);
        let sealed = successor_key(&token).seal([0; 12], b"", b"next");
        assert_eq!(
            successor_key(&token).open(b"", &sealed),
            Ok(b"next".to_vec())
        );
        let digest_only = SealingKey::derive(token.digest().as_bytes(), "refresh successor");
        assert!(
            digest_only.open(b"", &sealed).is_err(),
            "the stored digest is not the key"
        );
    }

    // TK-02, TK-12
    #[test]
    fn binding_a_grant_later_silences_no_alarm() {
        let (theirs, at) = (Thumbprint::from_known("thief"), T0 + WINDOW);
        let grant = Grant {
            key: Some(Confirmation::Key(theirs)),
            bound_at: Some(at),
            ..grant()
        };
        let spent = |at| {
            RefreshState::Spent(Spent {
                at,
                successor: Digest::of("next"),
                sealed_response: Vec::new(),
            })
        };
        let later = Duration::from_secs(1);
        #[rustfmt::skip]
        let cases = [
            ("spent before the binding",  spent(T0),            Verdict::RevokeGrant),
            ("spent by the binding",      spent(at),            Verdict::RevokeGrant),
            ("spent by the key's holder", spent(at + later),    Verdict::WrongKey),
            ("not used yet",              RefreshState::Active, Verdict::WrongKey),
        ];
        for (name, state, expected) in cases {
            let presentation = Presentation {
                token: &token(state),
                grant: &grant,
                successor_used: false,
                client: &ClientId::from_known("c"),
                key: None,
            };
            let verdict = present(&presentation, WINDOW, at + later + later);
            assert_eq!(verdict, expected, "{name}");
        }
    }
}
