//! `doorward serve` as a program.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use crate::process::Place;

/// A running `doorward serve`; killed when it is dropped.
pub(crate) struct Serving {
    child: Child,
    logs: mpsc::Receiver<String>,
}

impl Serving {
    /// Starts `serve` and waits until it says so.
    pub(crate) fn start(place: &Place, config: &std::path::Path) -> Self {
        let mut binary = Command::new(env!("CARGO_BIN_EXE_doorward"));
        binary.env_remove("XDG_RUNTIME_DIR");
        Self::start_as(binary, place, config)
    }

    /// The same by a command that becomes the binary.
    pub(crate) fn start_as(mut binary: Command, place: &Place, config: &std::path::Path) -> Self {
        let mut child = binary
            .args(["serve", "--data"])
            .arg(place.data())
            .arg("--config")
            .arg(config)
            .env_remove("RUST_LOG")
            .env_remove("RUNTIME_DIRECTORY")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let lines = BufReader::new(child.stderr.take().expect("logs")).lines();
        let (sender, logs) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                sender.send(line).ok();
            }
        });
        let serving = Self { child, logs };
        serving.until("serving");
        serving
    }

    /// Which process it is.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a log line that holds `text`.
    pub(crate) fn until(&self, text: &str) -> String {
        loop {
            let line = self.logs.recv_timeout(Duration::from_secs(60));
            let line = line.unwrap_or_else(|_| panic!("no log line with {text}"));
            if line.contains(text) {
                return line;
            }
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port");
    listener.local_addr().expect("address").port()
}
