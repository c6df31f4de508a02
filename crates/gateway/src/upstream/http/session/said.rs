//! What a session was told and must be told again when its server forgot it: the level of its
//! log, and which resources are watched.

use std::collections::BTreeMap;

use bytes::Bytes;
use doorward_mcp::{envelope::Request, method::Method};

/// The requests, without their ids.
#[derive(Clone, Default)]
pub(super) struct Said {
    level: Option<String>,
    watched: BTreeMap<String, String>,
}

impl Said {
    /// Remembers `request` if it is one of these.
    pub(super) fn note(&mut self, request: &Request<'_>) {
        let Some(params) = request.params.raw else {
            return;
        };
        let uri = request.params.subject.as_ref().map(|uri| &*uri.name);
        match (Method::request(&request.method), uri) {
            (Some(Method::SetLevel), _) => self.level = Some(params.as_str().to_owned()),
            (Some(Method::ResourcesSubscribe), Some(uri)) if self.watched.len() < MOST => {
                self.watched
                    .insert(uri.to_owned(), params.as_str().to_owned());
            }
            (Some(Method::ResourcesUnsubscribe), Some(uri)) => {
                self.watched.remove(uri);
            }
            _ => {}
        }
    }

    /// The same requests again, each with a new number in its id.
    pub(super) fn again(self, next: impl Fn() -> u64) -> impl Iterator<Item = Bytes> {
        let level = self.level.map(|params| (Method::SetLevel, params));
        let watched = self.watched.into_values();
        let watched = watched.map(|params| (Method::ResourcesSubscribe, params));
        level.into_iter().chain(watched).map(move |(method, params)| {
            let (number, method) = (next(), method.as_str());
            format!(
                r#"{{"jsonrpc":"2.0","id":"doorward-{number}","method":"{method}","params":{params}}}"#
            )
            .into()
        })
    }
}

/// How many resources are remembered.
const MOST: usize = 1024;

#[cfg(test)]
mod tests {
    use doorward_mcp::envelope::Message;

    use super::*;

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
            let body =
                format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
            let Ok(Message::Request(request)) = Message::parse(body.as_bytes()) else {
                panic!("a request");
            };
            said.note(&request);
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
