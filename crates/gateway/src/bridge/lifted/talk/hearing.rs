//! What a server says while a request of it is waiting, told to who asked.
//!
//! | message | what becomes of it |
//! |---|---|
//! | the response | completed, with the caller's id; the end (R-045, R-046, P-025) |
//! | progress of this request | the caller's token, if it gave one (P-028) |
//! | log message | as grave as the caller wants, else nothing (P-027) |
//! | a change | to who listens for it, not here (R-048) |
//! | a question | kept; a moment later the caller is asked all of them (P-019, P-020) |
//! | a question that the client cannot be asked | the end: `-32021` (R-043) |
//! | a question while nothing may be asked | declined (P-021) |
//! | a question withdrawn | forgotten |

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use doorward_mcp::{
    envelope::{Message, Notification, Outcome, Request, Response},
    error::{Code, RpcError},
    method::Method,
    translate::{
        Destination, Failure, Fault as Untranslatable, InputKind, InputRequest, UrlElicitation,
        destination, error_to_stateless, input_required, is_logged, pong, progress_for,
        result_to_stateless, takes_input, tools_to_stateless,
    },
};
use futures_util::stream;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::{Conversation, Question, State, Turn, Waits, lot::PATIENCE};
use crate::{
    bridge::lifted::{Home, pool::Lease, words},
    upstream::{Fault, link::Incoming},
};

/// A request and who waits for its answer.
pub(super) struct Hearing {
    home: Arc<Home>,
    conversation: Conversation,
    turn: Turn,
    /// Until then more questions may come that are asked together.
    until: Option<Instant>,
}

/// What a message leads to.
enum Step {
    /// Nothing that the caller hears of.
    On,
    /// The caller is told.
    Tell(Bytes),
    /// The caller is told, and that is all.
    End(Bytes),
    /// The server is told.
    Reply(Bytes),
    /// The server is told, and the caller, and that is all.
    Refuse { server: Bytes, caller: Bytes },
}

impl Hearing {
    pub(super) fn new(home: &Arc<Home>, conversation: Conversation, turn: Turn) -> Self {
        let home = Arc::clone(home);
        let until = (!conversation.questions.is_empty()).then(soon);
        Self {
            home,
            conversation,
            turn,
            until,
        }
    }

    /// What the caller hears.
    pub(super) fn into_incoming(self) -> Incoming {
        Incoming::new(stream::unfold(Some(self), |hearing| async {
            Some(hearing?.next().await)
        }))
    }

    async fn next(mut self) -> (Result<Bytes, Fault>, Option<Self>) {
        loop {
            let heard = match self.until {
                None => self.conversation.hear().await,
                Some(until) => match timeout_at(until, self.conversation.hear()).await {
                    Ok(heard) => heard,
                    Err(_) => return (Ok(self.park()), None),
                },
            };
            let message = match heard.unwrap_or(Err(Fault::Broken)) {
                Ok(message) => message,
                Err(fault) => {
                    self.conversation.cancel.failed(fault);
                    return (Err(lasting(fault)), None);
                }
            };
            match self.take(&message) {
                Step::On => {}
                Step::Tell(told) => return (Ok(told), Some(self)),
                Step::End(told) => return (Ok(told), None),
                Step::Reply(reply) => self.conversation.tell(reply).await,
                Step::Refuse { server, caller } => {
                    self.conversation.tell(server).await;
                    return (Ok(caller), None);
                }
            }
        }
    }

    fn take(&mut self, message: &Bytes) -> Step {
        match Message::parse(message) {
            Ok(Message::Response(response)) => self.response(&response),
            Ok(Message::Notification(notification)) => self.notification(&notification, message),
            Ok(Message::Request(request)) => self.request(&request),
            Err(_) => Step::On, // the link lets nothing pass that is no message
        }
    }

    fn response(&mut self, response: &Response<'_>) -> Step {
        let answered = response.id.map(|id| id.value());
        if answered != Some(self.conversation.cancel.id()) {
            return Step::On;
        }
        self.conversation.cancel.answered();
        let id = self.turn.id();
        let told = match &response.outcome {
            Outcome::Result(_) => self.result(response),
            Outcome::Error(_) => {
                error_to_stateless(response, id).and_then(|failure| match failure {
                    Failure::Error(error) => Ok(error),
                    Failure::UrlElicitations(pages) => self.visits(&pages),
                })
            }
        };
        Step::End(match told {
            Ok(told) => told.into(),
            Err(fault) => words::error(&fault.to_error(), id),
        })
    }

    fn result(&self, response: &Response<'_>) -> Result<Vec<u8>, Untranslatable> {
        let (method, id) = (self.conversation.method, self.turn.id());
        if method != Method::ToolsList {
            return result_to_stateless(response, method, id);
        }
        let (list, notes) = tools_to_stateless(response, id)?;
        for note in notes {
            let (server, reason) = (&self.home.server, note.reason);
            tracing::debug!(%server, tool = note.name, %reason, "a tool is told otherwise");
        }
        Ok(list)
    }

