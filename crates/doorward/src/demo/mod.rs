//! A small MCP server to try Doorward with: notes to list, read, write and delete,
//! a slow tool with progress, a tool that asks the user, resources and prompts,
//! in the session era and in that of 2026-07-28.
//!
//! It listens on loopback and answers only to a random bearer token that the
//! gateway sends as its configured header: nobody else on the machine can walk
//! around the door. It keeps notes in memory and forgets them with the process.

mod answers;
mod http;
mod message;
mod notebook;
mod question;
mod sessions;
mod slow;
mod tools;

use ::http::{HeaderValue, header};
use doorward_core::{
    entropy::{Entropy, draw},
    secret::Secret,
};
use url::Url;

use crate::{config::Upstream, failure::Failure};

/// A demo server that runs until the process ends.
pub(crate) struct Demo {
    url: Url,
    token: Secret,
}

impl Demo {
    /// Starts one on a free port of the loopback interface.
    pub(crate) async fn start(entropy: &dyn Entropy) -> Result<Self, Failure> {
        let token = Secret::mint("demo_", draw(entropy));
        let address = http::start(&token, draw(entropy))
            .await
            .map_err(unstartable)?;
        let url = Url::parse(&format!("http://{address}/mcp")).map_err(unstartable)?;
        Ok(Self { url, token })
    }

    /// Where it is and what to send.
    pub(crate) fn upstream(self) -> Result<Upstream, Failure> {
        let bearer = format!("Bearer {}", self.token.expose());
        let mut bearer = HeaderValue::from_str(&bearer).map_err(unstartable)?;
        bearer.set_sensitive(true);
        Ok(Upstream::Http {
            url: self.url,
            headers: vec![(header::AUTHORIZATION, bearer)],
        })
    }
}

fn unstartable(error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("cannot start the demo server: {error}"))
}
