use std::sync::Arc;

use doorward_mcp::era::Era;

use super::*;
use crate::upstream::http::testing::{Scripted, answer};

const DISCOVERED: &str =
    r#"{"jsonrpc":"2.0","id":0,"result":{"supportedVersions":["2026-07-28"],"capabilities":{}}}"#;
const UNKNOWN: &str =
    r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32601,"message":"Method not found"}}"#;

async fn learned(server: &Scripted) -> Result<Manner, Fault> {
    let kind = Kind::Http(server.upstream());
    server.known.learn(&kind, &Arc::default()).await
}

#[tokio::test]
async fn each_kind_of_server_is_told_by_its_answers() {
    // C-027, C-028
    let streamable = Manner::sessions(Carrier::Streamable);
    let server = Scripted::start().await;
    server.then_json(DISCOVERED);
    assert_eq!(learned(&server).await, Ok(Manner::stateless()));
    assert_eq!(server.last().header("mcp-method"), "server/discover");

    let both = DISCOVERED.replace("28\"]", "28\",\"2025-11-25\"]");
    let server = Scripted::start().await;
    server.then_json(&both);
    let manner = learned(&server).await.expect("an answer");
    assert!(manner.passes(Era::Session) && manner.passes(Era::Stateless));

    for first in [
        answer(200, "application/json", UNKNOWN),
        answer(404, "application/json", UNKNOWN),
        answer(400, "text/plain", "Missing session ID"),
        answer(500, "text/plain", "crashed"),
        answer(200, "text/html", "<html>"),
    ] {
        let server = Scripted::start().await;
        server
            .then(first)
            .then_session("s", "2025-06-18")
            .then_status(204);
        assert_eq!(learned(&server).await, Ok(streamable));
        server.until(4).await;
        assert_eq!(server.last().what(), "DELETE");
    }
}

#[tokio::test]
async fn a_server_of_2024_11_05_is_told_by_its_stream() {
    // C-027, P-031
    let server = Scripted::start().await;
    server.then_status(405).then_status(405);
    server.then_events("event: endpoint\ndata: /messages\n\n");
    assert_eq!(
        learned(&server).await,
        Ok(Manner::sessions(Carrier::HttpSse))
    );
    assert_eq!(server.whats(), ["server/discover", "initialize", "GET"]);
}

#[tokio::test]
async fn what_says_nothing_of_an_era_decides_none() {
    // C-029
    for (first, second, expected) in [
        (answer(401, "", ""), None, Fault::Credentials(401)),
        (answer(302, "", ""), None, Fault::Redirect),
        (
            answer(503, "", ""),
            Some(answer(503, "", "")),
            Fault::Status(503),
        ),
        (
            answer(429, "", ""),
            Some(answer(429, "", "")),
            Fault::Refused(429),
        ),
        (
            answer(404, "", ""),
            Some(answer(404, "", "")),
            Fault::Refused(404),
        ),
    ] {
        let server = Scripted::start().await;
        server.then(first);
        if let Some(second) = second {
            server.then(second);
        }
        assert_eq!(learned(&server).await, Err(expected));
        let count = server.heard().len();
        assert_eq!(learned(&server).await, Err(expected), "remembered");
        assert_eq!(server.heard().len(), count, "it is left alone for a moment");
        assert_eq!(server.known.glance(), None);
    }
}

