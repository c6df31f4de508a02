//! Whatever happens to Doorward, nothing of its servers is left behind, and nothing of Doorward
//! is in them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::{
    process::Place,
    serving::{Serving, free_port},
};

/// A server that leaves children everywhere: in its group, in a session of their own, with a
/// parent that is gone, and deaf to TERM. Each notes who it is.
const LITTER: &str = r#"
note() { echo "$1" >> "$NOTES"; }
note $$
sleep 1001 & note $!
setsid sh -c 'echo $$ >> "$NOTES"; exec sleep 1002' &
(setsid sh -c 'echo $$ >> "$NOTES"; sleep 1003' &)
sh -c 'trap "" TERM; echo $$ >> "$NOTES"; while :; do sleep 1; done' &
while read -r line; do :; done
"#;

struct Scene {
    place: Place,
    notes: PathBuf,
    listen: String,
}

impl Scene {
    fn new() -> Self {
        let place = Place::new();
        let notes = place.path().join("notes");
        let (port, ops) = (free_port(), free_port());
        let listen = format!("listen = '127.0.0.1:{port}'\nops_listen = '127.0.0.1:{ops}'\n");
        Self {
            place,
            notes,
            listen,
        }
    }

    /// The configuration with a process of the littering server started ahead.
    fn with_litter(&self, keys: &str) -> PathBuf {
        let script = self.place.write("litter.sh", LITTER);
        let text = format!(
            "{}[[servers]]\nname = 'litter'\ncommand = ['sh', '{}']\nwarm = 1\n\
             env = {{ NOTES = '{}', TOKEN = {{ env = 'PATH' }} }}\n{keys}",
            self.listen,
            script.display(),
            self.notes.display()
        );
        self.place.write("doorward.toml", &text)
    }

    /// Everybody who noted who they are: five of each process.
    fn noted(&self) -> BTreeSet<u32> {
        let text = fs::read_to_string(&self.notes).unwrap_or_default();
        let lines = text.lines().filter_map(|line| line.trim().parse().ok());
        lines.collect()
    }

    fn wait_for_litter(&self) -> BTreeSet<u32> {
        wait_until("the server and its children run", || {
            let noted = self.noted();
            noted.len() >= 5 && noted.len().is_multiple_of(5)
        });
        self.noted()
    }
}

fn wait_until(what: &str, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn is_alive(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

fn wait_for_the_end(processes: &BTreeSet<u32>) {
    wait_until("nothing is left", || {
        !processes.iter().any(|process| is_alive(*process))
    });
}

#[test]
fn nothing_is_left_of_a_server_when_doorward_is_killed() {
    // ST-04
    let scene = Scene::new();
    let serving = Serving::start(&scene.place, &scene.with_litter(""));
    let processes = scene.wait_for_litter();
    assert!(processes.iter().all(|process| is_alive(*process)));
    drop(serving); // KILL
    wait_for_the_end(&scene.noted());
}

#[test]
fn nothing_is_left_of_a_server_that_is_no_longer_configured() {
    // ST-04
    let scene = Scene::new();
    let config = scene.with_litter("");
    let serving = Serving::start(&scene.place, &config);
    scene.wait_for_litter();
    let other = "[[servers]]\nname = 'other'\nurl = 'http://127.0.0.1:9/mcp'\n";
    let text = format!("{}{other}", scene.listen);
    scene.place.write("doorward.toml", &text);
    serving.until("configuration reloaded");
    wait_for_the_end(&scene.noted());
}

#[test]
fn nothing_is_left_in_a_sandbox_either_its_files_included() {
    // ST-03, ST-04
    let scene = Scene::new();
    let notes = scene.notes.clone();
    fs::write(&notes, "").expect("written");
    let folder = scene.place.path().display().to_string();
    let keys = format!(
        "sandbox = 'strict'\nread = ['{folder}/litter.sh']\nwrite = ['{}']\n",
        notes.display()
    );
    let serving = Serving::start(&scene.place, &scene.with_litter(&keys));
    let processes = scene.wait_for_litter();
    let scratch = scene.place.data().join("scratch");
    let folders = || fs::read_dir(&scratch).map_or(0, Iterator::count);
    assert!(folders() >= 1, "each process has its own");
    assert!(processes.iter().all(|process| is_alive(*process)));
    let other = "[[servers]]\nname = 'other'\nurl = 'http://127.0.0.1:9/mcp'\n";
    scene
        .place
        .write("doorward.toml", &format!("{}{other}", scene.listen));
    serving.until("configuration reloaded");
    wait_for_the_end(&scene.noted());
    wait_until("its files are gone", || folders() == 0);
}

#[test]
fn a_server_has_what_was_configured_in_its_environment_and_nothing_else() {
    // ST-01, ST-02, ST-03, P-049
    let scene = Scene::new();
    let _serving = Serving::start(&scene.place, &scene.with_litter(""));
    let data = scene.place.data().display().to_string();
    for process in scene.wait_for_litter() {
        let read = |what: &str| {
            let bytes = fs::read(format!("/proc/{process}/{what}")).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (environment, arguments) = (read("environ"), read("cmdline"));
        for secret in ["DOORWARD_DATA", data.as_str(), "master.key", "box-launch"] {
            assert!(
                !environment.contains(secret) && !arguments.contains(secret),
                "{secret}"
            );
        }
        let names = environment
            .split('\0')
            .filter_map(|pair| pair.split('=').next());
        let known = [
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "TMPDIR",
            "TZ",
            "NOTES",
            "TOKEN",
            "DOORWARD_PROCESS",
            "PWD",
            "OLDPWD",
            "SHLVL",
            "_",
            "",
        ];
        for name in names {
            assert!(known.contains(&name), "{name}");
        }
        let open = fs::read_dir(format!("/proc/{process}/fd"))
            .into_iter()
            .flatten();
        let inherited = open
            .flatten()
            .filter_map(|entry| fs::read_link(entry.path()).ok());
        for file in inherited {
            assert!(!file.starts_with(Path::new(&data)), "{}", file.display());
            assert!(
                !file.to_string_lossy().starts_with("socket:"),
                "{}",
                file.display()
            );
        }
    }
}
