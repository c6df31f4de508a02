//! What each operation does to a resource.

use serde_json::{Map, Value};

use super::request::{Operation, Patch, Verb};
use crate::{
    document::{self, Document, Values, primaries, read_attribute, read_value},
    fault::{Fault, FaultKind},
    filter::{Check, Filter, Place, place},
    schema::{Attribute, Mutability, Named, Schema},
};

/// The most work of one request: values that are looked at, once for each comparison.
const MOST_WORK: usize = 1_000_000;

/// What a request may still ask for: a long list and many operations on it, each for itself short,
/// would keep a thread for minutes (DS-01).
#[derive(Debug)]
struct Budget(usize);

impl Budget {
    fn take(&mut self, work: usize) -> Result<(), Fault> {
        let left = self.0.checked_sub(work);
        self.0 = left.ok_or_else(|| {
            FaultKind::TooMany.because("too many operations on too many values; send several")
        })?;
        Ok(())
    }
}

/// The resource as it is after `patch`.
pub(crate) fn apply(
    schema: &Schema,
    document: &Document,
    patch: &Patch<'_>,
) -> Result<Document, Fault> {
    let mut changed = document.clone();
    let mut budget = Budget(MOST_WORK);
    for operation in &patch.operations {
        operation.apply(schema, &mut changed, &mut budget)?;
    }
    document::check(schema, &changed)?;
    Ok(changed)
}

impl Operation<'_> {
    fn apply(
        &self,
        schema: &Schema,
        document: &mut Document,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        let Some(path) = self.path else {
            return self.apply_to_all(schema, document, budget);
        };
        match place(schema, path)? {
            None => Ok(()), // of what is not kept
            Some(place) => {
                expect_writable(&place)?;
                change(self.verb, &place, self.value, document, budget)
            }
        }
    }

    /// Without a path, the value has the attributes; what could not be set in a whole resource
    /// is left out here too.
    fn apply_to_all(
        &self,
        schema: &Schema,
        document: &mut Document,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        if self.verb == Verb::Remove {
            return Err(FaultKind::NoTarget.because("remove needs a path"));
        }
        let values = self.value.as_object().ok_or_else(|| {
            FaultKind::InvalidValue.because("without a path, value must be an object of attributes")
        })?;
        for (name, value) in values {
            let is_plain = !name.contains(['.', '[']) || crate::schema::is_urn(name);
            if is_plain && schema.find(name) == Named::Unknown {
                continue;
            }
            match place(schema, name)? {
                Some(place) if expect_writable(&place).is_ok() => {
                    change(self.verb, &place, value, document, budget)?;
                }
                Some(_) | None => {}
            }
        }
        Ok(())
    }
}

fn expect_writable(place: &Place) -> Result<(), Fault> {
    let mutable = match place.part {
        _ if !place.attribute.is_writable() => Mutability::ReadOnly,
        Some(part) => part.mutability,
        None => Mutability::ReadWrite,
    };
    match mutable {
        Mutability::ReadWrite => Ok(()),
        Mutability::ReadOnly | Mutability::Immutable => {
            let name = place.part.unwrap_or(place.attribute).name;
            let detail = format!("`{name}` cannot be changed");
            Err(FaultKind::Mutability.because(detail))
        }
    }
}

fn change(
    verb: Verb,
    place: &Place,
    value: &Value,
    document: &mut Document,
    budget: &mut Budget,
) -> Result<(), Fault> {
    budget.take(cost(verb, place, value, document))?;
    if verb == Verb::Remove && place.attribute.is_required && place.part.is_none() {
        let detail = format!("`{}` cannot be removed", place.attribute.name);
        return Err(FaultKind::Mutability.because(detail));
    }
    match place.attribute.is_multiple {
        true => change_many(verb, place, value, document),
        false => change_one(verb, place, value, document),
    }
}

