//! Clients of every revision in front of servers of every revision, as the table of
//! `docs/revisions.md` says it.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "set-up that fails is a test that fails; a member that a JSON value lacks is null"
)]

mod crossing;
mod features;
mod impossible;
mod own;
mod pairs;
mod scene;
mod table;
