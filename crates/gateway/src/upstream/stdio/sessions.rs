//! The sessions of one server, by their keys.
//!
//! ```text
//! initialize -> room? -> process answers -> kept -> DELETE | evicted | abandoned -> 404
//! ```
//!
//! A session whose program ended is kept, because its next message starts another; when
//! none comes for as long as an idle process would live, it is dropped like one. Nobody
//! holds more than so many, so that the table is as small as its users are few, and there are so
//! many in all (DS-05).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use doorward_core::subject::Subject;
use tokio::time::Instant;

use super::session::Session;
use crate::{config::GatewayLimits, upstream::Fault};

/// The table of sessions.
pub(super) struct Sessions {
    most: usize,
    idle: Duration,
    table: Mutex<HashMap<String, Arc<Session>>>,
}

impl Sessions {
    pub(super) fn new(limits: &GatewayLimits) -> Self {
        Self {
            most: limits.sessions_per_user,
            idle: limits.process_idle,
            table: Mutex::default(),
        }
    }

    /// How long a session may be out of use.
    pub(super) fn idle(&self) -> Duration {
        self.idle
    }

    /// The session of this key, if it goes on.
    pub(super) fn find(&self, key: &str) -> Result<Arc<Session>, Fault> {
        let session = self.lock().get(key).cloned();
        session
            .filter(|session| !session.is_over())
            .ok_or(Fault::NoSession)
    }

    /// Makes sure that `user` may have one more: the one of theirs that nobody has used for
    /// longest makes room, if it has no process either.
    pub(super) fn make_room(&self, user: &Subject) -> Result<(), Fault> {
        room_in(&mut self.lock(), self.most, user)
    }

    /// Keeps a session that was opened.
    pub(super) fn keep(&self, key: String, session: Arc<Session>) -> Result<(), Fault> {
        let mut table = self.lock();
        room_in(&mut table, self.most, session.user())?;
        table.insert(key, session);
        Ok(())
    }

    /// Ends a session.
    pub(super) fn end(&self, key: &str) -> Result<(), Fault> {
        let ended = self.lock().remove(key);
        let session = ended.filter(|session| !session.is_over());
        session.ok_or(Fault::NoSession).map(|session| session.end())
    }

    /// Drops those that are over, and those that nobody has used for long.
    pub(super) fn sweep(&self, now: Instant) {
        let abandoned: Vec<_> = self
            .lock()
            .extract_if(|_, session| session.is_abandoned(now, self.idle))
            .collect();
        for (_, session) in abandoned {
            session.end();
        }
    }

    /// Ends all.
    pub(super) fn end_all(&self) {
        for session in std::mem::take(&mut *self.lock()).into_values() {
            session.end();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Session>>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn room_in(
    table: &mut HashMap<String, Arc<Session>>,
    most: usize,
    user: &Subject,
) -> Result<(), Fault> {
    table.retain(|_, session| !session.is_over());
    let theirs = || table.iter().filter(|(_, one)| one.user() == user);
    if theirs().count() < most {
        return match table.len() < MOST {
            true => Ok(()),
            false => Err(Fault::Hosting),
        };
    }
    let resting = theirs().filter_map(|(key, one)| Some((one.resting_since()?, key)));
    let (_, key) = resting.min().ok_or(Fault::Sessions)?;
    let key = key.clone();
    if let Some(session) = table.remove(&key) {
        session.end();
    }
    Ok(())
}

/// Sessions of all users together.
const MOST: usize = 16_384;

#[cfg(test)]
mod tests {
    use doorward_core::id::UserId;
    use doorward_mcp::envelope::IdValue;

    use super::{super::testing::home, *};
    use crate::upstream::stdio::process::Text;

    fn user(name: &str) -> Subject {
        Subject::User(UserId::from_known(name))
    }

    /// A session whose program never started.
    fn session(name: &str) -> Arc<Session> {
        let opening = Text::one("{}".into());
        Session::new(home("exit"), user(name), opening, IdValue::Integer(0))
    }

    fn sessions(most: usize) -> Sessions {
        Sessions::new(&GatewayLimits {
            sessions_per_user: most,
            ..GatewayLimits::default()
        })
    }

    #[test]
    fn who_has_all_the_sessions_that_a_user_may_have_takes_none_from_others() {
        // DS-05, GW-25
        let sessions = sessions(2);
        let keep = |key: &str, name| sessions.keep(key.to_owned(), session(name));
        let listen = |key| sessions.find(key).and_then(|session| session.listen());
        assert_eq!(keep("a1", "alice"), Ok(()));
        let _stream = listen("a1").expect("a session");
        assert_eq!(keep("a2", "alice"), Ok(()));
        assert_eq!(keep("a3", "alice"), Ok(()), "the unused one makes room");
        assert_eq!(sessions.find("a2").err(), Some(Fault::NoSession));
        let _other = listen("a3").expect("a session");
        assert_eq!(keep("a4", "alice"), Err(Fault::Sessions));
        assert_eq!(sessions.make_room(&user("alice")), Err(Fault::Sessions));
        assert_eq!(keep("b1", "bob"), Ok(()));
        for key in ["a1", "a3", "b1"] {
            assert!(sessions.find(key).is_ok(), "{key}");
        }
        sessions.end("a1").expect("a session");
        assert_eq!(keep("a4", "alice"), Ok(()));
    }

    #[test]
    fn a_session_without_a_process_that_nobody_uses_is_dropped() {
        // DS-05
        let sessions = sessions(9);
        for key in ["idle", "listening"] {
            let kept = sessions.keep(key.to_owned(), session("alice"));
            assert_eq!(kept, Ok(()));
        }
        let _stream = sessions.find("listening").and_then(|one| one.listen());
        let now = Instant::now();
        sessions.sweep(now);
        assert_eq!(sessions.lock().len(), 2, "not yet");
        sessions.sweep(now + GatewayLimits::default().process_idle * 2);
        assert_eq!(sessions.find("idle").err(), Some(Fault::NoSession));
        assert!(sessions.find("listening").is_ok());
        sessions.find("listening").expect("a session").end();
        sessions.sweep(now);
        assert!(sessions.lock().is_empty(), "what is over goes at once");
    }
}
