//! Resource indicators (RFC 8707): which protected MCP endpoint a token is for.
//!
//! The canonical form is what Doorward publishes: lower-case scheme and host, no
//! default port, no trailing slash. Clients write it in several ways, so
//! presented values are compared by meaning and always stored canonically.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::server::ServerName;

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

    /// Whether this is the endpoint of `server`: `/mcp/{server}` under the public URL.
    pub fn is_of(&self, server: &ServerName) -> bool {
        let name = self.0.rsplit_once("/mcp/").map(|(_, name)| name);
        name == Some(server.as_str())
    }

    /// Whether this is the endpoint that is all servers as one: `/mcp` under the public URL. A
    /// server that is called `mcp` has one below it.
    pub fn is_whole(&self) -> bool {
        let base = self.0.strip_suffix("/mcp");
        base.is_some_and(|base| !base.ends_with("/mcp"))
    }

    /// Whether a token for it can open anything of `server`.
    pub fn reaches(&self, server: &ServerName) -> bool {
        self.is_of(server) || self.is_whole()
    }

    /// Whether a client that wrote `presented` means this resource.
    ///
    /// Scheme and host ignore case, a default port and one trailing slash do not
    /// count; the path is exact; a query or fragment never matches. The address of the same
    /// server for clients of HTTP+SSE, `/sse/{server}`, means `/mcp/{server}`, and `/sse` means
    /// `/mcp`.
    pub fn matches(&self, presented: &str) -> bool {
        presented == self.0
            || canonical(presented)
                .is_some_and(|text| text == self.0 || streamable(&text).any(|text| text == self.0))
    }
}

impl std::fmt::Display for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The resources that one approval covers: at least one, none twice, the usual one first.
///
/// Every token is for one of them; a token request may say for which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resources {
    first: Resource,
    others: Vec<Resource>,
}

/// What a token request says about the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Named<'a> {
    /// Nothing.
    Nothing,
    /// One that is covered.
    One(&'a Resource),
    /// One that is not covered, or more than one.
    Other,
}

impl Resources {
    /// Just one.
    pub fn one(resource: Resource) -> Self {
        Self {
            first: resource,
            others: Vec::new(),
        }
    }

    /// All of these; `None` when there are none.
    pub fn of(all: impl IntoIterator<Item = Resource>) -> Option<Self> {
        let mut all = all.into_iter();
        let mut resources = Self::one(all.next()?);
        for resource in all {
            if !resources.contains(&resource) {
                resources.others.push(resource);
            }
        }
        Some(resources)
    }

    /// The same with `resource` as the usual one.
    #[must_use]
    pub fn led_by(&self, resource: &Resource) -> Self {
        let others = self.iter().filter(|other| *other != resource);
        Self {
            first: resource.clone(),
            others: others.cloned().collect(),
        }
    }

    /// The usual one: what a refresh is for that names none.
    pub fn first(&self) -> &Resource {
        &self.first
    }

    /// All of them, the usual one first.
    pub fn iter(&self) -> impl Iterator<Item = &Resource> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Whether there is only one.
    pub fn is_one(&self) -> bool {
        self.others.is_empty()
    }

    /// Whether `resource` is among them.
    pub fn contains(&self, resource: &Resource) -> bool {
        self.iter().any(|other| other == resource)
    }

    /// What the `resource` parameters of a token request name (RFC 8707 section 2.2).
    pub fn named(&self, presented: &[String]) -> Named<'_> {
        let Some((text, rest)) = presented.split_first() else {
            return Named::Nothing;
        };
        let meant = self.iter().find(|resource| resource.matches(text));
        match meant.filter(|meant| rest.iter().all(|text| meant.matches(text))) {
            Some(resource) => Named::One(resource),
            None => Named::Other,
        }
    }

    /// Reads back what [`Resources`] displays as; `None` when nothing is there.
    pub fn from_stored(text: &str) -> Option<Self> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        Self::of(words.map(Resource::from_known))
    }
}

impl std::fmt::Display for Resources {
    /// All of them with spaces in between, which no resource has.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first)?;
        self.others
            .iter()
            .try_for_each(|other| write!(f, " {other}"))
    }
}

