//! What a caller is owed at the end of a stream that passes: an answer, or a word of why there is
//! none (GW-27).
//!
//! ```text
//! the answer has passed                   -> nothing
//! an event too long to be looked at       -> nothing: it is the answer, as good as ever
//! broke off, in a session, events have ids -> nothing: who asked comes back for the rest
//! anything else                           -> one error under the id of the call
//! ```
//!
//! Nothing is parsed for it but what might be the answer and is written as nobody writes it. A
//! GET, a subscription and a batch are owed nothing: of a subscription that has no result its
//! client knows that it was cut (R-054).

use std::sync::LazyLock;

use bytes::Bytes;
use doorward_mcp::{
    era::Era,
    sse::{Event, Parser, frame},
};
use memchr::memmem::Finder;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use super::{
    Pulse,
    document::{has_any_id, looks_like_the_answer, names_a_method},
};
use crate::upstream::Fault;

/// What is said of a failure, to the caller and to the operator.
pub(crate) type Told = Box<dyn Fn(Fault) -> Bytes + Send + Sync>;

/// What the caller with this request is still owed.
pub(crate) struct Owed {
    id: Box<str>,
    era: Era,
    /// Whether a stream whose events have ids can be come back for: in a session alone.
    may_resume: bool,
    told: Told,
    answered: bool,
    /// Whether the last event asks the client something, which people may have to answer.
    asks: bool,
    /// Whether any did.
    has_asked: bool,
    /// Whether an event had an id, by which the rest can be asked for.
    resumable: bool,
}

impl Owed {
    /// An answer to the request with this id, which is told of failures in these words.
    pub(crate) fn new(id: &str, (era, in_session): (Era, bool), told: Told) -> Self {
        Self {
            id: id.into(),
            era,
            may_resume: era == Era::Session && in_session,
            told,
            answered: false,
            asks: false,
            has_asked: false,
            resumable: false,
        }
    }

    /// Looks at an event, or a comment, as it is sent.
    pub(super) fn hear(&mut self, event: &[u8]) {
        if matches!(event.first(), None | Some(b':' | b'\r' | b'\n')) {
            return; // nothing is said in it
        }
        self.resumable = self.resumable || self.may_resume && has_id_field(event);
        if !event.contains(&b'{') {
            return; // a place to come back to, or a time
        }
        let has_id = has_any_id(event);
        self.answered = self.answered || has_id && self.is_answered_by(event);
        let may_ask = has_id && self.era == Era::Session && !self.answered;
        self.asks = may_ask && names_a_method(event);
        self.has_asked |= self.asks;
    }

    /// Looks at an event that the server did not end: here only a whole answer is one.
    pub(super) fn hear_last(&mut self, event: &[u8]) {
        self.answered = self.answered || answers(&data(event), &self.id);
    }

    /// An event has passed that was too long to be looked at.
    pub(super) fn hear_long(&mut self) {
        self.answered = true;
    }

    /// Whether the answer has passed.
    pub(super) fn is_answered(&self) -> bool {
        self.answered
    }

    /// Whether the server says nothing for too long, and it is not the client's turn.
    pub(super) fn is_silent(&self, pulse: &Pulse) -> bool {
        !self.answered && !self.asks && pulse.is_silent()
    }

    /// Whether it takes too long in all.
    pub(super) fn is_spent(&self, pulse: &Pulse) -> bool {
        !self.answered && pulse.is_spent(self.has_asked)
    }

    /// What is said at the end.
    pub(super) fn tell(self, fault: Fault) -> Option<Bytes> {
        let comes_back = self.resumable && fault == Fault::Broken;
        let told = (!self.answered && !comes_back).then(|| (self.told)(fault))?;
        Some(frame(None, &told).into())
    }

    fn is_answered_by(&self, event: &[u8]) -> bool {
        looks_like_the_answer(event, &self.id) || answers(&data(event), &self.id)
    }
}

/// A message as far as it may be an answer.
#[derive(Deserialize)]
struct Loose {
    id: Option<Value>,
    method: Option<IgnoredAny>,
    result: Option<IgnoredAny>,
    error: Option<IgnoredAny>,
}

impl Loose {
    fn answers(&self, asked: &Value) -> bool {
        let is_answer = self.method.is_none() && (self.result.is_some() || self.error.is_some());
        let id = self.id.as_ref().filter(|_| is_answer);
        id.is_some_and(|id| is_same_id(id, asked))
    }
}

/// Whether the answer is in it, as a client may find it: among others in a batch of 2025-03-26, or
/// with a number written otherwise.
fn answers(data: &str, asked: &str) -> bool {
    let Ok(asked) = serde_json::from_str(asked) else {
        return false;
    };
    let one = serde_json::from_str::<Loose>(data).map(|message| vec![message]);
    let messages = one.or_else(|_| serde_json::from_str::<Vec<Loose>>(data));
    messages.is_ok_and(|messages| messages.iter().any(|message| message.answers(&asked)))
}

