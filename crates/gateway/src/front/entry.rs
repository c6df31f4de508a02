//! How a message is named in the audit log: what it is for, and what it is about.
//!
//! A name says what was used, never what was said: of a resource's URI only what tells
//! which one it is, because what follows (a query, a fragment, user information, the
//! content of a `data:` URI) may be a secret (AD-07).

use std::borrow::Cow;

use doorward_core::{audit::AuditKind, secret::Digest};
use doorward_mcp::{envelope::SubjectKind, method::Method};

use super::judge::Asked;

/// A message as its record names it.
pub(super) struct Entry<'a> {
    pub(super) kind: AuditKind,
    about: Cow<'a, str>,
    /// What else it is about, each in a record of its own.
    besides: Vec<String>,
}

impl<'a> Entry<'a> {
    pub(super) fn of(asked: &Asked<'a>) -> Self {
        let method = asked.method;
        let named = asked.params.subject.is_some() || method == Method::SubscriptionsListen;
        let Some(kind) = kind(method).filter(|_| named) else {
            return Self {
                kind: AuditKind::McpRefused,
                about: Cow::Borrowed(method.as_str()),
                besides: Vec::new(),
            };
        };
        let (about, besides) = about(asked);
        let about = about.unwrap_or(Cow::Borrowed(method.as_str()));
        Self {
            kind,
            about,
            besides,
        }
    }

    /// What it is about: a record for each.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.about).chain(self.besides.iter().map(String::as_str))
    }

    /// Whether it is written down also when it is allowed.
    pub(super) fn is_a_use(&self) -> bool {
        self.kind != AuditKind::McpRefused
    }
}

/// The kinds of use that leave a record.
fn kind(method: Method) -> Option<AuditKind> {
    match method {
        Method::ToolsCall => Some(AuditKind::ToolCall),
        Method::ResourcesRead => Some(AuditKind::ResourceRead),
        Method::PromptsGet => Some(AuditKind::PromptGet),
        Method::ResourcesSubscribe | Method::SubscriptionsListen => Some(AuditKind::Subscription),
        Method::Complete => Some(AuditKind::Completion),
        _ => None,
    }
}

fn about<'a>(asked: &Asked<'a>) -> (Option<Cow<'a, str>>, Vec<String>) {
    let Some(subject) = &asked.params.subject else {
        let mut names = subscribed(asked).into_iter();
        return (names.next().map(Cow::Owned), names.collect());
    };
    let name = match subject.kind {
        SubjectKind::Tool | SubjectKind::Prompt | SubjectKind::Task => {
            Cow::Borrowed(&*subject.name)
        }
        SubjectKind::Resource | SubjectKind::ResourceTemplate => bare(&subject.name),
    };
    (Some(name), Vec::new())
}

/// The resources that a subscription names: each by itself as far as [`EACH`] goes, and then how
/// many more there are, with a digest of all names, a line for each.
fn subscribed(asked: &Asked<'_>) -> Vec<String> {
    let uris = asked.subscribed().into_iter().flatten();
    let mut names: Vec<_> = uris.map(|uri| bare(&uri).into_owned()).collect();
    if names.len() > EACH {
        let more = names.len() - EACH;
        let all = Digest::of(&names.join("\n"));
        let all: String = all
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        names.truncate(EACH);
        names.push(format!("and {more} more, SHA-256 of all {all}"));
    }
    names
}

/// The URI without what may be a secret; `…` stands for what was left out. Read as leniently as
/// any program reads URIs: without what stands before it or breaks its lines, `\\` as `/`.
fn bare(uri: &str) -> Cow<'_, str> {
    let uri = uri.trim_start_matches(|character: char| character <= ' ');
    if uri.contains(BREAKS) {
        return Cow::Owned(bare(&uri.replace(BREAKS, "")).into_owned());
    }
    if let Some(before) = content(uri) {
        return Cow::Owned(format!("{before}data:…"));
    }
    let (place, rest) = uri.split_at(uri.find(['?', '#']).unwrap_or(uri.len()));
    let place = anonymous(place);
    match rest.get(..1) {
        Some(mark) => Cow::Owned(format!("{place}{mark}…")),
        None => place,
    }
}

/// The schemes before that of a `data:` URI.
fn content(uri: &str) -> Option<&str> {
    let mut before = 0;
    for scheme in uri.split_inclusive(':') {
        if scheme.eq_ignore_ascii_case("data:") {
            return uri.get(..before);
        }
        if scheme.contains(['/', '\\', '?', '#', '@']) {
            return None;
        }
        before += scheme.len();
    }
    None
}

/// The place without user information, also in a place within it.
fn anonymous(place: &str) -> Cow<'_, str> {
    if !place.contains('@') {
        return Cow::Borrowed(place);
    }
    let mut told = String::new();
    let mut before = None;
    for piece in place.split_inclusive(['/', '\\']) {
        let segment = piece.strip_suffix(['/', '\\']).unwrap_or(piece);
        let begins = before.is_some_and(|before: &str| before.is_empty() || before.ends_with(':'));
        match piece.rsplit_once('@') {
            Some((user, rest)) if begins || user.contains(':') => {
                let scheme = user.split_once(':').filter(|_| before.is_none());
                told.extend(scheme.into_iter().flat_map(|(scheme, _)| [scheme, ":"]));
                told.extend(["…@", rest]);
            }
            Some(_) | None => told.push_str(piece),
        }
        before = Some(segment);
    }
    Cow::Owned(told)
}

/// What URIs are read without.
const BREAKS: [char; 3] = ['\t', '\n', '\r'];
/// So many resources of a subscription have a record of their own.
const EACH: usize = 16;

