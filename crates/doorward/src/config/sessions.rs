//! The `[sessions]` of the configuration file.

use std::time::Duration;

use doorward_core::{lifetimes::Lifetimes, session::SHORTEST_IDLE};
use schemars::JsonSchema;
use serde::Deserialize;

use super::duration::Lasting;

/// The longest that a device may be remembered: browsers keep no cookie longer (RFC 6265bis).
const LONGEST_MEMORY: Duration = Duration::from_secs(400 * 86_400);
/// The longest that a session may last.
const LONGEST_SESSION: Duration = Duration::from_secs(30 * 86_400);

/// How long people stay signed in, and how long their devices are remembered.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sessions {
    /// A session that nobody uses for this long ends; at least 15 minutes.
    #[serde(default = "idle")]
    idle_ttl: Lasting,
    /// A session ends after this long, however much it is used; at most 30 days.
    #[serde(default = "absolute")]
    absolute_ttl: Lasting,
    /// A device on which nobody signs in for this long is forgotten; at most 400 days.
    #[serde(default = "device")]
    device_ttl: Lasting,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            idle_ttl: idle(),
            absolute_ttl: absolute(),
            device_ttl: device(),
        }
    }
}

impl Sessions {
    /// `lifetimes` with these.
    pub(super) fn check(&self, lifetimes: Lifetimes) -> Result<Lifetimes, String> {
        if self.idle_ttl.duration() < SHORTEST_IDLE {
            return Err(format!(
                "sessions.idle_ttl is {}; it must be at least 15m",
                self.idle_ttl
            ));
        }
        if self.absolute_ttl < self.idle_ttl || self.absolute_ttl.duration() > LONGEST_SESSION {
            return Err(format!(
                "sessions.absolute_ttl is {}; it must be between sessions.idle_ttl and 30d",
                self.absolute_ttl
            ));
        }
        let memory = self.device_ttl.duration();
        if memory < self.absolute_ttl.duration() || memory > LONGEST_MEMORY {
            return Err(format!(
                "sessions.device_ttl is {}; it must be between sessions.absolute_ttl and 400d",
                self.device_ttl
            ));
        }
        Ok(Lifetimes {
            session: self.absolute_ttl.duration(),
            session_idle: self.idle_ttl.duration(),
            device_memory: memory,
            ..lifetimes
        })
    }
}

fn idle() -> Lasting {
    Lasting::minutes(3 * 60)
}

fn absolute() -> Lasting {
    Lasting::minutes(12 * 60)
}

fn device() -> Lasting {
    Lasting::days(90)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Lifetimes, String> {
        let sessions: Sessions = toml::from_str(text).map_err(|error| error.to_string())?;
        sessions.check(Lifetimes::default())
    }

    #[test]
    fn what_is_left_out_is_the_default() {
        assert_eq!(check(""), Ok(Lifetimes::default()));
    }

    #[test]
    fn sessions_live_as_long_as_is_said_within_what_is_safe() {
        let said = "idle_ttl = '30m'\nabsolute_ttl = '2h'\ndevice_ttl = '30d'";
        let lifetimes = check(said).expect("a configuration");
        let minutes = |count: u64| Duration::from_secs(count * 60);
        assert_eq!(lifetimes.session_idle, minutes(30));
        assert_eq!(lifetimes.session, minutes(120));
        assert_eq!(lifetimes.device_memory, minutes(30 * 24 * 60));
        for (said, expected) in [
            ("idle_ttl = '14m'", "at least 15m"),
            ("absolute_ttl = '1h'", "between sessions.idle_ttl and 30d"),
            ("absolute_ttl = '31d'", "between sessions.idle_ttl and 30d"),
            (
                "device_ttl = '11h'",
                "between sessions.absolute_ttl and 400d",
            ),
            (
                "device_ttl = '401d'",
                "between sessions.absolute_ttl and 400d",
            ),
            ("for_ever = true", "unknown field"),
        ] {
            let cause = check(said).expect_err(said);
            assert!(cause.contains(expected), "{said}: {cause}");
        }
    }
}
