//! The `[mail]` of the configuration file.

use std::path::Path;

use doorward_core::secret::Secret;
use doorward_mail::Relay;
use schemars::JsonSchema;
use serde::Deserialize;

use super::secret::SecretValue;

/// How letters to people are sent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MailEntry {
    /// The mail server that takes letters: `smtps://USER@HOST` (TLS, port 465), or
    /// `starttls://USER@HOST` (port 587); `smtp://` only on this computer.
    url: SecretValue,
    /// The password that goes with the user name in `url`.
    password: Option<SecretValue>,
    /// The sender, like `Doorward <doorward@example.com>`.
    from: String,
}

/// Checks the entry.
pub(super) fn check(entry: Option<MailEntry>, base: &Path) -> Result<Option<Relay>, String> {
    let Some(entry) = entry else { return Ok(None) };
    let fetch = |key: &str, value: &SecretValue| {
        let fetched = value.resolve(base);
        fetched.map_err(|cause| format!("mail.{key}: {cause}"))
    };
    let url = fetch("url", &entry.url)?;
    let password = entry.password.as_ref();
    let password = password.map(|value| fetch("password", value)).transpose()?;
    let relay = Relay::parse(&url, password.map(Secret::presented), &entry.from);
    relay.map(Some).map_err(|error| format!("mail: {error}"))
}
