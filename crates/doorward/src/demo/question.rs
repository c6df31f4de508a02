//! The question that `ask_colour` puts to the user, in both eras.
//!
//! In the session era it is a request of the server on the open stream. In the
//! stateless era it is a result that asks for input, with a sealed state that
//! proves on the retry that this server asked, and not too long ago (S-006).

use doorward_core::{
    clock::Clock,
    entropy::{Entropy, draw},
    seal::SealingKey,
    time::UnixTime,
};
use serde_json::{Value, json};

use super::tools::{failed, said};
use crate::system::{SystemClock, SystemEntropy};

const CONTEXT: &[u8] = b"ask_colour";
const COLOUR: &str = "colour";
/// How long an answer is waited for.
const VALID: std::time::Duration = std::time::Duration::from_secs(600);

/// The parameters of `elicitation/create`.
pub(super) fn params() -> Value {
    let colour = json!({ "type": "string", "title": "Colour", "enum": ["red", "green", "blue"] });
    let schema =
        json!({ "type": "object", "properties": { COLOUR: colour }, "required": [COLOUR] });
    json!({ "mode": "form", "message": "What is your favourite colour?", "requestedSchema": schema })
}

/// The tool's result for the user's answer.
pub(super) fn result(answer: &Value) -> Value {
    let colour = answer
        .get("content")
        .and_then(|content| content.get(COLOUR));
    match (
        answer.get("action").and_then(Value::as_str),
        colour.and_then(Value::as_str),
    ) {
        (Some("accept"), Some(colour)) => said(&format!("The favourite colour is {colour}")),
        (Some("decline"), _) => said("The user would rather not say"),
        (Some("cancel"), _) => said("The user closed the question"),
        _ => failed("The answer has no colour in it"),
    }
}

/// The result of the stateless era that asks.
pub(super) fn input_required(key: &SealingKey) -> Value {
    let until = (SystemClock.now() + VALID).millis().to_be_bytes();
    let sealed = key.seal(draw(&SystemEntropy as &dyn Entropy), CONTEXT, &until);
    let state: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "resultType": "input_required",
        "inputRequests": { COLOUR: { "method": "elicitation/create", "params": params() } },
        "requestState": state,
    })
}

/// The user's answer in a retry that carries a state of ours which is still valid.
pub(super) fn answered<'a>(key: &SealingKey, params: &'a Value) -> Option<&'a Value> {
    let state = params.get("requestState")?.as_str()?;
    let until = key.open(CONTEXT, &unhex(state)?).ok()?;
    let until = UnixTime::from_millis(i64::from_be_bytes(until.try_into().ok()?));
    (SystemClock.now() < until).then(|| params.get("inputResponses")?.get(COLOUR))?
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_state_of_this_server_brings_an_answer_back() {
        let key = SealingKey::derive(&[1; 32], "demo");
        let state = input_required(&key)["requestState"].clone();
        let retry = |state: &Value| json!({ "requestState": state, "inputResponses": { "colour": { "action": "accept" } } });
        assert!(answered(&key, &retry(&state)).is_some());
        let forged = state.as_str().unwrap().replace(['0', '1'], "2");
        for bad in [json!(forged), json!("zz"), json!(""), json!(7), Value::Null] {
            assert!(answered(&key, &retry(&bad)).is_none(), "{bad}"); // S-006
        }
        assert!(answered(&SealingKey::derive(&[2; 32], "demo"), &retry(&state)).is_none());
    }

    #[test]
    fn every_kind_of_answer_has_a_result() {
        let of = |answer| {
            result(&answer)["content"][0]["text"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(
            of(json!({ "action": "accept", "content": { "colour": "red" } })),
            "The favourite colour is red"
        );
        assert!(of(json!({ "action": "decline" })).contains("rather not"));
        assert!(of(json!({ "action": "cancel" })).contains("closed"));
        assert!(of(json!({ "action": "accept" })).contains("no colour"));
    }
}
