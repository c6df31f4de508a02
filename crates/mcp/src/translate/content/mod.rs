//! Content that a revision cannot hold, degraded to what it can.
//!
//! | content | since | before that |
//! |---|---|---|
//! | `audio` block | 2025-03-26 | an embedded resource with the same bytes |
//! | `resource_link` block | 2025-06-18 | text with name, URI and description |
//! | `structuredContent` | 2025-06-18 | its JSON as text, unless there is text already |
//! | that is no object, and an `outputSchema` for it | 2026-07-28 | the same; the schema goes |
//! | boolean schemas under `properties` | 2026-07-28 | `{}` and `{"not":{}}` |
//! | `title` of a tool | 2025-06-18 | `annotations.title` in 2025-03-26 |
//! | several blocks in a sampling message, tool use in it | 2025-11-25 | a message each; text |
//! | choices with titles, choices of several in a form | 2025-11-25 | `enumNames`; text with commas |
//!
//! Members that an older revision does not know but skips (icons, `_meta`, annotations, names
//! for people) stay where they are: nothing is lost by them. A block of an unknown type stays,
//! too. Nothing is dropped of which nothing else would tell.

mod block;
mod call;
mod form;
mod sampling;
mod tools;

pub(super) use form::{answer as form_answer, degrade as form};
pub(super) use sampling::{request as sampling, result as sampled};

use super::{Fault, result::result};
use crate::{
    envelope::Response,
    era::{Era, Revision},
    json::Raw,
    method::Method,
    rewrite::{Changes, Rewrite},
};

/// A result as a client of `revision` can read it; `None` if it is so already. For results
/// that cross no era, such as between two revisions with sessions.
pub fn degraded(
    response: &Response<'_>,
    method: Method,
    revision: Revision,
) -> Result<Option<Vec<u8>>, Fault> {
    let result = result(response)?.raw;
    let mut rewrite = Rewrite::of(response.raw);
    let changes = changes(&mut rewrite, result, method, revision);
    rewrite.change(result, changes);
    Ok((!rewrite.is_untouched()).then(|| rewrite.finish()))
}

/// Whether results of `method` can hold anything that `revision` cannot: else they need not
/// be looked at.
pub fn may_degrade(method: Method, revision: Revision) -> bool {
    let has_content = matches!(
        method,
        Method::ToolsCall | Method::ToolsList | Method::PromptsGet
    );
    has_content && revision.era() == Era::Session
}

/// Degrades what is inside a result, and says what changes among its own members.
pub(super) fn changes<'a>(
    rewrite: &mut Rewrite<'a>,
    result: Raw<'a>,
    method: Method,
    revision: Revision,
) -> Changes<'a> {
    if !may_degrade(method, revision) {
        return Changes::none();
    }
    match method {
        Method::ToolsCall => call::changes(rewrite, result, revision),
        Method::ToolsList => tools::degrade(rewrite, result, revision),
        _ => prompt(rewrite, result, revision),
    }
}

/// Each message of a prompt holds one block.
fn prompt<'a>(rewrite: &mut Rewrite<'a>, result: Raw<'a>, revision: Revision) -> Changes<'a> {
    let messages = result
        .member(&["messages"])
        .map(|messages| messages.elements());
    for message in messages.into_iter().flatten() {
        if let Some(content) = message.member(&["content"])
            && let Some(degraded) = block::degraded(content, revision)
        {
            rewrite.replace(content, degraded);
        }
    }
    Changes::none()
}

#[cfg(test)]
mod tests;
