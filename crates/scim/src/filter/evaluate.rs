//! Whether a resource passes a filter.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Check, Filter, Operator, Place, Test};

impl Filter {
    /// Whether `whole`, a resource or one value of an attribute, passes.
    pub(crate) fn passes(&self, whole: &Map<String, Value>) -> bool {
        match self {
            Self::All(all) => all.iter().all(|one| one.passes(whole)),
            Self::Any(any) => any.iter().any(|one| one.passes(whole)),
            Self::Not(filter) => !filter.passes(whole),
            Self::Test(test) => test.passes(whole),
        }
    }

    /// Whether a value that is made of parts passes.
    pub(crate) fn passes_value(&self, value: &Value) -> bool {
        value.as_object().is_some_and(|parts| self.passes(parts))
    }
}

impl Test {
    fn passes(&self, whole: &Map<String, Value>) -> bool {
        let Some(place) = &self.place else {
            return false;
        };
        let mut values = values(place, whole);
        values.any(|value| self.check.passes(value))
    }
}

/// The values at `place`.
pub(crate) fn values<'a>(
    place: &'a Place,
    whole: &'a Map<String, Value>,
) -> impl Iterator<Item = &'a Value> {
    let found = whole.get(place.attribute.name);
    let all = match found {
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    let within = place.within.as_ref();
    all.iter()
        .filter(move |value| within.is_none_or(|filter| filter.passes_value(value)))
        .filter_map(|value| match place.part {
            Some(part) => value.get(part.name),
            None => Some(value),
        })
}

impl Check {
    fn passes(&self, found: &Value) -> bool {
        match self {
            Self::Present => true,
            Self::Flag(wanted) => found.as_bool() == Some(*wanted),
            Self::Text {
                operator,
                value,
                is_case_exact,
            } => found
                .as_str()
                .is_some_and(|found| operator.holds(&folded(found, *is_case_exact), value)),
            Self::Time(operator, wanted) => {
                let found = found
                    .as_str()
                    .and_then(|text| text.parse::<Timestamp>().ok());
                found.is_some_and(|found| operator.orders(&found, wanted))
            }
        }
    }
}

impl Operator {
    fn holds(self, found: &str, wanted: &str) -> bool {
        match self {
            Self::Contains => found.contains(wanted),
            Self::Starts => found.starts_with(wanted),
            Self::Ends => found.ends_with(wanted),
            Self::Equal | Self::Greater | Self::GreaterOrEqual | Self::Less | Self::LessOrEqual => {
                self.orders(found, wanted)
            }
        }
    }

    fn orders<T: Ord + ?Sized>(self, found: &T, wanted: &T) -> bool {
        match self {
            Self::Equal | Self::Contains | Self::Starts | Self::Ends => found == wanted,
            Self::Greater => found > wanted,
            Self::GreaterOrEqual => found >= wanted,
            Self::Less => found < wanted,
            Self::LessOrEqual => found <= wanted,
        }
    }
}

/// Text as it compares.
pub(crate) fn folded(text: &str, is_case_exact: bool) -> String {
    match is_case_exact {
        true => text.to_owned(),
        false => text.to_lowercase(),
    }
}
