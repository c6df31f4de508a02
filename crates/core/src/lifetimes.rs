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
    /// A person's signed-in session in the browser, however much it is used.
    pub session: Duration,
    /// A session that nobody uses for this long ends.
    pub session_idle: Duration,
    /// A device on which nobody signs in for this long is forgotten.
    pub device_memory: Duration,
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

/// The shortest lifetime that may be configured for access tokens.
pub const SHORTEST_ACCESS: Duration = Duration::from_secs(30);

impl Lifetimes {
    /// How long an access token of a client for a server lives, given what was decided for
    /// each of them. What is decided for one replaces the general lifetime; of two
    /// decisions the shorter one holds. It is never longer than any token may live.
    pub fn access_for(&self, server: Option<Duration>, client: Option<Duration>) -> Duration {
        let decided = match (server, client) {
            (Some(server), Some(client)) => server.min(client),
            (one, other) => one.or(other).unwrap_or(self.access),
        };
        decided.min(LONGEST_ACCESS)
    }
}

/// Whether access tokens may be told to live that long.
pub fn is_access_lifetime(ttl: Duration) -> bool {
    (SHORTEST_ACCESS..=LONGEST_ACCESS).contains(&ttl)
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            access: Duration::from_secs(10 * MINUTE),
            refresh_idle: Duration::from_secs(30 * DAY),
            refresh_absolute: Duration::from_secs(90 * DAY),
            code: Duration::from_secs(MINUTE),
            repeat_window: Duration::from_secs(MINUTE),
            session: Duration::from_secs(DAY / 2),
            session_idle: Duration::from_secs(DAY / 8),
            device_memory: Duration::from_secs(90 * DAY),
            flow: Duration::from_secs(10 * MINUTE),
            pushed: Duration::from_secs(90),
            device: Duration::from_secs(10 * MINUTE),
            setup_link: Duration::from_secs(60 * MINUTE),
            unused_client: Duration::from_secs(DAY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_decision_holds_and_nothing_outlives_the_longest() {
        let minutes = |count| Some(Duration::from_secs(count * MINUTE));
        #[rustfmt::skip]
        let cases = [
            ("nothing decided",    None,         None,         10),
            ("the server's",       minutes(2),   None,         2),
            ("a longer one",       minutes(30),  None,         30),
            ("the client's",       None,         minutes(20),  20),
            ("both, the server's", minutes(2),   minutes(20),  2),
            ("both, the client's", minutes(20),  minutes(5),   5),
            ("too long",           minutes(600), None,         60),
            ("both too long",      minutes(600), minutes(90),  60),
        ];
        for (name, server, client, expected) in cases {
            let ttl = Lifetimes::default().access_for(server, client);
            assert_eq!(Some(ttl), minutes(expected), "{name}");
        }
    }

    #[test]
    fn access_tokens_live_between_half_a_minute_and_an_hour() {
        for (seconds, allowed) in [
            (0, false),
            (29, false),
            (30, true),
            (3600, true),
            (3601, false),
        ] {
            assert_eq!(
                is_access_lifetime(Duration::from_secs(seconds)),
                allowed,
                "{seconds}"
            );
        }
    }
}
