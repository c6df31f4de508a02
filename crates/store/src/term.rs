//! For how long a process may rely on what it remembers of a database.

/// A span during which nobody else could write to the database, and everything that this
/// process wrote was answered as such.
///
/// What was remembered in the same term is complete; with another term it may have been
/// overtaken, and must be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term(u64);

impl Term {
    /// The term of a store that no other process can reach.
    pub const ONLY: Self = Self(0);

    /// The term with this number, as a store counts them.
    pub fn numbered(number: u64) -> Self {
        Self(number)
    }
}

/// Who may write to the database right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Hold {
    /// This process alone, in this term.
    Own(Term),
    /// Nobody: this process lost it and may have it again.
    Nobodys,
    /// Another process, or any number of them.
    Anothers,
}
