//! Client ID Metadata Documents (A-068 to A-071, RG-05, MD-01).
//!
//! Input: an identifier, a line break, the document.

use doorward_core::{
    client::MetadataUrl,
    redirect::RegisteredRedirect,
    registration::{Method, Registration},
};
use serde_json::{Map, Value};
use url::Url;

use super::first_line;
use crate::Target;

pub(crate) const TARGET: Target = Target {
    name: "client_document",
    run,
    words: &[
        "\"client_id\":",
        "\"client_name\":",
        "\"redirect_uris\":[",
        "\"jwks\":{\"keys\":[",
        "\"jwks_uri\":",
        "\"token_endpoint_auth_method\":",
        "\"none\"",
        "\"private_key_jwt\"",
        "\"client_secret\":",
        "\"grant_types\":[",
        "\"authorization_code\"",
        "https://",
        "https://app.example/client.json",
        "\"http://localhost/\"",
        "\\u0000",
        "\u{202e}",
        "null",
        "\"software_statement\":",
        "\"contacts\":[",
        "\"logo_uri\":",
        "%2e",
        "/../",
    ],
};

fn run(input: &[u8]) {
    let (id, document) = first_line(input);
    let Some(url) = std::str::from_utf8(id).ok().and_then(MetadataUrl::parse) else {
        return;
    };
    one_spelling(&url, id);
    let Ok(read) = Registration::from_document(&url, document) else {
        return;
    };
    is_of(&url, document);
    assert!(!read.redirects.is_empty() && !read.name.trim().is_empty());
    assert!(!read.name.chars().any(char::is_control), "{:?}", read.name);
    for redirect in &read.redirects {
        assert_eq!(
            RegisteredRedirect::parse(redirect.as_str()).as_ref(),
            Ok(redirect)
        );
    }
    assert!(!matches!(
        read.method,
        Method::Secret(_) | Method::Certificate(_)
    ));
    let again = Registration::from_document(&url, document);
    assert_eq!(again, Ok(read), "read twice, it says the same");
}

/// A parser writes the identifier as it stood.
fn one_spelling(url: &MetadataUrl, id: &[u8]) {
    assert_eq!(url.as_str().as_bytes(), id);
    let parsed = Url::parse(url.as_str()).expect("a URL");
    assert_eq!(parsed.as_str(), url.as_str());
    assert_eq!((parsed.scheme(), parsed.fragment()), ("https", None));
    assert_eq!(parsed.host_str(), Some(url.host()));
    assert!(parsed.username().is_empty() && parsed.path().len() > 1);
}

/// Nobody's secret and nobody else's document.
fn is_of(url: &MetadataUrl, document: &[u8]) {
    let document: Map<String, Value> = serde_json::from_slice(document).expect("an object");
    assert_eq!(
        document.get("client_id").and_then(Value::as_str),
        Some(url.as_str())
    );
    assert!(!document.contains_key("client_secret"));
}