#[cfg(test)]
mod tests {
    use doorward_mcp::{envelope::Message, era::Era};

    use super::*;

    #[test]
    fn a_uri_is_named_without_what_may_be_a_secret() {
        // AD-07
        #[rustfmt::skip]
        let cases = [
            ("file:///srv/a.txt",           "file:///srv/a.txt"),
            ("note:1",                      "note:1"),
            ("https://h/x?token=secret",    "https://h/x?…"),
            ("https://h/x#secret?a",        "https://h/x#…"),
            ("https://u:secret@h/x",        "https://…@h/x"),
            ("https://u:secret@h/x?secret", "https://…@h/x?…"),
            ("https://u:secret@v@h",        "https://…@h"),
            ("//secret@h/x",                "//…@h/x"),
            ("https://h/@name",             "https://h/@name"),
            ("https://u:secret@h/@name",    "https://…@h/@name"),
            (r"https:\\u:secret@h/x",       r"https:\\…@h/x"),
            (r"https:/\secret@h\x",         r"https:/\…@h\x"),
            ("https:/u:secret@h/x",         "https:/…@h/x"),
            ("https:/secret@h/x",           "https:/…@h/x"),
            ("https:u:secret@h/x",          "https:…@h/x"),
            ("https:///u:secret@h/x",       "https:///…@h/x"),
            ("postgres:u:secret@h/db",      "postgres:…@h/db"),
            ("u:secret@h",                  "u:…@h"),
            ("view-source:https://h/https://u:secret@v", "view-source:https://h/https://…@v"),
            ("view-source:https://h/https://secret@v/x", "view-source:https://h/https://…@v/x"),
            ("jdbc:postgres://u:secret@h",  "jdbc:postgres://…@h"),
            (" \u{0}\u{1f}https://u:secret@h", "https://…@h"),
            ("ht\ntps:/\t/u:secret@h",      "https://…@h"),
            ("mail:alice@example",          "mail:…@example"),
            ("alice@example/x",             "alice@example/x"),
            ("DATA:text/plain,secret",      "data:…"),
            (" data:text/plain,secret",     "data:…"),
            ("\u{1}da\tta:secret",          "data:…"),
            ("view-source:data:secret",     "view-source:data:…"),
            ("file:///data:x",              "file:///data:x"),
            ("file:///{name}",              "file:///{name}"),
            ("https://h/x{?secret}",        "https://h/x{?…"),
            ("",                            ""),
            ("ééé?secret",                  "ééé?…"),
        ];
        for (uri, expected) in cases {
            assert_eq!(bare(uri), expected);
        }
    }

    fn entry(method: &str, params: &str) -> (AuditKind, String) {
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}}}}}"#);
        let Ok(Message::Request(request)) = Message::parse(body.as_bytes()) else {
            panic!("no request: {body}");
        };
        let entry = Entry::of(&Asked {
            method: Method::request(method).expect("known"),
            params: &request.params,
            id: None,
            era: Era::Session,
        });
        (entry.kind, entry.names().collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn of_many_resources_each_has_a_record_and_the_rest_a_count_and_a_digest() {
        // AD-06
        let about = |count: usize, last: &str| {
            let mut uris: Vec<_> = (1..count)
                .map(|number| format!("\"note:{number}\""))
                .collect();
            uris.push(format!("\"{last}\""));
            let uris = uris.join(",");
            let params = format!(r#""notifications":{{"resourceSubscriptions":[{uris}]}}"#);
            let (_, about) = entry("subscriptions/listen", &params);
            about.split('|').map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(about(EACH, "note:last").len(), EACH);
        assert_eq!(
            about(EACH, "note:last").last().map(String::as_str),
            Some("note:last")
        );
        let (one, other) = (about(EACH + 3, "note:last"), about(EACH + 3, "note:other"));
        assert_eq!((one.len(), &one[..EACH]), (EACH + 1, &other[..EACH]));
        assert!(
            one[EACH].starts_with("and 3 more, SHA-256 of all "),
            "{}",
            one[EACH]
        );
        assert_ne!(one[EACH], other[EACH]);
    }

    #[test]
    fn every_use_has_a_kind_and_a_name_and_the_rest_only_a_method() {
        // AD-06
        let resources = r#""notifications":{"resourceSubscriptions":["note:1","note:2?secret"]}"#;
        let prompt = r#""ref":{"type":"ref/prompt","name":"greet"}"#;
        let template = r#""ref":{"type":"ref/resource","uri":"f:{x}"}"#;
        #[rustfmt::skip]
        let cases = [
            ("tools/call",            r#""name":"a""#,             AuditKind::ToolCall,     "a"),
            ("resources/read",        r#""uri":"note:1?secret""#,  AuditKind::ResourceRead, "note:1?…"),
            ("prompts/get",           r#""name":"greet""#,         AuditKind::PromptGet,    "greet"),
            ("resources/subscribe",   r#""uri":"note:1""#,         AuditKind::Subscription, "note:1"),
            ("subscriptions/listen",  resources,                   AuditKind::Subscription, "note:1|note:2?…"),
            ("subscriptions/listen",  r#""notifications":{}"#,     AuditKind::Subscription, "subscriptions/listen"),
            ("completion/complete",   prompt,                      AuditKind::Completion,   "greet"),
            ("completion/complete",   template,                    AuditKind::Completion,   "f:{x}"),
            ("resources/unsubscribe", r#""uri":"note:1""#,         AuditKind::McpRefused,   "resources/unsubscribe"),
            ("tools/list",            "",                          AuditKind::McpRefused,   "tools/list"),
        ];
        for (method, params, kind, about) in cases {
            assert_eq!(entry(method, params), (kind, about.to_owned()), "{method}");
        }
    }
}
