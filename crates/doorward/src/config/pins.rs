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
    match script(command) {
        // Anything in a script may be a command, so every word is tried.
        Some(script) => {
            let words = script.split([' ', '\t', '\n', ';', '&', '|', '(', ')']);
            let words = words.map(|word| word.trim_matches(['"', '\'']));
            let words: Vec<_> = words
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect();
            (0..words.len()).find_map(|from| of_runner(words.get(from..)?, home))
        }
        None => of_runner(command, home),
    }
}

/// What a shell is told to do.
fn script(command: &[String]) -> Option<&str> {
    let command = after_env(command);
    let shell = Path::new(command.first()?).file_name()?.to_str()?;
    if !SHELLS.contains(&shell) {
        return None;
    }
    let mut options = command
        .iter()
        .skip(1)
        .take_while(|word| word.starts_with('-'));
    let at = options.position(|word| !word.starts_with("--") && word.ends_with('c'))?;
    command.get(at + 2).map(String::as_str)
}

/// The command without `env` and what that sets.
fn after_env(command: &[String]) -> &[String] {
    let is_env = |word: &String| {
        Path::new(word)
            .file_name()
            .is_some_and(|name| name == "env")
    };
    let Some((_, mut rest)) = command.split_first().filter(|(first, _)| is_env(first)) else {
        return command;
    };
    while let Some((word, after)) = rest.split_first() {
        rest = match word.as_str() {
            "-u" | "--unset" | "-C" | "--chdir" => after.get(1..).unwrap_or_default(),
            _ if word.starts_with('-') || word.contains('=') => after,
            _ => break,
        };
    }
    rest
}