/// How many comparisons a change needs: each value that is there with each that is named, or with
/// each comparison of the path.
fn cost(verb: Verb, place: &Place, value: &Value, document: &Document) -> usize {
    let count = |value: &Value| value.as_array().map_or(1, Vec::len);
    let old = document.get(place.attribute.name).map_or(0, count);
    let (named, compared) = (
        count(value),
        place.within.as_ref().map_or(0, Filter::comparisons),
    );
    match verb {
        Verb::Remove if place.within.is_none() => old.saturating_mul(named),
        Verb::Add | Verb::Replace | Verb::Remove => {
            let each = old.saturating_mul(compared.max(1));
            each.saturating_add(named)
        }
    }
}

/// Changes an attribute that has one value.
fn change_one(
    verb: Verb,
    place: &Place,
    value: &Value,
    document: &mut Document,
) -> Result<(), Fault> {
    let attribute = place.attribute;
    let new = match (verb, place.part) {
        (Verb::Remove, _) => None,
        (Verb::Add | Verb::Replace, Some(part)) => read_attribute(part, value)?,
        (Verb::Add | Verb::Replace, None) => read_attribute(attribute, value)?,
    };
    let old = document.remove(attribute.name);
    let changed = match (place.part, old, new) {
        (Some(part), old, new) => with_part(old, part, new),
        // Parts that are not named stay as they are (RFC 7644 section 3.5.2.3).
        (None, Some(Value::Object(mut old)), Some(Value::Object(new))) => {
            old.extend(new);
            Some(Value::Object(old))
        }
        (None, _, new) => new,
    };
    put(document, attribute, changed);
    Ok(())
}

/// Changes an attribute that has many values.
fn change_many(
    verb: Verb,
    place: &Place,
    value: &Value,
    document: &mut Document,
) -> Result<(), Fault> {
    let attribute = place.attribute;
    let old = match document.remove(attribute.name) {
        Some(Value::Array(values)) => values,
        _ => Vec::new(),
    };
    let new = match (verb, &place.within, place.part) {
        (Verb::Remove, within, part) => remove(old, attribute, within.as_ref(), part, value)?,
        (Verb::Replace, None, None) => all_of(attribute, value)?,
        (Verb::Add, None, None) => union(old, all_of(attribute, value)?),
        (Verb::Add | Verb::Replace, within, part) => {
            let target = Target {
                attribute,
                within: within.as_ref(),
                part,
            };
            target.set(verb, old, value)?
        }
    };
    let new = (!new.is_empty()).then_some(Value::Array(new));
    put(document, attribute, new);
    Ok(())
}

fn put(document: &mut Document, attribute: &Attribute, value: Option<Value>) {
    if let Some(value) = value {
        document.insert(attribute.name.to_owned(), value);
    }
}

fn all_of(attribute: &Attribute, value: &Value) -> Result<Vec<Value>, Fault> {
    match read_attribute(attribute, value)? {
        Some(Value::Array(values)) => Ok(values),
        _ => Ok(Vec::new()),
    }
}

/// The old values and the new ones; of two primary ones the new one is (RFC 7644 section 3.5.2).
fn union(old: Vec<Value>, new: Vec<Value>) -> Vec<Value> {
    let mut all = Values::of(old);
    let touched: Vec<usize> = new.into_iter().map(|value| all.add(value)).collect();
    let mut list = all.into_list();
    settle_primary(&mut list, &touched);
    list
}

/// Keeps one primary value: one of those that were just written.
fn settle_primary(values: &mut [Value], touched: &[usize]) {
    let all: Vec<usize> = primaries(values).collect();
    if all.len() < 2 {
        return;
    }
    let kept = all.iter().find(|at| touched.contains(at)).copied();
    for (at, value) in values.iter_mut().enumerate() {
        if Some(at) != kept
            && all.contains(&at)
            && let Some(primary) = value.get_mut("primary")
        {
            *primary = Value::Bool(false);
        }
    }
}

