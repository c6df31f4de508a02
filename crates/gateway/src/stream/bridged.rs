//! An event stream that is written here, from whole messages of a bridge.
//!
//! It ends with the response. A server that fails on the way has answered with the fault
//! all the same, so that nobody takes silence for success.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use doorward_mcp::{
    envelope::Message,
    method::Method,
    sse::{KEEP_ALIVE, frame},
};
use futures_util::Stream;
use http_body::{Body, Frame};

use super::{Cut, Loss, Pulse, Sieve, watch::Sign};
use crate::{
    catalogue::Changes,
    upstream::{Fault, link::Incoming},
};

/// Messages of a bridge as events.
pub(crate) struct Bridged {
    first: Option<Bytes>,
    rest: Option<Incoming>,
    pulse: Pulse,
    manner: Manner,
}

/// How messages are told.
pub(crate) struct Manner {
    /// What lists are filtered by.
    pub(crate) sieve: Option<Sieve>,
    /// The last event, when the stream is ended from this side.
    pub(crate) farewell: Option<Bytes>,
    /// Where it is noted that tools changed.
    pub(crate) changes: Arc<Changes>,
    /// What to say of a fault; nothing, where nothing was asked.
    pub(crate) told: Box<dyn Fn(Fault) -> Option<Bytes> + Send + Sync>,
}

/// What a message is, as far as a stream must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// The response: nothing follows.
    Response,
    /// Something on the way.
    Other,
}

impl Bridged {
    pub(crate) fn new(first: Option<Bytes>, rest: Incoming, pulse: Pulse, manner: Manner) -> Self {
        let rest = Some(rest);
        Self {
            first,
            rest,
            pulse,
            manner,
        }
    }

    fn event(&self, json: Bytes) -> Frame<Bytes> {
        self.pulse.beat();
        Frame::data(frame(None, &json).into())
    }

    fn message(&mut self, json: Bytes) -> Option<Frame<Bytes>> {
        let said = match said(&json, &self.manner.changes) {
            Ok(said) => said,
            Err(fault) => return self.fault(fault),
        };
        if said == Said::Other {
            return Some(self.event(json));
        }
        self.rest = None;
        let json = match &self.manner.sieve {
            Some(sieve) => sieve.message(json),
            None => json,
        };
        Some(self.event(json))
    }

    fn fault(&mut self, fault: Fault) -> Option<Frame<Bytes>> {
        self.rest = None;
        if fault == Fault::Unread {
            self.pulse.lost(Loss::Full);
        }
        let told = (self.manner.told)(fault)?;
        Some(self.event(told))
    }
}

impl Body for Bridged {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = &mut *self;
        let Some(rest) = &mut this.rest else {
            return Poll::Ready(None);
        };
        let polled = match this.first.take() {
            Some(json) => Poll::Ready(Some(Ok(json))),
            None => Pin::new(rest).poll_next(context),
        };
        let is_message = matches!(polled, Poll::Ready(Some(Ok(_))));
        match this.pulse.sign(context) {
            Sign::End if this.pulse.answers_first() && is_message => {}
            Sign::End => {
                this.rest = None;
                let farewell = this.manner.farewell.take();
                return Poll::Ready(farewell.map(|event| Ok(Frame::data(event))));
            }
            Sign::KeepAlive if polled.is_pending() => {
                return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(KEEP_ALIVE)))));
            }
            Sign::KeepAlive | Sign::Go => {}
        }
        let event = match std::task::ready!(polled) {
            Some(Ok(json)) => this.message(json),
            Some(Err(fault)) => this.fault(fault),
            None => this.fault(Fault::Broken),
        };
        Poll::Ready(event.map(Ok))
    }
}

/// Reads what a message is. That tools changed is noted on its way through.
pub(crate) fn said(json: &[u8], changes: &Changes) -> Result<Said, Fault> {
    match Message::parse(json) {
        Ok(Message::Response(_)) => Ok(Said::Response),
        Ok(Message::Notification(notification)) => {
            if notification.method == Method::ToolsListChanged.as_str() {
                changes.note();
            }
            Ok(Said::Other)
        }
        Ok(Message::Request(_)) => Ok(Said::Other),
        Err(_) => Err(Fault::NotMcp),
    }
}
