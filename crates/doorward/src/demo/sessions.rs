//! Sessions of the demo server: what a client can do, and what it was asked.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use doorward_core::{
    entropy::{Entropy, draw},
    id::TokenId,
};
use serde_json::Value;
use tokio::sync::{oneshot, watch};

use crate::system::SystemEntropy;

/// The most sessions; the oldest makes room.
const MOST: usize = 1000;

/// One session.
pub(super) struct Session {
    /// Whether the client said that it can ask its user.
    pub(super) can_ask: bool,
    asked: Mutex<HashMap<String, oneshot::Sender<Value>>>,
    cancelled: watch::Sender<Vec<Value>>,
}

/// All sessions, oldest first.
#[derive(Default)]
pub(super) struct Sessions(Mutex<VecDeque<(String, Arc<Session>)>>);

impl Sessions {
    /// Opens a session and returns its identifier.
    pub(super) fn open(&self, can_ask: bool) -> String {
        let id = random();
        let session = Arc::new(Session {
            can_ask,
            asked: Mutex::default(),
            cancelled: watch::Sender::default(),
        });
        let mut all = lock(&self.0);
        if all.len() >= MOST {
            all.pop_front();
        }
        all.push_back((id.clone(), session));
        id
    }

    /// Finds a session.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Session>> {
        let all = lock(&self.0);
        all.iter()
            .find(|(known, _)| known == id)
            .map(|(_, session)| Arc::clone(session))
    }

    /// Closes a session; whether it was there.
    pub(super) fn close(&self, id: &str) -> bool {
        let mut all = lock(&self.0);
        let before = all.len();
        all.retain(|(known, _)| known != id);
        all.len() < before
    }
}

impl Session {
    /// Notes a question and returns its id and where the answer will arrive.
    pub(super) fn ask(&self) -> (String, oneshot::Receiver<Value>) {
        let (sender, receiver) = oneshot::channel();
        let id = random();
        lock(&self.asked).insert(id.clone(), sender);
        (id, receiver)
    }

    /// Hands an answer to the question with this id, if there is one.
    pub(super) fn answer(&self, id: &str, result: Value) {
        if let Some(sender) = lock(&self.asked).remove(id) {
            sender.send(result).ok();
        }
    }

    /// Notes that the client no longer wants the answer to a request.
    pub(super) fn cancel(&self, request: Value) {
        self.cancelled.send_modify(|all| {
            all.truncate(31);
            all.insert(0, request);
        });
    }

    /// Returns once the client cancelled `request`.
    pub(super) async fn cancelled(&self, request: &Value) {
        let mut changes = self.cancelled.subscribe();
        changes.wait_for(|all| all.contains(request)).await.ok();
    }
}

fn random() -> String {
    TokenId::from_random(draw(&SystemEntropy as &dyn Entropy)).to_string()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
