//! The audit log: appended in segments, searched, and checked.

use std::borrow::Cow;

use doorward_core::{
    audit::{AuditEvent, ChainBroken, ChainHead},
    secret::Digest,
};
use rusqlite::{Connection, Result};
use serde::Deserialize;

use super::rows::audit_segments::{self as segments, Direction, Segment};
use crate::{AuditFilter, AuditPage};

/// The end of the chain as stored: the next record binds to the last line, whatever it says.
pub(super) fn head(connection: &Connection) -> Result<ChainHead> {
    let newest = segments::newest(connection)?;
    Ok(newest.map_or_else(ChainHead::start, |segment| ChainHead {
        sequence: segment.last,
        digest: Digest::of_bytes(lines(&segment).last().unwrap_or_default()),
    }))
}

/// Appends the records of `events` as one segment and returns the new head.
pub(super) fn append<'event>(
    connection: &Connection,
    head: ChainHead,
    events: impl Iterator<Item = &'event AuditEvent>,
) -> Result<ChainHead> {
    let mut end = head;
    let mut segment: Option<Segment> = None;
    for event in events {
        let segment = segment.get_or_insert_with(|| Segment {
            first: head.sequence + 1,
            last: head.sequence,
            first_at: event.at,
            last_at: event.at,
            lines: Vec::new(),
        });
        end = end.append(event, &mut segment.lines);
        segment.last = end.sequence;
        segment.first_at = segment.first_at.min(event.at);
        segment.last_at = segment.last_at.max(event.at);
    }
    if let Some(segment) = segment {
        segments::add(connection, &segment)?;
    }
    Ok(end)
}

/// The records that `filter` asks for.
pub(super) fn page(connection: &Connection, filter: &AuditFilter) -> Result<AuditPage> {
    let direction = match filter.newest {
        0 => Direction::Forward,
        _ => Direction::Backward,
    };
    let mut found = Vec::new();
    segments::walk(connection, direction, filter.after, |segment| {
        let matching = matching(&segment, filter);
        match direction {
            Direction::Forward => found.extend(matching),
            Direction::Backward => found.extend(matching.into_iter().rev()),
        }
        direction == Direction::Forward || found.len() < filter.newest
    })?;
    if direction == Direction::Backward {
        found.truncate(filter.newest);
        found.reverse();
    }
    Ok(AuditPage {
        lines: found,
        last: head(connection)?.sequence,
    })
}

/// Walks the whole log. `written` is what the writer knows to be its end: a log that was cut off
/// or whose last record was changed does not get there.
pub(super) fn verify(
    connection: &Connection,
    written: &ChainHead,
) -> Result<std::result::Result<ChainHead, ChainBroken>> {
    let mut verdict = Ok(ChainHead::start());
    segments::walk(connection, Direction::Forward, 0, |segment| {
        verdict = verdict.and_then(|head| follow(head, &segment, written));
        verdict.is_ok()
    })?;
    Ok(verdict.and_then(|head| complete(head, written)))
}

fn follow(
    head: ChainHead,
    segment: &Segment,
    written: &ChainHead,
) -> std::result::Result<ChainHead, ChainBroken> {
    let next = |head: ChainHead, line| {
        let head = head.verify(line)?;
        let other = head.sequence == written.sequence && head.digest != written.digest;
        let sequence = head.sequence;
        if other {
            Err(ChainBroken { sequence })
        } else {
            Ok(head)
        }
    };
    let end = lines(segment).try_fold(head, next)?;
    // The numbers beside the lines are what searches go by.
    if segment.first == head.sequence + 1 && segment.last == end.sequence {
        Ok(end)
    } else {
        let sequence = head.sequence + 1;
        Err(ChainBroken { sequence })
    }
}

fn complete(head: ChainHead, written: &ChainHead) -> std::result::Result<ChainHead, ChainBroken> {
    let sequence = head.sequence + 1;
    if head.sequence < written.sequence {
        Err(ChainBroken { sequence })
    } else {
        Ok(head)
    }
}

fn matching(segment: &Segment, filter: &AuditFilter) -> Vec<String> {
    (segment.first..)
        .zip(lines(segment))
        .filter(|(sequence, line)| *sequence > filter.after && Facts::match_line(line, filter))
        .map(|(_, line)| String::from_utf8_lossy(line).into_owned())
        .collect()
}

fn lines(segment: &Segment) -> impl DoubleEndedIterator<Item = &[u8]> {
    let text = segment.lines.strip_suffix(b"\n").unwrap_or(&segment.lines);
    text.split(|byte| *byte == b'\n')
}

/// What a filter looks at.
#[derive(Deserialize)]
struct Facts<'line> {
    #[serde(borrow)]
    event: Cow<'line, str>,
    user: Option<Cow<'line, str>>,
    client: Option<Cow<'line, str>>,
    server: Option<Cow<'line, str>>,
}

impl Facts<'_> {
    /// A line that cannot be read matches everything: nothing is hidden by breaking it.
    fn match_line(line: &[u8], filter: &AuditFilter) -> bool {
        let AuditFilter {
            user,
            client,
            server,
            event,
            ..
        } = filter;
        if [user, client, server, event]
            .iter()
            .all(|wanted| wanted.is_none())
        {
            return true;
        }
        serde_json::from_slice::<Facts<'_>>(line).map_or(true, |facts| {
            is(user, facts.user.as_deref())
                && is(client, facts.client.as_deref())
                && is(server, facts.server.as_deref())
                && is(event, Some(&*facts.event))
        })
    }
}

fn is(wanted: &Option<String>, found: Option<&str>) -> bool {
    wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
}
