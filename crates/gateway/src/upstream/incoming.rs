//! What waits in an outbox, as the answer to a request or as what is said unasked.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::{
    Fault,
    link::Incoming,
    stdio::{Item, Outbox, Reply},
};

struct Waiting {
    first: Option<Item>,
    rest: Option<Arc<Outbox>>,
    /// What it means when there is nothing more and no answer came; `None` where none is due.
    broken: Option<Fault>,
    _reader: Box<dyn Send + Sync>,
}

impl Incoming {
    /// The messages of `reply`; `broken` says what it means when they end without an answer.
    pub(super) fn of_reply(reply: Reply, broken: Fault) -> Self {
        Self::waiting(Waiting {
            first: Some(reply.first),
            rest: Some(reply.rest),
            broken: Some(broken),
            _reader: reply.reader,
        })
    }

    /// The messages of an outbox in which an answer is to come.
    pub(super) fn of_outbox(outbox: Arc<Outbox>, broken: Fault) -> Self {
        Self::waiting(Waiting {
            first: None,
            _reader: Box::new(outbox.reader()),
            rest: Some(outbox),
            broken: Some(broken),
        })
    }

    /// The messages of an outbox in which no answer is due.
    pub(super) fn unasked(outbox: Arc<Outbox>) -> Self {
        Self::waiting(Waiting {
            first: None,
            _reader: Box::new(outbox.reader()),
            rest: Some(outbox),
            broken: None,
        })
    }

    /// The answer; whatever comes before it is passed over.
    pub(super) async fn answer(mut self) -> Result<Bytes, Fault> {
        let mut last = Err(Fault::Broken);
        while let Some(message) = self.next().await {
            last = Ok(message?);
        }
        last
    }

    fn waiting(waiting: Waiting) -> Self {
        Self::new(stream::unfold(waiting, async |mut waiting| {
            let next = waiting.next().await?;
            Some((next, waiting))
        }))
    }
}

impl Waiting {
    async fn next(&mut self) -> Option<Result<Bytes, Fault>> {
        let outbox = self.rest.as_ref()?;
        let item = match self.first.take() {
            Some(first) => Some(first),
            None => outbox.next().await,
        };
        let Some(item) = item else {
            let unread = outbox.was_cut().then_some(Fault::Unread);
            self.rest = None;
            return self.broken.map(|broken| Err(unread.unwrap_or(broken)));
        };
        if item.last {
            self.rest = None;
        }
        Some(item.fault.map_or(Ok(item.json), Err))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_ends_without_an_answer_says_so_and_what_owes_none_just_ends() {
        // GW-27
        let outbox = Outbox::new();
        outbox.push("1".into());
        outbox.push_last("2".into());
        let all: Vec<_> = Incoming::of_outbox(outbox, Fault::Broken).collect().await;
        assert_eq!(all, [Ok("1".into()), Ok("2".into())]);
        let outbox = Outbox::new();
        outbox.complete();
        let all: Vec<_> = Incoming::of_outbox(outbox, Fault::Broken).collect().await;
        assert_eq!(all, [Err(Fault::Broken)]);
        let outbox = Outbox::new();
        outbox.push("1".into());
        outbox.fail(Fault::Ended, "2".into());
        let all: Vec<_> = Incoming::of_outbox(outbox, Fault::Broken).collect().await;
        assert_eq!(all, [Ok("1".into()), Err(Fault::Ended)]);
        let outbox = Outbox::new();
        outbox.complete();
        let all: Vec<_> = Incoming::unasked(outbox).collect().await;
        assert!(all.is_empty());
        let outbox = Outbox::new();
        while outbox.push(vec![b'x'; 1 << 20].into()) {}
        let all: Vec<_> = Incoming::of_outbox(outbox, Fault::Broken).collect().await;
        assert_eq!(all, [Err(Fault::Unread)]); // GW-25
    }
}
