//! What the demo server answers at once: everything but tool calls.

use doorward_mcp::{
    era::{Era, Revision},
    error::RpcError,
};
use serde_json::{Value, json};

use super::{
    message::{dress, stateless_versions},
    notebook::{Note, Notebook},
    tools,
};

/// Answers a request that needs nothing but the notes.
pub(super) fn answer(
    method: &str,
    params: &Value,
    era: Era,
    notes: &Notebook,
) -> Result<Value, RpcError> {
    let text = |member: &str| {
        params
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let listed = |result| Ok(dress(result, era, true));
    match (method, era) {
        ("initialize", Era::Session) => Ok(initialize(text("protocolVersion"))),
        ("ping", Era::Session) => Ok(json!({})),
        ("server/discover", Era::Stateless) => listed(discover()),
        ("tools/list", _) => listed(json!({ "tools": tools::list() })),
        ("prompts/list", _) => listed(json!({ "prompts": prompts() })),
        ("prompts/get", _) => {
            prompt(text("name"), params, notes).map(|found| dress(found, era, false))
        }
        ("resources/list", _) => {
            let resources: Vec<Value> = notes.all().iter().map(resource).collect();
            listed(json!({ "resources": resources }))
        }
        ("resources/templates/list", _) => listed(json!({ "resourceTemplates": [template()] })),
        ("resources/read", _) => read(text("uri"), notes).and_then(listed),
        _ => Err(RpcError::method_not_found(method)),
    }
}

fn initialize(requested: &str) -> Value {
    json!({
        "protocolVersion": Revision::negotiated(requested).as_str(),
        "capabilities": capabilities(),
        "serverInfo": server_info(),
        "instructions": INSTRUCTIONS,
    })
}

fn discover() -> Value {
    let versions: Vec<&str> = stateless_versions()
        .iter()
        .map(|version| version.as_str())
        .collect();
    json!({
        "supportedVersions": versions,
        "capabilities": capabilities(),
        "instructions": INSTRUCTIONS,
        "_meta": { "io.modelcontextprotocol/serverInfo": server_info() },
    })
}

const INSTRUCTIONS: &str = "A notebook to try Doorward with. Notes are forgotten when it stops.";

fn capabilities() -> Value {
    json!({ "tools": {}, "resources": {}, "prompts": {} })
}

fn server_info() -> Value {
    json!({ "name": "doorward-demo", "title": "Demo notes", "version": env!("CARGO_PKG_VERSION") })
}

fn prompts() -> Value {
    let topic =
        json!({ "name": "topic", "description": "What the note is about", "required": true });
    json!([
        { "name": "summarize_notes", "title": "Summarize notes", "description": "Asks for a summary of all notes" },
        { "name": "draft_note", "title": "Draft a note", "description": "Asks for a note on a topic", "arguments": [topic] },
    ])
}

fn prompt(name: &str, params: &Value, notes: &Notebook) -> Result<Value, RpcError> {
    let text = match name {
        "summarize_notes" => {
            let all: Vec<String> = notes
                .all()
                .iter()
                .map(|note| format!("{}: {}", note.title, note.text))
                .collect();
            format!(
                "Summarize these notes in three sentences.\n\n{}",
                all.join("\n")
            )
        }
        "draft_note" => match params.pointer("/arguments/topic").and_then(Value::as_str) {
            Some(topic) => format!("Write a short note about {topic} and save it with add_note."),
            None => return Err(RpcError::invalid_params(&"topic is missing")),
        },
        _ => return Err(RpcError::unknown_prompt(name)),
    };
    let message = json!({ "role": "user", "content": { "type": "text", "text": text } });
    Ok(json!({ "messages": [message] }))
}

fn resource(note: &Note) -> Value {
    json!({ "uri": format!("note://{}", note.id), "name": format!("note-{}", note.id), "title": note.title, "mimeType": "text/plain" })
}

fn template() -> Value {
    json!({ "uriTemplate": "note://{id}", "name": "note", "title": "A note by its number", "mimeType": "text/plain" })
}

fn read(uri: &str, notes: &Notebook) -> Result<Value, RpcError> {
    let id = uri.strip_prefix("note://").and_then(|id| id.parse().ok());
    let note = id
        .and_then(|id| notes.find(id))
        .ok_or_else(|| RpcError::unknown_resource(uri))?;
    Ok(json!({ "contents": [{ "uri": uri, "mimeType": "text/plain", "text": note.text }] }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(method: &str, params: &Value, era: Era) -> Result<Value, i64> {
        answer(method, params, era, &Notebook::new()).map_err(|error| error.code().number())
    }

    #[test]
    fn results_of_the_stateless_era_say_what_they_are_and_how_long_they_hold() {
        for method in [
            "server/discover",
            "tools/list",
            "prompts/list",
            "resources/list",
            "resources/templates/list",
        ] {
            let result = ask(method, &json!({}), Era::Stateless).expect(method);
            assert_eq!(result["resultType"], "complete", "{method}");
            assert!(
                result["ttlMs"].is_u64() && result["cacheScope"] == "private",
                "{method}"
            );
        }
        let session = ask("tools/list", &json!({}), Era::Session).expect("tools");
        assert!(session.get("resultType").is_none());
    }

    #[test]
    fn each_era_has_its_own_opening() {
        let opened = ask(
            "initialize",
            &json!({ "protocolVersion": "2025-06-18" }),
            Era::Session,
        );
        assert_eq!(opened.expect("session")["protocolVersion"], "2025-06-18");
        assert_eq!(ask("initialize", &json!({}), Era::Stateless), Err(-32601));
        assert_eq!(
            ask("server/discover", &json!({}), Era::Session),
            Err(-32601)
        );
    }

    #[test]
    fn notes_are_resources_and_unknown_ones_are_refused() {
        let read = ask(
            "resources/read",
            &json!({ "uri": "note://1" }),
            Era::Session,
        )
        .expect("note");
        assert!(
            read["contents"][0]["text"]
                .as_str()
                .is_some_and(|text| text.contains("signed in"))
        );
        for uri in ["note://99", "note://x", "file:///etc/passwd", ""] {
            assert_eq!(
                ask("resources/read", &json!({ "uri": uri }), Era::Session),
                Err(-32602),
                "{uri}"
            );
        }
    }
}
