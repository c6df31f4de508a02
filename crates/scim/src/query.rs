//! What a list is asked for (RFC 7644 sections 3.4.2 and 3.4.3), and what of a resource an
//! answer has (section 3.9).

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::{
    document::Document,
    fault::{Fault, FaultKind},
    filter::{Place, folded, place, values},
    schema::{Attribute, Kind, Returned, Schema},
};

/// The most resources of one answer.
pub(crate) const MOST: u32 = 200;
/// As many as an answer has when nobody says.
const USUAL: u32 = 100;

/// The parameters of a list. What it does not know it leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters(HashMap<String, String>);

/// One page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The number of its first resource, from 1.
    pub(crate) start: u32,
    /// How many it has at most.
    pub(crate) count: u32,
}

impl Parameters {
    /// Reads the query of a URL.
    pub(crate) fn of_query(query: &str) -> Result<Self, Fault> {
        let mut all = HashMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let name = name.to_ascii_lowercase();
            if all.insert(name.clone(), value.into_owned()).is_some() {
                let detail = format!("`{name}` is given twice");
                return Err(FaultKind::InvalidValue.because(detail));
            }
        }
        Ok(Self(all))
    }

    /// Reads the body of a search.
    pub(crate) fn of_search(body: &Map<String, Value>) -> Result<Self, Fault> {
        let mut all = HashMap::new();
        for (name, value) in body {
            let value = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Array(names) => {
                    let names = names.iter().filter_map(Value::as_str);
                    names.collect::<Vec<_>>().join(",")
                }
                Value::Null => continue,
                Value::Bool(_) | Value::Object(_) => {
                    let detail = format!("`{name}` must be text, a number or a list");
                    return Err(FaultKind::InvalidValue.because(detail));
                }
            };
            all.insert(name.to_ascii_lowercase(), value);
        }
        Ok(Self(all))
    }

    fn text(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name).map(|value| value.trim());
        value.filter(|value| !value.is_empty())
    }

    /// The filter, as it is written.
    pub(crate) fn filter(&self) -> Option<&str> {
        self.text("filter")
    }

    /// Which page. Numbers that are too small or too large mean the nearest that can be.
    pub(crate) fn page(&self) -> Result<Page, Fault> {
        let number = |name: &str, usual: u32| match self.text(name) {
            None => Ok(usual),
            Some(text) => {
                let number = text.parse::<i64>();
                let number = number.map_err(|_| {
                    FaultKind::InvalidValue.because(format!("`{name}` must be a number"))
                })?;
                Ok(u32::try_from(number.max(0)).unwrap_or(u32::MAX))
            }
        };
        Ok(Page {
            start: number("startindex", 1)?.max(1),
            count: number("count", USUAL)?.min(MOST),
        })
    }

    /// What to sort resources of this kind by.
    pub(crate) fn order(&self, schema: &Schema) -> Result<Option<Order>, Fault> {
        let Some(by) = self.text("sortby") else {
            return Ok(None);
        };
        let is_descending = match self.text("sortorder") {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("ascending") => false,
            Some(word) if word.eq_ignore_ascii_case("descending") => true,
            Some(_) => {
                let detail = "`sortOrder` must be ascending or descending";
                return Err(FaultKind::InvalidValue.because(detail));
            }
        };
        // What a resource does not have is less than nothing: it comes last.
        let mut by = place(schema, by).unwrap_or_default();
        if let Some(place) = &mut by
            && place.part.is_none()
            && matches!(place.attribute.kind, Kind::Complex(_))
        {
            place.part = place.attribute.part("value");
        }
        Ok(Some(Order { by, is_descending }))
    }

    /// Whether the answer is to have something else than usual.
    pub(crate) fn projects(&self) -> bool {
        self.text("attributes").is_some() || self.text("excludedattributes").is_some()
    }

    /// What of each resource of this kind an answer has.
    pub(crate) fn projection(&self, schema: &Schema) -> Result<Projection, Fault> {
        let names = |text: &str| {
            let names = text.split(',').map(str::trim);
            names
                .filter_map(|name| place(schema, name).ok().flatten())
                .collect::<Vec<_>>()
        };
        match (self.text("attributes"), self.text("excludedattributes")) {
            (None, None) => Ok(Projection::Usual),
            (Some(only), None) => Ok(Projection::Only(names(only))),
            (None, Some(without)) => Ok(Projection::Without(names(without))),
            (Some(_), Some(_)) => {
                let detail = "`attributes` and `excludedAttributes` exclude each other";
                Err(FaultKind::InvalidValue.because(detail))
            }
        }
    }
}

