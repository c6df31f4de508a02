//! All servers as one, from outside.

mod calls;
mod doors;
mod lists;
mod member;
mod mirrored;
mod programs;
mod sessions;
mod sse;
mod streams;

use doorward_core::scope::ScopeSet;
use doorward_gateway::{AggregateConfig, GatewayConfig, ServerConfig};
use serde_json::{Value, json};

use self::member::{Member, Reply};
use crate::world::{Ask, World, config, modern, only, server};

/// The token of alice for all servers.
const ALICE: &str = "alice-at-all";
const BOB: &str = "bob-at-all";

/// What a plain server offers: these tools, and resources of a scheme of its own.
fn offers(name: &'static str, tools: &'static [&'static str]) -> impl Fn(&str, &Value) -> Reply {
    move |method, body| match method {
        "server/discover" => Reply::Result(json!({
            "resultType": "complete", "supportedVersions": ["2026-07-28"], "ttlMs": 60_000,
            "cacheScope": "public", "instructions": format!("I am {name}."),
            "capabilities": {"tools": {"listChanged": true}, "resources": {}},
        })),
        "tools/list" => {
            let tool = |tool: &&str| {
                json!({"name": tool, "inputSchema": {"type": "object"},
                "annotations": {"readOnlyHint": tool.starts_with("read")}})
            };
            let tools: Vec<Value> = tools.iter().map(tool).collect();
            Reply::Result(json!({"resultType": "complete", "tools": tools,
                "ttlMs": 60_000, "cacheScope": "public"}))
        }
        "resources/list" => {
            let uris = [format!("{name}:1"), "shared:1".to_owned()];
            let resources = uris.map(|uri| json!({"uri": uri, "name": "r"}));
            Reply::Result(json!({"resultType": "complete", "resources": resources,
                "ttlMs": 60_000, "cacheScope": "private"}))
        }
        "resources/read" => Reply::Result(json!({"resultType": "complete", "ttlMs": 0,
            "cacheScope": "private",
            "contents": [{"uri": body["params"]["uri"], "text": name}]})),
        "tools/call" => Reply::Result(json!({"resultType": "complete", "content": [
            {"type": "text", "text": format!("{name} {}", body["params"]["name"])}]})),
        "subscriptions/listen" => Reply::Listen,
        _ => Reply::Error(-32601),
    }
}

/// A gateway in front of these, with tokens of alice and bob for all of them.
fn world(servers: Vec<ServerConfig>) -> World {
    let world = World::of(config_of_all(servers));
    for (user, token) in [("alice", ALICE), ("bob", BOB)] {
        world.tokens.grant_whole(user, token, &ScopeSet::baseline());
    }
    world
}

/// The configuration of these servers, and of all as one.
fn config_of_all(servers: Vec<ServerConfig>) -> GatewayConfig {
    let mut config = config(servers);
    config.aggregate = Some(AggregateConfig::default());
    config
}

/// A request to all servers.
fn ask(method: &str, name: Option<&str>, params: &str) -> Ask {
    modern(method, name, params).to("/mcp").token(ALICE)
}

fn call(tool: &str) -> Ask {
    ask(
        "tools/call",
        Some(tool),
        &format!(r#""name":"{tool}","arguments":{{"a":1.0}}"#),
    )
}

fn names(list: &Value, field: &str, key: &str) -> Vec<String> {
    let items = list["result"][field].as_array().expect("a list").iter();
    items
        .map(|item| item[key].as_str().expect("a name").to_owned())
        .collect()
}

fn limited(mut server: ServerConfig, tools: &[&str], resources: &[&str]) -> ServerConfig {
    server.allow = only(tools, &[], resources);
    server
}

async fn two() -> (World, Member, Member) {
    let files = Member::start(offers("files", &["read_file", "write_file"])).await;
    let mail = Member::start(offers("mail", &["read_mail", "send"])).await;
    let world = world(vec![
        server("mail", mail.config()),
        server("files", files.config()),
    ]);
    (world, files, mail)
}
