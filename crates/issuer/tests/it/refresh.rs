//! OAuth 2.1 section 4.3 and RFC 9700 section 4.14: refresh tokens.

use std::time::Duration;

use crate::world::{CALLBACK, FILES, ISSUER, World, claims, config};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn every_use_rotates() {
    let world = World::new().await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    let second = world.refresh(&client, &first.refresh).await.tokens();
    let third = world.refresh(&client, &second.refresh).await.tokens();
    assert_ne!(first.refresh, second.refresh);
    assert_ne!(second.refresh, third.refresh);
    let (old, new) = (claims(&first.access), claims(&third.access));
    for same in ["sub", "aud", "grant", "client_id", "auth_time", "scope"] {
        assert_eq!(old[same], new[same], "{same}");
    }
    assert_ne!(old["jti"], new["jti"]);
}

#[tokio::test]
async fn a_lost_answer_is_repeated_word_for_word() {
    let world = World::new().await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    let answer = world.refresh(&client, &first.refresh).await.body;
    assert_eq!(world.refresh(&client, &first.refresh).await.body, answer); // A-054, interop 38
    world.pass(Duration::from_millis(59_999));
    let late = world.refresh(&client, &first.refresh).await.tokens();
    let before: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(late.refresh, before["refresh_token"]);
    assert_eq!(late.access, before["access_token"]);
    assert_eq!(
        world.refresh(&client, &late.refresh).await.status,
        200,
        "the successor works"
    );
}

#[tokio::test]
async fn an_answer_is_repeated_after_a_restart() {
    let world = World::new().await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    let answer = world.refresh(&client, &first.refresh).await.body;
    let again = world.restarted().await;
    assert_eq!(again.refresh(&client, &first.refresh).await.body, answer);
}

#[tokio::test]
async fn a_repetition_for_another_scope_keeps_the_successor() {
    let world = World::new().await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    let second = world.refresh(&client, &first.refresh).await.tokens();
    let narrow = [("scope", "mcp:read")];
    let repeated = world
        .refresh_with(&client, &first.refresh, &narrow)
        .await
        .tokens();
    assert_eq!(repeated.refresh, second.refresh);
    assert_ne!(repeated.access, second.access);
    assert_eq!(repeated.scope, "mcp:read");
}

#[tokio::test]
async fn a_repetition_that_outlives_its_access_token_gets_a_fresh_one() {
    let mut short = config(ISSUER, &["files"]);
    short.lifetimes.access = Duration::from_secs(10);
    let world = World::with(short).await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    let second = world.refresh(&client, &first.refresh).await.tokens();
    world.pass(Duration::from_secs(10));
    let repeated = world.refresh(&client, &first.refresh).await.tokens();
    assert_eq!(repeated.refresh, second.refresh);
    assert_ne!(repeated.access, second.access);
}

#[tokio::test]
async fn a_repetition_after_the_window_revokes_the_grant() {
    let world = World::new().await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    let other = world.tokens(&client).await;
    let second = world.refresh(&client, &first.refresh).await.tokens();
    world.pass(MINUTE);
    let epoch = world.revocations.epoch();
    world
        .refresh(&client, &first.refresh)
        .await
        .refuses(400, "invalid_grant"); // A-054, TK-02
    assert_ne!(world.revocations.epoch(), epoch, "access tokens die too");
    world
        .refresh(&client, &second.refresh)
        .await
        .refuses(400, "invalid_grant");
    assert!(
        world
            .audited()
            .await
            .contains(&"refresh.reuse denied".to_owned())
    );
    assert_eq!(
        world.refresh(&client, &other.refresh).await.status,
        200,
        "only this grant"
    );
}

#[tokio::test]
async fn a_repetition_after_the_successor_was_used_revokes_the_grant() {
    let world = World::new().await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    let second = world.refresh(&client, &first.refresh).await.tokens();
    let third = world.refresh(&client, &second.refresh).await.tokens();
    world
        .refresh(&client, &first.refresh)
        .await
        .refuses(400, "invalid_grant"); // A-054, TK-02
    world
        .refresh(&client, &third.refresh)
        .await
        .refuses(400, "invalid_grant");
}

