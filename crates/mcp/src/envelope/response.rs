//! Answers: a result or an error.

use std::borrow::Cow;

use super::{Id, Meta, Refusal};
use crate::json::{Raw, Scanner};

/// A message that answers a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response<'a> {
    /// The whole message.
    pub raw: Raw<'a>,
    /// The id of the request; absent only for an error to a request whose id
    /// could not be read.
    pub id: Option<Id<'a>>,
    /// How it went.
    pub outcome: Outcome<'a>,
}

/// How a request went.
#[derive(Clone, Debug)]
pub enum Outcome<'a> {
    /// It has a result.
    Result(ResultView<'a>),
    /// It has failed.
    Error(ErrorView<'a>),
}

/// A result and the members of it that a gateway reads.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ResultView<'a> {
    /// The whole value.
    pub raw: Raw<'a>,
    /// `resultType`, a string; absent before 2026-07-28.
    pub result_type: Option<Cow<'a, str>>,
    /// `_meta["io.modelcontextprotocol/subscriptionId"]`.
    pub subscription_id: Option<Id<'a>>,
}

/// An error object.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ErrorView<'a> {
    /// The whole object.
    pub raw: Raw<'a>,
    /// The code.
    pub code: i64,
    /// The code as it stood, ready to be replaced.
    pub code_raw: Raw<'a>,
    /// The message.
    pub message: Cow<'a, str>,
    /// Additional data, if there is any.
    pub data: Option<Raw<'a>>,
}

impl<'a> ResultView<'a> {
    /// Reads `result` at the scanner's position; it may be any value.
    pub(super) fn read(scanner: &mut Scanner<'a>) -> Result<Self, Refusal> {
        let (mut result_type, mut meta) = (None, Meta::default());
        let raw = if scanner.peek() == Some(b'{') {
            scanner.object(|scanner, key| -> Result<(), Refusal> {
                match key {
                    "resultType" => result_type = Some(text("result.resultType", scanner)?),
                    "_meta" => meta = Meta::read(scanner)?,
                    _ => drop(scanner.value()?),
                }
                Ok(())
            })?
        } else {
            scanner.value()?
        };
        let subscription_id = meta.subscription_id;
        Ok(Self {
            raw,
            result_type,
            subscription_id,
        })
    }
}

impl<'a> ErrorView<'a> {
    /// Reads `error` at the scanner's position.
    pub(super) fn read(scanner: &mut Scanner<'a>) -> Result<Self, Refusal> {
        let (mut code, mut message, mut data, mut other) = (None, None, None, None);
        if scanner.peek() != Some(b'{') {
            scanner.value()?;
            return Err(Refusal::Error);
        }
        let raw = scanner.object(|scanner, key| -> Result<(), Refusal> {
            let member = match key {
                "code" => &mut code,
                "message" => &mut message,
                "data" => &mut data,
                _ => &mut other,
            };
            *member = Some(scanner.value()?);
            Ok(())
        })?;
        let code_raw: Raw<'a> = code.ok_or(Refusal::Error)?;
        let code = code_raw.integer().and_then(|code| code.try_into().ok());
        let message = message.and_then(|message: Raw<'a>| message.text());
        Ok(Self {
            raw,
            code: code.ok_or(Refusal::Error)?,
            code_raw,
            message: message.ok_or(Refusal::Error)?,
            data,
        })
    }
}

fn text<'a>(field: &'static str, scanner: &mut Scanner<'a>) -> Result<Cow<'a, str>, Refusal> {
    let refusal = Refusal::wrong(field, "a string");
    scanner.value()?.text().ok_or(refusal)
}
