//! Why an authorization request is refused, and who is told (RFC 6749 section 4.1.2.1).

use super::reply::{Passage, ReturnAddress, passage};
use crate::{
    client::Client, details::DetailsError, pkce::PkceError, request_object::RequestObjectFault,
    scope::ScopeError,
};

/// Why an authorization request is refused, and who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Only the person in front of the browser.
    Show(ShowFault),
    /// The client, at its own redirect URI.
    Redirect(Box<RedirectFault>),
}

/// A fault that is told to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectFault {
    /// Where it is told.
    pub to: ReturnAddress,
    /// What.
    pub error: AuthorizeError,
    /// Whether it goes there at once.
    pub passage: Passage,
}

impl RedirectFault {
    /// A fault that comes up before the person was asked anything.
    pub fn early(error: AuthorizeError, to: ReturnAddress, client: &Client) -> Self {
        let passage = passage(client, &to.redirect);
        Self { to, error, passage }
    }
}

impl From<RedirectFault> for Fault {
    fn from(fault: RedirectFault) -> Self {
        Self::Redirect(Box::new(fault))
    }
}

/// A fault that only a page can tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShowFault {
    /// `client_id` is absent or repeated.
    #[error("the request does not say which application it comes from (client_id)")]
    ClientMissing,
    /// `client_id` names nobody.
    #[error("the application is not registered here")]
    ClientUnknown,
    /// `redirect_uri` is absent or repeated.
    #[error("the request does not say where the answer goes (redirect_uri)")]
    RedirectMissing,
    /// `redirect_uri` is not one of the registered ones.
    #[error("the answer would go to an address that the application has not registered")]
    RedirectMismatch {
        /// What was sent.
        sent: String,
        /// What is registered.
        registered: Vec<String>,
    },
    /// A fault for the client in a request that does not say where to tell it.
    #[error("{0}")]
    Nowhere(Box<AuthorizeError>),
    /// `state` is too long to carry.
    #[error("the state parameter has more than 2048 bytes")]
    StateTooLong,
}

/// A fault told to the client (RFC 6749 section 4.1.2.1 and its extensions).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizeError {
    /// A parameter appears twice.
    #[error("{0} is repeated")]
    Repeated(&'static str),
    /// PKCE is missing or not S256.
    #[error(transparent)]
    Pkce(#[from] PkceError),
    /// `response_type` is not `code`.
    #[error("response_type must be code")]
    ResponseType,
    /// `response_mode` is neither `query` nor `form_post`.
    #[error("response_mode must be query or form_post")]
    ResponseMode,
    /// `form_post` to an address that takes no form.
    #[error("response_mode form_post needs an http or https redirect URI")]
    FormPost,
    /// A request object of a client that has no keys to sign one with.
    #[error("this client has no keys to sign request objects with")]
    RequestObject,
    /// A request object that does not count (RFC 9101 section 6.3).
    #[error(transparent)]
    BadRequestObject(#[from] RequestObjectFault),
    /// A request object by value and by reference.
    #[error("request and request_uri exclude each other")]
    TwoRequests,
    /// The client registered that it pushes its requests (RFC 9126 section 5).
    #[error("this client must push its authorization requests")]
    NotPushed,
    /// The client registered that it signs its requests (RFC 9101 section 10.5).
    #[error("this client must sign its authorization requests")]
    NotSigned,
    /// A request object by reference.
    #[error("request_uri is not supported")]
    RequestUri,
    /// `prompt` has unknown words or `none` beside others.
    #[error("prompt is malformed")]
    Prompt,
    /// `max_age` is not a number of seconds.
    #[error("max_age must be a number of seconds")]
    MaxAge,
    /// None of the named ways to sign in exists here.
    #[error("none of acr_values can be met here")]
    Acr,
    /// `dpop_jkt` is no thumbprint.
    #[error("dpop_jkt must be the SHA-256 thumbprint of a public key")]
    KeyThumbprint,
    /// `nonce` is too long to carry, or no text that every database keeps.
    #[error("nonce must have at most 512 bytes and no control characters")]
    Nonce,
    /// `id_token_hint` is no ID token that this client got here (OpenID Connect Core section
    /// 3.1.2.1).
    #[error("id_token_hint must be an ID token that this client got from this server")]
    IdTokenHint,
    /// The scope cannot be granted.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// No such resource.
    #[error("resource names no server here")]
    Target,
    /// The details of the authorization are not what can be granted.
    #[error(transparent)]
    Details(#[from] DetailsError),
    /// The person said no, or may not.
    #[error("access was denied")]
    AccessDenied,
    /// `prompt=none`, and nobody is signed in; or somebody else than `id_token_hint` names.
    #[error("sign-in is required")]
    LoginRequired,
    /// `prompt=none`, and the page would have to be shown.
    #[error("consent is required")]
    ConsentRequired,
    /// `prompt=none`, and the person would have to choose.
    #[error("the person has to choose between several servers")]
    InteractionRequired,
    /// The issuer cannot answer now.
    #[error("the server is temporarily unavailable")]
    Unavailable,
}

impl AuthorizeError {
    /// The `error` code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Repeated(_)
            | Self::Pkce(_)
            | Self::ResponseMode
            | Self::FormPost
            | Self::Prompt
            | Self::MaxAge
            | Self::TwoRequests
            | Self::NotPushed
            | Self::NotSigned
            | Self::Nonce
            | Self::IdTokenHint
            | Self::KeyThumbprint => "invalid_request",
            Self::ResponseType => "unsupported_response_type",
            Self::RequestObject => "request_not_supported",
            Self::BadRequestObject(_) => "invalid_request_object",
            Self::RequestUri => "request_uri_not_supported",
            Self::Acr => "unmet_authentication_requirements",
            Self::Scope(_) => "invalid_scope",
            Self::Target => "invalid_target",
            Self::Details(_) => "invalid_authorization_details",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::Unavailable => "temporarily_unavailable",
        }
    }
}
