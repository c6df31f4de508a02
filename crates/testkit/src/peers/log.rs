//! Messages in the order in which they were said, for readers who come and go.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::watch;

/// What was said on one stream. It keeps everything, so that a reader may begin anywhere.
pub(super) struct Log {
    said: Mutex<Vec<Value>>,
    /// How much was said, and whether that is all.
    state: watch::Sender<(usize, bool)>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            said: Mutex::default(),
            state: watch::Sender::new((0, false)),
        }
    }
}

impl Log {
    pub(super) fn say(&self, message: Value) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.push(message);
        let length = said.len();
        self.state.send_modify(|state| state.0 = length);
    }

    /// Says that nothing follows.
    pub(super) fn close(&self) {
        self.state.send_modify(|state| state.1 = true);
    }

    /// The message at `index`, as soon as there is one; `None` when there will be none.
    pub(super) async fn at(&self, index: usize) -> Option<Value> {
        let mut state = self.state.subscribe();
        let reached = state.wait_for(|(length, closed)| *length > index || *closed);
        reached.await.ok()?;
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.get(index).cloned()
    }
}
