//! `params`: what a request or notification is about.

use std::borrow::Cow;

use super::{Id, Meta, Refusal, meta, variant};
use crate::{
    era::{Era, Revision},
    json::{Raw, Scanner},
    method::{Method, SubjectField},
};

/// The parameters of a request or notification; empty when there are none.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Params<'a> {
    /// The whole object, if there is one.
    pub raw: Option<Raw<'a>>,
    /// What the method is about; present for every method that must have one.
    pub subject: Option<Subject<'a>>,
    /// `arguments` of a call or prompt: an object.
    pub arguments: Option<Raw<'a>>,
    /// The reserved members of `_meta`.
    pub meta: Meta<'a>,
    /// The progress token: of `_meta`, and for `notifications/progress` its own.
    pub progress_token: Option<Id<'a>>,
    /// `requestId` of `notifications/cancelled`.
    pub request_id: Option<Id<'a>>,
}

/// The one thing that a method is about.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Subject<'a> {
    /// What kind of thing.
    pub kind: SubjectKind,
    /// Its name, decoded once and never normalised: compare exact bytes (GW-12).
    pub name: Cow<'a, str>,
    /// The same as it stood in the body, ready to be replaced.
    pub raw: Raw<'a>,
}

/// What kind of thing a method is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubjectKind {
    /// A tool, by name.
    Tool,
    /// A prompt, by name.
    Prompt,
    /// A resource, by URI.
    Resource,
    /// A resource template (or resource), by URI, of `completion/complete`.
    ResourceTemplate,
    /// A task, by id.
    Task,
}

/// The members of `params` as they come; the method may stand behind them.
#[derive(Default)]
pub(super) struct Draft<'a> {
    raw: Option<Raw<'a>>,
    name: Option<Raw<'a>>,
    uri: Option<Raw<'a>>,
    task: Option<Raw<'a>>,
    reference: Option<Raw<'a>>,
    arguments: Option<Raw<'a>>,
    request_id: Option<Raw<'a>>,
    progress_token: Option<Raw<'a>>,
    meta: Meta<'a>,
}

impl<'a> Draft<'a> {
    /// Reads `params` at the scanner's position. `null` counts as absent: some
    /// clients of the session era send it with methods that need no parameters.
    pub(super) fn read(scanner: &mut Scanner<'a>) -> Result<Self, Refusal> {
        let mut draft = Self::default();
        if scanner.peek() != Some(b'{') {
            let value = scanner.value()?;
            let refusal = Refusal::wrong("params", "an object");
            return if value.is_null() {
                Ok(draft)
            } else {
                Err(refusal)
            };
        }
        draft.raw = Some(scanner.object(|scanner, key| draft.member(key, scanner))?);
        Ok(draft)
    }

    fn member(&mut self, key: &str, scanner: &mut Scanner<'a>) -> Result<(), Refusal> {
        let member = match key {
            "_meta" => {
                self.meta = Meta::read(scanner)?;
                return Ok(());
            }
            "name" => &mut self.name,
            "uri" => &mut self.uri,
            "taskId" => &mut self.task,
            "ref" => &mut self.reference,
            "arguments" => &mut self.arguments,
            "requestId" => &mut self.request_id,
            "progressToken" => &mut self.progress_token,
            other => {
                variant::refuse(other, &variant::PARAMS)?;
                scanner.value()?;
                return Ok(());
            }
        };
        *member = Some(scanner.value()?);
        Ok(())
    }

    /// Gives the members the meaning that `method` gives them.
    pub(super) fn of_method(self, method: Option<Method>) -> Result<Params<'a>, Refusal> {
        let subject = match method.and_then(|method| self.demanded(method)) {
            Some(field) => Some(self.subject(field)?),
            None => None,
        };
        let takes_arguments = matches!(method, Some(Method::ToolsCall | Method::PromptsGet));
        let arguments = self
            .arguments
            .filter(|value| takes_arguments && !value.is_null());
        if arguments.is_some_and(|value| !value.is_object()) {
            return Err(Refusal::wrong("params.arguments", "an object"));
        }
        let own_token = self
            .progress_token
            .filter(|_| method == Some(Method::Progress));
        let request = self
            .request_id
            .filter(|_| method == Some(Method::Cancelled));
        Ok(Params {
            raw: self.raw,
            subject,
            arguments,
            progress_token: optional_id("params.progressToken", own_token)?
                .or(self.meta.progress_token),
            request_id: optional_id("params.requestId", request)?,
            meta: self.meta,
        })
    }

    /// What `method` must say it is about. Nothing, when the message itself names a
    /// revision that has no such method: it is unknown there, whatever its parameters.
    fn demanded(&self, method: Method) -> Option<SubjectField> {
        let named = self.meta.protocol_version.as_deref();
        let revision = named.and_then(Revision::parse);
        let removed = revision.is_some_and(|revision| {
            revision.era() == Era::Stateless && !method.from_client(revision)
        });
        method.subject().filter(|_| !removed)
    }

    fn subject(&self, field: SubjectField) -> Result<Subject<'a>, Refusal> {
        match field {
            SubjectField::ToolName => subject(SubjectKind::Tool, "params.name", self.name),
            SubjectField::PromptName => subject(SubjectKind::Prompt, "params.name", self.name),
            SubjectField::ResourceUri => subject(SubjectKind::Resource, "params.uri", self.uri),
            SubjectField::TaskId => subject(SubjectKind::Task, "params.taskId", self.task),
            SubjectField::Reference => reference(self.reference),
        }
    }
}

fn subject<'a>(
    kind: SubjectKind,
    field: &'static str,
    raw: Option<Raw<'a>>,
) -> Result<Subject<'a>, Refusal> {
    let refusal = Refusal::wrong(field, "a string");
    let raw = raw.ok_or(refusal)?;
    let name = raw.text().ok_or(refusal)?;
    Ok(Subject { kind, name, raw })
}

/// `ref` of `completion/complete`, which names its kind itself.
fn reference<'a>(reference: Option<Raw<'a>>) -> Result<Subject<'a>, Refusal> {
    let refusal = Refusal::wrong("params.ref", "a reference to a prompt or a resource");
    let reference = reference.ok_or(refusal)?;
    let members = reference.members();
    let find = |name| {
        let mut keyed = members.iter().filter(|(key, _)| key == name);
        keyed.next().map(|(_, value)| *value)
    };
    let kind = find("type").and_then(|kind| kind.text()).ok_or(refusal)?;
    for (key, _) in &members {
        variant::refuse(key, &["type", "name", "uri"])?;
    }
    match &*kind {
        "ref/prompt" => subject(SubjectKind::Prompt, "params.ref.name", find("name")),
        "ref/resource" => subject(SubjectKind::ResourceTemplate, "params.ref.uri", find("uri")),
        _ => Err(refusal),
    }
}

fn optional_id<'a>(field: &'static str, raw: Option<Raw<'a>>) -> Result<Option<Id<'a>>, Refusal> {
    raw.map(|raw| meta::id(field, raw)).transpose()
}
