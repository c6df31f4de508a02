//! Resources as values: read from what a provider sends, and written for an answer.
//!
//! A [`Document`] holds attributes that are kept, under the names of their definitions, each with
//! a value that fits. What is null or empty is not in it (RFC 7643 section 2.5).
//!
//! What providers really send is taken where it has one meaning: booleans as text (Entra ID),
//! numbers as text, a single value where there may be many, and text where a value has parts.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::{
    fault::{Fault, FaultKind},
    filter::flag,
    schema::{Attribute, Kind, Named, Schema},
};

/// The attributes of a resource.
pub(crate) type Document = Map<String, Value>;

/// The most characters of a text.
const LONGEST_TEXT: usize = 1024;
/// The most values of an attribute, other than the members of a group.
const MOST_VALUES: usize = 100;

/// Reads a resource that a provider sends whole (RFC 7644 sections 3.3 and 3.5.1). What it may not
/// set is left out, and so is what nobody keeps.
pub(crate) fn read(schema: &Schema, body: &Value) -> Result<Document, Fault> {
    let body = object(body)?;
    expect_schema(body, schema.urn)?;
    let mut document = Document::new();
    for (name, value) in body {
        let Named::Kept(attribute) = schema.find(name) else {
            continue;
        };
        if !attribute.is_writable() {
            continue;
        }
        let Some(value) = read_attribute(attribute, value)? else {
            continue;
        };
        if document.insert(attribute.name.to_owned(), value).is_some() {
            let detail = format!("`{}` is given twice", attribute.name);
            return Err(FaultKind::InvalidSyntax.because(detail));
        }
    }
    check(schema, &document)?;
    Ok(document)
}

/// Checks what only a whole resource can be checked for.
pub(crate) fn check(schema: &Schema, document: &Document) -> Result<(), Fault> {
    let missing = schema
        .every()
        .find(|it| it.is_required && it.is_writable() && !document.contains_key(it.name));
    match missing {
        None => Ok(()),
        Some(attribute) => {
            let detail = format!("a {} needs `{}`", schema.name, attribute.name);
            Err(FaultKind::InvalidValue.because(detail))
        }
    }
}

/// The members of a JSON object, which a request must be.
pub(crate) fn object(body: &Value) -> Result<&Map<String, Value>, Fault> {
    let object = body.as_object();
    object.ok_or_else(|| FaultKind::InvalidSyntax.because("the body must be a JSON object"))
}

/// Refuses a body that says it is something else. One that does not say is taken at its place.
pub(crate) fn expect_schema(body: &Map<String, Value>, urn: &str) -> Result<(), Fault> {
    let said = body
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("schemas"));
    let Some((_, said)) = said else {
        return Ok(());
    };
    let all = said.as_array().map(Vec::as_slice).unwrap_or_default();
    let is_it = |one: &Value| {
        one.as_str()
            .is_some_and(|one| one.eq_ignore_ascii_case(urn))
    };
    if all.iter().any(is_it) {
        return Ok(());
    }
    Err(FaultKind::InvalidSyntax.because(format!("`schemas` must name {urn}")))
}

/// Reads all values of an attribute; none of null or nothing.
pub(crate) fn read_attribute(attribute: &Attribute, value: &Value) -> Result<Option<Value>, Fault> {
    if !attribute.is_multiple {
        return read_value(attribute, only(value));
    }
    let values = match value {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };
    if values.len() > MOST_VALUES && attribute.name != "members" {
        let detail = format!("`{}` has more than {MOST_VALUES} values", attribute.name);
        return Err(FaultKind::InvalidValue.because(detail));
    }
    let mut read = Vec::with_capacity(values.len());
    for value in values {
        read.extend(read_value(attribute, value)?);
    }
    let read = distinct(read);
    if primaries(&read).count() > 1 {
        let detail = format!("two values of `{}` are primary", attribute.name);
        return Err(FaultKind::InvalidValue.because(detail));
    }
    Ok((!read.is_empty()).then_some(Value::Array(read)))
}

/// Old requests of Entra ID have `[{ "value": x }]` for x.
fn only(value: &Value) -> &Value {
    match value.as_array().map(Vec::as_slice) {
        Some([only]) => match only.get("value") {
            Some(value) => value,
            None => only,
        },
        _ => value,
    }
}

