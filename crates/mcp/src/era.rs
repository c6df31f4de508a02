//! The protocol revisions and the two eras that they fall into.
//!
//! ```text
//! 2024-11-05  2025-03-26  2025-06-18  2025-11-25 | 2026-07-28
//! ------------------ session era --------------- | stateless era
//! ```
//!
//! In the session era a connection opens with `initialize`; in the stateless era
//! every request says in `_meta` what it speaks. A string that names no known
//! revision is not a [`Revision`]: nothing here falls back to a nearest one.

use std::fmt;

/// A published revision of the protocol, in order of publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revision {
    /// 2024-11-05, the first one, with the HTTP+SSE transport.
    V2024_11_05,
    /// 2025-03-26, with Streamable HTTP; the only one with JSON-RPC batches.
    V2025_03_26,
    /// 2025-06-18, with the `MCP-Protocol-Version` header.
    V2025_06_18,
    /// 2025-11-25, the last one with sessions.
    V2025_11_25,
    /// 2026-07-28, the first one without sessions.
    V2026_07_28,
}

/// How a revision ties requests together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Era {
    /// `initialize` opens a session; what it agreed holds for later requests.
    Session,
    /// Every request carries its version and capabilities in `_meta`.
    Stateless,
}

impl Revision {
    /// Every revision, oldest first.
    pub const ALL: [Self; 5] = [
        Self::V2024_11_05,
        Self::V2025_03_26,
        Self::V2025_06_18,
        Self::V2025_11_25,
        Self::V2026_07_28,
    ];

    /// The newest revision that opens with `initialize`.
    pub const LATEST_SESSION: Self = Self::V2025_11_25;

    /// What a session-era request without a version header is taken for (R-058).
    pub const ASSUMED: Self = Self::V2025_03_26;

    /// Reads a revision as it stands in headers and bodies, byte for byte.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// The revision as headers and bodies spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// The era of this revision.
    pub const fn era(self) -> Era {
        match self {
            Self::V2024_11_05 | Self::V2025_03_26 | Self::V2025_06_18 | Self::V2025_11_25 => {
                Era::Session
            }
            Self::V2026_07_28 => Era::Stateless,
        }
    }

    /// Whether a body may be an array of messages (R-067, R-068).
    pub const fn allows_batches(self) -> bool {
        matches!(self, Self::V2025_03_26)
    }

    /// Whether clients of this revision send `MCP-Protocol-Version` (R-058).
    pub fn has_version_header(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// What `initialize` answers to a client that asked for `requested` (R-057):
    /// the same when it is a session-era revision, else the latest of those.
    pub fn negotiated(requested: &str) -> Self {
        Self::parse(requested)
            .filter(|revision| revision.era() == Era::Session)
            .unwrap_or(Self::LATEST_SESSION)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_revision_is_read_back_from_its_own_spelling_and_from_no_other() {
        for revision in Revision::ALL {
            assert_eq!(Revision::parse(revision.as_str()), Some(revision));
            assert_eq!(Revision::parse(&format!(" {revision}")), None);
        }
        for unknown in ["", "2026-07-29", "2025-6-18", "DRAFT-2026-v1", "1900-01-01"] {
            assert_eq!(Revision::parse(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn revisions_are_ordered_by_date_and_only_the_last_is_stateless() {
        assert!(Revision::ALL.is_sorted());
        let stateless: Vec<_> = Revision::ALL
            .into_iter()
            .filter(|revision| revision.era() == Era::Stateless)
            .collect();
        assert_eq!(stateless, [Revision::V2026_07_28]);
    }

    #[test]
    fn only_2025_03_26_allows_batches() {
        // R-067, R-068
        for revision in Revision::ALL {
            let expected = revision == Revision::V2025_03_26;
            assert_eq!(revision.allows_batches(), expected, "{revision}");
        }
    }

    #[test]
    fn initialize_is_answered_with_the_asked_revision_or_the_latest_of_its_era() {
        // R-057
        for (requested, answered) in [
            ("2024-11-05", Revision::V2024_11_05),
            ("2025-06-18", Revision::V2025_06_18),
            ("2026-07-28", Revision::V2025_11_25),
            ("1900-01-01", Revision::V2025_11_25),
        ] {
            assert_eq!(Revision::negotiated(requested), answered, "{requested}");
        }
    }
}
