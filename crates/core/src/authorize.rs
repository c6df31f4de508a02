//! The authorization request (OAuth 2.1 section 4.1.1) and where its faults go.
//!
//! A fault without a matched redirect has nowhere to go but a page; that is in
//! the types: only [`Fault::Redirect`] holds a [`MatchedRedirect`]. The order of
//! the checks is: client, redirect URI, then everything that may be told to the
//! client at that URI.

use crate::{
    client::Client,
    id::ClientId,
    pkce::{Challenge, PkceError},
    redirect::MatchedRedirect,
    resource::{Resource, canonical},
    scope::{ScopeError, ScopeSet},
};

/// The longest `state` that is carried through (AZ-14).
const MAXIMUM_STATE: usize = 2048;

/// The decoded parameters of an authorization request, in order of arrival.
#[derive(Clone, Debug)]
pub struct Parameters(Vec<(String, String)>);

/// An authorization request that may be shown to its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The client that asks.
    pub client: ClientId,
    /// Where the answer goes.
    pub redirect: MatchedRedirect,
    /// Returned to the client untouched.
    pub state: Option<String>,
    /// What the token request must answer.
    pub challenge: Challenge,
    /// The resources that are meant: one, or several for the person to choose from.
    pub resources: Vec<Resource>,
    /// The scopes asked for.
    pub scopes: ScopeSet,
    /// What the pages must do.
    pub prompt: Prompt,
    /// How old the sign-in may be, in seconds.
    pub max_age: Option<u32>,
    /// Whom the client expects.
    pub login_hint: Option<String>,
}

/// The `prompt` parameter (OpenID Connect Core section 3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// `none`: no page may be shown.
    pub none: bool,
    /// `login` or `select_account`: credentials must be given again.
    pub login: bool,
    /// `consent`: the page must be shown.
    pub consent: bool,
}

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
    /// Where.
    pub redirect: MatchedRedirect,
    /// Returned untouched.
    pub state: Option<String>,
    /// What.
    pub error: AuthorizeError,
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
    /// `response_mode` is not `query`.
    #[error("response_mode must be query")]
    ResponseMode,
    /// A request object by value.
    #[error("request objects are not supported")]
    RequestObject,
    /// A request object by reference.
    #[error("request_uri is not supported")]
    RequestUri,
    /// `prompt` has unknown words or `none` beside others.
    #[error("prompt is malformed")]
    Prompt,
    /// `max_age` is not a number of seconds.
    #[error("max_age must be a number of seconds")]
    MaxAge,
    /// The scope cannot be granted.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// No such resource.
    #[error("resource names no server here")]
    Target,
    /// The person said no, or may not.
    #[error("access was denied")]
    AccessDenied,
    /// `prompt=none`, and nobody is signed in.
    #[error("sign-in is required")]
    LoginRequired,
    /// `prompt=none`, and the page would have to be shown.
    #[error("consent is required")]
    ConsentRequired,
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
            | Self::Prompt
            | Self::MaxAge => "invalid_request",
            Self::ResponseType => "unsupported_response_type",
            Self::RequestObject => "request_not_supported",
            Self::RequestUri => "request_uri_not_supported",
            Self::Scope(_) => "invalid_scope",
            Self::Target => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::Unavailable => "temporarily_unavailable",
        }
    }
}

impl Parameters {
    /// Takes decoded pairs as they came.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The one value of `name`; `Err` when it is repeated. Empty counts as absent.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, AuthorizeError> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(AuthorizeError::Repeated(name));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// Every value of `name`.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The client that asks: needed before anything can be checked.
    pub fn client_id(&self) -> Result<ClientId, ShowFault> {
        match self.one("client_id") {
            Ok(Some(id)) => Ok(ClientId::from_known(id)),
            Ok(None) | Err(_) => Err(ShowFault::ClientMissing),
        }
    }
}