#[tokio::test]
async fn a_server_is_asked_once_for_all_who_wait() {
    let server = Scripted::start().await;
    server.then_json(DISCOVERED);
    let kind = Kind::Http(server.upstream());
    let speaking = Arc::default();
    let waiting = (0..50).map(|_| server.known.learn(&kind, &speaking));
    for said in futures_util::future::join_all(waiting).await {
        assert_eq!(said, Ok(Manner::stateless()));
    }
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn who_leaves_does_not_stop_the_question() {
    let server = Scripted::start().await;
    server.then_json(DISCOVERED);
    let kind = Kind::Http(server.upstream());
    let known = Arc::clone(&server.known);
    let speaking = Arc::default();
    drop(tokio::time::timeout(Duration::ZERO, known.learn(&kind, &speaking)).await);
    assert_eq!(known.learn(&kind, &speaking).await, Ok(Manner::stateless()));
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn a_server_that_was_replaced_is_asked_again() {
    // C-029
    let server = Scripted::start().await;
    server.then_json(DISCOVERED);
    assert_eq!(learned(&server).await, Ok(Manner::stateless()));
    server.known.forget_when();
    server.known.doubt();
    server.then_json(UNKNOWN).then_session("s", "2025-11-25");
    assert_eq!(
        learned(&server).await,
        Ok(Manner::sessions(Carrier::Streamable))
    );
}

#[test]
fn every_manner_is_read_back_from_its_bits() {
    assert_eq!(Manner::of_bits(0), None);
    let carriers = [Carrier::Streamable, Carrier::HttpSse, Carrier::Stdio];
    for sessions in carriers.into_iter().map(Some).chain([None]) {
        for stateless in [true, false] {
            let manner = Manner {
                stateless,
                sessions,
            };
            assert_eq!(Manner::of_bits(manner.to_bits()), Some(manner));
            assert_eq!(Manner::of_bits(manner.to_bits() | OLD), Some(manner));
        }
    }
}

#[test]
fn only_the_same_era_over_the_same_transport_passes_without_a_bridge() {
    // P-001
    for (manner, session, stateless) in [
        (Manner::stateless(), false, true),
        (Manner::sessions(Carrier::Streamable), true, false),
        (Manner::sessions(Carrier::Stdio), true, false),
        (Manner::sessions(Carrier::HttpSse), false, false),
    ] {
        assert_eq!(manner.passes(Era::Session), session, "{manner:?}");
        assert_eq!(manner.passes(Era::Stateless), stateless, "{manner:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_just_learned_is_not_doubted_and_what_is_old_is_marked() {
    // C-029
    let known = Knowledge::default();
    known.settle(Ok(Found::sure(Manner::stateless())), false);
    known.doubt();
    assert_eq!(known.glance(), Some(Manner::stateless()));
    known.sweep();
    assert_eq!(known.now.load(Ordering::Relaxed) & OLD, 0);
    tokio::time::advance(BELIEVED).await;
    known.sweep();
    assert_ne!(known.now.load(Ordering::Relaxed) & OLD, 0);
    assert_eq!(known.glance(), Some(Manner::stateless()), "used meanwhile");
    known.settle(Err(Fault::Unreachable), false);
    assert_eq!(known.glance(), Some(Manner::stateless()));
    assert_eq!(known.now.load(Ordering::Relaxed) & OLD, 0, "for a while");
    tokio::time::advance(DOUBTED_AFTER).await;
    known.doubt();
    assert_eq!(known.glance(), None);
}

#[tokio::test]
async fn what_the_configuration_says_is_not_asked() {
    let config = |transport, revision| ServerConfig {
        speaking: Speaking {
            transport,
            revision,
            ..Speaking::default()
        },
        upstream: UpstreamConfig::Http {
            url: "http://localhost/mcp".parse().expect("a URL"),
            headers: Vec::new(),
        },
        ..crate::upstream::stdio::testing::server("exit")
    };
    let (old, new) = (Revision::V2025_03_26, Revision::V2026_07_28);
    for (transport, revision, expected) in [
        (
            Transport::HttpSse,
            None,
            Some(Manner::sessions(Carrier::HttpSse)),
        ),
        (
            Transport::HttpSse,
            Some(old),
            Some(Manner::sessions(Carrier::HttpSse)),
        ),
        (Transport::Auto, Some(new), Some(Manner::stateless())),
        (
            Transport::StreamableHttp,
            Some(old),
            Some(Manner::sessions(Carrier::Streamable)),
        ),
        (Transport::StreamableHttp, None, None),
        (Transport::Auto, Some(old), None),
        (Transport::Auto, None, None),
    ] {
        let known = Knowledge::new(&config(transport, revision));
        known.doubt();
        assert_eq!(known.glance(), expected, "{transport:?} {revision:?}");
    }
    let program = ServerConfig {
        speaking: Speaking {
            revision: Some(old),
            ..Speaking::default()
        },
        ..crate::upstream::stdio::testing::server("exit")
    };
    let known = Knowledge::new(&program);
    known.note(Manner::stateless());
    assert_eq!(known.glance(), Some(Manner::sessions(Carrier::Stdio)));
}

#[tokio::test]
async fn a_revision_and_a_transport_that_are_known_spare_questions() {
    let server = Scripted::start().await;
    let kind = Kind::Http(server.upstream());
    server.then_status(405);
    let speaking = Arc::new(Speaking {
        transport: Transport::StreamableHttp,
        revision: Some(Revision::V2025_03_26),
        ..Speaking::default()
    });
    let said = server.known.learn(&kind, &speaking).await;
    assert_eq!(said, Err(Fault::Refused(405)), "there is no GET");
    assert_eq!(server.whats(), ["initialize"]);
    let asked = server.last().json();
    assert_eq!(asked["params"]["protocolVersion"], "2025-03-26");
}

#[tokio::test(start_paused = true)]
async fn what_was_too_busy_to_say_all_is_asked_again_soon_and_unsays_nothing() {
    // C-029
    let for_now = |manner| Found {
        manner,
        is_sure: false,
    };
    let sessions = Manner::sessions(Carrier::Streamable);
    let known = Knowledge::default();
    let mut believed = BELIEVED_FOR_NOW;
    for _ in 0..4 {
        known.settle(Ok(for_now(sessions)), false);
        assert_eq!(known.glance(), Some(sessions));
        tokio::time::advance(believed - Duration::from_secs(1)).await;
        known.sweep();
        assert_eq!(known.now.load(Ordering::Relaxed) & OLD, 0, "{believed:?}");
        tokio::time::advance(Duration::from_secs(1)).await;
        known.sweep();
        assert_ne!(known.now.load(Ordering::Relaxed) & OLD, 0, "{believed:?}");
        believed *= 2;
    }
    known.settle(Ok(Found::sure(Manner::stateless())), false);
    known.settle(Ok(for_now(sessions)), false);
    assert_eq!(known.glance(), Some(Manner::stateless()));
    for _ in 0..100 {
        known.settle(Ok(for_now(sessions)), false);
    }
    tokio::time::advance(BELIEVED).await;
    known.sweep();
    assert_ne!(known.now.load(Ordering::Relaxed) & OLD, 0);
}

#[tokio::test]
async fn only_who_answers_the_first_question_is_known_for_long() {
    // C-027, C-029
    for (first, expected) in [
        (answer(404, "application/json", UNKNOWN), true),
        (answer(400, "text/plain", "Missing session ID"), true),
        (answer(200, "text/html", "<html>"), true),
        (answer(500, "text/plain", "crashed"), false),
        (answer(503, "", ""), false),
        (answer(429, "", ""), false),
    ] {
        let server = Scripted::start().await;
        let status = first.status();
        server
            .then(first)
            .then_session("s", "2025-06-18")
            .then_status(204);
        let found = http::probe(&server.upstream(), &Speaking::default()).await;
        let manner = Manner::sessions(Carrier::Streamable);
        let is_sure = expected;
        assert_eq!(found, Ok(Found { manner, is_sure }), "{status}");
    }
}
