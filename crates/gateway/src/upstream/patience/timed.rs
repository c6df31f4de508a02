//! Links whose answers must come in time.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{IdValue, Message},
    era::Revision,
    method::Method,
};
use futures_util::{StreamExt, stream};
use tokio::time::{Duration, Instant, timeout, timeout_at};

use super::Limits;
use crate::{
    config::Patience,
    upstream::{
        Fault, asked,
        link::{Incoming, Owner, SessionLink, StatelessLink},
        manner::Knowledge,
    },
};

/// A session whose server may take only so long.
pub(crate) struct TimedSession {
    link: Arc<dyn SessionLink>,
    patience: Patience,
}

/// A server of 2026-07-28 that may take only so long.
pub(crate) struct TimedStateless {
    link: Arc<dyn StatelessLink>,
    patience: Patience,
    known: Arc<Knowledge>,
}

/// One answer on its way.
struct Timed {
    incoming: Option<Incoming>,
    limits: Limits,
    patience: Patience,
    begun: Instant,
    /// Whether the last message asks the client something, which people may have to answer.
    asks: bool,
    given_up: Option<GivenUp>,
}

/// Tells a server of the session era that nobody waits any more.
struct GivenUp {
    link: Arc<dyn SessionLink>,
    id: IdValue,
}

impl TimedSession {
    pub(crate) fn new(link: Arc<dyn SessionLink>, patience: Patience) -> Arc<Self> {
        Arc::new(Self { link, patience })
    }
}

impl TimedStateless {
    pub(crate) fn new(
        link: Arc<dyn StatelessLink>,
        patience: Patience,
        known: Arc<Knowledge>,
    ) -> Arc<Self> {
        Arc::new(Self {
            link,
            patience,
            known,
        })
    }
}

#[async_trait]
impl StatelessLink for TimedStateless {
    async fn ask(&self, permit: Permit, owner: &Owner, request: Bytes) -> Result<Incoming, Fault> {
        let method = Method::request(&asked::request(&request)?.method);
        let limits = self.patience.limits(method);
        let timed = Timed::new(limits, self.patience);
        let asking = self.link.ask(permit, owner, request);
        let begun = timed.begin(asking).await;
        if matches!(begun, Err(Fault::OtherEra)) {
            self.known.doubt();
        }
        begun
    }
}

#[async_trait]
impl SessionLink for TimedSession {
    fn opened(&self) -> &Bytes {
        self.link.opened()
    }

    fn revision(&self) -> Revision {
        self.link.revision()
    }

    async fn ask(&self, permit: Permit, request: Bytes) -> Result<Incoming, Fault> {
        let (method, id) = {
            let request = asked::request(&request)?;
            (Method::request(&request.method), request.id.value())
        };
        let mut timed = Timed::new(self.patience.limits(method), self.patience);
        timed.given_up = Some(GivenUp {
            link: Arc::clone(&self.link),
            id,
        });
        timed.begin(self.link.ask(permit, request)).await
    }

    async fn tell(&self, message: Bytes) -> Result<(), Fault> {
        self.link.tell(message).await
    }

    async fn unasked(&self) -> Result<Incoming, Fault> {
        self.link.unasked().await
    }

    fn tells_apart(&self) -> bool {
        self.link.tells_apart()
    }

    fn rest(&self, rests: bool) {
        self.link.rest(rests);
    }

    fn is_over(&self) -> bool {
        self.link.is_over()
    }

    fn end(&self) {
        self.link.end();
    }
}

impl Timed {
    fn new(limits: Limits, patience: Patience) -> Self {
        Self {
            incoming: None,
            limits,
            patience,
            begun: Instant::now(),
            asks: false,
            given_up: None,
        }
    }

    async fn begin(
        mut self,
        asking: impl Future<Output = Result<Incoming, Fault>>,
    ) -> Result<Incoming, Fault> {
        match timeout(self.limits.quiet, asking).await {
            Ok(incoming) => self.incoming = Some(incoming?),
            Err(_) => {
                self.give_up();
                return Err(Fault::Timeout);
            }
        }
        Ok(Incoming::new(stream::unfold(self, async |mut timed| {
            let next = timed.next().await?;
            Some((next, timed))
        })))
    }

    async fn next(&mut self) -> Option<Result<Bytes, Fault>> {
        let deadline = self.deadline();
        let incoming = self.incoming.as_mut()?;
        let next = match deadline {
            Some(deadline) => timeout_at(deadline, incoming.next()).await,
            None => Ok(incoming.next().await),
        };
        let Ok(next) = next else {
            self.incoming = None;
            self.give_up();
            return Some(Err(Fault::Timeout));
        };
        if let Some(Ok(text)) = &next {
            self.asks = matches!(Message::parse(text), Ok(Message::Request(_)));
        }
        next
    }

    /// When the next message must be there. Counted from now: who does not read holds the
    /// server up, not the other way round.
    fn deadline(&self) -> Option<Instant> {
        let total = self.limits.total?;
        if self.asks {
            return Some(self.begun + self.patience.call_total);
        }
        let end = self.begun + total;
        Some(match self.limits.is_short() {
            true => end,
            false => end.min(Instant::now() + self.limits.quiet),
        })
    }

