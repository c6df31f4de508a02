//! The threads that start processes.
//!
//! The kernel ends a launcher when the *thread* that started it is gone (ST-04). Threads of the
//! runtime come and go; these stay for as long as there may be processes.
//!
//! One thread starts all, until a start does not come back: a program or a folder on a file
//! system that hangs. Whoever waits for it, or behind it, is refused after a while, another thread
//! takes over, and the first serves again when it comes back. Waiting holds up nobody else at the
//! thread of the runtime. Not more than so many starts hang at a time; then all are refused.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use tokio::{
    process::{Child, Command},
    runtime::{Handle, RuntimeFlavor},
    task::block_in_place,
};

/// Starts processes; its first thread begins with the first.
#[derive(Default)]
pub(super) struct Spawner {
    threads: Mutex<Vec<Worker>>,
}

#[derive(Clone)]
struct Worker {
    jobs: mpsc::Sender<Job>,
    count: Arc<Count>,
}

/// How many starts a thread was given, has done, and up to which one nobody waits any more.
#[derive(Default)]
struct Count {
    given: AtomicU64,
    done: AtomicU64,
    given_up: AtomicU64,
}

impl Count {
    /// Whether it has not come back for too long.
    fn hangs(&self) -> bool {
        self.done.load(Ordering::Relaxed) < self.given_up.load(Ordering::Relaxed)
    }
}

struct Job {
    start: Start,
    runtime: Handle,
    done: mpsc::SyncSender<io::Result<Child>>,
}

/// Starts one process, and takes as long as that takes.
type Start = Box<dyn FnOnce() -> io::Result<Child> + Send>;

impl Spawner {
    /// Starts one.
    pub(super) fn spawn(&self, mut command: Command) -> io::Result<Child> {
        self.run(Box::new(move || command.spawn()), PATIENCE)
    }

    fn run(&self, start: Start, patience: Duration) -> io::Result<Child> {
        let (done, started) = mpsc::sync_channel(1);
        let runtime = Handle::try_current().map_err(io::Error::other)?;
        let worker = self.worker()?;
        let job = Job {
            start,
            runtime,
            done,
        };
        let number = worker.count.given.fetch_add(1, Ordering::Relaxed) + 1;
        worker.jobs.send(job).map_err(|_| gone())?;
        match patiently(|| started.recv_timeout(patience)) {
            Ok(started) => started,
            Err(RecvTimeoutError::Disconnected) => Err(gone()),
            Err(RecvTimeoutError::Timeout) => {
                worker.count.given_up.fetch_max(number, Ordering::Relaxed);
                Err(slow())
            }
        }
    }

    /// A thread that does not hang.
    fn worker(&self) -> io::Result<Worker> {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = threads.iter().find(|worker| !worker.count.hangs()) {
            return Ok(worker.clone());
        }
        if threads.len() == MOST {
            return Err(slow());
        }
        let (jobs, received) = mpsc::channel();
        let count = Arc::new(Count::default());
        let counted = Arc::clone(&count);
        let thread = thread::Builder::new().name("doorward-programs".to_owned());
        thread.spawn(move || work(&received, &counted))?;
        let worker = Worker { jobs, count };
        threads.push(worker.clone());
        Ok(worker)
    }
}

fn work(jobs: &mpsc::Receiver<Job>, count: &Count) {
    while let Ok(job) = jobs.recv() {
        let _runtime = job.runtime.enter();
        let started = (job.start)();
        count.done.fetch_add(1, Ordering::Relaxed);
        // Who waited for it may be gone: then the process ends with its handle.
        job.done.send(started).ok();
    }
}

/// Waits while other tasks of this thread of the runtime go on.
pub(super) fn patiently<T>(wait: impl FnOnce() -> T) -> T {
    let flavor = Handle::try_current().map(|runtime| runtime.runtime_flavor());
    match flavor {
        Ok(RuntimeFlavor::MultiThread) => block_in_place(wait),
        Ok(_) | Err(_) => wait(),
    }
}

fn slow() -> io::Error {
    let why = "starting it does not come back: is its folder or program on a disk that hangs?";
    io::Error::new(io::ErrorKind::TimedOut, why)
}

fn gone() -> io::Error {
    io::Error::other("the thread that starts processes is gone")
}

/// How long a start may take; it takes a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many threads there are at most, all but one of them hanging.
const MOST: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    /// A start that comes back when it is told to, with a process.
    fn hanging() -> (mpsc::Sender<()>, Start) {
        let (release, released) = mpsc::channel::<()>();
        let start = move || {
            released.recv().ok();
            Command::new("true").kill_on_drop(true).spawn()
        };
        (release, Box::new(start))
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn who_waits_for_a_start_holds_up_nobody_else() {
        // ST-06
        let spawner = Arc::new(Spawner::default());
        let (release, start) = hanging();
        let waiting = Arc::clone(&spawner);
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let waits = tokio::spawn(async move {
            begun.send(()).ok();
            waiting.run(start, PATIENCE)
        });
        // The only thread of the runtime is waiting, and yet this goes on.
        let other = tokio::spawn(async move {
            has_begun.await.ok();
            release.send(()).ok();
        });
        other.await.expect("it ran");
        let mut child = waits.await.expect("it ran").expect("started");
        assert!(child.wait().await.expect("a status").success());
    }

    #[tokio::test]
    async fn what_does_not_come_back_is_given_up_and_others_start() {
        // ST-06
        let spawner = Spawner::default();
        let moment = Duration::from_millis(20);
        let mut hangs = Vec::new();
        for _ in 1..MOST {
            let (release, start) = hanging();
            let failed = spawner.run(start, moment).expect_err("it hangs");
            assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
            hangs.push(release);
            let mut child = spawner.spawn(Command::new("true")).expect("another thread");
            assert!(child.wait().await.expect("a status").success());
        }
        let (last, start) = hanging();
        assert!(spawner.run(start, moment).is_err());
        let refused = spawner.spawn(Command::new("true")).expect_err("all hang");
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        last.send(()).expect("it waits");
        while spawner.worker().is_err() {
            std::thread::yield_now(); // until it came back
        }
        let mut child = spawner.spawn(Command::new("true")).expect("it is back");
        assert!(child.wait().await.expect("a status").success());
    }
}
