//! Where processes of servers keep their temporary files (ST-06).
//!
//! Who fills the disk of the database stops Doorward: what cannot be written down does not happen.
//! So temporary files are on another one where there is another: the one that `programs.scratch`
//! names, else what the service manager or the session gives (`RUNTIME_DIRECTORY`,
//! `XDG_RUNTIME_DIR`), which is memory with a limit of its own. Else they are in the data folder,
//! and the report of each box says so.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use aws_lc_rs::digest::{SHA256, digest};
use rustix::{
    fs::{StatVfsMountFlags, statvfs},
    process::getuid,
};

use super::DataFolder;
use crate::config::Database;

/// Folders for temporary files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScratchPlaces {
    /// In the order of preference; each is made when it is needed, and nobody else's.
    pub(crate) folders: Vec<PathBuf>,
    /// Whether the first is on another disk than what Doorward keeps.
    pub(crate) apart: bool,
}

impl ScratchPlaces {
    /// Those of a Doorward that keeps things in `folder` and `database`; `named` is where the
    /// configuration wants them.
    pub(crate) fn of(folder: &DataFolder, database: &Database, named: Option<&Path>) -> Self {
        let given = ["RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"];
        let given = given.iter().filter_map(std::env::var_os);
        // The former may be several, with colons between them.
        let given = given.filter_map(|value| std::env::split_paths(&value).next());
        Self::among(folder, database, (named, given))
    }

    fn among(
        folder: &DataFolder,
        database: &Database,
        (named, given): (Option<&Path>, impl Iterator<Item = PathBuf>),
    ) -> Self {
        let kept = match database {
            Database::File(path) => vec![folder.path().to_owned(), folder.path().join(path)],
            Database::Served(_) => vec![folder.path().to_owned()],
        };
        let kept: Vec<_> = kept.iter().filter_map(|path| device(path)).collect();
        let is_apart = |path: &Path| device(path).is_some_and(|device| !kept.contains(&device));
        let own = own_name(folder);
        if let Some(named) = named {
            return Self {
                apart: is_apart(named),
                folders: vec![named.join(own)],
            };
        }
        let given = given.filter(|path| is_apart(path) && is_fit(path));
        let mut folders: Vec<_> = given.map(|path| path.join(&own)).collect();
        let apart = !folders.is_empty();
        folders.push(folder.scratch());
        Self { folders, apart }
    }
}

/// Whether a folder is this user's, and programs may be run and libraries loaded from it.
fn is_fit(path: &Path) -> bool {
    let is_own = path.is_absolute()
        && path.metadata().is_ok_and(|folder| {
            folder.is_dir() && folder.uid() == getuid().as_raw() && folder.mode() & 0o022 == 0
        });
    is_own && statvfs(path).is_ok_and(|disk| !disk.f_flag.contains(StatVfsMountFlags::NOEXEC))
}

/// The disk that a path is on, or will be.
fn device(path: &Path) -> Option<u64> {
    let mut there = path.ancestors();
    there.find_map(|path| path.metadata().ok().map(|there| there.dev()))
}

/// Of two Doorwards of one user, each has its own.
fn own_name(folder: &DataFolder) -> String {
    let digest = digest(&SHA256, folder.path().as_os_str().as_encoded_bytes());
    let short = digest.as_ref().iter().take(8);
    let short: String = short.map(|byte| format!("{byte:02x}")).collect();
    format!("doorward-{short}")
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn another_disk_is_taken_where_there_is_one_that_fits() {
        // ST-06
        let here = tempfile::tempdir().expect("a folder");
        let memory = tempfile::tempdir_in("/dev/shm").expect("a folder");
        assert_ne!(
            device(here.path()),
            device(memory.path()),
            "this machine can show it"
        );
        let folder = DataFolder::chosen(Some(&here.path().join("data")));
        let folder = folder
            .map_err(|failure| failure.to_string())
            .expect("a folder");
        let database = Database::File("doorward.db".into());
        let own = own_name(&folder);
        let among = |named: Option<&Path>, given: &[&Path]| {
            let given = given.iter().map(|path| path.to_path_buf());
            ScratchPlaces::among(&folder, &database, (named, given))
        };
        let places = |folders: &[PathBuf], apart| ScratchPlaces {
            folders: folders.to_vec(),
            apart,
        };
        let (apart, fallback) = (memory.path().join(&own), folder.scratch());
        let alone = places(std::slice::from_ref(&fallback), false);
        assert_eq!(among(None, &[]), alone);
        assert_eq!(among(None, &[here.path()]), alone, "the same disk");
        assert_eq!(among(None, &[Path::new("dev/shm")]), alone);
        assert_eq!(among(None, &[&memory.path().join("absent")]), alone);
        let both = places(&[apart.clone(), fallback], true);
        assert_eq!(among(None, &[here.path(), memory.path()]), both);
        // What the operator names is taken, and told if it is no better.
        let named = places(std::slice::from_ref(&apart), true);
        assert_eq!(among(Some(memory.path()), &[]), named);
        let same = places(&[here.path().join(&own)], false);
        assert_eq!(among(Some(here.path()), &[memory.path()]), same);
        // Nobody else may change what is in it.
        let open = fs::Permissions::from_mode(0o777);
        fs::set_permissions(memory.path(), open).expect("opened");
        assert_eq!(among(None, &[memory.path()]), alone);
    }

    #[test]
    fn a_database_elsewhere_is_kept_apart_too() {
        let here = tempfile::tempdir().expect("a folder");
        let memory = tempfile::tempdir_in("/dev/shm").expect("a folder");
        let folder = DataFolder::chosen(Some(here.path()));
        let folder = folder
            .map_err(|failure| failure.to_string())
            .expect("a folder");
        let database = Database::File(memory.path().join("doorward.db"));
        let given = [memory.path().to_owned()];
        let places = ScratchPlaces::among(&folder, &database, (None, given.into_iter()));
        assert!(!places.apart, "{places:?}");
    }
}
