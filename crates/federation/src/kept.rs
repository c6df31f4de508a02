//! What is kept of a sign-in so that its provider can be asked again.

use doorward_core::secret::Secret;
use serde::{Deserialize, Serialize};

/// A credential for asking about one person. It is stored sealed, and shown to that provider alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A refresh token of an OpenID Provider.
    RefreshToken(Secret),
    /// An access token of GitHub, which does not expire.
    AccessToken(Secret),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored {
    Refresh(String),
    Access(String),
}

impl Kept {
    /// The form that is sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let stored = match self {
            Self::RefreshToken(token) => Stored::Refresh(token.expose().to_owned()),
            Self::AccessToken(token) => Stored::Access(token.expose().to_owned()),
        };
        serde_json::to_vec(&stored).unwrap_or_default() // INVARIANT: a text serialises
    }

    /// Reads back what [`Kept::to_bytes`] made.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(match serde_json::from_slice(bytes).ok()? {
            Stored::Refresh(token) => Self::RefreshToken(Secret::presented(token)),
            Stored::Access(token) => Self::AccessToken(Secret::presented(token)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_reads_back_and_does_not_show() {
        for kept in [
            Kept::RefreshToken(Secret::presented("r3fresh")),
            Kept::AccessToken(Secret::presented("acc3ss")),
        ] {
            assert_eq!(Kept::from_bytes(&kept.to_bytes()), Some(kept.clone()));
            assert!(!format!("{kept:?}").contains('3')); // AD-07
        }
        assert_eq!(Kept::from_bytes(b"{}"), None);
    }
}
