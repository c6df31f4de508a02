//! Which web pages may call (R-027, R-029, GW-21).
//!
//! A browser tells the origin of the page; everything else sends none and is not
//! asked. The page of Doorward itself and the configured origins may call, and
//! while Doorward is on this machine, every page of this machine. `null` may not.

use std::net::IpAddr;

use http::{HeaderMap, HeaderValue, header};
use url::{Host, Url};

use crate::config::GatewayError;

/// The origins that may call.
pub(crate) struct Origins {
    exact: Vec<String>,
    loopback: bool,
}

/// What the `Origin` header of a request says.
pub(crate) enum Page {
    /// There is none: not a browser.
    None,
    /// A page that may call.
    Allowed(HeaderValue),
    /// A page that may not, or more than one origin.
    Foreign,
}

impl Origins {
    /// Takes the origin of the public URL and those of the configuration.
    pub(crate) fn new(base: &Url, configured: &[String]) -> Result<Self, GatewayError> {
        let mut exact = vec![base.origin().ascii_serialization()];
        for text in configured {
            let bad = || GatewayError::Origin(text.clone());
            let url = Url::parse(text).map_err(|_| bad())?;
            // A browser's extension has an origin that is no tuple; it is taken as written.
            let serialized = match url.origin() {
                origin if origin.is_tuple() => origin.ascii_serialization(),
                _ => text.clone(),
            };
            if serialized != text.trim_end_matches('/').to_ascii_lowercase() {
                return Err(bad());
            }
            exact.push(serialized);
        }
        Ok(Self {
            loopback: is_loopback(base),
            exact,
        })
    }

    /// Judges a request by its `Origin` header.
    pub(crate) fn page(&self, headers: &HeaderMap) -> Page {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let Some(origin) = origins.next() else {
            return Page::None;
        };
        if origins.next().is_none() && origin.to_str().is_ok_and(|text| self.admits(text)) {
            return Page::Allowed(origin.clone());
        }
        Page::Foreign
    }

    fn admits(&self, origin: &str) -> bool {
        self.exact.iter().any(|allowed| allowed == origin)
            || (self.loopback
                && Url::parse(origin).is_ok_and(|url| {
                    // Only what serializes to itself is an origin: no path, no user information.
                    url.origin().ascii_serialization() == origin && is_loopback(&url)
                }))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(base: &str, configured: &[&str]) -> Result<Origins, GatewayError> {
        let configured: Vec<_> = configured.iter().map(|text| (*text).to_owned()).collect();
        Origins::new(&Url::parse(base).expect("URL"), &configured)
    }

    #[test]
    fn only_pages_of_known_origins_may_call() {
        // R-027, GW-21
        let public =
            origins("https://mcp.example/door", &["https://app.example:8443"]).expect("valid");
        let local = origins("http://127.0.0.1:8080", &[]).expect("valid");
        #[rustfmt::skip]
        let cases = [
            // origin                          public  local
            ("https://mcp.example",            true,   false),
            ("https://app.example:8443",       true,   false),
            ("https://app.example",            false,  false),
            ("http://mcp.example",             false,  false),
            ("https://mcp.example.evil.test",  false,  false),
            ("https://MCP.example",            false,  false),
            ("https://mcp.example/",           false,  false),
            ("null",                           false,  false),
            ("",                               false,  false),
            ("http://127.0.0.1:8080",          false,  true),
            ("http://localhost:6274",          false,  true),
            ("http://[::1]:1",                 false,  true),
            ("http://localhost.evil.test",     false,  false),
            ("http://127.0.0.1.evil.test",     false,  false),
            ("http://x@localhost",             false,  false),
            ("http://localhost/x",             false,  false),
        ];
        for (origin, with_public, with_local) in cases {
            assert_eq!(public.admits(origin), with_public, "{origin}");
            assert_eq!(local.admits(origin), with_local, "{origin}");
        }
    }

    #[test]
    fn two_origins_are_foreign_and_none_is_no_page() {
        let origins = origins("https://mcp.example", &[]).expect("valid");
        let mut headers = HeaderMap::new();
        assert!(matches!(origins.page(&headers), Page::None));
        headers.append("origin", HeaderValue::from_static("https://mcp.example"));
        assert!(matches!(origins.page(&headers), Page::Allowed(_)));
        headers.append("origin", HeaderValue::from_static("https://mcp.example"));
        assert!(matches!(origins.page(&headers), Page::Foreign));
    }

    #[test]
    fn a_configured_origin_is_only_an_origin() {
        for bad in [
            "https://a.example/path",
            "a.example",
            "https://a.example?x",
            "*",
        ] {
            assert!(origins("https://mcp.example", &[bad]).is_err(), "{bad}");
        }
        assert!(origins("https://mcp.example", &["https://a.example/"]).is_ok());
    }
}
