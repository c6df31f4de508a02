//! What a browser says it is (RFC 9110 section 10.1.5): shown to its owner, believed by nobody.
//!
//! The text is made harmless before it is kept: no control or invisible characters, and no more
//! of it than tells browsers apart (AD-05). Nothing is ever decided by it.

use crate::client::harmless;

/// The most characters that are kept.
const MAXIMUM: usize = 200;

/// A `User-Agent`, made harmless to store and to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent(String);

impl Agent {
    /// Takes what a browser sent; `None` when nothing is left of it.
    pub fn sent(raw: &[u8]) -> Option<Self> {
        let head = raw.get(..4 * MAXIMUM).unwrap_or(raw);
        let shown = harmless(&String::from_utf8_lossy(head), MAXIMUM);
        (!shown.is_empty()).then_some(Self(shown))
    }

    /// Takes back what was stored.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The browser, as people call it; the beginning of the text for any that is not known.
    pub fn program(&self) -> &str {
        let known = PROGRAMS.iter().find(|(mark, _)| self.0.contains(mark));
        let first = || self.0.split(['/', ' ', '(']).next().unwrap_or_default();
        known.map_or_else(first, |(_, name)| name)
    }

    /// The system that it runs on, as people call it, if it says one that is known.
    pub fn system(&self) -> Option<&'static str> {
        let known = SYSTEMS.iter().find(|(mark, _)| self.0.contains(mark));
        known.map(|(_, name)| *name)
    }
}

/// Marks of browsers. Most claim to be others as well, so the order counts.
const PROGRAMS: [(&str, &str); 8] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Marks of systems; the order counts here too.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_what_people_call_them() {
        #[rustfmt::skip]
        let cases = [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", Some("Linux")),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge", Some("Windows")),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Safari", Some("macOS")),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile Safari/604.1", "Chrome", Some("iOS")),
            ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36", "Chrome", Some("Android")),
            ("curl/8.5.0", "curl", None),
        ];
        for (sent, program, system) in cases {
            let agent = Agent::sent(sent.as_bytes()).expect(sent);
            assert_eq!((agent.program(), agent.system()), (program, system));
        }
    }

    // AD-05
    #[test]
    fn what_a_browser_says_is_harmless_and_short() {
        let forged = Agent::sent(b"x\r\nINFO \x1b[2Jforged\xff").expect("something is left");
        assert_eq!(forged.as_str(), "x INFO [2Jforged\u{fffd}");
        assert_eq!(Agent::sent("\u{200b}\u{202e}".as_bytes()), None);
        assert_eq!(Agent::sent(b""), None);
        let long = Agent::sent("é".repeat(1_000_000).as_bytes()).expect("something is left");
        assert!(long.as_str().chars().count() <= MAXIMUM);
    }
}
