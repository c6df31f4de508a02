//! Which era the server speaks.

use anyhow::{Result, bail};

/// What a client may begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// With `initialize`, as up to 2025-11-25.
    Session,
    /// With any request, as from 2026-07-28 on.
    Stateless,
    /// With either.
    Both,
}

impl Era {
    /// Reads the value of `--era`.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(match text {
            "session" => Self::Session,
            "stateless" => Self::Stateless,
            "both" => Self::Both,
            other => bail!("--era {other}: no such era"),
        })
    }
}
