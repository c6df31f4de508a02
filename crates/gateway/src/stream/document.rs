//! A JSON answer of a server of the caller's own era, held back until it is known to be one
//! (GW-27).
//!
//! ```text
//! short and whole   is it the answer to what was asked? -> passes as it came
//! long              does it begin like one?             -> passes piece by piece, capped
//! ```
//!
//! A short one is not read a second time: it is searched for the id that was asked with, which
//! nearly every answer has as the caller wrote it. Only one that has not, or that might be a
//! message of another kind, is parsed. What stands in an answer is the caller's to judge: how
//! deep it is nested, for one, and whether a key stands twice.

use std::sync::LazyLock;

use bytes::Bytes;
use doorward_mcp::envelope::{Message, Outcome};
use http_body::Body;
use http_body_util::BodyExt;
use memchr::memmem::Finder;

use super::pieces::Pieces;
use crate::upstream::Fault;

/// As much of an answer as is held back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Document<B> {
    /// All of it.
    Whole(Bytes),
    /// Its beginning, and where the rest comes from.
    Begun(Bytes, B),
}

/// Reads an answer of at most `most` bytes, up to its end or a few more than `held`.
pub(crate) async fn read<B>(mut body: B, most: usize, held: usize) -> Result<Document<B>, Fault>
where
    B: Body<Data = Bytes> + Unpin,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > most {
        return Err(Fault::TooLarge);
    }
    let mut pieces = Pieces::default();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Fault::Broken)?.into_data() else {
            continue; // trailers are not on the list of what passes
        };
        pieces.push(data);
        if pieces.len() > most {
            return Err(Fault::TooLarge);
        }
        if pieces.len() > held {
            return Ok(Document::Begun(pieces.take(), body));
        }
    }
    Ok(Document::Whole(pieces.take()))
}

/// Refuses a whole answer that is none to the request with this id; without one it is the answer
/// to a batch.
pub(crate) fn check(json: &[u8], asked: Option<&str>) -> Result<(), Fault> {
    if json.trim_ascii().is_empty() {
        return Err(Fault::Broken);
    }
    begins(json, asked.is_none())?;
    std::str::from_utf8(json).map_err(|_| Fault::NotMcp)?;
    match asked {
        None => Ok(()),
        Some(id) if looks_like_the_answer(json, id) || is_the_answer(json, id) => Ok(()),
        Some(_) => Err(Fault::NotMcp),
    }
}

/// Refuses an answer that begins like nothing that a server may answer with.
pub(crate) fn begins(json: &[u8], may_be_several: bool) -> Result<(), Fault> {
    match json.trim_ascii_start().first() {
        Some(b'{') => Ok(()),
        Some(b'[') if may_be_several => Ok(()),
        Some(_) | None => Err(Fault::NotMcp),
    }
}

/// Whether it ends like an answer, and what an answer to the request with this id has stands
/// somewhere in it, but nothing of what messages of other kinds have.
pub(super) fn looks_like_the_answer(text: &[u8], id: &str) -> bool {
    let ends = text.trim_ascii_end().last() == Some(&b'}');
    let has_outcome = || RESULT.find(text).is_some() || ERROR.find(text).is_some();
    ends && has_id(text, id) && has_outcome() && METHOD.find(text).is_none()
}

/// Whether an id stands somewhere in it, as in everything that might be an answer.
pub(super) fn has_any_id(text: &[u8]) -> bool {
    ID.find(text).is_some()
}

/// Whether it may be something else than an answer.
pub(super) fn names_a_method(text: &[u8]) -> bool {
    METHOD.find(text).is_some()
}

fn has_id(json: &[u8], id: &str) -> bool {
    ID.find_iter(json).any(|at| {
        let rest = json.get(at + ID.needle().len()..).unwrap_or_default();
        let value = rest.trim_ascii_start().strip_prefix(b":");
        let value = value.map(<[u8]>::trim_ascii_start);
        let behind = value.and_then(|value| value.strip_prefix(id.as_bytes()));
        let behind = behind.and_then(<[u8]>::first);
        behind.is_some_and(|next| matches!(next, b',' | b'}') || next.is_ascii_whitespace())
    })
}

/// An error of which the server does not know whose it is, is the caller's all the same.
fn is_the_answer(json: &[u8], asked: &str) -> bool {
    let Ok(Message::Response(response)) = Message::parse(json) else {
        return false;
    };
    match response.id {
        Some(id) => serde_json::from_str(asked).is_ok_and(|asked: serde_json::Value| {
            serde_json::from_str(id.as_json()).is_ok_and(|id: serde_json::Value| id == asked)
        }),
        None => matches!(response.outcome, Outcome::Error(_)),
    }
}

