//! Segments of the audit log: the records that one group wrote, as JSON lines in one row.

use doorward_core::time::UnixTime;
use rusqlite::{Connection, Result, params};

use super::{Columns, change, find, statements};

macro_rules! select {
    ($rest:expr) => {
        concat!(
            "SELECT first_sequence, last_sequence, first_at, last_at, lines FROM audit_segments ",
            $rest
        )
    };
}

/// From the segment on that holds the record `?1`.
macro_rules! select_from {
    ($rest:literal) => {
        select!(concat!(
            "WHERE first_sequence >= coalesce(
                (SELECT max(first_sequence) FROM audit_segments WHERE first_sequence <= ?1), 0) ",
            $rest
        ))
    };
}

statements! {
    NEWEST = select!("ORDER BY first_sequence DESC LIMIT 1");
    FORWARD = select_from!("ORDER BY first_sequence");
    BACKWARD = select_from!("ORDER BY first_sequence DESC");
    ADD = "INSERT INTO audit_segments (first_sequence, last_sequence, first_at, last_at, lines)
        VALUES (?1, ?2, ?3, ?4, ?5)";
}

/// Consecutive audit records.
#[derive(Debug)]
pub(in crate::sqlite) struct Segment {
    /// The number of the first record.
    pub(in crate::sqlite) first: u64,
    /// The number of the last record.
    pub(in crate::sqlite) last: u64,
    /// The earliest time of a record.
    pub(in crate::sqlite) first_at: UnixTime,
    /// The latest time of a record.
    pub(in crate::sqlite) last_at: UnixTime,
    /// The records, each ended by a line feed.
    pub(in crate::sqlite) lines: Vec<u8>,
}

fn read(columns: &mut Columns<'_>) -> Result<Segment> {
    Ok(Segment {
        first: columns.take::<i64>()?.unsigned_abs(),
        last: columns.take::<i64>()?.unsigned_abs(),
        first_at: columns.time()?,
        last_at: columns.time()?,
        lines: columns.take()?,
    })
}

/// The last segment, if there is any.
pub(in crate::sqlite) fn newest(connection: &Connection) -> Result<Option<Segment>> {
    find(connection, NEWEST, [], read)
}

/// Which way to walk the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sqlite) enum Direction {
    /// From the oldest segment on.
    Forward,
    /// From the newest segment back.
    Backward,
}

/// Visits the segments from the one on that holds record `after`, until `visit` says to stop (`false`).
pub(in crate::sqlite) fn walk(
    connection: &Connection,
    direction: Direction,
    after: u64,
    mut visit: impl FnMut(Segment) -> bool,
) -> Result<()> {
    let sql = match direction {
        Direction::Forward => FORWARD,
        Direction::Backward => BACKWARD,
    };
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([number(after)])?;
    while let Some(row) = rows.next()? {
        if !visit(read(&mut Columns::of(row))?) {
            break;
        }
    }
    Ok(())
}

/// Adds the next segment.
pub(in crate::sqlite) fn add(connection: &Connection, segment: &Segment) -> Result<usize> {
    let row = params![
        number(segment.first),
        number(segment.last),
        segment.first_at.millis(),
        segment.last_at.millis(),
        segment.lines,
    ];
    change(connection, ADD, row)
}

fn number(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}
