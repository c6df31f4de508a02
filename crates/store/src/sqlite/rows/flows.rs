//! Authorization flows that were answered: the primary key lets each in once.

use doorward_core::{id::FlowId, time::UnixTime};
use rusqlite::{Connection, Result, params};

use super::{change, statements};

statements! {
    ANSWER = "INSERT INTO answered_flows (id, expires_at) VALUES (?1, ?2)";
}

pub(in crate::sqlite) fn answer(
    connection: &Connection,
    flow: &FlowId,
    expires_at: UnixTime,
) -> Result<usize> {
    let row = params![flow.as_str(), expires_at.millis()];
    change(connection, ANSWER, row)
}
