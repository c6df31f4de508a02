//! What programs need to see to run at all: the system's libraries, their runtime, package caches.
//!
//! Home folders are seen only as far as runtimes and caches live there; of `/etc` what names,
//! certificates and clocks need; of `/proc` and `/sys` what runtimes ask about the machine, and
//! of processes only itself.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use crate::find;

/// What may be changed by everybody.
pub(super) const WRITES: [&str; 3] = ["/dev/null", "/dev/zero", "/dev/full"];

/// What a program may read and start.
pub(super) fn reads(program: Option<&OsStr>) -> Vec<PathBuf> {
    let system = SYSTEM.iter().map(PathBuf::from);
    let home = env::var_os("HOME").map(PathBuf::from);
    let homely = home
        .into_iter()
        .flat_map(|home| HOMELY.iter().map(move |path| home.join(path)));
    let caches = env::var_os("XDG_CACHE_HOME").map(|cache| PathBuf::from(cache).join("uv"));
    system
        .chain(homely)
        .chain(caches)
        .chain(runtime(program))
        .collect()
}

/// Where a program is, and beside it what belongs to it.
fn runtime(program: Option<&OsStr>) -> Vec<PathBuf> {
    let name = program.and_then(OsStr::to_str);
    let Some(found) = name.and_then(|name| find(name, env::var_os("PATH").as_deref())) else {
        return Vec::new();
    };
    let real = found.canonicalize().unwrap_or_else(|_| found.clone());
    [found, real].iter().flat_map(|path| around(path)).collect()
}

/// The program, and the other folders of the tree whose `bin` it is in.
fn around(program: &Path) -> Vec<PathBuf> {
    let mut seen = vec![program.to_owned()];
    let folder = program.parent().filter(|folder| folder.ends_with("bin"));
    if let Some(tree) = folder.and_then(Path::parent) {
        seen.extend(["bin", "lib", "lib64", "libexec"].map(|name| tree.join(name)));
        seen.push(tree.join("pyvenv.cfg"));
    }
    seen
}

const SYSTEM: [&str; 54] = [
    "/bin",
    "/sbin",
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt",
    "/nix/store",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/ca-certificates.conf",
    "/etc/crypto-policies",
    "/etc/fonts",
    "/etc/gai.conf",
    "/etc/group",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/locale.alias",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/openssl.cnf",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/timezone",
    "/dev/null",
    "/dev/random",
    "/dev/urandom",
    "/dev/fd",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/sys/kernel",
    "/proc/sys/vm",
    "/proc/uptime",
    "/proc/version",
    "/proc/version_signature",
    "/sys/devices/system/cpu",
    "/sys/kernel/mm/transparent_hugepage",
];

/// Runtimes, and caches of packages, in the home folder.
const HOMELY: [&str; 23] = [
    ".asdf",
    ".bun",
    ".cache/node",
    ".cache/pip",
    ".cache/pnpm",
    ".cache/uv",
    ".cargo/bin",
    ".config/nvm",
    ".deno",
    ".fnm",
    ".local/bin",
    ".local/lib",
    ".local/pipx",
    ".local/share/fnm",
    ".local/share/mise",
    ".local/share/pipx",
    ".local/share/pnpm",
    ".local/share/uv/python",
    ".local/share/uv/tools",
    ".npm",
    ".nvm",
    ".pyenv",
    ".volta",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_sees_the_tree_that_it_is_installed_in_and_not_what_is_beside() {
        let seen = around(Path::new("/home/a/.local/bin/serve"));
        assert!(seen.contains(&"/home/a/.local/lib".into()));
        assert!(
            !seen
                .iter()
                .any(|path| path.ends_with(".local") || path.ends_with("share"))
        );
        let alone = around(Path::new("/srv/tools/serve"));
        assert_eq!(alone, [PathBuf::from("/srv/tools/serve")]);
    }

    #[test]
    fn nothing_of_the_system_is_seen_that_holds_secrets() {
        // ST-03
        for secret in [
            "/", "/etc", "/root", "/home", "/var", "/run", "/tmp", "/proc", "/dev",
        ] {
            assert!(!SYSTEM.contains(&secret), "{secret}");
        }
        assert!(!HOMELY.contains(&".local/share") && !HOMELY.contains(&".config"));
    }
}
