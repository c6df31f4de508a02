//! Why something is not done with a signing key.

use doorward_core::id::KeyId;
use doorward_store::StoreError;

use crate::keys::{ExportFault, KeyError};

/// Why something is not done with a key. The text says what to do instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyAdministrationError {
    /// There is no such key, or not any more.
    #[error("there is no signing key {0}")]
    NoSuchKey(String),
    /// Another key waits for its turn already.
    #[error(
        "the key {0} is announced already: let it sign at once with `doorward key rotate --now`"
    )]
    AlreadyAnnounced(KeyId),
    /// The key is retired already.
    #[error("the key {0} is retired already: if somebody else may have it, add --compromised")]
    AlreadyRetired(KeyId),
    /// The key is here already.
    #[error("the key {0} is here already")]
    AlreadyHere(KeyId),
    /// The file or the passphrase is not right.
    #[error("{0}")]
    Export(&'static str),
    /// The keys cannot be opened or made.
    #[error(transparent)]
    Keys(#[from] KeyError),
}

impl KeyAdministrationError {
    /// Somebody else changed the keys meanwhile.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(self, Self::Keys(KeyError::Store(StoreError::Conflict)))
    }
}

impl From<StoreError> for KeyAdministrationError {
    fn from(error: StoreError) -> Self {
        Self::Keys(error.into())
    }
}

impl From<ExportFault> for KeyAdministrationError {
    fn from(fault: ExportFault) -> Self {
        Self::Export(match fault {
            ExportFault::Passphrase => "a passphrase has between 12 and 1024 characters",
            ExportFault::NotAKey => "this is no signing key that doorward exported",
            ExportFault::Unopenable => {
                "the passphrase does not open this key, or the file was changed"
            }
        })
    }
}
