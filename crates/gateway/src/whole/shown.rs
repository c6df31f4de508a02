//! Whose a short URI was when a caller was told of it.
//!
//! While a server is absent nobody can say whether it has a URI too. What this caller was shown,
//! or used, while that could be said stays with the server of then; anything else is refused in
//! its short form until all answer again. So many are remembered; who is forgotten asks with the
//! long form, or for the list.

use doorward_core::{access::Principal, secret::Digest, server::ServerName};
use quick_cache::sync::Cache;

/// The URIs that callers know, and whose they are.
pub(crate) struct Shown {
    known: Cache<[u8; 32], ServerName>,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            known: Cache::new(MOST),
        }
    }
}

impl Shown {
    /// The caller knows this URI as one of `member`.
    pub(crate) fn note(&self, whose: &Principal, uri: &str, member: &ServerName) {
        self.known.insert(key(whose, uri), member.clone());
    }

    /// Whose it was when the caller was told of it.
    pub(crate) fn find(&self, whose: &Principal, uri: &str) -> Option<ServerName> {
        self.known.get(&key(whose, uri))
    }
}

/// That of one grant. No identifier of ours holds NUL.
fn key(whose: &Principal, uri: &str) -> [u8; 32] {
    *Digest::of(&format!("{}\0{uri}", whose.grant.as_str())).as_bytes()
}

const MOST: usize = 65_536;
