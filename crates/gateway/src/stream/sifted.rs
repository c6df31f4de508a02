//! Lists with only what the caller may know of, and changes of nothing else (GW-13, GW-14).
//!
//! A list is judged by the very rule that judges calls. It is recognised by its
//! shape and not by the request that asked for it, because a resumed stream
//! brings answers to requests of long ago. What cannot be read is not passed on, and that a
//! resource changed which the caller may not read is not told, whoever else is told it.

mod told;

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use doorward_core::permit::Action;
use doorward_mcp::{
    envelope::{Message, Notification, Outcome, Response},
    era::Era,
    list::{Item, List, ListKind, Sharing},
    method::Method,
    sse::{Event, KEEP_ALIVE, Parser},
    translate::updated_uri,
};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::{Course, Cut, Owed, course::Next, document};
use crate::{access::Caller, upstream::Fault};

/// What a caller may see of lists.
#[derive(Clone)]
pub(crate) struct Sieve {
    caller: Arc<Caller>,
    sharing: Sharing,
    /// Whether lists are looked for at all.
    lists: bool,
}

impl Sieve {
    /// A sieve for a caller with an allow list; others need none.
    pub(crate) fn of(caller: &Arc<Caller>, era: Era) -> Option<Self> {
        caller.is_limited().then(|| Self {
            caller: Arc::clone(caller),
            sharing: match era {
                Era::Session => Sharing::Upstream,
                Era::Stateless => Sharing::Private, // P-013, GW-18
            },
            lists: true,
        })
    }

    /// The same for a stream on which no list is due: what else looks like one is not.
    pub(crate) fn of_changes(self) -> Self {
        Self {
            lists: false,
            ..self
        }
    }

    /// The answer, with only what may be seen of any list in it.
    pub(crate) fn message(&self, json: Bytes) -> Bytes {
        self.said(json).unwrap_or_else(|| unreadable(None))
    }

    /// The same of a stream, on which changes are told too: nothing, where it is about a resource
    /// that may not be seen.
    pub(crate) fn said(&self, json: Bytes) -> Option<Bytes> {
        if !self.lists {
            return told::besides(json, |change| self.tells(change));
        }
        match Message::parse(&json) {
            Ok(Message::Response(response)) => Some(self.answer(&json, &response)),
            Ok(Message::Notification(change)) => self.tells(&change).then(|| json.clone()),
            Ok(Message::Request(_)) => Some(json.clone()),
            Err(_) => Some(unreadable(None)),
        }
    }

    fn tells(&self, change: &Notification<'_>) -> bool {
        if Method::notification(&change.method) != Some(Method::ResourceUpdated) {
            return true;
        }
        let uri = updated_uri(change);
        uri.is_some_and(|uri| self.caller.rights.include(Action::Read(&uri)))
    }

    fn answer(&self, json: &Bytes, response: &Response<'_>) -> Bytes {
        let Outcome::Result(result) = &response.outcome else {
            return json.clone();
        };
        let id = response.id.map(|id| id.as_json());
        let lists = KINDS
            .into_iter()
            .filter(|kind| result.raw.member(&[kind.field()]).is_some());
        let mut sifted: Option<Bytes> = None;
        for kind in lists {
            let body = sifted.as_ref().unwrap_or(json);
            match List::parse(body, kind) {
                Ok(list) => {
                    let kept = list.retain(self.sharing, |item| self.shows(kind, item));
                    sifted = Some(kept.into());
                }
                Err(_) => return unreadable(id),
            }
        }
        sifted.unwrap_or_else(|| json.clone())
    }

    fn shows(&self, kind: ListKind, item: &Item<'_>) -> bool {
        let action = match kind {
            ListKind::Tools => Action::Call(&item.name, None),
            ListKind::Prompts => Action::Prompt(&item.name),
            ListKind::Resources | ListKind::ResourceTemplates => Action::Read(&item.name),
        };
        self.caller.rights.include(action)
    }

