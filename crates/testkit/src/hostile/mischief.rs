//! Everything that a server should not do with a call, and how it looks on each wire.

use serde_json::{Value, json};

use super::{
    SECRET,
    answers::text,
    script::{Script, Step, write},
};

/// Something that a server should not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mischief {
    /// It says nothing.
    Stalls,
    /// It stops in the middle of its answer.
    StallsInside,
    /// It stops in the middle of an event.
    StallsInEvent,
    /// It hangs up instead of answering.
    HangsUp,
    /// It hangs up in the middle of its answer.
    ClosesInside,
    /// It hangs up in the middle of an event.
    ClosesInEvent,
    /// It hangs up between events.
    ClosesBetween,
    /// It ends its events without an answer among them.
    EndsUnanswered,
    /// It answers what somebody else asked.
    WrongId,
    /// It answers with a request of its own.
    Asks,
    /// Its answer has neither a result nor an error.
    Neither,
    /// It sends the caller elsewhere.
    Redirects,
    /// It answers with a page.
    Page,
    /// It fails, and says more than it should.
    Fails,
    /// It does not know the gateway.
    Unauthorized,
    /// Its answer has no end.
    Endless,
    /// Its event has no end.
    EndlessEvent,
    /// It tells something else all the time, and never answers.
    Floods,
    /// Its answer is small until it is decompressed.
    Bomb,
    /// It answers with a batch.
    Batch,
    /// Its answer is no UTF-8.
    BadText,
    /// Its answer is nested ten thousand levels deep.
    Deep,
    /// Its answer is no JSON.
    Garbage,
    /// Its answer is empty.
    Nothing,
}

/// What carries the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    /// The response to a POST.
    Post,
    /// The one stream of HTTP+SSE.
    Stream,
    /// The standard output of a program.
    Line,
}

impl Mischief {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::Stalls,
        Self::StallsInside,
        Self::StallsInEvent,
        Self::HangsUp,
        Self::ClosesInside,
        Self::ClosesInEvent,
        Self::ClosesBetween,
        Self::EndsUnanswered,
        Self::WrongId,
        Self::Asks,
        Self::Neither,
        Self::Redirects,
        Self::Page,
        Self::Fails,
        Self::Unauthorized,
        Self::Endless,
        Self::EndlessEvent,
        Self::Floods,
        Self::Bomb,
        Self::Batch,
        Self::BadText,
        Self::Deep,
        Self::Garbage,
        Self::Nothing,
    ];

    /// The tool that does it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stalls => "stalls",
            Self::StallsInside => "stalls_inside",
            Self::StallsInEvent => "stalls_in_event",
            Self::HangsUp => "hangs_up",
            Self::ClosesInside => "closes_inside",
            Self::ClosesInEvent => "closes_in_event",
            Self::ClosesBetween => "closes_between",
            Self::EndsUnanswered => "ends_unanswered",
            Self::WrongId => "wrong_id",
            Self::Asks => "asks",
            Self::Neither => "neither",
            Self::Redirects => "redirects",
            Self::Page => "page",
            Self::Fails => "fails",
            Self::Unauthorized => "unauthorized",
            Self::Endless => "endless",
            Self::EndlessEvent => "endless_event",
            Self::Floods => "floods",
            Self::Bomb => "bomb",
            Self::Batch => "batch",
            Self::BadText => "bad_text",
            Self::Deep => "deep",
            Self::Garbage => "garbage",
            Self::Nothing => "nothing",
        }
    }

    /// The mischief of a tool.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// What a caller's request to this tool is answered with in the response to its POST. Where
    /// answers come elsewhere, that is so for what only HTTP can do.
    pub(super) fn at_http(self, credentials: &str) -> Option<Script> {
        let told = format!("{SECRET} {credentials}");
        let one = |status: &str, headers: &str| {
            let length = told.len();
            let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n");
            Some(vec![write(head), write(&told)])
        };
        match self {
            Self::Redirects => one(
                "307 Temporary Redirect",
                &format!("location: http://127.0.0.1:1/{SECRET}\r\n"),
            ),
            Self::Page => one("200 OK", "content-type: text/html\r\n"),
            Self::Fails => one(
                "500 Internal Server Error",
                &format!("server: {SECRET}\r\ncontent-type: text/plain\r\n"),
            ),
            Self::Unauthorized => one(
                "401 Unauthorized",
                &format!(
                    "www-authenticate: Bearer realm=\"{SECRET}\"\r\nset-cookie: a={SECRET}\r\n"
                ),
            ),
            Self::Bomb => {
                let headers = "content-type: application/json\r\ncontent-encoding: gzip\r\n";
                let head = format!("HTTP/1.1 200 OK\r\n{headers}connection: close\r\n\r\n");
                Some(vec![write(head), write(GZIPPED), Step::Close])
            }
            _ => None,
        }
    }

    /// What it is answered with where answers come. A program has no pages: what it writes is
    /// garbage.
    pub(super) fn script(self, wire: Wire, asked: &Value) -> Script {
        let id = &asked["id"];
        let message = |rest: Value| {
            let mut message = json!({"jsonrpc": "2.0", "id": id});
            let rest = rest.as_object().cloned().unwrap_or_default();
            message.as_object_mut().expect("an object").extend(rest);
            message.to_string()
        };
        let answer = |said: &str| message(json!({"result": text(said)}));
        let half = || {
            let whole = answer(SECRET);
            whole.get(..whole.len() - 5).unwrap_or_default().to_owned()
        };
        match self {
            Self::Stalls => vec![Step::Hang],
            Self::HangsUp => vec![Step::Close],
            Self::StallsInside => vec![wire.begun(&half()), Step::Hang],
            Self::StallsInEvent => vec![wire.events(), wire.half_event(&half()), Step::Hang],
            Self::ClosesInside => vec![wire.begun(&half()), Step::Close],
            Self::ClosesInEvent => vec![wire.events(), wire.half_event(&half()), Step::Close],
            Self::ClosesBetween => vec![wire.events(), write(wire.event(&note())), Step::Close],
            Self::EndsUnanswered => {
                vec![wire.last_events(), write(wire.event(&note())), Step::Close]
            }
            Self::WrongId => {
                let other =
                    json!({"jsonrpc": "2.0", "id": "somebody-else", "result": text(SECRET)});
                wire.whole(other.to_string().as_bytes())
            }
            Self::Asks => {
                let params = json!({"messages": [], "systemPrompt": SECRET, "maxTokens": 1});
                let asks = json!({"method": "sampling/createMessage", "params": params});
                wire.whole(message(asks).as_bytes())
            }
            Self::Neither => wire.whole(message(json!({"x": SECRET})).as_bytes()),
            Self::Endless => vec![wire.begun(&half()), Step::Forever(vec![b'x'; 4096])],
            Self::EndlessEvent => {
                let event = wire.half_event(&half());
                vec![wire.events(), event, Step::Forever(vec![b'x'; 4096])]
            }
            Self::Floods => vec![wire.events(), Step::Steadily(wire.event(&note()))],
            Self::Batch => wire.whole(format!("[{}]", answer(SECRET)).as_bytes()),
            Self::BadText => {
                let bad = answer(SECRET).into_bytes();
                let secret = SECRET.as_bytes();
                let at = bad.windows(secret.len()).position(|part| part == secret);
                let (before, after) = bad.split_at(at.unwrap_or_default());
                wire.whole(&[before, b"\xff\xfe", after].concat())
            }
            Self::Deep => {
                let (open, close) = ("[".repeat(10_000), "]".repeat(10_000));
                let deep = format!(
                    r#"{{"jsonrpc":"2.0","result":{{"a":{open}"{SECRET}"{close}}},"id":{id}}}"#
                );
                wire.whole(deep.as_bytes())
            }
            Self::Nothing => wire.whole(b""),
            Self::Garbage
            | Self::Redirects
            | Self::Page
            | Self::Fails
            | Self::Unauthorized
            | Self::Bomb => wire.whole(format!("{SECRET} is no JSON").as_bytes()),
        }
    }
}

