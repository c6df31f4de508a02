//! Signing keys over time: what each of them is used for now, and when the next is due.
//!
//! ```text
//! announced ──active_from──▶ active ──a later key is active, or retired──▶ retired ──2 h──▶ removed
//!     published               published, signs                             published        gone
//! ```
//!
//! What is stored of a key is a plan, and the clock carries it out: no process has to
//! be awake, and none has to tell another, for a key to become active or to go. All
//! that is needed is that each reads the plan again more often than
//! [`PUBLISH_BEFORE_USE`].
//!
//! A key is published before it signs, so that whoever keeps the key set for a while
//! knows it in time, and stays published until nothing that it signed can still be
//! valid (A-015, CR-04). Nothing is signed with a key that was retired, and a key
//! that may be known to somebody else is removed at once instead.

use std::time::Duration;

use crate::{id::KeyId, jwk::Algorithm, lifetimes::LONGEST_ACCESS, time::UnixTime};

/// How long a key is published before it signs: longer than anybody may keep a key set
/// (MD-04: an hour).
pub const PUBLISH_BEFORE_USE: Duration = Duration::from_secs(2 * 60 * 60);
/// How long a key stays published after it last signed.
pub const OVERLAP: Duration = Duration::from_secs(2 * 60 * 60);
/// How long a removed key is remembered, so that people can see what became of it.
pub const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Keys are not exchanged more often than this by themselves.
pub const SHORTEST_ROTATION: Duration = Duration::from_secs(24 * 60 * 60);

const _: () = assert!(
    OVERLAP.as_secs() > LONGEST_ACCESS.as_secs() + 300,
    "what a key signed expires before the key is removed"
);

/// What is planned for a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedKey {
    /// The key.
    pub kid: KeyId,
    /// The one algorithm that it signs with.
    pub algorithm: Algorithm,
    /// From when on it signs, unless a later one does.
    pub active_from: UnixTime,
    /// Set when somebody took it out of service.
    pub retirement: Option<Retirement>,
}

/// When a key stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retirement {
    /// It signs nothing from then on.
    pub at: UnixTime,
    /// It is no longer published from then on.
    pub removed_at: UnixTime,
}

impl Retirement {
    /// In the usual way: what the key signed stays valid until it expires.
    pub fn graceful(at: UnixTime) -> Self {
        let removed_at = at + OVERLAP;
        Self { at, removed_at }
    }

    /// When somebody else may have the key: nothing that it signed is good any more.
    pub fn immediate(at: UnixTime) -> Self {
        Self { at, removed_at: at }
    }
}

/// What a key is used for at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published; it will sign.
    Announced {
        /// From when on.
        active_from: UnixTime,
    },
    /// Published; it signs.
    Active {
        /// Since when.
        since: UnixTime,
    },
    /// Published for what it signed before.
    Retired {
        /// Until when.
        removed_at: UnixTime,
    },
    /// Neither published nor used.
    Removed {
        /// Since when.
        at: UnixTime,
    },
}

impl KeyState {
    /// Whether the key set shows it.
    pub fn is_published(self) -> bool {
        match self {
            Self::Announced { .. } | Self::Active { .. } | Self::Retired { .. } => true,
            Self::Removed { .. } => false,
        }
    }
}

/// What the operator wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// What new keys sign with.
    pub algorithm: Algorithm,
    /// How long a key signs before another takes over; `None` leaves that to people.
    pub every: Option<Duration>,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Es256,
            every: Some(Duration::from_secs(90 * 24 * 60 * 60)),
        }
    }
}

/// Whether another key is needed.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// No.
    Nothing,
    /// One that is announced first.
    Announced,
    /// One that signs at once: there is none that does.
    Active,
}

/// What `key` is used for at `now`, being one of `all`.
pub fn state(key: &PlannedKey, all: &[PlannedKey], now: UnixTime) -> KeyState {
    match retirement(key, all) {
        Some(Retirement { at, removed_at }) if at <= now => {
            // One that never signed has nothing to stay for.
            let gone = if at <= key.active_from {
                at
            } else {
                removed_at
            };
            match gone <= now {
                true => KeyState::Removed { at: gone },
                false => KeyState::Retired { removed_at },
            }
        }
        _ if now < key.active_from => KeyState::Announced {
            active_from: key.active_from,
        },
        _ => KeyState::Active {
            since: key.active_from,
        },
    }
}

/// The key that signs at `now`: the active one, or, when a clock was set back before
/// all of them, the one that is announced first.
pub fn signing(all: &[PlannedKey], now: UnixTime) -> Option<&PlannedKey> {
    let rank = |key: &&PlannedKey| match state(key, all, now) {
        KeyState::Active { .. } => Some((false, key.active_from)),
        KeyState::Announced { active_from } => Some((true, active_from)),
        KeyState::Retired { .. } | KeyState::Removed { .. } => None,
    };
    let usable = all
        .iter()
        .filter_map(|key| rank(&key).map(|rank| (rank, key)));
    usable.min_by_key(|(rank, _)| *rank).map(|(_, key)| key)
}

/// What is signed with at `now`, and then what is announced to be signed with: each once.
pub fn algorithms(all: &[PlannedKey], now: UnixTime) -> Vec<Algorithm> {
    let announced = |key: &&PlannedKey| matches!(state(key, all, now), KeyState::Announced { .. });
    let mut algorithms = Vec::new();
    for key in signing(all, now)
        .into_iter()
        .chain(all.iter().filter(announced))
    {
        if !algorithms.contains(&key.algorithm) {
            algorithms.push(key.algorithm);
        }
    }
    algorithms
}

/// Whether another key is needed at `now`.
pub fn due(all: &[PlannedKey], schedule: &Schedule, now: UnixTime) -> Due {
    let Some(current) = signing(all, now) else {
        return Due::Active;
    };
    let announced = |key: &PlannedKey| matches!(state(key, all, now), KeyState::Announced { .. });
    if all.iter().any(announced) {
        return Due::Nothing;
    }
    let old = |every| now + PUBLISH_BEFORE_USE >= current.active_from + every;
    match current.algorithm != schedule.algorithm || schedule.every.is_some_and(old) {
        true => Due::Announced,
        false => Due::Nothing,
    }
}

/// Removed keys that nobody needs to remember any more.
pub fn forgotten(all: &[PlannedKey], now: UnixTime) -> impl Iterator<Item = &PlannedKey> {
    all.iter().filter(move |key| match state(key, all, now) {
        KeyState::Removed { at } => now >= at + REMEMBERED,
        KeyState::Announced { .. } | KeyState::Active { .. } | KeyState::Retired { .. } => false,
    })
}

/// When `key` stops: because somebody said so, or because a later one takes over.
fn retirement(key: &PlannedKey, all: &[PlannedKey]) -> Option<Retirement> {
    let successor = all.iter().filter(|other| takes_over(other, key));
    let superseded = successor.map(|other| other.active_from).min();
    let superseded = superseded.map(Retirement::graceful);
    match (key.retirement, superseded) {
        (Some(one), Some(other)) => Some(Retirement {
            at: one.at.min(other.at),
            removed_at: one.removed_at.min(other.removed_at),
        }),
        (one, other) => one.or(other),
    }
}

fn takes_over(other: &PlannedKey, key: &PlannedKey) -> bool {
    let later = (other.active_from, &other.kid) > (key.active_from, &key.kid);
    let signs = other.retirement.is_none_or(|it| it.at > other.active_from);
    later && signs
}

#[cfg(test)]
mod tests;
