//! A client over HTTP+SSE of 2024-11-05: it hears everything on one stream, and posts to the place
//! that the first event names.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::StatusCode;
use serde_json::Value;
use tokio::task::AbortHandle;

use super::{Door, Wire, ear::Ear};
use crate::peers::events::Events;

struct Session {
    messages: Door,
    reads: Mutex<Option<AbortHandle>>,
}

/// Opens the stream and waits for the place.
pub(super) async fn open(ear: &Arc<Ear>, door: Door) -> Result<Arc<dyn Wire>, String> {
    let response = door.get(Vec::new()).await;
    if response.status() != StatusCode::OK {
        return Err(format!("{} to a GET", response.status()));
    }
    let mut events = Events::of(response.into_body());
    let first = events.next().await.unwrap_or_default();
    if first.name.as_deref() != Some("endpoint") {
        return Err(format!("the first event is {first:?}"));
    }
    let place = first.data.split_once("://").map(|(_, rest)| rest);
    let path = match place.and_then(|rest| rest.find('/').and_then(|at| rest.get(at..))) {
        Some(path) => path.to_owned(),
        None => first.data,
    };
    let session = Arc::new(Session {
        messages: door.at(&path),
        reads: Mutex::default(),
    });
    let reads = tokio::spawn(read(Arc::clone(ear), Arc::clone(&session), events));
    session.set(Some(reads.abort_handle()));
    Ok(session)
}

async fn read(ear: Arc<Ear>, session: Arc<Session>, mut events: Events) {
    while let Some(event) = events.next().await {
        if event.name.as_deref() != Some("message") {
            ear.fault(format!("an event of the name {:?}", event.name));
        }
        let message: Value = serde_json::from_str(&event.data).unwrap_or_default();
        if let Some(answer) = ear.hear(None, &message)
            && let Err(reason) = session.send(answer).await
        {
            ear.fault(reason);
        }
    }
}

#[async_trait]
impl Wire for Session {
    async fn send(&self, message: Value) -> Result<Option<AbortHandle>, String> {
        let status = self.messages.post(&message, Vec::new()).await.status();
        match status {
            StatusCode::ACCEPTED => Ok(None),
            other => Err(format!("{other} to {message}")),
        }
    }

    async fn close(&self) {
        self.set(None);
    }
}

impl Session {
    fn set(&self, reads: Option<AbortHandle>) {
        let locked = self.reads.lock();
        let mut place = locked.unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(before) = std::mem::replace(&mut *place, reads) {
            before.abort();
        }
    }
}
