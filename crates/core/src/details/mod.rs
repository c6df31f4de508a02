//! Rich authorization requests (RFC 9396): `authorization_details` of the type `mcp_tool`.
//!
//! ```json
//! [{"type": "mcp_tool", "server": "files", "tools": ["read_*"],
//!   "arguments": {"volume": {"one_of": ["docs"]}, "lines": {"at_most": 100}}}]
//! ```
//!
//! An entry names tools of one server, and what their arguments may be. A token
//! with details calls these tools and no others; its scopes still say whether a
//! call may change anything. Details only ever narrow: what is asked for later
//! must be [covered](Details::narrowed) by what was approved. What cannot be
//! read exactly is refused, not guessed at: unknown types, unknown members,
//! empty lists (RFC 9396 section 5).

mod constraint;
mod pick;
mod read;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use constraint::Constraint;
use constraint::Constraints;
pub use pick::{PickError, Picked, can_be_picked};

use crate::{
    permit::Pattern,
    resource::{Resource, Resources},
    server::ServerName,
};

/// The one type that is known here.
pub const MCP_TOOL: &str = "mcp_tool";

/// The longest details that a grant keeps: a token carries them in a header, and common proxies
/// take 8 KiB of that.
const MOST_STORED: usize = 4096;

/// Every entry of one request, grant or token. Without any, nothing is narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Details(Vec<ToolDetail>);

/// Tools of one server, and what their arguments may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolDetail {
    server: ServerName,
    tools: Vec<Pattern>,
    arguments: Constraints,
}

/// Why details are refused; maps to `invalid_authorization_details`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DetailsError {
    /// Not an array of objects in JSON, or larger than a token carries.
    #[error("authorization_details is not a JSON array of objects within 2048 bytes")]
    Malformed,
    /// A type that is not `mcp_tool`.
    #[error("authorization_details has a type that is not known here: only mcp_tool is")]
    Type,
    /// An entry that is not what its type says.
    #[error("authorization_details has an entry of type mcp_tool that is not one")]
    Entry,
    /// A server that is not among those that the request is about, or one of those left out.
    #[error("authorization_details and resource do not name the same servers")]
    Server,
    /// More than was approved.
    #[error("authorization_details exceeds what was granted")]
    Exceeded,
}

/// Whether details let a call pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Covered {
    /// They do.
    Yes,
    /// They do not name the tool, or not with these arguments.
    No,
}

impl Details {
    /// Reads the parameter of a request.
    pub fn parse(text: &str) -> Result<Self, DetailsError> {
        read::details(text, read::MOST_ASKED)
    }

