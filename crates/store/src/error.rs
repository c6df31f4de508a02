//! How storage fails.

use crate::tables::Unreadable;

/// Why a read or a commit failed. Refusals are not failures: a lookup that finds nothing is `None`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A write expected a state that a concurrent request has changed. Nothing was written:
    /// run the flow once more from the load.
    #[error("a concurrent request changed the same record")]
    Conflict,
    /// A stored record cannot be read back.
    #[error("stored record cannot be read back")]
    Corrupt(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database does not answer, or too much is queued for it. Nothing was written.
    #[error("storage is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// [`StoreError::Unavailable`] for a reason in words.
pub(crate) fn unavailable(reason: impl Into<String>) -> StoreError {
    StoreError::Unavailable(reason.into().into())
}

impl From<Unreadable> for StoreError {
    fn from(error: Unreadable) -> Self {
        Self::Corrupt(error.into())
    }
}
