//! What people see of a running Doorward: the pages of their own account, under `/account`.
//!
//! ```text
//! /account               what there is
//! /account/connections   applications that act for the person; cut them off
//! /account/sessions      where they are signed in; sign out there, or everywhere
//! /account/devices       browsers that are known to be theirs; forget them
//! /account/approvals     answers that are remembered; forget them
//! /account/activity      what happened, as the audit log says it
//! /account/profile       what they are called; their password
//! /account/data          fetch everything; delete the account
//! ```
//!
//! A page is extract, call, render: who visits, what belongs to whom and whether a form counts
//! is decided by [`doorward_issuer::Accounts`], and nothing here reaches the store. Nobody sees a
//! page without a session, and somebody else's things are not there (AD-02). Every page works
//! without scripts.

mod activity;
mod approvals;
mod connections;
mod data;
mod devices;
mod door;
mod moment;
mod overview;
mod part;
mod profile;
mod routes;
mod sessions;

use axum::Router;
use doorward_issuer::Accounts;

pub use routes::{ACTIONS, PAGES};

/// The pages. Clones share everything.
#[derive(Clone, Debug)]
pub struct Console(Accounts);

impl Console {
    /// Pages for the accounts of one issuer.
    pub fn new(accounts: Accounts) -> Self {
        Self(accounts)
    }

    /// Everything that is served, at the root of the origin and under the prefix of the public
    /// URL, as the issuer's own pages are.
    pub fn router(&self) -> Router {
        routes::router(&self.0)
    }
}
