//! What a client believes of what it is told.
//!
//! It refuses what the strictest clients refuse: metadata that names another
//! resource or issuer, missing S256, a registration that contradicts itself, an
//! answer without `iss` or with another state.

use serde_json::{Value, json};

use super::Installation;
use crate::{client::Tokens, http::Answer, person::ORIGIN};

impl Installation<'_> {
    pub(super) fn keep_resource(&mut self, document: &Value, challenge: &str) {
        let expected = format!("{ORIGIN}{}", self.fact("endpoint"));
        assert_eq!(document["resource"], expected, "{}", self.client.name); // interop 27
        let challenged = quoted(challenge, "scope");
        let scope = if challenged.is_empty() {
            list(document, "scopes_supported")
        } else {
            challenged
        };
        self.learn("resource", expected);
        self.learn("scope", scope);
        self.learn("issuer", text(document.pointer("/authorization_servers/0")));
    }

    pub(super) fn keep_server(&mut self, document: &Value) {
        let name = self.client.name;
        assert_eq!(document["issuer"], self.fact("issuer"), "{name}"); // interop 24
        let has = |member: &str, value: &str| {
            document[member]
                .as_array()
                .is_some_and(|values| values.contains(&json!(value)))
        };
        assert!(has("code_challenge_methods_supported", "S256"), "{name}"); // interop 7
        assert!(has("response_types_supported", "code"), "{name}");
        assert!(
            has("token_endpoint_auth_methods_supported", "none"),
            "{name}"
        ); // interop 5
        let announced = &document["authorization_response_iss_parameter_supported"];
        self.learn("announces_iss", announced.to_string());
        let taken = &document["client_id_metadata_document_supported"];
        self.learn("takes_documents", taken.to_string());
        self.learn("server_scopes", list(document, "scopes_supported"));
    }

    pub(super) fn keep_registration(&mut self, answer: &Value, asked: &Value) {
        let name = self.client.name;
        let method = text(answer.get("token_endpoint_auth_method"));
        let wanted = &asked["token_endpoint_auth_method"];
        assert!(wanted.is_null() || *wanted == method, "{name}: {method}"); // interop 13
        let secret = text(answer.get("client_secret"));
        assert_eq!(secret.is_empty(), method == "none", "{name}"); // interop 13
        assert_eq!(answer["redirect_uris"], asked["redirect_uris"], "{name}");
        self.learn("client_id", text(answer.get("client_id")));
        self.learn("client_secret", secret);
        self.learn("method", method);
    }

    pub(super) fn keep_code(&mut self, answer: &Answer) {
        let (name, location) = (self.client.name, answer.location());
        let redirect = self.fact("redirect_uri");
        let back = location.starts_with(&format!("{redirect}?"));
        assert!(
            back,
            "{name}: {} {location}{}",
            answer.status,
            answer.text()
        );
        let state = self
            .client
            .authorize
            .iter()
            .find(|(key, _)| *key == "state");
        let state = state.map(|(_, value)| (*value).to_owned());
        assert_eq!(answer.parameter("state"), state, "{name}");
        let issuer = Some(self.fact("issuer").to_owned());
        assert_eq!(answer.parameter("iss"), issuer, "{name}"); // interop 26
        let code = answer.parameter("code");
        self.learn("code", code.unwrap_or_else(|| panic!("{name}: {location}")));
    }

    pub(super) fn keep_tokens(&mut self, answer: &Answer) -> Tokens {
        let tokens = Tokens::of(answer);
        assert_eq!(
            text(answer.json().get("token_type")),
            "Bearer",
            "{}",
            self.client.name
        );
        self.learn("refresh_token", tokens.refresh.clone());
        tokens
    }
}

/// The quoted value of one attribute of a challenge; empty when it is not there.
pub(super) fn quoted(challenge: &str, name: &str) -> String {
    let (_, rest) = challenge
        .split_once(&format!("{name}=\""))
        .unwrap_or_default();
    rest.split('"').next().unwrap_or_default().to_owned()
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list(document: &Value, member: &str) -> String {
    let values = document.get(member).and_then(Value::as_array);
    let names: Vec<_> = values
        .into_iter()
        .flatten()
        .map(|name| text(Some(name)))
        .collect();
    names.join(" ")
}
