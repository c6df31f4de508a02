//! Hashing passwords with Argon2id, a few at a time.
//!
//! Each hash takes 19 MiB and some milliseconds on purpose. A bounded number
//! runs at once and a bounded number waits; whoever comes after that is told to
//! come again, so that a flood of sign-ins costs nothing but sign-ins (DS-01).
//! They run on threads of the least priority: where they share a core with tool
//! calls, they take what the calls leave. An unknown account costs the same as a
//! known one (LG-03). What is set is judged first: only a [`NewPassword`] is hashed.

mod strength;

use std::{sync::Arc, thread};

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use doorward_core::{
    secret::Secret,
    user::{MAXIMUM_PASSWORD, PasswordError, PasswordHash},
};
use tokio::sync::{Semaphore, oneshot};

pub use self::strength::NewPassword;

/// How many sign-ins may wait for their turn.
const QUEUE: usize = 64;
/// How many hashes run at once.
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
}

impl Passwords {
    /// An idle pool.
    pub(crate) fn new() -> Self {
        Self {
            admitted: Arc::new(Semaphore::new(QUEUE + AT_ONCE)),
            running: Arc::new(Semaphore::new(AT_ONCE)),
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
        let same = self.turn(move || matches(&password, &against)).await?;
        Ok(same && exists)
    }

    /// Judges a password that is to be set, for the person of whom this is known.
    pub(crate) async fn judge(
        &self,
        password: Secret,
        about: Vec<String>,
    ) -> Result<Result<NewPassword, PasswordError>, Busy> {
        self.turn(move || judge(password, &about)).await
    }

    /// Hashes a new password.
    pub(crate) async fn hash(
        &self,
        password: NewPassword,
        salt: [u8; 16],
    ) -> Result<PasswordHash, Busy> {
        self.turn(move || hash(&password, salt)).await?.ok_or(Busy)
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let admitted = Arc::clone(&self.admitted)
            .try_acquire_owned()
            .map_err(|_| Busy)?;
        let running = Arc::clone(&self.running).acquire_owned();
        let turn = (admitted, running.await.map_err(|_| Busy)?);
        let (tell, told) = oneshot::channel();
        let thread = thread::Builder::new().name("password".to_owned());
        // A thread for each: to start one is nothing beside its work, and those of the runtime
        // keep their priority.
        let started = thread.spawn(move || {
            let _turn = turn; // held until the work ends, even when nobody waits any more
            step_back();
            drop(tell.send(work()));
        });
        started.map_err(|_| Busy)?;
        told.await.map_err(|_| Busy)
    }
}

/// Judges `password` for the person of whom `about` is known.
pub(crate) fn judge(password: Secret, about: &[String]) -> Result<NewPassword, PasswordError> {
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    NewPassword::check(password, &about)
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

/// Hashes `password` in the form that the store keeps.
pub(crate) fn hash(password: &NewPassword, salt: [u8; 16]) -> Option<PasswordHash> {
    let phc = argon2()?
        .hash_password_with_salt(password.secret().expose().as_bytes(), &salt)
        .ok()?;
    Some(PasswordHash::from_phc(phc.to_string()))
}

fn matches(password: &Secret, against: &PasswordHash) -> bool {
    let Some(argon2) = argon2() else { return false };
    argon2
        .verify_password(password.expose().as_bytes(), against.as_phc())
        .is_ok()
}

/// OWASP's recommendation for Argon2id: 19 MiB, two passes, one lane.
fn argon2() -> Option<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
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
            matches(&Secret::presented("nobody's password"), &nobody),
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
        let hashing = passwords.turn(thread_schedule_policy).await;
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
        let mut turn = Box::pin(passwords.turn(move || wait.recv().is_ok()));
        let begun = tokio::time::timeout(std::time::Duration::from_millis(50), &mut turn).await;
        assert!(begun.is_err(), "the work goes on");
        drop(turn);
        assert_eq!(passwords.running.available_permits(), AT_ONCE - 1); // DS-01
        finish.send(()).expect("the work waits for this");
        let all = u32::try_from(AT_ONCE).expect("small");
        assert!(passwords.running.acquire_many(all).await.is_ok());
    }

    #[tokio::test]
    async fn whoever_comes_after_the_queue_is_told_to_come_again() {
        let passwords = Passwords::new();
        let all = u32::try_from(QUEUE + AT_ONCE).expect("small");
        let held = passwords.admitted.try_acquire_many(all).expect("idle");
        let answer = passwords.verify(Secret::presented("x"), None).await;
        assert_eq!(answer, Err(Busy)); // DS-01
        drop(held);
        assert!(passwords.verify(Secret::presented("x"), None).await.is_ok());
    }
}
