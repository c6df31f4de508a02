//! One request to a stateless server, in as many rounds as the server wants (P-034 to P-036).
//!
//! ```text
//! ask -> complete                                -> answer
//!     -> input required: questions to the client -> judged anew -> ask again, new id, same state
//!     -> input required, no questions            -> after a pause, judged anew -> ask again
//!     -> stream broken: once more, if asking twice does what asking once does (P-050)
//! ```

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::{Message, Notification, Outcome, Request},
    error::RpcError,
    method::{Class, Method},
    translate::{
        Answer, Destination, Fault as Untranslatable, Hop, InputKind, InputRequest, InputRequired,
        Reading, destination_in_session, error_to_session, is_logged, progress_for, read_result,
        request_to_stateless, result_to_session, retry, url_tool_error,
    },
};
use futures_util::StreamExt;

use super::Translated;
use crate::{
    front::hosted::{
        backend::Call,
        session::Asking,
        visitor::{Unfit, Visitor},
    },
    upstream::Fault,
};

/// What one round brought.
enum Step {
    /// The client's answer.
    Done(Bytes),
    /// What the next round carries.
    Again(Round),
}

/// What a request carries beside what the client wrote.
#[derive(Default)]
struct Round {
    answers: Vec<(String, String)>,
    /// As JSON, exactly as the server wrote it.
    state: Option<String>,
    /// Whether the server asked nothing and wants to be asked again.
    waits: bool,
}

