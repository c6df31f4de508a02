//! Initial access tokens (RFC 7591 section 3): who may register a client.
//!
//! An administrator makes one and hands it on; it is kept as a digest, admits for a
//! while and so many registrations. [`InitialAccessToken::admits`] is the first look;
//! that no use is one too many is for the database to decide, with the registration.

use crate::{id::InitialTokenId, secret::Digest, time::UnixTime};

/// A token that an administrator made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialAccessToken {
    /// What it is called where people see it.
    pub id: InitialTokenId,
    /// Digest of the token.
    pub digest: Digest,
    /// What it is for, in the words of who made it.
    pub note: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it ends by itself.
    pub expires_at: UnixTime,
    /// How many registrations it admitted.
    pub uses: u32,
    /// How many it admits at most; none means as many as one likes.
    pub most_uses: Option<u32>,
}

/// Whether a token admits a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a verdict has no effect until it is applied"]
pub enum InitialAccess {
    /// It does, if nobody uses it up meanwhile.
    Admitted,
    /// Its time is over.
    Expired,
    /// It admitted as many as it could.
    UsedUp,
}

impl InitialAccessToken {
    /// Whether it admits a registration at `now`.
    pub fn admits(&self, now: UnixTime) -> InitialAccess {
        if now >= self.expires_at {
            InitialAccess::Expired
        } else if self.most_uses.is_some_and(|most| self.uses >= most) {
            InitialAccess::UsedUp
        } else {
            InitialAccess::Admitted
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_admits_in_its_time_and_so_many_times() {
        use InitialAccess::{Admitted, Expired, UsedUp};
        #[rustfmt::skip]
        let cases = [
            ("unused",          0, Some(1), 9,  Admitted),
            ("used",            1, Some(1), 9,  UsedUp),
            ("used once of two", 1, Some(2), 9, Admitted),
            ("without a limit", 70, None,   9,  Admitted),
            ("at its end",      0, Some(1), 10, Expired),
            ("without a limit, at its end", 0, None, 10, Expired),
        ];
        for (name, uses, most_uses, now, expected) in cases {
            let token = InitialAccessToken {
                id: InitialTokenId::from_known("t"),
                digest: Digest::of("token"),
                note: String::new(),
                created_at: UnixTime::from_seconds(0),
                expires_at: UnixTime::from_seconds(10),
                uses,
                most_uses,
            };
            assert_eq!(
                token.admits(UnixTime::from_seconds(now)),
                expected,
                "{name}"
            );
        }
    }
}
