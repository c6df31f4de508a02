//! Redirects: a match is never wider than what was registered (A-021, A-022, AZ-01).
//!
//! Input: a registered redirect, a line break, a presented one.

use doorward_core::redirect::{MatchedRedirect, RegisteredRedirect};
use url::Url;

use super::texts;
use crate::Target;

pub(crate) const TARGET: Target = Target {
    name: "redirect",
    run,
    words: &[
        "https://",
        "http://",
        "127.0.0.1",
        "[::1]",
        "localhost",
        "localhost.evil.example",
        "@",
        ":0",
        ":8080",
        ":65536",
        "/",
        "//",
        "/..",
        "%2e",
        "?",
        "#",
        "\\",
        "cursor:/",
        "\t",
        "。",
    ],
};

fn run(input: &[u8]) {
    let Some((registered, presented)) = texts(input) else {
        return;
    };
    let Ok(redirect) = RegisteredRedirect::parse(registered) else {
        return;
    };
    assert_eq!(redirect.as_str(), registered);
    assert!(redirect.matching(registered).is_some(), "matches itself");
    if let Some(matched) = redirect.matching(presented) {
        never_wider(registered, &matched, presented);
        answers_go_there(&matched);
    }
}

/// The same but for the port on loopback, as a parser of its own sees it.
fn never_wider(registered: &str, matched: &MatchedRedirect, presented: &str) {
    assert_eq!(matched.as_str(), presented);
    assert!(
        RegisteredRedirect::parse(presented).is_ok(),
        "could be registered itself"
    );
    let parse = |text| Url::parse(text).expect("a redirect is a URL");
    let (mut ours, mut theirs) = (parse(registered), parse(presented));
    if registered != presented {
        assert_eq!(ours.scheme(), "http");
        let loopback = ["127.0.0.1", "[::1]", "localhost"];
        assert!(ours.host_str().is_some_and(|host| loopback.contains(&host)));
        assert!(ours.set_port(None).is_ok() && theirs.set_port(None).is_ok());
    }
    assert_eq!(ours, theirs);
    assert!(theirs.username().is_empty() && theirs.password().is_none());
    assert_eq!(theirs.fragment(), None);
}

/// Parameters change nothing but the query, and cannot leave it.
fn answers_go_there(matched: &MatchedRedirect) {
    let answer = matched.with(&[("code", "a b&c=d#e\r\n"), ("state", "é")]);
    assert!(answer.starts_with(matched.as_str()));
    let (before, after) = (Url::parse(matched.as_str()), Url::parse(&answer));
    let (before, after) = (before.expect("a URL"), after.expect("still a URL"));
    assert_eq!(
        (before.scheme(), before.host(), before.port()),
        (after.scheme(), after.host(), after.port())
    );
    assert_eq!((before.path(), after.fragment()), (after.path(), None));
    let code = after
        .query_pairs()
        .filter(|(name, _)| name == "code")
        .last();
    assert_eq!(code.expect("there").1, "a b&c=d#e\r\n");
    let source = matched.content_security_source();
    assert!(
        !source.contains([' ', ';', ',', '\n', '\'', '*']),
        "{source}"
    );
}
