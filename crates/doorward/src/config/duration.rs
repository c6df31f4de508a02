//! Durations as people write them: `10m`, `1h30m`, `90d`.

use std::{borrow::Cow, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// A duration in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lasting(u64);

impl Lasting {
    /// Whole seconds.
    pub(super) const fn seconds(count: u64) -> Self {
        Self(count)
    }

    /// Whole minutes.
    pub(super) const fn minutes(count: u64) -> Self {
        Self(count * 60)
    }

    /// Whole days.
    pub(super) const fn days(count: u64) -> Self {
        Self(count * 86_400)
    }

    /// The duration.
    pub(super) fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }

    /// Reads numbers with units, largest unit first; `None` when `text` is anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut seconds: u64 = 0;
        for (unit, size) in UNITS {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
            if let Some((number, after)) = rest.split_at_checked(digits)
                && let Some(after) = after.strip_prefix(unit)
            {
                let count: u64 = number.parse().ok()?;
                seconds = seconds.checked_add(count.checked_mul(size)?)?;
                rest = after;
            }
        }
        (rest.is_empty() && !text.is_empty()).then_some(Self(seconds))
    }
}

impl std::fmt::Display for Lasting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut left = self.0;
        for (unit, size) in UNITS {
            if left >= size {
                write!(f, "{}{unit}", left / size)?;
                left %= size;
            }
        }
        if self.0 == 0 {
            f.write_str("0s")
        } else {
            Ok(())
        }
    }
}

impl<'de> Deserialize<'de> for Lasting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is not a duration such as 10m, 1h30m or 90d"
            ))
        })
    }
}

impl Serialize for Lasting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Lasting {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_print_the_same() {
        #[rustfmt::skip]
        let cases = [
            ("10m", Some(600)), ("1h30m", Some(5400)), ("90d", Some(7_776_000)), ("0s", Some(0)),
            ("45s", Some(45)), ("", None), ("10", None), ("m", None), ("10 m", None), ("-1m", None),
            ("30m1h", None), ("1.5h", None), ("99999999999999999999d", None), ("10mx", None),
        ];
        for (text, seconds) in cases {
            let parsed = Lasting::parse(text);
            assert_eq!(parsed, seconds.map(Lasting), "{text}");
            if let Some(lasting) = parsed {
                assert_eq!(lasting.to_string(), text);
            }
        }
    }
}
