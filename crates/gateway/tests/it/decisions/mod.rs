//! What is allowed, what is refused and how, and what is written down.

mod calls;
mod doors;
mod lists;
mod narrowed;
mod records;

use crate::{
    upstream::Upstream,
    world::{World, only},
};

const RESULT: &str = r#"{"jsonrpc":"2.0","id":5,"result":{"content":[]}}"#;
const READ_ONLY: &str = r#""readOnlyHint":true"#;

async fn limited(tools: &[&str]) -> (Upstream, World) {
    let upstream = Upstream::start().await;
    upstream.has_tools(&[("read_a", READ_ONLY), ("read_b", ""), ("drop_all", "")]);
    let world = World::with(upstream.config(), |config| {
        config.servers[0].allow = only(tools, &["greet*"], &["file:///ok/*"]);
    });
    (upstream, world)
}
