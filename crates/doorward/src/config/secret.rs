//! Values that need not stand in the file: `"text"`, `{ env = "NAME" }` or `{ file = "PATH" }`.

use std::{borrow::Cow, fmt, fs, path::Path};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};

/// Where a value comes from.
#[derive(Clone)]
pub(super) enum SecretValue {
    /// It stands in the file.
    Written(String),
    /// The environment variable with this name holds it.
    Environment(String),
    /// The file at this path holds it.
    File(String),
}

impl SecretValue {
    /// Fetches the value; relative paths start at `base`. The error never shows a value.
    pub(super) fn resolve(&self, base: &Path) -> Result<String, String> {
        match self {
            Self::Written(text) => Ok(text.clone()),
            Self::Environment(name) => std::env::var(name)
                .map_err(|_| format!("the environment variable {name} is not set")),
            Self::File(path) => {
                let path = base.join(path);
                let text = fs::read_to_string(&path)
                    .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
                Ok(text.trim_end_matches(['\r', '\n']).to_owned())
            }
        }
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(..)")
    }
}

impl<'de> Deserialize<'de> for SecretValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = SecretValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, { env = \"NAME\" } or { file = \"PATH\" }")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SecretValue, E> {
        Ok(SecretValue::Written(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SecretValue, A::Error> {
        let value = match map.next_key::<String>()?.as_deref() {
            Some("env") => SecretValue::Environment(map.next_value()?),
            Some("file") => SecretValue::File(map.next_value()?),
            Some(other) => return Err(A::Error::unknown_field(other, &["env", "file"])),
            None => return Err(A::Error::custom("an empty table is not a value")),
        };
        match map.next_key::<String>()? {
            None => Ok(value),
            Some(_) => Err(A::Error::custom("exactly one of env and file can be given")),
        }
    }
}

impl JsonSchema for SecretValue {
    fn schema_name() -> Cow<'static, str> {
        "SecretValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let from = |key: &str| {
            serde_json::json!({
                "type": "object",
                "properties": { key: { "type": "string" } },
                "required": [key],
                "additionalProperties": false,
            })
        };
        json_schema!({ "anyOf": [{ "type": "string" }, from("env"), from("file")] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str) -> Result<SecretValue, String> {
        #[derive(Deserialize)]
        struct Holder {
            value: SecretValue,
        }
        toml::from_str(&format!("value = {toml}"))
            .map(|holder: Holder| holder.value)
            .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn a_value_is_written_or_fetched() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("token"), "s3cret\n").unwrap();
        let resolve = |toml| read(toml).unwrap().resolve(folder.path());
        assert_eq!(resolve("'plain'"), Ok("plain".to_owned()));
        assert_eq!(resolve("{ file = 'token' }"), Ok("s3cret".to_owned()));
        assert_eq!(
            resolve("{ env = 'PATH' }"),
            Ok(std::env::var("PATH").unwrap())
        );
        let missing = resolve("{ env = 'DOORWARD_NOT_SET' }").unwrap_err();
        assert!(missing.contains("DOORWARD_NOT_SET"), "{missing}");
        assert!(
            resolve("{ file = 'absent' }")
                .unwrap_err()
                .contains("absent")
        );
    }

    #[test]
    fn a_value_of_any_other_shape_is_refused() {
        for bad in [
            "1",
            "{ }",
            "{ environment = 'X' }",
            "{ env = 'A', file = 'B' }",
            "['x']",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_value_never_shows_in_debug_output() {
        assert!(!format!("{:?}", read("'s3cret'").unwrap()).contains("s3cret"));
    }
}
