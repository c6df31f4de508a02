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
/// parent that is gone, deaf to TERM, and with an empty environment. Each notes who it is.
const LITTER: &str = r#"
note() { echo "$1" >> "$NOTES"; }
note $$
sleep 1001 & note $!
setsid sh -c 'echo $$ >> "$NOTES"; exec sleep 1002' &
(setsid sh -c 'echo $$ >> "$NOTES"; sleep 1003' &)
env -i "$(command -v setsid)" /bin/sh -c 'echo $$ >> "$0"; exec /bin/sleep 1004' "$NOTES" &
sh -c 'trap "" TERM; echo $$ >> "$NOTES"; while :; do sleep 1; done' &
while read -r line; do :; done
"#;

/// A server that leaves somebody with a mark that is nobody's, and somebody who ends at once. Each
/// is without a parent, and notes who it is; the latter, whose child it became, too.
const HIDING: &str = r#"
import os, resource, sys, time
def orphan(note):
    if os.fork() == 0:
        os.setsid()
        parent = os.getpid()
        if os.fork():
            os._exit(0)
        while os.getppid() == parent:
            time.sleep(0.01)
        note()
    os.wait()
def write(text):
    with open(sys.argv[1], "a") as notes:
        notes.write(text)
def hide():
    resource.setrlimit(10, (7, 7))
    write(f"{os.getpid()}\n")
    os.execve("/bin/sleep", ["sleep", "1005"], {})
def end():
    write(f"{os.getpid()} {os.getppid()}\n")
    os._exit(0)
orphan(hide)
orphan(end)
for line in sys.stdin:
    pass
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

    /// Everybody who noted who they are: six of each process.
    fn noted(&self) -> BTreeSet<u32> {
        let text = fs::read_to_string(&self.notes).unwrap_or_default();
        let lines = text.lines().filter_map(|line| line.trim().parse().ok());
        lines.collect()
    }

    fn wait_for_litter(&self) -> BTreeSet<u32> {
        wait_until("the server and its children run", || {
            let noted = self.noted();
            noted.len() >= 6 && noted.len().is_multiple_of(6)
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
fn what_hides_whose_it_is_ends_at_once_and_what_lost_its_parent_with_its_server() {
    // ST-04, ST-06
    let scene = Scene::new();
    let hiding = scene.place.write("hiding.py", HIDING);
    let notes = scene.place.path().join("hidden");
    let more = format!(
        "[[servers]]\nname = 'hiding'\nwarm = 1\ncommand = ['/usr/bin/python3', '{}', '{}']\n",
        hiding.display(),
        notes.display()
    );
    let serving = Serving::start(&scene.place, &scene.with_litter(&more));
    let litter = scene.wait_for_litter();
    let lines = || {
        let text = fs::read_to_string(&notes).unwrap_or_default();
        let complete = text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        complete
            .map(|line| line.trim().to_owned())
            .collect::<Vec<_>>()
    };
    wait_until("both noted who they are", || lines().len() >= 2);
    let noted = lines(); // in whatever order
    let hidden = noted.iter().find_map(|line| line.parse::<u32>().ok());
    let hidden = hidden.expect("one");
    let ended = noted.iter().find_map(|line| line.split_once(' '));
    let (ended, parent) = ended.expect("another, with its parent");
    assert_eq!(
        parent.parse(),
        Ok(serving.id()),
        "orphans become its children"
    );
    wait_until("it was reaped", || !Path::new("/proc").join(ended).exists());
    wait_until("it has ended", || !is_alive(hidden));
    assert!(
        litter.iter().all(|process| is_alive(*process)),
        "others live as long as their server"
    );
}

#[test]
fn in_a_sandbox_nothing_can_hide_whose_it_is() {
    // ST-04
    let place = Place::new();
    let script = "
import resource
for mark in (7, 5):
    try:
        resource.setrlimit(10, (mark, mark)); print(mark)
    except (ValueError, OSError) as error: print('refused')
resource.setrlimit(7, (64, 64)); print(resource.getrlimit(10))";
    for (sandbox, said) in [
        ("off", "7\n5\n(5, 5)\n"),
        ("network", "refused\nrefused\n(9, 9)\n"),
        ("strict", "refused\nrefused\n(9, 9)\n"),
    ] {
        let plan = serde_json::json!({ "sandbox": sandbox, "mark": 9 });
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_doorward"))
            .args([
                "box-launch",
                &plan.to_string(),
                "/usr/bin/python3",
                "-c",
                script,
            ])
            .current_dir(place.path())
            .output()
            .expect("it runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout), said, "{sandbox}");
    }
}

#[test]
fn nothing_is_left_in_a_sandbox_either_its_files_included() {
    // ST-03, ST-04
    let memory = tempfile::tempdir_in("/dev/shm").expect("a folder");
    for memory in [None, Some(memory.path())] {
        leaves_nothing_in_a_sandbox(memory);
    }
}

/// With a folder in memory for temporary files, or none.
fn leaves_nothing_in_a_sandbox(memory: Option<&Path>) {
    let scene = Scene::new();
    let notes = scene.notes.clone();
    fs::write(&notes, "").expect("written");
    let folder = scene.place.path().display().to_string();
    let keys = format!(
        "sandbox = 'strict'\nread = ['{folder}/litter.sh']\nwrite = ['{}']\n",
        notes.display()
    );
    let mut binary = std::process::Command::new(env!("CARGO_BIN_EXE_doorward"));
    binary.env_remove("XDG_RUNTIME_DIR");
    binary.envs(memory.map(|folder| ("XDG_RUNTIME_DIR", folder)));
    let serving = Serving::start_as(binary, &scene.place, &scene.with_litter(&keys));
    let told = serving.until("temporary files apart");
    assert_eq!(
        told.contains("programs.scratch"),
        memory.is_none(),
        "{told}"
    );
    let processes = scene.wait_for_litter();
    let scratch = match memory {
        None => scene.place.data().join("scratch"),
        Some(memory) => {
            assert!(!scene.place.data().join("scratch").exists());
            let mut own = fs::read_dir(memory).expect("a folder");
            own.next()
                .expect("one of its own")
                .expect("readable")
                .path()
        }
    };
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
