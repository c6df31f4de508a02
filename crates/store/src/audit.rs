//! Reading the audit log.

/// Which audit records to read. Every stated condition must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only records with a number greater than this.
    pub after: u64,
    /// Only records with a number smaller than this.
    pub before: Option<u64>,
    /// Only the newest this many of what matches; zero means all.
    pub newest: usize,
    /// Only this user's.
    pub user: Option<String>,
    /// Only this client's.
    pub client: Option<String>,
    /// Only this server's.
    pub server: Option<String>,
    /// Only records of this event, by its written name (`tool.call`).
    pub event: Option<String>,
}

/// Audit records as the JSON lines that were written, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditPage {
    /// The lines, byte for byte as their digests cover them.
    pub lines: Vec<String>,
    /// The number of the last record in the log.
    pub last: u64,
}
