//! One event, and how it is written.

use super::SseError;

/// A comment that keeps a connection open and means nothing.
pub const KEEP_ALIVE: &[u8] = b":\n\n";

/// An event id: no line break and no NUL in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventId(String);

/// An event as a reader sees it at a blank line.
///
/// `data` may be empty: such an event carries an id or a retry time and no
/// message, and browsers would not dispatch it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    id: Option<EventId>,
    name: Option<String>,
    data: String,
    retry: Option<u64>,
}

impl EventId {
    /// Accepts what can stand in one line.
    pub fn parse(text: &str) -> Result<Self, SseError> {
        one_line(text).map(|id| Self(id.to_owned()))
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Event {
    /// An event that carries a message.
    pub fn message(data: impl Into<String>) -> Self {
        let data = data.into();
        Self {
            data,
            ..Self::default()
        }
    }

    /// The same with an id.
    #[must_use]
    pub fn with_id(self, id: EventId) -> Self {
        let id = Some(id);
        Self { id, ..self }
    }

    /// The same with a name, such as `endpoint`.
    pub fn with_name(self, name: &str) -> Result<Self, SseError> {
        let name = Some(one_line(name)?.to_owned()).filter(|name| !name.is_empty());
        Ok(Self { name, ..self })
    }

    /// The same with a time to wait before reconnecting, in milliseconds.
    #[must_use]
    pub fn with_retry(self, milliseconds: u64) -> Self {
        let retry = Some(milliseconds);
        Self { retry, ..self }
    }

    /// The id, if the event has one.
    pub const fn id(&self) -> Option<&EventId> {
        self.id.as_ref()
    }

    /// The name; `message` when the event has none.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("message")
    }

    /// The data, lines joined by line feeds.
    pub fn data(&self) -> &str {
        &self.data
    }

    /// The data, taken out.
    pub fn into_data(self) -> String {
        self.data
    }

    /// The time to wait before reconnecting, in milliseconds.
    pub const fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// The event as bytes, blank line included.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.data.len() + 64);
        if let Some(name) = &self.name {
            line(&mut out, "event", name.as_bytes());
        }
        if let Some(id) = &self.id {
            line(&mut out, "id", id.0.as_bytes());
        }
        if let Some(retry) = self.retry {
            line(&mut out, "retry", retry.to_string().as_bytes());
        }
        data_lines(&mut out, self.data.as_bytes());
        out.push(b'\n');
        out
    }

    pub(super) fn from_fields(
        id: Option<EventId>,
        name: Option<String>,
        data: String,
        retry: Option<u64>,
    ) -> Self {
        Self {
            id,
            name,
            data,
            retry,
        }
    }
}

/// Writes one message as an event: the short way for what is already JSON.
pub fn frame(id: Option<&EventId>, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() + 48);
    if let Some(id) = id {
        line(&mut out, "id", id.0.as_bytes());
    }
    data_lines(&mut out, data);
    out.push(b'\n');
    out
}

/// Writes data, one `data` field for each of its lines. Whatever a reader takes
/// for a line break is one here.
fn data_lines(out: &mut Vec<u8>, data: &[u8]) {
    let mut rest = data;
    while let Some(found) = super::line_end(rest) {
        line(out, "data", rest.get(..found.end).unwrap_or_default());
        rest = rest.get(found.next..).unwrap_or_default();
    }
    line(out, "data", rest);
}

fn line(out: &mut Vec<u8>, field: &str, value: &[u8]) {
    out.extend_from_slice(field.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.push(b'\n');
}

fn one_line(text: &str) -> Result<&str, SseError> {
    let breaks = |byte: u8| matches!(byte, b'\r' | b'\n' | 0);
    (!text.bytes().any(breaks))
        .then_some(text)
        .ok_or(SseError::Framing)
}
