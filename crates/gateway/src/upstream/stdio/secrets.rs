//! The values that a server was given in its environment, kept out of what it says (ST-05).
//!
//! Programs echo what they were configured with: an API key in an error, a password in a URL. The
//! operator who reads a log may not be who set them, and logs travel. Each value stands as the
//! name of its variable instead, which reads as well.

use std::ffi::OsString;

/// What is not to be shown, and what is shown for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Secrets(Vec<(Vec<u8>, String)>);

impl Secrets {
    /// The values of these variables. Each line of one counts by itself; what is so short that it
    /// stands everywhere is nobody's secret.
    pub(super) fn of(variables: &[(OsString, OsString)]) -> Self {
        let mut secrets = Vec::new();
        for (name, value) in variables {
            let shown = format!("${}", name.to_string_lossy());
            let lines = value.as_encoded_bytes().split(|byte| *byte == b'\n');
            let lines = lines.map(<[u8]>::trim_ascii);
            let long = lines.filter(|line| line.len() >= SHORTEST);
            secrets.extend(long.map(|line| (line.to_vec(), shown.clone())));
        }
        // Of two that begin alike, the longer one.
        secrets.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        Self(secrets)
    }

    /// The length of the longest.
    pub(super) fn longest(&self) -> usize {
        self.0.first().map_or(0, |(value, _)| value.len())
    }

    /// `line` without them.
    pub(super) fn masked(&self, line: &[u8]) -> Vec<u8> {
        let mut masked = Vec::with_capacity(line.len());
        let mut rest = line;
        while let Some(first) = rest.first() {
            let found = self.0.iter().find(|(value, _)| rest.starts_with(value));
            let passed = match found {
                Some((value, shown)) => {
                    masked.extend_from_slice(shown.as_bytes());
                    value.len()
                }
                None => {
                    masked.push(*first);
                    1
                }
            };
            rest = rest.get(passed..).unwrap_or_default();
        }
        masked
    }
}

/// Shorter values are words like `debug` and `1`.
const SHORTEST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_as_the_names_of_their_variables() {
        let variables = [
            ("API_KEY", "sk-123456"),
            ("LONGER", "sk-123456-and-more"),
            ("LEVEL", "debug"),
            ("PEM", "-----BEGIN-----\nbWFueSBieXRlcw==\n"),
        ];
        let variables = variables.map(|(name, value)| (name.into(), value.into()));
        let secrets = Secrets::of(&variables);
        #[rustfmt::skip]
        let cases = [
            ("bad key sk-123456!",            "bad key $API_KEY!"),
            ("sk-123456sk-123456",            "$API_KEY$API_KEY"),
            ("with sk-123456-and-more",       "with $LONGER"),
            ("debug: bWFueSBieXRlcw==",       "debug: $PEM"),
            ("sk-12345",                      "sk-12345"),
            ("",                              ""),
        ];
        for (line, expected) in cases {
            assert_eq!(
                secrets.masked(line.as_bytes()),
                expected.as_bytes(),
                "{line}"
            );
        }
        assert_eq!(Secrets::default().masked(b"x"), b"x");
    }
}
