//! The tools of the demo server.

use std::time::Duration;

use doorward_core::clock::Clock;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::notebook::{Note, Notebook};
use crate::system::SystemClock;

/// How a call goes on.
pub(super) enum Step {
    /// This is the result.
    Done(Value),
    /// Counting takes a while.
    Count {
        /// How far.
        to: u64,
        /// How long each number takes.
        pause: Duration,
    },
    /// The user is asked first.
    Ask,
}

/// The list of tools, as `tools/list` shows it.
pub(super) fn list() -> Value {
    let read = json!({ "readOnlyHint": true, "openWorldHint": false });
    let write = json!({ "readOnlyHint": false, "destructiveHint": false, "openWorldHint": false });
    let destroy = json!({ "readOnlyHint": false, "destructiveHint": true, "openWorldHint": false });
    let number = |description: &str, most: u64| json!({ "type": "integer", "minimum": 1, "maximum": most, "description": description });
    let text = |description: &str| json!({ "type": "string", "description": description });
    let id = || json!({ "id": number("The number of the note", u32::MAX.into()) });
    let count = json!({
        "to": number("How far to count; 5 unless stated", 50),
        "milliseconds": number("How long each number takes; 500 unless stated", 2000),
    });
    let note = json!({ "title": text("What the note is called"), "text": text("What it says") });
    json!([
        tool(
            "list_notes",
            "List notes",
            "Lists all notes",
            &json!({}),
            &[],
            &read
        ),
        tool(
            "read_note",
            "Read a note",
            "Reads one note",
            &id(),
            &["id"],
            &read
        ),
        tool(
            "current_time",
            "Tell the time",
            "Tells the current time in UTC",
            &json!({}),
            &[],
            &read
        ),
        tool(
            "count_slowly",
            "Count slowly",
            "Counts with a pause after each number, and reports progress",
            &count,
            &[],
            &read
        ),
        tool(
            "ask_colour",
            "Ask for a colour",
            "Asks the user for a favourite colour",
            &json!({}),
            &[],
            &read
        ),
        tool(
            "add_note",
            "Add a note",
            "Adds a note",
            &note,
            &["title", "text"],
            &write
        ),
        tool(
            "delete_note",
            "Delete a note",
            "Deletes a note for good",
            &id(),
            &["id"],
            &destroy
        ),
    ])
}

fn tool(
    name: &str,
    title: &str,
    description: &str,
    properties: &Value,
    required: &[&str],
    annotations: &Value,
) -> Value {
    let schema = json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
    json!({ "name": name, "title": title, "description": description, "inputSchema": schema, "annotations": annotations })
}

/// Begins a call; `None` when there is no such tool.
pub(super) fn call(name: &str, arguments: &Value, notes: &Notebook) -> Option<Step> {
    let text = |member: &str| arguments.get(member).and_then(Value::as_str);
    let number = |member: &str| arguments.get(member).and_then(Value::as_u64);
    Some(match name {
        "list_notes" => Step::Done(said(&index(&notes.all()))),
        "read_note" => Step::Done(match number("id").and_then(|id| notes.find(id)) {
            Some(note) => said(&format!("{}\n\n{}", note.title, note.text)),
            None => failed("There is no note with this id"),
        }),
        "current_time" => Step::Done(said(&now())),
        "count_slowly" => Step::Count {
            to: number("to").unwrap_or(5).clamp(1, 50),
            pause: Duration::from_millis(number("milliseconds").unwrap_or(500).clamp(1, 2000)),
        },
        "ask_colour" => Step::Ask,
        "add_note" => Step::Done(match (text("title"), text("text")) {
            (Some(title), Some(text)) => added(notes, title, text),
            _ => failed("title and text must be given"),
        }),
        "delete_note" => Step::Done(match number("id") {
            Some(id) if notes.delete(id) => said(&format!("Deleted note {id}")),
            _ => failed("There is no note with this id"),
        }),
        _ => return None,
    })
}

/// A result with one text.
pub(super) fn said(text: &str) -> Value {
    json!({ "content": [{ "type": "text", "text": text }] })
}

/// A result that says what went wrong.
pub(super) fn failed(text: &str) -> Value {
    json!({ "content": [{ "type": "text", "text": text }], "isError": true })
}

fn added(notes: &Notebook, title: &str, text: &str) -> Value {
    match notes.add(title, text) {
        Ok(id) => said(&format!("Added note {id}")),
        Err(error) => failed(&error.to_string()),
    }
}

fn index(notes: &[Note]) -> String {
    let line = |note: &Note| format!("{}: {}", note.id, note.title);
    notes.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn now() -> String {
    Timestamp::from_millisecond(SystemClock.now().millis())
        .map_or_else(|_| "out of range".to_owned(), |time| time.to_string())
}
