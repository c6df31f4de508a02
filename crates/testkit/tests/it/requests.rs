//! What an authorization request asks for, all the way to the tool call.

use std::time::Duration;

use doorward_core::{
    permit::Pattern,
    step_up::{StepUp, StepUpRule, Wanted},
};
use doorward_testkit::{
    client::{Client, Tokens},
    http::{Answer, post_form},
    world::World,
};
use serde_json::{Value, json};

async fn call(world: &World, client: &Client, token: &str, tool: &str, arguments: Value) -> Answer {
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": tool, "arguments": arguments},
    });
    client.message(token, &message).send(&world.router).await
}

//
#[tokio::test]
async fn a_login_for_single_calls_makes_these_calls_and_no_others() {
    let mut world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let details = json!([
        {"type": "mcp_tool", "server": "notes", "tools": ["read_*"]},
        {"type": "mcp_tool", "server": "notes", "tools": ["delete_note"],
         "arguments": {"id": {"one_of": ["draft"]}}},
    ]);
    let text = details.to_string();
    let asked = [("authorization_details", text.as_str())];
    let code = client.code(&world.router, &mut world.alice(), &asked).await;
    let answer = client.redeem(&code).send(&world.router).await;
    assert_eq!(answer.json()["authorization_details"], details);
    let tokens = Tokens::of(&answer);
    for restarted in [false, true] {
        if restarted {
            world.restart().await;
        }
        for (tool, arguments, expected) in [
            ("read_note", json!({}), 200),
            ("delete_note", json!({"id": "draft"}), 200),
            ("delete_note", json!({"id": "final"}), 403),
            ("delete_note", json!({}), 403),
            ("add_note", json!({}), 403),
        ] {
            let answer = call(&world, &client, &tokens.access, tool, arguments.clone()).await;
            assert_eq!(
                answer.status,
                expected,
                "{tool} {arguments}: {}",
                answer.text()
            );
        }
    }
    let refreshed = Tokens::of(&client.refresh(&tokens.refresh).send(&world.router).await);
    let answer = call(&world, &client, &refreshed.access, "add_note", json!({})).await;
    assert_eq!(answer.status, 403, "a refresh opens no more");
    assert_eq!(world.upstream.count("tools/call"), 4);
}

//
#[tokio::test]
async fn one_approval_opens_two_servers_with_a_token_for_each() {
    let open = doorward_core::permit::AllowList::default;
    let world = World::with(&[("notes", open()), ("tasks", open())], &[]).await;
    let notes = Client::register(&world.router, "notes").await;
    let tasks = Client {
        resource: notes.resource.replace("notes", "tasks"),
        ..notes.clone()
    };
    let asked = [("resource", tasks.resource.as_str())];
    let code = notes.code(&world.router, &mut world.alice(), &asked).await;
    let first = Tokens::of(&notes.redeem(&code).send(&world.router).await);
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh.as_str()),
        ("client_id", notes.id.as_str()),
        ("resource", tasks.resource.as_str()),
    ];
    let second = Tokens::of(&post_form("/token", &refresh).send(&world.router).await);
    for (client, token, expected) in [
        (&notes, &first, 200),
        (&tasks, &first, 401),
        (&tasks, &second, 200),
        (&notes, &second, 401),
    ] {
        let answer = call(&world, client, &token.access, "read_note", json!({})).await;
        assert_eq!(answer.status, expected, "{}", client.resource);
    }
}

// A-033, RFC 9470
#[tokio::test]
async fn a_sign_in_that_got_old_is_renewed_by_connecting_again() {
    let rule = StepUpRule {
        tools: vec![Pattern::new("delete_*")],
        wants: Wanted {
            max_age: Some(Duration::from_secs(300)),
            acr: None,
        },
    };
    let world = World::with_step_up(StepUp { rules: vec![rule] }).await;
    let client = Client::register(&world.router, "notes").await;
    let mut alice = world.alice();
    let tokens = client.login(&world.router, &mut alice).await;
    let delete = async |token: &str| call(&world, &client, token, "delete_note", json!({})).await;
    assert_eq!(delete(&tokens.access).await.status, 200);

    world.clock.advance(Duration::from_secs(301));
    let old = delete(&tokens.access).await;
    assert_eq!(old.status, 401);
    let challenge = old.header("www-authenticate");
    assert!(
        challenge.contains("insufficient_user_authentication"),
        "{challenge}"
    );
    assert!(challenge.contains("max_age=\"300\""), "{challenge}");
    let refreshed = Tokens::of(&client.refresh(&tokens.refresh).send(&world.router).await);
    assert_eq!(
        delete(&refreshed.access).await.status,
        401,
        "a refresh is no sign-in"
    );
    let read = call(&world, &client, &refreshed.access, "read_note", json!({})).await;
    assert_eq!(read.status, 200, "other tools are not concerned");

    let again = client.login(&world.router, &mut alice).await; // without max_age
    assert_eq!(delete(&again.access).await.status, 200);
}
