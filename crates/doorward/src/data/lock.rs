//! One process per data folder.
//!
//! The lock file holds the process id of the holder and what names the database
//! that was last used, so that the command line finds it with nothing running.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
};

use rustix::fs::{FlockOperation, flock};

use super::{DataFolder, chosen::Named};
use crate::failure::Failure;

/// The exclusive right to a data folder. The kernel takes it back when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    database: Option<Named>,
}

/// Why the lock was not obtained.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Another process holds it.
    Held {
        /// Its process id, if it wrote one.
        by: Option<u32>,
    },
    /// The folder cannot be used at all.
    Unusable(Failure),
}

impl Lock {
    /// Makes the folder if need be and takes the lock, or says who has it.
    pub(crate) fn take(folder: &DataFolder) -> Result<Self, LockError> {
        folder.create().map_err(LockError::Unusable)?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(folder.file("doorward.lock"))
            .map_err(|error| LockError::Unusable(folder.unusable(&error)))?;
        let (holder, database) = written(&file);
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(LockError::Held { by: holder });
        }
        let mut lock = Self { file, database };
        lock.write()
            .map_err(|error| LockError::Unusable(folder.unusable(&error)))?;
        Ok(lock)
    }

    /// The database that was last used with this folder.
    pub(super) fn database(&self) -> Option<&Named> {
        self.database.as_ref()
    }

    /// Remembers which database is used with this folder.
    pub(super) fn remember(&mut self, database: Named) -> std::io::Result<()> {
        self.database = Some(database);
        self.write()
    }

    fn write(&mut self) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        writeln!(self.file, "{}", std::process::id())?;
        match &self.database {
            Some(name) => writeln!(self.file, "{}", name.line()),
            None => Ok(()),
        }
    }
}

impl LockError {
    /// What to tell the person.
    pub(crate) fn into_failure(self, folder: &DataFolder) -> Failure {
        match self {
            Self::Unusable(failure) => failure,
            Self::Held { by } => {
                let holder = by.map_or_else(
                    || "another process".to_owned(),
                    |id| format!("process {id}"),
                );
                let path = folder.path().display();
                Failure::new(format!("the data folder {path} is in use by {holder}"))
                    .fix("stop that one or choose another folder with --data DIR")
            }
        }
    }
}

fn written(mut file: &File) -> (Option<u32>, Option<Named>) {
    let mut text = String::new();
    if file.read_to_string(&mut text).is_err() {
        return (None, None);
    }
    let mut lines = text.lines();
    let holder = lines.next().and_then(|line| line.parse().ok());
    (holder, lines.next().map(Named::from_line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_holder_and_the_second_is_told_who() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = DataFolder::chosen(Some(&temporary.path().join("data"))).unwrap();
        let first = Lock::take(&folder).unwrap();
        match Lock::take(&folder) {
            Err(LockError::Held { by }) => assert_eq!(by, Some(std::process::id())),
            other => panic!("{other:?}"),
        }
        drop(first);
        assert!(Lock::take(&folder).is_ok());
    }

    #[test]
    fn the_database_is_remembered_from_one_holder_to_the_next() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = DataFolder::chosen(Some(temporary.path())).unwrap();
        let take = || Lock::take(&folder).unwrap();
        assert_eq!(take().database(), None);
        let other = Named::Path("other.db".into());
        take().remember(other.clone()).unwrap();
        drop(take());
        assert_eq!(take().database(), Some(&other));
    }
}
