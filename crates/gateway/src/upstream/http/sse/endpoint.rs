//! Where a server of 2024-11-05 wants messages to go: at itself, and nowhere else (P-031).
//!
//! Our credentials go along with every message, and what is behind other addresses of this
//! network is not for a server to reach through us.

use http::Uri;
use url::Url;

use crate::upstream::Fault;

/// The place that `said` names, seen from `base`.
pub(super) fn resolve(base: &Uri, said: &str) -> Result<Uri, Fault> {
    let elsewhere = || Fault::NotMcp;
    let base = Url::parse(&base.to_string()).map_err(|_| elsewhere())?;
    let mut place = base.join(said.trim()).map_err(|_| elsewhere())?;
    let is_same = place.origin() == base.origin()
        && place.origin().is_tuple()
        && place.username().is_empty()
        && place.password().is_none();
    if !is_same {
        return Err(elsewhere());
    }
    place.set_fragment(None);
    place.as_str().parse().map_err(|_| elsewhere())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_go_to_the_same_origin_only() {
        // P-031, GW-01
        let base = Uri::from_static("https://mcp.example/a/sse?x=1");
        for (said, expected) in [
            ("/messages?id=7", Some("https://mcp.example/messages?id=7")),
            ("messages", Some("https://mcp.example/a/messages")),
            ("?id=7", Some("https://mcp.example/a/sse?id=7")),
            ("https://mcp.example:443/m#x", Some("https://mcp.example/m")),
            ("https://evil.example/m", None),
            ("//evil.example/m", None),
            ("http://mcp.example/m", None),
            ("https://mcp.example:8443/m", None),
            ("https://user@mcp.example/m", None),
            ("file:///etc/passwd", None),
            ("data:text/plain,x", None),
            ("https://mcp.example.evil/m", None),
            ("https://[", None),
        ] {
            let place = resolve(&base, said).ok().map(|place| place.to_string());
            assert_eq!(place.as_deref(), expected, "{said}");
        }
    }
}
