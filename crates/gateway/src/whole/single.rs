//! Whose a name or a URI is: exactly one member's, or nobody's.
//!
//! ```text
//! short URI -> who lists it, or has a template for it? one, and all answered   -> theirs
//!                                                      several                 -> refused, long forms
//!                                                      somebody did not answer -> as it was, or refused
//! ```

use std::collections::BTreeSet;

use doorward_core::server::ServerName;
use doorward_mcp::{
    envelope::{Request, Subject, SubjectKind},
    error::RpcError,
    list::ListKind,
};
use futures_util::future::join;

use super::{
    Around, Ask,
    effort::{Effort, Spent},
    gathered::{Gathering, Parts},
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
            let mut finder = Finder::new(asker, around, request);
            let found = finder.find((subject.kind, name)).await?;
            found.ok_or_else(unknown)
        }
        SubjectKind::Task => Err(unknown()),
    }
}

/// Finds whose resources are, for one request: lists are asked for once, and only for URIs that do
/// not say whose they are.
pub(crate) struct Finder<'a, A: Ask> {
    asker: &'a A,
    around: Around<'a>,
    request: &'a Request<'a>,
    listed: Option<Listed<'a>>,
    /// What may still be done for URIs that do not say whose they are.
    effort: Effort,
}

/// What all members have.
struct Listed<'a> {
    resources: Parts<'a>,
    templates: Parts<'a>,
    /// Who did not say what they have.
    absent: BTreeSet<ServerName>,
}

impl<'a, A: Ask> Finder<'a, A> {
    /// Nothing is asked for yet.
    pub(crate) fn new(asker: &'a A, around: Around<'a>, request: &'a Request<'a>) -> Self {
        Self {
            asker,
            around,
            request,
            listed: None,
            effort: Effort::new(),
        }
    }

    /// Whose a resource, or a template, is.
    pub(crate) async fn find(
        &mut self,
        (kind, uri): (SubjectKind, &str),
    ) -> Result<Option<Routed>, Lost<A::No>> {
        if let Some((server, inner)) = uris::inward(uri) {
            let members = self.asker.members();
            let member = members.iter().find(|member| member.name.as_str() == server);
            return Ok(member.map(|member| routed(member.name, inner)));
        }
        let around = self.around;
        let listed = match self.listed.take() {
            Some(listed) => listed,
            None => self.gathered().await.map_err(Lost::No)?,
        };
        let listed = self.listed.insert(listed);
        let having = listed.having(kind, uri, &mut self.effort).await;
        let having = having.map_err(|Spent| Lost::Error(undecided()))?;
        let found = listed.whose(around, having, uri).map_err(Lost::Error)?;
        if let Some(member) = &found {
            around.whole.shown.note(around.whose, uri, member);
        }
        Ok(found.map(|member| routed(&member, uri)))
    }

    async fn gathered(&self) -> Result<Listed<'a>, A::No> {
        let kind = ListKind::Resources;
        let gathering = Gathering::begin(self.asker, self.around, self.request, kind)?;
        Listed::gathered(&gathering).await
    }
}

impl<'a> Listed<'a> {
    async fn gathered<A: Ask>(gathering: &Gathering<'a, A>) -> Result<Self, A::No> {
        let resources = gathering.list(ListKind::Resources);
        let templates = gathering.list(ListKind::ResourceTemplates);
        let (resources, templates) = join(resources, templates).await;
        let (resources, templates) = (resources?, templates?);
        let absent = resources.absent.iter().chain(&templates.absent);
        Ok(Self {
            absent: absent.map(|(name, _)| name.clone()).collect(),
            resources,
            templates,
        })
    }

    /// The one member that has it. While others are absent that is whoever had it when the caller
    /// was told of it: nobody takes over what was another's.
    fn whose(
        &self,
        around: Around<'_>,
        having: BTreeSet<&'a ServerName>,
        uri: &str,
    ) -> Result<Option<ServerName>, RpcError> {
        if having.len() > 1 {
            return Err(ambiguous(having, uri));
        }
        let only = having.first().copied();
        if self.absent.is_empty() {
            return Ok(only.cloned());
        }
        match around.whole.shown.find(around.whose, uri) {
            Some(was) if Some(&was) == only => Ok(Some(was)),
            Some(was) if only.is_none() && self.absent.contains(&was) => Ok(Some(was)),
            Some(_) | None => Err(self.uncertain(only, uri)),
        }
    }

