//! The body of a PATCH request.

use serde_json::{Map, Value};

use crate::{
    document::{expect_schema, object},
    fault::{Fault, FaultKind},
};

const URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// The most operations of one request.
const MOST_OPERATIONS: usize = 1000;

/// What a request asks to be changed.
#[derive(Debug, PartialEq)]
pub(crate) struct Patch<'a> {
    /// In this order.
    pub(crate) operations: Vec<Operation<'a>>,
}

/// One change.
#[derive(Debug, PartialEq)]
pub(crate) struct Operation<'a> {
    /// What is done.
    pub(crate) verb: Verb,
    /// Where; to the whole resource, if nowhere.
    pub(crate) path: Option<&'a str>,
    /// With what.
    pub(crate) value: &'a Value,
}

/// What is done to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// It is added to those that are there.
    Add,
    /// It takes the place of what is there.
    Replace,
    /// It goes.
    Remove,
}

impl<'a> Patch<'a> {
    /// Reads a request.
    pub(crate) fn parse(body: &'a Value) -> Result<Self, Fault> {
        let invalid = |detail: &'static str| FaultKind::InvalidSyntax.because(detail);
        let body = object(body)?;
        expect_schema(body, URN)?;
        let operations = member(body, "Operations").and_then(Value::as_array);
        let operations = operations.ok_or_else(|| invalid("`Operations` must be a list"))?;
        if operations.is_empty() {
            return Err(invalid("`Operations` has nothing in it"));
        }
        if operations.len() > MOST_OPERATIONS {
            let detail = format!("more than {MOST_OPERATIONS} operations");
            return Err(FaultKind::TooMany.because(detail));
        }
        let operations = operations.iter().map(Operation::parse);
        Ok(Self {
            operations: operations.collect::<Result<_, _>>()?,
        })
    }
}

impl<'a> Operation<'a> {
    fn parse(operation: &'a Value) -> Result<Self, Fault> {
        let invalid = |detail: &'static str| FaultKind::InvalidSyntax.because(detail);
        let operation = operation.as_object();
        let operation = operation.ok_or_else(|| invalid("an operation must be an object"))?;
        let verb = member(operation, "op").and_then(Value::as_str);
        let verb = verb.and_then(Verb::parse);
        let verb = verb.ok_or_else(|| invalid("`op` must be add, replace or remove"))?;
        let path = match member(operation, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) => Some(path.as_str()),
            Some(_) => return Err(FaultKind::InvalidPath.because("`path` must be text")),
        };
        Ok(Self {
            verb,
            path: path.filter(|path| !path.is_empty()),
            value: member(operation, "value").unwrap_or(&Value::Null),
        })
    }
}

impl Verb {
    fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "add" => Self::Add,
            "replace" => Self::Replace,
            "remove" => Self::Remove,
            _ => return None,
        })
    }
}

/// The member with this name, in whatever case.
fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut all = object.iter();
    let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}
