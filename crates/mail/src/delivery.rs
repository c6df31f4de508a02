//! The queue of letters, and who empties it.
//!
//! At most so many letters wait, those that are tried again included; more are
//! refused. A letter is tried until the relay takes it, refuses it for good, or
//! the last wait is over: links in letters do not live long.

use std::{collections::VecDeque, time::Duration};

use doorward_core::letter::{Letter, NotPosted, Post};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use crate::relay::{Carrier, NotDelivered};

/// How many letters wait at most, and how long they are tried again.
#[derive(Clone, Debug)]
pub struct Patience {
    /// The most letters that wait.
    pub most: usize,
    /// How long after each failure a letter is tried again; after the last it is given up.
    pub waits: Vec<Duration>,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            most: 256,
            waits: [5, 30, 120, 600].map(Duration::from_secs).to_vec(),
        }
    }
}

/// Where letters are posted. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Postbox(mpsc::Sender<Letter>);

impl Post for Postbox {
    fn post(&self, letter: Letter) -> Result<(), NotPosted> {
        self.0.try_send(letter).map_err(|_| NotPosted)
    }
}

/// Who empties the postbox.
#[derive(Debug)]
pub struct Delivery {
    carrier: Carrier,
    patience: Patience,
    posted: mpsc::Receiver<Letter>,
    again: VecDeque<Waiting>,
}

/// A letter that failed so many times, and when it is tried again.
#[derive(Debug)]
struct Waiting {
    due: Instant,
    failures: usize,
    letter: Letter,
}

/// A postbox, and who empties it with `carrier`.
pub fn open(carrier: Carrier, patience: Patience) -> (Postbox, Delivery) {
    let (sender, posted) = mpsc::channel(patience.most.max(1));
    let delivery = Delivery {
        carrier,
        patience,
        posted,
        again: VecDeque::new(),
    };
    (Postbox(sender), delivery)
}

impl Delivery {
    /// Delivers until the last postbox is gone and nothing waits any more.
    pub async fn run(mut self) {
        while let Some((letter, failures)) = self.next().await {
            self.try_once(letter, failures).await;
        }
    }

    /// What is to be tried next. While many wait for another try, no new one is taken.
    async fn next(&mut self) -> Option<(Letter, usize)> {
        let takes_more = self.again.len() < self.patience.most;
        let due = self.again.iter().map(|waiting| waiting.due).min();
        let Some(due) = due else {
            return self.posted.recv().await.map(|letter| (letter, 0));
        };
        tokio::select! {
            () = sleep_until(due) => self.first_due(due),
            Some(letter) = self.posted.recv(), if takes_more => Some((letter, 0)),
        }
    }

    fn first_due(&mut self, due: Instant) -> Option<(Letter, usize)> {
        let index = self.again.iter().position(|waiting| waiting.due <= due)?;
        let waiting = self.again.remove(index)?;
        Some((waiting.letter, waiting.failures))
    }

    async fn try_once(&mut self, letter: Letter, failures: usize) {
        let subject = letter.subject.clone();
        match self.carrier.carry(&letter).await {
            Ok(()) => tracing::debug!(subject, "a letter is with the mail server"),
            Err(NotDelivered::ForGood(cause)) => {
                tracing::warn!(subject, cause, "the mail server refuses a letter for good");
            }
            Err(NotDelivered::ForNow(cause)) => match self.patience.waits.get(failures) {
                Some(wait) => {
                    tracing::warn!(subject, cause, "a letter is tried again later");
                    self.again.push_back(Waiting {
                        due: Instant::now() + *wait,
                        failures: failures + 1,
                        letter,
                    });
                }
                None => tracing::error!(subject, cause, "a letter was given up"),
            },
        }
    }
}
