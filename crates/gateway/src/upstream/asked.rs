//! A request of a link, as far as what comes back must fit it.

use bytes::Bytes;
use doorward_mcp::{
    envelope::{IdValue, Message, Request},
    method::{Class, Method},
};

use super::Fault;

/// A request that waits for its answer.
pub(super) struct Asked {
    id: IdValue,
    is_repeatable: bool,
}

/// What a message of a server is to who asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The answer.
    Answer,
    /// Something that comes before it.
    Before,
    /// A question that every client answers by itself; this is its id (P-028).
    Ping(String),
    /// The answer to something that was not asked here.
    Foreign,
}

impl Asked {
    pub(super) fn of(request: &Request<'_>) -> Self {
        let method = Method::request(&request.method);
        Self {
            id: request.id.value(),
            is_repeatable: method.is_some_and(is_repeatable),
        }
    }

    /// Whether asking twice does what asking once does.
    pub(super) fn is_repeatable(&self) -> bool {
        self.is_repeatable
    }

    /// What `message` is to who asked this.
    pub(super) fn place(&self, message: &Message<'_>) -> Place {
        match message {
            Message::Response(response) => {
                let id = response.id.map(|id| id.value());
                match id.as_ref() == Some(&self.id) {
                    true => Place::Answer,
                    false => Place::Foreign,
                }
            }
            other => unasked(other),
        }
    }
}

/// What `message` is to who asked nothing.
pub(super) fn unasked(message: &Message<'_>) -> Place {
    match message {
        Message::Response(_) => Place::Foreign,
        Message::Request(request) if request.method == Method::Ping.as_str() => {
            Place::Ping(request.id.as_json().to_owned())
        }
        Message::Request(_) | Message::Notification(_) => Place::Before,
    }
}

/// The request in `body`.
pub(super) fn request(body: &Bytes) -> Result<Request<'_>, Fault> {
    match Message::parse(body) {
        Ok(Message::Request(request)) => Ok(request),
        Ok(Message::Notification(_) | Message::Response(_)) | Err(_) => Err(Fault::NotMcp),
    }
}

/// The answer to `ping`.
pub(super) fn pong(id: &str) -> Bytes {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#).into()
}

/// A call may do anything, and a task belongs to one.
fn is_repeatable(method: Method) -> bool {
    match method.class() {
        Class::Lifecycle
        | Class::Discover
        | Class::List
        | Class::Read
        | Class::Get
        | Class::Complete
        | Class::Subscribe
        | Class::Log => true,
        Class::Call | Class::Task | Class::Progress | Class::Elicit | Class::Sample => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_the_very_id_and_pings_are_the_links_own() {
        // P-006, P-028, GW-20
        let body = Bytes::from_static(br#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#);
        let asked = Asked::of(&request(&body).expect("a request"));
        for (text, expected) in [
            (r#"{"jsonrpc":"2.0","id":7,"result":{}}"#, Place::Answer),
            (r#"{"jsonrpc":"2.0","id":"7","result":{}}"#, Place::Foreign),
            (r#"{"jsonrpc":"2.0","id":8,"result":{}}"#, Place::Foreign),
            (
                r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}"#,
                Place::Foreign,
            ),
            (
                r#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#,
                Place::Ping("\"p\"".to_owned()),
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"roots/list"}"#,
                Place::Before,
            ),
            (
                r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}"#,
                Place::Before,
            ),
        ] {
            let message = Message::parse(text.as_bytes()).expect("a message");
            assert_eq!(asked.place(&message), expected, "{text}");
        }
    }

    #[test]
    fn only_what_changes_nothing_is_repeated() {
        // P-016
        for (method, expected) in [
            ("tools/list", true),
            ("resources/read", true),
            ("prompts/get", true),
            ("completion/complete", true),
            ("logging/setLevel", true),
            ("tools/call", false),
            ("tasks/cancel", false),
        ] {
            let known = Method::request(method).expect("a method");
            assert_eq!(is_repeatable(known), expected, "{method}");
        }
    }
}
