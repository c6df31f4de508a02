//! The thread that starts processes.
//!
//! The kernel ends a launcher when the *thread* that started it is gone (ST-04). Threads of the
//! runtime come and go; this one stays for as long as there may be processes.

use std::{
    io,
    sync::{Mutex, PoisonError, mpsc},
    thread,
};

use tokio::{
    process::{Child, Command},
    runtime::Handle,
};

/// Starts processes; its thread begins with the first.
#[derive(Default)]
pub(super) struct Spawner {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
}

struct Job {
    command: Command,
    runtime: Handle,
    done: mpsc::SyncSender<io::Result<Child>>,
}

impl Spawner {
    /// Starts one. Takes as long as starting a process takes.
    pub(super) fn spawn(&self, command: Command) -> io::Result<Child> {
        let (done, started) = mpsc::sync_channel(1);
        let runtime = Handle::try_current().map_err(io::Error::other)?;
        let job = Job {
            command,
            runtime,
            done,
        };
        self.jobs()?.send(job).map_err(|_| gone())?;
        started.recv().map_err(|_| gone())?
    }

    fn jobs(&self) -> io::Result<mpsc::Sender<Job>> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(jobs) = &*jobs {
            return Ok(jobs.clone());
        }
        let (sender, received) = mpsc::channel();
        let thread = thread::Builder::new().name("doorward-programs".to_owned());
        thread.spawn(move || work(&received))?;
        Ok(jobs.insert(sender).clone())
    }
}

fn work(jobs: &mpsc::Receiver<Job>) {
    while let Ok(mut job) = jobs.recv() {
        let _runtime = job.runtime.enter();
        // Who waited for it may be gone: then the process ends with its handle.
        job.done.send(job.command.spawn()).ok();
    }
}

fn gone() -> io::Error {
    io::Error::other("the thread that starts processes is gone")
}
