//! The end of the audit log, in one row: whoever locks it is the one who writes.

use doorward_core::audit::ChainHead;

use crate::tables::{Change, Columns, Query, Unreadable, change, params, query, statements};

/// Waits until nobody else writes; also names the transaction, to ask for it later.
pub(super) const LOCK_END: &str =
    "SELECT sequence, digest, pg_current_xact_id()::text FROM audit_chain FOR UPDATE";

statements! {
    END = "SELECT sequence, digest FROM audit_chain";
    SET_END = "UPDATE audit_chain SET sequence = ?1, digest = ?2";
}

pub(super) fn read(columns: &mut Columns<'_>) -> Result<ChainHead, Unreadable> {
    Ok(ChainHead {
        sequence: columns.take::<i64>()?.unsigned_abs(),
        digest: columns.digest()?,
    })
}

pub(super) fn end() -> Query<ChainHead> {
    query(END, params![], read)
}

pub(super) fn set_end(head: &ChainHead) -> Change {
    let sequence = i64::try_from(head.sequence).unwrap_or(i64::MAX);
    change(SET_END, params![sequence, head.digest])
}
