//! Why signing keys cannot be used.

use doorward_store::StoreError;

/// Why the issuer's signing keys cannot be opened or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The stored signing keys were sealed with another master key (TK-17).
    #[error(
        "the master key does not open the stored signing keys: restore the master key that belongs to this database"
    )]
    WrongMasterKey,
    /// A signing key opens but is no key.
    #[error("a stored signing key is damaged: restore the database from a backup")]
    DamagedKey,
    /// No signing key could be made.
    #[error("no signing key could be made")]
    KeyGeneration,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
