//! How much work one request is worth that looks for whose URIs without a server are (DS-02).
//!
//! Members choose templates and URIs, and callers how often they ask. What is not found out within
//! so many steps may be another's: lists say whose it is, and a URI that does not is refused.

use tokio::task::yield_now;

use super::uris;

/// What one request may still do.
#[derive(Debug)]
pub(crate) struct Effort {
    left: usize,
    /// Steps since others had their turn.
    since: usize,
}

/// There is nothing left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent;

impl Effort {
    /// That of one request.
    pub(crate) const fn new() -> Self {
        Self {
            left: MOST,
            since: 0,
        }
    }

    /// Whether `template` could have made `uri`, if that can still be found out.
    pub(crate) async fn fits(&mut self, template: &str, uri: &str) -> Result<bool, Spent> {
        let (literal, _) = template.split_once('{').unwrap_or((template, ""));
        let begins = uri.starts_with(literal);
        self.spend(match begins {
            true => 16 + template.len() + uri.len(),
            false => 1 + literal.len() / 64,
        })?;
        self.rest().await;
        Ok(begins && uris::fits(template, uri))
    }

    /// After other work, which is not part of the budget.
    pub(crate) async fn took(&mut self, steps: usize) {
        self.since = self.since.saturating_add(steps);
        self.rest().await;
    }

    /// Long work is no reason for others to wait.
    async fn rest(&mut self) {
        if self.since >= AT_ONCE {
            self.since = 0;
            yield_now().await;
        }
    }

    /// Counts steps.
    fn spend(&mut self, steps: usize) -> Result<(), Spent> {
        let left = self.left.checked_sub(steps);
        self.left = left.unwrap_or_default();
        self.since = self.since.saturating_add(steps);
        left.map(drop).ok_or(Spent)
    }
}

/// Steps of one request: comparing a byte is one.
const MOST: usize = 32 << 20;
/// How many of them at a stretch.
const AT_ONCE: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn the_work_of_one_request_has_an_end_and_is_done_in_small_parts() {
        // DS-02
        let (mut effort, mut rests, mut looks) = (Effort::new(), 0, 0);
        let template = format!("x:{{a}}{}c{{b}}", "ab".repeat(500));
        let uri = format!("x:{}", "ab".repeat(5_000));
        let ended = loop {
            let look = effort.fits(&template, &uri);
            tokio::pin!(look);
            looks += 1;
            let told = match look.as_mut().now_or_never() {
                Some(told) => told,
                None => {
                    rests += 1;
                    look.await
                }
            };
            match told {
                Ok(fits) => assert!(!fits),
                Err(spent) => break spent,
            }
        };
        assert_eq!(ended, Spent);
        assert_eq!(looks, MOST / (16 + template.len() + uri.len()) + 1);
        assert!(rests >= MOST / AT_ONCE / 2, "{rests}");
        assert_eq!(effort.fits("y", "x").await, Err(Spent), "it stays spent");
    }

    #[tokio::test]
    async fn what_begins_otherwise_costs_next_to_nothing() {
        let mut effort = Effort::new();
        for _ in 0..1_000_000 {
            assert_eq!(effort.fits("mail:{id}", "file:///a").await, Ok(false));
        }
        assert_eq!(effort.fits("file:///{id}", "file:///a").await, Ok(true));
    }
}
