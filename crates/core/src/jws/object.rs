//! JSON objects in which no name appears twice (RFC 7515 section 4, RFC 7519 section 4).

use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, MapAccess, Visitor},
};
use serde_json::Value;

/// Reads a JSON object in which no name appears twice.
///
/// On its own, serde would take an array for a struct, and would not mind names
/// that repeat outside of it, nor what is no text or no number in members that nobody reads.
pub fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    serde_json::from_slice::<UniqueNames>(json).ok()?;
    serde_json::from_slice(json).ok()
}

struct UniqueNames;

impl<'de> Deserialize<'de> for UniqueNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> Visitor<'de> for UniqueNames {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object without repeated names")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self, M::Error> {
        let mut names = HashSet::new();
        while let Some((name, _)) = map.next_entry::<String, Value>()? {
            if !names.insert(name) {
                return Err(M::Error::custom("repeated name"));
            }
        }
        Ok(self)
    }
}
