//! From text to a filter or place.

use jiff::Timestamp;
use serde_json::Value;

use super::{Check, Filter, Operator, Place, Test, evaluate::folded, reader::Reader};
use crate::{
    fault::{Fault, FaultKind},
    schema::{Attribute, Kind, Named, Schema},
};

/// The most bytes of a filter or path.
const LONGEST: usize = 4096;
/// The most brackets in each other.
const DEEPEST: usize = 16;
/// The most comparisons.
const MOST_TESTS: usize = 64;

impl Filter {
    /// Reads a filter on resources of this kind.
    pub(crate) fn parse(schema: &Schema, text: &str) -> Result<Self, Fault> {
        let mut parser = Parser::begin(text, FaultKind::InvalidFilter)?;
        let filter = parser.any(&Names::Of(schema))?;
        parser.end()?;
        Ok(filter)
    }
}

/// Reads a path to an attribute, to values or to parts of it (RFC 7644 section 3.5.2). Nothing
/// stands for what is accepted and not kept.
pub(crate) fn place(schema: &Schema, text: &str) -> Result<Option<Place>, Fault> {
    let mut parser = Parser::begin(text, FaultKind::InvalidPath)?;
    let found = parser.place(&Names::Of(schema))?;
    parser.end()?;
    match found {
        Found::Kept(place) => Ok(Some(place)),
        Found::Ignored => Ok(None),
        Found::Unknown(name) => {
            Err(FaultKind::InvalidPath
                .because(format!("a {} has no attribute `{name}`", schema.name)))
        }
    }
}

/// What names stand for, at one depth.
enum Names<'a> {
    /// The attributes of a resource.
    Of(&'a Schema),
    /// The parts of an attribute's values.
    Within(&'static Attribute),
    /// Nothing: the values are of an attribute that nobody keeps.
    Nothing,
}

/// Where a path leads.
enum Found<'a> {
    Kept(Place),
    Ignored,
    Unknown(&'a str),
}

impl<'n> Names<'n> {
    fn find<'a>(&self, name: &'a str) -> Found<'a> {
        match self {
            Self::Nothing => Found::Ignored,
            Self::Within(whole) => match whole.part(name) {
                Some(part) => Found::Kept(Place::of(part, None)),
                None => Found::Unknown(name),
            },
            Self::Of(schema) => in_schema(schema, name),
        }
    }
}

/// Looks up `attribute` or `attribute.part`, perhaps with a URN.
fn in_schema<'a>(schema: &Schema, name: &'a str) -> Found<'a> {
    let local = schema.local_name(name).unwrap_or(name);
    let (whole, part) = match local.split_once('.') {
        Some((whole, part)) if !crate::schema::is_urn(local) => (whole, Some(part)),
        _ => (local, None),
    };
    match (schema.find(whole), part) {
        (Named::Kept(attribute), None) => Found::Kept(Place::of(attribute, None)),
        (Named::Kept(attribute), Some(part)) => match attribute.part(part) {
            Some(part) => Found::Kept(Place::of(attribute, Some(part))),
            None => Found::Unknown(name),
        },
        (Named::Ignored, _) => Found::Ignored,
        (Named::Unknown, _) => Found::Unknown(name),
    }
}

impl Place {
    /// An attribute or a part of it.
    pub(crate) fn of(attribute: &'static Attribute, part: Option<&'static Attribute>) -> Self {
        Self {
            attribute,
            within: None,
            part,
        }
    }
}

struct Parser<'a> {
    reader: Reader<'a>,
    kind: FaultKind,
    depth: usize,
    tests: usize,
}

impl<'a> Parser<'a> {
    fn begin(text: &'a str, kind: FaultKind) -> Result<Self, Fault> {
        if text.len() > LONGEST {
            return Err(kind.because(format!("longer than {LONGEST} bytes")));
        }
        Ok(Self {
            reader: Reader::new(text),
            kind,
            depth: 0,
            tests: 0,
        })
    }

