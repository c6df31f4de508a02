//! What was used once: the primary key lets each in a single time.

use doorward_core::{once::OneTime, time::UnixTime};
use rusqlite::{Connection, Result, params};

use super::{change, statements};

statements! {
    NOTE = "INSERT INTO used_once (purpose, id, expires_at) VALUES (?1, ?2, ?3)";
}

pub(in crate::sqlite) fn note(
    connection: &Connection,
    used: &OneTime,
    expires_at: UnixTime,
) -> Result<usize> {
    let row = params![used.purpose().as_str(), used.id(), expires_at.millis()];
    change(connection, NOTE, row)
}
