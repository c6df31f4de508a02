//! A request that comes again with answers (P-020, P-022, P-023).
//!
//! ```text
//! requestState -> opens? -> same request? -> still parked? -> answers fit? -> told, once
//! ```
//!
//! Whatever does not hold is refused without any effect, and a parked call that is gone is
//! never made anew: it may have done already what it does. Answers without a state are no
//! retry, because every question was asked with one.

use std::sync::Arc;

use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{
    envelope::Request,
    error::{Code, RpcError},
    method::Method,
    translate::InputResponses,
};

use super::{
    Conversation, Hearing, ParkedId, Turn, Waits, begin,
    hearing::{lasting, missing},
};
use crate::{
    bridge::lifted::{Home, words},
    upstream::{Fault, link::Incoming},
};

/// Goes on with what waits for `said`.
pub(in super::super) async fn resume(
    home: &Arc<Home>,
    permit: Permit,
    turn: Turn,
    (request, method): (&Request<'_>, Method),
    said: &InputResponses<'_>,
) -> Result<Incoming, Fault> {
    let opened = said.state().and_then(|state| {
        let now = home.clock.now();
        home.states.open(&home.server, turn.owner(), state, now)
    });
    let state = opened.filter(|state| state.request == *turn.request());
    match state.map(|state| state.waits) {
        None => Ok(words::refused(&gone(), turn.id())),
        Some(Waits::Visits(_)) if is_declined(said) => Ok(words::refused(&declined(), turn.id())),
        Some(Waits::Visits(id)) if !home.lot.visited(id, turn.owner()) => {
            Ok(words::refused(&gone(), turn.id()))
        }
        Some(Waits::Visits(_)) => begin(home, permit, turn, (request, method)).await,
        Some(Waits::Parked(id)) => answer(home, turn, id, said).await,
    }
}

/// Tells the server the answers. What was allowed is that it goes on.
async fn answer(
    home: &Arc<Home>,
    turn: Turn,
    id: ParkedId,
    said: &InputResponses<'_>,
) -> Result<Incoming, Fault> {
    let Some(taken) = home.lot.take(id, turn.owner()) else {
        return Ok(words::refused(&gone(), turn.id()));
    };
    if taken.conversation.cancel.link().is_over() {
        return Ok(words::refused(&gone(), turn.id()));
    }
    let answers = match answers(&taken.conversation, said, &turn) {
        Ok(answers) => answers,
        Err(error) => {
            // It waits on, under the same name and not for longer than its state is good.
            home.lot.park_again(id, turn.owner(), taken);
            return Ok(words::refused(&error, turn.id()));
        }
    };
    let mut conversation = taken.conversation;
    let questions = &mut conversation.questions;
    questions.retain(|question| said.response(&question.key).is_none());
    for answer in answers {
        match conversation.cancel.link().tell(answer).await {
            Ok(()) => {}
            Err(Fault::NoSession) => return Ok(words::refused(&gone(), turn.id())),
            Err(fault) => return Err(lasting(fault)),
        }
    }
    Ok(Hearing::new(home, conversation, turn).into_incoming())
}

/// The answers in the words of the server, all of them or none. What stays unanswered is asked
/// again, so that this try must declare that it can be (R-043).
fn answers(
    conversation: &Conversation,
    said: &InputResponses<'_>,
    turn: &Turn,
) -> Result<Vec<Bytes>, RpcError> {
    let revision = conversation.cancel.link().revision();
    let mut answers = Vec::new();
    for question in &conversation.questions {
        let Some(answer) = said.response(&question.key) else {
            if !turn.capabilities().allow(question.kind) {
                return Err(missing(question.kind.capability()));
            }
            continue;
        };
        let id = question.id.to_string();
        let answer = question.kind.response(answer, &id, revision);
        answers.push(answer.map_err(|fault| fault.to_error())?.into());
    }
    Ok(answers)
}

/// Whether the user does not want to visit a page.
fn is_declined(said: &InputResponses<'_>) -> bool {
    said.responses().iter().any(|(_, answer)| {
        let action = answer.member(&["action"]).and_then(|action| action.text());
        action.as_deref() != Some("accept")
    })
}

fn gone() -> RpcError {
    let reason = "nothing waits for these answers any more: make the request anew without them";
    RpcError::invalid_params(&reason)
}

fn declined() -> RpcError {
    let code = Code::application(403).unwrap_or(Code::Internal);
    RpcError::answer(
        code,
        "The user did not visit the page that the server needs",
    )
}
