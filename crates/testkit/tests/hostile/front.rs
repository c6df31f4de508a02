//! Where callers come in.

use doorward_mcp::era::Revision;
use doorward_testkit::hostile::Link;

/// A way in, and what is spoken there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    /// 2026-07-28 at one server.
    Stateless,
    /// 2025-11-25 at one server.
    Session,
    /// 2024-11-05 over HTTP+SSE at one server.
    Sse,
    /// 2026-07-28 at all servers as one.
    Whole,
    /// 2025-11-25 at all servers as one.
    WholeSession,
}

impl Front {
    pub(crate) const ALL: [Self; 5] = [
        Self::Stateless,
        Self::Session,
        Self::Sse,
        Self::Whole,
        Self::WholeSession,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stateless => "modern",
            Self::Session => "legacy",
            Self::Sse => "oldest",
            Self::Whole => "whole",
            Self::WholeSession => "whole-legacy",
        }
    }

    pub(crate) fn revision(self) -> Revision {
        match self {
            Self::Stateless | Self::Whole => Revision::V2026_07_28,
            Self::Session | Self::WholeSession => Revision::V2025_11_25,
            Self::Sse => Revision::V2024_11_05,
        }
    }

    /// Whether it is that of all servers.
    pub(crate) fn is_whole(self) -> bool {
        matches!(self, Self::Whole | Self::WholeSession)
    }

    /// The path of a server behind it.
    pub(crate) fn path(self, server: &str) -> String {
        match self {
            Self::Stateless | Self::Session => format!("/mcp/{server}"),
            Self::Sse => format!("/sse/{server}"),
            Self::Whole | Self::WholeSession => "/mcp".to_owned(),
        }
    }

    /// What a tool of the server is called there.
    pub(crate) fn tool(self, server: &str, tool: &str) -> String {
        match self {
            Self::Stateless | Self::Session | Self::Sse => tool.to_owned(),
            Self::Whole | Self::WholeSession => format!("{server}_{tool}"),
        }
    }

    /// Whether bytes pass between this front and a server over this link.
    pub(crate) fn is_raw(self, link: Link) -> bool {
        match self {
            Self::Stateless => link.is_stateless(),
            Self::Session => matches!(link, Link::Session | Link::SessionProgram),
            Self::Sse | Self::Whole | Self::WholeSession => false,
        }
    }
}
