use super::*;
use crate::{
    config::{ServerConfig, Speaking, UpstreamConfig},
    upstream::http::testing::{Scripted, answer},
};

const DISCOVERED: &str =
    r#"{"jsonrpc":"2.0","id":0,"result":{"supportedVersions":["2026-07-28"]}}"#;

#[tokio::test(start_paused = true)]
async fn what_was_tried_is_forgotten_like_the_rest_of_what_is_known() {
    // C-029
    let tried = Tried::default();
    assert_eq!(tried.known(), Trial::Open);
    tried.settle(Trial::Refused);
    tried.doubt();
    assert_eq!(tried.known(), Trial::Refused, "it was tried just now");
    tokio::time::advance(DOUBTED_AFTER).await;
    tried.doubt();
    assert_eq!(tried.known(), Trial::Open);
    tried.settle(Trial::Refused);
    tokio::time::advance(BELIEVED).await;
    assert_eq!(tried.known(), Trial::Open, "it may have been replaced");
    tried.settle(Trial::Open);
    tokio::time::advance(DOUBTED_AFTER).await;
    tried.doubt();
    let learned = || tried.lock().learned();
    assert_eq!(learned(), Some(Trial::Open), "no doubt makes it known");
    tokio::time::advance(UNDECIDED - DOUBTED_AFTER).await;
    assert_eq!(learned(), None);
}

#[tokio::test]
async fn only_what_the_server_says_to_the_gateway_itself_counts() {
    // R-038, C-029
    let error = |code: i64| {
        format!(
            r#"{{"jsonrpc":"2.0","id":"doorward-initialize","error":{{"code":{code},"message":"no"}}}}"#
        )
    };
    let own_words = answer(404, "application/json", &error(-32601));
    for (opening, discovered, expected) in [
        (own_words, None, Trial::Refused),
        (
            answer(400, "application/json", &error(-32022)),
            None,
            Trial::Refused,
        ),
        (
            answer(405, "", ""),
            Some(answer(200, "application/json", DISCOVERED)),
            Trial::Refused,
        ),
        (answer(404, "", ""), Some(answer(404, "", "")), Trial::Open),
        (answer(503, "", ""), None, Trial::Open),
        (answer(429, "", ""), None, Trial::Open),
        (
            answer(200, "application/json", &error(-32603)),
            None,
            Trial::Open,
        ),
    ] {
        let server = Scripted::start().await;
        let status = opening.status();
        server.then(opening);
        if let Some(discovered) = discovered {
            server.then(discovered);
        }
        let upstream = upstream(&server);
        let none = upstream.opens_none().await;
        assert_eq!(none, expected == Trial::Refused, "{status}");
        assert_eq!(upstream.tried().known(), expected, "{status}");
    }
    let server = Scripted::start().await;
    server.then_session("s", "2025-11-25").then_status(204);
    let upstream = upstream(&server);
    assert!(!upstream.opens_none().await);
    assert_eq!(upstream.tried().known(), Trial::Taken);
    assert_eq!(server.last().what(), "DELETE");
}

#[tokio::test]
async fn one_asks_for_all_and_a_server_that_teaches_nothing_is_left_alone_for_a_moment() {
    // C-029, GW-26
    let server = Scripted::start().await;
    server.then(answer(503, "", ""));
    let upstream = upstream(&server);
    let both = tokio::join!(upstream.opens_none(), upstream.opens_none());
    assert_eq!(both, (false, false));
    assert!(!upstream.opens_none().await);
    assert_eq!(server.whats(), ["initialize"]);
    tokio::time::pause();
    tokio::time::advance(UNDECIDED).await;
    tokio::time::resume();
    server.then(answer(404, "application/json", REFUSED));
    let both = tokio::join!(upstream.opens_none(), upstream.opens_none());
    assert_eq!(both, (true, true));
    assert!(upstream.opens_none().await, "it is known");
    assert_eq!(server.whats(), ["initialize", "initialize"]);
}

const REFUSED: &str =
    r#"{"jsonrpc":"2.0","id":"doorward-initialize","error":{"code":-32601,"message":"no"}}"#;

fn upstream(server: &Scripted) -> Upstream {
    let config = ServerConfig {
        speaking: Speaking::default(),
        upstream: UpstreamConfig::Http {
            url: "http://localhost/mcp".parse().expect("a URL"),
            headers: Vec::new(),
        },
        ..crate::upstream::stdio::testing::server("exit")
    };
    Upstream::over(&config, Kind::Http(server.upstream()), &server.known)
}
