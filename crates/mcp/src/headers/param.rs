//! `Mcp-Param-*`: arguments of a call that are mirrored into headers.

use std::borrow::Cow;

use super::{
    HeaderFault, McpHeaders,
    collect::{only, param_name},
    decode, encode,
};
use crate::{error::RpcError, json::Raw};

/// The arguments of one tool that are mirrored into headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderParams {
    pub(super) params: Vec<HeaderParam>,
}

/// One argument that is mirrored into a header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeaderParam {
    /// What follows `Mcp-Param-` in the header's name.
    pub name: String,
    /// The path of the argument within `arguments`.
    pub path: Vec<String>,
    /// What the schema says it is.
    pub kind: ParamKind,
}

/// The kinds of arguments that can be mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParamKind {
    /// A string.
    String,
    /// An integer.
    Integer,
    /// A boolean.
    Boolean,
}

/// Integers are exact as doubles up to here.
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

impl HeaderParams {
    /// Whether the tool has no annotation at all.
    pub fn is_empty(&self) -> bool {
        self.params.is_empty()
    }

    /// The annotated arguments.
    pub fn iter(&self) -> impl Iterator<Item = &HeaderParam> {
        self.params.iter()
    }

    /// Checks the headers of a call against its arguments: a value that is there
    /// must have its header, a value that is absent or null must have none.
    pub fn check(
        &self,
        headers: &McpHeaders<'_>,
        arguments: Option<Raw<'_>>,
    ) -> Result<(), RpcError> {
        for param in &self.params {
            param.check(headers, arguments)?;
        }
        Ok(())
    }

    /// The headers that mirror `arguments` towards an upstream.
    pub fn mirrored(&self, arguments: Option<Raw<'_>>) -> Vec<(String, String)> {
        let header = |param: &HeaderParam| {
            let text = plain_text(param.value(arguments)?)?;
            Some((param.header(), encode(&text).into_owned()))
        };
        self.params.iter().filter_map(header).collect()
    }

    /// The `Mcp-Param-*` lines that this tool does not know: a forwarder passes
    /// them on and otherwise ignores them.
    pub fn unrecognised<'h>(
        &self,
        headers: &McpHeaders<'h>,
    ) -> impl Iterator<Item = (&'h str, &'h [u8])> {
        let is_known = |line: &(&str, &[u8])| {
            let mut names = self.params.iter().map(|param| &param.name);
            names.any(|known| {
                param_name(line.0).is_some_and(|name| name.eq_ignore_ascii_case(known))
            })
        };
        headers
            .params
            .iter()
            .copied()
            .filter(move |line| !is_known(line))
    }
}

impl HeaderParam {
    fn check(
        &self,
        headers: &McpHeaders<'_>,
        arguments: Option<Raw<'_>>,
    ) -> Result<(), HeaderFault> {
        let line = only(&self.header(), &headers.param(&self.name))?;
        match (line, self.value(arguments)) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(HeaderFault::Missing(self.header())),
            (Some(_), None) => Err(HeaderFault::Unexpected(self.header())),
            (Some(line), Some(value)) => {
                let malformed = |fault| HeaderFault::Malformed(self.header(), fault);
                let text = decode(line).map_err(malformed)?;
                let mismatch = HeaderFault::Mismatch(self.header());
                agrees(&text, value).then_some(()).ok_or(mismatch)
            }
        }
    }

    fn header(&self) -> String {
        format!("Mcp-Param-{}", self.name)
    }

    /// The argument, unless it is absent or null.
    fn value<'a>(&self, arguments: Option<Raw<'a>>) -> Option<Raw<'a>> {
        let path: Vec<_> = self.path.iter().map(String::as_str).collect();
        arguments?.member(&path).filter(|value| !value.is_null())
    }
}

/// A value as text: strings as they are, numbers and booleans as JSON.
fn plain_text(value: Raw<'_>) -> Option<Cow<'_, str>> {
    let is_plain = value.number().is_some() || value.boolean().is_some();
    value
        .text()
        .or_else(|| is_plain.then(|| Cow::Borrowed(value.as_str())))
}

/// Whether a header's text says what the body says; numbers by their value.
fn agrees(header: &str, value: Raw<'_>) -> bool {
    let Some(text) = plain_text(value) else {
        return false;
    };
    let number = |text: &str| Raw::parse(text.as_bytes()).ok()?.number();
    let are_equal = || match (value.number(), number(header)) {
        (Some(body), Some(header)) => body == header && body.abs() <= MAX_SAFE,
        _ => false,
    };
    header == text || are_equal()
}
