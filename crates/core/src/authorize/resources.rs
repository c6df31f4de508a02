//! Which of the resources offered here a request means (RFC 8707).

use super::{fault::AuthorizeError, parameters::Parameters, scopes::Asked};
use crate::{
    client::{Client, ClientOrigin},
    details::{Details, DetailsError, ToolDetail},
    resource::{Resource, canonical},
    step_up::Acr,
};

/// The resources that a client can get tokens for.
#[derive(Clone, Copy, Debug)]
pub struct Offered<'a> {
    /// Those of servers.
    pub servers: &'a [Resource],
    /// The one that is all servers at once, where there is one and the client may use each.
    pub whole: Option<&'a Resource>,
    /// The UserInfo endpoint (OpenID Connect Core section 5.3), where there is one.
    pub userinfo: Option<&'a Resource>,
    /// The strongest sign-in that can be had.
    pub strongest: Acr,
}

impl Offered<'_> {
    /// What a person may choose from, where the client names nothing: each server, and all at
    /// once where that is more than one.
    fn each(&self) -> Vec<Resource> {
        let whole = self.whole.filter(|_| self.servers.len() > 1);
        self.servers.iter().chain(whole).cloned().collect()
    }
}

/// How many of the meant resources the person may approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// One: the client named none, so it would not know how to choose at the token endpoint.
    One,
    /// As many as the person likes: the client named them, and chooses for each token.
    Any,
}

/// What is meant: what was named, or what the details are about, or the person alone, or
/// every server when nothing was named (A-025..A-027).
///
/// The person alone is meant only by clients that an administrator registered: those that
/// introduce themselves are there for the servers, and some send `openid email profile` when
/// they do not know what else to ask for (interop 9).
pub(super) fn meant(
    (parameters, client): (&Parameters, &Client),
    (details, scopes): (&Details, &Asked),
    offered: Offered<'_>,
) -> Result<(Vec<Resource>, Choice), AuthorizeError> {
    let named = named(parameters, scopes, offered)?;
    let tool = client.origin == ClientOrigin::Preregistered;
    let userinfo = offered
        .userinfo
        .filter(|_| tool && scopes.is_about_person_alone() && details.is_empty());
    let (meant, choice) = match (named.is_empty(), details.is_empty(), userinfo) {
        (false, _, _) => (named, Choice::Any),
        (true, false, _) => (about(details, offered.servers), Choice::Any),
        (true, true, Some(userinfo)) => (vec![userinfo.clone()], Choice::Any),
        (true, true, None) => (offered.each(), Choice::One),
    };
    if meant.is_empty() {
        return Err(AuthorizeError::Target);
    }
    if !details.is_empty() {
        every_one_detailed(details, &meant, offered.servers)?;
    }
    Ok((meant, choice))
}

/// What `resource` names: servers, or the UserInfo endpoint alone, where scopes of servers open
/// nothing.
fn named(
    parameters: &Parameters,
    scopes: &Asked,
    offered: Offered<'_>,
) -> Result<Vec<Resource>, AuthorizeError> {
    let mut named: Vec<Resource> = Vec::new();
    let texts = || parameters.all("resource").filter(|text| !text.is_empty());
    if let Some(userinfo) = offered.userinfo.filter(|_| scopes.connects())
        && texts().next().is_some()
        && texts().all(|text| userinfo.matches(text))
    {
        return match scopes.is_about_person_alone() {
            true => Ok(vec![userinfo.clone()]),
            false => Err(AuthorizeError::Target),
        };
    }
    if let Some(whole) = offered
        .whole
        .filter(|it| texts().any(|text| it.matches(text)))
    {
        // Its tokens open every server already; details of one must not count for the other.
        return match texts().all(|text| whole.matches(text)) {
            true => Ok(vec![whole.clone()]),
            false => Err(AuthorizeError::Target),
        };
    }
    for text in texts() {
        let resource = resource_meant(text, offered.servers).ok_or(AuthorizeError::Target)?;
        if !named.contains(resource) {
            named.push(resource.clone());
        }
    }
    Ok(named)
}

/// The published resources that some detail is about.
fn about(details: &Details, published: &[Resource]) -> Vec<Resource> {
    let about = published
        .iter()
        .filter(|resource| details.iter().any(|entry| resource.is_of(entry.server())));
    about.cloned().collect()
}

/// A resource without details would be open altogether, and details of another server would
/// promise what no token can keep.
fn every_one_detailed(
    details: &Details,
    meant: &[Resource],
    servers: &[Resource],
) -> Result<(), DetailsError> {
    let of_some = |entry: &ToolDetail| {
        meant.iter().any(|it| it.reaches(entry.server()))
            && servers.iter().any(|it| it.is_of(entry.server()))
    };
    let detailed = |it: &Resource| details.iter().any(|entry| it.reaches(entry.server()));
    if details.iter().all(of_some) && meant.iter().all(detailed) {
        Ok(())
    } else {
        Err(DetailsError::Server)
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