    fn end(&self) -> Result<(), Fault> {
        if self.reader.is_done() {
            return Ok(());
        }
        Err(self.unexpected("the end"))
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        let found = self.reader.ahead();
        self.kind
            .because(format!("expected {wanted}, found {found}"))
    }

    /// `a or b`, which binds weakest.
    fn any(&mut self, names: &Names<'_>) -> Result<Filter, Fault> {
        let mut any = vec![self.all(names)?];
        while self.reader.keyword("or") {
            any.push(self.all(names)?);
        }
        Ok(one_or(any, Filter::Any))
    }

    /// `a and b`.
    fn all(&mut self, names: &Names<'_>) -> Result<Filter, Fault> {
        let mut all = vec![self.one(names)?];
        while self.reader.keyword("and") {
            all.push(self.one(names)?);
        }
        Ok(one_or(all, Filter::All))
    }

    fn one(&mut self, names: &Names<'_>) -> Result<Filter, Fault> {
        let before = self.reader;
        if self.reader.keyword("not") {
            if self.reader.symbol('(') {
                return Ok(Filter::Not(Box::new(self.closed(names, ')')?)));
            }
            self.reader = before; // an attribute of that name
        }
        if self.reader.symbol('(') {
            return self.closed(names, ')');
        }
        self.test(names)
    }

    /// A filter up to `end`, one bracket deeper.
    fn closed(&mut self, names: &Names<'_>, end: char) -> Result<Filter, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let detail = format!("more than {DEEPEST} brackets in each other");
            return Err(self.kind.because(detail));
        }
        let filter = self.any(names)?;
        if !self.reader.symbol(end) {
            return Err(self.unexpected(&format!("and, or, or `{end}`")));
        }
        self.depth -= 1;
        Ok(filter)
    }

    fn test(&mut self, names: &Names<'_>) -> Result<Filter, Fault> {
        self.tests += 1;
        if self.tests > MOST_TESTS {
            let detail = format!("more than {MOST_TESTS} comparisons");
            return Err(self.kind.because(detail));
        }
        let place = match self.place(names)? {
            Found::Kept(place) => Some(place),
            Found::Ignored | Found::Unknown(_) => None,
        };
        let before = self.reader;
        let operator = self.reader.name().unwrap_or_default();
        if operator.eq_ignore_ascii_case("pr") {
            return Ok(test(place, Check::Present));
        }
        let Some(comparison) = Comparison::parse(operator) else {
            self.reader = before;
            return match place {
                Some(place) if place.within.is_some() && place.part.is_none() => {
                    Ok(test(Some(place), Check::Present))
                }
                _ => Err(self.unexpected("an operator")),
            };
        };
        let Some(value) = self.reader.value() else {
            return Err(self.unexpected("a value, with quotation marks around text"));
        };
        compare(place, comparison, &value).map_err(|detail| self.kind.because(detail))
    }

    /// `attribute`, `attribute.part`, `attribute[filter]` or `attribute[filter].part`.
    fn place(&mut self, names: &Names<'_>) -> Result<Found<'a>, Fault> {
        let Some(name) = self.reader.name() else {
            return Err(self.unexpected("an attribute"));
        };
        let mut found = names.find(name);
        if !self.reader.adjoining('[') {
            return Ok(found);
        }
        let inner = match &found {
            Found::Kept(place) if place.part.is_none() && place.attribute.is_multiple => {
                Names::Within(place.attribute)
            }
            Found::Kept(_) => {
                let detail = format!("`{name}` has one value, which `[` cannot choose");
                return Err(self.kind.because(detail));
            }
            Found::Ignored | Found::Unknown(_) => Names::Nothing,
        };
        let within = self.closed(&inner, ']')?;
        let part = match self.reader.adjoining('.') {
            true => Some(
                self.reader
                    .name()
                    .ok_or_else(|| self.unexpected("a part"))?,
            ),
            false => None,
        };
        if let Found::Kept(place) = &mut found {
            if let Some(part) = part {
                let known = place.attribute.part(part);
                let detail = || format!("`{name}` has no part `{part}`");
                place.part = Some(known.ok_or_else(|| self.kind.because(detail()))?);
            }
            place.within = Some(within);
        }
        Ok(found)
    }
}