/// Reads one value.
pub(crate) fn read_value(attribute: &Attribute, value: &Value) -> Result<Option<Value>, Fault> {
    let wrong = |wanted: &str| {
        let detail = format!("`{}` must be {wanted}", attribute.name);
        FaultKind::InvalidValue.because(detail)
    };
    match (attribute.kind, value) {
        (_, Value::Null) => Ok(None),
        (Kind::Flag, value) => {
            let flag = flag(value).ok_or_else(|| wrong("true or false"))?;
            Ok(Some(Value::Bool(flag)))
        }
        (Kind::Complex(_), Value::Object(parts)) => read_parts(attribute, parts),
        (Kind::Complex(_), Value::String(_)) if attribute.is_multiple => {
            let parts = Map::from_iter([("value".to_owned(), value.clone())]);
            read_parts(attribute, &parts)
        }
        (Kind::Complex(_), _) => Err(wrong("an object")),
        (Kind::Text | Kind::Time | Kind::Reference(_), Value::String(text)) => {
            if text.chars().count() > LONGEST_TEXT {
                return Err(wrong("shorter"));
            }
            Ok((!text.is_empty()).then(|| value.clone()))
        }
        (Kind::Text, Value::Number(number)) => Ok(Some(Value::String(number.to_string()))),
        (Kind::Text | Kind::Time | Kind::Reference(_), _) => Err(wrong("text")),
    }
}

/// Reads a value that is made of parts, as far as the provider may set them.
fn read_parts(attribute: &Attribute, parts: &Map<String, Value>) -> Result<Option<Value>, Fault> {
    let mut read = Map::new();
    for (name, value) in parts {
        let part = attribute.part(name).filter(|part| part.is_writable());
        let Some(part) = part else {
            continue;
        };
        if let Some(value) = read_attribute(part, value)? {
            read.insert(part.name.to_owned(), value);
        }
    }
    if attribute.name == "members" {
        return member(read).map(Some);
    }
    Ok((!read.is_empty()).then_some(Value::Object(read)))
}

/// Groups have users in them, each named by its identifier; the rest follows from that.
fn member(parts: Map<String, Value>) -> Result<Value, Fault> {
    let is_group = |kind: &Value| {
        kind.as_str()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("group"))
    };
    if parts.get("type").is_some_and(is_group) {
        return Err(FaultKind::InvalidValue.because("groups in groups are not kept"));
    }
    match parts.get("value") {
        Some(value) => Ok(Value::Object(Map::from_iter([(
            "value".to_owned(),
            value.clone(),
        )]))),
        None => Err(FaultKind::InvalidValue.because("a member needs `value`")),
    }
}

/// Every value once: what comes again, by what it is and what it is for, replaces what was there.
fn distinct(values: Vec<Value>) -> Vec<Value> {
    let mut all = Values::default();
    for value in values {
        all.add(value);
    }
    all.into_list()
}

/// Many values, each known by its `value` and `type`.
#[derive(Default)]
pub(crate) struct Values {
    list: Vec<Value>,
    places: HashMap<Key, usize>,
}

type Key = (Option<String>, Option<String>);

fn key(value: &Value) -> Key {
    let part = |name| value.get(name).and_then(Value::as_str).map(str::to_owned);
    (part("value"), part("type"))
}

impl Values {
    /// These, which are known to differ.
    pub(crate) fn of(list: Vec<Value>) -> Self {
        let places = list.iter().map(key).zip(0..).collect();
        Self { list, places }
    }

