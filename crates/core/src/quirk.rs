//! Clients that are known to break on what the standard says, and what is done for them.
//!
//! One table. An entry names the clients by evidence that a request itself shows,
//! gives the one remedy, and ends on a date: after it the entry does nothing, and
//! [`expired`] names it so that somebody takes it out. A remedy never takes anything
//! from a client that did not show the evidence, and nothing from the one that did
//! which it would have used. Whoever applies an entry writes that into the audit log.

use crate::time::UnixTime;

/// An entry of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quirk {
    /// What it is called in the audit log.
    pub name: &'static str,
    /// What is done about it.
    pub remedy: Remedy,
    evidence: Product,
    /// From then on it does nothing.
    until: UnixTime,
}

/// What is done for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The metadata does not announce that answers carry `iss` (RFC 9207 section 3).
    /// The answers carry it all the same.
    UnannouncedIssuer,
}

/// The first product of a `User-Agent` (RFC 9110 section 10.1.5), in a range of minor
/// versions of major version 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Product {
    name: &'static str,
    from: u32,
    to: u32,
}

/// Every quirk.
const QUIRKS: &[Quirk] = &[
    // interop 25. Codex 0.142 to 0.146 throws `iss` away before it looks for it, and ends
    // every login at a server that announces it (openai/codex#31573, fixed in 0.147 of
    // 2026-08-08). It checks no `iss` either way, so it loses nothing.
    Quirk {
        name: "codex drops iss",
        remedy: Remedy::UnannouncedIssuer,
        evidence: Product {
            name: "codex_cli_rs",
            from: 142,
            to: 146,
        },
        until: UnixTime::from_seconds(1_801_440_000), // 2027-02-01
    },
];

/// The quirk of the client that sends this `User-Agent`, if it has one at `now`.
pub fn of_user_agent(user_agent: &str, now: UnixTime) -> Option<&'static Quirk> {
    let shows = |quirk: &&Quirk| quirk.evidence.begins(user_agent);
    QUIRKS.iter().filter(|quirk| now < quirk.until).find(shows)
}

/// The entries that do nothing any more at `now`.
pub fn expired(now: UnixTime) -> impl Iterator<Item = &'static Quirk> {
    QUIRKS.iter().filter(move |quirk| now >= quirk.until)
}

impl Product {
    /// Whether `user_agent` begins with this product in one of these versions.
    fn begins(&self, user_agent: &str) -> bool {
        let minor = user_agent
            .strip_prefix(self.name)
            .and_then(|rest| rest.strip_prefix("/0."))
            .and_then(|rest| rest.split(['.', ' ']).next())
            .and_then(|minor| minor.parse().ok());
        minor.is_some_and(|minor: u32| (self.from..=self.to).contains(&minor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: UnixTime = UnixTime::from_seconds(1_790_000_000); // 2026-09-21

    #[test]
    fn only_the_named_versions_of_the_named_product_have_a_quirk() {
        struct Case(&'static str, Option<&'static str>);
        const CODEX: Option<&str> = Some("codex drops iss");
        #[rustfmt::skip]
        let cases = [
            Case("codex_cli_rs/0.142.0", CODEX), // interop 25
            Case("codex_cli_rs/0.144.1 (Ubuntu 22.4.0; x86_64) xterm-256color", CODEX),
            Case("codex_cli_rs/0.146.1", CODEX),
            Case("codex_cli_rs/0.146", CODEX),
            Case("codex_cli_rs/0.141.0", None),
            Case("codex_cli_rs/0.147.0", None),
            Case("codex_cli_rs/1.144.0", None),
            Case("codex_cli_rs/0.1440.0", None),
            Case("codex_cli_rs/0.144x", None),
            Case("codex_cli_rs/0.", None),
            Case("codex_cli_rs", None),
            Case("x codex_cli_rs/0.144.1", None),
            Case("Codex_CLI_rs/0.144.1", None),
            Case("codex_cli_rs2/0.144.1", None),
            Case("python-httpx/0.144.1", None),
            Case("", None),
        ];
        for Case(user_agent, expected) in cases {
            let found = of_user_agent(user_agent, T0).map(|quirk| quirk.name);
            assert_eq!(found, expected, "{user_agent}");
        }
    }

    #[test]
    fn an_entry_ends_on_its_day_and_is_named_from_then_on() {
        let names = |now| expired(now).map(|quirk| quirk.name).collect::<Vec<_>>();
        let last = UnixTime::from_seconds(1_801_439_999);
        let end = UnixTime::from_seconds(1_801_440_000);
        let codex = |now| of_user_agent("codex_cli_rs/0.144.1", now).is_some();
        assert_eq!((codex(last), names(last)), (true, vec![]));
        assert_eq!((codex(end), names(end)), (false, vec!["codex drops iss"]));
    }

    #[test]
    fn no_two_entries_share_a_name() {
        let names: std::collections::HashSet<_> = QUIRKS.iter().map(|quirk| quirk.name).collect();
        assert_eq!(names.len(), QUIRKS.len());
    }
}
