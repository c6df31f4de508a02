//! How a client sends: with its `User-Agent`, and from a page with what a browser adds.

use http::Method;

use super::Installation;
use crate::http::{Answer, Ask, ask};

impl Installation<'_> {
    /// Sends a request of the OAuth side.
    pub(super) async fn send(&self, ask: Ask) -> Answer {
        let ask = match self.client.user_agent {
            Some(name) => ask.header("user-agent", name),
            None => ask,
        };
        self.send_as_page(ask).await
    }

    /// Sends a request; from a page, with all that a browser does about it.
    pub(super) async fn send_as_page(&self, ask: Ask) -> Answer {
        let Some(origin) = self.client.origin else {
            return ask.send(self.router).await;
        };
        self.preflight(origin, &ask).await;
        let answer = ask.header("origin", origin).send(self.router).await;
        let allowed = answer.header("access-control-allow-origin");
        assert!([origin, "*"].contains(&allowed), "{}", self.client.name); // interop 41
        answer
    }

    async fn preflight(&self, origin: &str, asked: &Ask) {
        let (method, path) = asked.target();
        let headers = "authorization,content-type,mcp-protocol-version,mcp-session-id";
        let answer = ask(Method::OPTIONS, &path)
            .header("origin", origin)
            .header("access-control-request-method", method.as_str())
            .header("access-control-request-headers", headers)
            .send(self.router)
            .await;
        assert!(answer.status.is_success(), "{}: {path}", self.client.name); // interop 41
    }
}