    fn event(&self, event: Event) -> Vec<u8> {
        if event.data().is_empty() {
            return event.to_bytes();
        }
        let (id, retry) = (event.id().cloned(), event.retry());
        let said = self.said(event.into_data().into());
        if said.is_none() && id.is_none() && retry.is_none() {
            return Vec::new();
        }
        // One without data still says where its reader is.
        let said = said.map(|said| Event::message(String::from_utf8_lossy(&said)));
        let mut sifted = said.unwrap_or_default();
        if let Some(id) = id {
            sifted = sifted.with_id(id);
        }
        if let Some(retry) = retry {
            sifted = sifted.with_retry(retry);
        }
        sifted.to_bytes()
    }
}

fn unreadable(id: Option<&str>) -> Bytes {
    Fault::NotMcp.rpc().to_body(id).into()
}

/// Reads an event stream up to the response, for a client that takes JSON only.
pub(crate) async fn collect(
    mut body: Incoming,
    most: usize,
    id: Option<&str>,
) -> Result<Bytes, Fault> {
    let mut parser = Parser::new(most);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Fault::Broken)?;
        let Some(chunk) = frame.data_ref() else {
            continue;
        };
        for event in parser.push(chunk)? {
            let data = Bytes::from(event.into_data());
            let is_response = matches!(Message::parse(&data), Ok(Message::Response(_)));
            if is_response && document::check(&data, id).is_ok() {
                return Ok(data);
            }
        }
    }
    Err(Fault::Broken)
}

/// An upstream's event stream, read event by event and written again. Nothing of an event is sent
/// whose end has not come.
pub(crate) struct Sifted {
    course: Course,
    parser: Parser,
    sieve: Sieve,
    /// Why the stream ends.
    fault: Option<Fault>,
}

impl Sifted {
    pub(crate) fn new(course: Course, longest: usize, sieve: Sieve) -> Self {
        let parser = Parser::new(longest);
        Self {
            course,
            parser,
            sieve,
            fault: None,
        }
    }

    /// What comes next, sifted.
    fn next(&mut self, context: &mut Context<'_>) -> Poll<Next> {
        if let Some(fault) = self.fault.take() {
            return Poll::Ready(self.course.breaks(fault, Some(Cut::Unfit(fault))));
        }
        Poll::Ready(match std::task::ready!(self.course.poll_next(context)) {
            Next::Chunk(chunk) => Next::Chunk(self.sift(&chunk, Owed::hear).into()),
            Next::Closed => self.closed(),
            next => next,
        })
    }

    /// The end that the upstream made itself: an answer that only lacks the blank line passes.
    fn closed(&mut self) -> Next {
        let is_due = |owed: &mut Owed| !owed.is_answered();
        let was_due = self.course.owed().is_some_and(is_due);
        let tail = self.sift(b"\n\n", Owed::hear_last);
        let fault = self.fault.take().unwrap_or(Fault::Broken);
        match was_due && !self.course.owed().is_some_and(is_due) {
            true => Next::End(Some(tail.into()), None),
            false => self.course.breaks(fault, None),
        }
    }

    /// The events of a chunk; what follows something that does not pass is not read.
    fn sift(&mut self, chunk: &[u8], hear: fn(&mut Owed, &[u8])) -> Vec<u8> {
        let (events, read) = self.parser.read(chunk);
        if let Err(error) = read {
            self.fault = Some(error.into());
            self.course.stop();
        }
        self.course.beat();
        let mut written = Vec::new();
        for event in events {
            self.course.note(event.data().as_bytes());
            let event = self.sieve.event(event);
            if let Some(owed) = self.course.owed() {
                hear(owed, &event);
            }
            written.extend(event);
        }
        written
    }
}

impl Body for Sifted {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        loop {
            let sent = match std::task::ready!(self.next(context)) {
                Next::Chunk(written) if written.is_empty() => continue,
                Next::Chunk(written) => Some(Ok(written)),
                Next::Closed => None,
                Next::Quiet => Some(Ok(Bytes::from_static(KEEP_ALIVE))),
                Next::End(Some(last), _) => Some(Ok(last)),
                Next::End(None, cut) => cut.map(Err),
            };
            return Poll::Ready(sent.map(|sent| sent.map(Frame::data)));
        }
    }
}

const KINDS: [ListKind; 4] = [
    ListKind::Tools,
    ListKind::Prompts,
    ListKind::Resources,
    ListKind::ResourceTemplates,
];
