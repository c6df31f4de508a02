//! Sampling: before 2025-11-25 a message holds one block, and none of tools.

use super::block;
use crate::{
    era::Revision,
    json::Raw,
    rewrite::{Changes, Rewrite},
};

/// Degrades the messages of `sampling/createMessage` for a client. Several blocks become
/// several messages of the same role; what else a message says stays with the first.
pub(in crate::translate) fn request<'a>(
    rewrite: &mut Rewrite<'a>,
    params: Raw<'a>,
    revision: Revision,
) -> Changes<'a> {
    if revision >= Revision::V2025_11_25 {
        return Changes::none();
    }
    let messages = params
        .member(&["messages"])
        .map(|messages| messages.elements());
    for message in messages.into_iter().flatten() {
        let Some(content) = message.member(&["content"]) else {
            continue;
        };
        if !content.is_array() {
            if let Some(degraded) = degraded(content, revision) {
                rewrite.replace(content, degraded);
            }
            continue;
        }
        match content.elements().split_first() {
            None => rewrite.replace(content, block::text("", None)),
            Some((first, rest)) => {
                rewrite.replace(content, held(*first, revision));
                let role = message
                    .member(&["role"])
                    .map_or("null", |role| role.as_str());
                for block in rest {
                    let block = held(*block, revision);
                    let next = format!(r#",{{"role":{role},"content":{block}}}"#);
                    rewrite.insert_after(message, next);
                }
            }
        }
    }
    Changes::none()
}

/// A client's message for a server of `revision`. Several blocks become one of text.
pub(in crate::translate) fn result(answer: Raw<'_>, revision: Revision) -> String {
    let content = answer.member(&["content"]);
    let Some(content) = content.filter(|_| revision < Revision::V2025_11_25) else {
        return answer.as_str().to_owned();
    };
    let single = match content.is_array().then(|| content.elements()) {
        None => degraded(content, revision),
        Some(blocks) => Some(match blocks.as_slice() {
            [only] => held(*only, revision),
            blocks => {
                let texts: Vec<_> = blocks.iter().map(|block| told(*block)).collect();
                block::text(&texts.join("\n\n"), None)
            }
        }),
    };
    match single {
        Some(single) => with_content(answer, &single),
        None => answer.as_str().to_owned(),
    }
}

/// A block that a message of `revision` cannot hold, as text.
fn degraded(content: Raw<'_>, revision: Revision) -> Option<String> {
    let is_known = match block::kind(content)?.as_str() {
        "audio" => revision >= Revision::V2025_03_26,
        "tool_use" | "tool_result" => false,
        _ => true,
    };
    (!is_known).then(|| block::text(&told(content), Some(content)))
}

fn held(content: Raw<'_>, revision: Revision) -> String {
    degraded(content, revision).unwrap_or_else(|| content.as_str().to_owned())
}

/// What a block says, as text: its own, or its JSON.
fn told(content: Raw<'_>) -> String {
    block::text_of(content).unwrap_or_else(|| content.as_str().to_owned())
}

fn with_content(message: Raw<'_>, content: &str) -> String {
    let mut rewrite = Rewrite::of(message);
    rewrite.change(message, Changes::none().with("content", content));
    rewrite.into_text()
}
