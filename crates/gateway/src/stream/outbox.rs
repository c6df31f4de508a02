//! An event stream that is written here, from a program's messages.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use doorward_mcp::sse::{KEEP_ALIVE, frame};
use http_body::{Body, Frame};

use super::{Cut, Loss, Pulse, Sieve, watch::Sign};
use crate::upstream::{
    Fault,
    stdio::{Item, Outbox},
};

/// What is said of a failure.
type Told = Box<dyn Fn(Fault) -> Bytes + Send + Sync>;

/// Messages of a program as events.
pub(crate) struct Written {
    first: Option<Bytes>,
    rest: Option<Arc<Outbox>>,
    sieve: Option<Sieve>,
    farewell: Option<Bytes>,
    /// What to say of a failure of the program.
    told: Option<Told>,
    pulse: Pulse,
    /// Dropped together with the stream: then nobody reads any more.
    _reader: Box<dyn Send + Sync>,
}

impl Written {
    pub(crate) fn new(
        first: Option<Bytes>,
        rest: Arc<Outbox>,
        pulse: Pulse,
        reader: Box<dyn Send + Sync>,
    ) -> Self {
        Self {
            first,
            rest: Some(rest),
            sieve: None,
            farewell: None,
            told: None,
            pulse,
            _reader: reader,
        }
    }

    /// The same, with lists filtered.
    pub(crate) fn through(self, sieve: Option<Sieve>) -> Self {
        Self { sieve, ..self }
    }

    /// The same, sending `event` before it is ended from this side.
    pub(crate) fn with_farewell(self, event: Option<Bytes>) -> Self {
        Self {
            farewell: event,
            ..self
        }
    }

    /// The same, with failures of the program told in these words.
    pub(crate) fn telling(self, told: Told) -> Self {
        Self {
            told: Some(told),
            ..self
        }
    }

    fn message(&self, item: Item) -> Option<Frame<Bytes>> {
        match (item.fault, &self.told) {
            (Some(fault), Some(told)) => self.event(told(fault)),
            (_, _) => self.event(item.json),
        }
    }

    /// The message as an event; nothing, where it is not for who reads.
    fn event(&self, json: Bytes) -> Option<Frame<Bytes>> {
        self.pulse.beat();
        let json = match &self.sieve {
            Some(sieve) => sieve.said(json)?,
            None => json,
        };
        Some(Frame::data(frame(None, &json).into()))
    }
}

fn is_message(polled: &Poll<Option<Item>>) -> bool {
    matches!(polled, Poll::Ready(Some(_)))
}

impl Body for Written {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = &mut *self;
        loop {
            let polled = match (this.first.take(), &this.rest) {
                (_, None) => return Poll::Ready(None),
                (Some(json), Some(_)) => Poll::Ready(Some(Item {
                    json,
                    last: false,
                    fault: None,
                })),
                (None, Some(rest)) => rest.poll_next(context),
            };
            match this.pulse.sign(context) {
                Sign::End if this.pulse.answers_first() && is_message(&polled) => {}
                Sign::End => {
                    this.rest = None;
                    let farewell = this.farewell.take();
                    return Poll::Ready(farewell.map(|event| Ok(Frame::data(event))));
                }
                Sign::KeepAlive if polled.is_pending() => {
                    return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(KEEP_ALIVE)))));
                }
                Sign::KeepAlive | Sign::Go => {}
            }
            let item = std::task::ready!(polled);
            if item.as_ref().is_none_or(|item| item.last) {
                let rest = this.rest.take();
                if item.is_none() && rest.is_some_and(|rest| rest.was_cut()) {
                    this.pulse.lost(Loss::Full);
                    let told = this.told.as_ref().map(|told| told(Fault::Unread));
                    return Poll::Ready(told.and_then(|json| this.event(json)).map(Ok));
                }
            }
            if let Some(event) = item.and_then(|item| this.message(item)) {
                return Poll::Ready(Some(Ok(event)));
            }
        }
    }
}
