//! Which published resources a request means (RFC 8707).

use super::{fault::AuthorizeError, parameters::Parameters};
use crate::resource::{Resource, canonical};

/// What is meant: what was named, or everything published when nothing was named (A-025..A-027).
pub(super) fn meant(
    parameters: &Parameters,
    published: &[Resource],
) -> Result<Vec<Resource>, AuthorizeError> {
    let mut meant: Vec<Resource> = Vec::new();
    let mut named = parameters
        .all("resource")
        .filter(|text| !text.is_empty())
        .peekable();
    if named.peek().is_none() {
        meant = published.to_vec();
    }
    for text in named {
        let resource = resource_meant(text, published).ok_or(AuthorizeError::Target)?;
        if !meant.contains(resource) {
            meant.push(resource.clone());
        }
    }
    if meant.is_empty() {
        Err(AuthorizeError::Target)
    } else {
        Ok(meant)
    }
}

/// The published resource that a client means by `text`, here and at the token endpoint.
pub fn resource_meant<'a>(text: &str, published: &'a [Resource]) -> Option<&'a Resource> {
    let named = published.iter().find(|resource| resource.matches(text));
    named.or_else(|| only_one_at_origin(text, published))
}

/// Some clients name the origin instead of the endpoint (interop 29); with exactly one
/// endpoint there, that can only mean it.
fn only_one_at_origin<'a>(text: &str, published: &'a [Resource]) -> Option<&'a Resource> {
    let origin = canonical(text)?;
    match published {
        [only] => {
            let rest = only.as_str().strip_prefix(&origin)?;
            let names_origin = origin
                .split_once("://")
                .is_some_and(|(_, host)| !host.contains('/'));
            (names_origin && rest.starts_with('/')).then_some(only)
        }
        _ => None,
    }
}
