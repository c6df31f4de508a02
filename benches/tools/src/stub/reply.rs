//! What is answered, whatever carries it.

use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use super::era::Era;

/// The size of a plain reply, with an `id` of one digit.
const REPLY: usize = 280;
const TOOLS: [&str; 6] = [
    "echo",
    "stream",
    "hold",
    "reply_8192",
    "reply_65536",
    "secret",
];

/// A request or notification, as far as it matters.
#[derive(Deserialize)]
pub struct Message<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    /// What is asked for.
    #[serde(default)]
    pub method: &'a str,
    #[serde(default)]
    params: Params<'a>,
}

#[derive(Default, Deserialize)]
struct Params<'a> {
    #[serde(default)]
    name: &'a str,
    #[serde(rename = "protocolVersion")]
    version: Option<&'a str>,
}

/// How a message is answered.
pub enum Reply {
    /// Not at all.
    Nothing,
    /// With this message.
    Plain(String),
    /// With this message, which begins a session.
    Session(String),
    /// With this refusal.
    Refusal(String),
    /// With a stream of this one message.
    Stream(String),
    /// With a stream that begins with this message, if any, and never ends.
    Held(Option<String>),
}

/// Answers a message in the words of `era`.
pub fn answer(message: &Message<'_>, era: Era) -> Reply {
    let Some(id) = message.id.map(RawValue::get) else {
        return Reply::Nothing;
    };
    match message.method {
        "tools/call" => call(id, message.params.name, era),
        "initialize" if era != Era::Stateless => Reply::Session(initialized(id, message)),
        "initialize" => Reply::Refusal(too_old(id, message)),
        "server/discover" if era == Era::Session => Reply::Refusal(unknown(id)),
        "server/discover" => Reply::Plain(success(id, &discovered())),
        "subscriptions/listen" if era != Era::Session => Reply::Held(Some(acknowledged(id))),
        "tools/list" => Reply::Plain(success(id, &listed(era))),
        "ping" => Reply::Plain(success(id, &json!({}))),
        _ => Reply::Refusal(unknown(id)),
    }
}

fn call(id: &str, tool: &str, era: Era) -> Reply {
    match tool {
        "hold" => Reply::Held(None),
        "stream" => Reply::Stream(result(id, REPLY, era)),
        _ => {
            let size = tool.strip_prefix("reply_").and_then(|n| n.parse().ok());
            Reply::Plain(result(id, size.unwrap_or(REPLY), era))
        }
    }
}

/// A result of `size` bytes when its `id` has one digit.
fn result(id: &str, size: usize, era: Era) -> String {
    const HEAD: &str = r#"{"jsonrpc":"2.0","id":"#;
    const RESULT: &str = r#","result":{"#;
    const TYPE: &str = r#""resultType":"complete","#;
    const CONTENT: &str = r#""content":[{"type":"text","text":""#;
    const TAIL: &str = r#""}],"isError":false}}"#;
    let kind = if era == Era::Session { "" } else { TYPE };
    let parts = [HEAD, id, RESULT, kind, CONTENT];
    let around: usize = parts.iter().map(|part| part.len()).sum::<usize>() - id.len() + 1;
    let filling = size.saturating_sub(around + TAIL.len());
    let mut text = String::with_capacity(size + id.len());
    parts.iter().for_each(|part| text.push_str(part));
    text.extend(std::iter::repeat_n('x', filling));
    text.push_str(TAIL);
    text
}

fn initialized(id: &str, message: &Message<'_>) -> String {
    let version = match message.params.version {
        Some(version) if version < "2026" => version,
        _ => "2025-11-25",
    };
    let capabilities = json!({ "tools": {} });
    success(
        id,
        &json!({ "protocolVersion": version, "capabilities": capabilities, "serverInfo": server() }),
    )
}

fn discovered() -> Value {
    complete(json!({
        "supportedVersions": ["2026-07-28"],
        "capabilities": { "tools": { "listChanged": true } },
        "_meta": { "io.modelcontextprotocol/serverInfo": server() },
    }))
}

fn listed(era: Era) -> Value {
    let tools = json!({ "tools": TOOLS.map(tool) });
    match era {
        Era::Session => tools,
        Era::Stateless | Era::Both => complete(tools),
    }
}

fn tool(name: &str) -> Value {
    json!({
        "name": name,
        "description": "Answers what its name says",
        "inputSchema": { "type": "object" },
        "annotations": { "readOnlyHint": true },
    })
}

fn server() -> Value {
    json!({ "name": "benchmark", "version": "1" })
}

fn complete(mut result: Value) -> Value {
    result["resultType"] = "complete".into();
    result["ttlMs"] = 60_000.into();
    result["cacheScope"] = "public".into();
    result
}

/// What a stream of changes begins with.
fn acknowledged(id: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{{"notifications":{{"toolsListChanged":true}},"_meta":{{"io.modelcontextprotocol/subscriptionId":{id}}}}}}}"#
    )
}

fn success(id: &str, result: &Value) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#)
}

fn too_old(id: &str, message: &Message<'_>) -> String {
    let requested = message.params.version.unwrap_or("unknown");
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32022,"message":"unsupported protocol version","data":{{"supported":["2026-07-28"],"requested":"{requested}"}}}}}}"#
    )
}

fn unknown(id: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32601,"message":"unknown method"}}}}"#)
}
