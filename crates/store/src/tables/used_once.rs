//! What was used once: the primary key lets each in a single time.

use doorward_core::{once::OneTime, time::UnixTime};

use super::{Change, change, params, statements};

statements! {
    NOTE = "INSERT INTO used_once (purpose, id, expires_at) VALUES (?1, ?2, ?3)";
}

pub(crate) fn note(used: &OneTime, expires_at: UnixTime) -> Change {
    let row = params![used.purpose().as_str(), used.id(), expires_at];
    change(NOTE, row)
}
