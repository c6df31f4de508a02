//! The message that opens a session, and what its answer agrees on.

use bytes::Bytes;
use doorward_mcp::{
    envelope::{IdValue, Message, Outcome},
    era::{Era, Revision},
    error::Code,
};

use super::{Fault, link::Opening};

/// Follows the answer to `initialize`.
pub(super) const INITIALIZED: &[u8] = br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

const ID: &str = "doorward-initialize";

/// The id of the opening message: no bridge's, whose ids are numbers.
pub(super) fn id() -> IdValue {
    IdValue::Text(ID.to_owned())
}

/// `initialize` in the words of `opening`.
pub(super) fn message(opening: &Opening) -> Bytes {
    let (revision, capabilities) = (opening.revision, &opening.capabilities);
    let client = &opening.client_info;
    format!(
        r#"{{"jsonrpc":"2.0","id":"{ID}","method":"initialize","params":{{"protocolVersion":"{revision}","capabilities":{capabilities},"clientInfo":{client}}}}}"#
    )
    .into()
}

/// How the gateway introduces itself when it asks for itself.
pub(super) fn own() -> Opening {
    Opening {
        revision: Revision::LATEST_SESSION,
        capabilities: "{}".into(),
        client_info: client().into(),
        spare: true,
    }
}

/// The gateway as a client, a JSON object.
pub(super) fn client() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(r#"{{"name":"doorward","version":"{version}"}}"#)
}

/// The revision that an answer to `initialize` agrees on.
pub(super) fn agreed(answer: &[u8]) -> Result<Revision, Fault> {
    let Ok(Message::Response(response)) = Message::parse(answer) else {
        return Err(Fault::NotMcp);
    };
    match response.outcome {
        Outcome::Result(result) => {
            let version = result.raw.member(&["protocolVersion"]);
            let version = version.and_then(|version| version.text());
            let version = version.ok_or(Fault::NotMcp)?;
            let known = Revision::parse(&version);
            known
                .filter(|revision| revision.era() == Era::Session)
                .ok_or(Fault::Revision)
        }
        // Every server with sessions knows the method.
        Outcome::Error(error)
            if Code::is_modern(error.code) || error.code == Code::MethodNotFound.number() =>
        {
            Err(Fault::NoSessions)
        }
        Outcome::Error(error) => {
            tracing::debug!(code = error.code, message = %error.message, "a session was refused");
            Err(Fault::NotOpened)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_opening_is_one_message_in_the_words_of_who_opens() {
        let opening = Opening {
            revision: Revision::V2025_06_18,
            capabilities: r#"{"roots":{}}"#.into(),
            client_info: r#"{"name":"x","version":"1"}"#.into(),
            spare: false,
        };
        let body = message(&opening);
        let Ok(Message::Request(request)) = Message::parse(&body) else {
            panic!("a request");
        };
        assert_eq!(request.id.value(), id());
        let params = request.params.raw.expect("parameters");
        for (member, expected) in [
            ("protocolVersion", r#""2025-06-18""#),
            ("capabilities", r#"{"roots":{}}"#),
            ("clientInfo", r#"{"name":"x","version":"1"}"#),
        ] {
            let value = params.member(&[member]).map(|value| value.as_str());
            assert_eq!(value, Some(expected), "{member}");
        }
    }

    #[test]
    fn an_answer_agrees_on_a_known_revision_with_sessions_or_on_none() {
        // R-057
        let result = |version: &str| {
            format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"protocolVersion":{version}}}}}"#)
        };
        let error = |code: i64| {
            format!(r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":{code},"message":"x"}}}}"#)
        };
        for (answer, expected) in [
            (result(r#""2024-11-05""#), Ok(Revision::V2024_11_05)),
            (result(r#""2025-11-25""#), Ok(Revision::V2025_11_25)),
            (result(r#""2026-07-28""#), Err(Fault::Revision)),
            (result(r#""2030-01-01""#), Err(Fault::Revision)),
            (result("1"), Err(Fault::NotMcp)),
            (error(-32022), Err(Fault::NoSessions)),
            (error(-32601), Err(Fault::NoSessions)),
            (error(-32603), Err(Fault::NotOpened)),
            ("hello".to_owned(), Err(Fault::NotMcp)),
        ] {
            assert_eq!(agreed(answer.as_bytes()), expected, "{answer}");
        }
    }
}
