//! The server that the tests of one run share.

use std::{
    env, fs,
    fs::File,
    os::unix::process::{CommandExt, parent_id},
    path::{Path, PathBuf},
    process::{Command, Stdio, id},
};

use crate::{cluster::Cluster, programs::Programs};

/// Waits for the end of a process, then ends the server and removes what it left.
const WATCHDOG: &str = r#"(
  while kill -0 "$1" 2> /dev/null; do sleep 1; done
  kill -QUIT "$(head -n 1 "$2/data/postmaster.pid")"
  sleep 1
  rm -rf "$2" "$3" "$3.lock"
) &"#;

/// The port of the server of this run, which is started unless it runs.
pub(crate) fn server(programs: &Programs) -> u16 {
    let run = Run::current();
    let lock = File::create(run.place.with_extension("lock")).expect("a lock file");
    lock.lock().expect("locked"); // until it is dropped: one test starts it, the others wait
    if let Some(port) = run.running() {
        return port;
    }
    let cluster = Cluster::make(programs, programs.own_folder());
    let port = cluster.start(programs);
    run.watch(cluster.folder());
    fs::write(&run.place, port.to_string()).expect("noted");
    port
}

/// One run of the tests.
struct Run {
    /// The file that holds the port.
    place: PathBuf,
    /// The process that ends with the run.
    process: u32,
}

impl Run {
    /// nextest runs every test in a process of its own and names the run; `cargo test` runs all
    /// tests of a crate in this process.
    fn current() -> Self {
        let (name, process) = match env::var("NEXTEST_RUN_ID") {
            Ok(name) => (name, parent_id()),
            Err(_) => (id().to_string(), id()),
        };
        let place = env::temp_dir().join(format!("doorward-postgres-run-{name}"));
        Self { place, process }
    }

    fn running(&self) -> Option<u16> {
        fs::read_to_string(&self.place).ok()?.parse().ok()
    }

    fn watch(&self, folder: &Path) {
        Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog", &self.process.to_string()])
            .args([folder, &self.place])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .status() // of what puts it into the background
            .expect("a watchdog");
    }
}
