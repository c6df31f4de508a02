//! How long a server may take for what it was asked.
//!
//! ```text
//! call: each message before the answer begins the time anew, up to a total
//! a question to the client: people take their time, up to the same total
//! anything else: one time for the whole answer; a subscription only has to begin
//! ```

mod timed;

use std::{future::poll_fn, pin::Pin, task::Poll, time::Duration};

use doorward_mcp::method::{Class, Method};
use tokio::time::{Sleep, sleep};

use super::Fault;
use crate::config::Patience;

pub(super) use self::timed::{TimedSession, TimedStateless};

/// The limits of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Between messages, the first included.
    pub(crate) quiet: Duration,
    /// In all; none for what never ends by itself.
    pub(crate) total: Option<Duration>,
}

impl Limits {
    /// Whether any server answers this soon: not a call, nor what has no end.
    pub(crate) fn is_short(&self) -> bool {
        self.total == Some(self.quiet)
    }
}

impl Patience {
    /// The limits of a request with this method.
    pub(crate) fn limits(&self, method: Option<Method>) -> Limits {
        let within = |quiet, total| Limits { quiet, total };
        match method.map(Method::class) {
            Some(Class::Call | Class::Task) | None => within(self.call, Some(self.call_total)),
            Some(Class::Subscribe) if method == Some(Method::SubscriptionsListen) => {
                within(self.answer, None)
            }
            Some(
                Class::Lifecycle
                | Class::Discover
                | Class::List
                | Class::Read
                | Class::Get
                | Class::Complete
                | Class::Subscribe
                | Class::Log
                | Class::Progress
                | Class::Elicit
                | Class::Sample,
            ) => within(self.answer, Some(self.answer)),
        }
    }
}

/// The answer, unless it takes too long.
///
/// Most come at once, so a timer is only set when the task is woken and there is still none. On
/// the path of a call that happens within two seconds: whoever waits has an
/// [`Attendance`](crate::stream::Attendance).
pub(crate) async fn within<T>(
    limit: Duration,
    mut answer: Pin<&mut impl Future<Output = Result<T, Fault>>>,
) -> Result<T, Fault> {
    let (mut has_waited, mut timer) = (false, None::<Pin<Box<Sleep>>>);
    poll_fn(move |context| {
        if let Poll::Ready(answer) = answer.as_mut().poll(context) {
            return Poll::Ready(answer);
        }
        if !std::mem::replace(&mut has_waited, true) {
            return Poll::Pending;
        }
        let timer = timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        timer.as_mut().poll(context).map(|()| Err(Fault::Timeout))
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[test]
    fn calls_may_take_longer_and_subscriptions_for_ever() {
        let patience = Patience::default();
        let (answer, total) = (patience.answer, Some(patience.answer));
        for (method, quiet, total) in [
            ("tools/list", answer, total),
            ("resources/read", answer, total),
            ("prompts/get", answer, total),
            ("completion/complete", answer, total),
            ("server/discover", answer, total),
            ("resources/subscribe", answer, total),
            ("subscriptions/listen", answer, None),
            ("tools/call", patience.call, Some(patience.call_total)),
            ("tasks/result", patience.call, Some(patience.call_total)),
            ("x/unknown", patience.call, Some(patience.call_total)),
        ] {
            let limits = patience.limits(Method::request(method));
            assert_eq!(limits, Limits { quiet, total }, "{method}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_does_not_come_is_not_waited_for() {
        // GW-27
        let second = Duration::from_secs(1);
        let late = async {
            sleep(second).await;
            std::future::pending::<Result<(), Fault>>().await
        };
        assert_eq!(within(second, pin!(late)).await, Err(Fault::Timeout));
        let fine = async {
            sleep(second).await;
            Ok(7)
        };
        assert_eq!(within(5 * second, pin!(fine)).await, Ok(7));
    }
}