/// The addresses of Streamable HTTP that may belong to one of HTTP+SSE: that of one server, which
/// may be called `sse` itself, or of all.
fn streamable(text: &str) -> impl Iterator<Item = String> {
    let one = text.rsplit_once("/sse/");
    let one = one.filter(|(_, server)| !server.contains('/'));
    let one = one.map(|(base, server)| format!("{base}/mcp/{server}"));
    // Below `/mcp` it is a server's name.
    let all = text.strip_suffix("/sse");
    let all = all.filter(|base| !base.ends_with("/mcp"));
    one.into_iter().chain(all.map(|base| format!("{base}/mcp")))
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
            Case("for HTTP+SSE, R-075", "https://mcp.example/sse/files", true),
            Case("the same with slash", "https://mcp.example/sse/files/", true),
            Case("where it posts",      "https://mcp.example/sse/files/messages", false),
            Case("other for HTTP+SSE",  "https://mcp.example/sse/mail", false),
            Case("of all servers",      "https://mcp.example/sse", false),
            Case("within",              "https://mcp.example/sse/x/mcp/files", false),
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
    fn an_address_for_http_and_sse_means_its_own_endpoint_and_no_other() {
        //
        #[rustfmt::skip]
        let cases = [
            ("https://a.example/mcp",       "https://a.example/sse",         true),
            ("https://a.example/mcp",       "https://a.example/sse/",        true),
            ("https://a.example/x/mcp",     "https://a.example/x/sse",       true),
            ("https://a.example/mcp/files", "https://a.example/sse",         false),
            ("https://a.example/mcp",       "https://a.example/sse/files",   false),
            ("https://a.example/mcp",       "https://a.example/sse?x=1",     false),
            ("https://a.example/mcp/sse",   "https://a.example/sse/sse",     true),
            ("https://a.example/mcp/mcp",   "https://a.example/mcp/sse",     false),
            ("https://a.example/mcp",       "https://a.example/sse/messages", false),
        ];
        for (resource, presented, expected) in cases {
            let matched = Resource::from_known(resource).matches(presented);
            assert_eq!(matched, expected, "{resource} {presented}");
        }
    }

    #[test]
    fn the_endpoint_of_all_servers_reaches_each_and_that_of_one_no_other() {
        let server = |name: &str| ServerName::parse(name).expect("a name");
        #[rustfmt::skip]
        let cases = [
            ("https://a.example/mcp",        "files", true),
            ("https://a.example/x/mcp",      "files", true),
            ("https://a.example/mcp/files",  "files", true),
            ("https://a.example/mcp/mail",   "files", false), // GW-02
            ("https://a.example/mcp/mcp",    "files", false),
            ("https://a.example/mcp/mcp",    "mcp",   true),
            ("https://a.example/userinfo",   "files", false),
        ];
        for (resource, name, expected) in cases {
            let reached = Resource::from_known(resource).reaches(&server(name));
            assert_eq!(reached, expected, "{resource} {name}");
        }
    }

    #[test]
    fn a_pathless_resource_ignores_its_slash() {
        let resource = Resource::from_known("http://127.0.0.1:8080");
        assert!(resource.matches("http://127.0.0.1:8080/"));
        assert!(!resource.matches("http://127.0.0.1:8080/x"));
    }

    #[test]
    fn a_token_is_for_one_of_the_resources_of_its_approval() {
        let [files, mail] = ["https://a.example/mcp/files", "https://a.example/mcp/mail"];
        let all = [files, mail, files].map(Resource::from_known);
        let both = Resources::of(all).expect("some");
        let one = Resources::one(Resource::from_known(files));
        let (file, other) = (Resource::from_known(files), Resource::from_known(mail));
        let named = |texts: &[&str]| -> Vec<String> {
            texts.iter().map(|text| (*text).to_owned()).collect()
        };
        #[rustfmt::skip]
        let cases: [(&str, &Resources, &[&str], Named<'_>); 8] = [
            ("nothing",                &both, &[],                              Named::Nothing),
            ("the first",              &both, &[files],                         Named::One(&file)),
            ("the second",             &both, &[mail],                          Named::One(&other)),
            ("the same twice",         &both, &[mail, "https://a.example/mcp/mail/"], Named::One(&other)),
            ("both",                   &both, &[files, mail],                   Named::Other),
            ("a third",                &both, &["https://a.example/mcp/x"],     Named::Other),
            ("one and a third",        &both, &[files, "https://a.example/mcp/x"], Named::Other),
            ("not of this approval",   &one,  &[mail],                          Named::Other),
        ];
        for (name, resources, presented, expected) in cases {
            assert_eq!(resources.named(&named(presented)), expected, "{name}");
        }
        assert_eq!(both.iter().count(), 2, "none twice");
        assert_eq!(
            Resources::from_stored(&both.to_string()),
            Some(both.clone())
        );
        assert_eq!(Resources::from_stored(" "), None);
        let led = both.led_by(&other);
        assert_eq!((led.first(), led.iter().count()), (&other, 2));
    }
}
