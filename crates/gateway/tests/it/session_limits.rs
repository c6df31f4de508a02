//! How many sessions with programs one user may have.

use doorward_core::scope::ScopeSet;
use http::Method;

use crate::{
    programs::{call_in, session_era},
    world::{INITIALIZE, World, get, post},
};

#[tokio::test]
async fn one_session_too_many_is_refused_and_others_still_get_theirs() {
    // DS-05, GW-25
    let world = World::with(session_era(), |config| config.limits.sessions_per_user = 1);
    world
        .tokens
        .grant("bob", "bobs", "files", &ScopeSet::baseline());
    let session = world.session().await;
    let refused = world.send(post(INITIALIZE)).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (429, -32603));
    assert_eq!(refused.json()["id"], 0, "R-033");
    assert!(refused.headers.contains_key("retry-after"));
    assert!(!refused.headers.contains_key("mcp-session-id"));
    assert_eq!(world.gateway.load().processes, 1, "nothing was started");
    assert_eq!(world.send(post(INITIALIZE).token("bobs")).await.status, 200);
    assert_eq!(world.send(call_in(&session, "pid")).await.status, 200);
    let end = get("/mcp/files").verb(Method::DELETE);
    let ended = world.send(end.with("mcp-session-id", &session)).await;
    assert_eq!(ended.status, 204);
    assert_eq!(world.send(post(INITIALIZE)).await.status, 200);
}