impl Wire {
    /// A whole text, in the way that answers come.
    pub(super) fn whole(self, text: &[u8]) -> Script {
        match self {
            Self::Post => {
                let length = text.len();
                let head = format!("{JSON_HEAD}content-length: {length}\r\n\r\n");
                vec![write(head), write(text)]
            }
            Self::Stream | Self::Line => vec![write(self.event(text))],
        }
    }

    /// A text of which more should come.
    fn begun(self, text: &str) -> Step {
        match self {
            Self::Post => {
                let length = text.len();
                write(format!(
                    "{JSON_HEAD}transfer-encoding: chunked\r\n\r\n{length:x}\r\n{text}\r\n7fffffff\r\n"
                ))
            }
            Self::Stream => self.half_event(text),
            Self::Line => write(text),
        }
    }

    /// Events follow.
    fn events(self) -> Step {
        match self {
            Self::Post => write(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
                 transfer-encoding: chunked\r\n\r\n7fffffff\r\n",
            ),
            Self::Stream | Self::Line => write(""),
        }
    }

    /// Events follow, and then the end of the connection, which is theirs.
    fn last_events(self) -> Step {
        match self {
            Self::Post => write(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n",
            ),
            Self::Stream | Self::Line => write(""),
        }
    }

    fn event(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Post | Self::Stream => [b"event: message\ndata: ", text, b"\n\n"].concat(),
            Self::Line => [text, b"\n"].concat(),
        }
    }

    fn half_event(self, text: &str) -> Step {
        match self {
            Self::Post | Self::Stream => write(format!("event: message\ndata: {text}")),
            Self::Line => write(text),
        }
    }
}

/// Something that is no answer.
fn note() -> Vec<u8> {
    let params = json!({"level": "info", "data": "again and again"});
    let note = json!({"jsonrpc": "2.0", "method": "notifications/message", "params": params});
    note.to_string().into_bytes()
}

const JSON_HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
/// The beginning of many zeros.
const GZIPPED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xec\xc1\x01\x0d\x00\x00\x00\xc2";
