//! Commands that run whatever version is newest today.
//!
//! `npx -y name` and `uvx name` fetch and run what somebody may have published a minute ago. What
//! to write instead is told without asking anybody: the version is that of the newest copy in
//! the package runner's cache, if there is one.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A command without a pinned version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unpinned {
    /// The package as it is named.
    package: String,
    /// What to write instead of it.
    instead: String,
    /// Whether `instead` names a version.
    known: bool,
}

impl std::fmt::Display for Unpinned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            package, instead, ..
        } = self;
        write!(
            f,
            "`{package}` runs whatever version is newest today: write `{instead}`"
        )?;
        match self.known {
            true => f.write_str(", the version in the cache"),
            false => f.write_str(" with the version that you looked at"),
        }
    }
}

/// How a package runner writes versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runner {
    Npm,
    Python,
}

/// What is wrong with `command`, if anything is. `home` is where caches are.
pub(crate) fn unpinned(command: &[String], home: Option<&Path>) -> Option<Unpinned> {
    let (runner, arguments) = runner(command)?;
    let package = package(runner, arguments)?;
    let (name, version) = split(runner, package);
    if version.is_some_and(is_exact) || !is_registry_name(name) {
        return None;
    }
    let cached = home.and_then(|home| match runner {
        Runner::Npm => cached_npm(home, name),
        Runner::Python => cached_python(home, name),
    });
    let version = cached.as_deref().unwrap_or("VERSION");
    Some(Unpinned {
        package: package.to_owned(),
        instead: format!("{name}@{version}"),
        known: cached.is_some(),
    })
}

fn runner(command: &[String]) -> Option<(Runner, &[String])> {
    let (program, arguments) = command.split_first()?;
    let program = Path::new(program).file_name()?.to_str()?;
    let after = |words: &[&str]| {
        let same = arguments.len() >= words.len()
            && arguments.iter().zip(words).all(|(one, other)| one == other);
        arguments.get(words.len()..).filter(|_| same)
    };
    match program {
        "npx" | "bunx" | "pnpx" => Some((Runner::Npm, arguments)),
        "npm" => Some((Runner::Npm, after(&["exec"])?)),
        "pnpm" | "yarn" => Some((Runner::Npm, after(&["dlx"])?)),
        "uvx" => Some((Runner::Python, arguments)),
        "uv" => Some((Runner::Python, after(&["tool", "run"])?)),
        "pipx" => Some((Runner::Python, after(&["run"])?)),
        _ => None,
    }
}

/// The package: what an option names, else the first argument that is no option.
fn package(runner: Runner, arguments: &[String]) -> Option<&str> {
    let naming: &[&str] = match runner {
        Runner::Npm => &["--package", "-p"],
        Runner::Python => &["--from", "--spec"],
    };
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        if argument == "--" {
            return rest.next();
        }
        let named = argument.split_once('=');
        if let Some((option, value)) = named.filter(|(option, _)| naming.contains(option)) {
            let _ = option;
            return Some(value);
        }
        if naming.contains(&argument) {
            return rest.next();
        }
        if TAKING.contains(&argument) {
            rest.next();
        } else if !argument.starts_with('-') {
            return Some(argument);
        }
    }
    None
}

fn split(runner: Runner, package: &str) -> (&str, Option<&str>) {
    let at = |from: usize| {
        let at = package.get(from..)?.find('@')? + from;
        Some((package.get(..at)?, package.get(at + 1..)?))
    };
    let parts = match runner {
        Runner::Npm => at(1), // the first may begin a scope
        Runner::Python => package.split_once("==").or_else(|| at(0)),
    };
    match parts {
        Some((name, version)) => (name, Some(version)),
        None => (package, None),
    }
}

/// Not a path, a URL or a repository.
fn is_registry_name(name: &str) -> bool {
    let scoped = name.strip_prefix('@');
    let plain = scoped.and_then(|scoped| scoped.split_once('/').map(|(_, name)| name));
    let plain = plain.unwrap_or(name);
    !plain.is_empty() && !plain.contains(['/', ':']) && !plain.starts_with('.')
}

fn is_exact(version: &str) -> bool {
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    let mut parts = numbers.split('.');
    let is_number = |part: &str| {
        let digits = part.trim_end_matches(|letter: char| letter.is_ascii_alphanumeric());
        !part.is_empty() && digits.is_empty() && part.starts_with(|c: char| c.is_ascii_digit())
    };
    parts.clone().count() >= 2 && parts.all(is_number)
}

