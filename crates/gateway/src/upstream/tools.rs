//! The list of a server's tools, asked for by the gateway itself: no caller, no permit, no
//! session that anybody else has.

use std::sync::Arc;

use doorward_mcp::era::Era;

use super::{
    Fault, Kind, Upstream,
    http::{HttpSession, HttpUpstream, SseSession},
    link::SessionLink,
    manner::{self, Carrier, Manner},
    opening,
    pages::Pages,
    stdio::StdioUpstream,
};

impl Upstream {
    /// All pages of `tools/list`, each a whole answer; the last may be an error.
    pub(crate) async fn tool_pages(&self) -> Result<Pages, Fault> {
        match &self.kind {
            Kind::Stdio(upstream) => self.of_program(upstream).await,
            Kind::Http(upstream) => {
                let manner = self.manner().await?;
                match over_http(upstream, manner).await {
                    // It is not what it was.
                    Err(_) if self.known_manner().is_none() => {
                        over_http(upstream, self.manner().await?).await
                    }
                    pages => pages,
                }
            }
        }
    }

    /// Whoever starts a program asks it what it is anyway.
    async fn of_program(&self, upstream: &StdioUpstream) -> Result<Pages, Fault> {
        let (manner, mut interview) = manner::greet(upstream).await?;
        self.known.note(manner);
        let mut pages = Pages::new(era(manner));
        while let Some(question) = pages.question() {
            pages.take(interview.ask(question).await?);
        }
        Ok(pages)
    }
}

async fn over_http(upstream: &Arc<HttpUpstream>, manner: Manner) -> Result<Pages, Fault> {
    let mut pages = Pages::new(era(manner));
    match manner.sessions.filter(|_| !manner.stateless) {
        None => {
            while let Some(question) = pages.question() {
                pages.take(upstream.once(question).await?);
            }
            upstream.mirrors().learn(pages.all());
        }
        Some(Carrier::HttpSse) => {
            let session = SseSession::open(upstream, &opening::own()).await?;
            while let Some(question) = pages.question() {
                pages.take(session.request(question).await?.answer().await?);
            }
            session.end();
        }
        Some(Carrier::Streamable | Carrier::Stdio) => {
            let session = HttpSession::open(upstream, &opening::own()).await?;
            while let Some(question) = pages.question() {
                pages.take(session.request(question).await?.answer().await?);
            }
            session.finish().await;
        }
    }
    Ok(pages)
}

fn era(manner: Manner) -> Era {
    match manner.stateless {
        true => Era::Stateless,
        false => Era::Session,
    }
}
