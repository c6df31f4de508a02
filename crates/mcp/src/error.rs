//! JSON-RPC errors as they are sent, and the HTTP status that goes with each.
//!
//! An [`RpcError`] is code, message and data; [`RpcError::to_body`] makes the
//! whole response, with the id of the request as it stood. Messages never hold a
//! Rust name, a secret or anything that the caller may not know.
//!
//! It refuses to emit codes of the range that the specification reserves and has
//! not defined (R-051): [`Code::Other`] is made only by [`Code::application`].

use std::{borrow::Cow, fmt::Display};

use serde_json::Value;

use crate::{
    era::{Era, Revision},
    json::quote_into,
};

/// The code of a JSON-RPC error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// -32700: the body is no JSON.
    ParseError,
    /// -32600: the body is JSON and no message.
    InvalidRequest,
    /// -32601: no such method here.
    MethodNotFound,
    /// -32602: the parameters are wrong.
    InvalidParams,
    /// -32603: something failed that is not the caller's doing.
    Internal,
    /// -32020: headers and body disagree (2026-07-28).
    HeaderMismatch,
    /// -32021: the request did not declare a capability that it needs (2026-07-28).
    MissingCapability,
    /// -32022: the revision is not served here (2026-07-28).
    UnsupportedVersion,
    /// -32042: the user must first visit a URL (2025-11-25 only, R-071).
    UrlElicitation,
    /// Any other code that we may emit.
    Other(Application),
}

/// A code outside the ranges that JSON-RPC and MCP reserve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Application(i64);

/// An error, without the id of the request that it answers.
#[derive(Clone, Debug, PartialEq)]
pub struct RpcError {
    code: Code,
    message: Cow<'static, str>,
    data: Option<Value>,
    /// Whether HTTP itself says that the request was refused.
    transport: bool,
}

/// How much of a foreign name an error repeats, in characters.
const MAX_NAME: usize = 128;

impl Code {
    /// A code of our own; `None` inside the range that JSON-RPC reserves.
    pub const fn application(code: i64) -> Option<Self> {
        match code {
            -32768..=-32000 => None,
            free => Some(Self::Other(Application(free))),
        }
    }

    /// The number on the wire.
    pub const fn number(self) -> i64 {
        match self {
            Self::ParseError => -32700,
            Self::InvalidRequest => -32600,
            Self::MethodNotFound => -32601,
            Self::InvalidParams => -32602,
            Self::Internal => -32603,
            Self::HeaderMismatch => -32020,
            Self::MissingCapability => -32021,
            Self::UnsupportedVersion => -32022,
            Self::UrlElicitation => -32042,
            Self::Other(Application(code)) => code,
        }
    }

    /// Whether a client takes an HTTP error with this code in its body for the
    /// answer of a server of the stateless era (R-080).
    pub const fn is_modern(code: i64) -> bool {
        matches!(code, -32022..=-32020)
    }
}

impl RpcError {
    /// The body is no JSON.
    pub fn parse_error(reason: &impl Display) -> Self {
        Self::refusal(Code::ParseError, format!("Parse error: {reason}"))
    }

    /// The body is no message that may be sent here.
    pub fn invalid_request(reason: &impl Display) -> Self {
        Self::refusal(Code::InvalidRequest, format!("Invalid request: {reason}"))
    }

    /// The method does not exist here (R-038).
    pub fn method_not_found(method: &str) -> Self {
        let message = format!("Method not found: {}", shortened(method));
        Self::refusal(Code::MethodNotFound, message)
    }

    /// The parameters are malformed: no server would have looked at them.
    pub fn invalid_params(reason: &impl Display) -> Self {
        Self::refusal(Code::InvalidParams, format!("Invalid params: {reason}"))
    }

    /// No such tool, or none that this caller may know of: the answer is the
    /// same (design 6.7, GW-13).
    pub fn unknown_tool(name: &str) -> Self {
        Self::answer(
            Code::InvalidParams,
            format!("Unknown tool: {}", shortened(name)),
        )
    }

    /// No such prompt, or none that this caller may know of.
    pub fn unknown_prompt(name: &str) -> Self {
        Self::answer(
            Code::InvalidParams,
            format!("Unknown prompt: {}", shortened(name)),
        )
    }

