//! Grant types: what a client may ask the token endpoint for (RFC 7591 section 2).

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

/// One grant type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GrantType {
    /// A person's approval (OAuth 2.1 section 4.1).
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    /// OAuth 2.1 section 4.3.
    #[serde(rename = "refresh_token")]
    RefreshToken,
    /// The client for itself (OAuth 2.1 section 4.2).
    #[serde(rename = "client_credentials")]
    ClientCredentials,
    /// A person's approval on another device (RFC 8628).
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
    /// RFC 8693.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
    /// RFC 7523 section 2.1.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:jwt-bearer")]
    JwtBearer,
}

/// The grant types that a client may use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GrantTypes(BTreeSet<GrantType>);

impl GrantType {
    const ALL: [Self; 6] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::DeviceCode,
        Self::TokenExchange,
        Self::JwtBearer,
    ];

    /// Each of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter()
    }

    /// The `grant_type` on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        }
    }

    /// What the end of [`GrantType::as_str`] is called where people write it.
    pub fn short_name(self) -> &'static str {
        let name = self.as_str();
        name.rsplit(':').next().unwrap_or(name)
    }

    /// Reads what people write: the whole name, or its end.
    pub fn from_short_name(text: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|known| known.as_str() == text || known.short_name() == text)
    }

    /// Whether only a client that authenticates may use it (OAuth 2.1 section 4.2, TK-07).
    pub fn needs_authentication(self) -> bool {
        match self {
            Self::ClientCredentials | Self::TokenExchange => true,
            Self::AuthorizationCode | Self::RefreshToken | Self::DeviceCode | Self::JwtBearer => {
                false
            }
        }
    }

    /// Reads the `grant_type` of a request.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

impl GrantTypes {
    /// A person approves in the browser, and the login lasts.
    pub fn interactive() -> Self {
        [GrantType::AuthorizationCode, GrantType::RefreshToken]
            .into_iter()
            .collect()
    }

    /// Whether `grant` is among them.
    pub fn contains(&self, grant: GrantType) -> bool {
        self.0.contains(&grant)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = GrantType> {
        self.0.iter().copied()
    }

    /// Reads a space-separated list, as it is stored.
    pub fn from_stored(text: &str) -> Option<Self> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        words.map(GrantType::parse).collect()
    }
}

impl FromIterator<GrantType> for GrantTypes {
    fn from_iter<T: IntoIterator<Item = GrantType>>(grants: T) -> Self {
        Self(grants.into_iter().collect())
    }
}

impl fmt::Display for GrantTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(GrantType::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grant_types_read_back_as_written() {
        let all: GrantTypes = GrantType::ALL.into_iter().collect();
        assert_eq!(GrantTypes::from_stored(&all.to_string()), Some(all));
        assert_eq!(GrantTypes::from_stored("password"), None);
        assert_eq!(GrantType::parse("implicit"), None);
    }
}
