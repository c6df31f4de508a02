//! What an argument of a tool may be.
//!
//! Only what has one meaning in every server: equality of plain values and an
//! upper bound. Prefixes and patterns are left out on purpose, because
//! `/srv/docs/../../etc` starts like `/srv/docs/`.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value, json};

/// The most arguments, and the most values of one, that are named.
const MOST: usize = 32;

/// What one argument may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// One of these texts, numbers or truth values.
    OneOf(Vec<Value>),
    /// A number up to this one.
    AtMost(Number),
}

/// What the arguments of a tool may be. An argument that is not named may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Constraints(BTreeMap<String, Constraint>);

impl Constraint {
    fn read(value: Value) -> Option<Self> {
        let Value::Object(object) = value else {
            return None;
        };
        let mut members = object.into_iter();
        let (Some((kind, value)), None) = (members.next(), members.next()) else {
            return None;
        };
        match (kind.as_str(), value) {
            ("one_of", Value::Array(values)) => {
                let fits = (1..=MOST).contains(&values.len()) && values.iter().all(is_plain);
                fits.then_some(Self::OneOf(values))
            }
            ("at_most", Value::Number(most)) => Some(Self::AtMost(most)),
            _ => None,
        }
    }

    /// A value that is left out may be anything to the server, so it does not hold.
    fn holds(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::OneOf(values), Some(value)) => values.contains(value),
            (Self::AtMost(most), Some(Value::Number(number))) => {
                // Below zero means "no limit" to many a server.
                is_at_most(number, most) && (!is_negative(number) || is_negative(most))
            }
            (Self::OneOf(_), None) | (Self::AtMost(_), _) => false,
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match other {
            Self::OneOf(values) => values.iter().all(|value| self.holds(Some(value))),
            Self::AtMost(number) => match self {
                Self::AtMost(most) => {
                    is_at_most(number, most) && is_negative(number) == is_negative(most)
                }
                Self::OneOf(_) => false,
            },
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::OneOf(values) => json!({ "one_of": values }),
            Self::AtMost(most) => json!({ "at_most": most }),
        }
    }
}

impl Constraints {
    pub(super) fn read(object: Map<String, Value>) -> Option<Self> {
        if object.is_empty() || object.len() > MOST {
            return None;
        }
        let read = |(name, value)| Some((name, Constraint::read(value)?));
        object
            .into_iter()
            .map(read)
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Whether every constrained argument is what it may be.
    pub(super) fn hold(&self, argument: &dyn Fn(&str) -> Option<Value>) -> bool {
        let holds =
            |(name, constraint): (&String, &Constraint)| constraint.holds(argument(name).as_ref());
        self.0.iter().all(holds)
    }

    /// Whether every constraint of `self` is there in `other` too, at least as narrow.
    pub(super) fn cover(&self, other: &Self) -> bool {
        let covered = |(name, constraint): (&String, &Constraint)| {
            let theirs = other.0.get(name);
            theirs.is_some_and(|theirs| constraint.covers(theirs))
        };
        self.0.iter().all(covered)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Constraint)> {
        self.0
            .iter()
            .map(|(name, constraint)| (name.as_str(), constraint))
    }

    pub(super) fn to_json(&self) -> Option<Value> {
        let member =
            |(name, constraint): (&String, &Constraint)| (name.clone(), constraint.to_json());
        let object: Map<String, Value> = self.0.iter().map(member).collect();
        (!object.is_empty()).then_some(Value::Object(object))
    }
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

fn is_negative(number: &Number) -> bool {
    number.as_f64().is_some_and(|number| number < 0.0)
}

/// Whole numbers are compared as such: beyond 2^53 a float no longer tells them apart.
fn is_at_most(number: &Number, most: &Number) -> bool {
    match (number.as_i128(), most.as_i128()) {
        (Some(number), Some(most)) => number <= most,
        _ => match (number.as_f64(), most.as_f64()) {
            (Some(number), Some(most)) => number <= most,
            _ => false,
        },
    }
}
