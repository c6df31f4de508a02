//! Token requests, with the credentials that the client was told to use.

use base64::{Engine, engine::general_purpose::STANDARD};
use doorward_core::clock::Clock;

use super::{Fields, Installation};
use crate::{
    http::{Answer, post_form},
    time::StoppedClock,
};

/// RFC 7523 section 2.2.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Installation<'_> {
    /// Sends a token request with its credentials, as registered.
    pub async fn token(&self, fields: Fields) -> Answer {
        let mut form = self.filled(fields);
        let basic = self.fact("method") == "client_secret_basic";
        if !basic {
            self.prove(&mut form);
        }
        let pairs: Vec<_> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let mut ask = post_form("/token", &pairs);
        if basic {
            let pair = format!("{}:{}", self.fact("client_id"), self.fact("client_secret"));
            ask = ask.header("authorization", &format!("Basic {}", STANDARD.encode(pair)));
        }
        if !self.client.accept.is_empty() {
            ask = ask.header("accept", self.client.accept);
        }
        self.send(ask).await
    }

    /// Adds to the form what tells who the client is.
    fn prove(&self, form: &mut Vec<(String, String)>) {
        let mut add = |name: &str, value: &str| form.push((name.to_owned(), value.to_owned()));
        let id = self.fact("client_id");
        match (self.fact("method"), &self.signer) {
            ("client_secret_post", _) => add("client_secret", self.fact("client_secret")),
            (_, Some(signer)) => {
                let now = StoppedClock::default().now().seconds();
                add("client_assertion_type", ASSERTION);
                add(
                    "client_assertion",
                    &signer.assertion(id, self.fact("issuer"), now),
                );
            }
            (_, None) => {}
        }
        if !form.iter().any(|(name, _)| name == "client_id") {
            form.push(("client_id".to_owned(), id.to_owned()));
        }
    }
}
