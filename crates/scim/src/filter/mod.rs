//! Filters (RFC 7644 section 3.4.2.2).
//!
//! A filter is read against one kind of resource, so that every attribute in it is known and
//! every comparison fits: what does not is refused before anything is looked at. Length, depth
//! and number of comparisons are bounded. An attribute that the resource does not have is one
//! without a value.
//!
//! `ne` is the opposite of `eq`: it holds where no value is equal, also where there is none.

mod evaluate;
mod parse;
mod reader;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub(crate) use self::{
    evaluate::{folded, values},
    parse::{flag, place},
};
use crate::schema::Attribute;

/// What a resource, or one value of an attribute, is tested for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    /// All of these hold.
    All(Vec<Self>),
    /// One of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// Some value passes.
    Test(Box<Test>),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Test {
    /// Where the values are; nowhere, for an attribute that nobody keeps.
    pub(crate) place: Option<Place>,
    /// What one of them must be.
    pub(crate) check: Check,
}

/// An attribute, perhaps only some of its values, perhaps only a part of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    /// The attribute.
    pub(crate) attribute: &'static Attribute,
    /// Of its values, those that pass this.
    pub(crate) within: Option<Filter>,
    /// Of each value, this part.
    pub(crate) part: Option<&'static Attribute>,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Check {
    /// There.
    Present,
    /// Text that compares so; folded unless its case is exact.
    Text {
        /// How it compares.
        operator: Operator,
        /// With what.
        value: String,
        /// Whether upper and lower case differ.
        is_case_exact: bool,
    },
    /// This boolean.
    Flag(bool),
    /// A time that compares so.
    Time(Operator, Timestamp),
}

/// How a value compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// Equal.
    Equal,
    /// Contains.
    Contains,
    /// Starts with.
    Starts,
    /// Ends with.
    Ends,
    /// Greater, or later.
    Greater,
    /// Not less.
    GreaterOrEqual,
    /// Less, or earlier.
    Less,
    /// Not greater.
    LessOrEqual,
}

impl Filter {
    /// The one value of `attribute` that whatever passes must have: for looking it up instead of
    /// looking at everything. As it is compared: folded unless its case is exact.
    pub(crate) fn requires(&self, attribute: &Attribute) -> Option<&str> {
        match self {
            Self::All(all) => all.iter().find_map(|one| one.requires(attribute)),
            Self::Test(test) => test.requires(attribute),
            Self::Any(_) | Self::Not(_) => None,
        }
    }

    /// How many comparisons it has.
    pub(crate) fn comparisons(&self) -> usize {
        match self {
            Self::All(all) | Self::Any(all) => all.iter().map(Self::comparisons).sum(),
            Self::Not(inner) => inner.comparisons(),
            Self::Test(_) => 1,
        }
    }

    /// The equalities of which it is made, if it is made of nothing else: what a value that is
    /// added for it begins with.
    pub(crate) fn equalities(&self) -> Option<Vec<&Test>> {
        match self {
            Self::All(all) => {
                let parts: Option<Vec<_>> = all.iter().map(Self::equalities).collect();
                Some(parts?.into_iter().flatten().collect())
            }
            Self::Test(test) if test.is_equality() => Some(vec![&**test]),
            Self::Test(_) | Self::Any(_) | Self::Not(_) => None,
        }
    }
}

impl Test {
    fn is_equality(&self) -> bool {
        match &self.check {
            Check::Text { operator, .. } | Check::Time(operator, _) => *operator == Operator::Equal,
            Check::Flag(_) => true,
            Check::Present => false,
        }
    }

    fn requires(&self, attribute: &Attribute) -> Option<&str> {
        let place = self.place.as_ref()?;
        let is_it = place.attribute == attribute && place.within.is_none() && place.part.is_none();
        match &self.check {
            Check::Text {
                operator: Operator::Equal,
                value,
                ..
            } if is_it => Some(value),
            _ => None,
        }
    }
}
