//! How long somebody waits for the database before storage counts as unavailable.
//!
//! One time stands for all of it, so that no limit outlives the one around it: a
//! lookup may take that long, a connection too, a commit twice as long (it may
//! have to find out what became of it), and what is only a part of these half of
//! it. Work that nobody waits for (long lists, deleting what expired, migrations)
//! has fixed limits where it is done.

use std::time::Duration;

/// The time that a request waits for the database, and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patience(Duration);

impl Patience {
    /// Whole seconds, from one to sixty: less turns a busy server into one that is away, and more
    /// is longer than anybody waits.
    pub(super) fn of_seconds(text: &str) -> Option<Self> {
        let seconds = text.parse().ok()?;
        (1..=60)
            .contains(&seconds)
            .then(|| Self(Duration::from_secs(seconds)))
    }

    /// For the answer to a lookup, over a connection that counts as lost afterwards.
    pub(super) fn lookup(self) -> Duration {
        self.0
    }

    /// For a new connection to be of use.
    pub(super) fn connecting(self) -> Duration {
        self.0
    }

    /// For a connection to read with, old or new.
    pub(super) fn reader(self) -> Duration {
        self.0 / 2
    }

    /// For a lock that somebody else holds.
    pub(super) fn lock(self) -> Duration {
        self.0 / 2
    }

    /// For a commit to be answered, however server and network behave.
    pub(super) fn commit(self) -> Duration {
        self.0 * 2
    }

    /// For a database that went away in the middle of a commit.
    pub(super) fn doubt(self) -> Duration {
        self.0
    }

    /// For the session of a process that just ended to go away.
    pub(super) fn takeover(self) -> Duration {
        self.0 * 3 / 10
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self(Duration::from_secs(10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_whole_seconds_from_one_to_sixty() {
        for (text, expected) in [("1", 1), ("10", 10), ("60", 60)] {
            let patience = Patience::of_seconds(text).expect(text);
            assert_eq!(patience.lookup(), Duration::from_secs(expected), "{text}");
        }
        for text in ["", "0", "61", "-1", "1.5", "10s", "18446744073709551616"] {
            assert_eq!(Patience::of_seconds(text), None, "{text}");
        }
    }

    #[test]
    fn no_part_takes_longer_than_the_whole() {
        let patience = Patience::default();
        assert!(patience.lock() < patience.commit());
        assert!(patience.connecting() < patience.commit());
        assert!(patience.doubt() < patience.commit());
        assert!(patience.reader() < patience.lookup());
    }
}
