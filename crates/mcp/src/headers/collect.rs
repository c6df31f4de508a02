//! Picking the protocol's headers out of a request.

use super::{METHOD, NAME, PARAM_PREFIX, PROTOCOL_VERSION, ValueFault, decode, value};
use crate::error::RpcError;

/// The protocol's headers of one request, not yet checked.
#[derive(Clone, Debug, Default)]
pub struct McpHeaders<'a> {
    pub(super) version: Vec<&'a [u8]>,
    pub(super) method: Vec<&'a [u8]>,
    pub(super) name: Vec<&'a [u8]>,
    pub(super) params: Vec<(&'a str, &'a [u8])>,
}

/// What is wrong with a header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderFault {
    /// It is required and not there.
    #[error("{0} is missing")]
    Missing(String),
    /// There are several lines of it (GW-08).
    #[error("{0} is repeated")]
    Repeated(String),
    /// Its value cannot be read.
    #[error("{0} {1}")]
    Malformed(String, ValueFault),
    /// Its value is not that of the body.
    #[error("{0} does not match the request body")]
    Mismatch(String),
    /// It is there, and the body has no such value.
    #[error("{0} has no counterpart in the request body")]
    Unexpected(String),
}

impl From<HeaderFault> for RpcError {
    fn from(fault: HeaderFault) -> Self {
        Self::header_mismatch(&fault)
    }
}

impl<'a> McpHeaders<'a> {
    /// Picks the protocol's headers out of all header lines, in any case.
    pub fn collect(lines: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut headers = Self::default();
        for (name, value) in lines {
            if name.eq_ignore_ascii_case(PROTOCOL_VERSION) {
                headers.version.push(value);
            } else if name.eq_ignore_ascii_case(METHOD) {
                headers.method.push(value);
            } else if name.eq_ignore_ascii_case(NAME) {
                headers.name.push(value);
            } else if param_name(name).is_some() {
                headers.params.push((name, value));
            }
        }
        headers
    }

    /// The version that the header names, if it is there; known or not.
    pub fn protocol_version(&self) -> Result<Option<&'a str>, HeaderFault> {
        let Some(line) = only("MCP-Protocol-Version", &self.version)? else {
            return Ok(None);
        };
        let malformed = |fault| HeaderFault::Malformed("MCP-Protocol-Version".into(), fault);
        value::plain(line).map(Some).map_err(malformed)
    }

    /// `Mcp-Method`, if it is there. It has no base64 form.
    pub(super) fn method(&self) -> Result<Option<&'a str>, HeaderFault> {
        let Some(line) = only("Mcp-Method", &self.method)? else {
            return Ok(None);
        };
        let malformed = |fault| HeaderFault::Malformed("Mcp-Method".into(), fault);
        value::plain(line).map(Some).map_err(malformed)
    }

    /// `Mcp-Name`, decoded, if it is there.
    pub(super) fn name(&self) -> Result<Option<std::borrow::Cow<'a, str>>, HeaderFault> {
        let Some(line) = only("Mcp-Name", &self.name)? else {
            return Ok(None);
        };
        let malformed = |fault| HeaderFault::Malformed("Mcp-Name".into(), fault);
        decode(line).map(Some).map_err(malformed)
    }

    /// All lines of one `Mcp-Param-*` header.
    pub(super) fn param(&self, name: &str) -> Vec<&'a [u8]> {
        let is_it = |line: &&(&str, &[u8])| {
            param_name(line.0).is_some_and(|known| known.eq_ignore_ascii_case(name))
        };
        self.params
            .iter()
            .filter(is_it)
            .map(|line| line.1)
            .collect()
    }
}

/// The name of a mirrored argument, if the header is one.
pub(super) fn param_name(header: &str) -> Option<&str> {
    let (prefix, name) = header.split_at_checked(PARAM_PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PARAM_PREFIX).then_some(name)
}

/// The one line of a header, if there is any.
pub(super) fn only<'a>(name: &str, lines: &[&'a [u8]]) -> Result<Option<&'a [u8]>, HeaderFault> {
    match lines {
        [] => Ok(None),
        [line] => Ok(Some(line)),
        _ => Err(HeaderFault::Repeated(name.to_owned())),
    }
}
