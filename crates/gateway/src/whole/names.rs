//! What tools and prompts are called where all servers are one (P-004).
//!
//! ```text
//! files + _ + read_file  <->  files_read_file
//! ```
//!
//! The way back is the only way: separators under which a name could be split in two ways are
//! refused when the configuration is read, and a name that is not exactly one of ours is no name
//! (GW-12). Inner names that make no tool name of the protocol are left out and counted.

use doorward_core::server::ServerName;

/// How names are put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    separator: Box<str>,
}

/// Why names cannot be put together like that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// The separator cannot be part of a tool's name, or is none.
    #[error(
        "aggregate.separator {0:?} must be 1 to 8 letters, digits, underscores, hyphens or dots"
    )]
    Separator(String),
    /// Names of tools of the first could be names of tools of the second.
    #[error(
        "aggregate.separator {2:?} does not tell the servers {0} and {1} apart: {1}{2}x could be a \
         tool of either; rename one of them, or use a separator with an underscore or a dot, which \
         no server's name has"
    )]
    Ambiguous(ServerName, ServerName, String),
}

impl Names {
    /// Checks that every name has one meaning.
    pub(crate) fn new<'a>(
        separator: &str,
        servers: impl Iterator<Item = &'a ServerName> + Clone,
    ) -> Result<Self, NameFault> {
        let fits = (1..=LONGEST_SEPARATOR).contains(&separator.len());
        if !fits || !separator.bytes().all(is_plain) {
            return Err(NameFault::Separator(separator.to_owned()));
        }
        let names = Self {
            separator: separator.into(),
        };
        for one in servers.clone() {
            let begins = names.beginning(one);
            let hides =
                |other: &&ServerName| *other != one && names.beginning(other).starts_with(&begins);
            if let Some(other) = servers.clone().find(hides) {
                let separator = separator.to_owned();
                return Err(NameFault::Ambiguous(one.clone(), other.clone(), separator));
            }
        }
        Ok(names)
    }

    /// What callers know `inner` of `server` by; none where that would be no name.
    pub(crate) fn outward(&self, server: &ServerName, inner: &str) -> Option<String> {
        let name = self.beginning(server) + inner;
        let fits = !inner.is_empty() && name.len() <= LONGEST && name.bytes().all(is_plain);
        fits.then_some(name)
    }

    /// Whose it is, and what it is called there. Exact bytes, and nothing but these (GW-12).
    pub(crate) fn inward<'s, 'n>(
        &self,
        name: &'n str,
        mut servers: impl Iterator<Item = &'s ServerName>,
    ) -> Option<(&'s ServerName, &'n str)> {
        servers.find_map(|server| {
            let inner = name.strip_prefix(server.as_str())?;
            let inner = inner.strip_prefix(&*self.separator)?;
            let is_ours = self.outward(server, inner).is_some();
            is_ours.then_some((server, inner))
        })
    }

    /// What stands between.
    pub(crate) fn separator(&self) -> &str {
        &self.separator
    }

    fn beginning(&self, server: &ServerName) -> String {
        format!("{server}{}", self.separator)
    }
}

/// What the names of tools are made of.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The longest name of a tool.
const LONGEST: usize = 128;
const LONGEST_SEPARATOR: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(names: &[&str]) -> Vec<ServerName> {
        let name = |name: &&str| ServerName::parse(name).expect("a name");
        names.iter().map(name).collect()
    }

    #[test]
    fn names_that_could_be_split_in_two_ways_are_refused_in_words() {
        // P-004
        #[rustfmt::skip]
        let cases: [(&str, &[&str], bool); 12] = [
            ("_",   &["a", "a-b", "ab"], true),
            (".",   &["a", "a-b"],       true),
            ("-_",  &["a", "a-b"],       true),
            ("x",   &["a", "b"],         true),
            ("-",   &["a", "b-c"],       true),
            ("-",   &["a", "a-b"],       false),
            ("b",   &["a", "ab"],        false),
            ("--",  &["a", "a--b"],      false),
            ("",    &["a"],              false),
            ("::",  &["a"],              false),
            (" ",   &["a"],              false),
            ("_________", &["a"],        false),
        ];
        for (separator, names, expected) in cases {
            let made = Names::new(separator, servers(names).iter());
            assert_eq!(made.is_ok(), expected, "{separator} {names:?} {made:?}");
        }
        let told = Names::new("-", servers(&["a", "a-b"]).iter()).expect_err("two ways");
        assert!(
            told.to_string()
                .contains("use a separator with an underscore")
        );
    }

    #[test]
    fn every_name_leads_back_to_its_server_and_no_other_spelling_does() {
        // GW-12
        let servers = servers(&["files", "files-2", "m"]);
        let names = Names::new("_", servers.iter()).expect("one way");
        for (server, inner) in [(0, "read_file"), (1, "_x"), (2, "a.b-c"), (2, "m_m")] {
            let outer = names.outward(&servers[server], inner).expect("a name");
            let back = names.inward(&outer, servers.iter());
            assert_eq!(back, Some((&servers[server], inner)), "{outer}");
        }
        for none in [
            "files",
            "files_",
            "Files_read",
            "files_réad",
            "files_read ",
            "files_read\0",
            "x_read",
            "_read",
            "",
            "files__".trim_end_matches('_'),
            "ﬁles_read",
            "files%5fread",
        ] {
            assert_eq!(names.inward(none, servers.iter()), None, "{none:?}");
        }
        let most = "x".repeat(LONGEST - "files_".len());
        assert!(names.outward(&servers[0], &most).is_some());
        assert!(names.outward(&servers[0], &(most + "x")).is_none());
        assert!(names.outward(&servers[0], "a b").is_none());
    }
}
