//! One question of a server.

use std::borrow::Cow;

use crate::{
    envelope::Request,
    era::Revision,
    json::Raw,
    method::Method,
    rewrite::{Changes, Rewrite, quoted},
    translate::{Fault, content, opening::call},
};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InputKind {
    /// `elicitation/create` of a form.
    Form,
    /// `elicitation/create` of a URL to visit.
    Url,
    /// `sampling/createMessage`.
    Sampling,
    /// `roots/list`.
    Roots,
}

/// One question, borrowed from the message that it came in.
///
/// Holding one proves that its parameters are an object with the members that its kind needs.
#[derive(Clone, Copy, Debug)]
pub struct InputRequest<'a> {
    kind: InputKind,
    params: Option<Raw<'a>>,
}

impl InputKind {
    /// The method by which it is asked.
    pub const fn method(self) -> Method {
        match self {
            Self::Form | Self::Url => Method::ElicitationCreate,
            Self::Sampling => Method::CreateMessage,
            Self::Roots => Method::RootsList,
        }
    }

    /// The client capability that it needs, as a capabilities object (R-043).
    pub const fn capability(self) -> &'static str {
        match self {
            Self::Form => r#"{"elicitation":{"form":{}}}"#,
            Self::Url => r#"{"elicitation":{"url":{}}}"#,
            Self::Sampling => r#"{"sampling":{}}"#,
            Self::Roots => r#"{"roots":{}}"#,
        }
    }

    /// Whether a client of this revision can be asked (P-033, P-036).
    pub fn exists_in(self, revision: Revision) -> bool {
        match self {
            Self::Form => revision >= Revision::V2025_06_18,
            Self::Url => revision >= Revision::V2025_11_25,
            Self::Sampling | Self::Roots => true,
        }
    }
}

impl<'a> InputRequest<'a> {
    /// Reads a request of a session server (P-019). Other methods are no questions (P-021).
    pub fn of_request(request: &Request<'a>) -> Result<Self, Fault> {
        Self::read(&request.method, request.params.raw)
    }

    /// Reads an entry of `inputRequests`.
    pub(super) fn of_entry(entry: Raw<'a>) -> Result<Self, Fault> {
        let method = entry.member(&["method"]).and_then(|method| method.text());
        let params = entry.member(&["params"]).filter(|params| !params.is_null());
        Self::read(&method.ok_or(Fault::InputMethod)?, params)
    }

    /// A URL elicitation as the error `-32042` carries it.
    pub(super) fn of_params(params: Raw<'a>) -> Result<Self, Fault> {
        Self::read(Method::ElicitationCreate.as_str(), Some(params))
    }

    /// What is asked for.
    pub const fn kind(&self) -> InputKind {
        self.kind
    }

    /// The parameters, if there are any.
    pub const fn params(&self) -> Option<Raw<'a>> {
        self.params
    }

    /// Whether a parameter is there and not null.
    pub fn has_param(&self, name: &str) -> bool {
        self.param(name).is_some_and(|value| !value.is_null())
    }

    /// The URL to visit, and why.
    pub fn page(&self) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
        let text = |name| self.param(name)?.text();
        let is_page = self.kind == InputKind::Url;
        Some((text("url")?, text("message")?)).filter(|_| is_page)
    }

    /// What a session server calls a URL elicitation; not told to stateless clients (P-024).
    pub fn elicitation_id(&self) -> Option<Cow<'a, str>> {
        self.param("elicitationId")?.text()
    }

    /// The question as an entry of `inputRequests`. What ties it to a session goes: ids,
    /// tokens and tasks.
    pub fn to_entry(&self) -> String {
        let method = quoted(self.kind.method().as_str());
        let entry = Changes::none().with("method", method);
        match self.params {
            Some(params) => entry.with("params", sessionless(params)).alone(),
            None => entry.alone(),
        }
    }

    /// The question as a request to a session client of `revision`, under the gateway's own id
    /// (P-034). `elicitation_id` is minted by the gateway for a URL (P-036).
    pub fn to_request(
        &self,
        id: &str,
        revision: Revision,
        elicitation_id: Option<&str>,
    ) -> Result<Vec<u8>, Fault> {
        if !self.kind.exists_in(revision) {
            return Err(Fault::InputRevision);
        }
        let params = self.params.map(|params| {
            let mut rewrite = Rewrite::of(params);
            let changes = match self.kind {
                InputKind::Form => content::form(&mut rewrite, params, revision),
                InputKind::Sampling => content::sampling(&mut rewrite, params, revision),
                InputKind::Url | InputKind::Roots => Changes::none(),
            };
            let changes = match elicitation_id {
                Some(id) if self.kind == InputKind::Url => {
                    changes.with("elicitationId", quoted(id))
                }
                _ => changes,
            };
            rewrite.change(params, changes);
            rewrite.into_text()
        });
        let params = params.as_deref().unwrap_or("{}");
        Ok(call(id, self.kind.method(), params))
    }

    fn read(method: &str, params: Option<Raw<'a>>) -> Result<Self, Fault> {
        if params.is_some_and(|params| !params.is_object()) {
            return Err(Fault::InputParams);
        }
        let kind = match Method::request(method) {
            Some(Method::ElicitationCreate) => elicitation(params)?,
            Some(Method::CreateMessage) => InputKind::Sampling,
            Some(Method::RootsList) => InputKind::Roots,
            Some(_) | None => return Err(Fault::InputMethod),
        };
        let request = Self { kind, params };
        let demanded: &[&str] = match kind {
            InputKind::Form => &["message", "requestedSchema"],
            InputKind::Url => &["message", "url"],
            InputKind::Sampling => &["messages"],
            InputKind::Roots => &[],
        };
        let is_whole = demanded.iter().all(|name| request.has_param(name));
        is_whole.then_some(request).ok_or(Fault::InputParams)
    }

    pub(super) fn param(&self, name: &str) -> Option<Raw<'a>> {
        self.params?.member(&[name])
    }
}

/// Without a mode it is a form, as in 2025-06-18.
fn elicitation(params: Option<Raw<'_>>) -> Result<InputKind, Fault> {
    let mode = params.and_then(|params| params.member(&["mode"]));
    let Some(mode) = mode.filter(|mode| !mode.is_null()) else {
        return Ok(InputKind::Form);
    };
    match mode.text().as_deref() {
        Some("form") => Ok(InputKind::Form),
        Some("url") => Ok(InputKind::Url),
        Some(_) | None => Err(Fault::InputParams),
    }
}

fn sessionless(params: Raw<'_>) -> String {
    let mut rewrite = Rewrite::of(params);
    let changes = Changes::none().without("elicitationId").without("task");
    let meta = params.member(&["_meta"]).filter(Raw::is_object);
    let token = Changes::none().without("progressToken");
    let changes = match meta {
        Some(meta) if token.empty(Some(meta)) => changes.without("_meta"),
        Some(meta) => {
            rewrite.change(meta, token);
            changes
        }
        None => changes,
    };
    rewrite.change(params, changes);
    rewrite.into_text()
}
