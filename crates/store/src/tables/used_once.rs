//! What was used once: the primary key lets each in a single time.

use doorward_core::{once::OneTime, time::UnixTime};

use super::{Change, Query, change, params, query, statements};

statements! {
    NOTED = "SELECT expires_at FROM used_once WHERE purpose = ?1 AND id = ?2";
    NOTE = "INSERT INTO used_once (purpose, id, expires_at) VALUES (?1, ?2, ?3)";
}

pub(crate) fn noted(used: &OneTime) -> Query<UnixTime> {
    let key = params![used.purpose().as_str(), used.id()];
    query(NOTED, key, |columns| columns.time())
}

pub(crate) fn note(used: &OneTime, expires_at: UnixTime) -> Change {
    let row = params![used.purpose().as_str(), used.id(), expires_at];
    change(NOTE, row)
}
