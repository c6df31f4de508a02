//! The audit log: made into segments, searched, and checked.
//!
//! Segments are read a few at a time, and looked at on a thread that may block:
//! a search through a long log stands in nobody's way (DS-03).

use std::borrow::Cow;

use doorward_core::{
    audit::{AuditEvent, ChainBroken, ChainHead},
    secret::Digest,
};
use serde::Deserialize;

use crate::{
    AuditFilter, AuditPage, StoreError,
    tables::audit_segments::{self as segments, Direction, Segment},
    unit::Database,
};

/// The end of the chain as stored: the next record binds to the last line, whatever it says.
pub(crate) fn head(newest: Option<&Segment>) -> ChainHead {
    newest.map_or_else(ChainHead::start, |segment| ChainHead {
        sequence: segment.last,
        digest: Digest::of_bytes(lines(segment).last().unwrap_or_default()),
    })
}

/// The records of `events` as the segment that follows `head`, if there are any, and the new head.
pub(crate) fn segment<'event>(
    head: ChainHead,
    events: impl Iterator<Item = &'event AuditEvent>,
) -> (Option<Segment>, ChainHead) {
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
    (segment, end)
}

/// The records that `filter` asks for.
pub(crate) async fn page<D: Database>(
    database: &D,
    filter: AuditFilter,
) -> Result<AuditPage, StoreError> {
    let direction = match filter.newest {
        0 => Direction::Forward,
        _ => Direction::Backward,
    };
    let (after, before) = (filter.after, filter.before);
    let search = Search {
        direction,
        filter,
        found: Vec::new(),
    };
    let search = match direction {
        Direction::Forward => walk(database, (direction, after, None), search).await?,
        Direction::Backward => walk(database, (direction, after, before), search).await?,
    };
    let newest = database.find(segments::newest()).await?;
    Ok(AuditPage {
        lines: search.lines(),
        last: head(newest.as_ref()).sequence,
    })
}

/// Walks the whole log. The ends in `known` were written: a log that was cut off or whose last
/// record was changed does not get there.
pub(crate) async fn verify<D: Database>(
    database: &D,
    known: Vec<ChainHead>,
) -> Result<Result<ChainHead, ChainBroken>, StoreError> {
    let verdict = Ok(ChainHead::start());
    let check = walk(
        database,
        (Direction::Forward, 0, None),
        Check { known, verdict },
    )
    .await?;
    let Check { known, verdict } = check;
    Ok(verdict.and_then(|head| complete(head, &known)))
}

/// Whoever looks at segments, one after another.
trait Visitor: Send + 'static {
    /// Looks at the next segment; `false` when it has seen enough.
    fn visit(&mut self, segment: &Segment) -> bool;
}

async fn walk<V: Visitor>(
    database: &impl Database,
    (direction, after, mut behind): (Direction, u64, Option<u64>),
    mut visitor: V,
) -> Result<V, StoreError> {
    loop {
        let page = database
            .list(segments::page(direction, after, behind))
            .await?;
        let Some(last) = page.last() else {
            return Ok(visitor);
        };
        behind = Some(last.first);
        let visit = move || {
            let more = page.iter().all(|segment| visitor.visit(segment));
            (visitor, more)
        };
        let looked = tokio::task::spawn_blocking(visit).await;
        let (back, more) = looked.map_err(|error| StoreError::Unavailable(error.into()))?;
        if !more {
            return Ok(back);
        }
        visitor = back;
    }
}

/// Collects what a filter asks for.
struct Search {
    direction: Direction,
    filter: AuditFilter,
    found: Vec<String>,
}

impl Visitor for Search {
    fn visit(&mut self, segment: &Segment) -> bool {
        let matching = matching(segment, &self.filter);
        match self.direction {
            Direction::Forward => self.found.extend(matching),
            Direction::Backward => self.found.extend(matching.into_iter().rev()),
        }
        self.direction == Direction::Forward || self.found.len() < self.filter.newest
    }
}

impl Search {
    /// What was found, oldest first.
    fn lines(mut self) -> Vec<String> {
        if self.direction == Direction::Backward {
            self.found.truncate(self.filter.newest);
            self.found.reverse();
        }
        self.found
    }
}

/// Checks every record against the one before it.
struct Check {
    known: Vec<ChainHead>,
    verdict: Result<ChainHead, ChainBroken>,
}

impl Visitor for Check {
    fn visit(&mut self, segment: &Segment) -> bool {
        self.verdict = self
            .verdict
            .and_then(|head| follow(head, segment, &self.known));
        self.verdict.is_ok()
    }
}

fn follow(
    head: ChainHead,
    segment: &Segment,
    known: &[ChainHead],
) -> Result<ChainHead, ChainBroken> {
    let next = |head: ChainHead, line| {
        let head = head.verify(line)?;
        let sequence = head.sequence;
        let other = |known: &ChainHead| known.sequence == sequence && known.digest != head.digest;
        if known.iter().any(other) {
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

fn complete(head: ChainHead, known: &[ChainHead]) -> Result<ChainHead, ChainBroken> {
    let sequence = head.sequence + 1;
    if known.iter().any(|known| head.sequence < known.sequence) {
        Err(ChainBroken { sequence })
    } else {
        Ok(head)
    }
}

fn matching(segment: &Segment, filter: &AuditFilter) -> Vec<String> {
    (segment.first..)
        .zip(lines(segment))
        .filter(|(sequence, _)| *sequence > filter.after)
        .filter(|(sequence, _)| filter.before.is_none_or(|before| *sequence < before))
        .filter(|(_, line)| Facts::match_line(line, filter))
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
