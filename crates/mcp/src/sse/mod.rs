//! Server-sent events, read and written (HTML Living Standard, section 9.2).
//!
//! - [`Parser`] turns chunks of bytes into [`Event`]s, wherever they were cut;
//! - [`Event::to_bytes`] and [`frame`] write events so that no content can end a
//!   line or an event early (GW-17);
//! - [`Boundary`] only finds where events end, for bytes that pass untouched.
//!
//! Both readers refuse lines and events above a cap (GW-28) and keep no more
//! than that in memory. What is incomplete at the end of a stream is no event.

mod boundary;
mod event;
mod parser;

pub use boundary::Boundary;
pub use event::{Event, EventId, KEEP_ALIVE, frame};
pub use parser::Parser;

/// Why a stream, or a field of an event, was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SseError {
    /// A line or an event is longer than the cap.
    #[error("event is longer than the limit of {0} bytes")]
    TooLong(usize),
    /// A line is not UTF-8.
    #[error("event stream is not UTF-8")]
    NotUtf8,
    /// An id or a name that would break the framing.
    #[error("event id or name holds a line break or NUL")]
    Framing,
}

/// What ended a line at `end`, and where the next one starts.
///
/// A carriage return at the very end of a chunk ends its line at once; a line
/// feed at the start of the next chunk then belongs to it.
struct LineEnd {
    end: usize,
    next: usize,
    open_return: bool,
}

/// Finds the end of the line that `bytes` start with.
fn line_end(bytes: &[u8]) -> Option<LineEnd> {
    let end = memchr::memchr2(b'\r', b'\n', bytes)?;
    let is_return = bytes.get(end) == Some(&b'\r');
    let has_feed = is_return && bytes.get(end + 1) == Some(&b'\n');
    let next = end + 1 + usize::from(has_feed);
    let open_return = is_return && next == end + 1 && next == bytes.len();
    Some(LineEnd {
        end,
        next,
        open_return,
    })
}

#[cfg(test)]
mod tests;