/// The newest copy that `npx` keeps.
fn cached_npm(home: &Path, name: &str) -> Option<String> {
    let copies = folders(&home.join(".npm/_npx"));
    let copies = copies.map(|copy| copy.join("node_modules").join(name).join("package.json"));
    let dated = copies.filter_map(|file| Some((modified(&file)?, file)));
    let (_, newest) = dated.max()?;
    let text = fs::read_to_string(newest).ok()?;
    let package: serde_json::Value = serde_json::from_str(&text).ok()?;
    let version = package.get("version")?.as_str()?;
    is_exact(version).then(|| version.to_owned())
}

/// The newest wheel that `uv` keeps, filed as `VERSION-TAGS`.
fn cached_python(home: &Path, name: &str) -> Option<String> {
    let name = name
        .split('[')
        .next()?
        .replace('_', "-")
        .to_ascii_lowercase();
    let generations = folders(&home.join(".cache/uv"));
    let wheels = generations.flat_map(|folder| entries(&folder.join("pypi").join(&name)));
    let dated = wheels.filter_map(|file| Some((modified(&file)?, file)));
    let (_, newest) = dated.max()?;
    let version = newest.file_name()?.to_str()?.split('-').next()?;
    is_exact(version).then(|| version.to_owned())
}

fn folders(path: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    entries(path).filter(|path| path.is_dir())
}

fn entries(path: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

/// Options whose value is the next argument.
const TAKING: [&str; 6] = [
    "--with",
    "--python",
    "-c",
    "--call",
    "--index-url",
    "--registry",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn told(command: &str, home: Option<&Path>) -> Option<String> {
        let command: Vec<_> = command.split(' ').map(str::to_owned).collect();
        unpinned(&command, home).map(|found| found.to_string())
    }

    #[test]
    fn what_runs_the_newest_version_is_told_with_what_to_write() {
        #[rustfmt::skip]
        let cases = [
            ("npx -y server-files /srv",               Some("server-files@VERSION")),
            ("npx -y @scope/server /srv",              Some("@scope/server@VERSION")),
            ("npx -y @scope/server@latest",            Some("@scope/server@VERSION")),
            ("npx -y @scope/server@^1.2.0",            Some("@scope/server@VERSION")),
            ("npx -y @scope/server@1",                 Some("@scope/server@VERSION")),
            ("npx -y @scope/server@1.2.3",             None),
            ("npx -y @scope/server@2026.8.31-rc.1",    None),
            ("/usr/bin/npx --package=a -- a-bin",      Some("a@VERSION")),
            ("npx --package a@1.2.3 a-bin",            None),
            ("npm exec -- a@next",                     Some("a@VERSION")),
            ("pnpm dlx a",                             Some("a@VERSION")),
            ("npx ./local",                            None),
            ("npx github:me/server",                   None),
            ("uvx mcp-server-time",                    Some("mcp-server-time@VERSION")),
            ("uvx mcp-server-time@latest",             Some("mcp-server-time@VERSION")),
            ("uvx mcp-server-time==1.2.3",             None),
            ("uvx mcp-server-time@1.2.3",              None),
            ("uvx --from a --with b@1.0.0 a-bin",      Some("a@VERSION")),
            ("uvx --python 3.13 a",                    Some("a@VERSION")),
            ("uv tool run a",                          Some("a@VERSION")),
            ("uvx git+https://example.com/a",          None),
            ("node server.js",                         None),
            ("npm start",                              None),
            ("npx",                                    None),
        ];
        for (command, expected) in cases {
            let found = told(command, None);
            match expected {
                None => assert_eq!(found, None, "{command}"),
                Some(instead) => {
                    let found = found.expect(command);
                    assert!(found.contains(&format!("write `{instead}`")), "{found}");
                }
            }
        }
    }

    #[test]
    fn the_version_in_the_cache_is_named() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join(".npm/_npx/1a/node_modules/@scope/server");
        fs::create_dir_all(&folder).expect("made");
        fs::write(folder.join("package.json"), r#"{"version":"2.3.4"}"#).expect("written");
        let found = told("npx -y @scope/server", Some(home.path())).expect("unpinned");
        assert!(
            found.contains("`@scope/server@2.3.4`, the version in the cache"),
            "{found}"
        );
        let wheels = home.path().join(".cache/uv/wheels-v5/pypi/mcp-server-time");
        fs::create_dir_all(wheels.join("1.4.0-py3-none-any")).expect("made");
        let found = told("uvx mcp_server_time", Some(home.path())).expect("unpinned");
        assert!(found.contains("@1.4.0`"), "{found}");
    }
}
