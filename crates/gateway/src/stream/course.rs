//! The course of an upstream's event stream, whatever is done with its bytes: for how long it is
//! read, and what its client gets at the end.
//!
//! ```text
//! ended from this side           -> a farewell, if there is one
//! broken, ended or late upstream -> the error that the caller is owed (GW-27), or as it broke
//! caller leaves                  -> read on, where that cancels nothing (R-066)
//! ```

use std::{
    pin::Pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::Body;
use hyper::body::Incoming;
use memchr::memmem::Finder;

use super::{Cut, Owed, Pulse, watch::Sign};
use crate::{
    catalogue::Changes,
    upstream::{Fault, http::read_on},
};

/// An upstream's event stream.
pub(crate) struct Course {
    upstream: Option<Incoming>,
    pulse: Pulse,
    changes: Arc<Changes>,
    /// The last event, when the stream is ended from this side.
    farewell: Option<Bytes>,
    /// What the caller gets, when the upstream ends it without an answer.
    owed: Option<Owed>,
    /// Whether the upstream is read on when the caller leaves.
    lasts: bool,
    /// Whether a sign of life is due.
    is_quiet: bool,
    /// Whether the time was over in all when the last chunk came.
    is_spent: bool,
}

/// What comes next.
pub(super) enum Next {
    Chunk(Bytes),
    /// A sign of life.
    Quiet,
    /// The end that the upstream made itself.
    Closed,
    /// The last event, if there is one; where there is none or it cannot stand, what broke.
    End(Option<Bytes>, Option<Cut>),
}

impl Course {
    /// What is told of tools is noted in the `changes`, whoever may see them.
    pub(crate) fn new(upstream: Incoming, pulse: Pulse, changes: Arc<Changes>) -> Self {
        Self {
            upstream: Some(upstream),
            pulse,
            changes,
            farewell: None,
            owed: None,
            lasts: false,
            is_quiet: false,
            is_spent: false,
        }
    }

    /// The same, sending `event` before it is ended from this side.
    pub(crate) fn with_farewell(mut self, event: Option<Bytes>) -> Self {
        self.farewell = event;
        self
    }

    /// The same to a caller who is owed an answer.
    pub(crate) fn owing(mut self, owed: Option<Owed>) -> Self {
        self.owed = owed;
        self
    }

    /// The same, reading on when the caller leaves.
    pub(crate) fn lasting(mut self, lasts: bool) -> Self {
        self.lasts = lasts;
        self
    }

    /// What comes next.
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Next> {
        let Some(upstream) = &mut self.upstream else {
            return Poll::Ready(Next::End(None, None));
        };
        let polled = Pin::new(upstream).poll_frame(context);
        match self.pulse.sign(context) {
            Sign::End => {
                self.stop();
                return Poll::Ready(Next::End(self.farewell.take(), None));
            }
            Sign::KeepAlive => self.is_quiet = true,
            Sign::Go => {}
        }
        let is_late = match &polled {
            Poll::Ready(Some(Ok(_))) => self.is_late(true),
            Poll::Ready(Some(Err(_)) | None) => false, // what was held at its end is looked at first
            Poll::Pending => self.is_late(false),
        };
        if is_late {
            return Poll::Ready(self.breaks(Fault::Timeout, Some(Cut::Late)));
        }
        if polled.is_pending() && std::mem::take(&mut self.is_quiet) {
            return Poll::Ready(Next::Quiet);
        }
        let frame = match std::task::ready!(polled) {
            Some(Ok(frame)) => frame.into_data().ok(), // trailers end it
            Some(Err(error)) => {
                return Poll::Ready(self.breaks(Fault::Broken, Some(Cut::Broken(error))));
            }
            None => None,
        };
        if frame.is_none() {
            self.stop();
        }
        Poll::Ready(frame.map_or(Next::Closed, Next::Chunk))
    }

    /// Whether the answer does not come in time. What comes after all is sent on, but of what
    /// comes all the time only the first.
    fn is_late(&mut self, comes: bool) -> bool {
        let (owed, pulse) = (self.owed.as_ref(), &self.pulse);
        let is_spent = owed.is_some_and(|owed| owed.is_spent(pulse));
        match comes {
            true => std::mem::replace(&mut self.is_spent, is_spent) && is_spent,
            false => is_spent || owed.is_some_and(|owed| owed.is_silent(pulse)),
        }
    }

    /// The server says something, whether or not it can be sent on yet.
    pub(super) fn hear(&self) {
        self.pulse.hear();
    }

    /// Something is sent on.
    pub(super) fn beat(&mut self) {
        self.is_quiet = false;
        self.pulse.beat();
    }

    /// Looks for what tells that tools changed. Seeing it where it does not stand costs one
    /// refreshed list.
    pub(super) fn note(&self, text: &[u8]) {
        if TOOLS_CHANGED.find(text).is_some() {
            self.changes.note();
        }
    }

    pub(super) fn owed(&mut self) -> Option<&mut Owed> {
        self.owed.as_mut()
    }

    /// Reads no further; what was read already can still be sent on.
    pub(super) fn stop(&mut self) {
        self.upstream = None;
    }

    /// The end that the upstream made; `cut` where it was none.
    pub(super) fn breaks(&mut self, fault: Fault, cut: Option<Cut>) -> Next {
        self.stop();
        match self.owed.take().and_then(|owed| owed.tell(fault)) {
            Some(told) => Next::End(Some(told), cut.or(Some(Cut::Inside))),
            None => Next::End(None, cut),
        }
    }
}

impl Drop for Course {
    fn drop(&mut self) {
        if let Some(upstream) = self.upstream.take()
            && self.lasts
        {
            read_on(upstream);
        }
    }
}

static TOOLS_CHANGED: LazyLock<Finder<'static>> =
    LazyLock::new(|| Finder::new("notifications/tools/list_changed"));
