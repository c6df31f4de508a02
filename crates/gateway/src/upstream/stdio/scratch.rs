//! The folder for temporary files that a process in a sandbox has for itself.

use std::{
    ffi::OsString,
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

/// A folder that nobody else sees, removed with its process.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
    offline: bool,
}

impl Scratch {
    /// Makes one below `base`, which need not be there. `name` is that of one process.
    pub(super) fn new(base: &Path, name: &str, offline: bool) -> io::Result<Self> {
        let mut folder = DirBuilder::new();
        folder.recursive(true).mode(0o700).create(base)?;
        let path = base.join(name);
        folder.recursive(false).create(&path)?;
        Ok(Self { path, offline })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What tells programs of it. Package runners are told as well where to keep their logs, and
    /// without a network not to look for one, so that they do not wait for what is refused.
    pub(super) fn environment(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        let folders = ["TMPDIR", "TMP", "TEMP", "npm_config_logs_dir"];
        let path = self.path.clone().into_os_string();
        let folders = folders.map(|name| (name, path.clone()));
        let offline = [("npm_config_offline", "true"), ("UV_OFFLINE", "1")];
        let offline = offline.map(|(name, value)| (name, value.into()));
        let quiet = ("npm_config_update_notifier", "false".into());
        let offline = offline.into_iter().filter(|_| self.offline);
        let all: Vec<_> = folders.into_iter().chain(offline).chain([quiet]).collect();
        all.into_iter()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::debug!(%error, "a folder for temporary files cannot be removed");
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
        let base = base.path().join("scratch");
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
        assert!(names.contains(&"TMPDIR") && names.contains(&"UV_OFFLINE"));
        let path = scratch.path().to_owned();
        drop(scratch);
        assert!(!path.exists());
    }
}
