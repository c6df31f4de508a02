//! Resource indicators (RFC 8707): which protected MCP endpoint a token is for.
//!
//! The canonical form is what Doorward publishes: lower-case scheme and host, no
//! default port, no trailing slash. Clients write it in several ways, so
//! presented values are compared by meaning and always stored canonically.

use serde::{Deserialize, Serialize};
use url::Url;

/// The canonical identifier of one protected MCP endpoint; the `aud` of its tokens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Resource(String);

impl Resource {
    /// Names an endpoint that this deployment publishes, or one read back from the store.
    pub fn from_known(canonical: impl Into<String>) -> Self {
        Self(canonical.into())
    }

    /// The canonical identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a client that wrote `presented` means this resource.
    ///
    /// Scheme and host ignore case, a default port and one trailing slash do not
    /// count; the path is exact; a query or fragment never matches.
    pub fn matches(&self, presented: &str) -> bool {
        presented == self.0 || canonical(presented).is_some_and(|text| text == self.0)
    }
}

impl std::fmt::Display for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Writes an absolute http(s) URI in canonical form; `None` when it cannot be a resource.
pub fn canonical(presented: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    if presented.len() > 2048 || !presented.bytes().all(plain) {
        return None;
    }
    let (scheme, rest) = presented.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let url = Url::parse(presented).ok()?;
    let web = matches!(url.scheme(), "https" | "http") && scheme.eq_ignore_ascii_case(url.scheme());
    if !web || authority.contains('@') || path.contains(['?', '#']) {
        return None;
    }
    let host = url.host_str()?;
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    // The path stays as written: `/a/../b` is another resource than `/b`.
    let path = path.strip_suffix('/').unwrap_or(path);
    Some(format!("{}://{host}{port}{path}", url.scheme()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_match_by_meaning_and_never_across_paths() {
        struct Case(&'static str, &'static str, bool);
        #[rustfmt::skip]
        let cases = [
            Case("same",                "https://mcp.example/mcp/files", true),
            Case("trailing slash",      "https://mcp.example/mcp/files/", true), // interop 28
            Case("host case",           "https://MCP.example/mcp/files", true),
            Case("scheme case",         "HTTPS://mcp.example/mcp/files", true),
            Case("default port",        "https://mcp.example:443/mcp/files", true),
            Case("other port",          "https://mcp.example:444/mcp/files", false),
            Case("path case",           "https://mcp.example/mcp/Files", false),
            Case("prefix",              "https://mcp.example/mcp", false), // GW-02
            Case("origin",              "https://mcp.example", false),
            Case("longer",              "https://mcp.example/mcp/files/x", false),
            Case("dot segments",        "https://mcp.example/x/../mcp/files", false),
            Case("encoded",             "https://mcp.example/mcp/file%73", false),
            Case("two slashes",         "https://mcp.example/mcp/files//", false),
            Case("query",               "https://mcp.example/mcp/files?x=1", false),
            Case("fragment",            "https://mcp.example/mcp/files#x", false),
            Case("user information",    "https://u@mcp.example/mcp/files", false),
            Case("plain http",          "http://mcp.example/mcp/files", false),
            Case("relative, AZ-17",     "/mcp/files", false),
            Case("backslash",           "https:\\\\mcp.example/mcp/files", false),
            Case("space",               " https://mcp.example/mcp/files", false),
        ];
        let resource = Resource::from_known("https://mcp.example/mcp/files");
        for Case(name, presented, expected) in cases {
            assert_eq!(resource.matches(presented), expected, "{name}");
        }
    }

    #[test]
    fn a_pathless_resource_ignores_its_slash() {
        let resource = Resource::from_known("http://127.0.0.1:8080");
        assert!(resource.matches("http://127.0.0.1:8080/"));
        assert!(!resource.matches("http://127.0.0.1:8080/x"));
    }
}
