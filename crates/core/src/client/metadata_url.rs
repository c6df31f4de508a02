//! Client identifiers that are the URL of a metadata document (Client ID Metadata
//! Documents section 3).
//!
//! Only the one spelling that every parser agrees on is such an identifier: what
//! would be written differently after parsing names no client, so that two texts
//! never mean one document (RG-05).

use url::{Host, Url};

use crate::id::ClientId;

/// The longest URL that is looked at.
const MAXIMUM: usize = 512;

/// A client identifier that is a URL of acceptable form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MetadataUrl(Url);

impl MetadataUrl {
    /// Takes an identifier when it is https, has a host and a path, and neither dot segments,
    /// a fragment, nor user information.
    pub fn parse(id: &str) -> Option<Self> {
        if id.len() > MAXIMUM || !id.starts_with("https://") {
            return None;
        }
        let url = Url::parse(id).ok()?;
        let plain = url.as_str() == id && !id.contains(['#', '\\', '@']);
        let named = match url.host()? {
            Host::Domain(name) => !name.is_empty() && !name.ends_with('.'),
            Host::Ipv4(_) | Host::Ipv6(_) => true,
        };
        let lower = url.path().to_ascii_lowercase();
        let dots = ["%2e", "//", "%2f", "%5c"]
            .iter()
            .any(|it| lower.contains(it));
        (plain && named && url.path() != "/" && !dots).then_some(Self(url))
    }

    /// Whether an identifier was meant to be such a URL, acceptable or not.
    pub fn is_meant_by(id: &ClientId) -> bool {
        id.as_str().starts_with("https:") || id.as_str().starts_with("http:")
    }

    /// The identifier, byte for byte.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Where the document is.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Whose document it is, as people should read it.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_spelling_of_a_url_is_an_identifier() {
        #[rustfmt::skip]
        let cases = [ // A-068, RG-05
            ("https://claude.ai/oauth/mcp-oauth-client-metadata", true),
            ("https://app.example:8443/c.json",  true),
            ("https://app.example/c?v=1",        true),
            ("https://[2001:db8::1]/c",          true),
            ("http://app.example/c",             false),
            ("https://app.example",              false),
            ("https://app.example/",             false),
            ("https://app.example/a/../c",       false),
            ("https://app.example/./c",          false),
            ("https://app.example/%2e%2e/c",     false),
            ("https://app.example/a%2fc",        false),
            ("https://app.example//c",           false),
            ("https://app.example/c#x",          false),
            ("https://u@app.example/c",          false),
            ("https://u:p@app.example/c",        false),
            ("https://app.example@evil.test/c",  false),
            ("https://APP.example/c",            false),
            ("https://app.example./c",           false),
            ("https://app.example:443/c",        false),
            ("https://127.1/c",                  false),
            ("https://app.example\\c",           false),
            (" https://app.example/c",           false),
            ("https://ａpp.example/c",           false),
            ("HTTPS://app.example/c",            false),
            ("https:app.example/c",              false),
            ("dyn_abc",                          false),
        ];
        for (id, expected) in cases {
            assert_eq!(MetadataUrl::parse(id).is_some(), expected, "{id}");
        }
        let long = format!("https://app.example/{}", "x".repeat(512));
        assert_eq!(MetadataUrl::parse(&long), None);
    }
}