    /// Whether nothing is narrowed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = &ToolDetail> {
        self.0.iter()
    }

    /// Whether some entry is about a tool of this name at `server`.
    pub fn name(&self, server: &ServerName, tool: &str) -> bool {
        let at = |entry: &&ToolDetail| entry.server == *server;
        self.0.iter().filter(at).any(|entry| entry.names(tool))
    }

    /// Whether some entry is about this server.
    pub fn are_about(&self, server: &ServerName) -> bool {
        self.0.iter().any(|entry| entry.server == *server)
    }

    /// Those about this server, of a token for all of them.
    #[must_use]
    pub fn at(&self, server: &ServerName) -> Self {
        let about = self.0.iter().filter(|entry| entry.server == *server);
        Self(about.cloned().collect())
    }

    /// These details for a request that is about `resource` alone: each entry is about it, as
    /// another would promise what no token of the request can keep.
    pub fn all_about(self, resource: &Resource) -> Result<Self, DetailsError> {
        if self.0.iter().all(|entry| resource.reaches(&entry.server)) {
            Ok(self)
        } else {
            Err(DetailsError::Server)
        }
    }

    /// Those about servers among `resources`.
    #[must_use]
    pub fn within(&self, resources: &Resources) -> Self {
        let about = |entry: &&ToolDetail| resources.iter().any(|it| it.reaches(&entry.server));
        Self(self.0.iter().filter(about).cloned().collect())
    }

    /// What a token for `resource` carries. When there are details and none is about it, that is
    /// an error and never nothing: nothing would narrow nothing.
    pub fn for_token(&self, resource: &Resource) -> Result<Self, DetailsError> {
        let about = self
            .0
            .iter()
            .filter(|entry| resource.reaches(&entry.server));
        let about: Vec<ToolDetail> = about.cloned().collect();
        if about.is_empty() && !self.0.is_empty() {
            return Err(DetailsError::Server);
        }
        Ok(Self(about))
    }

    /// Whether a call of `tool` at `server` may pass: a token for all servers carries entries of
    /// several. `argument` is asked only for arguments that are constrained, so that whoever
    /// constrains none pays for none.
    pub fn cover(
        &self,
        server: &ServerName,
        tool: &str,
        argument: &dyn Fn(&str) -> Option<Value>,
    ) -> Covered {
        let narrows = !self.0.is_empty();
        let names = |entry: &ToolDetail| entry.server == *server && entry.names(tool);
        let passes = |entry: &ToolDetail| names(entry) && entry.arguments.hold(argument);
        if narrows && !self.0.iter().any(passes) {
            Covered::No
        } else {
            Covered::Yes
        }
    }

    /// What a token request gets for its `authorization_details`: all of `self`, or what it
    /// names, which must be covered entry by entry (RFC 9396 section 7).
    pub fn narrowed(&self, text: Option<&str>) -> Result<Self, DetailsError> {
        let Some(text) = text else {
            return Ok(self.clone());
        };
        let asked = Self::parse(text)?;
        if self.cover_all(&asked) {
            Ok(asked)
        } else {
            Err(DetailsError::Exceeded)
        }
    }

    /// Whether everything that `other` lets pass passes here too.
    pub fn cover_all(&self, other: &Self) -> bool {
        let covered = |entry: &ToolDetail| {
            let mut tools = entry.tools.iter();
            tools.all(|tool| self.0.iter().any(|ours| ours.covers(tool, entry)))
        };
        let some = !other.is_empty() && other.0.iter().all(covered);
        self.is_empty() || some
    }

    /// Reads back what [`Details::to_stored`] wrote. What is unreadable is an error, never
    /// nothing: nothing would narrow nothing.
    pub fn from_stored(text: Option<&str>) -> Result<Self, DetailsError> {
        text.map_or(Ok(Self::default()), |text| read::details(text, MOST_STORED))
    }

    /// The details as JSON; none when there are none.
    pub fn to_stored(&self) -> Option<String> {
        (!self.is_empty()).then(|| Value::from(self.clone()).to_string())
    }
}

impl ToolDetail {
    /// The server.
    pub fn server(&self) -> &ServerName {
        &self.server
    }

    /// The names of the tools, with `*` for any run of characters.
    pub fn tools(&self) -> impl Iterator<Item = &str> {
        self.tools.iter().map(Pattern::as_str)
    }

    /// The constrained arguments.
    pub fn arguments(&self) -> impl Iterator<Item = (&str, &Constraint)> {
        self.arguments.iter()
    }

    /// Whether it is about this tool.
    pub fn names(&self, tool: &str) -> bool {
        self.tools.iter().any(|pattern| pattern.matches(tool))
    }

    /// Whether everything that `tool` of `other` lets pass passes here too.
    fn covers(&self, tool: &Pattern, other: &Self) -> bool {
        // A star of the other's is a plain character here, which only a star matches: so a
        // pattern that matches another's text matches all that the other matches.
        self.server == other.server
            && self.names(tool.as_str())
            && self.arguments.cover(&other.arguments)
    }
}

/// `text` so that nothing of it hides: what has no ink, or turns text around, is spelt out.
/// Nothing is cut, because whoever approves it must see all of it (CO-06).
pub fn visible(text: &str) -> String {
    let blank = |c: char| matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}');
    let plain = |c: char| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric() && !blank(c);
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if plain(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_unicode());
        }
    }
    shown
}

impl From<Details> for Value {
    fn from(details: Details) -> Self {
        details.0.into_iter().map(Self::from).collect()
    }
}

impl From<ToolDetail> for Value {
    fn from(entry: ToolDetail) -> Self {
        let tools: Vec<&str> = entry.tools().collect();
        let mut object = serde_json::json!({
            "type": MCP_TOOL, "server": entry.server.as_str(), "tools": tools,
        });
        if let (Some(object), Some(arguments)) = (object.as_object_mut(), entry.arguments.to_json())
        {
            object.insert("arguments".to_owned(), arguments);
        }
        object
    }
}

impl TryFrom<Value> for Details {
    type Error = DetailsError;

    fn try_from(value: Value) -> Result<Self, DetailsError> {
        read::entries(value)
    }
}
