//! Servers that fail several times in a row, and servers that take too long.

use std::{sync::Arc, time::Duration};

use crate::{
    upstream::{Upstream, typed},
    world::{World, call, list, pass, post},
};

const FINE: &str = r#"{"jsonrpc":"2.0","id":5,"result":{}}"#;

#[tokio::test]
async fn a_server_that_fails_several_times_in_a_row_is_left_alone_for_a_while() {
    // GW-25, GW-27
    let upstream = Upstream::start().await;
    let world = World::new(upstream.config());
    for _ in 0..5 {
        upstream.then(typed(503, "text/plain", "busy"));
        let answer = world.send(call("read")).await;
        assert!(answer.text().contains("failed (HTTP 503)"));
    }
    assert_eq!(world.gateway.load().resting, 1);
    let heard = upstream.heard().len();
    let answer = world.send(call("read")).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), "1");
    assert!(answer.text().contains("several times in a row"));
    assert_eq!(answer.json()["id"], 5);
    assert_eq!(upstream.heard().len(), heard, "it is not asked");
    pass(Duration::from_secs(1)).await;
    upstream.then_json(FINE).then_json(FINE);
    for _ in 0..2 {
        assert_eq!(world.send(call("read")).await.status, 200);
    }
    assert_eq!(world.gateway.load().resting, 0);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_waited_for_as_long_as_the_configuration_says() {
    // GW-27
    let upstream = Upstream::start().await;
    let world = Arc::new(World::with(upstream.config(), |config| {
        config.servers[0].speaking.patience.answer = Duration::from_secs(5);
    }));
    upstream.then_silence();
    let asking = tokio::spawn({
        let world = Arc::clone(&world);
        async move { world.send(post(list("tools/list"))).await }
    });
    world
        .until("the server is asked", || upstream.open() == 1)
        .await;
    for _ in 0..100 {
        if asking.is_finished() {
            break;
        }
        pass(Duration::from_secs(1)).await;
    }
    let answer = asking.await.expect("no panic");
    assert_eq!(answer.status, 504);
    assert!(answer.text().contains("did not answer in time"));
    assert_eq!(answer.json()["id"], 6);
}