#[tokio::test]
async fn somebody_elses_token_is_refused_and_costs_nothing() {
    let world = World::new().await;
    let client = world.client().await;
    let other = world.client_named("Other", CALLBACK).await;
    let tokens = world.tokens(&client).await;
    world
        .refresh(&other, &tokens.refresh)
        .await
        .refuses(400, "invalid_grant"); // A-050, TK-02
    assert_eq!(world.refresh(&client, &tokens.refresh).await.status, 200);
    for wrong in ["dwr_unknown", &tokens.access] {
        world
            .refresh(&client, wrong)
            .await
            .refuses(400, "invalid_grant");
    }
}

#[tokio::test]
async fn scope_and_resource_are_judged_before_anything_is_spent() {
    let world = World::with(config(ISSUER, &["files", "mail"])).await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    #[rustfmt::skip]
    let cases = [
        ("wider, TK-04",     ("scope", "mcp:read admin"),                 "invalid_scope"),
        ("malformed",        ("scope", "\"x\""),                          "invalid_scope"),
        ("other, TK-05",     ("resource", "https://mcp.example/mcp/mail"), "invalid_target"),
        ("origin, TK-05",    ("resource", "https://mcp.example"),         "invalid_target"),
    ];
    for (name, more, error) in cases {
        println!("{name}");
        world
            .refresh_with(&client, &first.refresh, &[more])
            .await
            .refuses(400, error);
    }
    let right = [("resource", FILES), ("scope", " offline_access")]; // interop 31, 37
    let second = world
        .refresh_with(&client, &first.refresh, &right)
        .await
        .tokens();
    assert_eq!(second.scope, "mcp:read mcp:write");
    for (name, more, error) in cases {
        println!("{name}");
        world
            .refresh_with(&client, &first.refresh, &[more])
            .await
            .refuses(400, error);
    }
    assert_eq!(world.refresh(&client, &second.refresh).await.status, 200);
}

#[tokio::test]
async fn narrowing_is_for_one_access_token() {
    let world = World::new().await;
    let client = world.client().await;
    let first = world.tokens(&client).await;
    let narrow = [("scope", "mcp:read")];
    let second = world
        .refresh_with(&client, &first.refresh, &narrow)
        .await
        .tokens();
    assert_eq!(second.scope, "mcp:read");
    assert_eq!(claims(&second.access)["scope"], "mcp:read");
    let third = world.refresh(&client, &second.refresh).await.tokens();
    assert_eq!(third.scope, "mcp:read mcp:write"); // TK-04
}

#[tokio::test]
async fn an_idle_token_dies_and_use_keeps_it_alive_up_to_the_end_of_the_grant() {
    let world = World::new().await;
    let client = world.client().await;
    let idle = world.tokens(&client).await;
    let mut used = world.tokens(&client).await;
    for _ in 0..3 {
        world.pass(29 * DAY);
        used = world.refresh(&client, &used.refresh).await.tokens();
    }
    world
        .refresh(&client, &idle.refresh)
        .await
        .refuses(400, "invalid_grant");
    world.pass(3 * DAY - Duration::from_secs(300));
    let last = world.refresh(&client, &used.refresh).await;
    assert_eq!(
        last.json()["expires_in"],
        300,
        "a token never outlives its grant"
    );
    world.pass(Duration::from_secs(300));
    world
        .refresh(&client, &last.tokens().refresh)
        .await
        .refuses(400, "invalid_grant");
}

#[tokio::test]
async fn nothing_refreshes_for_a_person_who_was_cut_off() {
    // S-022
    let world = World::new().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    world
        .administration
        .disable_user("alice")
        .await
        .expect("disabled");
    world
        .refresh(&client, &tokens.refresh)
        .await
        .refuses(400, "invalid_grant"); // TK-18
    world
        .administration
        .enable_user("alice")
        .await
        .expect("enabled");
    world
        .refresh(&client, &tokens.refresh)
        .await
        .refuses(400, "invalid_grant");
}
