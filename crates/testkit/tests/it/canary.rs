//! Nothing secret is ever where it must not be: canaries, searched for everywhere.

use doorward_testkit::{
    client::{Client, Tokens},
    http::get,
    world::World,
};
use serde_json::json;

#[tokio::test]
async fn no_credential_reaches_the_upstream_the_caller_or_the_audit_log() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let mut alice = world.alice();
    let code = client.code(&world.router, &mut alice, &[]).await;
    let tokens = Tokens::of(&client.redeem(&code).send(&world.router).await);
    let next = Tokens::of(&client.refresh(&tokens.refresh).send(&world.router).await);
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "add_note", "arguments": {}}});
    let ask = client
        .message(&next.access, &call)
        .header("cookie", "canary-cookie=1")
        .header("x-forwarded-user", "canary-root")
        .header("x-doorward-user", "canary-root")
        .header("forwarded", "for=canary-forwarded")
        .header("proxy-authorization", "Basic canary-proxy");
    let answer = ask.send(&world.router).await;
    assert_eq!(answer.status, 200);

    let (_, session) = alice.cookies().first().expect("a session cookie");
    let secrets = [
        &tokens.access,
        &tokens.refresh,
        &next.access,
        &next.refresh,
        &code,
        &client.verifier,
        &alice.password,
        session,
    ];
    for secret in secrets {
        assert!(
            !world.upstream.saw(secret),
            "GW-01, S-001: upstream saw {secret}"
        );
    }
    for header in [
        "canary-cookie",
        "canary-root",
        "canary-forwarded",
        "canary-proxy",
    ] {
        assert!(
            !world.upstream.saw(header),
            "GW-05, GW-06: upstream saw {header}"
        );
    }
    assert!(
        world.upstream.saw("upstream-credential"),
        "its own credential did arrive"
    );

    let visible = format!("{:?} {}", answer.headers, answer.text());
    assert!(
        !visible.contains("upstream-credential") && !visible.contains("upstream=secret"),
        "GW-27"
    );
    assert!(answer.headers.get("set-cookie").is_none() && answer.headers.get("server").is_none());

    let records = format!("{:?}", world.audit().await);
    for secret in secrets {
        assert!(
            !records.contains(secret.as_str()),
            "AD-07: audit holds {secret}"
        );
    }
}

#[tokio::test]
async fn published_keys_hold_no_private_member() {
    let world = World::new().await;
    let keys = get("/jwks").send(&world.router).await.json();
    let key = &keys["keys"][0];
    assert_eq!(key["kty"], "EC");
    for private in ["d", "p", "q", "k", "dp", "dq", "qi"] {
        assert!(key.get(private).is_none(), "MD-04: {private}");
    }
}
