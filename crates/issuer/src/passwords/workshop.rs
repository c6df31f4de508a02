//! The threads that hash. They run only when nobody else wants their core, begin with the first
//! password and end when none came for a while, with their memory.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use super::argon::Memory;

/// How long a thread waits for work before it ends.
const REST: Duration = Duration::from_secs(10);

/// What one of them does.
type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// A few threads and what waits for them. Whoever adds work bounds how much.
pub(super) struct Workshop(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    resting: usize,
}

impl Workshop {
    /// Nothing runs yet.
    pub(super) fn new() -> Self {
        let state = Mutex::default();
        let arrived = Condvar::new();
        Self(Arc::new(Shared { state, arrived }))
    }

    /// Does `job` as soon as a thread has time, one of `most`; false when none can be had.
    pub(super) fn begin(
        &self,
        most: usize,
        job: impl FnOnce(&mut Memory) + Send + 'static,
    ) -> bool {
        let mut state = self.0.lock();
        state.jobs.push_back(Box::new(job));
        if state.jobs.len() > state.resting && state.threads < most && self.0.hire() {
            state.threads += 1;
        }
        if state.threads == 0 {
            state.jobs.pop_back();
            return false;
        }
        drop(state);
        self.0.arrived.notify_one();
        true
    }
}

impl Shared {
    fn hire(self: &Arc<Self>) -> bool {
        let shared = Arc::clone(self);
        let thread = thread::Builder::new().name("password".to_owned());
        thread.spawn(move || shared.work()).is_ok()
    }

    fn work(self: Arc<Self>) {
        step_back();
        let _place = Place(Arc::clone(&self));
        let mut memory = Memory::default();
        while let Some(job) = self.next() {
            job(&mut memory);
        }
    }

    /// The next job; `None` when there was none for so long that the thread ends.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        if state.jobs.is_empty() {
            state.resting += 1;
            let waited = self
                .arrived
                .wait_timeout_while(state, REST, |state| state.jobs.is_empty());
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.resting -= 1;
        }
        state.jobs.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One thread's, however it ends; who waits then gets another one.
struct Place(Arc<Shared>);

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.threads -= 1;
        if !state.jobs.is_empty() && self.0.hire() {
            state.threads += 1;
        }
    }
}

/// Lets the calling thread, and no other, run only when nobody else wants its core. Where that
/// cannot be done, it works like every other.
#[cfg(target_os = "linux")]
fn step_back() {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
        set_thread_priority_and_policy, thread_native_id,
    };
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    let least = ThreadPriority::Min;
    if let Err(error) = set_thread_priority_and_policy(thread_native_id(), least, idle) {
        tracing::debug!(
            ?error,
            "passwords are hashed with the priority of everything else"
        );
    }
}

#[cfg(not(target_os = "linux"))]
fn step_back() {} // elsewhere it would be the priority of the whole process

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_thread_that_breaks_takes_nothing_with_it() {
        let workshop = Workshop::new();
        let (tell, told) = channel();
        assert!(workshop.begin(1, |_| panic!("a fault")));
        for number in 0..3 {
            let tell = tell.clone();
            assert!(workshop.begin(1, move |_| assert!(tell.send(number).is_ok())));
        }
        let done: Vec<_> = told.iter().take(3).collect();
        assert_eq!(done, [0, 1, 2]);
        assert!(workshop.0.lock().threads <= 1, "no more than were allowed");
    }
}
