//! Whose a name or a URI is: exactly one member's, or nobody's.

use doorward_core::{permit::Action, server::ServerName};
use doorward_mcp::{
    envelope::{Request, Subject, SubjectKind},
    error::RpcError,
    list::ListKind,
};

use super::{
    Around, Ask, Usable,
    merged::{Parts, gather, shows},
    uris,
};

/// A member, and what it calls what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Routed {
    pub(crate) member: ServerName,
    pub(crate) inner: String,
}

/// Why a request goes to nobody.
#[derive(Debug)]
pub(crate) enum Lost<N> {
    /// No member may be asked.
    No(N),
    /// There is no such thing, or there are several.
    Error(RpcError),
}

/// Finds whose the subject of a request is.
pub(crate) async fn route<A: Ask>(
    asker: &A,
    around: Around<'_>,
    request: &Request<'_>,
    subject: &Subject<'_>,
) -> Result<Routed, Lost<A::No>> {
    let name = &*subject.name;
    let unknown = || Lost::Error(unknown(subject.kind, name));
    match subject.kind {
        SubjectKind::Tool | SubjectKind::Prompt => {
            let members = asker.members();
            let names = members.iter().map(|member| member.name);
            let found = around.whole.names.inward(name, names);
            let (member, inner) = found.ok_or_else(unknown)?;
            Ok(routed(member, inner))
        }
        SubjectKind::Resource | SubjectKind::ResourceTemplate => {
            let found = resource(asker, around, request, subject).await?;
            found.ok_or_else(unknown)
        }
        SubjectKind::Task => Err(unknown()),
    }
}

/// Whose a resource is.
pub(crate) async fn resource<A: Ask>(
    asker: &A,
    around: Around<'_>,
    request: &Request<'_>,
    subject: &Subject<'_>,
) -> Result<Option<Routed>, Lost<A::No>> {
    let kind = subject.kind;
    find(asker, around, request, (kind, &subject.name)).await
}

/// The same by its kind and URI alone.
pub(crate) async fn find<A: Ask>(
    asker: &A,
    around: Around<'_>,
    request: &Request<'_>,
    (kind, uri): (SubjectKind, &str),
) -> Result<Option<Routed>, Lost<A::No>> {
    if let Some((server, inner)) = uris::inward(uri) {
        let members = asker.members();
        let member = members.iter().find(|member| member.name.as_str() == server);
        return Ok(member.map(|member| routed(member.name, inner)));
    }
    let order = match kind {
        SubjectKind::ResourceTemplate => [ListKind::ResourceTemplates, ListKind::Resources],
        _ => [ListKind::Resources, ListKind::ResourceTemplates],
    };
    for list in order {
        let Parts { parts, .. } = gather(asker, around, list, request)
            .await
            .map_err(Lost::No)?;
        let exact = list == ListKind::Resources || kind == SubjectKind::ResourceTemplate;
        let has = |name: &str| match exact {
            true => name == uri,
            false => uris::fits(name, uri),
        };
        let having = parts.iter().filter(|part| {
            let may = |name: &str| match exact {
                true => shows(part.member.rights, list, name),
                false => part.member.rights.include(Action::Read(uri)),
            };
            let mut items = part.kept.list.items.iter();
            items.any(|item| has(&item.name) && may(&item.name))
        });
        let having: Vec<Usable<'_>> = having.map(|part| part.member).collect();
        match having.as_slice() {
            [] => {}
            [only] => return Ok(Some(routed(only.name, uri))),
            several => return Err(Lost::Error(ambiguous(several, uri))),
        }
    }
    Ok(None)
}

fn routed(member: &ServerName, inner: &str) -> Routed {
    Routed {
        member: member.clone(),
        inner: inner.to_owned(),
    }
}

/// In the words that a single server would use.
fn unknown(kind: SubjectKind, name: &str) -> RpcError {
    match kind {
        SubjectKind::Tool => RpcError::unknown_tool(name),
        SubjectKind::Prompt => RpcError::unknown_prompt(name),
        SubjectKind::Resource | SubjectKind::ResourceTemplate | SubjectKind::Task => {
            RpcError::unknown_resource(name)
        }
    }
}

