//! Finding where events end, without reading what is in them.

use super::{SseError, line_end};

/// Watches a stream that passes through untouched, and enforces the cap.
#[derive(Debug)]
pub struct Boundary {
    limit: usize,
    /// Bytes of the line so far.
    line: usize,
    /// Bytes of the event so far; comments do not count, they may keep a quiet
    /// stream open for ever.
    event: usize,
    in_comment: bool,
    open_return: bool,
}

impl Boundary {
    /// A scanner that refuses lines and events of more than `limit` bytes.
    pub const fn new(limit: usize) -> Self {
        Self {
            limit,
            line: 0,
            event: 0,
            in_comment: false,
            open_return: false,
        }
    }

    /// Reads on to where no event is open: behind a blank line, or behind a comment that stands
    /// before an event. `Some(end)` says that this is before `chunk[end]`: call again with the
    /// rest. `None` says that the chunk is used up, and an event may be open at its end.
    pub fn next_end(&mut self, chunk: &[u8]) -> Result<Option<usize>, SseError> {
        let open = !chunk.is_empty() && std::mem::take(&mut self.open_return);
        let mut at = usize::from(open && chunk.first() == Some(&b'\n'));
        if at > 0 && self.event == 0 {
            return Ok(Some(at)); // it belongs to what has ended
        }
        loop {
            let rest = chunk.get(at..).unwrap_or_default();
            let Some(found) = line_end(rest) else {
                self.extend(rest)?;
                return Ok(None);
            };
            self.extend(rest.get(..found.end).unwrap_or_default())?;
            self.open_return = found.open_return;
            at += found.next;
            if std::mem::take(&mut self.line) == 0 || self.event == 0 {
                self.event = 0;
                return Ok(Some(at));
            }
        }
    }

    fn extend(&mut self, part: &[u8]) -> Result<(), SseError> {
        if let (0, Some(first)) = (self.line, part.first()) {
            self.in_comment = *first == b':';
        }
        self.line += part.len();
        if !self.in_comment {
            self.event += part.len();
        }
        if self.line.max(self.event) > self.limit {
            return Err(SseError::TooLong(self.limit));
        }
        Ok(())
    }
}
