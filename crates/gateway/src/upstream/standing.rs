//! What a session was told and must be told again when its server forgot it, or its program was
//! started anew: the level of its log, and which resources are watched.

use std::collections::BTreeSet;

use bytes::Bytes;
use doorward_mcp::{envelope::Request, method::Method, rewrite::quoted};

/// What is to be said again.
#[derive(Clone, Default)]
pub(in crate::upstream) struct Said {
    level: Option<String>,
    watched: BTreeSet<String>,
    /// Bytes of what is watched.
    bytes: usize,
}

/// What a request changes, once the server has agreed.
#[derive(Clone)]
pub(in crate::upstream) enum Change {
    Level(String),
    Watch(String),
    Unwatch(String),
}

impl Change {
    /// What `request` changes, of which nothing else is kept.
    pub(in crate::upstream) fn of(request: &Request<'_>) -> Option<Self> {
        let params = request.params.raw?;
        let text = |name, most| {
            let text = params.member(&[name]).and_then(|value| value.text());
            text.filter(|text| text.len() <= most)
                .map(|text| text.into_owned())
        };
        match Method::request(&request.method)? {
            Method::SetLevel => text("level", LONGEST_LEVEL).map(Self::Level),
            Method::ResourcesSubscribe => text("uri", LONGEST_URI).map(Self::Watch),
            Method::ResourcesUnsubscribe => text("uri", LONGEST_URI).map(Self::Unwatch),
            _ => None,
        }
    }
}

impl Said {
    /// Remembers what the server has agreed to.
    pub(in crate::upstream) fn note(&mut self, change: Change) {
        match change {
            Change::Level(level) => self.level = Some(level),
            Change::Watch(uri) => {
                let bytes = self.bytes + uri.len();
                let has_room = self.watched.len() < MOST && bytes <= MOST_BYTES;
                if has_room && self.watched.insert(uri) {
                    self.bytes = bytes;
                }
            }
            Change::Unwatch(uri) => {
                if self.watched.remove(&uri) {
                    self.bytes -= uri.len();
                }
            }
        }
    }

    /// The same as requests, each with a new number in its id.
    pub(in crate::upstream) fn again(self, next: impl Fn() -> u64) -> impl Iterator<Item = Bytes> {
        let level = self.level.map(|level| (Method::SetLevel, "level", level));
        let watched = self.watched.into_iter();
        let watched = watched.map(|uri| (Method::ResourcesSubscribe, "uri", uri));
        level.into_iter().chain(watched).map(move |(method, name, text)| {
            let (number, method, text) = (next(), method.as_str(), quoted(&text));
            format!(
                r#"{{"jsonrpc":"2.0","id":"doorward-{number}","method":"{method}","params":{{"{name}":{text}}}}}"#
            )
            .into()
        })
    }
}

/// How many resources are remembered.
const MOST: usize = 1024;
/// Bytes of their URIs in all.
const MOST_BYTES: usize = 256 * 1024;
const LONGEST_URI: usize = 8 * 1024;
const LONGEST_LEVEL: usize = 32;

#[cfg(test)]
mod tests {
    use doorward_mcp::envelope::Message;

    use super::*;

    fn noted(said: &mut Said, method: &str, params: &str) {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
        let Ok(Message::Request(request)) = Message::parse(body.as_bytes()) else {
            panic!("a request");
        };
        if let Some(change) = Change::of(&request) {
            said.note(change);
        }
    }

    #[test]
    fn nothing_but_the_uri_is_kept_and_not_without_end() {
        // DS-05
        let mut said = Said::default();
        let params = format!(r#"{{"uri":"a:1","pad":"{}"}}"#, "x".repeat(100_000));
        noted(&mut said, "resources/subscribe", &params);
        let long = format!(r#"{{"uri":"a:{}"}}"#, "x".repeat(LONGEST_URI));
        noted(&mut said, "resources/subscribe", &long);
        let again: Vec<_> = said.clone().again(|| 4).collect();
        assert_eq!(
            again,
            [
                r#"{"jsonrpc":"2.0","id":"doorward-4","method":"resources/subscribe","params":{"uri":"a:1"}}"#
            ]
        );
        for number in 0..MOST {
            let params = format!(r#"{{"uri":"b:{number:08000}"}}"#);
            noted(&mut said, "resources/subscribe", &params);
        }
        let bytes: usize = said.watched.iter().map(String::len).sum();
        assert!(bytes == said.bytes && bytes <= MOST_BYTES, "{bytes}");
    }

    #[test]
    fn the_level_and_what_is_still_watched_are_said_again() {
        // P-016
        let mut said = Said::default();
        for (method, params) in [
            ("logging/setLevel", r#"{"level":"info"}"#),
            ("resources/subscribe", r#"{"uri":"a:1"}"#),
            ("resources/subscribe", r#"{"uri":"a:2"}"#),
            ("logging/setLevel", r#"{"level":"error"}"#),
            ("tools/call", r#"{"name":"x"}"#),
            ("resources/unsubscribe", r#"{"uri":"a:1"}"#),
        ] {
            noted(&mut said, method, params);
        }
        let again: Vec<_> = said.again(|| 4).collect();
        assert_eq!(
            again,
            [
                r#"{"jsonrpc":"2.0","id":"doorward-4","method":"logging/setLevel","params":{"level":"error"}}"#,
                r#"{"jsonrpc":"2.0","id":"doorward-4","method":"resources/subscribe","params":{"uri":"a:2"}}"#,
            ]
        );
    }
}
