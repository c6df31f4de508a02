//! A person's passkey as the store keeps it.

use crate::{
    id::{PasskeyId, UserId},
    time::UnixTime,
};

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// What it is called in lists.
    pub id: PasskeyId,
    /// Whose it is.
    pub user: UserId,
    /// What the authenticator calls it.
    pub credential: Vec<u8>,
    /// Its public key, as COSE writes it.
    pub key: Vec<u8>,
    /// The counter when it was last used.
    pub count: u32,
    /// Whether it may be on several devices of its person.
    pub synced: bool,
    /// What its person calls it, harmless to show.
    pub name: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it was last used.
    pub used_at: Option<UnixTime>,
}
