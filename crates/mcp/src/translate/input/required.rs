//! `InputRequiredResult`: read from a stateless server, or made for a stateless client.

use super::{InputRequest, MAX_INPUTS};
use crate::{
    json::Raw,
    rewrite::{Changes, quoted},
    translate::{Fault, request::object, result::response},
};

/// A result that asks for input before there can be an answer.
#[derive(Clone, Debug)]
pub struct InputRequired<'a> {
    requests: Vec<(String, InputRequest<'a>)>,
    state: Option<Raw<'a>>,
}

impl<'a> InputRequired<'a> {
    /// Reads a result whose `resultType` is `input_required` (P-034).
    pub(in crate::translate) fn read(result: Raw<'a>) -> Result<Self, Fault> {
        let member = |name| result.member(&[name]).filter(|value| !value.is_null());
        let state = member("requestState");
        if state.is_some_and(|state| state.text().is_none()) {
            return Err(Fault::InputParams);
        }
        let requests = match member("inputRequests") {
            Some(requests) if !requests.is_object() => return Err(Fault::InputParams),
            Some(requests) => requests.members(),
            None => Vec::new(),
        };
        if requests.is_empty() && state.is_none() {
            return Err(Fault::InputMissing);
        }
        if requests.len() > MAX_INPUTS {
            return Err(Fault::InputCount);
        }
        let read = |(key, entry)| InputRequest::of_entry(entry).map(|request| (key, request));
        let requests = requests.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { requests, state })
    }

    /// The questions and the keys that the server gave them, in order. None: the request is
    /// to be tried again as it is.
    pub fn requests(&self) -> &[(String, InputRequest<'a>)] {
        &self.requests
    }

    /// The state that the retry must carry, as JSON, exactly as it stood.
    pub fn state(&self) -> Option<&'a str> {
        self.state.map(|state| state.as_str())
    }
}

/// A response that asks a stateless client for input: entries by key, as
/// [`InputRequest::to_entry`] makes them, and the sealed state of the gateway (P-019, P-020).
pub fn input_required(id: &str, entries: &[(String, String)], state: Option<&str>) -> Vec<u8> {
    let mut result = Changes::none().with("resultType", "\"input_required\"");
    if !entries.is_empty() {
        result = result.with("inputRequests", object(entries));
    }
    if let Some(state) = state {
        result = result.with("requestState", quoted(state));
    }
    response(id, &result.alone())
}
