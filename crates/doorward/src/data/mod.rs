//! The data folder: everything that a Doorward remembers, and nothing that it shares.
//!
//! | file | what |
//! |---|---|
//! | `doorward.lock` | held by the one process that uses the folder |
//! | `master.key` | 32 random bytes that seal the signing keys; mode 0600 |
//! | `doorward.db` | the database, unless it is in PostgreSQL |
//! | `public.url` | what links begin with that the command line makes while nothing runs |
//! | `control.sock` | where the command line talks to the running process; mode 0600 |
//!
//! Key and database belong together. One without the other means that something
//! was lost, and making a fresh one would open a set-up page to whoever comes
//! first: that is refused (CR-03).

mod chosen;
mod lock;
mod master_key;
mod opened;
mod scratch;

use std::{
    fs::DirBuilder,
    io::ErrorKind,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

pub(crate) use self::{
    chosen::Chosen,
    lock::{Lock, LockError},
    opened::{Opened, open},
    scratch::ScratchPlaces,
};
use crate::failure::Failure;

/// Holds the public URL.
const PUBLIC_URL: &str = "public.url";

/// What Doorward makes in the folder.
const KEPT: [&str; 10] = [
    "doorward.lock",
    "master.key",
    "master.key.new",
    "doorward.db",
    "doorward.db-journal",
    "doorward.db-shm",
    "doorward.db-wal",
    PUBLIC_URL,
    "control.sock",
    "scratch",
];

/// Where the folder is, whether it exists or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataFolder(PathBuf);

impl DataFolder {
    /// The folder that was asked for, or the default one of this user.
    pub(crate) fn chosen(asked: Option<&Path>) -> Result<Self, Failure> {
        if let Some(path) = asked {
            return std::path::absolute(path)
                .map(Self)
                .map_err(|error| Failure::usage(format!("--data is not a path: {error}")));
        }
        default_folder(
            std::env::var_os("XDG_DATA_HOME").map(PathBuf::from),
            std::env::var_os("HOME").map(PathBuf::from),
        )
        .map(Self)
        .ok_or_else(|| {
            Failure::new("there is no home folder to keep data in").fix("name one with --data DIR")
        })
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file in the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Everything in it that Doorward makes, whether it is there now or not.
    pub(crate) fn kept(&self) -> impl Iterator<Item = PathBuf> {
        KEPT.iter().map(|name| self.file(name))
    }

    /// The URL that people reach this Doorward under, as it was at the last start.
    pub(crate) fn public_url(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.file(PUBLIC_URL)).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Keeps that URL for links that the command line makes while nothing runs.
    pub(crate) fn keep_public_url(&self, url: &str) {
        if let Err(error) = std::fs::write(self.file(PUBLIC_URL), format!("{url}\n")) {
            tracing::warn!(%error, "the public URL cannot be kept in the data folder");
        }
    }

    /// Where processes of servers have their temporary files, if there is no better place.
    fn scratch(&self) -> PathBuf {
        self.file("scratch")
    }

    /// Where the running process listens for the command line.
    pub(crate) fn control_socket(&self) -> PathBuf {
        self.file("control.sock")
    }

    /// Makes the folder, readable by nobody else, unless it is there.
    fn create(&self) -> Result<(), Failure> {
        let mut builder = DirBuilder::new();
        match builder.recursive(true).mode(0o700).create(&self.0) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(self.unusable(&error)),
        }
    }

    fn unusable(&self, error: &std::io::Error) -> Failure {
        Failure::new(format!(
            "cannot write to the data folder {}: {error}",
            self.0.display()
        ))
        .fix("choose a folder of your own with --data DIR")
    }
}

/// `$XDG_DATA_HOME/doorward`, else `~/.local/share/doorward`; relative values do not count.
fn default_folder(data_home: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |path: &PathBuf| path.is_absolute();
    data_home
        .filter(absolute)
        .or_else(|| home.filter(absolute).map(|home| home.join(".local/share")))
        .map(|base| base.join("doorward"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_folder_follows_the_base_directory_rules() {
        let path = |text: &str| Some(PathBuf::from(text));
        #[rustfmt::skip]
        let cases = [
            (path("/data"),    path("/home/a"), path("/data/doorward")),
            (None,             path("/home/a"), path("/home/a/.local/share/doorward")),
            (path("relative"), path("/home/a"), path("/home/a/.local/share/doorward")),
            (None,             None,            None),
        ];
        for (data_home, home, expected) in cases {
            assert_eq!(default_folder(data_home, home), expected);
        }
    }
}
