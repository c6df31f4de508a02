//! Hashing passwords with Argon2id, a few at a time.
//!
//! Each hash takes 19 MiB and some milliseconds on purpose. A bounded number
//! runs at once and a bounded number waits; whoever comes after that is told to
//! come again, so that a flood of sign-ins costs nothing but sign-ins (DS-01).
//! They run on threads that get what tool calls leave of a core. An unknown account costs the
//! same as a known one (LG-03). What is set is judged first: only a [`NewPassword`] is hashed.

mod argon;
mod strength;
mod workshop;

use std::{num::NonZero, sync::Arc, thread};

use doorward_core::{
    secret::Secret,
    user::{MAXIMUM_PASSWORD, PasswordError, PasswordHash},
};
use tokio::sync::{Semaphore, oneshot};

pub use self::strength::NewPassword;
use self::{argon::Memory, workshop::Workshop};

/// How many sign-ins may wait for their turn.
const QUEUE: usize = 64;
/// How many hashes run at once, where there are as many cores.
const AT_ONCE: usize = 2;

/// The password of accounts that do not exist: as much work as one that somebody chose, and no
/// account to open.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCAxNg$U6OJUMWD6q7dnWeBwqXG73rSyaViIDgI2NrRTQPdVjA";

/// Too many people are signing in right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many sign-ins at once")]
pub(crate) struct Busy;

/// The bounded pool that hashes passwords.
pub(crate) struct Passwords {
    admitted: Arc<Semaphore>,
    running: Arc<Semaphore>,
    workshop: Workshop,
    at_once: usize,
}

impl Passwords {
    /// An idle pool.
    pub(crate) fn new() -> Self {
        // Two that share a core would wait for one another, and calls for both.
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let at_once = AT_ONCE.min(cores);
        Self {
            admitted: Arc::new(Semaphore::new(QUEUE + at_once)),
            running: Arc::new(Semaphore::new(at_once)),
            workshop: Workshop::new(),
            at_once,
        }
    }

    /// Whether there is room in the queue right now: whoever has none need not be looked up.
    pub(crate) fn admits(&self) -> Result<(), Busy> {
        match self.admitted.available_permits() {
            0 => Err(Busy),
            _ => Ok(()),
        }
    }

    /// Whether `password` is the one behind `known`. For `None` the answer is no, after
    /// the same work.
    pub(crate) async fn verify(
        &self,
        password: Secret,
        known: Option<PasswordHash>,
    ) -> Result<bool, Busy> {
        if password.expose().len() > MAXIMUM_PASSWORD {
            return Ok(false); // DS-01: such a password was never accepted
        }
        let exists = known.is_some();
        let against = known.unwrap_or_else(|| PasswordHash::from_phc(NOBODY));
        let same = self
            .turn(move |memory| argon::matches(memory, &password, &against))
            .await?;
        Ok(same && exists)
    }

    /// Judges a password that is to be set, for the person of whom this is known.
    pub(crate) async fn judge(
        &self,
        password: Secret,
        about: Vec<String>,
    ) -> Result<Result<NewPassword, PasswordError>, Busy> {
        self.turn(move |_| judge(password, &about)).await
    }

    /// Hashes a new password.
    pub(crate) async fn hash(
        &self,
        password: NewPassword,
        salt: [u8; 16],
    ) -> Result<PasswordHash, Busy> {
        let hashed = self.turn(move |memory| argon::hash(memory, &password, salt));
        hashed.await?.ok_or(Busy)
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let admitted = Arc::clone(&self.admitted)
            .try_acquire_owned()
            .map_err(|_| Busy)?;
        let running = Arc::clone(&self.running).acquire_owned();
        let turn = (admitted, running.await.map_err(|_| Busy)?);
        let (tell, told) = oneshot::channel();
        let started = self.workshop.begin(self.at_once, move |memory| {
            let _turn = turn; // held until the work ends, even when nobody waits any more
            drop(tell.send(work(memory)));
        });
        if !started {
            return Err(Busy);
        }
        told.await.map_err(|_| Busy)
    }
}

