//! What an attribute is (RFC 7643 section 2 and section 7).

use serde_json::{Map, Value, json};

/// The definition of an attribute.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// Its name, as it is written in answers; requests may write it in any case.
    pub(crate) name: &'static str,
    /// What it is, for people.
    pub(crate) description: &'static str,
    /// What its values are.
    pub(crate) kind: Kind,
    /// Whether it has many values.
    pub(crate) is_multiple: bool,
    /// Whether a resource must have it.
    pub(crate) is_required: bool,
    /// Whether upper and lower case differ in its values.
    pub(crate) is_case_exact: bool,
    /// Who may change it, and when.
    pub(crate) mutability: Mutability,
    /// When answers have it.
    pub(crate) returned: Returned,
    /// Whether two resources of a provider may have the same value.
    pub(crate) is_unique: bool,
    /// The usual values.
    pub(crate) canonical: &'static [&'static str],
}

/// What the values of an attribute are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A string.
    Text,
    /// A boolean.
    Flag,
    /// A time, as a string (RFC 3339).
    Time,
    /// The URI of a resource of one of these types, or of something elsewhere.
    Reference(&'static [&'static str]),
    /// Attributes of their own.
    Complex(&'static [Attribute]),
}

/// Who may change an attribute, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutability {
    /// Doorward alone.
    ReadOnly,
    /// The provider, at any time.
    ReadWrite,
    /// The provider, when it makes the value.
    Immutable,
}

/// When answers have an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returned {
    /// Always, whatever is asked for.
    Always,
    /// Unless something else is asked for.
    Default,
}

impl Attribute {
    const fn new(name: &'static str, kind: Kind, description: &'static str) -> Self {
        Self {
            name,
            description,
            kind,
            is_multiple: false,
            is_required: false,
            is_case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            is_unique: false,
            canonical: &[],
        }
    }

    /// A string.
    pub(super) const fn text(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Text, description)
    }

    /// A boolean.
    pub(super) const fn flag(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Flag, description)
    }

    /// A time.
    pub(super) const fn time(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Time, description)
    }

    /// The URI of a resource.
    pub(super) const fn reference(
        name: &'static str,
        to: &'static [&'static str],
        description: &'static str,
    ) -> Self {
        Self {
            is_case_exact: true,
            ..Self::new(name, Kind::Reference(to), description)
        }
    }

    /// Attributes of their own.
    pub(super) const fn complex(
        name: &'static str,
        parts: &'static [Attribute],
        description: &'static str,
    ) -> Self {
        Self::new(name, Kind::Complex(parts), description)
    }

    pub(super) const fn many(self) -> Self {
        Self {
            is_multiple: true,
            ..self
        }
    }

    pub(super) const fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    pub(super) const fn unique(self) -> Self {
        Self {
            is_unique: true,
            ..self
        }
    }

    pub(super) const fn case_exact(self) -> Self {
        Self {
            is_case_exact: true,
            ..self
        }
    }

    pub(super) const fn read_only(self) -> Self {
        Self {
            mutability: Mutability::ReadOnly,
            ..self
        }
    }

    pub(super) const fn immutable(self) -> Self {
        Self {
            mutability: Mutability::Immutable,
            ..self
        }
    }

    pub(super) const fn always(self) -> Self {
        Self {
            returned: Returned::Always,
            ..self
        }
    }

    pub(super) const fn usually(self, canonical: &'static [&'static str]) -> Self {
        Self { canonical, ..self }
    }

    /// The attributes of which its values are made.
    pub(crate) fn parts(&self) -> &'static [Attribute] {
        match self.kind {
            Kind::Complex(parts) => parts,
            Kind::Text | Kind::Flag | Kind::Time | Kind::Reference(_) => &[],
        }
    }

    /// The one of which its values are made that has this name, in whatever case.
    pub(crate) fn part(&self, name: &str) -> Option<&'static Attribute> {
        named(self.parts(), name)
    }

    /// Whether the provider may set it.
    pub(crate) fn is_writable(&self) -> bool {
        self.mutability != Mutability::ReadOnly
    }

    /// Its definition as `/Schemas` shows it (RFC 7643 section 7).
    pub(crate) fn definition(&self) -> Value {
        let mut definition = Map::new();
        let mut say = |key: &str, value: Value| definition.insert(key.to_owned(), value);
        say("name", json!(self.name));
        say("type", json!(self.kind.name()));
        say("multiValued", json!(self.is_multiple));
        say("description", json!(self.description));
        say("required", json!(self.is_required));
        if !self.canonical.is_empty() {
            say("canonicalValues", json!(self.canonical));
        }
        match self.kind {
            Kind::Complex(parts) => {
                let parts: Vec<Value> = parts.iter().map(Self::definition).collect();
                say("subAttributes", json!(parts));
            }
            Kind::Reference(to) => {
                say("referenceTypes", json!(to));
            }
            Kind::Text | Kind::Flag | Kind::Time => {}
        }
        say("caseExact", json!(self.is_case_exact));
        say("mutability", json!(self.mutability.name()));
        say("returned", json!(self.returned.name()));
        let unique = if self.is_unique { "server" } else { "none" };
        say("uniqueness", json!(unique));
        Value::Object(definition)
    }
}

/// The attribute of `all` with this name, in whatever case (RFC 7643 section 2.1).
pub(super) fn named(all: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    all.iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Flag => "boolean",
            Self::Time => "dateTime",
            Self::Reference(_) => "reference",
            Self::Complex(_) => "complex",
        }
    }
}

impl Mutability {
    const fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "readOnly",
            Self::ReadWrite => "readWrite",
            Self::Immutable => "immutable",
        }
    }
}

impl Returned {
    const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Default => "default",
        }
    }
}
