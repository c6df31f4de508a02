//! Programs as the links of bridges: a process of its own for each session, and one for each
//! owner in the manner of 2026-07-28.

use std::{future::ready, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{envelope::Message, era::Revision};
use futures_util::stream;
use tokio::time::{Instant, timeout};

use super::{
    Begun, StdioUpstream, give_up,
    process::Text,
    routes::Ask,
    session::{Session, Telling},
};
use crate::upstream::{
    Fault,
    asked::{self, pong},
    link::{Incoming, Opening, Owner, SessionLink, StatelessLink},
    opening,
};

/// A session with a program.
pub(crate) struct ProgramSession {
    session: Arc<Session>,
    opened: Bytes,
    revision: Revision,
}

impl StdioUpstream {
    /// Opens a session of the gateway's own making for `owner`.
    pub(crate) async fn open(
        &self,
        owner: &Owner,
        opening: &Opening,
    ) -> Result<Arc<ProgramSession>, Fault> {
        let message = Text::one(opening::message(opening));
        let home = Arc::clone(&self.home);
        let session = Session::new(home, owner.subject.clone(), message, opening::id());
        session.is_own();
        if opening.spare {
            session.is_spare();
        }
        let begun = Begun(&session);
        let opening = async { session.open().await?.answer().await };
        let opened = timeout(OPENED_WITHIN, opening).await;
        let opened = opened.unwrap_or(Err(Fault::Timeout))?;
        let revision = opening::agreed(&opened)?;
        let initialized = Text::one(Bytes::from_static(opening::INITIALIZED));
        session.tell(initialized, &Telling::Initialized).await?;
        begun.succeeded();
        Ok(Arc::new(ProgramSession {
            session,
            opened,
            revision,
        }))
    }
}

#[async_trait]
impl SessionLink for ProgramSession {
    fn opened(&self) -> &Bytes {
        &self.opened
    }

    fn revision(&self) -> Revision {
        self.revision
    }

    async fn ask(&self, _permit: Permit, request: Bytes) -> Result<Incoming, Fault> {
        let ask = Ask::of(&asked::request(&request)?);
        if self.session.takes_back(&ask)? {
            let done = pong(asked::request(&request)?.id.as_json());
            return Ok(Incoming::new(stream::once(ready(Ok(done)))));
        }
        let reply = self.session.ask(vec![ask], Text::one(request)).await?;
        Ok(Incoming::of_reply(reply, Fault::Ended))
    }

    async fn tell(&self, message: Bytes) -> Result<(), Fault> {
        let parsed = Message::parse(&message).map_err(|_| Fault::NotMcp)?;
        let (text, telling) = (Text::one(message.clone()), Telling::of(&parsed));
        self.session.tell(text, &telling).await?;
        if let Telling::Cancelled = telling {
            give_up(&self.session, &parsed);
        }
        Ok(())
    }

    /// A program that ended is started anew for whoever listens: otherwise nothing would ever
    /// come (P-048).
    async fn unasked(&self) -> Result<Incoming, Fault> {
        self.session.wake().await?;
        self.session.listen().map(Incoming::unasked)
    }

    fn tells_apart(&self) -> bool {
        false
    }

    fn rest(&self, rests: bool) {
        self.session.rest(rests);
    }

    fn is_over(&self) -> bool {
        self.session.is_over()
    }

    fn end(&self) {
        self.session.end();
    }
}

impl Drop for ProgramSession {
    fn drop(&mut self) {
        self.session.end();
    }
}

#[async_trait]
impl StatelessLink for StdioUpstream {
    async fn ask(&self, _permit: Permit, owner: &Owner, request: Bytes) -> Result<Incoming, Fault> {
        if self.home.era.is_session(Instant::now()) {
            return Err(Fault::OtherEra);
        }
        let parsed = asked::request(&request)?;
        let shared = self.shared((&owner.subject, &owner.client));
        let reply = shared.ask(&parsed, &request).await?;
        Ok(Incoming::of_reply(reply, Fault::Ended))
    }
}

/// Programs may be slow to start: some are fetched first.
const OPENED_WITHIN: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use doorward_core::id::{ClientId, UserId};
    use doorward_core::subject::Subject;
    use futures_util::StreamExt;

    use super::{super::testing::upstream, *};
    use crate::upstream::http::testing::permit;

    fn owner() -> Owner {
        Owner {
            subject: Subject::User(UserId::from_known("alice")),
            client: ClientId::from_known("c"),
        }
    }

    async fn all(incoming: Incoming) -> Vec<Result<String, Fault>> {
        let texts = incoming.map(|one| one.map(|text| String::from_utf8_lossy(&text).into_owned()));
        texts.collect().await
    }

    #[tokio::test]
    async fn a_session_is_opened_asked_and_told_and_answers_pings_by_itself() {
        // P-028
        let upstream = upstream(
            r#"read -r initialize
            echo '{"jsonrpc":"2.0","id":"doorward-initialize","result":{"protocolVersion":"2025-06-18"}}'
            read -r initialized
            read -r call
            echo '{"jsonrpc":"2.0","id":"p","method":"ping"}'
            read -r pong
            echo "{\"jsonrpc\":\"2.0\",\"id\":\"e\",\"method\":\"elicitation/create\",\"params\":$pong}"
            read -r answer
            echo '{"jsonrpc":"2.0","id":1,"result":{}}'
            read -r end"#,
        );
        let session = upstream.open(&owner(), &opening::own()).await;
        let session = session.expect("a session");
        assert_eq!(session.revision(), Revision::V2025_06_18);
        let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}"#;
        let mut incoming = session.ask(permit(), call.into()).await.expect("taken");
        let elicit = incoming
            .next()
            .await
            .expect("a question")
            .expect("no fault");
        assert_eq!(
            elicit,
            r#"{"jsonrpc":"2.0","id":"e","method":"elicitation/create","params":{"jsonrpc":"2.0","id":"p","result":{}}}"#
        );
        let answer = r#"{"jsonrpc":"2.0","id":"e","result":{}}"#;
        session.tell(answer.into()).await.expect("taken");
        let done = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
        assert_eq!(all(incoming).await, [Ok(done.to_owned())]);
        session.end();
        assert!(session.is_over());
        let refused = session.ask(permit(), call.into()).await;
        assert_eq!(refused.err(), Some(Fault::NoSession));
    }

    /// A program that reports what it was told, and ends when it is asked to.
    const CLERK: &str = r#"told=
        while read -r line; do
          case $line in
            *'"initialize"'*) echo '{"jsonrpc":"2.0","id":"doorward-initialize","result":{"protocolVersion":"2025-06-18"}}' ;;
            *'"crash"'*) exit 3 ;;
            *'"report"'*) echo "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{\"told\":[$told]}}" ;;
            *'"ask"'*)
              echo '{"jsonrpc":"2.0","id":"q","method":"roots/list"}'
              echo '{"jsonrpc":"2.0","id":8,"result":{}}' ;;
            *) told="$told${told:+,}$line"
               case $line in
                 *'"id":1,'*) echo '{"jsonrpc":"2.0","id":1,"result":{}}' ;;
                 *'"id":2,'*) echo '{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"no"}}' ;;
               esac ;;
          esac
        done"#;

    fn call(id: u32, tool: &str) -> String {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}"}}}}"#
        )
    }

    fn request(id: u32, method: &str, name: &str, value: &str) -> String {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{"{name}":"{value}"}}}}"#
        )
    }

    async fn ask(session: &ProgramSession, request: String) -> Vec<Result<String, Fault>> {
        let incoming = session.ask(permit(), request.into()).await;
        all(incoming.expect("taken")).await
    }

    /// What the process of now was told, a word for each message.
    async fn told(session: &ProgramSession) -> Vec<String> {
        let mut report = ask(session, call(9, "report")).await;
        let report = report.pop().expect("a report").expect("no fault");
        let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
        let told = report["result"]["told"].as_array().expect("a list");
        let word = |one: &serde_json::Value| {
            let params = &one["params"];
            let value = params["uri"].as_str().or(params["level"].as_str());
            let method = one["method"].as_str().unwrap_or("an answer");
            format!("{method} {}", value.unwrap_or_default())
        };
        told.iter().map(word).collect()
    }

    /// Lets the process end, and time pass until another may be started.
    async fn crash(upstream: &StdioUpstream, session: &ProgramSession) {
        ask(session, call(7, "crash")).await;
        while upstream.processes() > 0 {
            tokio::task::yield_now().await;
        }
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(1)).await;
        tokio::time::resume();
    }

    #[tokio::test]
    async fn a_program_that_is_started_anew_is_told_what_was_agreed_to_before() {
        // P-026, P-027, P-048
        let upstream = upstream(CLERK);
        let session = upstream.open(&owner(), &opening::own()).await;
        let session = session.expect("a session");
        for (id, method, name, value) in [
            (1, "resources/subscribe", "uri", "a:1"),
            (2, "resources/subscribe", "uri", "a:refused"),
            (1, "logging/setLevel", "level", "info"),
            (1, "resources/subscribe", "uri", "a:2"),
            (1, "resources/unsubscribe", "uri", "a:2"),
        ] {
            ask(&session, request(id, method, name, value)).await;
        }
        let mut unasked = session.unasked().await.expect("a stream");
        crash(&upstream, &session).await;
        assert_eq!(unasked.next().await, None, "who listens learns of it");
        let _unasked = session.unasked().await.expect("a stream of the next one");
        assert_eq!(upstream.processes(), 1, "which is there for who listens");
        assert_eq!(
            told(&session).await,
            [
                "notifications/initialized ",
                "logging/setLevel info",
                "resources/subscribe a:1"
            ]
        );
    }

    #[tokio::test]
    async fn no_program_is_started_to_hear_what_was_for_another() {
        // P-019, P-026, GW-26
        let upstream = upstream(CLERK);
        let session = upstream.open(&owner(), &opening::own()).await;
        let session = session.expect("a session");
        let subscribe = request(1, "resources/subscribe", "uri", "a:1");
        ask(&session, subscribe).await;
        assert_eq!(
            ask(&session, call(8, "ask")).await.len(),
            2,
            "a question comes first"
        );
        crash(&upstream, &session).await;
        let cancelled =
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":8}}"#;
        let answer = r#"{"jsonrpc":"2.0","id":"q","result":{"roots":[]}}"#;
        for message in [cancelled, answer] {
            assert_eq!(session.tell(message.into()).await, Ok(()));
        }
        let unsubscribe = request(3, "resources/unsubscribe", "uri", "a:1");
        let done = r#"{"jsonrpc":"2.0","id":3,"result":{}}"#;
        assert_eq!(ask(&session, unsubscribe).await, [Ok(done.to_owned())]);
        assert_eq!(upstream.processes(), 0);
        assert_eq!(told(&session).await, ["notifications/initialized "]);
        session.tell(answer.into()).await.expect("dropped");
        assert_eq!(told(&session).await, ["notifications/initialized "]);
        ask(&session, call(8, "ask")).await;
        session.tell(answer.into()).await.expect("taken");
        let heard = ["notifications/initialized ", "an answer "];
        assert_eq!(told(&session).await, heard);
    }

    #[tokio::test]
    async fn a_program_of_the_other_era_or_none_opens_no_session() {
        // P-047, GW-27
        let error = |code: i64| {
            format!(
                r#"read -r line
                echo '{{"jsonrpc":"2.0","id":"doorward-initialize","error":{{"code":{code},"message":"no"}}}}'
                read -r end"#
            )
        };
        for (script, expected) in [
            (error(-32022), Fault::NoSessions),
            (error(-32601), Fault::NoSessions),
            (error(-32602), Fault::NotOpened),
            ("exit 1".to_owned(), Fault::Ended),
        ] {
            let session = upstream(&script).open(&owner(), &opening::own()).await;
            assert_eq!(session.err(), Some(expected), "{script}");
        }
    }

    #[tokio::test]
    async fn a_program_of_2026_07_28_is_asked_with_ids_of_its_own() {
        // P-006
        let upstream = upstream(
            r#"read -r discover
            echo '{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}'
            read -r call
            echo '{"jsonrpc":"2.0","id":2,"result":{}}'
            read -r end"#,
        );
        let call = r#"{"jsonrpc":"2.0","id":77,"method":"tools/list","params":{}}"#;
        let link: &dyn StatelessLink = &*upstream;
        let incoming = link.ask(permit(), &owner(), call.into()).await;
        let done = r#"{"jsonrpc":"2.0","id":77,"result":{}}"#;
        assert_eq!(all(incoming.expect("taken")).await, [Ok(done.to_owned())]);
    }
}