/// Judges `password` for the person of whom `about` is known.
pub(crate) fn judge(password: Secret, about: &[String]) -> Result<NewPassword, PasswordError> {
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    NewPassword::check(password, &about)
}

/// Hashes `password` in the form that the store keeps.
pub(crate) fn hash(password: &NewPassword, salt: [u8; 16]) -> Option<PasswordHash> {
    argon::hash(&mut Memory::default(), password, salt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_real_account_passes() {
        let passwords = Passwords::new();
        let right = || Secret::presented("correct horse");
        let judged = passwords.judge(right(), Vec::new()).await;
        let judged = judged.expect("not busy").expect("strong enough");
        let known = passwords.hash(judged, [2; 16]).await.expect("not busy");
        assert!(
            known
                .as_phc()
                .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
        );
        assert_eq!(
            passwords.verify(right(), Some(known.clone())).await,
            Ok(true)
        );
        let wrong = Secret::presented("wrong horse");
        assert_eq!(passwords.verify(wrong, Some(known)).await, Ok(false));
        let nobody = Secret::presented("nobody's password");
        assert_eq!(passwords.verify(nobody, None).await, Ok(false)); // LG-03
        let huge = Secret::presented("a".repeat(1_000_000));
        assert_eq!(passwords.verify(huge, None).await, Ok(false)); // DS-01
    }

    #[test]
    fn nobodys_password_costs_as_much_as_any_other() {
        let salt = [2; 16];
        let judged = judge(Secret::presented("correct horse"), &[]).expect("strong enough");
        let known = hash(&judged, salt).expect("hashing works");
        let settings = |phc: &str| phc.split('$').take(4).collect::<Vec<_>>().join("$");
        let lengths = |phc: &str| phc.split('$').map(str::len).collect::<Vec<_>>();
        assert_eq!(settings(NOBODY), settings(known.as_phc())); // LG-03
        assert_eq!(lengths(NOBODY), lengths(known.as_phc()));
        let nobody = PasswordHash::from_phc(NOBODY);
        assert!(
            argon::matches(
                &mut Memory::default(),
                &Secret::presented("nobody's password"),
                &nobody
            ),
            "it is computed, not refused unread"
        );
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn hashing_gives_way_to_everything_else() {
        use thread_priority::{
            NormalThreadSchedulePolicy::Idle, ThreadSchedulePolicy::Normal, thread_schedule_policy,
        };
        let before = thread_schedule_policy();
        let passwords = Passwords::new();
        let hashing = passwords.turn(|_| thread_schedule_policy()).await;
        assert_eq!(hashing, Ok(Ok(Normal(Idle)))); // DS-01
        assert_ne!(before, Ok(Normal(Idle)));
        assert_eq!(
            thread_schedule_policy(),
            before,
            "no other thread steps back"
        );
    }

    #[tokio::test]
    async fn whoever_hangs_up_while_hashing_does_not_let_more_run_at_once() {
        let passwords = Passwords::new();
        let (finish, wait) = std::sync::mpsc::channel::<()>();
        let mut turn = Box::pin(passwords.turn(move |_| wait.recv().is_ok()));
        let begun = tokio::time::timeout(std::time::Duration::from_millis(50), &mut turn).await;
        assert!(begun.is_err(), "the work goes on");
        drop(turn);
        assert_eq!(passwords.running.available_permits(), passwords.at_once - 1); // DS-01
        finish.send(()).expect("the work waits for this");
        let all = u32::try_from(passwords.at_once).expect("small");
        assert!(passwords.running.acquire_many(all).await.is_ok());
    }

    #[tokio::test]
    async fn whoever_comes_after_the_queue_is_told_to_come_again() {
        let passwords = Passwords::new();
        let all = u32::try_from(QUEUE + passwords.at_once).expect("small");
        let held = passwords.admitted.try_acquire_many(all).expect("idle");
        assert_eq!(passwords.admits(), Err(Busy));
        let answer = passwords.verify(Secret::presented("x"), None).await;
        assert_eq!(answer, Err(Busy)); // DS-01
        drop(held);
        assert_eq!(passwords.admits(), Ok(()));
        assert!(passwords.verify(Secret::presented("x"), None).await.is_ok());
    }
}
