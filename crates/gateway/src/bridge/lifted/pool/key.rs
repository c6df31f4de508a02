//! What two requests must have in common to use one session.

use std::sync::Arc;

use doorward_mcp::era::Revision;

use crate::upstream::link::Owner;

/// Whose a session is and what was said when it was opened (P-016). The credentials towards
/// the server are the same for all, and the pool is gone when they change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in super::super) struct Key {
    pub(in super::super) owner: Owner,
    /// The capabilities that the request declared, however they are spelled.
    pub(in super::super) capabilities: Arc<str>,
    pub(in super::super) revision: Revision,
}
