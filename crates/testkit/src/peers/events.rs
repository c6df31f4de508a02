//! Server-sent events as a client of our own reads them.

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;

/// One event: its name, its id, its data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: Option<String>,
    pub(super) id: Option<String>,
    pub(super) data: String,
}

/// The events of a body.
pub(super) struct Events {
    body: BodyDataStream,
    read: String,
}

impl Events {
    pub(super) fn of(body: Body) -> Self {
        Self {
            body: body.into_data_stream(),
            read: String::new(),
        }
    }

    /// The next event that is not a comment; `None` at the end, or where the stream broke off.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((text, rest)) = self.read.split_once("\n\n") {
                let event = Event::parse(text);
                self.read = rest.to_owned();
                if event.is_some() {
                    return event;
                }
            }
            let bytes = self.body.next().await?.ok()?;
            self.read.push_str(std::str::from_utf8(&bytes).ok()?);
        }
    }
}

impl Event {
    fn parse(text: &str) -> Option<Self> {
        let mut event = Self::default();
        let mut is_one = false;
        for line in text.lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => event.name = Some(value.to_owned()),
                "id" => event.id = Some(value.to_owned()),
                "data" => event.data.push_str(value),
                _ => continue,
            }
            is_one = true;
        }
        is_one.then_some(event)
    }
}
