//! Segments of the audit log: the records that one group wrote, as JSON lines in one row.

use doorward_core::time::UnixTime;

use super::{Change, Columns, Query, Unreadable, change, params, query, statements};

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
    FORWARD = select_from!("AND first_sequence > ?2 ORDER BY first_sequence LIMIT 64");
    BACKWARD = select_from!("AND first_sequence < ?2 ORDER BY first_sequence DESC LIMIT 64");
    ADD = "INSERT INTO audit_segments (first_sequence, last_sequence, first_at, last_at, lines)
        VALUES (?1, ?2, ?3, ?4, ?5)";
}

/// Consecutive audit records.
#[derive(Debug)]
pub(crate) struct Segment {
    /// The number of the first record.
    pub(crate) first: u64,
    /// The number of the last record.
    pub(crate) last: u64,
    /// The earliest time of a record.
    pub(crate) first_at: UnixTime,
    /// The latest time of a record.
    pub(crate) last_at: UnixTime,
    /// The records, each ended by a line feed.
    pub(crate) lines: Vec<u8>,
}

fn read(columns: &mut Columns<'_>) -> Result<Segment, Unreadable> {
    Ok(Segment {
        first: columns.take::<i64>()?.unsigned_abs(),
        last: columns.take::<i64>()?.unsigned_abs(),
        first_at: columns.time()?,
        last_at: columns.time()?,
        lines: columns.take()?,
    })
}

/// The last segment, if there is any.
pub(crate) fn newest() -> Query<Segment> {
    query(NEWEST, params![], read)
}

/// Which way to walk the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the oldest segment on.
    Forward,
    /// From the newest segment back.
    Backward,
}

/// The next few segments of those from the one on that holds record `after`: the ones that
/// come behind the segment with the first record `behind`, or from the start of the walk.
pub(crate) fn page(direction: Direction, after: u64, behind: Option<u64>) -> Query<Segment> {
    let (sql, start) = match direction {
        Direction::Forward => (FORWARD, 0),
        Direction::Backward => (BACKWARD, i64::MAX),
    };
    let behind = behind.map_or(start, number);
    query(sql, params![number(after), behind], read)
}

/// Adds the next segment.
pub(crate) fn add(segment: &Segment) -> Change {
    let row = params![
        number(segment.first),
        number(segment.last),
        segment.first_at,
        segment.last_at,
        segment.lines,
    ];
    change(ADD, row)
}

fn number(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}
