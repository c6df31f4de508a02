//! Results of tools: blocks, and content that has a structure.

use super::block;
use crate::{
    era::Revision,
    json::Raw,
    rewrite::{Changes, Rewrite},
};

/// Degrades the blocks, and says what changes among the result's members.
pub(super) fn changes<'a>(
    rewrite: &mut Rewrite<'a>,
    result: Raw<'a>,
    revision: Revision,
) -> Changes<'a> {
    let content = result.member(&["content"]).filter(Raw::is_array);
    let blocks = content
        .map(|content| content.elements())
        .unwrap_or_default();
    for block in &blocks {
        if let Some(degraded) = block::degraded(*block, revision) {
            rewrite.replace(*block, degraded);
        }
    }
    let Some(structured) = untold(result, revision) else {
        return Changes::none();
    };
    let mut changes = Changes::none();
    if revision >= Revision::V2025_06_18 {
        changes = changes.without("structuredContent");
    }
    if blocks.iter().any(|block| block::text_of(*block).is_some()) {
        return changes;
    }
    let told = block::text(structured.as_str(), None);
    match (content, blocks.last()) {
        (Some(_), Some(last)) => rewrite.insert_after(*last, format!(",{told}")),
        (Some(empty), None) => rewrite.replace(empty, format!("[{told}]")),
        (None, _) => return changes.with("content", format!("[{told}]")),
    }
    changes
}

/// Content with a structure that clients of `revision` do not look at, or refuse.
fn untold(result: Raw<'_>, revision: Revision) -> Option<Raw<'_>> {
    let structured = result.member(&["structuredContent"])?;
    let is_held = revision >= Revision::V2025_06_18 && structured.is_object();
    (!is_held).then_some(structured)
}
