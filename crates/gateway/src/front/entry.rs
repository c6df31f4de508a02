//! How a message is named in the audit log: what it is for, and what it is about.
//!
//! A name says what was used, never what was said: of a resource's URI only what tells
//! which one it is, because what follows (a query, a fragment, user information, the
//! content of a `data:` URI) may be a secret (AD-07).

use std::borrow::Cow;

use doorward_core::audit::AuditKind;
use doorward_mcp::{envelope::SubjectKind, method::Method};

use super::judge::Asked;

/// A message as its record names it.
pub(super) struct Entry<'a> {
    pub(super) kind: AuditKind,
    pub(super) about: Cow<'a, str>,
}

impl<'a> Entry<'a> {
    pub(super) fn of(asked: &Asked<'a>) -> Self {
        let method = asked.method;
        let named = asked.params.subject.is_some() || method == Method::SubscriptionsListen;
        match kind(method).filter(|_| named) {
            Some(kind) => Self {
                kind,
                about: about(asked).unwrap_or(Cow::Borrowed(method.as_str())),
            },
            None => Self {
                kind: AuditKind::McpRefused,
                about: Cow::Borrowed(method.as_str()),
            },
        }
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

fn about<'a>(asked: &Asked<'a>) -> Option<Cow<'a, str>> {
    let Some(subject) = &asked.params.subject else {
        return subscribed(asked).map(Cow::Owned);
    };
    Some(match subject.kind {
        SubjectKind::Tool | SubjectKind::Prompt | SubjectKind::Task => {
            Cow::Borrowed(&*subject.name)
        }
        SubjectKind::Resource | SubjectKind::ResourceTemplate => bare(&subject.name),
    })
}

/// The resources that a subscription names, as many as a record keeps.
fn subscribed(asked: &Asked<'_>) -> Option<String> {
    let mut about = String::new();
    for uri in asked.subscribed()? {
        if about.len() > LONGEST {
            break;
        }
        if !about.is_empty() {
            about.push(' ');
        }
        about.push_str(&bare(&uri));
    }
    (!about.is_empty()).then_some(about)
}

/// The URI without what may be a secret; `…` stands for what was left out.
fn bare(uri: &str) -> Cow<'_, str> {
    let scheme = uri.get(..5).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("data:") {
        return Cow::Borrowed("data:…");
    }
    let (place, rest) = uri.split_at(uri.find(['?', '#']).unwrap_or(uri.len()));
    let place = anonymous(place);
    match rest.get(..1) {
        Some(mark) => Cow::Owned(format!("{place}{mark}…")),
        None => place,
    }
}

/// The place without user information.
fn anonymous(place: &str) -> Cow<'_, str> {
    let Some((scheme, beyond)) = place.split_once("//") else {
        return Cow::Borrowed(place);
    };
    let end = beyond.find(['/', '\\']).unwrap_or(beyond.len());
    let (authority, path) = beyond.split_at(end);
    match authority.rsplit_once('@') {
        Some((_, host)) => Cow::Owned(format!("{scheme}//…@{host}{path}")),
        None => Cow::Borrowed(place),
    }
}

/// What a field of a record keeps, in bytes.
const LONGEST: usize = 256;

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
            ("mail:alice@example",          "mail:alice@example"),
            ("DATA:text/plain,secret",      "data:…"),
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
        (entry.kind, entry.about.into_owned())
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
            ("subscriptions/listen",  resources,                   AuditKind::Subscription, "note:1 note:2?…"),
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
