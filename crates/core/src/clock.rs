//! Where the time comes from: an edge holds a [`Clock`], rules take `now`.

use crate::time::UnixTime;

/// Tells the time. Production reads the system clock, tests hold a stopped one.
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> UnixTime;
}
