//! What is done for clients that are known to break, and that nobody else notices.

use std::time::Duration;

use doorward_testkit::{
    corpus::{self, Installation, RealClient},
    http::get,
    world::World,
};
use serde_json::Value;

const DAY: Duration = Duration::from_secs(24 * 3600);
const METADATA: &str = "/.well-known/oauth-authorization-server";

/// A Codex that throws `iss` away and ends the login when the metadata announced it. It sends
/// no `User-Agent` of its own; the person set it with `http_headers`, as `docs/clients.md` says.
fn forgetful_codex() -> RealClient {
    RealClient {
        user_agent: Some("codex_cli_rs/0.144.1 (Ubuntu 22.4.0; x86_64) xterm-256color"),
        ..corpus::codex::client()
    }
}

/// Whether such a Codex gets in.
async fn gets_in(world: &World, client: &RealClient) -> bool {
    let mut copy = Installation::register(client, &world.router, "/mcp/notes").await;
    copy.log_in(&mut world.alice()).await; // the answer carries `iss`
    copy.fact("announces_iss") != "true"
}

async fn announced(world: &World, user_agent: &str) -> (Value, String) {
    let ask = get(METADATA).header("user-agent", user_agent);
    let answer = ask.send(&world.router).await;
    let document = answer.json();
    let member = document.get("authorization_response_iss_parameter_supported");
    let member = member.cloned().unwrap_or_default();
    (member, answer.header("cache-control").to_owned())
}

// interop 25
#[tokio::test]
async fn a_codex_that_drops_iss_gets_in_and_the_log_says_why() {
    let world = World::new().await;
    assert!(gets_in(&world, &forgetful_codex()).await);
    let records = world.audit().await;
    let quirks: Vec<_> = records
        .iter()
        .filter(|record| record["event"] == "client.quirk")
        .collect();
    assert_eq!(quirks.len(), 1, "once, not at every request");
    assert_eq!(quirks[0]["reason"], "codex drops iss");
}

// interop 25, A-007
#[tokio::test]
async fn every_other_client_keeps_the_announcement_and_nobody_the_copy() {
    let world = World::new().await;
    let (codex, kept) = announced(&world, "codex_cli_rs/0.144.1").await;
    assert_eq!((codex, kept.as_str()), (Value::Null, "no-store"));
    for user_agent in ["codex_cli_rs/0.147.0", "python-httpx/0.28.1", "node"] {
        let (other, kept) = announced(&world, user_agent).await;
        assert_eq!((other, kept.as_str()), (true.into(), "public, max-age=60"));
    }
    assert!(!gets_in(&world, &corpus::codex::client()).await);
}

// interop 25
#[tokio::test]
async fn a_quirk_ends_on_its_day() {
    let world = World::new().await;
    world.clock.advance(365 * DAY);
    let (codex, _) = announced(&world, "codex_cli_rs/0.144.1").await;
    assert_eq!(codex, true);
    let records = world.audit().await;
    assert!(
        !records
            .iter()
            .any(|record| record["event"] == "client.quirk")
    );
}
