//! What loses its parent among all that servers start (ST-04).
//!
//! Orphans become children of Doorward (it is their *subreaper*), so that none is left to
//! somebody who does not know it, and none waits for ever to be reaped. What became a child so
//! bears the mark of its server in its limits (see [`super::strays`]):
//!
//! ```text
//! of a server that runs -> left alone; reaped when it ends
//! of one that is gone, or changed so that it is nobody's -> killed and reaped
//! ```
//!
//! Children without such a mark are none of ours: what ran before a shell became Doorward, say.

use std::{
    collections::HashSet,
    fs, io,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rustix::process::{
    Pid, Resource, Signal, WaitOptions, getpid, getrlimit, kill_process, waitpid,
};

use super::strays::{standing, tree_of};

/// The marks of processes that run, and who of our children was started on purpose.
#[derive(Default)]
pub(super) struct Orphans {
    adopting: AtomicBool,
    looking: AtomicBool,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    trees: HashSet<u64>,
    /// Processes that were started here and not yet waited for.
    leaders: HashSet<u32>,
    /// How many are just being started.
    starting: usize,
}

/// Held while a process is started: until it is known who that is, nobody is an orphan.
pub(super) struct Starting<'a>(&'a Orphans);

impl Orphans {
    /// From now on orphans become children of this process.
    pub(super) fn adopt(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        rustix::process::set_child_subreaper(Some(getpid()))?;
        self.adopting.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// A new mark, which is that of a running process until it is felled; `None` when there are
    /// too few to choose from, as for a Doorward that was started by another one of those.
    pub(super) fn plant(&self) -> Option<u64> {
        let tree = draw()?;
        self.lock().trees.insert(tree).then_some(tree)
    }

    /// The process of this mark is gone.
    pub(super) fn fell(&self, tree: u64) {
        self.lock().trees.remove(&tree);
    }

    /// A process is about to be started.
    pub(super) fn starts(&self) -> Starting<'_> {
        self.lock().starting += 1;
        Starting(self)
    }

    /// A process that was started here has been waited for.
    pub(super) fn forget(&self, process: u32) {
        self.lock().leaders.remove(&process);
    }

    /// Looks once for orphans, unless somebody does; says how many were killed.
    pub(super) fn look(&self) -> usize {
        if !self.adopting.load(Ordering::Relaxed) || self.looking.swap(true, Ordering::Acquire) {
            return 0;
        }
        let killed = children().into_iter().filter(|child| self.judge(*child));
        let killed = killed.count();
        self.looking.store(false, Ordering::Release);
        killed
    }

    /// The same without waiting for it.
    pub(super) fn look_in_the_background(self: &Arc<Self>) {
        if self.adopting.load(Ordering::Relaxed) {
            let orphans = Arc::clone(self);
            tokio::task::spawn_blocking(move || orphans.look());
        }
    }

    /// Reaps a child that became one by losing its parent, kills it if it is nobody's, and says
    /// whether it did the latter.
    fn judge(&self, child: u32) -> bool {
        let path = format!("/proc/{child}");
        let path = Path::new(&path);
        let (Some(standing), Some(tree)) = (standing(path), tree_of(path)) else {
            return false;
        };
        let Some(pid) = i32::try_from(child).ok().and_then(Pid::from_raw) else {
            return false;
        };
        // What was started meanwhile is known by now, or still being started.
        let (is_ours, runs) = {
            let known = self.lock();
            let is_started = known.starting > 0 || known.leaders.contains(&child);
            (
                !is_started && Some(tree) != own_limit(),
                known.trees.contains(&tree),
            )
        };
        if standing.parent != std::process::id() || !is_ours {
            return false;
        }
        let kills = !standing.is_zombie && !runs;
        if kills {
            // It may have ended by itself meanwhile.
            kill_process(pid, Signal::KILL).ok();
        }
        if kills || standing.is_zombie {
            // One that has just been killed is reaped now or the next time.
            waitpid(Some(pid), WaitOptions::NOHANG).ok();
        }
        kills
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Starting<'_> {
    /// The process was started, as this one.
    pub(super) fn began(self, process: Option<u32>) {
        self.0.lock().leaders.extend(process);
    }
}

impl Drop for Starting<'_> {
    fn drop(&mut self) {
        self.0.lock().starting -= 1;
    }
}

/// The children of this process. Each is listed with one of its threads.
fn children() -> Vec<u32> {
    let threads = fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let lists: Option<Vec<_>> = threads
        .map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .collect();
    match lists.filter(|lists| !lists.is_empty()) {
        Some(lists) => {
            let numbers = lists.iter().flat_map(|list| list.split_whitespace());
            numbers.filter_map(|number| number.parse().ok()).collect()
        }
        None => children_among_all(), // the kernel keeps no lists
    }
}

fn children_among_all() -> Vec<u32> {
    let own = std::process::id();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let children = processes.filter_map(|entry| {
        let number = entry.file_name().to_str()?.parse().ok()?;
        let standing = standing(&entry.path())?;
        (standing.parent == own).then_some(number)
    });
    children.collect()
}

/// Less than what this process may hand on, and not to be guessed.
fn draw() -> Option<u64> {
    let most = own_limit().unwrap_or(MOST).min(MOST);
    let mut chance = [0; 8];
    rustix::rand::getrandom(&mut chance, rustix::rand::GetRandomFlags::empty()).ok()?;
    (most >= FEWEST).then(|| 1 + u64::from_ne_bytes(chance) % (most - 1))
}

fn own_limit() -> Option<u64> {
    #[cfg(target_os = "linux")]
    return getrlimit(Resource::Locks).maximum;
    #[cfg(not(target_os = "linux"))]
    None
}

/// How many marks there are to choose from.
const MOST: u64 = 1 << 62;
const FEWEST: u64 = 1 << 40;
