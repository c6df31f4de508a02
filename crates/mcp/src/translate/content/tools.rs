//! Lists of tools for clients of the session era.

use crate::{
    era::Revision,
    json::Raw,
    rewrite::{Changes, Rewrite},
};

/// Degrades each tool of a list.
pub(super) fn degrade<'a>(
    rewrite: &mut Rewrite<'a>,
    result: Raw<'a>,
    revision: Revision,
) -> Changes<'a> {
    let tools = result.member(&["tools"]).map(|tools| tools.elements());
    for tool in tools.into_iter().flatten() {
        if let Some(schema) = tool.member(&["inputSchema"]) {
            plain_properties(rewrite, schema);
        }
        let changes = output(rewrite, tool, revision);
        let changes = title(rewrite, tool, revision, changes);
        rewrite.change(tool, changes);
    }
    Changes::none()
}

/// Before 2026-07-28 an `outputSchema` describes an object; before 2025-06-18 nobody reads it.
fn output<'a>(rewrite: &mut Rewrite<'a>, tool: Raw<'a>, revision: Revision) -> Changes<'a> {
    let reads = revision >= Revision::V2025_06_18;
    let Some(schema) = tool.member(&["outputSchema"]).filter(|_| reads) else {
        return Changes::none();
    };
    let kind = schema.member(&["type"]).and_then(|kind| kind.text());
    if kind.as_deref() != Some("object") {
        return Changes::none().without("outputSchema");
    }
    plain_properties(rewrite, schema);
    Changes::none()
}

/// Before 2026-07-28 the schema of a property is an object, never `true` or `false`.
fn plain_properties<'a>(rewrite: &mut Rewrite<'a>, schema: Raw<'a>) {
    let properties = schema.member(&["properties"]);
    for (_, property) in properties.map(|all| all.members()).unwrap_or_default() {
        match property.boolean() {
            Some(true) => rewrite.replace(property, "{}"),
            Some(false) => rewrite.replace(property, r#"{"not":{}}"#),
            None => {}
        }
    }
}

/// 2025-03-26 has the title of a tool among its annotations.
fn title<'a>(
    rewrite: &mut Rewrite<'a>,
    tool: Raw<'a>,
    revision: Revision,
    changes: Changes<'a>,
) -> Changes<'a> {
    let has_place = revision == Revision::V2025_03_26;
    let Some(title) = tool.member(&["title"]).filter(|_| has_place) else {
        return changes;
    };
    let named = Changes::none().with("title", title.as_str());
    match tool.member(&["annotations"]).filter(Raw::is_object) {
        Some(annotations) if annotations.member(&["title"]).is_some() => changes,
        Some(annotations) => {
            rewrite.change(annotations, named);
            changes
        }
        None => changes.with("annotations", named.alone()),
    }
}
