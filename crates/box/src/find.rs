//! Whether a program is there, before anybody waits for it.

use std::{
    ffi::OsStr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Finds `program` as the operating system would, among the folders of `path`.
pub fn find(program: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|path| executable(path));
    }
    let folders = std::env::split_paths(path.unwrap_or_default());
    folders
        .map(|folder| folder.join(program))
        .find(|path| executable(path))
}

fn executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_name_or_by_path_or_missed() {
        let path = Some(OsStr::new("/nowhere:/usr/bin:/bin"));
        assert!(find("sh", path).is_some() && find("/bin/sh", None).is_some());
        assert_eq!(find("sh", None), None);
        for absent in ["no-such-program-here", "/bin/no-such-program", "/", ""] {
            assert_eq!(find(absent, path), None, "{absent}");
        }
    }
}
