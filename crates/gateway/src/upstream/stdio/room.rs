//! Which idle process makes room for another one (ST-06).
//!
//! ```text
//! nobody's -> the asker's own -> of whoever has most, and still no less than the asker after it
//! ```
//!
//! Within each, the one that was idle longest. Nobody loses their last process to somebody else:
//! what it keeps (a login, a folder, unsaved work) is worth more than one session more of whoever
//! asks often. Then the asker is refused.

use std::{cmp::Reverse, collections::HashMap};

use doorward_core::subject::Subject;
use tokio::time::Instant;

use super::slots::nobody;

/// A process of those that there are too many of.
pub(super) struct Candidate {
    /// Its slot.
    pub(super) number: u64,
    /// Whose it is.
    pub(super) user: Subject,
    /// Since when nobody needs it; `None` while somebody does.
    pub(super) idle_since: Option<Instant>,
}

/// Whose turn it is, from the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Nobodys,
    Own,
    Anothers(Reverse<usize>),
}

/// The slot of the one that makes room for one more of `asker`, unless none may.
pub(super) fn choose(candidates: &[Candidate], asker: &Subject) -> Option<u64> {
    let mut held: HashMap<&Subject, usize> = HashMap::new();
    for candidate in candidates {
        *held.entry(&candidate.user).or_default() += 1;
    }
    let of = |user: &Subject| held.get(user).copied().unwrap_or(0);
    let nobody = nobody();
    let turn = |user: &Subject| match of(user) {
        _ if *user == nobody => Some(Turn::Nobodys),
        _ if user == asker => Some(Turn::Own),
        theirs => (theirs > of(asker) + 1).then_some(Turn::Anothers(Reverse(theirs))),
    };
    let idle = candidates.iter().filter_map(|candidate| {
        let since = candidate.idle_since?;
        Some((turn(&candidate.user)?, since, candidate.number))
    });
    idle.min().map(|(_, _, number)| number)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doorward_core::id::UserId;

    use super::*;

    /// Who holds what, and since how many seconds it is idle; 0: busy.
    type Held = &'static [(&'static str, u64)];

    fn user(name: &str) -> Subject {
        match name {
            "" => nobody(),
            name => Subject::User(UserId::from_known(name)),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobodys_go_first_then_ones_own_and_nobody_loses_their_last_one() {
        // ST-06
        let start = Instant::now();
        // Who holds what; who asks; which one goes.
        #[rustfmt::skip]
        let cases: [(Held, &str, Option<u64>); 12] = [
            (&[("", 1), ("alice", 9), ("bob", 9)],                "alice", Some(0)),
            (&[("alice", 1), ("bob", 9), ("bob", 8)],             "alice", Some(0)),
            (&[("alice", 1), ("alice", 2), ("bob", 9)],           "alice", Some(1)),
            (&[("alice", 0), ("bob", 9)],                         "alice", None),
            (&[("bob", 9)],                                       "alice", None),
            (&[("bob", 9), ("bob", 0)],                           "alice", Some(0)),
            (&[("bob", 8), ("bob", 9), ("carol", 9), ("carol", 9), ("carol", 1)], "alice", Some(2)),
            (&[("bob", 9), ("carol", 0), ("carol", 0), ("carol", 0)], "alice", None),
            (&[("alice", 0), ("alice", 0), ("bob", 9), ("bob", 9)],   "alice", None),
            (&[("alice", 0), ("bob", 9), ("bob", 8)],             "alice", None),
            (&[("alice", 0), ("bob", 9), ("bob", 8), ("bob", 0)], "alice", Some(1)),
            (&[("alice", 9), ("alice", 9), ("alice", 9), ("", 0)], "",   Some(0)),
        ];
        for (held, asker, expected) in cases {
            let candidate = |(number, (name, idle)): (u64, &(&str, u64))| Candidate {
                number,
                user: user(name),
                idle_since: (*idle > 0).then(|| start + Duration::from_secs(100 - idle)),
            };
            let candidates: Vec<_> = (0..).zip(held).map(candidate).collect();
            assert_eq!(choose(&candidates, &user(asker)), expected, "{held:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_again_and_again_takes_no_more_than_everybody_else_has() {
        // ST-06
        let now = Some(Instant::now());
        let mut held: Vec<_> = [("alice", 3), ("bob", 1)]
            .iter()
            .flat_map(|(name, count)| vec![*name; *count])
            .zip(0..)
            .map(|(name, number)| Candidate {
                number,
                user: user(name),
                idle_since: now,
            })
            .collect();
        let mut taken = 0;
        while let Some(number) = choose(&held, &user("mallory")) {
            held.retain(|one| one.number != number);
            taken += 1;
            held.push(Candidate {
                number: 100 + taken,
                user: user("mallory"),
                idle_since: None,
            });
        }
        let left = |name: &str| held.iter().filter(|one| one.user == user(name)).count();
        assert_eq!((left("alice"), left("bob"), left("mallory")), (2, 1, 1));
    }
}