    /// Who has it, as far as the caller may know.
    async fn having(
        &self,
        kind: SubjectKind,
        uri: &str,
        effort: &mut Effort,
    ) -> Result<BTreeSet<&'a ServerName>, Spent> {
        let listing = self.resources.parts.iter();
        let listing = listing.filter(|part| part.lists(ListKind::Resources, uri));
        let mut having: BTreeSet<_> = listing.map(|part| part.member.name).collect();
        for part in &self.templates.parts {
            let makes = match kind {
                SubjectKind::ResourceTemplate => part.lists(ListKind::ResourceTemplates, uri),
                _ => part.makes(uri, effort).await?,
            };
            if makes {
                having.insert(part.member.name);
            }
        }
        Ok(having)
    }

    fn uncertain(&self, only: Option<&ServerName>, uri: &str) -> RpcError {
        let absent: Vec<&str> = self.absent.iter().map(ServerName::as_str).collect();
        let candidates: BTreeSet<&ServerName> = self.absent.iter().chain(only).collect();
        let reason = format!(
            "whose it is cannot be told while there is no answer of {}: ask for one of {}",
            absent.join(", "),
            long_forms(candidates, uri),
        );
        RpcError::invalid_params(&reason)
    }
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
fn ambiguous<'a>(several: impl IntoIterator<Item = &'a ServerName>, uri: &str) -> RpcError {
    let forms = long_forms(several, uri);
    RpcError::invalid_params(&format!("several servers have it: ask for one of {forms}"))
}

fn undecided() -> RpcError {
    let reason = "whose it is takes too long to find out: ask with its server, mcp+SERVER+URI";
    RpcError::invalid_params(&reason)
}

