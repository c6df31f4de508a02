//! What the gateway knows of a server's tools.

use doorward_core::server::{ServerName, ToolEffect};
use doorward_gateway::UpstreamConfig;

use crate::{
    programs::{program, session_era, stateless_era},
    upstream::{Upstream, typed, with},
    world::{World, get, only},
};

async fn tools(world: &World) -> Option<Vec<(String, ToolEffect)>> {
    let name = ServerName::parse("files").expect("name");
    let tools = world.gateway.tools(&name).await?;
    Some(
        tools
            .into_iter()
            .map(|tool| (tool.name, tool.effect))
            .collect(),
    )
}

fn named(name: &str, effect: ToolEffect) -> (String, ToolEffect) {
    (name.to_owned(), effect)
}

#[tokio::test]
async fn the_tools_of_a_server_of_2026_are_asked_for_once() {
    let upstream = Upstream::start().await;
    upstream.has_tools(&[
        ("a", r#""readOnlyHint":true"#),
        ("b", r#""destructiveHint":false"#),
        ("c", ""),
    ]);
    let world = World::new(upstream.config());
    let expected = [
        named("a", ToolEffect::Read),
        named("b", ToolEffect::Write),
        named("c", ToolEffect::Destructive),
    ];
    let (one, two) = tokio::join!(tools(&world), tools(&world));
    assert_eq!(one.as_deref(), Some(&expected[..]));
    assert_eq!(two, one);
    assert_eq!(upstream.probes(), 2, "server/discover and one page");
    assert_eq!(tools(&world).await, one);
    assert_eq!(upstream.probes(), 2);
    assert!(upstream.heard().is_empty());
}

#[tokio::test]
async fn the_tools_of_a_session_era_server_are_asked_for_within_a_session_that_is_ended() {
    let upstream = Upstream::start().await;
    upstream.speaks_sessions();
    upstream
        .then(typed(202, "", ""))
        .then(typed(204, "", ""))
        .then(typed(202, "", ""))
        .then_json(r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"}],"nextCursor":"x"}}"#)
        .then(typed(200, "text/event-stream", "data: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\":[{\"name\":\"b\",\"annotations\":{\"readOnlyHint\":true}}]}}\n\n"))
        .then(with(typed(200, "", ""), "x-end", "1"));
    let world = World::new(upstream.config());
    let expected = [
        named("a", ToolEffect::Destructive),
        named("b", ToolEffect::Read),
    ];
    assert_eq!(tools(&world).await.as_deref(), Some(&expected[..]));
    let heard = upstream.heard();
    let methods: Vec<_> = heard.iter().map(|one| one.method.as_str()).collect();
    assert_eq!(
        methods,
        ["POST", "DELETE", "POST", "POST", "POST", "DELETE"]
    );
    for one in heard {
        assert_eq!(one.headers["mcp-session-id"], "probe");
        assert_eq!(one.headers["mcp-protocol-version"], "2025-06-18");
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_asked_has_unknown_tools_and_is_not_asked_all_the_time() {
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    assert_eq!(tools(&world).await, None);
    let asked = upstream.probes();
    assert_eq!(tools(&world).await, None);
    assert_eq!(upstream.probes(), asked);
    let unknown = ServerName::parse("other").expect("name");
    assert_eq!(world.gateway.tools(&unknown).await, None);
}

#[tokio::test]
async fn a_change_that_passes_by_is_noticed_whoever_reads() {
    a_change_that_passes_by_is_noticed(World::new).await;
    let limited = |upstream| {
        World::with(upstream, |config| {
            config.servers[0].allow = only(&["a"], &[], &[]);
        })
    };
    a_change_that_passes_by_is_noticed(limited).await;
}

async fn a_change_that_passes_by_is_noticed(world: impl FnOnce(UpstreamConfig) -> World) {
    let upstream = Upstream::start().await;
    upstream.has_tools(&[("a", "")]);
    let world = world(upstream.config());
    assert_eq!(tools(&world).await.map(|tools| tools.len()), Some(1));
    upstream.has_tools(&[("a", ""), ("b", "")]);
    assert_eq!(tools(&world).await.map(|tools| tools.len()), Some(1));
    let stream = upstream.then_stream();
    stream.event(r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#);
    drop(stream);
    world.send(get("/mcp/files")).await;
    assert_eq!(tools(&world).await.map(|tools| tools.len()), Some(2));
}

#[tokio::test]
async fn a_program_whose_tools_change_at_its_start_is_asked_once() {
    let world = World::new(program(
        r#"
while next; do
  case $method in
    '"initialize"')
      reply '{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"p","version":"1"}}' ;;
    '"notifications/initialized"') tell notifications/tools/list_changed ;;
    '"tools/list"') reply "{\"tools\":[{\"name\":\"started_as_$$\"}]}" ;;
    '"server/discover"') fail -32601 ;;
  esac
done
"#,
    ));
    let first = tools(&world).await;
    assert_eq!(first.as_deref().map(<[_]>::len), Some(1));
    assert_eq!(tools(&world).await, first, "another process was asked");
}

#[tokio::test]
async fn programs_of_both_eras_are_asked_by_a_process_that_is_ended() {
    // P-047
    for (program, expected) in [
        (stateless_era(), vec![named("pid", ToolEffect::Read)]),
        (
            session_era(),
            vec![
                named("pid", ToolEffect::Destructive),
                named("crash", ToolEffect::Destructive),
            ],
        ),
    ] {
        let world = World::new(program);
        assert_eq!(tools(&world).await, Some(expected));
        world
            .until("nothing is left running", || {
                world.gateway.load().processes == 0
            })
            .await;
        let check = world.gateway.check().await;
        assert!(check[0].tools.is_ok());
    }
}