/// All of them are the caller's to read, so that saying so tells nothing new.
fn ambiguous(several: &[Usable<'_>], uri: &str) -> RpcError {
    let forms = several.iter().map(|member| uris::outward(member.name, uri));
    let forms: Vec<String> = forms.collect();
    let reason = format!(
        "several servers have it: ask for one of {}",
        forms.join(", ")
    );
    RpcError::invalid_params(&reason)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{
        super::scripted::{Act, Caller, Scripted, listing, read, request},
        *,
    };

    fn asker() -> Scripted {
        let resources = |uris: &'static [&'static str], templates: &'static [&'static str]| {
            move |request: &Value| -> Act {
                match request["method"].as_str() {
                    Some("resources/list") => listing("resources", "uri", uris, 60_000, "public"),
                    _ => {
                        let field = "resourceTemplates";
                        listing(field, "uriTemplate", templates, 60_000, "public")
                    }
                }
            }
        };
        Scripted::default()
            .with(
                "files",
                resources(&["file:///a", "note:1"], &["file:///{name}", "both:{x}"]),
            )
            .with(
                "mail",
                resources(&["note:1", "secret:1"], &["mail:{id}", "both:{x}"]),
            )
            .with(
                "notes",
                resources(&["secret:1", "file:///a"], &["mail:{id}"]),
            )
            .only(&["add"], &["secret:1"])
    }

    async fn routed(method: &str, params: Value) -> Result<String, String> {
        let (asker, caller, body) = (asker(), Caller::new("alice"), request(method, params));
        let request = read(&body);
        let subject = request.params.subject.clone().expect("a subject");
        match route(&asker, caller.around(), &request, &subject).await {
            Ok(routed) => Ok(format!("{} {}", routed.member, routed.inner)),
            Err(Lost::Error(error)) => Err(error.message().to_owned()),
            Err(Lost::No(no)) => Err(no.to_owned()),
        }
    }

    #[tokio::test]
    async fn a_tool_is_whose_its_name_says_exactly() {
        // GW-12
        let call = |name: &str| routed("tools/call", json!({ "name": name }));
        assert_eq!(call("files_read").await.as_deref(), Ok("files read"));
        assert_eq!(call("mail_a_b").await.as_deref(), Ok("mail a_b"));
        for unknown in [
            "read",
            "other_read",
            "files_",
            "Files_read",
            "files_read ",
            "mcp+files+x",
        ] {
            let told = call(unknown).await.expect_err(unknown);
            assert_eq!(told, format!("Unknown tool: {unknown}"));
        }
        let get = routed("prompts/get", json!({ "name": "notes_hello" })).await;
        assert_eq!(get.as_deref(), Ok("notes hello"));
        let reference = json!({"ref": {"type": "ref/prompt", "name": "mail_p"}, "argument": {}});
        assert_eq!(
            routed("completion/complete", reference).await.as_deref(),
            Ok("mail p")
        );
    }

    #[tokio::test]
    async fn a_resource_is_whose_it_alone_is() {
        let cases = [
            ("file:///a", Ok("files file:///a")), // notes has it as well, and the caller does not know
            (
                "secret:1",
                Err(
                    "several servers have it: ask for one of mcp+mail+secret:1, mcp+notes+secret:1",
                ),
            ),
            (
                "note:1",
                Err("several servers have it: ask for one of mcp+files+note:1, mcp+mail+note:1"),
            ),
            ("mcp+mail+note:1", Ok("mail note:1")),
            ("mcp+files+anything", Ok("files anything")),
            ("mcp+other+note:1", Err("Resource not found")),
            ("file:///b", Ok("files file:///b")),
            ("mail:7", Ok("mail mail:7")), // notes has the template, and the caller may not read it
            (
                "both:7",
                Err("several servers have it: ask for one of mcp+files+both:7, mcp+mail+both:7"),
            ),
            ("unknown:1", Err("Resource not found")),
        ];
        for (uri, expected) in cases {
            let told = routed("resources/read", json!({ "uri": uri })).await;
            let told = told
                .as_deref()
                .map_err(|told| told.strip_prefix("Invalid params: ").unwrap_or(told));
            assert_eq!(told, expected, "{uri}");
        }
        let reference =
            json!({"ref": {"type": "ref/resource", "uri": "file:///{name}"}, "argument": {}});
        let told = routed("completion/complete", reference).await;
        assert_eq!(told.as_deref(), Ok("files file:///{name}"));
    }
}
