//! What the audit log knows after each thing that happened.

use crate::world::{AuthorizeRequest, PASSWORD, Person, World};

#[tokio::test]
async fn a_whole_login_leaves_a_trace_of_every_step() {
    let world = World::new().await;
    let client = world.client().await;
    let tokens = world.tokens(&client).await;
    world.refresh(&client, &tokens.refresh).await;
    world
        .post(
            "/revoke",
            &[("client_id", &client), ("token", &tokens.refresh)],
        )
        .await;
    let expected = [
        "user.change allowed",
        "client.register allowed",
        "sign_in.new_device allowed",
        "sign_in allowed",
        "consent allowed",
        "token.code allowed",
        "token.refresh allowed",
        "token.revoke allowed",
    ];
    assert_eq!(world.audited().await, expected);
    let records = world.audit_records().await;
    let issued = &records[5];
    assert_eq!(issued["user"], "alice");
    assert_eq!(issued["client"], client.as_str());
    assert_eq!(issued["server"], "files");
    assert_eq!(issued["reason"], "mcp:read mcp:write");
    assert_eq!(issued["peer"], "192.0.2.7");
    assert_eq!(
        issued["grant"],
        crate::world::claims(&tokens.access)["grant"]
    );
    assert!(world.store.verify_audit().await.expect("readable").is_ok());
}

#[tokio::test]
async fn every_refusal_leaves_one_too() {
    let world = World::new().await;
    let client = world.client().await;
    let mut person = Person::default();
    person.sign_in(&world, "alice", "wrong", "").await;
    person.get(&world, "/authorize?client_id=nobody").await;
    person
        .get(
            &world,
            &AuthorizeRequest::new(&client).set("scope", "admin").path(),
        )
        .await;
    world.register(&serde_json::json!({})).await;
    world.redeem(&client, "dwk_unknown").await;
    world.redeem("nobody", "dwk_unknown").await;
    world.refresh(&client, "dwr_unknown").await;
    world
        .post("/revoke", &[("client_id", "nobody"), ("token", "x")])
        .await;
    world
        .post("/login", &[("username", "alice"), ("password", PASSWORD)])
        .await;
    let audited = world.audited().await;
    for expected in [
        "sign_in denied",
        "authorize.refused denied",
        "client.register denied",
        "token.code denied",
        "token.refresh denied",
        "token.revoke denied",
        "csrf.refused denied",
    ] {
        assert!(
            audited.contains(&expected.to_owned()),
            "{expected}: {audited:?}"
        );
    }
    assert_eq!(
        audited
            .iter()
            .filter(|entry| *entry == "authorize.refused denied")
            .count(),
        2
    );
    assert_eq!(
        audited
            .iter()
            .filter(|entry| *entry == "token.code denied")
            .count(),
        2
    );
}

#[tokio::test]
async fn no_credential_ever_reaches_the_log() {
    let world = World::new().await;
    let client = world.client().await;
    let code = world.code(&client).await;
    let tokens = world.redeem(&client, &code).await.tokens();
    world.refresh(&client, &tokens.refresh).await;
    let log = format!("{:?}", world.audit_records().await);
    for secret in [PASSWORD, &code, &tokens.access, &tokens.refresh, "dws_"] {
        assert!(!log.contains(secret)); // AZ-10
    }
}
