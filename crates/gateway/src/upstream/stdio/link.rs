//! Programs as the links of bridges: a process of its own for each session, and one for each
//! owner in the manner of 2026-07-28.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use doorward_core::permit::Permit;
use doorward_mcp::{envelope::Message, era::Revision, method::Method};
use tokio::time::{Instant, timeout};

use super::{
    Begun, StdioUpstream, give_up, home::failure, process::Text, routes::Ask, session::Session,
};
use crate::upstream::{
    Fault, asked,
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
        let begun = Begun(&session);
        let opening = async { session.open().await?.answer().await };
        let opened = timeout(OPENED_WITHIN, opening).await;
        let opened = opened.unwrap_or(Err(Fault::Timeout))?;
        if opened == failure(Fault::Ended, &opening::id().to_string()) {
            return Err(Fault::Ended);
        }
        let revision = opening::agreed(&opened)?;
        let initialized = Text::one(Bytes::from_static(opening::INITIALIZED));
        session.tell(initialized, true).await?;
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
        let reply = self.session.ask(vec![ask], Text::one(request)).await?;
        Ok(Incoming::of_reply(reply, Fault::Ended))
    }

    async fn tell(&self, message: Bytes) -> Result<(), Fault> {
        self.session.tell(Text::one(message.clone()), false).await?;
        if let Ok(message) = Message::parse(&message)
            && message.method() == Some(Method::Cancelled.as_str())
        {
            give_up(&self.session, &message);
        }
        Ok(())
    }

    async fn unasked(&self) -> Result<Incoming, Fault> {
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