fn one_or(mut filters: Vec<Filter>, more: impl FnOnce(Vec<Filter>) -> Filter) -> Filter {
    match filters.pop() {
        Some(only) if filters.is_empty() => only,
        last => {
            filters.extend(last);
            more(filters)
        }
    }
}

fn test(place: Option<Place>, check: Check) -> Filter {
    Filter::Test(Box::new(Test { place, check }))
}

/// An operator as it is written.
enum Comparison {
    NotEqual,
    Is(Operator),
}

impl Comparison {
    fn parse(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Is(Operator::Equal),
            "ne" => Self::NotEqual,
            "co" => Self::Is(Operator::Contains),
            "sw" => Self::Is(Operator::Starts),
            "ew" => Self::Is(Operator::Ends),
            "gt" => Self::Is(Operator::Greater),
            "ge" => Self::Is(Operator::GreaterOrEqual),
            "lt" => Self::Is(Operator::Less),
            "le" => Self::Is(Operator::LessOrEqual),
            _ => return None,
        })
    }
}

fn compare(
    place: Option<Place>,
    comparison: Comparison,
    value: &Value,
) -> Result<Filter, &'static str> {
    let (operator, negated) = match comparison {
        Comparison::NotEqual => (Operator::Equal, true),
        Comparison::Is(operator) => (operator, false),
    };
    // Having no value at all is written as being equal to null.
    let (filter, negated) = match (value, operator) {
        (Value::Null, Operator::Equal) => (test(place, Check::Present), !negated),
        (Value::Null, _) => return Err("null can only be equal or not"),
        _ => (compare_with(place, operator, value)?, negated),
    };
    Ok(match negated {
        true => Filter::Not(Box::new(filter)),
        false => filter,
    })
}

fn compare_with(
    place: Option<Place>,
    operator: Operator,
    value: &Value,
) -> Result<Filter, &'static str> {
    let Some(mut place) = place else {
        return Ok(test(None, Check::Present)); // there is nothing that could be equal
    };
    // Of values that are made of parts, the one that is called so is meant.
    if place.part.is_none() && matches!(place.attribute.kind, Kind::Complex(_)) {
        let value = place.attribute.part("value");
        place.part = Some(value.ok_or("this attribute has parts; name one of them")?);
    }
    let compared = place.part.unwrap_or(place.attribute);
    let check = check(compared, operator, value)?;
    Ok(test(Some(place), check))
}

fn check(compared: &Attribute, operator: Operator, value: &Value) -> Result<Check, &'static str> {
    match compared.kind {
        Kind::Flag => match (operator, flag(value)) {
            (Operator::Equal, Some(value)) => Ok(Check::Flag(value)),
            (_, None) => Err("a boolean compares with true or false"),
            (_, Some(_)) => Err("a boolean can only be equal or not"),
        },
        Kind::Time => match operator {
            Operator::Contains | Operator::Starts | Operator::Ends => {
                Err("a time is equal to another, or before or after it")
            }
            _ => {
                let time = value
                    .as_str()
                    .and_then(|text| text.parse::<Timestamp>().ok());
                let time = time.ok_or("a time is written like \"2026-01-31T23:59:59Z\"")?;
                Ok(Check::Time(operator, time))
            }
        },
        Kind::Text | Kind::Reference(_) | Kind::Complex(_) => {
            let text = value.as_str().ok_or("text compares with text")?;
            Ok(Check::Text {
                operator,
                value: folded(text, compared.is_case_exact),
                is_case_exact: compared.is_case_exact,
            })
        }
    }
}

/// A boolean, also as the text that Entra ID makes of it.
pub(crate) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
