//! The authorization request (OAuth 2.1 section 4.1.1) and where its faults go.
//!
//! A fault without a matched redirect has nowhere to go but a page; that is in
//! the types: only [`Fault::Redirect`] holds a [`ReturnAddress`]. The order of
//! the checks is: client, redirect URI, then everything that may be told to the
//! client at that URI.

mod came;
mod fault;
mod parameters;
mod prompt;
mod reply;
mod resources;
mod scopes;
#[cfg(test)]
mod tests;

pub use came::{Came, permitted};
pub use fault::{AuthorizeError, Fault, RedirectFault, ShowFault};
pub use parameters::Parameters;
pub use prompt::Prompt;
pub use reply::{Passage, ResponseMode, ReturnAddress, passage};
pub use resources::{Choice, Offered, resource_meant};

use self::scopes::Asked;
use crate::{
    client::Client, details::Details, id::ClientId, jwk::Thumbprint, pkce::Challenge,
    redirect::MatchedRedirect, resource::Resource, scope::ScopeSet, step_up::Acr,
};

/// The longest `state` that is carried through (AZ-14).
const MAXIMUM_STATE: usize = 2048;
/// The longest `nonce` that is carried through.
const MAXIMUM_NONCE: usize = 512;

/// An authorization request that may be shown to its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The client that asks.
    pub client: ClientId,
    /// Where the answer goes.
    pub to: ReturnAddress,
    /// What the token request must answer.
    pub challenge: Challenge,
    /// The resources that are meant.
    pub resources: Vec<Resource>,
    /// How many of them the person may approve.
    pub choice: Choice,
    /// The scopes asked for.
    pub scopes: ScopeSet,
    /// The calls asked for, when not all that the scopes open.
    pub details: Details,
    /// The key that the token request must prove to hold (RFC 9449 section 10).
    pub key: Option<Thumbprint>,
    /// What the pages must do.
    pub prompt: Prompt,
    /// How old the sign-in may be, in seconds.
    pub max_age: Option<u32>,
    /// How strong the sign-in must be.
    pub acr: Option<Acr>,
    /// Whom the client expects.
    pub login_hint: Option<String>,
    /// What the ID token repeats (OpenID Connect Core section 3.1.2.1).
    pub nonce: Option<String>,
    /// An ID token of the person whom the client expects, not looked at yet.
    pub id_token_hint: Option<String>,
}

/// Checks a request of `client` against what is offered here (A-016..A-028).
pub fn check(
    parameters: &Parameters,
    client: &Client,
    offered: Offered<'_>,
) -> Result<Checked, Fault> {
    if !client.is_usable() {
        return Err(Fault::Show(ShowFault::ClientUnknown));
    }
    let (to, mode) = return_address(parameters, client).map_err(Fault::Show)?;
    mode.and_then(|()| body(parameters, client, &to, offered))
        .map_err(|error| RedirectFault::early(error, to, client).into())
}

/// Where a fault of the whole request goes: to the client only when its parameters say where,
/// which those beside a request object need not (RFC 9101 section 6.3).
pub fn tell(parameters: &Parameters, client: &Client, error: AuthorizeError) -> Fault {
    match return_address(parameters, client) {
        Ok((to, _)) => RedirectFault::early(error, to, client).into(),
        Err(_) => Fault::Show(ShowFault::Nowhere(Box::new(error))),
    }
}

/// Where the answer goes. A fault of the mode itself goes the common way.
fn return_address(
    parameters: &Parameters,
    client: &Client,
) -> Result<(ReturnAddress, Result<(), AuthorizeError>), ShowFault> {
    let redirect = redirect(parameters, client)?;
    let state = match parameters.one("state") {
        Ok(Some(state)) if state.len() > MAXIMUM_STATE => {
            return Err(ShowFault::StateTooLong);
        }
        Ok(state) => state.map(str::to_owned),
        Err(_) => None,
    };
    let mode = parameters
        .one("response_mode")
        .and_then(|mode| ResponseMode::parse(mode, &redirect));
    let to = ReturnAddress {
        mode: mode.as_ref().copied().unwrap_or_default(),
        redirect,
        state,
    };
    Ok((to, mode.map(drop)))
}

fn redirect(parameters: &Parameters, client: &Client) -> Result<MatchedRedirect, ShowFault> {
    let Ok(Some(sent)) = parameters.one("redirect_uri") else {
        return Err(ShowFault::RedirectMissing);
    };
    client
        .redirect(sent)
        .ok_or_else(|| ShowFault::RedirectMismatch {
            sent: sent.to_owned(),
            registered: client
                .redirects
                .iter()
                .map(|uri| uri.as_str().to_owned())
                .collect(),
        })
}

/// Everything that the client may be told about.
fn body(
    parameters: &Parameters,
    client: &Client,
    to: &ReturnAddress,
    offered: Offered<'_>,
) -> Result<Checked, AuthorizeError> {
    const ONCE: [&str; 16] = [
        "state",
        "response_type",
        "scope",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "max_age",
        "login_hint",
        "acr_values",
        "ui_locales",
        "authorization_details",
        "dpop_jkt",
        "nonce",
        "id_token_hint",
        "request",
        "request_uri",
    ];
    ONCE.iter()
        .try_for_each(|name| parameters.one(name).map(drop))?;
    refuse_request_objects(parameters)?;
    if parameters.one("response_type")? != Some("code") {
        return Err(AuthorizeError::ResponseType);
    }
    let acr = prompt::wanted(parameters.one("acr_values")?, offered.strongest)?;
    let method = parameters.one("code_challenge_method")?;
    let details = parameters.one("authorization_details")?;
    let details = details.map(Details::parse).transpose()?.unwrap_or_default();
    let scope = parameters.one("scope")?;
    let scopes = Asked::read(scope, offered)?;
    let (resources, choice) = resources::meant((parameters, client), (&details, &scopes), offered)?;
    let connected = |name| -> Result<Option<&str>, AuthorizeError> {
        Ok(parameters.one(name)?.filter(|_| scopes.connects()))
    };
    Ok(Checked {
        client: client.id.clone(),
        to: to.clone(),
        challenge: Challenge::parse(parameters.one("code_challenge")?, method)?,
        nonce: nonce(connected("nonce")?)?,
        id_token_hint: connected("id_token_hint")?.map(str::to_owned),
        scopes: scopes.at(&resources, offered),
        resources,
        choice,
        details,
        key: key(parameters.one("dpop_jkt")?)?,
        prompt: Prompt::parse(parameters.one("prompt")?)?,
        acr,
        max_age: prompt::max_age(parameters.one("max_age")?)?,
        login_hint: parameters.one("login_hint")?.map(str::to_owned),
    })
}

fn nonce(text: Option<&str>) -> Result<Option<String>, AuthorizeError> {
    match text {
        // U+0000 cannot be kept in every database.
        Some(text) if text.len() > MAXIMUM_NONCE || text.contains(char::is_control) => {
            Err(AuthorizeError::Nonce)
        }
        text => Ok(text.map(str::to_owned)),
    }
}

fn key(text: Option<&str>) -> Result<Option<Thumbprint>, AuthorizeError> {
    let read = |text| Thumbprint::parse(text).ok_or(AuthorizeError::KeyThumbprint);
    text.map(read).transpose()
}

fn refuse_request_objects(parameters: &Parameters) -> Result<(), AuthorizeError> {
    if parameters.one("request")?.is_some() {
        return Err(AuthorizeError::RequestObject); // AZ-16: nothing is fetched
    }
    if parameters.one("request_uri")?.is_some() {
        return Err(AuthorizeError::RequestUri);
    }
    Ok(())
}
