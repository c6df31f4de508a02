//! The binary as a program: started, asked, ended.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use doorward_throwaway::Postgres;
use tempfile::TempDir;

/// A folder of its own for every test, and a database.
pub(crate) struct Place {
    folder: TempDir,
    storage: Option<String>,
}

impl Place {
    /// With the database that is there without anybody asking: SQLite in the folder.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("temporary folder"),
            storage: None,
        }
    }

    /// With this database, where no configuration names one.
    pub(crate) fn on(storage: String) -> Self {
        Self {
            storage: Some(storage),
            ..Self::new()
        }
    }

    /// With a new database in PostgreSQL.
    pub(crate) fn in_postgres() -> Self {
        Self::on(Postgres::shared().schema())
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes a file next to the data folder.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    /// Runs a command on the data folder to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, "")
    }

    /// The same with another database.
    pub(crate) fn run_on(&self, storage: &str, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        command
            .env("DOORWARD_STORAGE", storage)
            .output()
            .expect("ended")
    }

    /// The same with something on standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let mut stdin = child.stdin.take().expect("input");
        stdin.write_all(input.as_bytes()).ok();
        drop(stdin);
        child.wait_with_output().expect("ended")
    }

    /// Runs a command that must succeed and returns what it printed.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        said(&self.run(arguments))
    }

    /// Adds an account.
    pub(crate) fn add_user(&self, name: &str, password: &str) {
        let arguments = ["user", "add", name, "--password-stdin"];
        said(&self.run_with_input(&arguments, &format!("{password}\n")));
    }

    /// Starts `up` on a free port and waits until it said where.
    pub(crate) fn up(&self, arguments: &[&str]) -> Running {
        let mut child = self
            .command(&on_free_ports(arguments))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let mut lines = BufReader::new(child.stdout.take().expect("output"));
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C") {
            if lines.read_line(&mut greeting).expect("output") == 0 {
                let mut error = String::new();
                child
                    .stderr
                    .take()
                    .expect("error")
                    .read_to_string(&mut error)
                    .ok();
                panic!("`up` ended: {error}");
            }
        }
        Running { child, greeting }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
        command
            .args(arguments)
            .arg_placed("--data", self.data())
            .env_remove("RUST_LOG")
            .env_remove("DOORWARD_DATA")
            .env_remove("DOORWARD_STORAGE")
            .envs(self.storage.iter().map(|url| ("DOORWARD_STORAGE", url)));
        command
    }
}

/// `up` with these arguments, on free ports where they name none.
pub(crate) fn on_free_ports<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["up"];
    for option in ["--listen", "--ops-listen"] {
        if !arguments.contains(&option) {
            all.extend([option, "127.0.0.1:0"]);
        }
    }
    all.extend(arguments);
    all
}

trait ArgPlaced {
    fn arg_placed(&mut self, name: &str, path: PathBuf) -> &mut Self;
}

impl ArgPlaced for Command {
    /// Adds an option before a `--` that may be among the arguments.
    fn arg_placed(&mut self, name: &str, path: PathBuf) -> &mut Self {
        let arguments: Vec<_> = self.get_args().map(std::ffi::OsStr::to_owned).collect();
        let mut replaced = Command::new(self.get_program());
        replaced.arg(name).arg(path).args(arguments);
        *self = replaced;
        self
    }
}

/// What a command printed; it must have succeeded.
pub(crate) fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", complaint(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command complained about.
pub(crate) fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running process; killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) greeting: String,
}

impl Running {
    /// The endpoint that the greeting names.
    pub(crate) fn endpoint(&self) -> &str {
        let line = self.greeting.lines().next().expect("a line");
        line.strip_prefix("Endpoint: ").expect("endpoint")
    }

    /// Host and port of the endpoint.
    pub(crate) fn authority(&self) -> &str {
        self.endpoint().split('/').nth(2).expect("authority")
    }

    /// The memory that it takes, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kilobytes: u64 = kilobytes.and_then(|it| it.parse().ok()).expect("a number");
        kilobytes * 1024
    }

    /// Kills it with no chance to do anything, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// The loopback ports that it listens on, read from the kernel.
    pub(crate) fn listening_ports(&self) -> Vec<u16> {
        let sockets: Vec<String> = std::fs::read_dir(format!("/proc/{}/fd", self.child.id()))
            .expect("open files")
            .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
            .filter_map(|link| {
                let inode = link.to_str()?.strip_prefix("socket:[")?;
                Some(inode.trim_end_matches(']').to_owned())
            })
            .collect();
        let table = std::fs::read_to_string("/proc/net/tcp").expect("sockets");
        let port = |line: &str| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let listens = fields.get(3) == Some(&"0A");
            let ours = fields
                .get(9)
                .is_some_and(|inode| sockets.iter().any(|s| s == inode));
            let (_, port) = fields.get(1)?.split_once(':')?;
            (listens && ours).then(|| u16::from_str_radix(port, 16).ok())?
        };
        table.lines().filter_map(port).collect()
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id()).expect("process id");
        let id = rustix::process::Pid::from_raw(id).expect("process id");
        rustix::process::kill_process(id, signal).expect("sent");
    }

    /// Asks it to end, and returns its status and how long that took.
    pub(crate) fn terminate(&mut self) -> (Option<i32>, Duration) {
        let start = Instant::now();
        self.signal(rustix::process::Signal::TERM);
        let status = self.child.wait().expect("gone");
        (status.code(), start.elapsed())
    }

    /// Waits for a line on standard error that holds `text`.
    pub(crate) fn until(&mut self, text: &str) -> String {
        let lines = BufReader::new(self.child.stderr.take().expect("error")).lines();
        let (sender, receiver) = std::sync::mpsc::channel();
        let text = text.to_owned();
        std::thread::spawn({
            let text = text.clone();
            move || {
                let mut lines = lines.map_while(Result::ok);
                sender.send(lines.find(|line| line.contains(&text))).ok();
                lines.for_each(drop); // it goes on to complain
            }
        });
        let found = receiver
            .recv_timeout(Duration::from_secs(60))
            .ok()
            .flatten();
        found.unwrap_or_else(|| panic!("it never complained about {text}"))
    }

    /// What it wrote to standard error until it ended.
    pub(crate) fn complaints(mut self) -> String {
        self.kill();
        let mut text = String::new();
        self.child
            .stderr
            .take()
            .expect("error")
            .read_to_string(&mut text)
            .ok();
        text
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
