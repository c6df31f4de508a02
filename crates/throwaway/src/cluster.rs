//! One server and its data.

use std::{
    fs::{self, Permissions},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{GUARDED, OWNER, PASSWORD, programs::Programs};

/// Everybody on this machine gets in, one user only with a password.
const WHO_GETS_IN: &str =
    "host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n";
/// Nothing survives a power cut, and nothing needs to.
const SETTINGS: &str = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n\
    full_page_writes = off\nmax_connections = 300\nshared_buffers = '32MB'\nmax_wal_senders = 0\n\
    wal_level = minimal\nlogging_collector = off\njit = off\n";
/// How often a port that was free a moment ago may turn out to be taken.
const ATTEMPTS: u32 = 5;

#[derive(Debug)]
pub(crate) struct Cluster {
    folder: PathBuf,
}

impl Cluster {
    /// Makes a cluster in an empty folder.
    pub(crate) fn make(programs: &Programs, folder: PathBuf) -> Self {
        let cluster = Self { folder };
        let data = cluster.data();
        let owner = format!("--username={OWNER}");
        let arguments = ["--pgdata", &data, &owner, "--auth=trust", "--no-sync"];
        let arguments = [&arguments[..], &["--encoding=UTF8", "--locale=C.UTF-8"]].concat();
        programs.run("initdb", &arguments).expect("initdb");
        let settings = fs::read_to_string(cluster.file("postgresql.conf")).expect("settings");
        fs::write(
            cluster.file("postgresql.conf"),
            format!("{settings}\n{SETTINGS}"),
        )
        .expect("settings");
        fs::write(cluster.file("pg_hba.conf"), WHO_GETS_IN).expect("who gets in");
        cluster
    }

    /// Starts it on a free port.
    pub(crate) fn start(&self, programs: &Programs) -> u16 {
        let mut complaint = String::new();
        for _ in 0..ATTEMPTS {
            let port = free_port();
            match self.try_start(programs, port) {
                Ok(()) => {
                    self.add_guarded_user(programs, port);
                    return port;
                }
                Err(cause) => complaint = cause,
            }
        }
        panic!("PostgreSQL does not start: {complaint}");
    }

    /// Starts it on this port.
    pub(crate) fn start_on(&self, programs: &Programs, port: u16) {
        self.try_start(programs, port).expect("starts again");
    }

    /// Ends it at once.
    pub(crate) fn stop(&self, programs: &Programs) {
        let arguments = ["stop", "--pgdata", &self.data(), "--mode=immediate"];
        programs.run("pg_ctl", &arguments).ok(); // it may have ended
    }

    /// Takes encrypted connections from now on.
    pub(crate) fn encrypt(&self, programs: &Programs, certificate: &Path, key: &Path) {
        for (from, name) in [(certificate, "server.crt"), (key, "server.key")] {
            let pem = fs::read(from).expect("readable");
            fs::write(self.file(name), pem).expect("written");
            fs::set_permissions(self.file(name), Permissions::from_mode(0o600)).expect("private");
            programs.hand_over(&self.file(name)).expect("handed over");
        }
        let settings = fs::read_to_string(self.file("postgresql.conf")).expect("settings");
        let settings = format!("{settings}ssl = on\n");
        fs::write(self.file("postgresql.conf"), settings).expect("settings");
    }

    /// Sends a signal to every process of the server that runs.
    pub(crate) fn signal(&self, signal: Signal) {
        let noted = fs::read_to_string(self.file("postmaster.pid")).unwrap_or_default();
        let Some(main) = noted.lines().next().and_then(|line| line.parse().ok()) else {
            return;
        };
        for process in processes(main).into_iter().filter_map(Pid::from_raw) {
            kill_process(process, signal).ok(); // it may have ended
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join("data").join(name)
    }

    fn try_start(&self, programs: &Programs, port: u16) -> Result<(), String> {
        let log = self.folder.join("log").display().to_string();
        let options = format!("-p {port}");
        let arguments = ["start", "--wait", "--pgdata", &self.data(), "--log", &log];
        let arguments = [&arguments[..], &["--options", &options]].concat();
        programs.run("pg_ctl", &arguments).map_err(|cause| {
            let log = fs::read_to_string(&log).unwrap_or_default();
            format!("{cause}\n{log}")
        })
    }

    fn add_guarded_user(&self, programs: &Programs, port: u16) {
        let sql = format!("CREATE ROLE {GUARDED} LOGIN PASSWORD '{PASSWORD}'");
        let url = format!("postgres://{OWNER}@127.0.0.1:{port}/postgres");
        programs
            .run("psql", &["--quiet", "--command", &sql, &url])
            .expect("a guarded user");
    }
}

/// A process and its children.
fn processes(main: i32) -> Vec<i32> {
    let is_child = |process: &i32| {
        let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // "PID (NAME) STATE PARENT ...", and the name may hold anything.
        let after = status.rsplit(')').next().unwrap_or_default();
        after.split_whitespace().nth(1) == Some(&main.to_string())
    };
    let all = fs::read_dir("/proc").expect("processes");
    let number = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    let children = all.flatten().filter_map(number).filter(is_child);
    std::iter::once(main).chain(children).collect()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
