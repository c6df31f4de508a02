//! A throw-away PostgreSQL for tests.
//!
//! The programs are those of the system (Debian: the package `postgresql`). One
//! server is shared by all tests of a run, in however many processes nextest runs
//! them, and is gone with the run: a watchdog waits for the end of the process
//! that started it all. Every test makes a database of its own, so the order of
//! tests does not matter. A test that kills its server has one of its own
//! ([`Postgres::alone`]).
//!
//! PostgreSQL refuses to run as root; then it runs as the user `postgres`, or as
//! `nobody`. It listens on loopback only, and what it holds is lost on purpose.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "set-up that fails is a test that fails, and says where"
)]

mod cluster;
mod programs;
mod run;

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use cluster::Cluster;
use programs::Programs;
use rustix::process::Signal;

/// The user that owns the databases; gets in without a password.
const OWNER: &str = "doorward";
/// A user that needs its password.
pub const GUARDED: &str = "guarded";
/// The password of [`GUARDED`].
pub const PASSWORD: &str = "s3cret/of:the@database";

static NAMES: AtomicU32 = AtomicU32::new(0);

/// A server.
#[derive(Debug)]
pub struct Postgres {
    programs: Programs,
    port: u16,
    own: Option<Cluster>,
}

impl Postgres {
    /// The server that all tests of this run share.
    pub fn shared() -> Self {
        let programs = Programs::find();
        let port = run::server(&programs);
        Self {
            programs,
            port,
            own: None,
        }
    }

    /// A server of its own, which the test may stop and start again.
    pub fn alone() -> Self {
        let programs = Programs::find();
        let folder = programs.own_folder();
        let cluster = Cluster::make(&programs, folder);
        Self {
            port: cluster.start(&programs),
            own: Some(cluster),
            programs,
        }
    }

    /// A server of its own that takes encrypted connections, too: certificate and key in PEM.
    pub fn with_tls(certificate: &Path, key: &Path) -> Self {
        let programs = Programs::find();
        let cluster = Cluster::make(&programs, programs.own_folder());
        cluster.encrypt(&programs, certificate, key);
        Self {
            port: cluster.start(&programs),
            own: Some(cluster),
            programs,
        }
    }

    /// The URL of a new, empty schema: as good as a database to whoever looks at nothing else, and
    /// made much faster.
    pub fn schema(&self) -> String {
        let name = new_name();
        self.sql("postgres", &format!("CREATE SCHEMA {name}"));
        format!("{}?options=-csearch_path%3D{name}", self.url("postgres"))
    }

    /// The URL of a new, empty database.
    pub fn database(&self) -> String {
        let name = new_name();
        self.sql(
            "postgres",
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        );
        self.url(&name)
    }

    /// The URL of a database with this name.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{OWNER}@127.0.0.1:{}/{database}", self.port)
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL on a database, by name or URL, as its owner, and returns what is printed: a line
    /// per row, columns separated by `|`.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let url = match database.contains("://") {
            true => database.to_owned(),
            false => self.url(database),
        };
        let output = Command::new(self.programs.path("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set", "ON_ERROR_STOP=1", "--command", sql, &url])
            .stdin(Stdio::null())
            .output()
            .expect("psql runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{sql}: {complaint}");
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned()
    }

    /// Ends a server of its own as a power cut would, but for what the disk holds.
    pub fn stop(&self) {
        self.own().stop(&self.programs);
    }

    /// Starts it again, on the same port.
    pub fn start_again(&self) {
        self.own().start_on(&self.programs, self.port);
    }

    /// Holds every process of a server of its own, as a machine that swaps or hangs would.
    pub fn pause(&self) {
        self.own().signal(Signal::STOP);
    }

    /// Lets them go on.
    pub fn resume(&self) {
        self.own().signal(Signal::CONT);
    }

    fn own(&self) -> &Cluster {
        self.own.as_ref().expect("a server of its own")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(cluster) = &self.own {
            cluster.signal(Signal::CONT);
            cluster.stop(&self.programs);
            std::fs::remove_dir_all(cluster.folder()).ok();
        }
    }
}

/// Names of one process are apart by a number, those of several by the process and by when it began:
/// a long run uses the ids of processes again.
fn new_name() -> String {
    let number = NAMES.fetch_add(1, Ordering::Relaxed);
    let (process, began) = (std::process::id(), began());
    format!("t{process}_{began}_{number}")
}

/// When this process began, in ticks since the machine did.
fn began() -> String {
    let status = std::fs::read_to_string("/proc/self/stat").expect("the status of this process");
    // "PID (NAME) STATE PARENT ...", and the name may hold anything.
    let after = status.rsplit(')').next().unwrap_or_default();
    let began = after.split_whitespace().nth(19);
    began.expect("a time").to_owned()
}
