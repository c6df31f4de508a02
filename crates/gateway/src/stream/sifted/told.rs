//! What is told of changes on a stream that brings something else: the answer to a call, or the
//! subscriptions of a client of 2026-07-28 (GW-14, GW-20).
//!
//! A server may tell everybody of everything, on whichever stream is open. Nothing but what may
//! tell of a change is read, and of that only changes that are not for the reader are held back,
//! also out of a batch (R-067). What may tell of one and cannot be read is not passed on.

use std::sync::LazyLock;

use bytes::Bytes;
use doorward_mcp::envelope::{Message, Notification, parse_batch};
use memchr::memmem::Finder;

use super::unreadable;

/// The message without the notifications that are not told.
pub(super) fn besides(json: Bytes, tells: impl Fn(&Notification<'_>) -> bool) -> Option<Bytes> {
    if !may_tell(&json) {
        return Some(json);
    }
    let passes = |message: &Message<'_>| match message {
        Message::Notification(change) => tells(change),
        Message::Request(_) | Message::Response(_) => true,
    };
    match Message::parse(&json) {
        Ok(message) => passes(&message).then(|| json.clone()),
        Err(_) => batch(&json, passes),
    }
}

fn batch(json: &Bytes, passes: impl Fn(&Message<'_>) -> bool) -> Option<Bytes> {
    let Ok(messages) = parse_batch(json) else {
        return Some(unreadable(None));
    };
    let told = messages.iter().filter(|message| passes(message));
    let told: Vec<_> = told.map(|message| message.raw().as_str()).collect();
    match told.len() {
        0 => None,
        count if count == messages.len() => Some(json.clone()),
        _ => Some(format!("[{}]", told.join(",")).into()),
    }
}

/// Whether a change of a resource can be told in it: it is named in it, or a letter is escaped, as
/// nobody does.
fn may_tell(json: &[u8]) -> bool {
    WORDS.iter().any(|word| word.find(json).is_some())
}

static WORDS: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["updated", "\\u006", "\\u007"].map(Finder::new));

#[cfg(test)]
mod tests {
    use super::*;

    fn told(json: &str) -> Option<Bytes> {
        let tells = |change: &Notification<'_>| !change.raw.as_str().contains("secret:");
        besides(Bytes::copy_from_slice(json.as_bytes()), tells)
    }

    #[test]
    fn only_changes_that_are_not_for_the_reader_are_held_back() {
        // GW-14, GW-20, R-067
        let updated = |method: &str, uri: &str| {
            format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{{"uri":"{uri}"}}}}"#)
        };
        let name = "notifications/resources/updated";
        let shown = updated(name, "note:1");
        let hidden = updated(name, "secret:1");
        let escaped = updated("notifications\\/resources\\/upd\\u0061ted", "secret:1");
        let answer = r#"{"jsonrpc":"2.0","id":1,"result":{"text":"updated secret:1","tools":0}}"#;
        for (json, expected) in [
            (shown.clone(), Some(shown.clone())),
            (hidden.clone(), None),
            (escaped, None),
            (answer.to_owned(), Some(answer.to_owned())),
            (
                format!("[{hidden}, {answer}, {shown}]"),
                Some(format!("[{answer},{shown}]")),
            ),
            (format!("[{hidden}]"), None),
            (
                format!("[{answer}, {shown}]"),
                Some(format!("[{answer}, {shown}]")),
            ),
            ("not JSON".to_owned(), Some("not JSON".to_owned())),
        ] {
            let found = told(&json).map(|told| String::from_utf8_lossy(&told).into_owned());
            assert_eq!(found, expected, "{json}");
        }
        let garbled = told(&format!("{hidden}{{")).expect("an error");
        assert!(!garbled.windows(6).any(|word| word == b"secret"));
    }
}
