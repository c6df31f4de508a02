//! Lists of tools from session servers, for clients of 2026-07-28.
//!
//! Such a client drops a tool whose `x-mcp-header` annotations are invalid, so they are taken
//! out here (P-030). A tool that runs as a task only cannot be called across eras and is left
//! out (P-043); so is one whose schema is larger or deeper than anybody should read (P-010).
//! Nothing here follows a `$ref`. What was done is told as [`ToolNote`]s, for the log.

use super::{
    Fault,
    result::{completed, result},
};
use crate::{
    envelope::Response,
    headers::{ANNOTATION, AnnotationFault, DATA, HeaderParams, SCHEMA_MAPS},
    json::Raw,
    method::Method,
    rewrite::{Changes, Rewrite},
};

/// The largest schema of a tool, in bytes.
pub const MAX_SCHEMA: usize = 256 * 1024;

/// How deep the schema of a tool may nest.
pub const MAX_SCHEMA_DEPTH: usize = 32;

/// What was done to a tool, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToolNote {
    /// The tool's name; empty if it has none.
    pub name: String,
    /// Why.
    pub reason: ToolReason,
}

/// Why a tool is not told as its server tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToolReason {
    /// Its header annotations are invalid: they were taken out.
    #[error("its x-mcp-header annotations were taken out: {0}")]
    Headers(AnnotationFault),
    /// It runs as a task only: it was left out.
    #[error("it was left out: it runs as a task only")]
    TaskOnly,
    /// A schema is too large or too deep: it was left out.
    #[error("it was left out: its schema is too large or too deep")]
    Schema,
    /// It has no name or no input schema: it was left out.
    #[error("it was left out: it has no name or no input schema")]
    Incomplete,
}

impl ToolReason {
    /// Whether the tool is not in the list any more.
    pub const fn leaves_out(self) -> bool {
        match self {
            Self::Headers(_) => false,
            Self::TaskOnly | Self::Schema | Self::Incomplete => true,
        }
    }
}

/// A list of tools of a session server in the words of 2026-07-28.
pub fn tools_to_stateless(
    response: &Response<'_>,
    id: &str,
) -> Result<(Vec<u8>, Vec<ToolNote>), Fault> {
    let result = result(response)?.raw;
    let list = result
        .member(&["tools"])
        .filter(Raw::is_array)
        .ok_or(Fault::Tools)?;
    let tools = list.elements();
    let reasons: Vec<_> = tools.iter().map(|tool| examine(*tool)).collect();
    let mut rewrite = Rewrite::of(response.raw);
    for (tool, reason) in tools.iter().zip(&reasons) {
        if reason.is_none_or(|reason| !reason.leaves_out()) {
            rewrite.change(*tool, Changes::none().without("execution"));
        }
        if let (Some(ToolReason::Headers(_)), Some(schema)) =
            (reason, tool.member(&["inputSchema"]))
        {
            strip(&mut rewrite, schema);
        }
    }
    rewrite.thin(list, |index, _| {
        let reason = reasons.get(index).copied().flatten();
        reason.is_some_and(ToolReason::leaves_out)
    });
    rewrite.change(result, completed(Method::ToolsList));
    rewrite.change(response.raw, Changes::none().with("id", id));
    let notes = tools.iter().zip(reasons).filter_map(|(tool, reason)| {
        let name = tool.member(&["name"]).and_then(|name| name.text());
        let name = name.unwrap_or_default().into_owned();
        reason.map(|reason| ToolNote { name, reason })
    });
    let notes = notes.collect();
    Ok((rewrite.finish(), notes))
}

/// What is wrong with a tool in the eyes of a client of 2026-07-28.
pub fn examine(tool: Raw<'_>) -> Option<ToolReason> {
    let has_name = tool
        .member(&["name"])
        .is_some_and(|name| name.text().is_some());
    let schema = tool.member(&["inputSchema"]).filter(Raw::is_object);
    let Some(schema) = schema.filter(|_| has_name) else {
        return Some(ToolReason::Incomplete);
    };
    let support = tool.member(&["execution", "taskSupport"]);
    if support.and_then(|support| support.text()).as_deref() == Some("required") {
        return Some(ToolReason::TaskOnly);
    }
    let output = tool.member(&["outputSchema"]);
    if [Some(schema), output]
        .into_iter()
        .flatten()
        .any(is_excessive)
    {
        return Some(ToolReason::Schema);
    }
    HeaderParams::of_schema(schema)
        .err()
        .map(ToolReason::Headers)
}

fn is_excessive(schema: Raw<'_>) -> bool {
    schema.as_str().len() > MAX_SCHEMA || depth(schema.as_str()) > MAX_SCHEMA_DEPTH
}

/// How deep a well formed value nests.
fn depth(json: &str) -> usize {
    let (mut deepest, mut depth, mut in_string, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Takes the annotation out of every schema within `schema`, which is of bounded depth.
fn strip<'a>(rewrite: &mut Rewrite<'a>, schema: Raw<'a>) {
    rewrite.change(schema, Changes::none().without(ANNOTATION));
    for (key, value) in schema.members() {
        match key.as_str() {
            ANNOTATION => {}
            data if DATA.contains(&data) => {}
            map if SCHEMA_MAPS.contains(&map) && value.is_object() => {
                for (_, inner) in value.members() {
                    strip_any(rewrite, inner);
                }
            }
            _ => strip_any(rewrite, value),
        }
    }
}

fn strip_any<'a>(rewrite: &mut Rewrite<'a>, value: Raw<'a>) {
    if value.is_object() {
        strip(rewrite, value);
    }
    for element in value.elements() {
        strip_any(rewrite, element);
    }
}

#[cfg(test)]
mod tests;
