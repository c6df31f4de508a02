//! The folder for temporary files that a process in a sandbox has for itself.

use std::{
    ffi::OsString,
    fs::DirBuilder,
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use rustix::process::getuid;

/// A folder that nobody else sees, removed with its process.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
    offline: bool,
}

impl Scratch {
    /// Makes one below the first of `bases` that takes it; they need not be there. `name` is that
    /// of one process.
    pub(super) fn new(bases: &[PathBuf], name: &str, offline: bool) -> io::Result<Self> {
        let mut outcome = Err(io::Error::other("there is no place for temporary files"));
        for base in bases {
            outcome = make(base, name);
            if outcome.is_ok() {
                break;
            }
        }
        outcome.map(|path| Self { path, offline })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What tells programs of it. Package runners are told as well where to keep their logs, and
    /// without a network not to look for one, so that they do not wait for what is refused; `uvx`
    /// besides to look for installed tools here, as it locks the folder of tools at every start.
    pub(super) fn environment(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        let folders = ["TMPDIR", "TMP", "TEMP", "npm_config_logs_dir"];
        let path = self.path.clone().into_os_string();
        let folders = folders.map(|name| (name, path.clone()));
        let offline = [("npm_config_offline", "true"), ("UV_OFFLINE", "1")];
        let offline = offline.map(|(name, value)| (name, value.into()));
        let tools = ("UV_TOOL_DIR", self.path.join("uv-tools").into_os_string());
        let quiet = ("npm_config_update_notifier", "false".into());
        let offline = offline.into_iter().filter(|_| self.offline);
        let all: Vec<_> = folders
            .into_iter()
            .chain(offline)
            .chain([quiet, tools])
            .collect();
        all.into_iter()
    }
}

fn make(base: &Path, name: &str) -> io::Result<PathBuf> {
    let mut folder = DirBuilder::new();
    folder.recursive(true).mode(0o700).create(base)?;
    // Somebody may have made it first, where everybody may.
    let there = base.symlink_metadata()?;
    if !there.is_dir() || there.uid() != getuid().as_raw() || there.mode() & 0o077 != 0 {
        let why = format!("{} is not only ours", base.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    let path = base.join(name);
    folder.recursive(false).create(&path)?;
    Ok(path)
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = doorward_box::clear(&self.path) {
            let folder = self.path.display();
            tracing::warn!(%folder, %error, "a folder for temporary files cannot be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn each_process_has_a_folder_that_is_gone_with_it() {
        // ST-03
        let base = tempfile::tempdir().expect("a folder");
        let base = [base.path().join("scratch")];
        let scratch = Scratch::new(&base, "1", true).expect("made");
        assert!(Scratch::new(&base, "1", true).is_err(), "nobody shares one");
        let mode = scratch
            .path()
            .metadata()
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
        std::fs::write(scratch.path().join("a"), "b").expect("written");
        let names: Vec<_> = scratch.environment().map(|(name, _)| name).collect();
        for name in ["TMPDIR", "UV_OFFLINE", "UV_TOOL_DIR"] {
            assert!(names.contains(&name), "{name}");
        }
        let path = scratch.path().to_owned();
        drop(scratch);
        assert!(!path.exists());
    }
    #[test]
    fn a_place_that_is_gone_or_somebody_elses_is_passed_over() {
        // ST-03
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), "").expect("written");
        std::fs::create_dir(at("open")).expect("made");
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(at("open"), open).expect("opened");
        std::fs::create_dir(at("target")).expect("made");
        std::os::unix::fs::symlink(at("target"), at("link")).expect("linked");
        let bases = ["file/gone", "open", "link", "own"].map(at);
        let scratch = Scratch::new(&bases, "1", false).expect("made");
        assert_eq!(scratch.path(), at("own/1"));
        for refused in ["file/gone", "open", "link"] {
            assert!(
                Scratch::new(&[at(refused)], "2", false).is_err(),
                "{refused}"
            );
        }
        assert!(Scratch::new(&[], "2", false).is_err());
    }
}