static ID: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"id\""));
static METHOD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"method\""));
static RESULT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"result\""));
static ERROR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"error\""));

#[cfg(test)]
mod tests {
    use http_body_util::{Full, StreamBody};

    use super::*;

    #[test]
    fn only_the_answer_to_what_was_asked_passes() {
        // GW-10, GW-11, GW-27
        let (fine, broken, not_mcp) = (Ok(()), Err(Fault::Broken), Err(Fault::NotMcp));
        let deep = format!(
            r#"{{"jsonrpc":"2.0","id":5,"result":{}"#,
            "[".repeat(10_000)
        );
        let closed = deep.clone() + &"]".repeat(10_000) + "}";
        #[rustfmt::skip]
        let cases: [(&[u8], Result<(), Fault>); 21] = [
            (br#"{"jsonrpc":"2.0","id":5,"result":{}}"#, fine),
            (br#"{"result":{"id":6},"jsonrpc":"2.0", "id" : 5 }"#, fine),
            (br#"{"jsonrpc":"2.0","id":5,"error":{"code":1,"message":"x"}}"#, fine),
            (br#" {"jsonrpc":"2.0","id":5,"result":{"method":"x"}} "#, fine),
            (br#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}"#, fine),
            (closed.as_bytes(), fine),
            (br#"{"jsonrpc":"2.0","id":6,"result":{}}"#, not_mcp),
            (br#"{"jsonrpc":"2.0","id":55,"result":{}}"#, not_mcp),
            (br#"{"jsonrpc":"2.0","id":"5","result":{}}"#, not_mcp),
            (br#"{"jsonrpc":"2.0","id":5,"method":"x"}"#, not_mcp),
            (br#"{"jsonrpc":"2.0","method":"result","params":{"id":5}}"#, not_mcp),
            (br#"{"jsonrpc":"2.0","id":5}"#, not_mcp),
            (br#"{"jsonrpc":"2.0","result":{}}"#, not_mcp),
            (br#"{"jsonrpc":"2.0","id":5,"result":{"#, not_mcp),
            (deep.as_bytes(), not_mcp),
            (br#"[{"jsonrpc":"2.0","id":5,"result":{}}]"#, not_mcp),
            (b"{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"x\":\"\xff\"}}", not_mcp),
            (b"<html>", not_mcp),
            (b"null", not_mcp),
            (b" \n", broken),
            (b"", broken),
        ];
        for (json, expected) in cases {
            let shown = String::from_utf8_lossy(json.get(..json.len().min(60)).unwrap_or_default());
            assert_eq!(check(json, Some("5")), expected, "{shown}");
        }
        let text = "{\"jsonrpc\":\"2.0\",\"id\":\"\u{e9}\",\"result\":{}}".as_bytes();
        assert_eq!(
            check(text, Some(r#""\u00e9""#)),
            fine,
            "the same id, written otherwise"
        );
        let batch = br#"[{"jsonrpc":"2.0","id":5,"result":{}}]"#;
        assert_eq!(check(batch, None), fine);
    }

    fn pieces(
        pieces: &[&'static str],
    ) -> impl Body<Data = Bytes, Error = std::io::Error> + Unpin + use<> {
        let pieces: Vec<_> = pieces
            .iter()
            .map(|piece| match *piece {
                "!" => Err(std::io::ErrorKind::ConnectionReset.into()),
                piece => Ok(http_body::Frame::data(Bytes::from_static(piece.as_bytes()))),
            })
            .collect();
        StreamBody::new(futures_util::stream::iter(pieces))
    }

    #[tokio::test]
    async fn a_short_answer_is_read_whole_and_a_long_one_begun() {
        // GW-27, GW-28
        let read_all = async |all: &[&'static str]| match read(pieces(all), 8, 4).await {
            Ok(Document::Whole(whole)) => format!("whole {whole:?}"),
            Ok(Document::Begun(begun, _)) => format!("begun {begun:?}"),
            Err(fault) => format!("{fault:?}"),
        };
        assert_eq!(read_all(&["ab", "cd"]).await, r#"whole b"abcd""#);
        assert_eq!(read_all(&[]).await, r#"whole b"""#);
        assert_eq!(read_all(&["abc", "def"]).await, r#"begun b"abcdef""#);
        assert_eq!(read_all(&["abc", "defghijk"]).await, "TooLarge");
        assert_eq!(read_all(&["abc", "!"]).await, "Broken");
        let announced = read(Full::new(Bytes::from_static(b"123456789")), 8, 4).await;
        assert_eq!(announced.err(), Some(Fault::TooLarge));
    }
}