/// Checks a request of `client` against the resources published here (A-016..A-028).
pub fn check(
    parameters: &Parameters,
    client: &Client,
    published: &[Resource],
) -> Result<Checked, Fault> {
    if !client.is_usable() {
        return Err(Fault::Show(ShowFault::ClientUnknown));
    }
    let redirect = redirect(parameters, client).map_err(Fault::Show)?;
    let state = match parameters.one("state") {
        Ok(Some(state)) if state.len() > MAXIMUM_STATE => {
            return Err(Fault::Show(ShowFault::StateTooLong));
        }
        Ok(state) => state.map(str::to_owned),
        Err(_) => None,
    };
    body(parameters, client, &redirect, state.as_deref(), published).map_err(|error| {
        Fault::Redirect(Box::new(RedirectFault {
            redirect,
            state,
            error,
        }))
    })
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
    redirect: &MatchedRedirect,
    state: Option<&str>,
    published: &[Resource],
) -> Result<Checked, AuthorizeError> {
    const ONCE: [&str; 11] = [
        "state",
        "response_type",
        "response_mode",
        "scope",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "max_age",
        "login_hint",
        "request",
        "request_uri",
    ];
    ONCE.iter()
        .try_for_each(|name| parameters.one(name).map(drop))?;
    refuse_request_objects(parameters)?;
    if parameters.one("response_type")? != Some("code") {
        return Err(AuthorizeError::ResponseType);
    }
    if !matches!(parameters.one("response_mode")?, None | Some("query")) {
        return Err(AuthorizeError::ResponseMode);
    }
    let method = parameters.one("code_challenge_method")?;
    Ok(Checked {
        client: client.id.clone(),
        redirect: redirect.clone(),
        state: state.map(str::to_owned),
        challenge: Challenge::parse(parameters.one("code_challenge")?, method)?,
        resources: resources(parameters, published)?,
        scopes: ScopeSet::requested(parameters.one("scope")?)?,
        prompt: prompt(parameters.one("prompt")?)?,
        max_age: max_age(parameters.one("max_age")?)?,
        login_hint: parameters.one("login_hint")?.map(str::to_owned),
    })
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

/// What is meant: what was named, or everything published when nothing was named (A-025..A-027).
fn resources(
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

fn prompt(text: Option<&str>) -> Result<Prompt, AuthorizeError> {
    let mut prompt = Prompt::default();
    for word in text
        .unwrap_or_default()
        .split(' ')
        .filter(|word| !word.is_empty())
    {
        match word {
            "none" => prompt.none = true,
            "login" | "select_account" => prompt.login = true,
            "consent" => prompt.consent = true,
            _ => return Err(AuthorizeError::Prompt),
        }
    }
    let contradictory = prompt.none && (prompt.login || prompt.consent);
    if contradictory {
        Err(AuthorizeError::Prompt)
    } else {
        Ok(prompt)
    }
}

fn max_age(text: Option<&str>) -> Result<Option<u32>, AuthorizeError> {
    let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    match text {
        None => Ok(None),
        Some(text) => Some(text)
            .filter(digits)
            .and_then(|text| text.parse().ok())
            .map(Some)
            .ok_or(AuthorizeError::MaxAge),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        client::{ClientAuthentication, ClientOrigin},
        redirect::RegisteredRedirect,
        time::UnixTime,
    };

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn client() -> Client {
        Client {
            id: ClientId::from_known("c1"),
            origin: ClientOrigin::Dynamic,
            name: "Client".to_owned(),
            redirects: vec![RegisteredRedirect::parse("https://c.example/cb").expect("valid")],
            authentication: ClientAuthentication::None,
            refreshes: true,
            created_at: UnixTime::from_seconds(0),
            used_at: None,
            revoked_at: None,
        }
    }

    fn published() -> Vec<Resource> {
        [
            "https://mcp.example/mcp/files",
            "https://mcp.example/mcp/mail",
        ]
        .map(Resource::from_known)
        .to_vec()
    }

    type Changes<'a> = &'a [(&'a str, &'a str)];

    /// A good request with some parameters replaced, removed (`""`) or repeated (`name+`).
    fn request(changes: Changes<'_>) -> Parameters {
        let mut pairs: Vec<(String, String)> = [
            ("client_id", "c1"),
            ("redirect_uri", "https://c.example/cb"),
            ("response_type", "code"),
            ("state", "s"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("resource", "https://mcp.example/mcp/files"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec();
        for (key, value) in changes {
            match key.strip_suffix('+') {
                Some(key) => pairs.push((key.to_owned(), (*value).to_owned())),
                None => {
                    pairs.retain(|(name, _)| name != key);
                    pairs.push(((*key).to_owned(), (*value).to_owned()));
                }
            }
        }
        Parameters::new(pairs)
    }

    fn judge(changes: Changes<'_>) -> Result<Checked, Fault> {
        check(&request(changes), &client(), &published())
    }

    #[test]
    fn faults_before_the_redirect_is_known_are_shown_and_never_redirected() {
        let long = "x".repeat(2049);
        #[rustfmt::skip]
        let cases: [(&str, Changes<'_>); 7] = [
            ("unregistered, AZ-01",      &[("redirect_uri", "https://evil.example/cb")]),
            ("missing, A-017",           &[("redirect_uri", "")]),
            ("two redirect URIs, AZ-11", &[("redirect_uri+", "https://c.example/cb")]),
            ("slash, AZ-02",             &[("redirect_uri", "https://c.example/cb/")]),
            ("script, AZ-05",            &[("redirect_uri", "javascript:alert(1)//")]),
            ("state too long, AZ-14",    &[("state", &long)]),
            ("bad and unregistered",     &[("redirect_uri", "https://evil.example/cb"), ("response_type", "token")]),
        ];
        for (name, changes) in cases {
            assert!(matches!(judge(changes), Err(Fault::Show(_))), "{name}");
        }
        assert_eq!(
            request(&[("client_id+", "evil")]).client_id(),
            Err(ShowFault::ClientMissing)
        ); // AZ-11
        let revoked = Client {
            revoked_at: Some(UnixTime::from_seconds(1)),
            ..client()
        };
        let judged = check(&request(&[]), &revoked, &published());
        assert_eq!(judged, Err(Fault::Show(ShowFault::ClientUnknown)));
    }

    #[test]
    fn faults_after_it_are_told_to_the_client_with_its_state() {
        #[rustfmt::skip]
        let cases: [(&str, Changes<'_>, &str); 24] = [
            ("token, AZ-12",             &[("response_type", "token")],               "unsupported_response_type"),
            ("hybrid, AZ-12",            &[("response_type", "code token")],          "unsupported_response_type"),
            ("no response_type",         &[("response_type", "")],                    "unsupported_response_type"),
            ("fragment, AZ-12",          &[("response_mode", "fragment")],            "invalid_request"),
            ("form_post",                &[("response_mode", "form_post")],           "invalid_request"),
            ("no challenge, AZ-06",      &[("code_challenge", "")],                   "invalid_request"),
            ("plain, AZ-06",             &[("code_challenge_method", "plain")],       "invalid_request"),
            ("no method, AZ-06",         &[("code_challenge_method", "")],            "invalid_request"),
            ("repeated scope, AZ-11",    &[("scope+", "mcp:read"), ("scope+", "x")],  "invalid_request"),
            ("request object, AZ-16",    &[("request", "eyJ")],                       "request_not_supported"),
            ("request_uri, AZ-16",       &[("request_uri", "http://169.254.169.254/")], "request_uri_not_supported"),
            ("prompt unknown",           &[("prompt", "sometimes")],                  "invalid_request"),
            ("prompt none login, AZ-15", &[("prompt", "none login")],                 "invalid_request"),
            ("max_age negative, AZ-15",  &[("max_age", "-1")],                        "invalid_request"),
            ("max_age float, AZ-15",     &[("max_age", "1e9")],                       "invalid_request"),
            ("max_age text, AZ-15",      &[("max_age", "abc")],                       "invalid_request"),
            ("max_age plus",             &[("max_age", "+1")],                        "invalid_request"),
            ("unknown scope, AZ-17",     &[("scope", "admin")],                       "invalid_scope"),
            ("quoted scope, AZ-17",      &[("scope", "a\"b")],                        "invalid_scope"),
            ("unknown resource, AZ-17",  &[("resource", "https://mcp.example/mcp/x")], "invalid_target"),
            ("relative resource, AZ-17", &[("resource", "/mcp/files")],               "invalid_target"),
            ("fragment in resource",     &[("resource", "https://mcp.example/mcp/files#x")], "invalid_target"),
            ("one of two unknown",       &[("resource+", "https://other.example/")],  "invalid_target"),
            ("origin among several",     &[("resource", "https://mcp.example")],      "invalid_target"),
        ];
        for (name, changes, expected) in cases {
            let Err(Fault::Redirect(fault)) = judge(changes) else {
                panic!("{name}: not a redirect")
            };
            assert_eq!(fault.error.code(), expected, "{name}");
            assert_eq!(fault.state.as_deref(), Some("s"), "{name}");
            assert_eq!(fault.redirect.as_str(), "https://c.example/cb", "{name}");
        }
    }

    #[test]
    fn repeated_state_is_told_without_any_state() {
        let Err(Fault::Redirect(fault)) = judge(&[("state+", "t")]) else {
            panic!("not a redirect")
        };
        assert_eq!(
            (fault.error, fault.state),
            (AuthorizeError::Repeated("state"), None)
        ); // AZ-11
    }

    #[test]
    fn a_good_request_is_checked_and_unknown_parameters_are_ignored() {
        let checked = judge(&[
            ("audience", "x"),
            ("prompt", "consent login"),
            ("max_age", "0"),
        ])
        .expect("good");
        assert_eq!(
            checked.resources,
            [Resource::from_known("https://mcp.example/mcp/files")]
        );
        assert_eq!(checked.scopes, ScopeSet::baseline());
        assert!(checked.prompt.consent && checked.prompt.login && !checked.prompt.none);
        assert_eq!(checked.max_age, Some(0));
    }

    #[test]
    fn a_request_that_names_no_resource_means_every_published_one() {
        let several = judge(&[("resource", "")]).expect("good"); // A-027, interop 30
        assert_eq!(several.resources, published());
        let one = &published()[..1];
        let only = check(
            &request(&[("resource", "https://mcp.example/")]),
            &client(),
            one,
        )
        .expect("good");
        assert_eq!(only.resources, one, "interop 29");
        let other = check(
            &request(&[("resource", "https://other.example")]),
            &client(),
            one,
        );
        assert!(matches!(other, Err(Fault::Redirect(_))));
    }
}
