//! Who gets in where: one resource, its metadata, its challenges.

use doorward_core::{dpop::Policy, scope::ScopeSet};
use doorward_gateway::Exposure;
use http::Method;
use serde_json::json;

use super::{ALICE, BOB, Member, ask, call, names, offers, two, world};
use crate::world::{CANARY, World, config, get, only, request, server};

#[tokio::test]
async fn a_token_opens_what_it_is_for_and_nothing_beside() {
    // GW-02, GW-04
    let (world, files, _mail) = two().await;
    let one = call("files_read_file").token(CANARY); // for /mcp/files
    let refused = world.send(one).await;
    assert_eq!(refused.status, 401);
    let challenge = refused.header("www-authenticate");
    let metadata = "https://mcp.example/.well-known/oauth-protected-resource/mcp\"";
    assert!(challenge.contains(metadata), "{challenge}");
    let all = crate::world::modern("tools/call", Some("read_file"), r#""name":"read_file""#);
    assert_eq!(world.send(all.token(ALICE)).await.status, 401);
    assert!(files.heard("tools/call").is_empty());
    let star = ask("tools/list", None, "").to("/mcp/*");
    assert_eq!(world.send(star).await.status, 404);
    assert_eq!(
        world
            .send(ask("tools/list", None, "").to("/mcp/"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn the_metadata_of_all_is_its_own_and_the_root_is_that_of_a_single_server() {
    // R-001, R-002, MD-02
    let path = "/.well-known/oauth-protected-resource/mcp";
    let (several, ..) = two().await;
    let document = several.send(get(path)).await;
    assert_eq!(document.json()["resource"], "https://mcp.example/mcp");
    assert_eq!(
        document.json()["authorization_servers"],
        json!(["https://mcp.example"])
    );
    let root = "/.well-known/oauth-protected-resource";
    assert_eq!(several.send(get(root)).await.status, 404);
    let one = world(vec![server(
        "files",
        super::member::at("http://127.0.0.1:9/"),
    )]);
    assert_eq!(
        one.send(get(root)).await.json()["resource"],
        "https://mcp.example/mcp/files"
    );
    let off = World::of(config(vec![server(
        "files",
        super::member::at("http://127.0.0.1:9/"),
    )]));
    assert_eq!(off.send(get(path)).await.status, 404);
    assert_eq!(off.send(ask("tools/list", None, "")).await.status, 404);
}

#[tokio::test]
async fn scopes_and_single_calls_count_at_each_server() {
    // R-012, GW-02
    let (world, files, mail) = two().await;
    world
        .tokens
        .grant_whole("alice", ALICE, &ScopeSet::read_only());
    let refused = world.send(call("files_write_file")).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["id"], "m-1");
    let challenge = refused.header("www-authenticate");
    assert!(challenge.contains("mcp:write"), "{challenge}");
    assert!(
        challenge.contains("oauth-protected-resource/mcp\""),
        "{challenge}"
    );
    assert_eq!(world.send(call("files_read_file")).await.status, 200);
    world
        .tokens
        .grant_whole("alice", ALICE, &ScopeSet::baseline());
    world.tokens.narrow(
        ALICE,
        r#"[{"type":"mcp_tool","server":"mail","tools":["*"]}]"#,
    );
    assert_eq!(world.send(call("files_read_file")).await.status, 403);
    assert_eq!(world.send(call("mail_send")).await.status, 200);
    assert_eq!(
        (
            files.heard("tools/call").len(),
            mail.heard("tools/call").len()
        ),
        (1, 1)
    );
    world
        .tokens
        .grant_whole("alice", ALICE, &ScopeSet::default());
    assert_eq!(
        world.send(ask("tools/list", None, "")).await.status,
        403,
        "nobody may be asked"
    );
}

#[tokio::test]
async fn whoever_may_use_no_server_finds_nothing_here() {
    // GW-04
    let files = Member::start(offers("files", &["read_file"])).await;
    let mut closed = server("files", files.config());
    closed.allow = only(&["*"], &[], &[]);
    closed.allow.rules[0].users = vec!["bob".to_owned()];
    let world = world(vec![closed]);
    assert_eq!(world.send(ask("tools/list", None, "")).await.status, 404);
    assert_eq!(
        world
            .send(ask("tools/list", None, "").token(BOB))
            .await
            .status,
        200
    );
    let nobody = request(Method::POST, "/mcp", "{}");
    assert_eq!(world.send(nobody).await.status, 401);
}

#[tokio::test]
async fn a_server_of_this_machine_is_part_of_all_for_programs_here_alone() {
    let files = Member::start(offers("files", &["read_file"])).await;
    let local = Member::start(offers("local", &["read_disk"])).await;
    let mut here = server("local", local.config());
    here.exposure = Exposure::Local;
    let some = world(vec![server("files", files.config()), here.clone()]);
    let list = some.send(ask("tools/list", None, "")).await.json();
    assert_eq!(names(&list, "tools", "name"), ["files_read_file"]);
    let list = some
        .send(ask("tools/list", None, "").sent_here())
        .await
        .json();
    assert_eq!(
        names(&list, "tools", "name"),
        ["files_read_file", "local_read_disk"]
    );
    assert_eq!(some.send(call("local_read_disk")).await.code(), -32602);
    let alone = world(vec![here]);
    assert_eq!(alone.send(ask("tools/list", None, "")).await.status, 404);
    let path = "/.well-known/oauth-protected-resource/mcp";
    assert_eq!(alone.send(get(path)).await.status, 404);
}

#[tokio::test]
async fn a_server_that_wants_bound_tokens_is_not_there_for_others() {
    // X-019
    let files = Member::start(offers("files", &["read_file"])).await;
    let mail = Member::start(offers("mail", &["send"])).await;
    let mut bound = server("mail", mail.config());
    bound.dpop = Policy::Required;
    let world = world(vec![server("files", files.config()), bound]);
    let list = world.send(ask("tools/list", None, "")).await.json();
    assert_eq!(names(&list, "tools", "name"), ["files_read_file"]);
    assert_eq!(world.send(call("mail_send")).await.code(), -32602);
    assert!(mail.heard("tools/call").is_empty());
}
