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
}

/// What comes next.
pub(super) enum Next {
    Chunk(Bytes),
    /// A sign of life.
    Quiet,
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

    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Next> {
        let Some(upstream) = &mut self.upstream else {
            return Poll::Ready(Next::End(None, None));
        };
        let polled = Pin::new(upstream).poll_frame(context);
        match self.pulse.sign(context) {
            Sign::End => {
                self.upstream = None;
                return Poll::Ready(Next::End(self.farewell.take(), None));
            }
            Sign::KeepAlive => self.is_quiet = true,
            Sign::Go => {}
        }
        let owed = self.owed.as_ref();
        if owed.is_some_and(|owed| owed.is_late(&self.pulse, polled.is_ready())) {
            return Poll::Ready(self.breaks(Fault::Timeout, Some(Cut::Late)));
        }
        if polled.is_pending() && std::mem::take(&mut self.is_quiet) {
            return Poll::Ready(Next::Quiet);
        }
        Poll::Ready(match std::task::ready!(polled) {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(chunk) => Next::Chunk(chunk),
                Err(_trailers) => self.breaks(Fault::Broken, None),
            },
            Some(Err(error)) => self.breaks(Fault::Broken, Some(Cut::Broken(error))),
            None => self.breaks(Fault::Broken, None),
        })
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
