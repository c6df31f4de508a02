//! What the operating system lets this process hold.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More open files than this are never needed.
const ENOUGH: u64 = 65_536;

/// Raises the number of open files as far as allowed, and returns how many connections fit:
/// each may need one file for the client and one for the server behind.
pub(crate) fn raise_file_limit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    let now = limit.current.unwrap_or(ENOUGH);
    let raised = Rlimit {
        current: Some(most.max(now)),
        maximum: limit.maximum,
    };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => most.max(now),
        Err(_) => now,
    };
    usize::try_from(files.saturating_sub(128) / 2)
        .unwrap_or(usize::MAX)
        .max(64)
}
