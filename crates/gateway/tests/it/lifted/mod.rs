//! Clients of 2026-07-28 in front of servers with sessions, over HTTP and pipes.

mod features;
mod owners;
mod program;
mod server;

use doorward_gateway::UpstreamConfig;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::{
    programs::event,
    world::{Ask, World, post},
};

/// A gateway in front of the same small server, over HTTP and as a program.
async fn worlds() -> [(&'static str, World); 2] {
    [
        ("http", World::new(server::start().await)),
        ("stdio", World::new(program())),
    ]
}

fn program() -> UpstreamConfig {
    crate::programs::program(program::SCRIPT)
}

/// A request of 2026-07-28 by a client that can do this much.
fn able(method: &str, capabilities: Value, params: Value) -> Ask {
    let mut request = json!({ "jsonrpc": "2.0", "id": "m-1", "method": method, "params": params });
    let meta = &mut request["params"]["_meta"];
    meta["io.modelcontextprotocol/protocolVersion"] = json!("2026-07-28");
    meta["io.modelcontextprotocol/clientCapabilities"] = capabilities;
    let ask = post(request.to_string())
        .with("mcp-protocol-version", "2026-07-28")
        .with("mcp-method", method);
    let named = ["name", "uri"]
        .into_iter()
        .find_map(|field| params_text(&request, field));
    match named.filter(|_| method != "subscriptions/listen") {
        Some(name) => ask.with("mcp-name", &name),
        None => ask,
    }
}

fn params_text(request: &Value, field: &str) -> Option<String> {
    request["params"][field].as_str().map(str::to_owned)
}

/// The same by a client that can do nothing.
fn plain(method: &str, params: Value) -> Ask {
    able(method, json!({}), params)
}

/// A call by a client that can be asked anything.
fn call(tool: &str, more: Value) -> Ask {
    let mut params = json!({ "name": tool, "arguments": { "day": 1 } });
    if let (Some(params), Value::Object(more)) = (params.as_object_mut(), more) {
        params.extend(more);
    }
    let capabilities =
        json!({ "elicitation": { "url": {}, "form": {} }, "sampling": {}, "roots": {} });
    able("tools/call", capabilities, params)
}

/// The messages of an answer, whichever form it has: the last is the response.
async fn messages(world: &World, ask: Ask) -> Vec<Value> {
    let response = world.open(ask).await;
    let media = response.headers()["content-type"]
        .to_str()
        .expect("ASCII")
        .to_owned();
    let body = response
        .into_body()
        .collect()
        .await
        .expect("whole")
        .to_bytes();
    let text = std::str::from_utf8(&body).expect("UTF-8");
    if media == "application/json" {
        return vec![serde_json::from_str(text).expect("JSON")];
    }
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).expect("JSON"))
        .collect()
}

/// The response alone.
async fn answer(world: &World, ask: Ask) -> Value {
    messages(world, ask).await.pop().expect("a response")
}

/// The same call with the answers to what was asked.
fn again(tool: &str, before: &Value, answers: Value) -> Ask {
    let state = &before["result"]["requestState"];
    call(
        tool,
        json!({ "requestState": state, "inputResponses": answers }),
    )
}