    /// Pages that the user must visit before the server is asked again (P-024).
    fn visits(&self, pages: &[UrlElicitation]) -> Result<Vec<u8>, Untranslatable> {
        if !takes_input(self.conversation.method) {
            return Err(Untranslatable::InputRefused);
        }
        if !self.turn.capabilities().allow(InputKind::Url) {
            let error = missing(InputKind::Url.capability());
            return Ok(error.to_body(Some(self.turn.id())).into_bytes());
        }
        let visit = self.home.states.name();
        if self.home.lot.expect(visit, self.turn.owner()).is_err() {
            return Ok(crowded().to_body(Some(self.turn.id())).into_bytes());
        }
        let state = self.seal(Waits::Visits(visit));
        let entries = pages.iter().enumerate();
        let entries = entries.map(|(number, page)| ((number + 1).to_string(), page.entry.clone()));
        let entries: Vec<_> = entries.collect();
        Ok(input_required(self.turn.id(), &entries, Some(&state)))
    }

    fn notification(&mut self, notification: &Notification<'_>, message: &Bytes) -> Step {
        let known = Method::notification(&notification.method);
        match known.map_or(Destination::Nowhere, destination) {
            Destination::Progress => self.progress(notification),
            Destination::Log => match is_logged(notification, self.turn.level()) {
                true => Step::Tell(message.clone()),
                false => Step::On,
            },
            Destination::Listeners => {
                if let Some(lease) = self.conversation.cancel.lease() {
                    lease.session().hub().hear(message.clone());
                }
                Step::On
            }
            Destination::Question => {
                if let Some(withdrawn) = notification.params.request_id.map(|id| id.value()) {
                    let questions = &mut self.conversation.questions;
                    questions.retain(|question| question.id != withdrawn);
                    self.until = self.until.filter(|_| !questions.is_empty());
                }
                Step::On
            }
            Destination::Nowhere => Step::On,
        }
    }

    fn progress(&self, notification: &Notification<'_>) -> Step {
        let named = notification
            .params
            .progress_token
            .map(|token| token.value());
        match self.turn.token() {
            Some(token) if named == Some(self.conversation.cancel.id()) => {
                Step::Tell(progress_for(notification, token).into())
            }
            Some(_) | None => Step::On,
        }
    }

    fn request(&mut self, request: &Request<'_>) -> Step {
        let id = request.id.as_json();
        if request.method == Method::Ping.as_str() {
            return Step::Reply(pong(id).into());
        }
        if !takes_input(self.conversation.method) {
            return Step::Reply(words::error(
                &RpcError::method_not_found(&request.method),
                id,
            ));
        }
        let question = match InputRequest::of_request(request) {
            Ok(question) => question,
            Err(Untranslatable::InputMethod) => {
                return Step::Reply(words::error(
                    &RpcError::method_not_found(&request.method),
                    id,
                ));
            }
            Err(fault) => {
                return Step::Reply(words::error(&RpcError::invalid_params(&fault), id));
            }
        };
        if let Some(required) = self.turn.capabilities().missing(&question) {
            return self.impossible(question.kind().declined(id), required);
        }
        let entry = question.to_entry();
        let conversation = &mut self.conversation;
        if conversation.questions.len() >= MOST_QUESTIONS
            || conversation.bytes() + entry.len() > MOST_BYTES
        {
            return Step::Reply(question.kind().declined(id).into());
        }
        conversation.asked += 1;
        conversation.questions.push(Question {
            key: conversation.asked.to_string(),
            id: request.id.value(),
            kind: question.kind(),
            entry,
        });
        self.until.get_or_insert_with(soon);
        Step::On
    }

    /// A question that this client cannot be asked. Where it may belong to another request, it
    /// is only declined.
    fn impossible(&self, declined: Vec<u8>, required: &str) -> Step {
        let server = Bytes::from(declined);
        let lease = self.conversation.cancel.lease();
        if !lease.is_some_and(Lease::is_certain) {
            return Step::Reply(server);
        }
        let caller = words::error(&missing(required), self.turn.id());
        Step::Refuse { server, caller }
    }

    /// Lets the call wait for the answers that the caller is asked for.
    fn park(self) -> Bytes {
        let id = self.home.states.name();
        let state = self.seal(Waits::Parked(id));
        let questions = self.conversation.questions.iter();
        let entries = questions.map(|question| (question.key.clone(), question.entry.clone()));
        let entries: Vec<_> = entries.collect();
        let owner = self.turn.owner();
        match self.home.lot.park(id, owner, self.conversation) {
            Ok(()) => input_required(self.turn.id(), &entries, Some(&state)).into(),
            Err(_) => words::error(&crowded(), self.turn.id()),
        }
    }

    fn seal(&self, waits: Waits) -> String {
        let state = State {
            request: self.turn.request().clone(),
            expires: self.home.clock.now() + PATIENCE,
            waits,
        };
        let states = &self.home.states;
        states.seal(&self.home.server, self.turn.owner(), state)
    }
}

/// What a fault in the middle means: the session was there when the request was accepted.
pub(super) fn lasting(fault: Fault) -> Fault {
    match fault {
        Fault::NoSession => Fault::Broken,
        other => other,
    }
}

/// The request does not declare what it takes.
pub(super) fn missing(required: &str) -> RpcError {
    let required = serde_json::from_str(required).unwrap_or(Value::Null);
    RpcError::missing_capability(required)
}

fn crowded() -> RpcError {
    let code = Code::application(429).unwrap_or(Code::Internal);
    let message = "Too many calls of this user wait for answers: answer some of them first";
    RpcError::answer(code, message)
}

fn soon() -> Instant {
    Instant::now() + TOGETHER
}

/// Questions that follow each other this closely are asked together.
const TOGETHER: Duration = Duration::from_millis(30);
/// Questions that are open in one request.
const MOST_QUESTIONS: usize = 32;
/// Bytes of the questions that are open in one request.
const MOST_BYTES: usize = 1 << 20;
