//! Removing what a program left behind, however it left it.
//!
//! A program may close its folders to everybody, and nest them so deep that walking down would
//! use up the stack or the open files of whoever removes them. So nothing is walked: what is in a
//! folder moves up, beside it, until nothing is left.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Removes a folder of somebody who is gone, with all that is in it.
pub fn clear(folder: &Path) -> io::Result<()> {
    let mut spare = Spare::default();
    let mut failed = None;
    open_up(folder)?;
    loop {
        let before = spare.moved;
        let mut removed = 0;
        for entry in fs::read_dir(folder)?.flatten() {
            let path = entry.path();
            let outcome = match entry.file_type() {
                Ok(kind) if kind.is_dir() => spare.lift(folder, &path),
                Ok(_) => fs::remove_file(&path),
                Err(error) => Err(error),
            };
            match outcome {
                Ok(()) => removed += 1,
                Err(error) => failed = Some(error),
            }
        }
        if removed == 0 && spare.moved == before {
            break; // it is empty, or what is left cannot be removed
        }
    }
    match (fs::remove_dir(folder), failed) {
        (Ok(()), _) => Ok(()),
        (Err(_), Some(cause)) | (Err(cause), None) => Err(cause),
    }
}

/// Names at the top for what was below.
#[derive(Default)]
struct Spare {
    moved: u64,
}

impl Spare {
    /// Removes a folder; the folders in it move to `top`.
    fn lift(&mut self, top: &Path, folder: &Path) -> io::Result<()> {
        open_up(folder)?;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            if !entry.file_type()?.is_dir() {
                fs::remove_file(&path)?;
                continue;
            }
            open_up(&path)?; // or it could not be moved
            fs::rename(&path, self.next(top))?;
            self.moved += 1;
        }
        fs::remove_dir(folder)
    }

    fn next(&mut self, top: &Path) -> PathBuf {
        loop {
            let path = top.join(format!(".{}", self.moved));
            if path.symlink_metadata().is_err() {
                return path;
            }
            self.moved += 1;
        }
    }
}

fn open_up(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o700))
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::symlink, process::Command};

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    use super::*;

    #[test]
    fn whatever_a_program_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("own/a/b/c")).expect("made");
        fs::create_dir_all(at("own/.0/.1")).expect("made");
        fs::create_dir_all(at("others")).expect("made");
        fs::write(at("own/a/b/c/file"), "").expect("written");
        fs::write(at("others/file"), "").expect("written");
        symlink(at("others"), at("own/a/link")).expect("linked");
        for closed in ["own/a/b/c", "own/a/b", "own/a", "own"] {
            fs::set_permissions(at(closed), Permissions::from_mode(0o0)).expect("closed");
        }
        clear(&at("own")).expect("removed");
        assert!(!at("own").exists() && at("others/file").exists());
        let absent = clear(&at("own")).expect_err("it is gone");
        assert_eq!(absent.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_tree_that_is_too_deep_to_walk_is_removed() {
        // ST-06: each level of a walk would cost an open file
        let folder = tempfile::tempdir().expect("a folder");
        let own = folder.path().join("own");
        fs::create_dir(&own).expect("made");
        let few = Rlimit {
            current: Some(256),
            ..getrlimit(Resource::Nofile)
        };
        setrlimit(Resource::Nofile, few).expect("fewer than before");
        let script = "import os\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')";
        let mut python = Command::new("/usr/bin/python3");
        let made = python.args(["-c", script]).current_dir(&own).status();
        assert!(made.expect("it runs").success());
        clear(&own).expect("removed");
        assert!(!own.exists());
    }
}
