//! What must hold for any bytes.
//!
//! A [`Target`] takes bytes, feeds them to one reader of foreign input and asserts what must be
//! true of every input: not only that nothing panics, but that what was read is written back as
//! it was, that two readers agree, that nothing is wider than it was registered.
//!
//! ```text
//! corpus/NAME/*  --> tests: every file, and a bounded number of seeded mutations (nextest)
//!                --> soak NAME SECONDS: mutations in a loop, and inputs that grow
//!                --> cargo-fuzz, by hand (docs/fuzzing.md)
//! ```
//!
//! A target refuses nothing: whatever it is given, it returns or it has found a fault.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a target that panics has found a fault, which is what it is for"
)]

mod corpus;
mod large;
mod mutate;
mod target;

pub use corpus::{Seed, corpus};
pub use large::large;
pub use mutate::Mutator;

/// One reader of foreign bytes and what must hold for it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What it is called, and where its corpus is.
    pub name: &'static str,
    /// Asserts everything for one input.
    pub run: fn(&[u8]),
    /// What mutations put in: words that its format has.
    pub words: &'static [&'static str],
}

/// Every target.
pub const TARGETS: [Target; 8] = [
    target::redirect::TARGET,
    target::client_document::TARGET,
    target::envelope::TARGET,
    target::header_value::TARGET,
    target::sse::TARGET,
    target::jwt::TARGET,
    target::translate::TARGET,
    target::permit::TARGET,
];

/// The target of that name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}

impl Target {
    /// Runs one input; if it fails, the input is printed.
    pub fn check(&self, input: &[u8]) {
        let blame = Blame {
            target: self,
            input,
        };
        (self.run)(input);
        drop(blame);
    }
}

/// Prints the input that a panic unwinds from.
struct Blame<'a> {
    target: &'a Target,
    input: &'a [u8],
}

impl Drop for Blame<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: {}", self.target.name, self.input.escape_ascii());
        }
    }
}
