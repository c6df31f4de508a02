//! One block of content.

use crate::{
    era::Revision,
    json::Raw,
    rewrite::{Changes, quoted},
};

/// The URI of audio that stands as a resource: it can be read nowhere else.
const AUDIO: &str = "urn:doorward:audio";

/// What stands for a block that `revision` does not have; `None` if it has it.
pub(super) fn degraded(block: Raw<'_>, revision: Revision) -> Option<String> {
    match kind(block)?.as_str() {
        "audio" if revision < Revision::V2025_03_26 => audio(block),
        "resource_link" if revision < Revision::V2025_06_18 => Some(link(block)),
        _ => None,
    }
}

/// What a block is.
pub(super) fn kind(block: Raw<'_>) -> Option<String> {
    block.member(&["type"])?.text().map(String::from)
}

/// A block of text, with the annotations of what it stands for.
pub(super) fn text(text: &str, stands_for: Option<Raw<'_>>) -> String {
    let block = Changes::none()
        .with("type", "\"text\"")
        .with("text", quoted(text));
    annotated(block, stands_for)
}

/// The text of a block of text.
pub(super) fn text_of(block: Raw<'_>) -> Option<String> {
    let is_text = kind(block).as_deref() == Some("text");
    let text = block.member(&["text"]).filter(|_| is_text)?;
    text.text().map(String::from)
}

fn audio(block: Raw<'_>) -> Option<String> {
    let data = block.member(&["data"])?;
    let kind = block.member(&["mimeType"]);
    let kind = kind.map_or("\"application/octet-stream\"", |kind| kind.as_str());
    let resource = Changes::none()
        .with("uri", quoted(AUDIO))
        .with("mimeType", kind.to_owned())
        .with("blob", data.as_str().to_owned());
    let block_of = Changes::none()
        .with("type", "\"resource\"")
        .with("resource", resource.alone());
    Some(annotated(block_of, Some(block)))
}

/// Everything that a link says, line by line.
fn link(block: Raw<'_>) -> String {
    let said = |name: &str| block.member(&[name]).and_then(|value| value.text());
    let name = said("title").or_else(|| said("name"));
    let uri = said("uri").unwrap_or_default();
    let first = name.map_or_else(|| uri.to_string(), |name| format!("{name}: {uri}"));
    let rest = [said("description"), said("mimeType")];
    let lines: Vec<_> = std::iter::once(first)
        .chain(rest.into_iter().flatten().map(String::from))
        .collect();
    text(&lines.join("\n"), Some(block))
}

fn annotated(block: Changes<'_>, stands_for: Option<Raw<'_>>) -> String {
    let kept = ["annotations", "_meta"].into_iter().filter_map(|name| {
        let value = stands_for?.member(&[name])?;
        Some((name, value.as_str().to_owned()))
    });
    kept.fold(block, |block, (name, json)| block.with(name, json))
        .alone()
}
