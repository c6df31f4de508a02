//! The programs of PostgreSQL, and who runs them.

use std::{
    env, fs, io,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const FOLDER: &str = "/usr/lib/postgresql";

/// Where the programs are, and as whom the server runs.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    user: Option<User>,
}

/// Somebody who is not root.
#[derive(Clone, Copy, Debug)]
struct User {
    id: u32,
    group: u32,
}

impl Programs {
    /// Finds the newest that is installed.
    pub(crate) fn find() -> Self {
        let folder = newest().unwrap_or_else(|| {
            panic!(
                "these tests need PostgreSQL: install the Debian package `postgresql` \
                 (looked for {FOLDER}/*/bin/initdb and for initdb in PATH)"
            )
        });
        let root = rustix::process::geteuid().is_root();
        let user = root.then(|| User::unprivileged().expect("a user `postgres` or `nobody`"));
        Self { folder, user }
    }

    /// The path of a program.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A new folder that belongs to whoever runs the server.
    pub(crate) fn own_folder(&self) -> PathBuf {
        let folder = tempfile::Builder::new()
            .prefix("doorward-postgres-")
            .tempdir();
        let folder = folder.expect("a temporary folder").keep();
        self.hand_over(&folder).expect("handed over");
        folder
    }

    /// Runs a program to its end, as whoever runs the server; what it complained about, if it failed.
    pub(crate) fn run(&self, name: &str, arguments: &[&str]) -> Result<(), String> {
        let mut command = Command::new(self.path(name));
        command
            .args(arguments)
            .stdin(Stdio::null())
            .current_dir("/");
        if let Some(user) = self.user {
            command.uid(user.id).gid(user.group);
        }
        // Never a pipe: the server would inherit it and keep it open.
        let said = tempfile::tempfile().expect("a temporary file");
        let copy = || said.try_clone().expect("a second handle").into();
        let status = command
            .stdout::<Stdio>(copy())
            .stderr::<Stdio>(copy())
            .status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("{name} ended with {status}: {}", read(said))),
            Err(error) => Err(format!("{name} cannot be run: {error}")),
        }
    }

    /// Gives a file to whoever runs the server.
    pub(crate) fn hand_over(&self, folder: &Path) -> io::Result<()> {
        match self.user {
            Some(user) => chown(folder, Some(user.id), Some(user.group)),
            None => Ok(()),
        }
    }
}

impl User {
    fn unprivileged() -> Option<Self> {
        let users = fs::read_to_string("/etc/passwd").ok()?;
        let find = |name: &str| {
            let mut fields = users
                .lines()
                .map(|line| line.split(':'))
                .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))?;
            let (id, group) = (fields.nth(1)?, fields.next()?);
            Some(Self {
                id: id.parse().ok()?,
                group: group.parse().ok()?,
            })
        };
        find("postgres").or_else(|| find("nobody"))
    }
}

/// Debian keeps every version in a folder of its own; elsewhere the programs are on the path.
fn newest() -> Option<PathBuf> {
    let debian = newest_of_debian();
    debian.or_else(|| {
        let path = env::var_os("PATH")?;
        env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    })
}

fn newest_of_debian() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(FOLDER)
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            let programs = path.join("bin");
            programs
                .join("initdb")
                .exists()
                .then_some((version, programs))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, programs)| programs)
}

fn read(mut file: fs::File) -> String {
    use io::{Read, Seek};
    let mut text = String::new();
    file.rewind().ok();
    file.read_to_string(&mut text).ok();
    text
}
