//! Lists of tools, prompts and resources, read and filtered in place.
//!
//! A list that was filtered for one user is the upstream's own answer with some
//! items cut out: what is kept keeps its bytes, unknown members and order. Only
//! `cacheScope` changes, because a filtered answer is nobody else's (P-013).

use std::borrow::Cow;

use crate::{
    envelope::{EnvelopeError, Message, Outcome},
    json::{Raw, Span},
    splice::{Edit, SpliceError, splice},
};

/// What a list is a list of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// `tools/list`.
    Tools,
    /// `prompts/list`.
    Prompts,
    /// `resources/list`.
    Resources,
    /// `resources/templates/list`.
    ResourceTemplates,
}

/// A response to a list request, borrowed from its body.
#[derive(Clone, Debug)]
pub struct List<'a> {
    body: &'a [u8],
    result: Raw<'a>,
    items: Vec<Item<'a>>,
    cache_scope: Option<Raw<'a>>,
    next_cursor: Option<Raw<'a>>,
}

/// One item of a list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Item<'a> {
    /// The whole item.
    pub raw: Raw<'a>,
    /// What it is called for by: the name of a tool or prompt, the URI of a
    /// resource, the template of a resource template. Decoded, never normalised.
    pub name: Cow<'a, str>,
    /// The same as it stood, ready to be replaced.
    pub name_raw: Raw<'a>,
}

/// What happens to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays, byte for byte.
    Keep,
    /// It is cut out.
    Remove,
    /// It stays under another name (P-004).
    Rename(String),
}

/// Who may share the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sharing {
    /// As the upstream says, unless something was removed: then nobody.
    Upstream,
    /// Nobody: some caller might see a different list (P-013, GW-18). Says so
    /// even when the upstream does not.
    Private,
}

/// Why a body is no list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Not a JSON-RPC message.
    #[error("{0}")]
    Envelope(#[from] EnvelopeError),
    /// Not a result, or one without the list.
    #[error("response holds no list")]
    NoList,
    /// An item that is no object or has no name.
    #[error("list holds an item without a name")]
    Nameless,
}

impl ListKind {
    /// The member of the result that holds the list.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Prompts => "prompts",
            Self::Resources => "resources",
            Self::ResourceTemplates => "resourceTemplates",
        }
    }

    /// The member of an item by which it is called for.
    const fn name_field(self) -> &'static str {
        match self {
            Self::Tools | Self::Prompts => "name",
            Self::Resources => "uri",
            Self::ResourceTemplates => "uriTemplate",
        }
    }
}

impl<'a> List<'a> {
    /// Reads the body of a response to a list request.
    pub fn parse(body: &'a [u8], kind: ListKind) -> Result<Self, ListError> {
        let Message::Response(response) = Message::parse(body)? else {
            return Err(ListError::NoList);
        };
        let Outcome::Result(result) = response.outcome else {
            return Err(ListError::NoList);
        };
        let result = result.raw;
        let members = result.members();
        let find = |name| {
            let mut named = members.iter().filter(|(key, _)| key == name);
            named.next().map(|(_, value)| *value)
        };
        let array = find(kind.field()).filter(Raw::is_array);
        let elements = array.ok_or(ListError::NoList)?.elements();
        let items = elements.into_iter().map(|raw| Item::read(raw, kind));
        Ok(Self {
            body,
            result,
            items: items.collect::<Result<_, _>>()?,
            cache_scope: find("cacheScope"),
            next_cursor: find("nextCursor"),
        })
    }

    /// The items in order.
    pub fn items(&self) -> &[Item<'a>] {
        &self.items
    }

