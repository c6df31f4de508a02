//! `storage.url`: which database.

use std::path::PathBuf;

use doorward_store::PostgresUrl;

/// The database unless something names another.
const DEFAULT: &str = "doorward.db";

/// Where things are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// A SQLite file; relative to the data folder.
    File(PathBuf),
    /// A PostgreSQL database.
    Served(Box<PostgresUrl>),
}

impl Database {
    /// Reads `sqlite:PATH` or `postgres://...`. The error shows no password.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if PostgresUrl::is_meant(text) {
            let url = PostgresUrl::parse(text).map_err(|error| error.to_string())?;
            return Ok(Self::Served(Box::new(url)));
        }
        let path = text.strip_prefix("sqlite:").filter(|path| !path.is_empty());
        path.map(|path| Self::File(PathBuf::from(path))).ok_or_else(|| {
            "must be `sqlite:` and a path, like sqlite:doorward.db, or a URL like postgres://USER:PASSWORD@HOST/DATABASE".to_owned()
        })
    }
}

impl Default for Database {
    fn default() -> Self {
        Self::File(PathBuf::from(DEFAULT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_database_is_refused_without_showing_it() {
        #[rustfmt::skip]
        let cases = [
            ("doorward.db",                     "sqlite:doorward.db"),
            ("sqlite:",                         "and a path"),
            ("mysql://u:s3cret@h/d",            "or a URL like postgres://"),
            ("postgres://u:s3cret@/d",          "names no host"),
        ];
        for (text, expected) in cases {
            let cause = Database::parse(text).unwrap_err();
            assert!(
                cause.contains(expected) && !cause.contains("s3cret"),
                "{text}: {cause}"
            );
        }
    }
}