fn long_forms<'a>(members: impl IntoIterator<Item = &'a ServerName>, uri: &str) -> String {
    let forms = members.into_iter().map(|member| uris::outward(member, uri));
    forms.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    };

    use serde_json::{Value, json};

    use super::{
        super::{
            merged::list,
            scripted::{Act, Caller, Scripted, error, listing, read, request, result},
        },
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
                resources(
                    &["note:1", "secret:1", "file:///app"],
                    &["mail:{id}", "both:{x}"],
                ),
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
            (
                "file:///app", // mail lists it, and files has a template for it
                Err(
                    "several servers have it: ask for one of mcp+files+file:///app, mcp+mail+file:///app",
                ),
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

    #[tokio::test]
    async fn nobody_takes_over_what_an_absent_member_may_have() {
        // GW-12, GW-27
        let (gone, more) = <(Arc<AtomicBool>, Arc<AtomicBool>)>::default();
        let (is_gone, has_more) = (Arc::clone(&gone), Arc::clone(&more));
        let resources = |uris: &[&str]| listing("resources", "uri", uris, 0, "private");
        let asker = Scripted::default()
            .with("files", move |request| match is_gone.load(SeqCst) {
                true => Act::Dead,
                false if request["method"] == "resources/list" => resources(&["note:1"]),
                false => error(-32601),
            })
            .with("mail", move |request| match has_more.load(SeqCst) {
                _ if request["method"] != "resources/list" => error(-32601),
                true => resources(&["mail:1", "note:1"]),
                false => resources(&["mail:1"]),
            });
        let caller = Caller::new("alice");
        let routed = async |caller: &Caller, uri: &str| {
            let body = request("resources/read", json!({ "uri": uri }));
            let request = read(&body);
            let subject = request.params.subject.clone().expect("a subject");
            match route(&asker, caller.around(), &request, &subject).await {
                Ok(routed) => routed.member.to_string(),
                Err(Lost::Error(error)) => error.message().to_owned(),
                Err(Lost::No(no)) => no.to_owned(),
            }
        };
        let uncertain = |uri: &str| {
            format!(
                "Invalid params: whose it is cannot be told while there is no answer of files: \
                 ask for one of mcp+files+{uri}, mcp+mail+{uri}"
            )
        };
        assert_eq!(routed(&caller, "note:1").await, "files");
        gone.store(true, SeqCst);
        assert_eq!(routed(&caller, "note:1").await, "files", "it was theirs");
        more.store(true, SeqCst);
        assert_eq!(routed(&caller, "note:1").await, uncertain("note:1"));
        let body = request("resources/list", json!({}));
        let kind = ListKind::Resources;
        let told = list(&asker, caller.around(), kind, &read(&body)).await;
        let told = told.expect("a list");
        let told = std::str::from_utf8(&told).expect("UTF-8");
        assert!(told.contains(r#""uri":"mcp+mail+note:1""#), "{told}");
        assert_eq!(routed(&caller, "note:1").await, uncertain("note:1"));
        assert_eq!(routed(&caller, "mcp+mail+mail:1").await, "mail");
        // Who was told of nothing is told now whose everything is, and nothing becomes anybody's.
        let bob = caller.beside("bob");
        let told = list(&asker, bob.around(), kind, &read(&body)).await;
        let told = told.expect("a list");
        let told = std::str::from_utf8(&told).expect("UTF-8");
        for uri in ["mail:1", "note:1"] {
            assert!(
                told.contains(&format!(r#""uri":"mcp+mail+{uri}""#)),
                "{told}"
            );
            assert_eq!(routed(&bob, uri).await, uncertain(uri));
        }
        // Who was told while all answered is told the same.
        let carol = caller.beside("carol");
        gone.store(false, SeqCst);
        more.store(false, SeqCst);
        let told = list(&asker, carol.around(), kind, &read(&body)).await;
        assert!(told.is_ok());
        gone.store(true, SeqCst);
        more.store(true, SeqCst);
        let told = list(&asker, carol.around(), kind, &read(&body)).await;
        let told = told.expect("a list");
        let told = std::str::from_utf8(&told).expect("UTF-8");
        assert!(told.contains(r#""uri":"mail:1""#), "{told}");
        assert!(told.contains(r#""uri":"mcp+mail+note:1""#), "{told}");
        assert_eq!(routed(&carol, "mail:1").await, "mail", "as she was told");
    }

    #[tokio::test]
    async fn whose_a_uri_is_is_looked_for_with_so_much_effort_and_no_more() {
        // DS-02
        let asker = Scripted::default().with("files", |request| {
            let templates =
                (0..9_000).map(|number| json!({"uriTemplate": format!("x:{{a}}q{number}")}));
            match request["method"] == "resources/templates/list" {
                true => result(json!({"resourceTemplates": templates.collect::<Vec<_>>()})),
                false => error(-32601),
            }
        });
        let caller = Caller::new("alice");
        let uri = format!("x:{}", "a".repeat(6_000));
        for (uri, expected) in [
            (uri.clone(), "whose it is takes too long to find out"),
            (format!("mcp+files+{uri}"), "files"),
            ("x:short".to_owned(), "Resource not found"),
        ] {
            let body = request("resources/read", json!({ "uri": uri }));
            let request = read(&body);
            let subject = request.params.subject.clone().expect("a subject");
            let told = match route(&asker, caller.around(), &request, &subject).await {
                Ok(routed) => routed.member.to_string(),
                Err(Lost::Error(error)) => error.message().to_owned(),
                Err(Lost::No(no)) => no.to_owned(),
            };
            assert!(told.contains(expected), "{told}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_request_waits_once_for_all_that_it_needs_to_know() {
        // GW-27
        let asker = asker().with("slow", |_| Act::Hold(Vec::new()));
        let (caller, body) = (
            Caller::new("alice"),
            request("resources/read", json!({ "uri": "file:///a" })),
        );
        let request = read(&body);
        let subject = request.params.subject.clone().expect("a subject");
        let before = tokio::time::Instant::now();
        let told = route(&asker, caller.around(), &request, &subject).await;
        assert_eq!(before.elapsed(), super::super::PATIENCE);
        assert!(
            matches!(told, Err(Lost::Error(_))),
            "it may be the slow one's"
        );
        for member in ["files", "mail", "notes", "slow"] {
            assert_eq!(asker.count(member), 2, "{member}");
        }
    }
}
