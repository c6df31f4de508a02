//! The notes of the demo server.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// The most notes that are kept.
const MOST: usize = 100;
/// The longest note, in bytes.
const LONGEST: usize = 4096;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// Its number; never used again.
    pub(super) id: u64,
    /// What it is called.
    pub(super) title: String,
    /// What it says.
    pub(super) text: String,
}

/// Why a note was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoteError {
    /// There are enough.
    #[error("the notebook is full: delete a note first")]
    Full,
    /// It is too long.
    #[error("a note has at most 4096 bytes")]
    TooLong,
}

/// All notes.
pub(super) struct Notebook(Mutex<Pages>);

struct Pages {
    notes: BTreeMap<u64, Note>,
    next: u64,
}

impl Notebook {
    /// A notebook with two notes in it.
    pub(super) fn new() -> Self {
        let book = Self(Mutex::new(Pages {
            notes: BTreeMap::new(),
            next: 1,
        }));
        let welcome = "This note came through Doorward: you are signed in.";
        let hint = "Reading needs mcp:read; adding and deleting need mcp:write.";
        for (title, text) in [("Welcome", welcome), ("Scopes", hint)] {
            book.add(title, text).ok();
        }
        book
    }

    /// All notes, oldest first.
    pub(super) fn all(&self) -> Vec<Note> {
        self.with(|pages| pages.notes.values().cloned().collect())
    }

    /// One note.
    pub(super) fn find(&self, id: u64) -> Option<Note> {
        self.with(|pages| pages.notes.get(&id).cloned())
    }

    /// Adds a note and returns its number.
    pub(super) fn add(&self, title: &str, text: &str) -> Result<u64, NoteError> {
        if title.len() + text.len() > LONGEST {
            return Err(NoteError::TooLong);
        }
        self.with(|pages| {
            if pages.notes.len() >= MOST {
                return Err(NoteError::Full);
            }
            let id = pages.next;
            pages.next += 1;
            let (title, text) = (title.to_owned(), text.to_owned());
            pages.notes.insert(id, Note { id, title, text });
            Ok(id)
        })
    }

    /// Deletes a note; whether it was there.
    pub(super) fn delete(&self, id: u64) -> bool {
        self.with(|pages| pages.notes.remove(&id).is_some())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Pages) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notebook_is_bounded_and_never_reuses_a_number() {
        let book = Notebook::new();
        assert_eq!(book.add("x", &"y".repeat(LONGEST)), Err(NoteError::TooLong));
        let id = book.add("x", "y").unwrap();
        assert!(book.delete(id) && !book.delete(id));
        assert!(book.add("x", "y").unwrap() > id);
        while book.add("x", "y").is_ok() {}
        assert_eq!(book.add("x", "y"), Err(NoteError::Full));
        assert_eq!(book.all().len(), MOST);
    }
}
