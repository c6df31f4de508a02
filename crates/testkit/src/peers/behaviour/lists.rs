//! What there is: tools, resources, templates and prompts, in pages.

use doorward_mcp::era::Revision;
use serde_json::{Value, json};

use super::Failure;

/// How many are on one page.
const PAGE: usize = 5;

/// One page of `all`, under `name`. Cursors are `from-N` with a blank in the middle, which nobody
/// who passes them on may lose.
pub(super) fn page(name: &str, all: Vec<Value>, params: &Value) -> Result<Value, Failure> {
    let from = match params.get("cursor") {
        None => 0,
        Some(cursor) => {
            let number = cursor.as_str().and_then(|text| text.strip_prefix("from "));
            let number = number.and_then(|text| text.parse::<usize>().ok());
            number.ok_or(Failure::InvalidParams("unknown cursor"))?
        }
    };
    let more = all.len() > from + PAGE;
    let page: Vec<_> = all.into_iter().skip(from).take(PAGE).collect();
    let mut result = json!({ name: page });
    if more {
        result["nextCursor"] = json!(format!("from {}", from + PAGE));
    }
    Ok(result)
}

/// Name, what it takes, what it returns.
#[rustfmt::skip]
const TOOLS: [(&str, &[&str]); 16] = [
    ("echo", &["text"]), ("slow", &["text"]), ("wait", &["mark"]), ("ask", &[]), ("think", &[]),
    ("where", &[]), ("add", &[]), ("fail", &[]), ("log", &["text"]), ("show", &[]),
    ("route", &["region"]), ("crash", &[]), ("both", &[]), ("flaky", &["mark"]), ("visit", &[]), ("gate", &["mark"]),
];

pub(super) fn tools(revision: Revision) -> Vec<Value> {
    let tools = TOOLS.iter().map(|(name, arguments)| {
        let text = |name: &&str| ((*name).to_owned(), json!({"type": "string"}));
        let properties: serde_json::Map<_, _> = arguments.iter().map(text).collect();
        let mut schema = json!({"type": "object", "properties": properties});
        if *name == "route" {
            schema["properties"]["region"]["x-mcp-header"] = json!("Region");
        }
        if *name == "add" {
            let number = json!({"type": "number"});
            schema["properties"] = json!({"a": number, "b": number});
        }
        let mut tool = json!({"name": name, "description": "A tool", "inputSchema": schema});
        if revision >= Revision::V2025_06_18 {
            tool["title"] = json!(format!("The tool {name}"));
            if *name == "add" {
                let sum = json!({"sum": {"type": "number"}});
                tool["outputSchema"] =
                    json!({"type": "object", "properties": sum, "required": ["sum"]});
            }
        }
        tool
    });
    tools.collect()
}

pub(super) fn resources(_: Revision) -> Vec<Value> {
    let notes = (1..=11).map(|number| format!("note:{number}"));
    let notes = notes.map(|uri| json!({"uri": uri, "name": uri, "mimeType": "text/plain"}));
    notes.collect()
}

pub(super) fn templates(_: Revision) -> Vec<Value> {
    let kinds = ["note", "blob", "asked", "a", "b", "c"];
    let templates =
        kinds.map(|kind| json!({"uriTemplate": format!("{kind}:{{id}}"), "name": kind}));
    templates.to_vec()
}

pub(super) fn prompts(_: Revision) -> Vec<Value> {
    let name = json!([{"name": "name", "required": true}]);
    let mut prompts = vec![json!({"name": "greet", "arguments": name})];
    let others = ["interview", "a", "b", "c", "d"];
    prompts.extend(others.map(|name| json!({"name": name})));
    prompts
}

/// What the server says that it can do.
pub(in crate::peers) fn capabilities(revision: Revision) -> Value {
    let mut capabilities = json!({
        "logging": {},
        "prompts": {"listChanged": true},
        "resources": {"subscribe": true, "listChanged": true},
        "tools": {"listChanged": true},
    });
    if revision >= Revision::V2025_03_26 {
        capabilities["completions"] = json!({});
    }
    capabilities
}
