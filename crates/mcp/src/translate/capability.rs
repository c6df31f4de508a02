//! Capabilities: what one side says that it can do, in the words of another revision.
//!
//! | capability | where it is | towards another revision |
//! |---|---|---|
//! | `elicitation` | 2025-06-18 (forms only), later forms and URLs | cut to what the revision has; gone before |
//! | `sampling.tools`, `sampling.context` | since 2025-11-25 | `sampling` alone before |
//! | `roots.listChanged` | session era | gone: nobody could be told (P-039) |
//! | `tasks`, the tasks extension | 2025-11-25, 2026-07-28 | gone: the two do not fit together (P-043) |
//! | `extensions`, `experimental`, unknown ones | | stay as they are (X-028) |
//!
//! It refuses to add: nobody is told of a capability that the other side did not declare.

use std::sync::Arc;

use super::{
    input::{InputKind, InputRequest},
    request::canonical,
};
use crate::{
    era::{Era, Revision},
    json::Raw,
    rewrite::{Changes, Rewrite},
};

/// The extension whose methods differ from the tasks of 2025-11-25.
const TASKS_EXTENSION: &str = "io.modelcontextprotocol/tasks";

/// What a client declared that it can do: a JSON object, as it stood.
///
/// Its [canonical](Self::canonical) form is the key by which sessions with servers are kept apart: a request with other
/// capabilities never uses a wider session (P-016, P-018).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientCapabilities(Arc<str>);

impl Default for ClientCapabilities {
    fn default() -> Self {
        Self(Arc::from("{}"))
    }
}

impl ClientCapabilities {
    /// The value of `capabilities` or of the member of `_meta`; `None` if it is no object.
    pub fn new(object: Raw<'_>) -> Option<Self> {
        object.is_object().then(|| Self(object.as_str().into()))
    }

    /// The object as JSON.
    pub const fn as_json(&self) -> &Arc<str> {
        &self.0
    }

    /// A text that is the same for the same capabilities, in whatever order and with whatever
    /// spaces they are written: a key, not JSON (P-016).
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        if let Ok(object) = Raw::parse(self.0.as_bytes()) {
            canonical(object, &mut out);
        }
        out
    }

    /// What of it `revision` knows, when it crosses into another era or revision (P-033).
    #[must_use]
    pub fn known_to(&self, revision: Revision) -> Self {
        let Ok(object) = Raw::parse(self.0.as_bytes()) else {
            return Self::default();
        };
        let mut rewrite = Rewrite::of(object);
        let mut changes = without_tasks(&mut rewrite, object);
        changes = elicitation(object, revision, changes);
        if revision < Revision::V2025_11_25 && object.member(&["sampling"]).is_some() {
            changes = changes.with("sampling", "{}");
        }
        if let Some(roots) = object.member(&["roots"])
            && revision.era() == Era::Stateless
        {
            rewrite.change(roots, Changes::none().without("listChanged"));
        }
        rewrite.change(object, changes);
        Self(rewrite.into_text().into())
    }

    /// Whether a server may ask for input of this kind. An empty `elicitation` means forms.
    pub fn allow(&self, kind: InputKind) -> bool {
        let parsed = Raw::parse(self.0.as_bytes()).ok();
        parsed.is_some_and(|object| allows(object, kind))
    }

    /// What the client lacks to answer `request`: a capabilities object for `-32021` (R-043).
    pub fn missing(&self, request: &InputRequest<'_>) -> Option<&'static str> {
        let kind = request.kind();
        if !self.allow(kind) {
            return Some(kind.capability());
        }
        let wants_tools = kind == InputKind::Sampling && request.has_param("tools");
        let has_tools = Raw::parse(self.0.as_bytes())
            .is_ok_and(|object| object.member(&["sampling", "tools"]).is_some());
        (wants_tools && !has_tools).then_some(r#"{"sampling":{"tools":{}}}"#)
    }
}

fn allows(object: Raw<'_>, kind: InputKind) -> bool {
    let has = |path: &[&str]| object.member(path).is_some_and(|value| !value.is_null());
    match kind {
        InputKind::Form => has(&["elicitation"]) && has_forms(object),
        InputKind::Url => has(&["elicitation", "url"]),
        InputKind::Sampling => has(&["sampling"]),
        InputKind::Roots => has(&["roots"]),
    }
}

/// Neither mode means forms, which is how 2025-06-18 says it.
fn has_forms(object: Raw<'_>) -> bool {
    let has = |mode| object.member(&["elicitation", mode]).is_some();
    has("form") || !has("url")
}

fn elicitation<'a>(object: Raw<'_>, revision: Revision, changes: Changes<'a>) -> Changes<'a> {
    if object.member(&["elicitation"]).is_none() {
        return changes;
    }
    match revision {
        Revision::V2024_11_05 | Revision::V2025_03_26 => changes.without("elicitation"),
        Revision::V2025_06_18 if allows(object, InputKind::Form) => {
            changes.with("elicitation", "{}")
        }
        Revision::V2025_06_18 => changes.without("elicitation"),
        Revision::V2025_11_25 | Revision::V2026_07_28 => changes,
    }
}

fn without_tasks<'a>(rewrite: &mut Rewrite<'a>, object: Raw<'a>) -> Changes<'a> {
    if let Some(extensions) = object.member(&["extensions"]) {
        rewrite.change(extensions, Changes::none().without(TASKS_EXTENSION));
    }
    Changes::none().without("tasks")
}

/// Whether a client can be told what a server says that belongs to no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// The server has a stream for it, or was seen to have one.
    Listens,
    /// It has none: changes cannot be promised (P-009).
    Silent,
}

/// The capabilities of a server towards clients of the other era (P-009).
pub fn server_capabilities(object: Raw<'_>, reach: Reach) -> String {
    if !object.is_object() {
        return "{}".to_owned();
    }
    let mut rewrite = Rewrite::of(object);
    let changes = without_tasks(&mut rewrite, object);
    if reach == Reach::Silent {
        for feature in ["tools", "prompts", "resources"] {
            if let Some(feature) = object.member(&[feature]) {
                let promises = Changes::none().without("listChanged").without("subscribe");
                rewrite.change(feature, promises);
            }
        }
    }
    rewrite.change(object, changes);
    rewrite.into_text()
}

#[cfg(test)]
mod tests;