/// Removes values, or a part of them. With a value and without a filter, that value alone.
fn remove(
    old: Vec<Value>,
    attribute: &Attribute,
    within: Option<&Filter>,
    part: Option<&Attribute>,
    value: &Value,
) -> Result<Vec<Value>, Fault> {
    let named = match within {
        None if part.is_none() => all_of(attribute, value)?,
        _ => Vec::new(),
    };
    let is_meant = |candidate: &Value| match within {
        Some(filter) => filter.passes_value(candidate),
        None if named.is_empty() => true,
        None => named.iter().any(|named| is_part_of(named, candidate)),
    };
    if !value.is_null() && within.is_none() && part.is_none() && named.is_empty() {
        return Ok(old); // an empty list names none
    }
    let left = old.into_iter().filter_map(|candidate| match part {
        _ if !is_meant(&candidate) => Some(candidate),
        None => None,
        Some(part) => with_part(Some(candidate), part, None),
    });
    Ok(left.collect())
}

/// Whether all that is said of `named` is so of `candidate`.
fn is_part_of(named: &Value, candidate: &Value) -> bool {
    match named.as_object() {
        None => named == candidate,
        Some(parts) => parts
            .iter()
            .all(|(name, value)| candidate.get(name) == Some(value)),
    }
}

/// Values of an attribute that are to be changed, each for itself.
struct Target<'a> {
    attribute: &'static Attribute,
    within: Option<&'a Filter>,
    part: Option<&'static Attribute>,
}

impl Target<'_> {
    fn set(&self, verb: Verb, mut all: Vec<Value>, value: &Value) -> Result<Vec<Value>, Fault> {
        let is_meant = |value: &Value| self.within.is_none_or(|filter| filter.passes_value(value));
        let mut touched: Vec<usize> = (0..)
            .zip(&all)
            .filter(|(_, it)| is_meant(it))
            .map(|(at, _)| at)
            .collect();
        if touched.is_empty() {
            // Adding makes what the filter asks for; replacing has nothing to replace.
            if verb == Verb::Replace && self.within.is_some() {
                return Err(FaultKind::NoTarget.because("no value matches the path"));
            }
            touched.push(all.len());
            all.push(self.seed()?);
        }
        let new = match self.part {
            Some(part) => read_attribute(part, value)?,
            None => read_value(self.attribute, value)?,
        };
        for at in &touched {
            if let Some(value) = all.get_mut(*at) {
                *value = self.one(verb, value.take(), new.clone());
            }
        }
        settle_primary(&mut all, &touched);
        all.retain(|value| value.as_object().is_none_or(|parts| !parts.is_empty()));
        // Two values may have become the same one.
        let mut distinct = Values::default();
        for value in all {
            distinct.add(value);
        }
        Ok(distinct.into_list())
    }

    fn one(&self, verb: Verb, old: Value, new: Option<Value>) -> Value {
        let changed = match (self.part, old, new) {
            (Some(part), old, new) => with_part(Some(old), part, new),
            (None, Value::Object(mut old), Some(Value::Object(new))) if verb == Verb::Add => {
                old.extend(new);
                Some(Value::Object(old))
            }
            (None, _, new) => new,
        };
        changed.unwrap_or_else(|| Value::Object(Map::new()))
    }

    /// The value that a filter of equalities describes.
    fn seed(&self) -> Result<Value, Fault> {
        let mut parts = Map::new();
        let equalities = match self.within {
            None => Vec::new(),
            Some(filter) => filter.equalities().ok_or_else(|| {
                FaultKind::NoTarget.because("no value matches the path, and it describes none")
            })?,
        };
        for test in equalities {
            let Some(place) = &test.place else { continue };
            let value = match &test.check {
                Check::Flag(flag) => Value::Bool(*flag),
                Check::Text { value, .. } => Value::String(value.clone()),
                Check::Time(_, time) => Value::String(time.to_string()),
                Check::Present => continue,
            };
            parts.insert(place.attribute.name.to_owned(), value);
        }
        Ok(Value::Object(parts))
    }
}

/// `whole` with this part, or without it; nothing when nothing is left.
fn with_part(whole: Option<Value>, part: &Attribute, value: Option<Value>) -> Option<Value> {
    let mut parts = match whole {
        Some(Value::Object(parts)) => parts,
        _ => Map::new(),
    };
    match value {
        Some(value) => parts.insert(part.name.to_owned(), value),
        None => parts.shift_remove(part.name),
    };
    (!parts.is_empty()).then_some(Value::Object(parts))
}