fn of_runner(command: &[String], home: Option<&Path>) -> Option<Unpinned> {
    let (runner, arguments) = runner(after_env(command))?;
    let package = package(runner, arguments)?;
    if let Some(instead) = unpinned_repository(runner, package) {
        return Some(Unpinned {
            package: package.to_owned(),
            instead,
            known: false,
        });
    }
    let (name, version) = split(runner, package);
    if version.is_some_and(|version| is_exact(runner, version)) || !is_registry_name(name) {
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

/// What to write instead of a repository of which whatever is newest is run.
fn unpinned_repository(runner: Runner, package: &str) -> Option<String> {
    let (mark, is_repository) = match runner {
        Runner::Npm => ('#', is_git_of_npm(package)),
        Runner::Python => ('@', package.contains("git+")),
    };
    if !is_repository {
        return None;
    }
    // An `@` in front of the host is that of a user.
    let (_, path) = package.rsplit_once("//").unwrap_or(("", package));
    let in_path = path.find('/').and_then(|at| path.get(at..)).unwrap_or(path);
    let before = in_path.split('#').next().unwrap_or_default();
    let revision = match runner {
        Runner::Npm => in_path.rsplit_once(mark).map(|(_, revision)| revision),
        Runner::Python => before.rsplit_once(mark).map(|(_, revision)| revision),
    };
    let is_commit = |text: &str| text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if revision.is_some_and(is_commit) {
        return None;
    }
    let without = match revision.and_then(|revision| package.rfind(&format!("{mark}{revision}"))) {
        Some(at) => package.get(..at)?,
        None => package.split('#').next()?,
    };
    Some(format!("{without}{mark}COMMIT"))
}

/// A repository by its address, or as `owner/name` at GitHub.
fn is_git_of_npm(package: &str) -> bool {
    let first = package.split('/').next().unwrap_or_default();
    let is_short = !first.is_empty()
        && first
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && package.matches('/').count() == 1;
    is_short || GIT_OF_NPM.iter().any(|start| package.starts_with(start))
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
        "npm" => Some((Runner::Npm, after(&["exec"]).or_else(|| after(&["x"]))?)),
        "bun" => Some((Runner::Npm, after(&["x"])?)),
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
        if let Some((_, value)) = named.filter(|(option, _)| naming.contains(option)) {
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

/// Whether a version is one and not a range: the grammar of the one who reads it.
fn is_exact(runner: Runner, version: &str) -> bool {
    version.len() <= LONGEST
        && match runner {
            Runner::Npm => is_exact_npm(version),
            Runner::Python => is_exact_python(version),
        }
}

/// Three numbers (fewer are a range), then perhaps what it is before, and of which build.
fn is_exact_npm(version: &str) -> bool {
    let (version, build) = parted(version, '+');
    let (numbers, before) = parted(version, '-');
    let mut parts = numbers.split('.');
    let words = |text: Option<&str>| text.is_none_or(|text| text.split('.').all(is_word));
    parts.clone().count() == 3 && parts.all(is_number) && words(before) && words(build)
}

/// Numbers, then perhaps `a1`, `rc1`, `.post1`, `.dev1` and what is local (PEP 440). `1.2` is
/// 1.2.0 there.
fn is_exact_python(version: &str) -> bool {
    let (public, local) = parted(version, '+');
    let release = public.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let numbers = public.strip_suffix(release).unwrap_or_default();
    let numbers = match release.is_empty() {
        true => numbers,
        false => numbers.trim_end_matches('.'),
    };
    let rest = release.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let kind = release.strip_suffix(rest).unwrap_or_default();
    let follows = |rest: &str| rest.is_empty() || rest.split('.').all(is_word);
    numbers.split('.').all(is_number)
        && (release.is_empty() || KINDS.contains(&kind))
        && follows(rest)
        && local.is_none_or(|local| local.split(['.', '-', '_']).all(is_word))
}

fn parted(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_word(part: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !part.is_empty() && part.bytes().all(is_letter)
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
    is_exact(Runner::Npm, version).then(|| version.to_owned())
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
    is_exact(Runner::Python, version).then(|| version.to_owned())
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

const SHELLS: [&str; 6] = ["sh", "bash", "dash", "zsh", "ksh", "ash"];
const GIT_OF_NPM: [&str; 6] = ["git+", "git:", "github:", "gitlab:", "bitbucket:", "gist:"];
const KINDS: [&str; 6] = ["a", "b", "rc", "post", "dev", "c"];
/// What is longer is no version, whoever wrote it into a cache.
const LONGEST: usize = 64;

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
            ("npx github:me/server",                   Some("github:me/server#COMMIT")),
            ("npx me/server",                          Some("me/server#COMMIT")),
            ("npx github:me/server#v1",                Some("github:me/server#COMMIT")),
            ("npx github:me/server#0123456789abcdef0123456789abcdef01234567", None),
            ("npx -y server-files@1.2",                Some("server-files@VERSION")),
            ("npx -y server-files@1.2.3+build.5",      None),
            ("npx -y server-files@1.2.3-rc..1",        Some("server-files@VERSION")),
            ("npx -y server-files@1.2.3-x\u{1b}[2J",    Some("server-files@VERSION")),
            ("npx -y server-files@1.2.x",              Some("server-files@VERSION")),
            ("npm x a",                                Some("a@VERSION")),
            ("npm x -- a@1.2.3",                       None),
            ("bun x a",                                Some("a@VERSION")),
            ("env A=b -u C npx -y a",                  Some("a@VERSION")),
            ("/usr/bin/env npx -y a@1.2.3",            None),
            ("env",                                    None),
            ("uvx mcp-server-time",                    Some("mcp-server-time@VERSION")),
            ("uvx mcp-server-time@latest",             Some("mcp-server-time@VERSION")),
            ("uvx mcp-server-time==1.2.3",             None),
            ("uvx mcp-server-time@1.2.3",              None),
            ("uvx --from a --with b@1.0.0 a-bin",      Some("a@VERSION")),
            ("uvx --python 3.13 a",                    Some("a@VERSION")),
            ("uv tool run a",                          Some("a@VERSION")),
            ("uvx mcp-server-time==1.2",               None),
            ("uvx mcp-server-time==1.*",               Some("mcp-server-time@VERSION")),
            ("uvx mcp-server-time==1.2rc1.post2.dev3+local.4", None),
            ("uvx mcp-server-time==1.2!",              Some("mcp-server-time@VERSION")),
            ("uvx git+https://example.com/a",          Some("git+https://example.com/a@COMMIT")),
            ("uvx --from=git+https://u@example.com/a.git@main b", Some("git+https://u@example.com/a.git@COMMIT")),
            ("uvx --from git+https://example.com/a@0123456789abcdef0123456789abcdef01234567 b", None),
            ("uvx --from git+ssh://git@example.com/a#subdirectory=b c", Some("git+ssh://git@example.com/a@COMMIT")),
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
    fn what_a_shell_is_told_is_looked_through() {
        let found = |script: &str| {
            let command = ["/bin/sh", "-ec", script].map(str::to_owned);
            unpinned(&command, None).map(|found| found.instead)
        };
        let files = Some("server-files@VERSION".to_owned());
        for script in [
            "npx -y server-files /srv",
            "cd /srv && exec npx -y server-files",
            "export A='b c'; (npx -y \"server-files\")",
        ] {
            assert_eq!(found(script), files, "{script}");
        }
        for script in ["npx -y server-files@1.2.3", "node server.js", ""] {
            assert_eq!(found(script), None, "{script}");
        }
        let bare = ["sh", "script"].map(str::to_owned);
        assert_eq!(unpinned(&bare, None), None);
    }

    #[test]
    fn what_a_server_wrote_into_the_cache_is_no_version() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join(".npm/_npx/1a/node_modules/server");
        fs::create_dir_all(&folder).expect("made");
        for version in ["1.2.3-\u{1b}[2J", "1.2.3-a b", "1.2.3` and `x", "1.2"] {
            let package = serde_json::json!({ "version": version }).to_string();
            fs::write(folder.join("package.json"), package).expect("written");
            let found = told("npx -y server", Some(home.path())).expect("unpinned");
            assert!(found.contains("`server@VERSION`"), "{found:?}");
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
