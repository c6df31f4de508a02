//! What a session says, on its way to the process that it shares.

use bytes::Bytes;
use doorward_mcp::{
    envelope::{Message, Notification, Request},
    error::RpcError,
    method::{Class, Method},
    splice::Edit,
};

use super::{
    Table, spliced,
    state::{Asked, Opened},
};
use crate::{
    config::Sharing,
    upstream::{Fault, stdio::process::Process},
};

impl Table {
    /// Passes one message of the session at `seat` on, or answers it.
    pub(super) async fn said(&self, seat: u64, process: &Process, line: Bytes) {
        match Message::parse(&line) {
            Ok(Message::Request(request)) => self.requested(seat, process, &request, &line).await,
            Ok(Message::Notification(notification)) => {
                self.noted(seat, process, &notification, &line).await;
            }
            // The process was offered nothing, so it asked nothing.
            Ok(Message::Response(_)) => {}
            Err(error) => tracing::debug!(%error, "a session said what is no message"),
        }
    }

    /// What the session at `seat` asked and followed is over with it.
    pub(super) fn leave(&self, seat: u64, process: &Process) {
        let (asked, followed) = self.lock().stand_up(seat);
        let cancelled = asked.into_iter().map(cancellation);
        let unfollowed = followed.into_iter().map(|uri| unsubscription(&uri));
        for message in cancelled.chain(unfollowed) {
            if process.try_write(message).is_err() {
                break; // it is over, or as good as
            }
        }
    }

    async fn requested(&self, seat: u64, process: &Process, request: &Request<'_>, line: &Bytes) {
        let id = request.id.as_json();
        let method = Method::request(&request.method);
        let answer = match method {
            Some(Method::Initialize) => return self.opening_of(seat, id),
            // What one session sets would be set for all.
            Some(Method::SetLevel) if self.sharing == Sharing::Shared => Some(empty(id)),
            Some(method) if self.sharing == Sharing::Shared && is_task(method) => {
                let error = RpcError::method_not_found(&request.method);
                Some(error.to_body(Some(id)).into())
            }
            Some(Method::ResourcesSubscribe) => {
                self.follow(seat, request);
                None
            }
            Some(Method::ResourcesUnsubscribe) => {
                (!self.unfollow(seat, request)).then(|| empty(id))
            }
            Some(_) | None => None,
        };
        match answer {
            Some(answer) => self.tell(seat, answer),
            None => self.forward(seat, process, request, line).await,
        }
    }

    async fn forward(&self, seat: u64, process: &Process, request: &Request<'_>, line: &Bytes) {
        let Ok(room) = process.room().await else {
            return; // whose end the session is told
        };
        let token = request.params.meta.progress_token;
        let asked = Asked {
            seat,
            id: request.id.as_json().to_owned(),
            value: request.id.value(),
            progress: token.map(|token| token.as_json().to_owned()),
        };
        let Some(number) = self.lock().ask(asked) else {
            let crowded = Fault::Crowded.rpc().to_body(Some(request.id.as_json()));
            return self.tell(seat, crowded.into());
        };
        let ours = number.to_string();
        let mut edits = vec![Edit::new(request.id.span(), ours.as_str())];
        edits.extend(token.map(|token| Edit::new(token.span(), ours.as_str())));
        room.send(crate::upstream::stdio::process::Text::one(spliced(
            line, &edits,
        )));
    }

    async fn noted(
        &self,
        seat: u64,
        process: &Process,
        notification: &Notification<'_>,
        line: &Bytes,
    ) {
        if notification.method != Method::Cancelled.as_str() {
            return; // the process was opened, and offered nothing that could change
        }
        let Some(id) = notification.params.request_id else {
            return;
        };
        let Some(number) = self.lock().cancel(seat, &id.value()) else {
            return;
        };
        let ours = number.to_string();
        if let Ok(room) = process.room().await {
            let line = spliced(line, &[Edit::new(id.span(), ours.as_str())]);
            room.send(crate::upstream::stdio::process::Text::one(line));
        }
    }

    /// Answers the opening of a session with what the process answered to ours, now or later.
    fn opening_of(&self, seat: u64, id: &str) {
        let answer = {
            let mut state = self.lock();
            match &mut state.opened {
                Opened::Answered(answer) => answer.clone(),
                Opened::Waiting(waiting) => {
                    waiting.push((seat, id.to_owned()));
                    return;
                }
            }
        };
        self.tell(seat, super::outward::answer_for(&answer, id));
    }

    fn follow(&self, seat: u64, request: &Request<'_>) {
        if let Some(subject) = &request.params.subject {
            self.lock().follow(seat, subject.name.clone().into_owned());
        }
    }

    /// Whether the process is to hear of it: nobody else follows the resource.
    fn unfollow(&self, seat: u64, request: &Request<'_>) -> bool {
        let subject = request.params.subject.as_ref();
        subject.is_none_or(|subject| self.lock().unfollow(seat, &subject.name))
    }

    pub(super) fn tell(&self, seat: u64, message: Bytes) {
        let receiver = self.lock().at(seat);
        if let Some(receiver) = receiver {
            drop(receiver.line(message));
        }
    }
}

fn is_task(method: Method) -> bool {
    method.class() == Class::Task || method == Method::TasksList
}

fn empty(id: &str) -> Bytes {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#).into()
}

fn cancellation(number: u64) -> Bytes {
    format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{number}}}}}"#
    )
    .into()
}

/// Its answer belongs to nobody.
fn unsubscription(uri: &str) -> Bytes {
    let uri = serde_json::Value::from(uri);
    format!(
        r#"{{"jsonrpc":"2.0","id":"unfollow","method":"resources/unsubscribe","params":{{"uri":{uri}}}}}"#
    )
    .into()
}
