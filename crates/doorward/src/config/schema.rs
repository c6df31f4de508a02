//! The JSON Schema of the configuration file, made from the types that read it.

use serde_json::Value;

use super::document::Document;

/// The schema.
pub(crate) fn schema() -> Value {
    schemars::schema_for!(Document).to_value()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use serde_json::Map;

    use super::*;

    const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    const START: &str = "<!-- keys: made from the schema -->\n";
    const END: &str = "<!-- end of keys -->";

    #[test]
    fn the_reference_lists_every_key_with_its_default_and_meaning() {
        let written = std::fs::read_to_string(REFERENCE).expect("docs/configuration.md");
        let (head, rest) = written.split_once(START).expect("start mark");
        let (listed, tail) = rest.split_once(END).expect("end mark");
        let expected = reference();
        if std::env::var_os("DOORWARD_WRITE_DOCS").is_some() {
            std::fs::write(REFERENCE, format!("{head}{START}{expected}{END}{tail}"))
                .expect("written");
            return;
        }
        assert_eq!(
            listed, expected,
            "run the tests once with DOORWARD_WRITE_DOCS=1"
        );
    }

    fn reference() -> String {
        let schema = schema();
        let mut out = String::from("\n| key | type | default | meaning |\n|---|---|---|---|\n");
        rows(&schema, &schema, "", &mut out);
        out.push('\n');
        out
    }

    fn rows(root: &Value, table: &Value, prefix: &str, out: &mut String) {
        let required: Vec<&str> = table["required"]
            .as_array()
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        for (name, property) in table["properties"].as_object().unwrap_or(&Map::new()) {
            let key = format!("{prefix}{name}");
            let inner = resolve(root, property);
            let items = resolve(root, &inner["items"]);
            let meaning = property["description"]
                .as_str()
                .unwrap_or_default()
                .replace('\n', " ");
            let default = match (&property["default"], required.contains(&name.as_str())) {
                (_, true) => "required".to_owned(),
                (Value::Null | Value::Object(_), _) => String::new(),
                (value, _) => format!("`{value}`"),
            };
            writeln!(
                out,
                "| `{key}` | {} | {default} | {meaning} |",
                kind(root, inner)
            )
            .expect("text");
            rows(root, inner, &format!("{key}."), out);
            rows(root, items, &format!("{key}[]."), out);
        }
    }

    fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
        let named = schema["$ref"]
            .as_str()
            .and_then(|path| path.strip_prefix('#'));
        let either = schema["anyOf"].as_array().and_then(|all| all.first());
        match (named, either) {
            (Some(path), _) => resolve(root, root.pointer(path).expect("definition")),
            (None, Some(first)) if first.get("$ref").is_some() => resolve(root, first),
            (None, _) => schema,
        }
    }

    fn kind(root: &Value, schema: &Value) -> String {
        if let Some(variants) = schema["oneOf"].as_array() {
            let names: Vec<String> = variants
                .iter()
                .map(|v| format!("`{}`", v["const"]))
                .collect();
            return names.join(" or ");
        }
        if schema.get("anyOf").is_some() {
            return "string, `{ env = \"NAME\" }` or `{ file = \"PATH\" }`".to_owned();
        }
        if schema.get("pattern").is_some() {
            return "duration".to_owned();
        }
        let of = |inner: &Value| kind(root, resolve(root, inner));
        match schema["type"].as_str().or(schema["type"][0].as_str()) {
            Some("array") => format!("list of {}", of(&schema["items"])),
            Some("object") => match schema.get("additionalProperties") {
                Some(values @ Value::Object(_)) => format!("table of {}", of(values)),
                _ => "table".to_owned(),
            },
            other => other.unwrap_or("value").to_owned(),
        }
    }
}
