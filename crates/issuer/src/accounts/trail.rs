//! What happened in an account, as the audit log says it.

use doorward_core::{audit::AuditRecord, user::Role};
use doorward_store::{AuditFilter, StoreError};

use super::{AccountError, Accounts, Visit};
use crate::limits::Scan;

/// How many records one page looks at, at most, however few of them are the person's: the log of
/// a busy server is long (DS-03).
const LOOKED_AT: u64 = 50_000;
/// How many records are on a page.
const ON_A_PAGE: usize = 50;

/// Which part of the trail.
#[derive(Clone, Debug, Default)]
pub struct TrailQuery {
    /// Everybody's, for those who may see that; everybody else sees their own.
    pub everybody: bool,
    /// Only this event, by its written name.
    pub event: Option<String>,
    /// Only records with a smaller number.
    pub before: Option<u64>,
}

/// A part of the trail.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// The records, the newest first, as JSON lines of [`AuditRecord`].
    pub lines: Vec<String>,
    /// What [`TrailQuery::before`] is for the part behind it, if there is one.
    pub older: Option<u64>,
    /// Whether it is everybody's.
    pub everybody: bool,
}

/// The records that are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) after: u64,
    before: u64,
}

impl Window {
    /// The number of the last record.
    pub(super) fn last(self) -> u64 {
        self.before.saturating_sub(1)
    }
}

impl Visit {
    /// Whether the person may see what everybody did.
    pub fn may_audit(&self) -> bool {
        match self.user().role {
            Role::Member => false,
            Role::Auditor | Role::Administrator => true,
        }
    }
}

impl Accounts {
    /// A part of the trail, the newest first.
    pub async fn trail(&self, visit: &Visit, query: &TrailQuery) -> Result<Trail, AccountError> {
        let everybody = query.everybody && visit.may_audit(); // AD-02
        let _scan = self.scan(visit).await?;
        let window = self.window(query.before).await?;
        let own = (!everybody).then(|| visit.user().name.to_string());
        let filter = AuditFilter {
            after: window.after,
            before: Some(window.before),
            newest: ON_A_PAGE,
            user: own,
            event: query.event.clone(),
            ..AuditFilter::default()
        };
        let mut lines = self.0.store.audit(filter).await?.lines;
        let full = lines.len() >= ON_A_PAGE;
        let oldest = lines.first().and_then(|line| record(line));
        let oldest = oldest.filter(|_| full).map(|record| record.sequence);
        lines.reverse();
        if !everybody {
            lines.retain(|line| is_own(line, visit));
        }
        let end = (window.after > 0).then_some(window.after + 1);
        Ok(Trail {
            lines,
            older: oldest.filter(|sequence| *sequence > 1).or(end),
            everybody,
        })
    }

    /// The turn of the visitor to look through the audit log, which lasts until it is dropped.
    pub(super) async fn scan(&self, visit: &Visit) -> Result<Scan<'_>, AccountError> {
        let scan = self.0.limits.scans.take(&visit.user().id).await;
        scan.ok_or(AccountError::Busy) // DS-03
    }

    /// The newest records before this one. What was queued is written first.
    pub(super) async fn window(&self, before: Option<u64>) -> Result<Window, StoreError> {
        self.0.store.flush().await?;
        let end = AuditFilter {
            after: u64::MAX,
            newest: 1,
            ..AuditFilter::default()
        };
        let next = self.0.store.audit(end).await?.last + 1;
        let before = before.map_or(next, |before| before.min(next));
        Ok(Window {
            after: before.saturating_sub(LOOKED_AT + 1),
            before,
        })
    }
}

/// Whether a record with the visitor's name is theirs: somebody else may have had it before.
pub(super) fn is_own(line: &str, visit: &Visit) -> bool {
    record(line).is_some_and(|record| record.at >= visit.user().created_at)
}

fn record(line: &str) -> Option<AuditRecord<'_>> {
    serde_json::from_str(line).ok()
}