    /// Adds `value`, or its parts to the one that is there. Returns where it is.
    pub(crate) fn add(&mut self, value: Value) -> usize {
        let next = self.list.len();
        let at = *self.places.entry(key(&value)).or_insert(next);
        match (self.list.get_mut(at), value) {
            (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
            (Some(known), value) => *known = value,
            (None, value) => self.list.push(value),
        }
        at
    }

    pub(crate) fn into_list(self) -> Vec<Value> {
        self.list
    }
}

/// Where the primary values are.
pub(crate) fn primaries(values: &[Value]) -> impl Iterator<Item = usize> {
    let all = values.iter().enumerate();
    all.filter(|(_, value)| value.get("primary") == Some(&Value::Bool(true)))
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn user(body: &Value) -> Result<Value, FaultKind> {
        read(Schema::USER, body)
            .map(Value::Object)
            .map_err(|fault| fault.kind)
    }

    #[test]
    fn a_body_is_read_as_its_sender_meant_it() {
        struct Case(&'static str, Value, Value);
        #[rustfmt::skip]
        let cases = [
            Case("any case", json!({"USERNAME": "a"}), json!({"userName": "a"})),
            Case("not kept", json!({"userName": "a", "title": "Dr", "shoeSize": 42, "password": "p"}), json!({"userName": "a"})),
            Case("read-only", json!({"userName": "a", "id": "i", "meta": {}, "groups": [{"value": "g"}]}), json!({"userName": "a"})),
            Case("extension", json!({"userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "x"}}), json!({"userName": "a"})),
            Case("null", json!({"userName": "a", "displayName": null, "emails": []}), json!({"userName": "a"})),
            Case("empty", json!({"userName": "a", "displayName": "", "name": {"givenName": ""}}), json!({"userName": "a"})),
            Case("text for a boolean", json!({"userName": "a", "active": "False"}), json!({"userName": "a", "active": false})),
            Case("number for text", json!({"userName": "a", "externalId": 7}), json!({"userName": "a", "externalId": "7"})),
            Case("text for a value", json!({"userName": "a", "emails": "a@x.example"}), json!({"userName": "a", "emails": [{"value": "a@x.example"}]})),
            Case("list for one", json!({"userName": [{"value": "a"}]}), json!({"userName": "a"})),
            Case("twice the same", json!({"userName": "a", "roles": ["r", {"value": "r", "display": "R"}]}), json!({"userName": "a", "roles": [{"value": "r", "display": "R"}]})),
            Case("schemas in any case", json!({"schemas": ["URN:ietf:params:scim:schemas:core:2.0:User", "urn:x"], "userName": "a"}), json!({"userName": "a"})),
        ];
        for Case(name, body, expected) in cases {
            assert_eq!(user(&body), Ok(expected), "{name}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let long = "a".repeat(1025);
        let many: Vec<String> = (0..101).map(|number| number.to_string()).collect();
        struct Case(&'static str, Value, FaultKind);
        #[rustfmt::skip]
        let cases = [
            Case("no object", json!([]), FaultKind::InvalidSyntax),
            Case("no name", json!({}), FaultKind::InvalidValue),
            Case("empty name", json!({"userName": ""}), FaultKind::InvalidValue),
            Case("name of another kind", json!({"userName": {}}), FaultKind::InvalidValue),
            Case("twice", json!({"userName": "a", "username": "b"}), FaultKind::InvalidSyntax),
            Case("other schema", json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "userName": "a"}), FaultKind::InvalidSyntax),
            Case("schemas is no list", json!({"schemas": 1, "userName": "a"}), FaultKind::InvalidSyntax),
            Case("boolean", json!({"userName": "a", "active": "perhaps"}), FaultKind::InvalidValue),
            Case("boolean as number", json!({"userName": "a", "active": 1}), FaultKind::InvalidValue),
            Case("long", json!({"userName": "a", "displayName": long}), FaultKind::InvalidValue),
            Case("many", json!({"userName": "a", "roles": many}), FaultKind::InvalidValue),
            Case("two primaries", json!({"userName": "a", "emails": [{"value": "a@x.example", "primary": true}, {"value": "b@x.example", "primary": true}]}), FaultKind::InvalidValue),
            Case("text for parts", json!({"userName": "a", "name": "A"}), FaultKind::InvalidValue),
        ];
        for Case(name, body, expected) in cases {
            assert_eq!(user(&body), Err(expected), "{name}");
        }
    }

    #[test]
    fn members_are_users_named_by_their_identifiers() {
        let group = |members: Value| {
            let body = json!({"displayName": "g", "members": members});
            let read = read(Schema::GROUP, &body).map_err(|fault| fault.kind)?;
            Ok(read.get("members").cloned())
        };
        let sent =
            json!([{"value": "u", "display": "U", "$ref": "x", "type": "User"}, {"value": "u"}]);
        assert_eq!(group(sent), Ok(Some(json!([{"value": "u"}]))));
        assert_eq!(group(json!([])), Ok(None));
        let nested = json!([{"value": "g2", "type": "Group"}]);
        assert_eq!(group(nested), Err(FaultKind::InvalidValue));
        assert_eq!(
            group(json!([{"display": "u"}])),
            Err(FaultKind::InvalidValue)
        );
        let many: Vec<String> = (0..5000).map(|number| number.to_string()).collect();
        assert!(group(json!(many)).is_ok());
    }

    proptest! {
        #[test]
        fn whatever_is_read_reads_the_same_again(body in crate::samples::user_body()) {
            if let Ok(document) = read(Schema::USER, &body) {
                let again = read(Schema::USER, &Value::Object(document.clone()));
                prop_assert_eq!(again, Ok(document));
            }
        }
    }
}
