//! What clients answer.

use super::{InputKind, InputRequest, MAX_INPUTS};
use crate::{
    envelope::{Outcome, Request, Response},
    era::Revision,
    error::{Code, RpcError},
    json::Raw,
    rewrite::{Changes, quoted},
    translate::{Fault, content, result::response},
};

/// What a retry of a stateless client brings (P-019, P-020).
#[derive(Clone, Debug)]
pub struct InputResponses<'a> {
    responses: Vec<(String, Raw<'a>)>,
    state: Option<String>,
}

/// What a session client said to a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// An entry of `inputResponses`, as JSON. A declined form is one.
    Given(String),
    /// It failed in a way that no entry can say: the call ends with this (P-035).
    Failed(RpcError),
}

impl<'a> InputResponses<'a> {
    /// Reads `inputResponses` and `requestState`; `None` if the request is no retry.
    pub fn of_request(request: &Request<'a>) -> Result<Option<Self>, Fault> {
        let Some(params) = request.params.raw else {
            return Ok(None);
        };
        let member = |name| params.member(&[name]).filter(|value| !value.is_null());
        let (responses, state) = (member("inputResponses"), member("requestState"));
        if responses.is_none() && state.is_none() {
            return Ok(None);
        }
        let responses = match responses {
            Some(responses) if !responses.is_object() => return Err(Fault::Answer),
            Some(responses) => responses.members(),
            None => Vec::new(),
        };
        if responses.len() > MAX_INPUTS {
            return Err(Fault::Answer);
        }
        let text = |state: Raw<'_>| state.text().map(String::from).ok_or(Fault::Answer);
        let state = state.map(text).transpose()?;
        Ok(Some(Self { responses, state }))
    }

    /// The answer to the question with this key. Others are ignored.
    pub fn response(&self, key: &str) -> Option<Raw<'a>> {
        let keyed = self.responses.iter().find(|(known, _)| known == key);
        keyed.map(|(_, response)| *response)
    }

    /// All answers with their keys.
    pub fn responses(&self) -> &[(String, Raw<'a>)] {
        &self.responses
    }

    /// The state, decoded. It comes from the client: nothing in it is true before it is
    /// opened (P-022).
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

impl InputKind {
    /// A stateless client's answer as a response to a session server of `revision`, under the
    /// server's own id (P-019).
    pub fn response(self, answer: Raw<'_>, id: &str, revision: Revision) -> Result<Vec<u8>, Fault> {
        if !self.is_answer(answer) {
            return Err(Fault::Answer);
        }
        let result = match self {
            Self::Sampling => content::sampled(answer, revision),
            Self::Form | Self::Url | Self::Roots => answer.as_str().to_owned(),
        };
        Ok(response(id, &result))
    }

    /// The response to a session server whose question nobody will answer: the client cannot,
    /// or does not come back (P-021, P-035).
    pub fn declined(self, id: &str) -> Vec<u8> {
        match self {
            Self::Form | Self::Url => response(id, r#"{"action":"cancel"}"#),
            Self::Sampling | Self::Roots => RpcError::method_not_found(self.method().as_str())
                .to_body(Some(id))
                .into_bytes(),
        }
    }

    /// Whether a value can be the result of this question.
    fn is_answer(self, answer: Raw<'_>) -> bool {
        let member = |name| answer.member(&[name]);
        match self {
            Self::Form | Self::Url => {
                let action = member("action").and_then(|action| action.text());
                let content = member("content")
                    .is_none_or(|content| content.is_object() || content.is_null());
                matches!(action.as_deref(), Some("accept" | "decline" | "cancel")) && content
            }
            Self::Sampling => {
                let content = member("content");
                member("role").is_some()
                    && content.is_some_and(|content| content.is_object() || content.is_array())
            }
            Self::Roots => member("roots").is_some_and(|roots| roots.is_array()),
        }
    }
}

impl InputRequest<'_> {
    /// A session client's response to this question, as it was put to a client of `revision`.
    ///
    /// An error is a decline where the protocol has one: a client that cannot ask, or whose
    /// user closed the question, has said no (P-035).
    pub fn answer(&self, said: &Response<'_>, revision: Revision) -> Answer {
        let result = match &said.outcome {
            Outcome::Result(result) if self.kind().is_answer(result.raw) => result.raw,
            Outcome::Result(_) => return Answer::Failed(malformed()),
            Outcome::Error(error) => return self.refused(error.code, &error.message),
        };
        Answer::Given(match (self.kind(), self.params()) {
            (InputKind::Form, Some(params)) => content::form_answer(params, result, revision),
            _ => result.as_str().to_owned(),
        })
    }

    fn refused(&self, code: i64, message: &str) -> Answer {
        let declined = |action| Changes::none().with("action", quoted(action)).alone();
        match self.kind() {
            InputKind::Form | InputKind::Url => Answer::Given(declined("decline")),
            InputKind::Sampling | InputKind::Roots => {
                let code = Code::application(code).unwrap_or(Code::Internal);
                let method = self.kind().method().as_str();
                let message = format!("The client did not answer {method}: {message}");
                Answer::Failed(RpcError::answer(code, message))
            }
        }
    }
}

fn malformed() -> RpcError {
    RpcError::answer(
        Code::Internal,
        "The client's answer to the server is malformed",
    )
}
