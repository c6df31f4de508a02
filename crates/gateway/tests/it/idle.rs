//! Many who only listen: each costs a bounded piece, and all of it is given back.

use axum::body::Body;
use http_body_util::BodyExt;
use tokio::runtime::Handle;

use crate::{
    era_servers::EraServer,
    programs::stateless_era,
    world::{World, modern},
};

/// What one stream may take up, in bytes: both ends of it, in a build without optimization.
const EACH: usize = 64 * 1024;

/// A stream that has said all that there is to say for now.
async fn idle(world: &World) -> Body {
    let filter = r#""notifications":{"toolsListChanged":true}"#;
    let response = world
        .open(modern("subscriptions/listen", None, filter))
        .await;
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    let acknowledged = body.frame().await.expect("open").expect("whole");
    assert!(acknowledged.is_data());
    assert!(futures_util::poll!(std::pin::pin!(body.frame())).is_pending());
    body
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// What this process holds of memory, as the kernel counts it.
fn memory() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let resident = pages.split(' ').nth(1).expect("a field");
    4096 * resident.parse::<usize>().expect("a number")
}

#[tokio::test]
async fn a_thousand_who_listen_to_a_program_take_no_task_and_little_memory_each() {
    // GW-25, DS-05
    let world = World::new(stateless_era());
    let first = idle(&world).await;
    let (tasks_before, memory_before) = (tasks(), memory());
    let mut all = Vec::new();
    for _ in 0..1000 {
        all.push(idle(&world).await);
    }
    let load = world.gateway.load();
    assert_eq!((load.streams, load.processes), (1001, 1));
    assert!(tasks() <= tasks_before, "{} tasks", tasks());
    let held = memory().saturating_sub(memory_before);
    assert!(held <= 1000 * EACH, "{held} bytes");
    drop((first, all));
    assert_eq!(world.gateway.load().streams, 0);
    drop(idle(&world).await); // and there is room for more
}

#[tokio::test]
async fn some_hundreds_who_listen_over_http_take_their_connections_and_little_memory_each() {
    // GW-25, GW-26, DS-05
    const MANY: usize = 300;
    let server = EraServer::stateless().await;
    let world = World::new(server.config());
    let first = idle(&world).await;
    let (tasks_before, memory_before) = (tasks(), memory());
    let mut all = Vec::new();
    for _ in 0..MANY {
        all.push(idle(&world).await);
    }
    assert_eq!(world.gateway.load().streams, MANY + 1);
    // One for our end of the connection to the server, and two for that of the test.
    assert!(tasks() - tasks_before <= 3 * MANY, "{}", tasks());
    let held = memory().saturating_sub(memory_before);
    assert!(held <= MANY * EACH, "{held} bytes");
    drop((first, all));
    assert_eq!(world.gateway.load().streams, 0);
    world
        .until("the server is let go", || {
            server.listeners() == 0 && tasks() <= tasks_before
        })
        .await;
}
