//! The parameters of a protocol request, decoded and otherwise as they came.

use super::fault::{AuthorizeError, ShowFault};
use crate::id::ClientId;

/// The decoded parameters of an authorization request, in order of arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Takes decoded pairs as they came.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The one value of `name`; `Err` when it is repeated. Empty counts as absent.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, AuthorizeError> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(AuthorizeError::Repeated(name));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// Every value of `name`.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every name and value in order of arrival.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The client that asks: needed before anything can be checked.
    pub fn client_id(&self) -> Result<ClientId, ShowFault> {
        match self.one("client_id") {
            Ok(Some(id)) => Ok(ClientId::from_known(id)),
            Ok(None) | Err(_) => Err(ShowFault::ClientMissing),
        }
    }
}
