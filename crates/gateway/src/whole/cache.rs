//! Lists of members, kept for as long as they say (P-011 to P-015, GW-18).
//!
//! What a server says is the same for everybody is kept once; anything else is kept for one
//! access token. What the client declared is part of the key, because lists may depend on it.
//! Rights are no part of a list: whoever is shown one is judged anew, item by item. A list is
//! dropped when its time is over, when the server said that it changed, and with the whole
//! configuration; there is room for so many bytes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use doorward_core::{id::TokenId, secret::Digest, server::ServerName};
use doorward_mcp::{list::ListKind, method::Method};
use quick_cache::{Weighter, sync::Cache};
use tokio::time::Instant;

use super::{lists::Listed, merged::Merged};
use crate::catalogue::Changes;

/// Which list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) member: ServerName,
    pub(crate) kind: ListKind,
    /// What the client declared that it can do.
    pub(crate) capabilities: [u8; 32],
    /// Whose: nobody's in particular, or that of one token.
    pub(crate) whose: Option<TokenId>,
}

/// A list of a member, and since when.
pub(crate) struct Kept {
    pub(crate) list: Listed,
    at: Instant,
    changes: u64,
}

/// All lists that are kept.
pub(crate) struct Cached {
    lists: Cache<Key, Arc<Kept>, Weight>,
    snapshots: Cache<Snapshot, Arc<Merged>, Weight>,
}

/// Whose list, of what, and which.
type Snapshot = (TokenId, ListKind, String);

/// How often lists of one server were said to have changed.
#[derive(Default)]
pub(crate) struct Changed {
    /// The same that the catalogue of the server looks at.
    tools: Arc<Changes>,
    prompts: AtomicU64,
    resources: AtomicU64,
}

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Arc<Kept>> for Weight {
    fn weight(&self, _: &Key, kept: &Arc<Kept>) -> u64 {
        (256 + kept.list.size()) as u64
    }
}

impl Weighter<Snapshot, Arc<Merged>> for Weight {
    fn weight(&self, _: &Snapshot, merged: &Arc<Merged>) -> u64 {
        (256 + merged.size()) as u64
    }
}

impl Default for Cached {
    fn default() -> Self {
        Self {
            lists: Cache::with_weighter(LISTS, MOST_BYTES, Weight),
            snapshots: Cache::with_weighter(LISTS, MOST_BYTES, Weight),
        }
    }
}

impl Cached {
    /// The list, with what is left of its time.
    pub(crate) fn find(&self, key: &Key, changed: &Changed) -> Option<(Arc<Kept>, Duration)> {
        let kept = self.lists.get(key)?;
        let left = kept.list.ttl.checked_sub(kept.at.elapsed());
        let is_good = kept.changes == changed.of(key.kind);
        match left.filter(|left| is_good && !left.is_zero()) {
            Some(left) => Some((kept, left)),
            None => {
                self.lists.remove(key);
                None
            }
        }
    }

    /// A list as it was when its first page was told.
    pub(crate) fn snapshot(
        &self,
        token: &TokenId,
        kind: ListKind,
        list: &str,
    ) -> Option<Arc<Merged>> {
        self.snapshots.get(&(token.clone(), kind, list.to_owned()))
    }

    /// Keeps it for the pages that follow.
    pub(crate) fn keep_snapshot(&self, which: Snapshot, merged: Arc<Merged>) {
        self.snapshots.insert(which, merged);
    }

    /// Keeps a list that was asked for when lists had changed so often.
    pub(crate) fn keep(&self, key: Key, list: Listed, changes: u64) -> Arc<Kept> {
        let lasts = !list.ttl.is_zero();
        let kept = Arc::new(Kept {
            list,
            at: Instant::now(),
            changes,
        });
        if lasts {
            self.lists.insert(key, Arc::clone(&kept));
        }
        kept
    }
}

impl Changed {
    /// That of a server whose tools are said to change here.
    pub(crate) fn with(tools: Arc<Changes>) -> Self {
        Self {
            tools,
            ..Self::default()
        }
    }

    /// Notes what a notification says; false for one that says nothing about lists.
    pub(crate) fn note(&self, notification: Method) -> bool {
        let counter = match notification {
            Method::ToolsListChanged => {
                self.tools.note();
                return true;
            }
            Method::PromptsListChanged => &self.prompts,
            Method::ResourcesListChanged => &self.resources,
            _ => return false,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// How often a list changed.
    pub(crate) fn of(&self, kind: ListKind) -> u64 {
        let counter = match kind {
            ListKind::Tools => return self.tools.count(),
            ListKind::Prompts => &self.prompts,
            ListKind::Resources | ListKind::ResourceTemplates => &self.resources,
        };
        counter.load(Ordering::Relaxed)
    }
}

/// What a client declared, as part of a key.
pub(crate) fn declared(capabilities: &str) -> [u8; 32] {
    *Digest::of(capabilities).as_bytes()
}

const LISTS: usize = 1024;
const MOST_BYTES: u64 = 64 << 20;
