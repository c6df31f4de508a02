//! Answers that take a while: event streams of the demo server.

use std::{sync::Arc, time::Duration};

use axum::{body::Body, response::Response};
use doorward_mcp::{era::Era, sse};
use futures_util::stream;
use http::{HeaderValue, header};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};

use super::{
    message::{dress, response},
    question,
    sessions::Session,
    tools::{failed, said},
};

/// How long the user may think.
const PATIENCE: Duration = Duration::from_secs(600);

/// Where events go; closed when nobody listens any more.
pub(super) struct Events(mpsc::Sender<Value>);

impl Events {
    async fn send(&self, message: Value) -> bool {
        self.0.send(message).await.is_ok()
    }
}

/// A request whose answer takes a while.
pub(super) struct Pending {
    /// Its id.
    pub(super) id: Value,
    /// Its parameters.
    pub(super) params: Value,
    /// Its era.
    pub(super) era: Era,
}

impl Pending {
    /// Counts aloud and answers in the end.
    pub(super) async fn count(self, to: u64, pause: Duration, events: Events) {
        let token = self.params.pointer("/_meta/progressToken").cloned();
        for number in 1..=to {
            sleep(pause).await;
            if let Some(token) = &token {
                let params = json!({ "progressToken": token, "progress": number, "total": to });
                let progress = json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": params });
                if !events.send(progress).await {
                    return;
                }
            } else if events.0.is_closed() {
                return;
            }
        }
        let result = dress(said(&format!("Counted to {to}")), self.era, false);
        events.send(response(&self.id, &result)).await;
    }

    /// Asks on the stream, waits for the answer, and answers.
    pub(super) async fn ask(self, session: Arc<Session>, events: Events) {
        let (id, answer) = session.ask();
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": "elicitation/create", "params": question::params() });
        if !events.send(request).await {
            return;
        }
        let result = match timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => question::result(&answer),
            _ => failed("Nobody answered"),
        };
        events.send(response(&self.id, &result)).await;
    }
}

/// Ends `work` early when the client of the session cancels the request with this id.
pub(super) async fn unless_cancelled(
    session: Option<Arc<Session>>,
    id: Value,
    work: impl Future<Output = ()> + Send,
) {
    match session {
        None => work.await,
        Some(session) => tokio::select! {
            () = work => {}
            () = session.cancelled(&id) => {}
        },
    }
}

/// A stream of events that `work` fills.
pub(super) fn event_stream<W, F>(work: W) -> Response
where
    W: FnOnce(Events) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(8);
    tokio::spawn(work(Events(sender)));
    let frames = stream::unfold(receiver, |mut receiver| async {
        let message = receiver.recv().await?;
        let frame = sse::frame(None, message.to_string().as_bytes());
        Some((Ok::<_, std::convert::Infallible>(frame), receiver))
    });
    let mut response = Response::new(Body::from_stream(frames));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
