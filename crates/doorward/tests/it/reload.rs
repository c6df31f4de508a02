//! A configuration that changes while it is served.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use crate::{http::request, process::Place};

struct Serving {
    child: Child,
    logs: mpsc::Receiver<String>,
}

impl Serving {
    /// Starts `serve` and waits until it says so.
    fn start(place: &Place, config: &std::path::Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_doorward"))
            .args(["serve", "--data"])
            .arg(place.data())
            .arg("--config")
            .arg(config)
            .env_remove("RUST_LOG")
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

    /// Waits for a log line that holds `text`.
    fn until(&self, text: &str) -> String {
        loop {
            let line = self.logs.recv_timeout(Duration::from_secs(10));
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

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port");
    listener.local_addr().expect("address").port()
}

#[test]
fn a_changed_file_takes_effect_and_a_broken_one_does_not() {
    let place = Place::new();
    let (port, ops) = (free_port(), free_port());
    let file = |servers: &str| {
        let text =
            format!("listen = '127.0.0.1:{port}'\nops_listen = '127.0.0.1:{ops}'\n{servers}");
        place.write("doorward.toml", &text)
    };
    let server =
        |name: &str| format!("[[servers]]\nname = '{name}'\nurl = 'http://127.0.0.1:9/mcp'\n");
    let config = file(&server("one"));
    let serving = Serving::start(&place, &config);
    let authority = format!("127.0.0.1:{port}");
    let status = |name: &str| {
        let target = format!("/.well-known/oauth-protected-resource/mcp/{name}");
        request(&authority, "GET", &target, &[], "")
            .expect("answer")
            .status
    };
    assert_eq!((status("one"), status("two")), (200, 404));

    file(&format!("{}{}", server("one"), server("two")));
    serving.until("configuration reloaded");
    assert_eq!((status("one"), status("two")), (200, 200));

    file("[[servers]]\nname = 'three'\nurll = 'x'\n");
    let complaint = serving.until("stays in effect");
    assert!(complaint.contains("did you mean `url`?"), "{complaint}");
    assert_eq!(
        (status("one"), status("two"), status("three")),
        (200, 200, 404)
    );

    file(&format!(
        "[storage]\nurl = 'sqlite:other.db'\n{}",
        server("two")
    ));
    let warning = serving.until("only after a restart");
    assert!(warning.contains("storage.url"), "{warning}");
    assert_eq!((status("one"), status("two")), (404, 200));

    let ops = format!("127.0.0.1:{ops}");
    let ready = request(&ops, "GET", "/readyz", &[], "").expect("answer");
    assert_eq!(ready.status, 200);
    let metrics = request(&ops, "GET", "/metrics", &[], "").expect("answer");
    assert!(
        metrics
            .body
            .contains("doorward_requests_total{status=\"2xx\"}")
    );
    let rebound =
        request(&ops, "GET", "/metrics", &[("Host", "evil.example")], "").expect("answer");
    assert_eq!(rebound.status, 421); // GW-29
}
