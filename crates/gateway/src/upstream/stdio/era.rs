//! What is known of the era that a program speaks.
//!
//! ```text
//! nothing --it answered server/discover in the manner of 2026--> stateless
//!        \--it does not know the question---------------------> session, for a while
//! ```
//!
//! Only such an answer teaches anything: what is no message, or an error that may pass, says
//! nothing about the era. Silence lets the one caller who met it try the other
//! era (P-047), but a program that starts slowly says the same by it as one that does not
//! know the question: it is not held against the next caller, nor against a program that
//! has answered before.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use doorward_mcp::{
    envelope::{Message, Outcome},
    error::Code,
};
use tokio::time::Instant;

use crate::upstream::Fault;

/// The era of a program, as far as it is known.
#[derive(Default)]
pub(super) struct Era {
    belief: Mutex<Belief>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Belief {
    #[default]
    Nothing,
    Stateless,
    Session {
        since: Instant,
    },
}

/// What an answer to `server/discover` says about the era.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It is of 2026-07-28.
    Stateless,
    /// It does not know the question.
    Session,
    /// Nothing.
    Nothing,
}

impl Said {
    pub(super) fn by(answer: &[u8]) -> Self {
        let Ok(Message::Response(response)) = Message::parse(answer) else {
            return Self::Nothing;
        };
        match response.outcome {
            Outcome::Result(result) => match result.raw.member(&["supportedVersions"]) {
                Some(_) => Self::Stateless,
                None => Self::Session,
            },
            Outcome::Error(error) if Code::is_modern(error.code) => Self::Stateless,
            Outcome::Error(error)
                if error.code == Code::MethodNotFound.number()
                    || error.code == Code::InvalidParams.number() =>
            {
                Self::Session
            }
            Outcome::Error(_) => Self::Nothing,
        }
    }
}

impl Era {
    /// Notes an answer to `server/discover`, and says what it means for who asked.
    pub(super) fn answered(&self, said: Said, now: Instant) -> Result<(), Fault> {
        match said {
            Said::Stateless => {
                *self.lock() = Belief::Stateless;
                Ok(())
            }
            Said::Session => {
                *self.lock() = Belief::Session { since: now };
                Err(Fault::OtherEra)
            }
            Said::Nothing => Err(match *self.lock() {
                Belief::Stateless => Fault::NotMcp,
                Belief::Nothing | Belief::Session { .. } => Fault::OtherEra,
            }),
        }
    }

    /// Whether the program was heard to be of the session era, not long ago.
    pub(super) fn is_session(&self, now: Instant) -> bool {
        match *self.lock() {
            Belief::Session { since } => now.saturating_duration_since(since) < BELIEVED,
            Belief::Nothing | Belief::Stateless => false,
        }
    }

    /// How long a caller waits for a new process to answer, and what it means if it does not.
    pub(super) fn patience(&self) -> (Duration, Fault) {
        match *self.lock() {
            Belief::Stateless => (STARTING, Fault::Timeout),
            Belief::Nothing | Belief::Session { .. } => (PROBING, Fault::OtherEra),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Belief> {
        self.belief.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a caller waits until a program says of which era it is.
const PROBING: Duration = Duration::from_secs(5);
/// How long a process may take to start, whether anybody waits for it or not.
pub(super) const STARTING: Duration = Duration::from_secs(30);
/// How long a program is believed to be of the session era.
const BELIEVED: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_does_not_know_the_question_is_of_the_session_era() {
        // P-047
        let error = |code: i64| {
            format!(r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":{code},"message":"no"}}}}"#)
        };
        let result = |result: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#);
        for (answer, expected) in [
            (
                result(r#"{"supportedVersions":["2026-07-28"]}"#),
                Said::Stateless,
            ),
            (result("{}"), Said::Session),
            (error(-32022), Said::Stateless),
            (error(-32601), Said::Session),
            (error(-32602), Said::Session),
            (error(-32603), Said::Nothing),
            (error(-32000), Said::Nothing),
            (
                r#"{"jsonrpc":"2.0","method":"notifications/message"}"#.to_owned(),
                Said::Nothing,
            ),
            ("Welcome to the server".to_owned(), Said::Nothing),
        ] {
            assert_eq!(Said::by(answer.as_bytes()), expected, "{answer}");
        }
    }

    #[test]
    fn only_answers_teach_and_those_of_the_session_era_are_forgotten() {
        let (era, now) = (Era::default(), Instant::now());
        assert!(!era.is_session(now));
        assert_eq!(era.patience(), (PROBING, Fault::OtherEra));
        assert_eq!(era.answered(Said::Nothing, now), Err(Fault::OtherEra));
        assert!(!era.is_session(now));
        assert_eq!(era.answered(Said::Session, now), Err(Fault::OtherEra));
        assert!(era.is_session(now));
        assert!(!era.is_session(now + BELIEVED), "it may have been replaced");
        assert_eq!(era.answered(Said::Stateless, now), Ok(()));
        assert_eq!(era.answered(Said::Nothing, now), Err(Fault::NotMcp));
        assert!(!era.is_session(now));
        assert_eq!(
            era.patience(),
            (STARTING, Fault::Timeout),
            "slow is not another era"
        );
    }
}
