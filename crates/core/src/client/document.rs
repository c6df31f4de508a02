//! What is remembered of a client's metadata document besides what it says.

use crate::{secret::Digest, time::UnixTime};

/// The document behind a client of [`super::ClientOrigin::MetadataDocument`], as last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentState {
    /// Digest of its bytes.
    pub digest: Digest,
    /// Its entity tag, to ask whether it changed (RFC 9110 section 8.8.3).
    pub etag: Option<String>,
    /// When its host last confirmed it.
    pub confirmed_at: UnixTime,
    /// Until when it is used without asking its host again.
    pub fresh_until: UnixTime,
}
