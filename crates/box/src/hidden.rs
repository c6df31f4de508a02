//! What no program in a sandbox sees, whatever folder it is in: what Doorward keeps for itself.
//!
//! Landlock grants whole trees and takes nothing out of one. So what a program needs anyway is
//! granted around whatever is hidden in it, and what the operator names must not hold any of it
//! (ST-03).

use std::path::{Path, PathBuf};

/// The first of `hidden` that whoever sees `path` would see: the same, or something in it. Links
/// are followed on both sides.
pub fn shown_by<'h>(path: &Path, hidden: &'h [PathBuf]) -> Option<&'h PathBuf> {
    let path = resolved(path);
    hidden.iter().find(|one| resolved(one).starts_with(&path))
}

/// An absolute path without links, also where its end does not exist yet.
pub fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let known = absolute
        .ancestors()
        .find_map(|there| Some((there, there.canonicalize().ok()?)));
    let Some((there, real)) = known else {
        return absolute;
    };
    match absolute.strip_prefix(there) {
        Ok(rest) if rest.as_os_str().is_empty() => real,
        Ok(rest) => real.join(rest),
        Err(_) => absolute,
    }
}

/// The path, or, where something hidden is in it, what is beside that. Links lead nowhere here:
/// what they lead to is granted where it is. `hidden` has no links any more.
#[cfg(target_os = "linux")]
pub(crate) fn beside(path: &Path, hidden: &[PathBuf]) -> Vec<PathBuf> {
    let mut open = vec![resolved(path)];
    let mut granted = Vec::new();
    while let Some(path) = open.pop() {
        if hidden.contains(&path) {
            continue;
        }
        if !hidden.iter().any(|one| one.starts_with(&path)) {
            granted.push(path);
            continue;
        }
        let entries = path.read_dir().into_iter().flatten().flatten();
        let real = entries.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()));
        open.extend(real.map(|entry| entry.path()));
    }
    granted
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn what_holds_something_hidden_shows_it_and_what_is_beside_or_in_it_does_not() {
        // ST-03
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("srv/data")).expect("made");
        fs::create_dir_all(at("srv/database")).expect("made");
        symlink(at("srv"), at("link")).expect("linked");
        symlink(at("srv/data"), at("other")).expect("linked");
        for hidden in ["srv/data", "link/data", "other"] {
            let hidden = [at(hidden)];
            #[rustfmt::skip]
            let cases = [
                ("srv", true), ("srv/data", true), ("link", true), ("link/data/", true),
                ("other", true), ("", true), ("srv/../srv", true),
                ("srv/database", false), ("srv/data/cache", false), ("absent", false),
            ];
            for (path, shows) in cases {
                let shown = shown_by(&at(path), &hidden);
                assert_eq!(shown.is_some(), shows, "{path}, {hidden:?}");
            }
            assert!(shown_by(Path::new("/"), &hidden).is_some());
        }
        let yet = [at("srv/data/not-yet.db")];
        assert!(shown_by(&at("link/data"), &yet).is_some());
        assert!(shown_by(&at("srv/database"), &yet).is_none());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_tree_is_granted_around_what_is_hidden_in_it() {
        // ST-03
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| resolved(folder.path()).join(path);
        for path in ["opt/node/bin", "opt/doorward/bin", "opt/doorward/data"] {
            fs::create_dir_all(at(path)).expect("made");
        }
        symlink(at("opt/doorward/data"), at("opt/link")).expect("linked");
        let mut granted = beside(&at("opt"), &[at("opt/doorward/data")]);
        granted.sort();
        assert_eq!(granted, [at("opt/doorward/bin"), at("opt/node")]);
        assert_eq!(beside(&at("opt"), &[at("srv")]), [at("opt")]);
        assert!(beside(&at("opt/node"), &[at("opt/node")]).is_empty());
    }
}
