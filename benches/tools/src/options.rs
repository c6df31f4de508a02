//! `--name value` pairs. Refuses a name without a value.

use std::{collections::HashMap, str::FromStr};

use anyhow::{Context, Result, anyhow, bail};

/// The words after the command.
pub struct Options(HashMap<String, String>);

impl Options {
    /// Reads pairs to the end.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut pairs = HashMap::new();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_prefix("--") else {
                bail!("{word}: expected --name value")
            };
            let value = words
                .next()
                .with_context(|| format!("--{name} needs a value"))?;
            pairs.insert(name.to_owned(), value);
        }
        Ok(Self(pairs))
    }

    /// A value that must be there.
    pub fn text(&self, name: &str) -> Result<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| anyhow!("--{name} is missing"))
    }

    /// A value that may be left out.
    pub fn text_or<'a>(&'a self, name: &str, otherwise: &'a str) -> &'a str {
        self.0.get(name).map_or(otherwise, String::as_str)
    }

    /// A value that must be there and be a number.
    pub fn number<T: FromStr>(&self, name: &str) -> Result<T> {
        let text = self.text(name)?;
        text.parse()
            .map_err(|_| anyhow!("--{name} {text}: not a number"))
    }

    /// The lines of the file that is named.
    pub fn lines(&self, name: &str) -> Result<Vec<String>> {
        let path = self.text(name)?;
        let text = std::fs::read_to_string(path).with_context(|| path.to_owned())?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// The bytes of the file that is named.
    pub fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.text(name)?;
        std::fs::read(path).with_context(|| path.to_owned())
    }
}