    /// No such resource, or none that this caller may know of (R-051).
    pub fn unknown_resource(uri: &str) -> Self {
        Self::answer(Code::InvalidParams, "Resource not found")
            .with_data(serde_json::json!({ "uri": shortened(uri) }))
    }

    /// No such task, or none of this caller's (R-070).
    pub fn unknown_task() -> Self {
        Self::answer(Code::InvalidParams, "Task not found")
    }

    /// A cursor that was not handed out to this caller (P-008).
    pub fn invalid_cursor() -> Self {
        Self::answer(Code::InvalidParams, "Invalid cursor")
    }

    /// Something failed that is not the caller's doing; says what, never why.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::refusal(Code::Internal, message)
    }

    /// Headers and body disagree, or a header is missing or malformed.
    pub fn header_mismatch(reason: &impl Display) -> Self {
        Self::refusal(Code::HeaderMismatch, format!("Header mismatch: {reason}"))
    }

    /// The request did not declare the capabilities that it needs (R-043).
    /// `required` is a capabilities object.
    pub fn missing_capability(required: Value) -> Self {
        let message = "The request needs client capabilities that it does not declare";
        Self::refusal(Code::MissingCapability, message)
            .with_data(serde_json::json!({ "requiredCapabilities": required }))
    }

    /// The revision is not served here; names those that are (R-037).
    pub fn unsupported_version(requested: &str, supported: &[Revision]) -> Self {
        let supported: Vec<_> = supported.iter().map(|known| known.as_str()).collect();
        let data = serde_json::json!({
            "supported": supported,
            "requested": shortened(requested),
        });
        Self::refusal(Code::UnsupportedVersion, "Unsupported protocol version").with_data(data)
    }

    /// The user must first visit a URL; `elicitations` is the array of R-071.
    pub fn url_elicitation(elicitations: Value) -> Self {
        Self::answer(
            Code::UrlElicitation,
            "This request needs the user to visit a page first",
        )
        .with_data(serde_json::json!({ "elicitations": elicitations }))
    }

    /// Any other error that is the answer of a method. Which codes a revision
    /// knows is for the caller to heed: -32042 is of 2025-11-25 only.
    pub fn answer(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        let (message, data, transport) = (message.into(), None, false);
        Self {
            code,
            message,
            data,
            transport,
        }
    }

    /// The same with additional data.
    #[must_use]
    pub fn with_data(self, data: Value) -> Self {
        let data = Some(data);
        Self { data, ..self }
    }

    /// The code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The whole JSON-RPC response. `id` is JSON text; without one it is `null`.
    pub fn to_body(&self, id: Option<&str>) -> String {
        let mut body = String::with_capacity(96 + self.message.len());
        body.push_str(r#"{"jsonrpc":"2.0","id":"#);
        body.push_str(id.unwrap_or("null"));
        body.push_str(r#","error":"#);
        self.write_object(&mut body);
        body.push('}');
        body
    }

    /// The status of an HTTP response whose body is this error.
    ///
    /// Refusals of the message itself are HTTP errors in the stateless era
    /// (R-033, R-038). In the session era only a body that is no message is one:
    /// its clients find every other error at 200. What a method answers, such as
    /// an unknown tool, is 200 in both.
    pub const fn http_status(&self, era: Era) -> u16 {
        if !self.transport {
            return 200;
        }
        match (era, self.code) {
            (_, Code::ParseError | Code::InvalidRequest | Code::HeaderMismatch) => 400,
            (_, Code::UnsupportedVersion) => 400,
            (Era::Session, _) => 200,
            (Era::Stateless, Code::MethodNotFound) => 404,
            (Era::Stateless, Code::InvalidParams | Code::MissingCapability) => 400,
            (Era::Stateless, Code::Internal) => 500,
            (Era::Stateless, Code::UrlElicitation | Code::Other(_)) => 200,
        }
    }

    fn refusal(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        let transport = true;
        Self {
            transport,
            ..Self::answer(code, message)
        }
    }

    fn write_object(&self, body: &mut String) {
        body.push_str(r#"{"code":"#);
        body.push_str(&self.code.number().to_string());
        body.push_str(r#","message":"#);
        quote_into(body, &self.message);
        if let Some(data) = &self.data {
            body.push_str(r#","data":"#);
            body.push_str(&data.to_string());
        }
        body.push('}');
    }
}

/// A foreign name, cut to a length that is fit for a log line.
fn shortened(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => Cow::Owned(format!("{}…", name.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests;