/// Whether clients may take one id for the other.
fn is_same_id(found: &Value, asked: &Value) -> bool {
    let number = |id: &Value| match id {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    found == asked || number(found).is_some_and(|found| number(asked) == Some(found))
}

/// The data of an event, wherever its lines were broken.
fn data(event: &[u8]) -> String {
    let read = Parser::new(event.len()).push(event);
    let mut events = read.into_iter().flatten();
    events.next().map(Event::into_data).unwrap_or_default()
}

fn has_id_field(event: &[u8]) -> bool {
    ID_FIELD.find_iter(event).any(|at| {
        let before = event.get(..at).unwrap_or_default().last();
        let value = event.get(at + ID_FIELD.needle().len()..);
        let value = value.map(|value| value.strip_prefix(b" ").unwrap_or(value));
        let is_line = |byte: Option<&u8>| matches!(byte, None | Some(b'\r' | b'\n'));
        is_line(before) && !is_line(value.and_then(<[u8]>::first))
    })
}

static ID_FIELD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("id:"));

#[cfg(test)]
mod tests {
    use super::*;

    fn owed(id: &str, era: Era) -> Owed {
        Owed::new(id, (era, true), Box::new(|fault| fault.to_string().into()))
    }

    #[test]
    fn an_answer_is_known_however_it_is_written() {
        // GW-27
        for (id, event, is_answer) in [
            (
                "5",
                "data: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}\n\n",
                true,
            ),
            (
                "5",
                "data:{\"result\":{},\"id\" : 5,\"jsonrpc\":\"2.0\"}\r\nid: 9\r\n\r\n",
                true,
            ),
            (
                "5",
                "data: {\"jsonrpc\":\"2.0\",\ndata: \"id\":\ndata: 5,\"error\":{\"code\":1,\"message\":\"\"}}\n\n",
                true,
            ),
            (
                "5",
                "data: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"method\":\"x\"}}\n\n",
                true,
            ),
            (
                "\"\u{e9}\"",
                "data: {\"jsonrpc\":\"2.0\",\"id\":\"\\u00e9\",\"result\":{}}\n\n",
                true,
            ),
            (
                "5",
                "data: {\"jsonrpc\":\"2.0\",\"id\":6,\"result\":{}}\n\n",
                false,
            ),
            (
                "5",
                "data: {\"jsonrpc\":\"2.0\",\"id\":\"5\",\"result\":{}}\n\n",
                true,
            ),
            (
                "5",
                "data: {\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"ping\"}\n\n",
                false,
            ),
            (
                "5",
                "data: {\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":{\"id\":5,\"result\":1}}\n\n",
                false,
            ),
            (
                "5",
                "data: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":\n\n",
                false,
            ),
            ("5", "id: 5\ndata: \"result\"\n\n", false),
            ("5", ": {\"id\":5}\n\n", false),
            (
                "5",
                "data: [{\"jsonrpc\":\"2.0\",\"method\":\"x\"},{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}]\n\n",
                true,
            ),
            (
                "5",
                "data: {\"jsonrpc\":\"2.0\",\"id\":5.0,\"result\":{}}\n\n",
                true,
            ),
            (
                "\"5\"",
                "data: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}\n\n",
                true,
            ),
            (
                "5",
                "data: {\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1,\"message\":\"\"}}\n\n",
                false,
            ),
        ] {
            let mut heard = owed(id, Era::Stateless);
            heard.hear(event.as_bytes());
            let told = heard.tell(Fault::Broken);
            assert_eq!(told.is_none(), is_answer, "{event}");
        }
    }

    #[test]
    fn it_is_the_clients_turn_until_the_server_says_something() {
        // GW-27
        let question = "data: {\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"roots/list\"}\n\n";
        let mut heard = owed("5", Era::Session);
        for (event, asks) in [
            (question, true),
            ("id: 7\ndata:\n\n", true),
            ("retry: 9\n\n", true),
            (": hm\n", true),
            ("data: {\"jsonrpc\":\"2.0\",\"method\":\"x\"}\n\n", false),
        ] {
            heard.hear(event.as_bytes());
            assert_eq!(heard.asks, asks, "{event}");
        }
        assert!(heard.has_asked);
        let mut modern = owed("5", Era::Stateless);
        modern.hear(question.as_bytes());
        assert!(!modern.asks && !modern.has_asked);
    }

    #[test]
    fn only_in_sessions_events_with_ids_are_come_back_for() {
        // R-064, R-065
        for (event, is_resumable) in [
            ("id: 1\ndata:\n\n", true),
            ("data: {}\rid:x\r\r", true),
            ("id:\ndata: {}\n\n", false),
            ("id: \r\ndata: {}\r\n\r\n", false),
            ("data: {\"id:\":1} id: 1\n\n", false),
            ("retry: 1\n\n", false),
        ] {
            for era in [Era::Session, Era::Stateless] {
                let mut owed = owed("5", era);
                owed.hear(event.as_bytes());
                let is_silent = owed.tell(Fault::Broken).is_none();
                assert_eq!(is_silent, is_resumable && era == Era::Session, "{event}");
            }
        }
    }
}
