//! The master key file, and what may be concluded from its presence.
//!
//! ```text
//! key  database   what
//! -    -          first start: the key waits as master.key.new until the database exists
//! -    yes        the key was lost: refused, unless master.key.new shows an interrupted first start
//! yes  -          the database was lost: refused
//! yes  yes        as it should be
//! ```

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use doorward_core::entropy::{Entropy, draw};
use doorward_store::PostgresUrl;

use super::DataFolder;
use crate::failure::Failure;

/// The database that a key belongs to.
pub(super) struct Beside {
    /// Something is in it.
    holds: bool,
    shown: String,
    /// How to start afresh with it.
    afresh: String,
}

impl Beside {
    pub(super) fn file(path: &Path) -> Self {
        let shown = path.display().to_string();
        Self {
            holds: fs::metadata(path).is_ok_and(|file| file.len() > 0),
            afresh: format!("remove {shown} too"),
            shown,
        }
    }

    pub(super) fn served(url: &PostgresUrl, holds: bool) -> Self {
        Self {
            holds,
            shown: url.to_string(),
            afresh: "use an empty database".to_owned(),
        }
    }
}

/// A master key that was read, or one that [`KeyFile::settle`] makes the real one.
pub(super) struct KeyFile {
    pub(super) bytes: [u8; 32],
    place: PathBuf,
    waiting: Option<PathBuf>,
}

impl KeyFile {
    /// Reads the key, or makes one when this is the first start.
    pub(super) fn read_or_make(
        folder: &DataFolder,
        database: &Beside,
        entropy: &dyn Entropy,
    ) -> Result<Self, Failure> {
        let place = folder.file("master.key");
        let waiting = folder.file("master.key.new");
        let has_database = database.holds;
        if place.exists() {
            return match has_database {
                true => Self::settled(place),
                false => Err(database_lost(database, &place)),
            };
        }
        match (has_database, waiting.exists()) {
            (true, false) => Err(key_lost(database, &place)),
            (true, true) => Self::waiting(place, waiting),
            (false, _) => {
                write_new(&waiting, &draw::<32>(entropy)).map_err(|e| folder.unusable(&e))?;
                Self::waiting(place, waiting)
            }
        }
    }

    /// Makes a waiting key the real one: the database exists now.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        let Some(waiting) = self.waiting.take() else {
            return Ok(());
        };
        fs::rename(waiting, &self.place)?;
        sync_parent(&self.place)
    }

    fn settled(place: PathBuf) -> Result<Self, Failure> {
        Ok(Self {
            bytes: read(&place)?,
            place,
            waiting: None,
        })
    }

    fn waiting(place: PathBuf, waiting: PathBuf) -> Result<Self, Failure> {
        Ok(Self {
            bytes: read(&waiting)?,
            place,
            waiting: Some(waiting),
        })
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        self.bytes.fill(0);
    }
}

fn read(path: &Path) -> Result<[u8; 32], Failure> {
    let shown = path.display();
    let unreadable = |error: io::Error| Failure::new(format!("cannot read {shown}: {error}"));
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        let cause = format!(
            "the master key {shown} can be read by others (mode {:o})",
            mode & 0o777
        );
        return Err(Failure::new(cause).fix(format!("run: chmod 600 {shown}")));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    bytes.try_into().map_err(|_| {
        Failure::new(format!(
            "the master key {shown} is damaged: it must have 32 bytes"
        ))
        .fix("restore it from a backup")
    })
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    sync_parent(path)
}

fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

fn database_lost(database: &Beside, key: &Path) -> Failure {
    Failure::new(format!(
        "the database {} is missing or empty but its master key is there",
        database.shown
    ))
    .fix(format!(
        "restore it from a backup, or remove {} too to start afresh without any account",
        key.display()
    ))
}

fn key_lost(database: &Beside, key: &Path) -> Failure {
    Failure::new(format!(
        "the master key {} is missing but its database is there",
        key.display()
    ))
    .fix(format!(
        "restore it from a backup, or {} to start afresh without any account",
        database.afresh
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemEntropy;

    struct Place {
        _temporary: tempfile::TempDir,
        folder: DataFolder,
        database: PathBuf,
    }

    fn place() -> Place {
        let temporary = tempfile::tempdir().unwrap();
        let folder = DataFolder::chosen(Some(temporary.path())).unwrap();
        let database = folder.file("doorward.db");
        Place {
            _temporary: temporary,
            folder,
            database,
        }
    }

    impl Place {
        fn key(&self) -> Result<KeyFile, Failure> {
            KeyFile::read_or_make(&self.folder, &Beside::file(&self.database), &SystemEntropy)
        }

        fn first_start(&self) -> [u8; 32] {
            let mut key = self.key().unwrap();
            fs::write(&self.database, "rows").unwrap();
            key.settle().unwrap();
            key.bytes
        }
    }

    #[test]
    fn the_key_of_the_first_start_is_kept() {
        let place = place();
        let first = place.first_start();
        assert_eq!(place.key().unwrap().bytes, first);
        let mode = fs::metadata(place.folder.file("master.key")).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_first_start_that_was_interrupted_goes_on_with_the_same_key() {
        let place = place();
        let first = place.key().unwrap().bytes;
        fs::write(&place.database, "rows").unwrap();
        let again = place.key().unwrap();
        assert_eq!(again.bytes, first);
    }

    #[test]
    fn neither_a_lost_key_nor_a_lost_database_is_replaced() {
        // CR-03
        let lost_key = place();
        lost_key.first_start();
        fs::remove_file(lost_key.folder.file("master.key")).unwrap();
        let failure = lost_key.key().err().unwrap().to_string();
        assert!(
            failure.contains("master key") && failure.contains("missing"),
            "{failure}"
        );

        let lost_database = place();
        lost_database.first_start();
        for lose in [fs::remove_file, |path: PathBuf| fs::write(path, "")] {
            lose(lost_database.database.clone()).unwrap();
            let failure = lost_database.key().err().unwrap().to_string();
            assert!(failure.contains("is missing or empty"), "{failure}");
        }
    }

    #[test]
    fn a_key_that_others_can_read_or_that_was_cut_is_refused() {
        let place = place();
        place.first_start();
        let path = place.folder.file("master.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let failure = place.key().err().unwrap().to_string();
        assert!(failure.contains("chmod 600"), "{failure}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        let failure = place.key().err().unwrap().to_string();
        assert!(failure.contains("32 bytes"), "{failure}");
    }
}
