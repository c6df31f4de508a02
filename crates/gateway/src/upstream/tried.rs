//! Whether a server that names only 2026-07-28 takes `initialize` all the same.
//!
//! Many do: `server/discover` of a server of both eras tells clients of the newer one what they
//! may speak, and no more. Only `initialize` itself shows it, and no caller decides that for
//! others: what one of them was refused counts once the gateway's own opening is refused, too,
//! by a server that goes on speaking 2026-07-28 (C-029). It is forgotten like the rest of what is
//! known of a server.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{Fault, Kind, Upstream, http::HttpSession, manner, opening};

/// What became of the last `initialize` that was passed to such a server.
#[derive(Debug, Default)]
pub(crate) struct Tried(Mutex<Option<(Trial, Instant)>>);

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trial {
    /// Nothing: it has to be tried.
    Open,
    /// It opens sessions.
    Taken,
    /// It refused to.
    Refused,
}

impl Tried {
    /// What is known.
    pub(crate) fn known(&self) -> Trial {
        match *self.lock() {
            Some((trial, since)) if since.elapsed() < BELIEVED => trial,
            Some(_) | None => Trial::Open,
        }
    }

    /// It was taken.
    pub(crate) fn taken(&self) {
        self.settle(Trial::Taken);
    }

    /// An answer of the server shows that what is known of it is wrong. Not heeded right after it
    /// was tried, or a server could have us try it all the time.
    pub(super) fn doubt(&self) {
        self.lock()
            .take_if(|(_, since)| since.elapsed() >= DOUBTED_AFTER);
    }

    fn settle(&self, trial: Trial) {
        *self.lock() = Some((trial, Instant::now()));
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Trial, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upstream {
    /// Whether the server takes `initialize`, as far as that was tried.
    pub(crate) fn tried(&self) -> &Tried {
        &self.known.tried
    }

    /// Whether the server that refused a caller's `initialize` opens no sessions for anybody:
    /// known from now on, if it says so to the gateway itself.
    pub(crate) async fn opens_none(&self) -> bool {
        let Kind::Http(upstream) = &self.kind else {
            return false;
        };
        let refused = match HttpSession::open(upstream, &opening::own()).await {
            Ok(session) => {
                session.finish().await;
                self.tried().taken();
                false
            }
            Err(Fault::NoSessions) => true,
            // The same is said by whoever stands in front of a server that is not there.
            Err(Fault::Refused(status)) if is_refusal(status) => {
                manner::is_stateless(upstream).await
            }
            Err(_) => false,
        };
        if refused {
            self.tried().settle(Trial::Refused);
        }
        refused
    }
}

/// Whether a server may say by this HTTP status that it opens no sessions.
pub(crate) fn is_refusal(status: u16) -> bool {
    matches!(status, 400 | 404 | 405 | 406 | 415 | 422)
}

/// For how long it is believed without trying again.
const BELIEVED: Duration = Duration::from_secs(600);
/// What was tried less than this ago is not doubted.
const DOUBTED_AFTER: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
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
}
