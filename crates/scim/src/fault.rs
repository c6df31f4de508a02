//! What can be wrong with a request, in the words of SCIM (RFC 7644 section 3.12).

use std::borrow::Cow;

/// A request that is not carried out. What it says is safe to show: it names attributes, and
/// values only where the sender wrote them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct Fault {
    /// The `scimType` and the status that goes with it.
    pub(crate) kind: FaultKind,
    /// What was expected, and what was found.
    pub(crate) detail: Cow<'static, str>,
}

/// The kinds of faults of RFC 7644 section 3.12, and those that have a status alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// The filter cannot be read, or compares what cannot be compared.
    InvalidFilter,
    /// The path of a PATCH operation cannot be read or leads nowhere.
    InvalidPath,
    /// The body is not what the endpoint takes.
    InvalidSyntax,
    /// A value is missing or does not fit its attribute.
    InvalidValue,
    /// The attribute cannot be changed.
    Mutability,
    /// The path of a PATCH operation matches no value.
    NoTarget,
    /// More would have to be looked at than one request may ask for.
    TooMany,
    /// Somebody else has this name or identifier.
    Uniqueness,
    /// The provider may not do this.
    Forbidden,
    /// There is no such resource, of those that the provider sees.
    NotFound,
    /// The resource is not the one that the client saw (`If-Match`).
    PreconditionFailed,
    /// It is not offered here.
    NotImplemented,
    /// The body is longer than it may be.
    TooLarge,
    /// The body is not JSON by its own account.
    UnsupportedMediaType,
}

impl FaultKind {
    /// The HTTP status.
    pub(crate) const fn status(self) -> u16 {
        match self {
            Self::InvalidFilter
            | Self::InvalidPath
            | Self::InvalidSyntax
            | Self::InvalidValue
            | Self::Mutability
            | Self::NoTarget
            | Self::TooMany => 400,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Uniqueness => 409,
            Self::PreconditionFailed => 412,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::NotImplemented => 501,
        }
    }

    /// The `scimType`, where RFC 7644 has one.
    pub(crate) const fn scim_type(self) -> Option<&'static str> {
        match self {
            Self::InvalidFilter => Some("invalidFilter"),
            Self::InvalidPath => Some("invalidPath"),
            Self::InvalidSyntax => Some("invalidSyntax"),
            Self::InvalidValue => Some("invalidValue"),
            Self::Mutability => Some("mutability"),
            Self::NoTarget => Some("noTarget"),
            Self::TooMany => Some("tooMany"),
            Self::Uniqueness => Some("uniqueness"),
            Self::Forbidden
            | Self::NotFound
            | Self::PreconditionFailed
            | Self::NotImplemented
            | Self::TooLarge
            | Self::UnsupportedMediaType => None,
        }
    }

    /// A fault of this kind that says `detail`.
    pub(crate) fn because(self, detail: impl Into<Cow<'static, str>>) -> Fault {
        Fault {
            kind: self,
            detail: detail.into(),
        }
    }
}