/// What resources are sorted by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Order {
    by: Option<Place>,
    pub(crate) is_descending: bool,
}

/// What a resource is sorted by: those without a value come last, in whatever direction.
pub(crate) type SortKey = Option<String>;

impl Order {
    /// Whether this attribute decides.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        self.by.as_ref().is_some_and(|by| by.attribute.name == name)
    }

    /// What decides where `document` stands: of many values the primary one, else the first.
    pub(crate) fn key(&self, document: &Document) -> SortKey {
        let by = self.by.as_ref()?;
        let exact = by.part.unwrap_or(by.attribute).is_case_exact;
        let first = primary(by, document).or_else(|| values(by, document).next());
        match first? {
            Value::String(text) => Some(folded(text, exact)),
            Value::Bool(flag) => Some(u8::from(*flag).to_string()),
            _ => None,
        }
    }
}

fn primary<'a>(by: &Place, document: &'a Document) -> Option<&'a Value> {
    let all = document.get(by.attribute.name)?.as_array()?;
    let mut primary = all
        .iter()
        .filter(|value| value.get("primary") == Some(&Value::Bool(true)));
    primary.find_map(|value| value.get(by.part?.name))
}

/// What of a resource an answer has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Projection {
    /// All that is usually returned.
    Usual,
    /// These, and what is always returned.
    Only(Vec<Place>),
    /// All but these; what is always returned stays.
    Without(Vec<Place>),
}

impl Projection {
    /// Whether anything of this attribute is in the answer, so that it need not be looked up
    /// otherwise.
    pub(crate) fn shows(&self, name: &str) -> bool {
        match self {
            Self::Usual => true,
            Self::Only(places) => places.iter().any(|it| it.attribute.name == name),
            Self::Without(places) => !places
                .iter()
                .any(|it| it.attribute.name == name && it.part.is_none()),
        }
    }

    /// What an answer has of `document`.
    pub(crate) fn of(&self, document: &Document) -> Document {
        let mut shown = Document::new();
        for (name, value) in document {
            let is_always = |name: &str| {
                let known = Schema::ALL.iter().find_map(|schema| schema.kept(name));
                known.is_some_and(|it| it.returned == Returned::Always)
            };
            let value = match self {
                _ if is_always(name) => Some(value.clone()),
                Self::Usual => Some(value.clone()),
                Self::Only(places) => only(value, &parts_of(places, name)),
                Self::Without(places) => without(value, &parts_of(places, name)),
            };
            if let Some(value) = value {
                shown.insert(name.clone(), value);
            }
        }
        shown
    }
}

/// The parts of attribute `name` that are named; the whole, where none is.
fn parts_of<'a>(places: &'a [Place], name: &str) -> Vec<Option<&'a Attribute>> {
    let named = places.iter().filter(|it| it.attribute.name == name);
    named.map(|it| it.part).collect()
}

fn only(value: &Value, parts: &[Option<&Attribute>]) -> Option<Value> {
    if parts.is_empty() {
        return None;
    }
    if parts.contains(&None) {
        return Some(value.clone());
    }
    Some(each(value, &|name| {
        parts.iter().flatten().any(|part| part.name == name)
    }))
}

