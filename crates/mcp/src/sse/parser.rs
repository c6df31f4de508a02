//! The incremental reader.

use super::{Event, EventId, SseError, line_end};

/// Reads a stream chunk by chunk.
///
/// After an error the stream cannot be trusted any more: drop the parser.
#[derive(Debug)]
pub struct Parser {
    limit: usize,
    line: Vec<u8>,
    open_return: bool,
    started: bool,
    pending: Pending,
}

/// The fields since the last blank line.
#[derive(Debug, Default)]
struct Pending {
    id: Option<EventId>,
    name: Option<String>,
    data: Option<String>,
    retry: Option<u64>,
}

impl Parser {
    /// A reader that refuses lines and events of more than `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            open_return: false,
            started: false,
            pending: Pending::default(),
        }
    }

    /// Takes the next chunk and returns the events that it completes.
    pub fn push(&mut self, chunk: &[u8]) -> Result<Vec<Event>, SseError> {
        let (events, read) = self.read(chunk);
        read.map(|()| events)
    }

    /// The same with the events that precede what is refused.
    pub fn read(&mut self, chunk: &[u8]) -> (Vec<Event>, Result<(), SseError>) {
        let mut events = Vec::new();
        let read = self.each(chunk, |event| events.push(event));
        (events, read)
    }

    fn each(&mut self, chunk: &[u8], mut ended: impl FnMut(Event)) -> Result<(), SseError> {
        let mut rest = self.without_feed(chunk);
        while let Some(found) = line_end(rest) {
            self.extend(rest.get(..found.end).unwrap_or_default())?;
            self.open_return = found.open_return;
            rest = rest.get(found.next..).unwrap_or_default();
            if let Some(event) = self.end_line()? {
                ended(event);
            }
        }
        self.extend(rest)
    }

    /// Whether the stream could end here without losing part of an event.
    pub fn is_idle(&self) -> bool {
        self.line.is_empty() && self.pending.is_empty()
    }

    /// Drops a line feed that belongs to the last chunk's carriage return.
    fn without_feed<'c>(&mut self, chunk: &'c [u8]) -> &'c [u8] {
        let open = !chunk.is_empty() && std::mem::take(&mut self.open_return);
        match chunk.split_first() {
            Some((b'\n', rest)) if open => rest,
            _ => chunk,
        }
    }

    fn extend(&mut self, part: &[u8]) -> Result<(), SseError> {
        if self.line.len() + part.len() > self.limit {
            return Err(SseError::TooLong(self.limit));
        }
        self.line.extend_from_slice(part);
        Ok(())
    }

    fn end_line(&mut self) -> Result<Option<Event>, SseError> {
        let line = std::mem::take(&mut self.line);
        let text = std::str::from_utf8(&line).map_err(|_| SseError::NotUtf8)?;
        let is_first = !std::mem::replace(&mut self.started, true);
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) if is_first => rest,
            _ => text,
        };
        if text.is_empty() {
            return Ok(std::mem::take(&mut self.pending).into_event());
        }
        self.pending.field(text, self.limit)?;
        Ok(None)
    }
}

impl Pending {
    fn field(&mut self, line: &str, limit: usize) -> Result<(), SseError> {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => self.data(value, limit)?,
            "event" => self.name = Some(value.to_owned()).filter(|name| !name.is_empty()),
            // An id with NUL is ignored, as the standard has it.
            "id" => self.id = EventId::parse(value).ok().or(self.id.take()),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().or(self.retry);
            }
            _ => {} // comments and unknown fields
        }
        Ok(())
    }

    fn data(&mut self, value: &str, limit: usize) -> Result<(), SseError> {
        match &mut self.data {
            None => self.data = Some(value.to_owned()),
            Some(data) if data.len() + 1 + value.len() > limit => {
                return Err(SseError::TooLong(limit));
            }
            Some(data) => {
                data.push('\n');
                data.push_str(value);
            }
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.id.is_none() && self.name.is_none() && self.data.is_none() && self.retry.is_none()
    }

    fn into_event(self) -> Option<Event> {
        let data = self.data.unwrap_or_default();
        let is_something = self.id.is_some() || self.retry.is_some() || !data.is_empty();
        is_something.then(|| Event::from_fields(self.id, self.name, data, self.retry))
    }
}
