//! Finding `x-mcp-header` annotations in a tool's `inputSchema`.
//!
//! An annotation counts only where the schema is reached from its root through
//! `properties` alone; anywhere else it makes the tool's definition invalid
//! (P-030). Values such as `default` and `enum` are data, not schema.

use serde_json::{Map, Value};

use super::{HeaderParam, HeaderParams, ParamKind};
use crate::json::Raw;

pub(crate) const ANNOTATION: &str = "x-mcp-header";

/// Members of a schema that map names to schemas.
pub(crate) const SCHEMA_MAPS: [&str; 5] = [
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
];

/// Members of a schema that hold data.
pub(crate) const DATA: [&str; 4] = ["default", "const", "enum", "examples"];

/// How many arguments of one tool may be mirrored into headers.
pub const MAX_PARAMS: usize = 64;

/// Why a tool's annotations are invalid; clients must drop such a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnnotationFault {
    /// Not a string, empty, or not a token of RFC 9110.
    #[error("x-mcp-header must be a non-empty header name token")]
    Name,
    /// Two annotations with the same name, case aside.
    #[error("x-mcp-header names must differ in more than case")]
    Repeated,
    /// On something other than a string, an integer or a boolean.
    #[error("x-mcp-header is for string, integer and boolean parameters only")]
    Type,
    /// Not reached from the root through `properties` alone.
    #[error("x-mcp-header must be reachable through properties alone")]
    Unreachable,
    /// More than [`MAX_PARAMS`] of them: no request should have as many headers.
    #[error("x-mcp-header is for {MAX_PARAMS} parameters at most")]
    Many,
    /// The schema is not an object.
    #[error("inputSchema must be an object")]
    NotObject,
}

impl HeaderParams {
    /// Reads the annotations of an `inputSchema`.
    pub fn of_schema(schema: Raw<'_>) -> Result<Self, AnnotationFault> {
        let schema: Map<String, Value> =
            serde_json::from_str(schema.as_str()).map_err(|_| AnnotationFault::NotObject)?;
        let mut found = Self::default();
        found.read(&schema, &Place::Root)?;
        Ok(found)
    }

    fn read(
        &mut self,
        schema: &Map<String, Value>,
        place: &Place<'_>,
    ) -> Result<(), AnnotationFault> {
        if let Some(name) = schema.get(ANNOTATION) {
            self.add(name, schema.get("type"), place)?;
        }
        for (key, value) in schema {
            match (key.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    for (name, property) in properties {
                        self.read_any(property, &place.property(name))?;
                    }
                }
                (map, Value::Object(schemas)) if SCHEMA_MAPS.contains(&map) => {
                    for inner in schemas.values() {
                        self.read_any(inner, &Place::Unreachable)?;
                    }
                }
                (data, _) if DATA.contains(&data) => {}
                (_, inner) => self.read_any(inner, &Place::Unreachable)?,
            }
        }
        Ok(())
    }

    fn read_any(&mut self, value: &Value, place: &Place<'_>) -> Result<(), AnnotationFault> {
        match value {
            Value::Object(schema) => self.read(schema, place),
            Value::Array(schemas) => {
                let inside = Place::Unreachable;
                schemas
                    .iter()
                    .try_for_each(|schema| self.read_any(schema, &inside))
            }
            _ => Ok(()),
        }
    }

    fn add(
        &mut self,
        name: &Value,
        kind: Option<&Value>,
        place: &Place<'_>,
    ) -> Result<(), AnnotationFault> {
        let name = name
            .as_str()
            .filter(|name| is_token(name))
            .ok_or(AnnotationFault::Name)?;
        let path = place.path().filter(|path| !path.is_empty());
        let path = path.ok_or(AnnotationFault::Unreachable)?;
        if self
            .params
            .iter()
            .any(|known| known.name.eq_ignore_ascii_case(name))
        {
            return Err(AnnotationFault::Repeated);
        }
        if self.params.len() == MAX_PARAMS {
            return Err(AnnotationFault::Many);
        }
        self.params.push(HeaderParam {
            name: name.to_owned(),
            path,
            kind: kind.and_then(kind_of).ok_or(AnnotationFault::Type)?,
        });
        Ok(())
    }
}

/// Where in the arguments a schema applies.
enum Place<'p> {
    Root,
    Property(&'p Place<'p>, &'p str),
    Unreachable,
}

impl Place<'_> {
    fn property<'p>(&'p self, name: &'p str) -> Place<'p> {
        match self {
            Self::Unreachable => Place::Unreachable,
            Self::Root | Self::Property(..) => Place::Property(self, name),
        }
    }

    /// The names from the root; `None` for what is not reached by them.
    fn path(&self) -> Option<Vec<String>> {
        match self {
            Self::Root => Some(Vec::new()),
            Self::Unreachable => None,
            Self::Property(within, name) => {
                let mut path = within.path()?;
                path.push((*name).to_owned());
                Some(path)
            }
        }
    }
}

/// The kind that `type` names; one kind may be paired with `null`.
fn kind_of(kind: &Value) -> Option<ParamKind> {
    match kind {
        Value::String(name) => match name.as_str() {
            "string" => Some(ParamKind::String),
            "integer" => Some(ParamKind::Integer),
            "boolean" => Some(ParamKind::Boolean),
            _ => None,
        },
        Value::Array(kinds) => match kinds.as_slice() {
            [null, kind] | [kind, null] if null == "null" => kind_of(kind),
            _ => None,
        },
        _ => None,
    }
}

/// RFC 9110 section 5.6.2.
fn is_token(text: &str) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_tchar)
}