impl Translated {
    pub(super) async fn forward(
        &self,
        call: &Call,
        (request, method): (&Request<'_>, Method),
        permit: Permit,
    ) -> Result<Bytes, RpcError> {
        let (mut permit, mut round, mut pause) = (permit, Round::default(), FIRST_PAUSE);
        let mut visitor = Arc::clone(&call.visitor);
        let mut may_repeat = is_repeatable(method);
        for _ in 0..MOST_ROUNDS {
            let asking = (permit, &*visitor);
            let answer = self.round(call, request, asking, &round).await;
            match answer {
                Ok(answer) => match self.read(call, method, answer).await? {
                    Step::Done(answer) => return Ok(answer),
                    Step::Again(next) => round = next,
                },
                Err(Fault::Broken | Fault::Ended) if may_repeat => may_repeat = false,
                Err(fault) => {
                    call.note(fault);
                    return Err(call.visitor.failed(fault));
                }
            }
            if round.waits {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            visitor = call.session.newest();
            permit = visitor.judge(request).await.map_err(Unfit::into_rpc)?; // P-051
        }
        Err(RpcError::internal("The server does not stop asking"))
    }

    /// Asks once: the response.
    async fn round(
        &self,
        call: &Call,
        request: &Request<'_>,
        (permit, visitor): (Permit, &dyn Visitor),
        round: &Round,
    ) -> Result<Bytes, Fault> {
        let number = self.number().to_string();
        let hop = Hop {
            id: &number,
            token: Some(&number),
        };
        let mut asked = request_to_stateless(request, hop, self.speaker());
        if let Ok(Message::Request(first)) = Message::parse(&asked)
            && (!round.answers.is_empty() || round.state.is_some())
        {
            asked = retry(&first, hop, &round.answers, round.state.as_deref());
        }
        let mut incoming = self
            .link(visitor)
            .ask(permit, &self.owner, asked.into())
            .await?;
        while let Some(message) = incoming.next().await {
            let message = message?;
            match Message::parse(&message) {
                Ok(Message::Response(_)) => return Ok(message),
                Ok(Message::Notification(notification)) => {
                    self.notified(call, request, &notification);
                    call.aside.room().await;
                }
                Ok(Message::Request(_)) | Err(_) => {
                    tracing::debug!("dropped what no server of this era says");
                }
            }
        }
        Err(Fault::Broken)
    }

    fn notified(&self, call: &Call, request: &Request<'_>, notification: &Notification<'_>) {
        let method = Method::notification(&notification.method);
        let message = match method.map(destination_in_session) {
            Some(Destination::Progress) => {
                let token = request.params.progress_token;
                token.map(|token| progress_for(notification, token.as_json()))
            }
            Some(Destination::Log) => {
                let wanted = is_logged(notification, self.speaker().log_level);
                wanted.then(|| notification.raw.as_str().into())
            }
            Some(Destination::Listeners | Destination::Question | Destination::Nowhere) | None => {
                None
            }
        };
        if let Some(message) = message {
            call.say(message.into());
        }
    }

    async fn read(&self, call: &Call, method: Method, answer: Bytes) -> Result<Step, RpcError> {
        let Ok(Message::Response(response)) = Message::parse(&answer) else {
            return Err(call.visitor.failed(Fault::NotMcp));
        };
        let told = |said: Result<Vec<u8>, Untranslatable>| {
            said.map(|said| Step::Done(said.into()))
                .map_err(|fault| fault.to_error())
        };
        if let Outcome::Error(_) = response.outcome {
            return told(error_to_session(&response, method, &call.id));
        }
        let reading = read_result(&response, method).map_err(|fault| fault.to_error())?;
        match reading {
            Reading::Complete(_) => told(result_to_session(
                &response,
                method,
                self.client.revision,
                &call.id,
            )),
            Reading::InputRequired(wanted) => self.put(call, method, &wanted).await,
        }
    }

    /// Puts the server's questions to the client and gathers what it says.
    async fn put(
        &self,
        call: &Call,
        method: Method,
        wanted: &InputRequired<'_>,
    ) -> Result<Step, RpcError> {
        let questions = wanted.requests();
        let pages: Vec<_> = questions.iter().map(|(_, question)| question).collect();
        let pages: Vec<_> = pages
            .into_iter()
            .filter(|one| one.kind() == InputKind::Url)
            .collect();
        if !pages.is_empty() && !self.may_ask(InputKind::Url) {
            let told = url_tool_error(&call.id, method, &pages);
            return Ok(Step::Done(told.into())); // P-036
        }
        if questions
            .iter()
            .any(|(_, question)| !self.may_ask(question.kind()))
        {
            let error = "The server asks for input that the client cannot give";
            return Err(RpcError::internal(error)); // P-033
        }
        let mut asked = Vec::with_capacity(questions.len());
        for (key, question) in questions {
            asked.push((key, question, self.ask(call, question)?));
        }
        let mut answers = Vec::with_capacity(asked.len());
        for (key, question, asking) in asked {
            answers.push((key.clone(), self.hear_answer(question, asking).await?));
        }
        Ok(Step::Again(Round {
            waits: answers.is_empty(),
            answers,
            state: wanted.state().map(str::to_owned),
        }))
    }

    fn may_ask(&self, kind: InputKind) -> bool {
        kind.exists_in(self.client.revision) && self.said.capabilities.allow(kind)
    }

    fn ask(&self, call: &Call, question: &InputRequest<'_>) -> Result<Asking, RpcError> {
        let page = format!("{}-{}", self.mint, self.number());
        // Whether it can be said does not depend on the id that it gets.
        let say = |id: &str| question.to_request(id, self.client.revision, Some(&page));
        say("0").map_err(|fault| fault.to_error())?;
        let asked = call.ask_client(|id| say(&id.to_string()).unwrap_or_default().into());
        asked.map_err(Fault::rpc)
    }

    async fn hear_answer(
        &self,
        question: &InputRequest<'_>,
        asking: Asking,
    ) -> Result<String, RpcError> {
        let gone = || RpcError::internal("The client did not answer the server");
        let said = asking.answer().await.ok_or_else(gone)?;
        let Ok(Message::Response(response)) = Message::parse(&said) else {
            return Err(gone());
        };
        match question.answer(&response, self.client.revision) {
            Answer::Given(answer) => Ok(answer),
            Answer::Failed(error) => Err(error), // P-035
        }
    }
}

/// Whether asking twice does what asking once does (P-050).
fn is_repeatable(method: Method) -> bool {
    match method.class() {
        Class::List | Class::Read | Class::Get | Class::Complete => true,
        Class::Lifecycle
        | Class::Discover
        | Class::Call
        | Class::Subscribe
        | Class::Task
        | Class::Log
        | Class::Progress
        | Class::Elicit
        | Class::Sample => false,
    }
}

/// A server that wants more is not one to be asked for ever.
const MOST_ROUNDS: usize = 64;
/// How long a server rests that asks nothing and wants to be asked again.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
