//! Authorization requests.

use super::{CALLBACK, CHALLENGE, FILES, form};

/// The parameters of an authorization request, good unless changed.
#[derive(Clone)]
pub(crate) struct AuthorizeRequest(Vec<(String, String)>);

impl AuthorizeRequest {
    pub(crate) fn new(client: &str) -> Self {
        let pairs = [
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", CALLBACK),
            ("state", "s t&a=te"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("resource", FILES),
        ];
        Self(
            pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
        )
    }

    /// Nothing but these.
    pub(crate) fn bare(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(pairs.iter().map(owned).collect())
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(key, _)| key != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn add(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(key, _)| key != name);
        self
    }

    /// Who asks.
    pub(crate) fn client(&self) -> String {
        let pairs = self.pairs();
        let id = pairs.iter().find(|(name, _)| *name == "client_id");
        id.map(|(_, value)| (*value).to_owned()).unwrap_or_default()
    }

    pub(crate) fn pairs(&self) -> Vec<(&str, &str)> {
        let pairs = self.0.iter();
        pairs
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    pub(crate) fn query(&self) -> String {
        form(&self.pairs())
    }

    pub(crate) fn path(&self) -> String {
        format!("/authorize?{}", self.query())
    }
}
