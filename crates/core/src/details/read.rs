//! Reads details strictly (RFC 9396 section 5).

use serde_json::{Map, Value};

use super::{Details, DetailsError, MCP_TOOL, ToolDetail, constraint::Constraints};
use crate::{permit::Pattern, server::ServerName};

/// The longest details that a request has.
pub(super) const MOST_ASKED: usize = 2048;
/// The most entries, and the most tools of one.
pub(super) const MOST: usize = 32;

pub(super) fn details(text: &str, longest: usize) -> Result<Details, DetailsError> {
    if text.len() > longest {
        return Err(DetailsError::Malformed);
    }
    entries(serde_json::from_str(text).map_err(|_| DetailsError::Malformed)?)
}

pub(super) fn entries(value: Value) -> Result<Details, DetailsError> {
    let Value::Array(entries) = value else {
        return Err(DetailsError::Malformed);
    };
    if entries.is_empty() || entries.len() > MOST {
        return Err(DetailsError::Malformed);
    }
    let entries = entries.into_iter().map(entry);
    entries.collect::<Result<_, _>>().map(Details)
}

fn entry(value: Value) -> Result<ToolDetail, DetailsError> {
    let Value::Object(mut object) = value else {
        return Err(DetailsError::Malformed);
    };
    match object.remove("type") {
        Some(Value::String(kind)) if kind == MCP_TOOL => {}
        Some(Value::String(_)) => return Err(DetailsError::Type),
        Some(_) | None => return Err(DetailsError::Entry),
    }
    tool_detail(object).ok_or(DetailsError::Entry)
}

fn tool_detail(mut object: Map<String, Value>) -> Option<ToolDetail> {
    let server = object.remove("server")?;
    let detail = ToolDetail {
        server: ServerName::parse(server.as_str()?).ok()?,
        tools: tools(object.remove("tools")?)?,
        arguments: match object.remove("arguments") {
            Some(Value::Object(arguments)) => Constraints::read(arguments)?,
            Some(_) => return None,
            None => Constraints::default(),
        },
    };
    object.is_empty().then_some(detail)
}

fn tools(value: Value) -> Option<Vec<Pattern>> {
    let Value::Array(tools) = value else {
        return None;
    };
    let fits = (1..=MOST).contains(&tools.len());
    let tool = |tool: &Value| {
        let name = tool.as_str().filter(|name| !name.is_empty())?;
        Some(Pattern::new(name))
    };
    tools
        .iter()
        .map(tool)
        .collect::<Option<_>>()
        .filter(|_| fits)
}
