//! A scripted OAuth client: registers, asks, redeems, refreshes, calls.

use axum::Router;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::secret::Digest;
use serde_json::{Value, json};

use crate::{
    holder::Holder,
    http::{Answer, Ask, get, post_form, post_json},
    person::{ORIGIN, Person},
    world::World,
};

/// A client that is registered at the issuer.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its identifier.
    pub id: String,
    /// Where its answers go.
    pub redirect_uri: String,
    /// The resource that it asks for.
    pub resource: String,
    /// The verifier that it uses for every request.
    pub verifier: String,
}

/// What a token response holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token; empty when none was issued.
    pub refresh: String,
    /// The granted scopes.
    pub scope: String,
}

impl Client {
    /// Registers a public client with a loopback redirect, for the server `server`.
    pub async fn register(router: &Router, server: &str) -> Self {
        let document = json!({
            "client_name": "Scripted client",
            "redirect_uris": ["http://127.0.0.1/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
        });
        let answer = post_json("/register", &document).send(router).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        Self {
            id: text(&answer.json(), "client_id"),
            redirect_uri: "http://127.0.0.1:51234/callback".to_owned(),
            resource: format!("{ORIGIN}/mcp/{server}"),
            verifier: "v".repeat(43),
        }
    }

    /// The S256 challenge of the verifier.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Digest::of(&self.verifier).as_bytes())
    }

    /// The authorization request, with more parameters appended.
    pub fn authorize(&self, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::from("/authorize?"));
        let challenge = self.challenge();
        query.extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect_uri),
            ("state", "the-state"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("resource", &self.resource),
        ]);
        query.extend_pairs(more);
        query.finish().replacen("?&", "?", 1)
    }

    /// The code that `person` approves.
    pub async fn code(
        &self,
        router: &Router,
        person: &mut Person,
        more: &[(&str, &str)],
    ) -> String {
        let answer = person.decide(router, &self.authorize(more), "Allow").await;
        let code = answer.parameter("code");
        code.unwrap_or_else(|| {
            panic!(
                "no code: {} {} {}",
                answer.status,
                answer.location(),
                answer.text()
            )
        })
    }

    /// The redemption of a code.
    pub fn redeem(&self, code: &str) -> Ask {
        post_form(
            "/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", &self.redirect_uri),
                ("client_id", &self.id),
                ("code_verifier", &self.verifier),
                ("resource", &self.resource),
            ],
        )
    }

    /// A refresh.
    pub fn refresh(&self, token: &str) -> Ask {
        post_form(
            "/token",
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", token),
                ("client_id", &self.id),
            ],
        )
    }

    /// Signs in, approves and redeems: the whole login.
    pub async fn login(&self, router: &Router, person: &mut Person) -> Tokens {
        let code = self.code(router, person, &[]).await;
        Tokens::of(&self.redeem(&code).send(router).await)
    }

    /// The whole login with a proof of `holder`'s key.
    pub async fn login_proving(&self, world: &World, holder: &Holder) -> Tokens {
        let code = self.code(&world.router, &mut world.alice(), &[]).await;
        let ask = holder.at_token_endpoint(world, self.redeem(&code));
        Tokens::of(&ask.send(&world.router).await)
    }

    /// The path of the MCP endpoint.
    pub fn endpoint(&self) -> &str {
        self.resource.trim_start_matches(ORIGIN)
    }

    /// One JSON-RPC message of a session era, with a token.
    pub fn message(&self, token: &str, message: &Value) -> Ask {
        post_json(self.endpoint(), message)
            .header("accept", "application/json, text/event-stream")
            .bearer(token)
    }

    /// One JSON-RPC message with a token that is bound to a key, and a proof.
    pub fn proven(&self, token: &str, proof: &str, message: &Value) -> Ask {
        post_json(self.endpoint(), message)
            .header("accept", "application/json, text/event-stream")
            .header("authorization", &format!("DPoP {token}"))
            .header("dpop", proof)
    }

    /// The protected resource metadata, found as a client finds it.
    pub async fn discover(&self, router: &Router) -> Value {
        let refused = post_json(self.endpoint(), &json!({})).send(router).await;
        let challenge = refused.header("www-authenticate").to_owned();
        let url = challenge
            .split("resource_metadata=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let path = url
            .unwrap_or_default()
            .trim_start_matches(ORIGIN)
            .to_owned();
        get(&path).send(router).await.json()
    }
}

impl Tokens {
    /// Reads a successful token response.
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let body = answer.json();
        Self {
            access: text(&body, "access_token"),
            refresh: text(&body, "refresh_token"),
            scope: text(&body, "scope"),
        }
    }
}

fn text(value: &Value, member: &str) -> String {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
