//! A line of a session as the event stream of an answer.
//!
//! With Streamable HTTP each event says by its id where a reader was, and a client of
//! 2025-11-25 gets an id before there is anything to read, and a time to wait when the stream is
//! ended from this side. HTTP+SSE of 2024-11-05 has named events and no ids.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use doorward_mcp::sse::{Event, EventId, KEEP_ALIVE, frame};
use http_body::{Body, Frame};

use super::{
    line::{Reader, Said},
    session::Session,
};
use crate::stream::{Cut, Pulse, Sieve, Sign};

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// With ids, and the first before there is anything to say (2025-11-25).
    Primed,
    /// With ids (2025-03-26, 2025-06-18).
    Numbered,
    /// Named and without ids (2024-11-05).
    Named,
}

/// An event stream.
pub(super) struct Events {
    reader: Option<Reader>,
    form: Form,
    /// What comes first, whole.
    first: Option<Bytes>,
    /// What was read already.
    next: Option<Said>,
    /// The session whose newer tokens keep the stream open.
    session: Option<Arc<Session>>,
    sieve: Option<Sieve>,
    pulse: Pulse,
    /// Dropped together with the stream.
    _held: Option<Box<dyn Send + Sync>>,
}

impl Events {
    /// What `reader` reads, for as long as the token lasts that `pulse` watches.
    pub(super) fn new(reader: Reader, form: Form, sieve: Option<Sieve>, pulse: Pulse) -> Self {
        let first = (form == Form::Primed).then(|| bare(reader.position(), None));
        Self {
            reader: Some(reader),
            form,
            first,
            next: None,
            session: None,
            sieve,
            pulse,
            _held: None,
        }
    }

    /// The same with an event before all others, and something that goes with the stream.
    pub(super) fn led_by(self, first: Vec<u8>, held: Box<dyn Send + Sync>) -> Self {
        Self {
            first: Some(first.into()),
            _held: Some(held),
            ..self
        }
    }

    /// The same, beginning with what was read from the reader last.
    pub(super) fn after(mut self, said: Said) -> Self {
        let position = self.reader.as_ref().map(Reader::position);
        let before = position.map(|(line, _)| (line, said.number.saturating_sub(1)));
        let primes = before.filter(|_| self.form == Form::Primed);
        self.first = primes.map(|before| bare(before, None));
        self.next = Some(said);
        self
    }

    /// The same for as long as a token of the session lasts, and not only the one of now.
    pub(super) fn of(self, session: Arc<Session>) -> Self {
        let session = Some(session);
        Self { session, ..self }
    }

    /// What is still told on a stream that is ended from this side: what has come already, unless
    /// its token is no longer good, and then when to come back.
    fn end(&mut self, context: &mut Context<'_>) -> Option<Bytes> {
        while let Some(said) = self.waiting(context) {
            let line = self.reader.as_ref()?.position().0;
            if let Some(event) = self.event(said, line) {
                return Some(event);
            }
        }
        let reader = self.reader.take()?;
        let owes = self.form == Form::Primed && !reader.is_answered();
        owes.then(|| bare(reader.position(), Some(COME_BACK)))
    }

    /// What has come already and may still be told.
    fn waiting(&mut self, context: &mut Context<'_>) -> Option<Said> {
        if !self.pulse.lets_finish() {
            return None;
        }
        if let Some(said) = self.next.take() {
            return Some(said);
        }
        match self.reader.as_mut()?.poll_next(context) {
            Poll::Ready(said) => said,
            Poll::Pending => None,
        }
    }

    /// The message as an event; nothing, where it is not for who reads.
    fn event(&self, said: Said, line: u32) -> Option<Bytes> {
        self.pulse.beat();
        let json = match self.sieve() {
            Some(sieve) => sieve.said(said.json)?,
            None => said.json,
        };
        Some(match self.form {
            Form::Primed | Form::Numbered => frame(id((line, said.number)).as_ref(), &json).into(),
            Form::Named => {
                let mut event = b"event: message\n".to_vec();
                event.extend_from_slice(&frame(None, &json));
                event.into()
            }
        })
    }

    /// What the reader may see now: where one stream is the whole session, as the token of its
    /// newest message says (P-051).
    fn sieve(&self) -> Option<Sieve> {
        match &self.session {
            Some(session) => session.newest().sieve(),
            None => self.sieve.clone(),
        }
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = &mut *self;
        if let Some(first) = this.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        while let Some(reader) = &mut this.reader {
            let line = reader.position().0;
            match this.pulse.sign(context) {
                Sign::End => match this.session.as_ref().and_then(|session| session.renewed()) {
                    Some(newer) => {
                        newer.take_over(&this.pulse);
                        this.pulse = newer;
                        continue;
                    }
                    None => {
                        let last = this.end(context);
                        return Poll::Ready(last.map(|event| Ok(Frame::data(event))));
                    }
                },
                Sign::KeepAlive => {
                    return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(KEEP_ALIVE)))));
                }
                Sign::Go => {}
            }
            let said = match this.next.take() {
                Some(said) => Some(said),
                None => std::task::ready!(reader.poll_next(context)),
            };
            if said.as_ref().is_none_or(|said| said.last) {
                this.reader = None;
            }
            if let Some(event) = said.and_then(|said| this.event(said, line)) {
                return Poll::Ready(Some(Ok(Frame::data(event))));
            }
        }
        Poll::Ready(None)
    }
}

/// Where a reader is, as an event says it: digits and a hyphen.
fn id((line, number): (u32, u64)) -> Option<EventId> {
    EventId::parse(&format!("{line}-{number}")).ok()
}

/// An event that says where a reader is and nothing else.
fn bare(position: (u32, u64), retry: Option<u64>) -> Bytes {
    let mut event = Event::default();
    if let Some(id) = id(position) {
        event = event.with_id(id);
    }
    if let Some(milliseconds) = retry {
        event = event.with_retry(milliseconds);
    }
    event.to_bytes().into()
}

/// Where a reader was, out of `Last-Event-ID`.
pub(super) fn position(text: &str) -> Option<(u32, u64)> {
    let (line, number) = text.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(line) || !digits(number) {
        return None;
    }
    Some((line.parse().ok()?, number.parse().ok()?))
}

/// After how many milliseconds a client whose stream was ended may ask again.
const COME_BACK: u64 = 1_000;
