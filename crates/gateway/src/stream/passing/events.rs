//! Whole events out of chunks, as they came.
//!
//! ```text
//! chunk: ...end of an event | whole events | beginning of an event
//!        joined with what is held, or sent on as it is
//!                             sent on as they are
//!                                           held; a long one flows as it comes
//! ```
//!
//! Bytes are looked at once, for where events end, and copied only where a short event came in
//! pieces.

use bytes::Bytes;
use doorward_mcp::sse::Boundary;

use crate::{
    stream::{owed::Owed, pieces::Pieces},
    upstream::Fault,
};

/// An event stream that is cut between events, as far as it can be.
pub(super) struct Events {
    boundary: Boundary,
    /// The beginning of an event of which nothing was sent on.
    held: Pieces,
    /// Whether part of an event was sent on whose end has not come.
    begun: bool,
}

/// What of a chunk may be sent on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Passes {
    /// What was held until now.
    pub(super) first: Option<Bytes>,
    pub(super) rest: Option<Bytes>,
    /// Why nothing may follow.
    pub(super) fault: Option<Fault>,
}

impl Events {
    /// Refuses lines and events of more than `longest` bytes (GW-28).
    pub(super) fn new(longest: usize) -> Self {
        Self {
            boundary: Boundary::new(longest),
            held: Pieces::default(),
            begun: false,
        }
    }

    /// Whether nothing of an event was sent on whose end has not come.
    pub(super) fn is_between(&self) -> bool {
        !self.begun
    }

    /// What is held of an event whose end does not come any more.
    pub(super) fn tail(&mut self) -> Bytes {
        self.held.take()
    }

    /// Reads a chunk; whole events are shown to who is `owed` something.
    pub(super) fn take(&mut self, mut chunk: Bytes, mut owed: Option<&mut Owed>) -> Passes {
        let mut passes = Passes::default();
        if !self.held.is_empty() {
            match self.boundary.next_end(&chunk) {
                Ok(Some(end)) => self.held.push(chunk.split_to(end)),
                Ok(None) => return self.hold(chunk),
                Err(error) => {
                    passes.fault = Some(error.into());
                    return passes;
                }
            }
            let event = self.held.take();
            if let Some(owed) = owed.as_deref_mut() {
                owed.hear(&event);
            }
            passes.first = Some(event);
        }
        let (whole, fault) = self.whole(&chunk, owed);
        let rest = match fault {
            Some(_) => chunk.split_to(whole),
            None => self.without_tail(chunk, whole),
        };
        passes.rest = Some(rest).filter(|rest| !rest.is_empty());
        passes.fault = fault;
        passes
    }

    /// How much of a chunk is whole events, where nothing is held.
    fn whole(&mut self, chunk: &[u8], mut owed: Option<&mut Owed>) -> (usize, Option<Fault>) {
        let mut whole = 0;
        loop {
            let rest = chunk.get(whole..).unwrap_or_default();
            let end = match self.boundary.next_end(rest) {
                Ok(Some(end)) => end,
                Ok(None) => return (whole, None),
                Err(error) => return (whole, Some(error.into())),
            };
            let was_begun = std::mem::take(&mut self.begun);
            if let Some(owed) = owed.as_deref_mut() {
                match was_begun {
                    true => owed.hear_long(),
                    false => owed.hear(rest.get(..end).unwrap_or_default()),
                }
            }
            whole += end;
        }
    }

    /// The chunk without the beginning of an event at its end, unless that is long.
    fn without_tail(&mut self, mut chunk: Bytes, whole: usize) -> Bytes {
        let tail = chunk.len().saturating_sub(whole);
        if tail > HELD || self.begun {
            self.begun = true;
            return chunk;
        }
        if tail > 0 {
            self.held.push(chunk.split_off(whole));
        }
        chunk
    }

    /// Holds more of an event, as far as there is room.
    fn hold(&mut self, chunk: Bytes) -> Passes {
        if self.held.len() + chunk.len() <= HELD {
            self.held.push(chunk);
            return Passes::default();
        }
        self.begun = true;
        Passes {
            first: Some(self.held.take()),
            rest: Some(chunk),
            fault: None,
        }
    }
}

impl Passes {
    /// What is sent on next.
    pub(super) fn next(&mut self) -> Option<Bytes> {
        self.first.take().or_else(|| self.rest.take())
    }
}

/// So much of an event is held until it has ended.
const HELD: usize = 64 * 1024;

#[cfg(test)]
mod tests;