    /// The cursor of the next page, ready to be replaced.
    pub const fn next_cursor(&self) -> Option<Raw<'a>> {
        self.next_cursor
    }

    /// The result object.
    pub const fn result(&self) -> Raw<'a> {
        self.result
    }

    /// The same response with only the items that `keep` says yes to.
    pub fn retain(&self, sharing: Sharing, mut keep: impl FnMut(&Item<'a>) -> bool) -> Vec<u8> {
        self.rewrite(
            sharing,
            |item| if keep(item) { Fate::Keep } else { Fate::Remove },
        )
    }

    /// The same response with each item as `decide` has it.
    pub fn rewrite(&self, sharing: Sharing, decide: impl FnMut(&Item<'a>) -> Fate) -> Vec<u8> {
        let fates: Vec<_> = self.items.iter().map(decide).collect();
        let mut edits = self.removals(&fates);
        let was_filtered = !edits.is_empty();
        for (item, fate) in self.items.iter().zip(&fates) {
            if let Fate::Rename(name) = fate {
                let text = serde_json::Value::from(name.as_str()).to_string();
                edits.push(Edit::new(item.name_raw.span(), text));
            }
        }
        edits.extend(self.privacy(sharing, was_filtered));
        let spliced: Result<_, SpliceError> = splice(self.body, &edits);
        debug_assert!(spliced.is_ok(), "spans of one list do not overlap");
        spliced.unwrap_or_default()
    }

    /// Cuts each run of removed items together with one comma.
    ///
    /// A run is cut from the end of what stays before it, or, at the front, up to
    /// the start of what stays after it: the commas and spacing between items
    /// that stay are theirs.
    fn removals(&self, fates: &[Fate]) -> Vec<Edit<'a>> {
        let mut edits = Vec::new();
        let mut kept_end: Option<usize> = None;
        let mut run: Option<Span> = None;
        for (item, fate) in self.items.iter().zip(fates) {
            let span = item.raw.span();
            if *fate == Fate::Remove {
                let start = run.map_or(kept_end.unwrap_or(span.start), |run| run.start);
                run = Some(Span {
                    start,
                    end: span.end,
                });
                continue;
            }
            if let Some(run) = run.take() {
                let end = if kept_end.is_some() {
                    run.end
                } else {
                    span.start
                };
                edits.push(Edit::new(Span { end, ..run }, ""));
            }
            kept_end = Some(span.end);
        }
        edits.extend(run.map(|run| Edit::new(run, "")));
        edits
    }

    fn privacy(&self, sharing: Sharing, was_filtered: bool) -> Option<Edit<'a>> {
        let is_private = sharing == Sharing::Private || was_filtered;
        match self.cache_scope {
            Some(scope) if is_private => Some(Edit::new(scope.span(), "\"private\"")),
            None if sharing == Sharing::Private => {
                // INVARIANT: the result holds the list, so another member follows.
                let start = self.result.span().start + 1;
                let nothing = Span { start, end: start };
                Some(Edit::new(nothing, "\"cacheScope\":\"private\","))
            }
            Some(_) | None => None,
        }
    }
}

impl<'a> Item<'a> {
    fn read(raw: Raw<'a>, kind: ListKind) -> Result<Self, ListError> {
        let name_raw = raw
            .member(&[kind.name_field()])
            .ok_or(ListError::Nameless)?;
        let name = name_raw.text().ok_or(ListError::Nameless)?;
        Ok(Self {
            raw,
            name,
            name_raw,
        })
    }

    /// The description for people and models.
    pub fn description(&self) -> Option<Cow<'a, str>> {
        self.raw.member(&["description"])?.text()
    }

    /// The title for people: its own, else that of a tool's annotations.
    pub fn title(&self) -> Option<Cow<'a, str>> {
        let own = self.raw.member(&["title"]).and_then(|title| title.text());
        own.or_else(|| self.raw.member(&["annotations", "title"])?.text())
    }

    /// Whether a tool says that it changes nothing. The protocol's default is no.
    pub fn is_read_only(&self) -> bool {
        self.hint("readOnlyHint").unwrap_or(false)
    }

    /// Whether a tool says that it may destroy. The default is yes, for a tool
    /// that is not read-only.
    pub fn is_destructive(&self) -> bool {
        self.hint("destructiveHint").unwrap_or(true) && !self.is_read_only()
    }

    /// A boolean of a tool's annotations, if it is stated.
    pub fn hint(&self, name: &str) -> Option<bool> {
        self.raw.member(&["annotations", name])?.boolean()
    }

    /// A tool's `inputSchema`.
    pub fn input_schema(&self) -> Option<Raw<'a>> {
        self.raw.member(&["inputSchema"])
    }
}

#[cfg(test)]
mod tests;