fn without(value: &Value, parts: &[Option<&Attribute>]) -> Option<Value> {
    if parts.contains(&None) {
        return None;
    }
    Some(each(value, &|name| {
        !parts.iter().flatten().any(|part| part.name == name)
    }))
}

/// `value`, or each of many, with those parts that are wanted.
fn each(value: &Value, wanted: &dyn Fn(&str) -> bool) -> Value {
    match value {
        Value::Array(values) => values.iter().map(|value| each(value, wanted)).collect(),
        Value::Object(parts) => {
            let kept = parts.iter().filter(|(name, _)| wanted(name));
            let kept = kept.map(|(name, value)| (name.clone(), value.clone()));
            Value::Object(kept.collect())
        }
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parameters(query: &str) -> Parameters {
        Parameters::of_query(query).expect(query)
    }

    #[test]
    fn pages_are_within_bounds() {
        for (query, start, count) in [
            ("", 1, USUAL),
            ("startIndex=0&count=-5", 1, 0),
            ("startIndex=-3&count=5", 1, 5),
            ("STARTINDEX=7&COUNT=1000000", 7, MOST),
            ("startIndex=99999999999&count=", u32::MAX, USUAL),
        ] {
            assert_eq!(
                parameters(query).page(),
                Ok(Page { start, count }),
                "{query}"
            );
        }
        for bad in ["count=ten", "startIndex=1.5"] {
            assert!(parameters(bad).page().is_err(), "{bad}");
        }
        assert!(Parameters::of_query("count=1&Count=2").is_err());
    }

    #[test]
    fn an_answer_has_what_was_asked_for_and_what_it_always_has() {
        let user = json!({
            "schemas": ["urn"], "id": "u", "userName": "a", "displayName": "A",
            "name": {"givenName": "A", "familyName": "L"},
            "emails": [{"value": "a@x.example", "type": "work"}],
        });
        let user = user.as_object().cloned().expect("an object");
        struct Case(&'static str, Value);
        #[rustfmt::skip]
        let cases = [
            Case("attributes=USERNAME", json!({"schemas": ["urn"], "id": "u", "userName": "a"})),
            Case("attributes=name.givenName,emails.value,unknown", json!({"schemas": ["urn"], "id": "u", "name": {"givenName": "A"}, "emails": [{"value": "a@x.example"}]})),
            Case("attributes=urn:ietf:params:scim:schemas:core:2.0:User:displayName", json!({"schemas": ["urn"], "id": "u", "displayName": "A"})),
            Case("excludedAttributes=id,name,emails.type,displayName", json!({"schemas": ["urn"], "id": "u", "userName": "a", "emails": [{"value": "a@x.example"}]})),
            Case("attributes=", Value::Object(user.clone())),
        ];
        for Case(query, expected) in cases {
            let projection = parameters(query).projection(Schema::USER).expect(query);
            assert_eq!(Value::Object(projection.of(&user)), expected, "{query}");
        }
        let both = parameters("attributes=id&excludedAttributes=name");
        assert!(both.projection(Schema::USER).is_err());
    }

    #[test]
    fn resources_stand_where_their_primary_value_says() {
        let user = json!({
            "userName": "Bob",
            "emails": [{"value": "z@x.example"}, {"value": "A@x.example", "primary": true}],
        });
        let user = user.as_object().cloned().expect("an object");
        let key = |query: &str| {
            let order = parameters(query).order(Schema::USER).expect(query);
            order.and_then(|order| order.key(&user))
        };
        assert_eq!(key("sortBy=userName"), Some("bob".to_owned()));
        assert_eq!(key("sortBy=emails"), Some("a@x.example".to_owned()));
        assert_eq!(key("sortBy=emails.value"), Some("a@x.example".to_owned()));
        assert_eq!(key("sortBy=displayName"), None);
        assert_eq!(key("sortBy=shoeSize"), None);
        assert!(
            parameters("sortBy=id&sortOrder=up")
                .order(Schema::USER)
                .is_err()
        );
    }
}
