//! Amounts of memory as people write them: `512MiB`, `2GiB`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};

const UNITS: [(&str, u64); 3] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size(pub(super) u64);

impl Size {
    /// Reads a number with a unit; `None` when `text` is anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (unit, size) = UNITS.iter().find(|(unit, _)| text.ends_with(unit))?;
        let count: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
        count.checked_mul(*size).map(Self)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!("`{text}` is not a size such as 512MiB or 2GiB"))
        })
    }
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["512MiB", "2GiB"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_unit() {
        for (text, expected) in [
            ("512MiB", Some(512 << 20)),
            ("2 GiB", Some(2 << 30)),
            ("0KiB", Some(0)),
            ("2GB", None),
            ("2", None),
            ("-1GiB", None),
            ("99999999999999GiB", None),
        ] {
            assert_eq!(Size::parse(text).map(|size| size.0), expected, "{text}");
        }
    }
}
