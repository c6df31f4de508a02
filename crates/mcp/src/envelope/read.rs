//! The one pass over a message.

use std::borrow::Cow;

use super::{
    EnvelopeError, Id, Message, Notification, Outcome, Refusal, Request, Response,
    params::Draft,
    response::{ErrorView, ResultView},
    variant,
};
use crate::{
    json::{Raw, Scanner},
    method::Method,
};

/// Reads a body that is one message and nothing else.
pub(super) fn message(body: &[u8]) -> Result<Message<'_>, EnvelopeError> {
    only_message(body).map_err(|refusal| EnvelopeError {
        refusal,
        id: readable_id(body),
    })
}

fn only_message(body: &[u8]) -> Result<Message<'_>, Refusal> {
    let mut scanner = Scanner::new(body)?;
    let message = element(&mut scanner)?;
    scanner.finish()?;
    Ok(message)
}

/// The id of a refused body. A body that is not strict JSON has none:
/// what it says is what another parser might read differently.
fn readable_id(body: &[u8]) -> Option<String> {
    let id = Raw::parse(body).ok()?.member(&["id"])?;
    Id::new(id).map(|id| id.as_json().to_owned())
}

/// Reads the message at the scanner's position.
pub(super) fn element<'a>(scanner: &mut Scanner<'a>) -> Result<Message<'a>, Refusal> {
    let mut parts = Parts::default();
    let raw = parts.read(scanner)?;
    parts.into_message(raw)
}

/// The members of a message as they come.
#[derive(Default)]
struct Parts<'a> {
    jsonrpc: Option<Raw<'a>>,
    id: Option<Raw<'a>>,
    method: Option<Raw<'a>>,
    params: Option<Draft<'a>>,
    result: Option<ResultView<'a>>,
    error: Option<ErrorView<'a>>,
}

impl<'a> Parts<'a> {
    fn read(&mut self, scanner: &mut Scanner<'a>) -> Result<Raw<'a>, Refusal> {
        match scanner.peek() {
            Some(b'{') => scanner.object(|scanner, key| self.member(key, scanner)),
            Some(b'[') => Err(scanner
                .value()
                .map_or_else(Refusal::Json, |_| Refusal::Batch)),
            _ => Err(scanner
                .value()
                .map_or_else(Refusal::Json, |_| Refusal::NotObject)),
        }
    }

    fn member(&mut self, key: &str, scanner: &mut Scanner<'a>) -> Result<(), Refusal> {
        match key {
            "jsonrpc" => self.jsonrpc = Some(scanner.value()?),
            "id" => self.id = Some(scanner.value()?),
            "method" => self.method = Some(scanner.value()?),
            "params" => self.params = Some(Draft::read(scanner)?),
            "result" => self.result = Some(ResultView::read(scanner)?),
            "error" => self.error = Some(ErrorView::read(scanner)?),
            other => {
                variant::refuse(other, &variant::ENVELOPE)?;
                scanner.value()?;
            }
        }
        Ok(())
    }

    fn into_message(self, raw: Raw<'a>) -> Result<Message<'a>, Refusal> {
        if self
            .jsonrpc
            .is_none_or(|version| version.text().as_deref() != Some("2.0"))
        {
            return Err(Refusal::Version);
        }
        match (self.method, self.result.is_some(), self.error.is_some()) {
            (Some(method), false, false) => {
                let method = method.text().ok_or(Refusal::Method)?;
                call(raw, self.id, method, self.params.unwrap_or_default())
            }
            (None, true, false) | (None, false, true) => self.into_response(raw),
            _ => Err(Refusal::Shape),
        }
    }

    fn into_response(self, raw: Raw<'a>) -> Result<Message<'a>, Refusal> {
        let id = self.id.filter(|id| !id.is_null());
        let id = id.map(|id| Id::new(id).ok_or(Refusal::Id)).transpose()?;
        let outcome = match (self.result, self.error) {
            (Some(_), None) if id.is_none() => return Err(Refusal::Unaddressed),
            (Some(result), None) => Outcome::Result(result),
            (None, Some(error)) => Outcome::Error(error),
            (Some(_), Some(_)) | (None, None) => return Err(Refusal::Shape),
        };
        Ok(Message::Response(Response { raw, id, outcome }))
    }
}

fn call<'a>(
    raw: Raw<'a>,
    id: Option<Raw<'a>>,
    method: Cow<'a, str>,
    params: Draft<'a>,
) -> Result<Message<'a>, Refusal> {
    let Some(id) = id else {
        let params = params.of_method(Method::notification(&method))?;
        return Ok(Message::Notification(Notification {
            raw,
            method,
            params,
        }));
    };
    let id = Id::new(id).ok_or(Refusal::Id)?;
    let params = params.of_method(Method::request(&method))?;
    Ok(Message::Request(Request {
        raw,
        id,
        method,
        params,
    }))
}
