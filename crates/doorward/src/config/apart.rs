//! What Doorward keeps for itself, apart from what its servers see (ST-03).
//!
//! A program in a sandbox must not see the data folder, the database, the key of the certificate
//! or the configuration file, with the secrets in it. A box that would show one is refused here,
//! in words; what the system's folders hold of them is left out when the box is made.

use std::path::{Path, PathBuf};

use doorward_box::{Sandbox, resolved, shown_by};

use super::{Configuration, Database, Server, Upstream, read::read};
use crate::{
    data::{DataFolder, ScratchPlaces},
    failure::Failure,
};

/// Reads and checks the file at `path`, for a Doorward that keeps things in `folder`.
pub(crate) fn read_apart(path: &Path, folder: &DataFolder) -> Result<Configuration, Failure> {
    let mut configuration = read(path)?;
    let kept = kept(&configuration, path, folder);
    let places = configuration.scratch_places(folder);
    for server in &mut configuration.servers {
        hide(server, &kept).map_err(|cause| {
            Failure::new(format!(
                "{}: server `{}`: {cause}",
                path.display(),
                server.name
            ))
            .fix("name a folder beside it, or move one of the two")
        })?;
        if let Upstream::Command { plan, .. } = &mut server.upstream {
            plan.crowded = !places.apart;
        }
    }
    Ok(configuration)
}

impl Configuration {
    /// Where programs have their temporary files.
    pub(crate) fn scratch_places(&self, folder: &DataFolder) -> ScratchPlaces {
        ScratchPlaces::of(folder, &self.database, self.scratch.as_deref())
    }
}

/// Something that Doorward keeps, and what it is.
type Kept = (PathBuf, &'static str);

fn kept(configuration: &Configuration, file: &Path, folder: &DataFolder) -> Vec<Kept> {
    let mut kept = vec![(folder.path().to_owned(), "Doorward's data folder")];
    let in_folder = folder
        .kept()
        .map(|path| (path, "which Doorward keeps for itself"));
    kept.extend(in_folder);
    if let Ok(file) = std::path::absolute(file) {
        kept.push((file, "the configuration file"));
    }
    if let Database::File(path) = &configuration.database {
        kept.push((folder.path().join(path), "the database"));
    }
    if let Some(tls) = &configuration.tls {
        kept.push((tls.key.clone(), "the key of the certificate"));
    }
    let whole = kept.into_iter().map(|(path, what)| (resolved(&path), what));
    whole.collect()
}

/// Hides what is kept from a program in a sandbox, unless what is named would show it.
fn hide(server: &mut Server, kept: &[Kept]) -> Result<(), String> {
    let Upstream::Command {
        plan, directory, ..
    } = &mut server.upstream
    else {
        return Ok(());
    };
    if plan.sandbox == Sandbox::Off {
        return Ok(()); // it may do whatever Doorward's user may
    }
    let hidden: Vec<_> = kept.iter().map(|(path, _)| path.clone()).collect();
    let read = plan.read.iter().map(|path| ("read", path));
    let write = plan.write.iter().map(|path| ("write", path));
    let named = read
        .chain(write)
        .chain(directory.iter().map(|path| ("directory", path)));
    for (key, path) in named {
        let Some(shown) = shown_by(path, &hidden) else {
            continue;
        };
        let what = kept.iter().find(|(path, _)| path == shown);
        let what = what.map_or("which Doorward keeps for itself", |(_, what)| *what);
        return Err(format!(
            "{key} names {}, which would show {}, {what}, to a program in a sandbox",
            path.display(),
            shown.display()
        ));
    }
    plan.hidden = hidden;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(folder: &Path, keys: &str) -> Result<Configuration, String> {
        let file = folder.join("etc/doorward.toml");
        let text = format!(
            "storage.url = 'sqlite:{0}/db/own.db'\n[[servers]]\nname = 'a'\ncommand = ['x']\n{1}",
            folder.display(),
            keys.replace("HERE", &folder.display().to_string())
        );
        std::fs::write(&file, text).expect("written");
        let data =
            DataFolder::chosen(Some(&folder.join("srv/data"))).map_err(|it| it.to_string())?;
        read_apart(&file, &data).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_box_that_would_show_what_doorward_keeps_is_refused_in_words() {
        // ST-03
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["etc", "srv/data/.npm", "srv/notes", "db"] {
            std::fs::create_dir_all(folder.path().join(name)).expect("made");
        }
        #[rustfmt::skip]
        let cases = [
            ("sandbox = 'strict'\ndirectory = 'HERE/srv'",              Some("data folder")),
            ("sandbox = 'strict'\ndirectory = '.'",                     Some("the configuration file")),
            ("sandbox = 'network'\nread = ['HERE/srv']",                Some("read names")),
            ("sandbox = 'network'\nwrite = ['HERE/srv/../srv/data']",   Some("write names")),
            ("sandbox = 'strict'\nread = ['/']",                        Some("data folder")),
            ("sandbox = 'strict'\nread = ['HERE/srv/data/master.key']", Some("keeps for itself")),
            ("sandbox = 'strict'\nread = ['doorward.toml']",            Some("the configuration file")),
            ("sandbox = 'strict'\nread = ['HERE/db']",                  Some("the database")),
            ("sandbox = 'strict'\ndirectory = 'HERE/srv/notes'",        None),
            // Where the home of Doorward's user is its data folder, caches are in it.
            ("sandbox = 'strict'\nwrite = ['HERE/srv/data/.npm']",      None),
            ("directory = 'HERE/srv'",                                  None),
        ];
        for (keys, expected) in cases {
            match (told(folder.path(), keys), expected) {
                (Ok(_), None) => {}
                (Err(cause), Some(expected)) => {
                    assert!(cause.contains(expected), "{keys}: {cause}");
                    assert!(
                        cause.contains("server `a`") && cause.contains("move one"),
                        "{cause}"
                    );
                }
                (found, _) => panic!("{keys}: {found:?}"),
            }
        }
    }
}
