//! Whether a program is there, before anybody waits for it.

use std::{
    env,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// Finds `program` as the operating system would.
pub(super) fn find(program: &str) -> Result<PathBuf, Failure> {
    let candidates: Vec<PathBuf> = if program.contains('/') {
        vec![PathBuf::from(program)]
    } else {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path)
            .map(|folder| folder.join(program))
            .collect()
    };
    candidates
        .into_iter()
        .find(|path| executable(path))
        .ok_or_else(|| {
            Failure::new(format!("there is no program `{program}`"))
                .fix("install it, or write its whole path after --")
        })
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
        assert!(find("sh").is_ok() && find("/bin/sh").is_ok());
        for absent in ["no-such-program-here", "/bin/no-such-program", "/", ""] {
            let failure = find(absent).expect_err(absent).to_string();
            assert!(
                failure.contains(absent) && failure.contains("install it"),
                "{failure}"
            );
        }
    }
}
