//! Devices that people signed in on before.
//!
//! A browser in which somebody signed in keeps a random value for months, far longer than
//! any session. It opens nothing: it only tells the owner of an account from the rest of the
//! world when passwords are guessed, so that whoever guesses from elsewhere wears down nothing
//! of theirs (LG-02), and a sign-in on any other device can be told to them. What is stored is
//! the digest, for each account apart: two people who share a browser share the value and
//! nothing else.

use std::net::IpAddr;

use crate::{
    agent::Agent,
    id::{DeviceId, UserId},
    secret::Digest,
    time::UnixTime,
};

/// How many devices are remembered for an account; the one that was seen longest ago makes room.
pub const MOST_DEVICES: u32 = 10;

/// A device and an account that was signed in to on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDevice {
    /// What the account page calls it.
    pub id: DeviceId,
    /// Digest of the value that the browser keeps.
    pub digest: Digest,
    /// Whose account.
    pub user: UserId,
    /// What the browser said it is, at the last sign-in.
    pub agent: Option<Agent>,
    /// From where the last sign-in came.
    pub address: Option<IpAddr>,
    /// When the first sign-in was.
    pub created_at: UnixTime,
    /// When the last sign-in was.
    pub seen_at: UnixTime,
    /// When it is forgotten, unless somebody signs in on it again.
    pub expires_at: UnixTime,
}

/// What a sign-in says about the device that it happened on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Recognition {
    /// The person signed in on it before.
    Known,
    /// Others did, this person did not: it gets a new value, under which all of them stay known,
    /// so that nobody plants a value of their own in the browser of somebody else (LG-01).
    Shared,
    /// Nobody did.
    New,
}

/// Tells what `remembered`, all that is stored for the value that the browser sent, means for
/// a sign-in of `user`.
pub fn recognise(remembered: &[KnownDevice], user: &UserId, now: UnixTime) -> Recognition {
    let mut live = remembered.iter().filter(|device| now < device.expires_at);
    match (live.clone().any(|device| device.user == *user), live.next()) {
        (true, _) => Recognition::Known,
        (false, Some(_)) => Recognition::Shared,
        (false, None) => Recognition::New,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_to_who_signed_in_on_it_until_it_expires() {
        let device = |user: &str, expires_at| KnownDevice {
            id: DeviceId::from_known("d"),
            digest: Digest::of("value"),
            user: UserId::from_known(user),
            agent: None,
            address: None,
            created_at: UnixTime::from_seconds(0),
            seen_at: UnixTime::from_seconds(0),
            expires_at: UnixTime::from_seconds(expires_at),
        };
        #[rustfmt::skip]
        let cases = [
            ("nothing stored",          vec![],                                   Recognition::New),
            ("hers",                    vec![device("alice", 11)],                Recognition::Known),
            ("hers among others",       vec![device("bob", 11), device("alice", 11)], Recognition::Known),
            ("somebody else's, LG-01",  vec![device("bob", 11)],                  Recognition::Shared),
            ("hers, expired",           vec![device("alice", 10)],                Recognition::New),
            ("hers expired, his not",   vec![device("alice", 10), device("bob", 11)], Recognition::Shared),
        ];
        let (alice, now) = (UserId::from_known("alice"), UnixTime::from_seconds(10));
        for (name, remembered, expected) in cases {
            assert_eq!(recognise(&remembered, &alice, now), expected, "{name}");
        }
    }
}
