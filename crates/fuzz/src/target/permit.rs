//! What decisions are made of: patterns, scopes, details of a token, resources (GW-02, GW-12,
//! GW-13, DS-02).
//!
//! Input: a pattern, a line break, a name, a line break, details as JSON.

use doorward_core::{
    details::{Covered, Details},
    permit::{Action, AllowList, AllowRule, Caller, Denied, Held, Pattern, decide},
    resource::Resource,
    scope::ScopeSet,
    server::{ServerName, ToolEffect},
};
use serde_json::Value;

use super::texts;
use crate::Target;

pub(crate) const TARGET: Target = Target {
    name: "permit",
    run,
    words: &[
        "*",
        "**",
        "a*a*a*a*",
        "mcp:read",
        "mcp:write",
        " ",
        "offline_access",
        "[{\"type\":\"mcp_tool\",\"server\":\"files\",\"tools\":[\"*\"]}]",
        "\"arguments\":{\"a\":{\"one_of\":[",
        "\"at_most\":1",
        "\"server\":\"files\"",
        "/..",
        "%2e%2e",
        "file:///",
        "https://mcp.example/mcp/files",
        "\u{200b}",
        "\0",
        "//",
        "\n",
    ],
};

fn run(input: &[u8]) {
    let Some((pattern, rest)) = texts(input) else {
        return;
    };
    let (name, details) = rest.split_once('\n').unwrap_or((rest, ""));
    patterns(pattern, name);
    scopes(pattern);
    resources(pattern, name);
    let details = narrowed(details, name);
    decisions(pattern, name, &details);
}

fn patterns(pattern: &str, name: &str) {
    let matches = Pattern::new(pattern).matches(name);
    if !pattern.contains('*') {
        assert_eq!(matches, pattern == name, "without a star it means itself");
    }
    if pattern.len() <= 64 && name.len() <= 256 {
        assert_eq!(matches, slowly(pattern.as_bytes(), name.as_bytes()));
    }
}

/// Whether a pattern matches, worked out row by row.
fn slowly(pattern: &[u8], name: &[u8]) -> bool {
    let mut row: Vec<bool> = (0..=name.len()).map(|length| length == 0).collect();
    for part in pattern {
        let mut next = vec![false; name.len() + 1];
        let mut seen = false;
        for (at, here) in row.iter().enumerate() {
            seen |= here;
            if let Some(cell) = next.get_mut(at).filter(|_| *part == b'*') {
                *cell = seen;
            }
            if *here && *part != b'*' && name.get(at) == Some(part) {
                next.splice(at + 1..at + 2, [true]);
            }
        }
        row = next;
    }
    row.last() == Some(&true)
}

fn scopes(text: &str) {
    if let Ok(scopes) = ScopeSet::parse(text) {
        let written = scopes.to_string();
        assert_eq!(ScopeSet::parse(&written).as_ref(), Ok(&scopes));
        assert_eq!(ScopeSet::from_stored(&written), scopes);
        assert!(scopes.covers_all(&scopes));
    }
    if let Ok(granted) = ScopeSet::requested(Some(text)) {
        assert!(
            ScopeSet::baseline().covers_all(&granted),
            "never more than there is"
        );
    }
}

fn resources(known: &str, presented: &str) {
    let resource = Resource::from_known("https://mcp.example/mcp/files");
    for text in [known, presented] {
        if resource.matches(text) {
            let url = url::Url::parse(text).expect("a URL");
            assert_eq!(
                (url.scheme(), url.host_str(), url.port()),
                ("https", Some("mcp.example"), None)
            );
            assert!(url.query().is_none() && url.fragment().is_none() && url.username().is_empty());
            assert_eq!(url.path().trim_end_matches('/'), "/mcp/files");
        }
    }
}

/// Details are what they are when they are stored, cover themselves, and only ever narrow.
fn narrowed(text: &str, tool: &str) -> Details {
    let Ok(details) = Details::parse(text) else {
        return Details::default();
    };
    assert!(!details.is_empty());
    let stored = details.to_stored().expect("there are some");
    if stored.len() <= 4096 {
        assert_eq!(Details::from_stored(Some(&stored)).as_ref(), Ok(&details));
    }
    assert!(details.cover_all(&details));
    assert!(
        !details.cover_all(&Details::default()),
        "less is asked for, never nothing"
    );
    assert_eq!(details.narrowed(Some(text)).as_ref(), Ok(&details));
    let server = ServerName::parse("files").expect("a name");
    let covered = |argument: &dyn Fn(&str) -> Option<Value>| {
        details.cover(&server, tool, argument) == Covered::Yes
    };
    if covered(&|_| None) || covered(&|_| Some(Value::from(1))) {
        assert!(details.name(&server, tool));
    }
    details
}

/// What is hidden stays so, whatever the token; what the token lacks is lacking.
fn decisions(pattern: &str, name: &str, details: &Details) {
    let server = ServerName::parse("files").expect("a name");
    let list = AllowList {
        rules: vec![AllowRule {
            tools: vec![Pattern::new(pattern)],
            resources: vec![Pattern::new(pattern)],
            ..AllowRule::default()
        }],
    };
    let caller = Caller {
        user: Some("u"),
        groups: &[],
        client: "c",
    };
    let rights = list.rights(&caller).expect("everybody is meant");
    let scopes = [
        ScopeSet::default(),
        ScopeSet::read_only(),
        ScopeSet::baseline(),
    ];
    for scopes in &scopes {
        for effect in [None, Some(ToolEffect::Read), Some(ToolEffect::Write)] {
            let held = Held {
                scopes,
                details,
                sign_in: None,
                argument: &|_| None,
            };
            let action = Action::Call(name, effect);
            let verdict = decide(&server, &rights, held, action).map(drop);
            let is_listed = Pattern::new(pattern).matches(name);
            let needed = effect.unwrap_or(ToolEffect::Destructive).scope();
            match verdict {
                Ok(()) => assert!(is_listed && scopes.covers(needed)),
                Err(Denied::Hidden) => assert!(!is_listed),
                Err(Denied::Scope(scope)) => {
                    assert!(is_listed && scope == needed && !scopes.covers(scope))
                }
                Err(Denied::Details) => assert!(is_listed && !details.is_empty()),
                Err(Denied::SignIn(_)) => panic!("no rule wants a sign-in"),
            }
        }
    }
    let held = Held {
        scopes: &ScopeSet::baseline(),
        details,
        sign_in: None,
        argument: &|_| None,
    };
    if decide(&server, &rights, held, Action::Read(name)).is_ok() {
        assert!(Pattern::new(pattern).matches(name));
    }
}