    fn give_up(&mut self) {
        let Some(GivenUp { link, id }) = self.given_up.take() else {
            return;
        };
        let message = format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{id},"reason":"it took too long"}}}}"#
        );
        tokio::spawn(async move {
            let told = timeout(TOLD_WITHIN, link.tell(message.into())).await;
            if !matches!(told, Ok(Ok(()))) {
                tracing::debug!("a server was not told that its answer is not waited for");
            }
        });
    }
}

const TOLD_WITHIN: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::mpsc;

    use super::*;
    use crate::upstream::http::testing::permit;

    const CALL: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x"}}"#;
    const LIST: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;
    const PROGRESS: &str = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#;
    const ELICIT: &str = r#"{"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{}}"#;
    const SECOND: Duration = Duration::from_secs(1);

    /// A session that says what it is told to say.
    struct Fake {
        opened: Bytes,
        says: Mutex<Option<mpsc::UnboundedReceiver<&'static str>>>,
        told: mpsc::UnboundedSender<Bytes>,
    }

    type Says = mpsc::UnboundedSender<&'static str>;
    type Told = mpsc::UnboundedReceiver<Bytes>;

    fn timed() -> (Arc<TimedSession>, Says, Told) {
        let (says, receiver) = mpsc::unbounded_channel();
        let (told, heard) = mpsc::unbounded_channel();
        let fake = Arc::new(Fake {
            opened: Bytes::new(),
            says: Mutex::new(Some(receiver)),
            told,
        });
        let patience = Patience {
            answer: 10 * SECOND,
            call: 60 * SECOND,
            call_total: 200 * SECOND,
        };
        (TimedSession::new(fake, patience), says, heard)
    }

    #[async_trait]
    impl SessionLink for Fake {
        fn opened(&self) -> &Bytes {
            &self.opened
        }

        fn revision(&self) -> Revision {
            Revision::LATEST_SESSION
        }

        async fn ask(&self, _: Permit, _: Bytes) -> Result<Incoming, Fault> {
            let says = self.says.lock().expect("lock").take();
            let Some(mut says) = says else {
                return std::future::pending().await;
            };
            Ok(Incoming::new(stream::poll_fn(move |context| {
                says.poll_recv(context)
                    .map(|text| text.map(|text| Ok(text.into())))
            })))
        }

        async fn tell(&self, message: Bytes) -> Result<(), Fault> {
            self.told.send(message).map_err(|_| Fault::Ended)
        }

        async fn unasked(&self) -> Result<Incoming, Fault> {
            Err(Fault::NoSession)
        }

        fn tells_apart(&self) -> bool {
            true
        }

        fn rest(&self, rests: bool) {
            self.told.send(format!("rests: {rests}").into()).ok();
        }

        fn is_over(&self) -> bool {
            false
        }

        fn end(&self) {}
    }

    #[test]
    fn what_the_link_is_asked_and_told_besides_reaches_it() {
        // P-023
        let (link, _says, mut told) = timed();
        assert!(link.tells_apart());
        link.rest(true);
        assert_eq!(told.try_recv(), Ok("rests: true".into()));
    }

    async fn next_after(incoming: &mut Incoming) -> (Duration, Option<Result<Bytes, Fault>>) {
        let begun = Instant::now();
        let next = incoming.next().await;
        (begun.elapsed(), next)
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_has_one_time_for_all_of_it() {
        // GW-27
        let (link, says, mut told) = timed();
        let mut incoming = link.ask(permit(), LIST.into()).await.expect("taken");
        says.send(PROGRESS).expect("open");
        assert!(incoming.next().await.is_some());
        let late = next_after(&mut incoming).await;
        assert_eq!(late, (10 * SECOND, Some(Err(Fault::Timeout))));
        assert_eq!(incoming.next().await, None);
        let cancelled = told.recv().await.expect("told");
        assert!(
            cancelled
                .windows(13)
                .any(|part| part == br#""requestId":7"#)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn progress_extends_a_call_up_to_its_total() {
        let (link, says, _told) = timed();
        let mut incoming = link.ask(permit(), CALL.into()).await.expect("taken");
        for _ in 0..3 {
            tokio::time::advance(55 * SECOND).await;
            says.send(PROGRESS).expect("open");
            assert_eq!(incoming.next().await, Some(Ok(PROGRESS.into())));
        }
        let late = next_after(&mut incoming).await;
        assert_eq!(late, (35 * SECOND, Some(Err(Fault::Timeout))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_says_nothing_is_given_up_and_one_that_asks_people_is_not_so_soon() {
        let (link, _says, _told) = timed();
        let mut incoming = link.ask(permit(), CALL.into()).await.expect("taken");
        let late = next_after(&mut incoming).await;
        assert_eq!(late, (60 * SECOND, Some(Err(Fault::Timeout))));
        let (link, says, _told) = timed();
        let mut incoming = link.ask(permit(), CALL.into()).await.expect("taken");
        says.send(ELICIT).expect("open");
        assert!(incoming.next().await.is_some());
        let late = next_after(&mut incoming).await;
        assert_eq!(late, (200 * SECOND, Some(Err(Fault::Timeout))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_not_even_taken_is_given_up_too() {
        let (link, _says, mut told) = timed();
        drop(link.ask(permit(), CALL.into()).await);
        let refused = link.ask(permit(), LIST.into()).await;
        assert_eq!(refused.err(), Some(Fault::Timeout));
        assert!(told.recv().await.is_some());
    }
}
