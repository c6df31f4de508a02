//! How long things live.

use std::time::Duration;

/// Lifetimes of what the issuer hands out. Every value has a safe default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Access tokens (RFC 9068); short, because they are self-contained.
    pub access: Duration,
    /// A refresh token that nobody uses for this long dies.
    pub refresh_idle: Duration,
    /// A grant ends after this long, however often it was refreshed.
    pub refresh_absolute: Duration,
    /// Authorization codes (OAuth 2.1 section 4.1.2: at most ten minutes).
    pub code: Duration,
    /// How long a spent refresh token still returns its own successor.
    pub repeat_window: Duration,
    /// A person's signed-in session in the browser.
    pub session: Duration,
    /// From the authorization request to the answer.
    pub flow: Duration,
    /// From a pushed authorization request to its use (RFC 9126 section 2.2).
    pub pushed: Duration,
    /// From the request of a device to the answer (RFC 8628 section 3.2).
    pub device: Duration,
    /// The one-time link that makes the first account.
    pub setup_link: Duration,
    /// A dynamically registered client that nobody signed in through.
    pub unused_client: Duration,
}

/// The longest lifetime that may be configured for access tokens. Nothing that the issuer
/// signs lives longer, which is what signing keys stay published for ([`crate::rotation`]).
pub const LONGEST_ACCESS: Duration = Duration::from_secs(60 * MINUTE);

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            access: Duration::from_secs(10 * MINUTE),
            refresh_idle: Duration::from_secs(30 * DAY),
            refresh_absolute: Duration::from_secs(90 * DAY),
            code: Duration::from_secs(MINUTE),
            repeat_window: Duration::from_secs(MINUTE),
            session: Duration::from_secs(DAY / 2),
            flow: Duration::from_secs(10 * MINUTE),
            pushed: Duration::from_secs(90),
            device: Duration::from_secs(10 * MINUTE),
            setup_link: Duration::from_secs(60 * MINUTE),
            unused_client: Duration::from_secs(DAY),
        }
    }
}
