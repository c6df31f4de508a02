//! Servers that only programs of this very machine reach.

use doorward_gateway::Exposure;
use http::Method;

use crate::{
    programs::session_era,
    world::{INITIALIZE, World, config, get, post, server},
};

const METADATA: &str = "/.well-known/oauth-protected-resource/mcp/files";
const ROOT: &str = "/.well-known/oauth-protected-resource";

fn world() -> World {
    World::with(session_era(), |config| {
        config.servers[0].exposure = Exposure::Local;
    })
}

#[tokio::test]
async fn a_local_server_answers_programs_of_this_machine_and_exists_for_nobody_else() {
    let world = world();
    let asks = || {
        [
            post(INITIALIZE),
            post(INITIALIZE).token("stolen"),
            get("/mcp/files"),
            get("/mcp/files").verb(Method::OPTIONS),
            get(METADATA),
        ]
    };
    let nowhere = world.send(get("/mcp/nowhere")).await;
    let nothing = world
        .send(get("/.well-known/oauth-protected-resource/mcp/nowhere"))
        .await;
    for ask in asks() {
        let path = ask.path().to_owned();
        let answer = world.send(ask).await;
        let expected = match path == METADATA {
            true => &nothing,
            false => &nowhere,
        };
        assert_eq!(answer, *expected, "{path}");
    }
    let [initialize, stolen, _, options, metadata] = asks();
    for (ask, status) in [
        (initialize, 200),
        (stolen, 401),
        (options, 204),
        (metadata, 200),
    ] {
        let answer = world.send(ask.sent_here()).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}

#[tokio::test]
async fn the_root_document_is_of_the_only_server_that_is_reached() {
    //
    let mut local = server("local", session_era());
    local.exposure = Exposure::Local;
    let world = World::of(config(vec![server("files", session_era()), local]));
    let answer = world.send(get(ROOT)).await;
    assert_eq!(answer.json()["resource"], "https://mcp.example/mcp/files");
    assert_eq!(world.send(get(ROOT).sent_here()).await.status, 404);
}
