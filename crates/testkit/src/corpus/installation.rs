//! One copy of a client on one machine: it knows what it was told and nothing else.

use std::sync::Arc;

use axum::Router;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::secret::Digest;
use http::Method;
use serde_json::Value;

use super::{Fields, Host, Probe, RealClient, checks::quoted, signer::Signer};
use crate::{
    client::Tokens,
    http::{ask, get, post_json},
    person::{ORIGIN, Person},
};

/// What a client knows after it met a server.
pub struct Installation<'a> {
    /// What it sends.
    pub client: &'a RealClient,
    pub(super) router: &'a Router,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) signer: Option<Arc<Signer>>,
}

impl<'a> Installation<'a> {
    /// Finds the door of the server at `endpoint`, as far as a registration.
    pub async fn discover(client: &'a RealClient, router: &'a Router, endpoint: &str) -> Self {
        let verifier = "v3r1f13r-".repeat(7);
        let challenge = URL_SAFE_NO_PAD.encode(Digest::of(&verifier).as_bytes());
        let mut this = Self {
            client,
            router,
            facts: vec![
                ("endpoint", endpoint.to_owned()),
                ("verifier", verifier),
                ("challenge", challenge),
                ("redirect_uri", client.redirect_uri.to_owned()),
            ],
            signer: None,
        };
        this.meet().await;
        this
    }

    /// Finds the door and registers.
    pub async fn register(client: &'a RealClient, router: &'a Router, endpoint: &str) -> Self {
        let mut this = Self::discover(client, router, endpoint).await;
        let body: Value = serde_json::from_str(&this.fill(&client.registration.to_string()))
            .expect("a registration stays JSON");
        let answer = this.send(post_json("/register", &body)).await;
        assert_eq!(answer.status, 201, "{}: {}", client.name, answer.text());
        this.keep_registration(&answer.json(), &body);
        this
    }

    /// Finds the door and comes with its document, which `host` serves.
    pub async fn by_document(
        client: &'a RealClient,
        router: &'a Router,
        endpoint: &str,
        host: &Host,
    ) -> Self {
        let mut this = Self::discover(client, router, endpoint).await;
        assert_eq!(this.fact("takes_documents"), "true", "{}", client.name); // interop 5
        let published = client.published.as_ref().expect("a document");
        this.identify(&host.client_id);
        this.learn("redirect_uri", published.redirect_uri.to_owned());
        this.signer.clone_from(&host.signer); // interop 3
        this
    }

    /// Uses the identifier of a metadata document, or one that somebody pasted.
    pub fn identify(&mut self, client_id: &str) {
        self.learn("client_id", client_id.to_owned());
        self.learn("method", "none".to_owned());
    }

    /// What it learnt under `name`; empty before.
    pub fn fact(&self, name: &str) -> &str {
        let known = self.facts.iter().find(|(key, _)| *key == name);
        known.map_or("", |(_, value)| value)
    }

    /// Replaces what it learnt under `name`.
    pub fn learn(&mut self, name: &'static str, value: String) {
        self.facts.retain(|(key, _)| *key != name);
        self.facts.push((name, value));
    }

    /// The authorization request, as the browser opens it.
    pub fn authorization(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.filled(self.client.authorize));
        format!("/authorize?{}", query.finish())
    }

    /// Lets `person` sign in and allow, and redeems the code.
    pub async fn log_in(&mut self, person: &mut Person) -> Tokens {
        let answer = person
            .decide(self.router, &self.authorization(), "Allow")
            .await;
        self.keep_code(&answer);
        let answer = self.token(self.client.exchange).await;
        self.keep_tokens(&answer)
    }

    /// Refreshes.
    pub async fn refresh(&mut self) -> Tokens {
        let answer = self.token(self.client.refresh).await;
        self.keep_tokens(&answer)
    }

    async fn meet(&mut self) {
        let endpoint = self.fact("endpoint").to_owned();
        let refused = match self.client.probe {
            Probe::Greet => self.greet("").await,
            Probe::Get => self.send(get(&endpoint)).await,
            Probe::Head => self.send(ask(Method::HEAD, &endpoint)).await,
        };
        assert_eq!(refused.status, 401, "{}", self.client.name);
        let challenge = refused.header("www-authenticate").to_owned();
        self.learn("resource_metadata", quoted(&challenge, "resource_metadata"));
        let resource = self.look_up(self.client.resource_metadata).await;
        self.keep_resource(&resource, &challenge);
        let server = self.look_up(self.client.server_metadata).await;
        self.keep_server(&server);
    }

    /// Asks one place after the other until one answers; the others must say that they are empty.
    async fn look_up(&self, places: &[&str]) -> Value {
        for place in places {
            let url = self.fill(place);
            let path = url.trim_start_matches(ORIGIN);
            let ask = get(path).header("mcp-protocol-version", self.client.revision);
            let answer = self.send(ask).await;
            if answer.status == 200 {
                return answer.json();
            }
            assert_eq!(answer.status, 404, "{}: {path}", self.client.name);
        }
        panic!("{}: nothing at {places:?}", self.client.name)
    }

    pub(super) fn filled(&self, fields: Fields) -> Vec<(String, String)> {
        let fill = |(name, value): &(&str, &str)| ((*name).to_owned(), self.fill(value));
        fields.iter().map(fill).collect()
    }

    fn fill(&self, template: &str) -> String {
        let replace = |text: String, (name, value): &(&str, String)| {
            text.replace(&format!("{{{name}}}"), value)
        };
        self.facts.iter().fold(template.to_owned(), replace)
    }
}
