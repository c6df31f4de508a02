//! The lists of all members as one (P-008, P-013, P-015).
//!
//! ```text
//! members by name, each in its own order -> what the caller may use, in our names
//!     -> pages of an ordered snapshot -> cursor { how many before, which snapshot }, sealed
//! ```
//!
//! A snapshot is kept for as long as its cursors count. One that is gone, or of another replica,
//! is made again, and counts when it is the same list; else the cursor is a wrong one.

use std::{collections::HashMap, sync::Arc, time::Duration};

use bytes::Bytes;
use doorward_core::{
    permit::{Action, Rights},
    secret::Digest,
    server::ServerName,
};
use doorward_mcp::{
    envelope::Request,
    error::RpcError,
    list::ListKind,
    splice::{Edit, splice_within},
};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Around, Ask, Declined, Usable,
    cache::{Kept, Key, declared},
    lists::{self, Missing},
    message::quoted,
    seals::Cursor,
    uris,
};

/// An ordered list at one moment.
pub(crate) struct Merged {
    pub(super) items: Vec<String>,
    absent: Vec<(ServerName, Missing)>,
    /// How many have names that cannot be told.
    unnamed: usize,
    ttl: Duration,
    at: Instant,
    digest: String,
    /// Of whom it is, whoever answered.
    members: Vec<ServerName>,
}

/// Why there is no list.
#[derive(Debug)]
pub(crate) enum Unlisted<N> {
    /// No member may be asked.
    No(N),
    /// The request is wrong.
    Error(RpcError),
}

/// What one member has to say.
pub(crate) struct Part<'a> {
    pub(crate) member: Usable<'a>,
    pub(crate) kept: Arc<Kept>,
    pub(crate) left: Duration,
}

/// The parts of those who answered, and who did not.
pub(crate) struct Parts<'a> {
    pub(crate) parts: Vec<Part<'a>>,
    pub(crate) absent: Vec<(ServerName, Missing)>,
}

/// The answer to a list request.
pub(crate) async fn list<A: Ask>(
    asker: &A,
    around: Around<'_>,
    kind: ListKind,
    request: &Request<'_>,
) -> Result<Bytes, Unlisted<A::No>> {
    let cursor = cursor(around, kind, request).map_err(Unlisted::Error)?;
    let known = cursor.as_ref().and_then(|cursor| {
        let snapshots = &around.whole.cached;
        let known = snapshots.snapshot(&around.whose.token, kind, &cursor.list)?;
        let same = known
            .members
            .iter()
            .eq(asker.members().iter().map(|it| it.name));
        same.then_some(known)
    });
    let merged = match known {
        Some(merged) => merged,
        None => Arc::new(merge(asker, around, kind, request).await?),
    };
    let offset = match &cursor {
        Some(cursor) if cursor.list != merged.digest => return Err(Unlisted::Error(stale())),
        Some(cursor) => cursor.offset,
        None => 0,
    };
    let end = page_end(&merged.items, offset);
    let next = (end < merged.items.len()).then(|| {
        let (token, list) = (around.whose.token.clone(), merged.digest.clone());
        let cached = &around.whole.cached;
        cached.keep_snapshot((token, kind, list), Arc::clone(&merged));
        let next = Cursor {
            method: lists::method(kind).as_str().to_owned(),
            offset: end,
            list: merged.digest.clone(),
        };
        around.seals.cursor(around.whose, around.now, &next)
    });
    let page = merged.items.get(offset..end).unwrap_or_default();
    Ok(merged.answer(kind, request.id.as_json(), page, next.as_deref()))
}

/// The cursor of a request. The empty string is where a list begins.
fn cursor(
    around: Around<'_>,
    kind: ListKind,
    request: &Request<'_>,
) -> Result<Option<Cursor>, RpcError> {
    let stated = request
        .params
        .raw
        .and_then(|params| params.member(&["cursor"]));
    let Some(stated) = stated.filter(|stated| !stated.is_null()) else {
        return Ok(None);
    };
    let text = stated.text().ok_or_else(stale)?;
    if text.is_empty() {
        return Ok(None);
    }
    let opened = around.seals.open_cursor(around.whose, around.now, &text);
    let opened = opened.filter(|cursor| cursor.method == lists::method(kind).as_str());
    opened.map(Some).ok_or_else(stale)
}

fn stale() -> RpcError {
    RpcError::invalid_params(&"the cursor is none of this list's, or too old: begin again")
}

/// Where the page that begins at `offset` ends.
fn page_end(items: &[String], offset: usize) -> usize {
    let mut bytes = 0;
    let page = items.iter().skip(offset).take(PAGE);
    let fits = page.take_while(|item| {
        let first = bytes == 0;
        bytes += item.len();
        first || bytes <= PAGE_BYTES
    });
    offset + fits.count()
}

/// Asks all members at once, or their kept lists.
pub(crate) async fn gather<'a, A: Ask>(
    asker: &'a A,
    around: Around<'_>,
    kind: ListKind,
    request: &Request<'_>,
) -> Result<Parts<'a>, A::No> {
    let members = asker.members();
    let asked = members.into_iter().map(|member| async move {
        let part = part(asker, around, kind, (request, member)).await;
        (member, part)
    });
    let (mut parts, mut absent, mut refusal) = (Vec::new(), Vec::new(), None);
    for (member, part) in join_all(asked).await {
        let missing = match part {
            Ok(part) => {
                parts.push(part);
                continue;
            }
            Err(declined) => Missing::of(declined, &mut refusal),
        };
        tracing::info!(server = %member.name, %missing, "a member is absent from a list of all");
        absent.push((member.name.clone(), missing));
    }
    match refusal.filter(|_| absent.iter().all(|(_, it)| *it == Missing::Refused)) {
        Some(no) if parts.is_empty() => Err(no),
        Some(_) | None => Ok(Parts { parts, absent }),
    }
}

async fn part<'a, A: Ask>(
    asker: &A,
    around: Around<'_>,
    kind: ListKind,
    (request, member): (&Request<'_>, Usable<'a>),
) -> Result<Part<'a>, Declined<A::No>> {
    let (cached, changed) = (&around.whole.cached, asker.changes(member.name));
    let capabilities = request.params.meta.client_capabilities;
    let key = |whose| Key {
        member: member.name.clone(),
        kind,
        capabilities: declared(capabilities.map_or("", |raw| raw.as_str())),
        whose,
    };
    let own = || key(Some(around.whose.token.clone()));
    let known = cached.find(&key(None), &changed);
    if let Some((kept, left)) = known.or_else(|| cached.find(&own(), &changed)) {
        return Ok(Part { member, kept, left });
    }
    let changes = changed.of(kind);
    let meta = meta(request, "w-list");
    let fresh = || around.seals.fresh();
    let list = lists::all(asker, member.name, kind, (&meta, &fresh)).await?;
    let (left, key) = (list.lasts(), if list.public { key(None) } else { own() });
    let kept = cached.keep(key, list, changes);
    Ok(Part { member, kept, left })
}

/// The caller's `_meta`, with a progress token that nobody listens to.
pub(crate) fn meta(request: &Request<'_>, token: &str) -> String {
    let Some(raw) = request.params.meta.raw else {
        return "{}".to_owned();
    };
    let token = request
        .params
        .progress_token
        .map(|stood| Edit::new(stood.span(), quoted(token)));
    let edits: Vec<_> = token.into_iter().collect();
    let spliced = splice_within(raw, &edits).ok();
    let text = spliced.and_then(|spliced| String::from_utf8(spliced).ok());
    text.unwrap_or_else(|| raw.as_str().to_owned())
}

async fn merge<A: Ask>(
    asker: &A,
    around: Around<'_>,
    kind: ListKind,
    request: &Request<'_>,
) -> Result<Merged, Unlisted<A::No>> {
    let Parts { parts, absent } = gather(asker, around, kind, request)
        .await
        .map_err(Unlisted::No)?;
    let several = several(&parts, kind);
    let (mut items, mut unnamed) = (Vec::new(), 0);
    for part in &parts {
        for entry in &part.kept.list.items {
            if !shows(part.member.rights, kind, &entry.name) {
                continue;
            }
            match named(around, kind, (part.member.name, &entry.name), &several) {
                Some(name) => items.push(entry.named(&name)),
                None => unnamed += 1,
            }
        }
    }
    let least = parts.iter().map(|part| part.left).min().unwrap_or_default();
    Ok(Merged {
        digest: digest(&items),
        members: asker.members().iter().map(|it| it.name.clone()).collect(),
        items,
        unnamed,
        // Who is absent may be back any moment.
        ttl: if absent.is_empty() {
            least
        } else {
            Duration::ZERO
        },
        absent,
        at: Instant::now(),
    })
}

/// URIs that more than one member has, as far as the caller may know.
pub(crate) fn several(parts: &[Part<'_>], kind: ListKind) -> HashMap<String, usize> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    if matches!(kind, ListKind::Tools | ListKind::Prompts) {
        return seen;
    }
    for part in parts {
        let mut own: Vec<&str> = part.kept.list.items.iter().map(|it| &*it.name).collect();
        own.sort_unstable();
        own.dedup();
        for name in own
            .into_iter()
            .filter(|name| shows(part.member.rights, kind, name))
        {
            *seen.entry(name.to_owned()).or_default() += 1;
        }
    }
    seen.retain(|_, count| *count > 1);
    seen
}

/// What the caller knows a thing by; none where it has no name that can be told.
fn named(
    around: Around<'_>,
    kind: ListKind,
    (member, inner): (&ServerName, &str),
    several: &HashMap<String, usize>,
) -> Option<String> {
    match kind {
        ListKind::Tools | ListKind::Prompts => around.whole.names.outward(member, inner),
        ListKind::Resources | ListKind::ResourceTemplates => {
            let long = several.contains_key(inner) || uris::inward(inner).is_some();
            Some(match long {
                true => uris::outward(member, inner),
                false => inner.to_owned(),
            })
        }
    }
}

/// Whether a caller may know of it: the very rule that judges its use (GW-13, GW-14).
pub(crate) fn shows(rights: &Rights, kind: ListKind, name: &str) -> bool {
    rights.include(match kind {
        ListKind::Tools => Action::Call(name, None),
        ListKind::Prompts => Action::Prompt(name),
        ListKind::Resources | ListKind::ResourceTemplates => Action::Read(name),
    })
}

fn digest(items: &[String]) -> String {
    let digest = Digest::of(&items.join("\n"));
    let bytes = digest.as_bytes().iter();
    bytes.take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl Merged {
    fn answer(&self, kind: ListKind, id: &str, page: &[String], next: Option<&str>) -> Bytes {
        let next = next.map(|next| format!(r#""nextCursor":{},"#, quoted(next)));
        let ttl = self.ttl.saturating_sub(self.at.elapsed()).as_millis();
        let meta = told(&self.absent, self.unnamed);
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"complete","{}":[{}],{}"ttlMs":{ttl},"cacheScope":"private"{meta}}}}}"#,
            kind.field(),
            page.join(","),
            next.unwrap_or_default(),
        )
        .into()
    }

    /// How much memory it takes.
    pub(super) fn size(&self) -> usize {
        self.items.iter().map(String::len).sum()
    }
}

/// The `_meta` that says what is missing; nothing when nothing is.
pub(crate) fn told(absent: &[(ServerName, Missing)], unnamed: usize) -> String {
    if absent.is_empty() && unnamed == 0 {
        return String::new();
    }
    let one = |(server, why): &(ServerName, Missing)| json!({ "server": server.as_str(), "reason": why.to_string() });
    let mut meta = serde_json::Map::new();
    if !absent.is_empty() {
        meta.insert(ABSENT.to_owned(), absent.iter().map(one).collect());
    }
    if unnamed > 0 {
        meta.insert(UNNAMED.to_owned(), Value::from(unnamed));
    }
    format!(r#","_meta":{}"#, Value::from(meta))
}

/// Which servers have no part in an answer, and why.
pub(crate) const ABSENT: &str = "dev.doorward/absent";
/// How many tools or prompts have names that cannot be told.
const UNNAMED: &str = "dev.doorward/unnamed";
/// How many items a page has at most.
pub(super) const PAGE: usize = 250;
const PAGE_BYTES: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use doorward_mcp::error::Code;

    use super::{
        super::scripted::{Act, Caller, Scripted, declaring, error, listing, read, request},
        *,
    };

    async fn tools(asker: &Scripted, caller: &Caller, params: Value) -> Result<Value, String> {
        listed(
            asker,
            caller,
            ListKind::Tools,
            &request("tools/list", params),
        )
        .await
    }

    async fn listed(
        asker: &Scripted,
        caller: &Caller,
        kind: ListKind,
        body: &str,
    ) -> Result<Value, String> {
        match list(asker, caller.around(), kind, &read(body)).await {
            Ok(json) => {
                let answer: Value = serde_json::from_slice(&json).expect("JSON");
                assert_eq!(answer["id"], "mine");
                assert_eq!(answer["result"]["cacheScope"], "private"); // P-013
                Ok(answer["result"].clone())
            }
            Err(Unlisted::No(no)) => Err(no.to_owned()),
            Err(Unlisted::Error(error)) => Err(error.code().number().to_string()),
        }
    }

    fn names(list: &Value, field: &str, key: &str) -> Vec<String> {
        let items = list[field].as_array().expect("a list").iter();
        items
            .map(|item| item[key].as_str().expect("a name").to_owned())
            .collect()
    }

    fn of(names: &'static [&'static str]) -> impl Fn(&Value) -> Act + Send + Sync {
        move |_| listing("tools", "name", names, 60_000, "public")
    }

    #[tokio::test]
    async fn lists_are_one_in_a_stable_order_with_what_the_caller_may_use() {
        // GW-13, P-004, P-013
        let asker = Scripted::default()
            .with("notes", of(&["b", "a", "not a name"]))
            .with("files", of(&["read", "drop"]))
            .only(&["read"], &[])
            .with("mail", |_| error(Code::MethodNotFound.number()));
        let list = tools(&asker, &Caller::new("alice"), json!({}))
            .await
            .expect("a list");
        assert_eq!(
            names(&list, "tools", "name"),
            ["files_read", "notes_b", "notes_a"]
        );
        assert_eq!(list["tools"][0]["x"], 1, "unknown members stay");
        assert_eq!(list["_meta"], json!({"dev.doorward/unnamed": 1}));
        assert!(list.get("nextCursor").is_none());
        let ttl = list["ttlMs"].as_u64().expect("ttl");
        assert!((59_000..=60_000).contains(&ttl), "{ttl}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_dead_a_slow_and_a_broken_member_are_absent_and_the_others_answer() {
        // GW-27
        let asker = Scripted::default()
            .with("files", of(&["read"]))
            .with("mail", |_| Act::Dead)
            .with("notes", |_| Act::Hold(Vec::new()))
            .with("odd", |_| error(-32603));
        let caller = Caller::new("alice");
        let list = tools(&asker, &caller, json!({})).await.expect("a list");
        assert_eq!(names(&list, "tools", "name"), ["files_read"]);
        assert_eq!(list["ttlMs"], 0, "who is absent may be back any moment");
        let absent = &list["_meta"][ABSENT];
        let told = |index: usize| {
            (
                absent[index]["server"].clone(),
                absent[index]["reason"].clone(),
            )
        };
        assert_eq!(
            told(0),
            (json!("mail"), json!("the MCP server cannot be reached"))
        );
        assert_eq!(
            told(1),
            (
                json!("notes"),
                json!("the MCP server did not answer in time")
            )
        );
        assert_eq!(told(2).0, json!("odd"));
    }

    #[tokio::test]
    async fn who_may_ask_nobody_is_refused_and_who_may_ask_some_is_told_less() {
        let all = Scripted::default()
            .with("files", |_| Act::Refuse)
            .with("mail", |_| Act::Refuse);
        let caller = Caller::new("alice");
        assert_eq!(
            tools(&all, &caller, json!({})).await,
            Err("refused".to_owned())
        );
        let some = Scripted::default()
            .with("files", |_| Act::Refuse)
            .with("mail", of(&["send"]));
        let list = tools(&some, &caller, json!({})).await.expect("a list");
        assert_eq!(names(&list, "tools", "name"), ["mail_send"]);
        assert_eq!(list["_meta"][ABSENT][0]["server"], "files");
    }

    fn many(count: usize, ttl: u64) -> impl Fn(&Value) -> Act + Send + Sync {
        move |request| {
            // A member has pages as well, and the empty string is a cursor (P-008).
            let (start, cursor) = match request["params"]["cursor"].as_str() {
                None => (0, Some("")),
                Some("") => (count / 2, None),
                Some(other) => panic!("{other}"),
            };
            let items: Vec<Value> = (start..start + count / 2)
                .map(|number| json!({"name": format!("t{number:04}")}))
                .collect();
            let mut result = json!({"tools": items, "ttlMs": ttl, "cacheScope": "private"});
            if let Some(cursor) = cursor {
                result["nextCursor"] = cursor.into();
            }
            super::super::scripted::result(result)
        }
    }

    #[tokio::test]
    async fn pages_are_of_one_snapshot_and_a_cursor_is_good_for_its_owner_alone() {
        // P-008, GW-18
        for ttl in [0, 60_000] {
            let asker = Scripted::default()
                .with("files", many(300, ttl))
                .with("notes", many(300, ttl));
            let mut caller = Caller::new("alice");
            let (mut all, mut cursor, mut first) = (Vec::new(), Value::Null, None);
            loop {
                let page = tools(&asker, &caller, json!({ "cursor": cursor }))
                    .await
                    .expect("a page");
                assert!(names(&page, "tools", "name").len() <= PAGE);
                all.extend(names(&page, "tools", "name"));
                cursor = page["nextCursor"].clone();
                if cursor.is_null() {
                    break;
                }
                first.get_or_insert(cursor.clone());
            }
            assert_eq!(all.len(), 600);
            assert!(all.is_sorted() && all[0] == "files_t0000" && all[599] == "notes_t0299");
            let first = first.expect("several pages");
            let text = first.as_str().expect("text");
            let wrong = |cursor: &str| json!({ "cursor": cursor });
            let refused = Err(Code::InvalidParams.number().to_string());
            let turned: String = text.chars().rev().collect();
            let cut = text.strip_suffix(char::is_alphanumeric).unwrap_or("x");
            for cursor in [turned.as_str(), cut, "x", "{}"] {
                assert_eq!(
                    tools(&asker, &caller, wrong(cursor)).await,
                    refused,
                    "{cursor}"
                );
            }
            assert_eq!(tools(&asker, &caller, json!({"cursor": 7})).await, refused);
            let begin = tools(&asker, &caller, wrong(""))
                .await
                .expect("the first page");
            assert_eq!(names(&begin, "tools", "name")[0], "files_t0000");
            let bob = caller.beside("bob");
            assert_eq!(tools(&asker, &bob, wrong(text)).await, refused, "another's");
            let prompts = request("prompts/list", wrong(text));
            let other = listed(&asker, &caller, ListKind::Prompts, &prompts).await;
            assert_eq!(other, refused, "of another list");
            caller.now += 15 * 60;
            assert_eq!(
                tools(&asker, &caller, wrong(text)).await,
                refused,
                "too old"
            );
        }
    }

    #[tokio::test]
    async fn a_cursor_of_another_replica_counts_for_as_long_as_the_list_is_the_same() {
        // P-008
        let asker = Scripted::default().with("files", many(600, 0));
        let here = Caller::new("alice");
        let page = tools(&asker, &here, json!({})).await.expect("a page");
        let next = json!({"cursor": page["nextCursor"]});
        let elsewhere = Caller::new("alice");
        let page = tools(&asker, &elsewhere, next.clone())
            .await
            .expect("the same list");
        assert_eq!(names(&page, "tools", "name")[0], "files_t0250");
        let changed = Scripted::default().with("files", many(602, 0));
        let elsewhere = Caller::new("alice");
        let refused = Err(Code::InvalidParams.number().to_string());
        assert_eq!(tools(&changed, &elsewhere, next).await, refused);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_kept_ages_and_is_the_token_s_own_unless_it_is_everybodys() {
        // P-011, P-013, P-015, GW-18
        let asker = Scripted::default()
            .with("files", of(&["read"]))
            .with("mail", |_| {
                listing("tools", "name", &["send"], 60_000, "private")
            })
            .with("notes", |_| {
                listing("tools", "name", &["add"], 0, "private")
            });
        let alice = Caller::new("alice");
        let bob = alice.beside("bob");
        let count = || ["files", "mail", "notes"].map(|name| asker.count(name));
        tools(&asker, &alice, json!({})).await.expect("a list");
        tokio::time::advance(Duration::from_secs(20)).await;
        tools(&asker, &alice, json!({})).await.expect("a list");
        assert_eq!(count(), [1, 1, 2], "what lasts no time is asked for again");
        tools(&asker, &bob, json!({})).await.expect("a list");
        assert_eq!(count(), [1, 2, 3], "bob never sees what is alice's");
        let rich = declaring("tools/list", json!({}), json!({"sampling": {}}));
        listed(&asker, &alice, ListKind::Tools, &rich)
            .await
            .expect("a list");
        assert_eq!(
            count(),
            [2, 3, 4],
            "another client may be told other things"
        );
        tokio::time::advance(Duration::from_secs(41)).await;
        tools(&asker, &alice, json!({})).await.expect("a list");
        assert_eq!(count(), [3, 4, 5], "its time is over");
    }

    #[tokio::test]
    async fn a_list_that_changed_is_asked_for_again() {
        // P-015
        let version = Arc::new(AtomicU64::new(0));
        let now = Arc::clone(&version);
        let asker = Scripted::default().with("files", move |_| match now.load(Ordering::SeqCst) {
            0 => listing("tools", "name", &["old"], 60_000, "public"),
            _ => listing("tools", "name", &["new"], 60_000, "public"),
        });
        let caller = Caller::new("alice");
        tools(&asker, &caller, json!({})).await.expect("a list");
        version.store(1, Ordering::SeqCst);
        let list = tools(&asker, &caller, json!({})).await.expect("a list");
        assert_eq!(names(&list, "tools", "name"), ["files_old"]);
        let files = ServerName::parse("files").expect("a name");
        let said = asker
            .changes(&files)
            .note(doorward_mcp::method::Method::ToolsListChanged);
        assert!(said);
        let list = tools(&asker, &caller, json!({})).await.expect("a list");
        assert_eq!(names(&list, "tools", "name"), ["files_new"]);
    }

    #[tokio::test]
    async fn uris_that_several_members_have_are_told_apart() {
        let script = |uris: &'static [&'static str]| {
            move |_: &Value| listing("resources", "uri", uris, 0, "private")
        };
        let asker = Scripted::default()
            .with("files", script(&["file:///a", "note:1", "mcp+mail+x"]))
            .with("mail", script(&["note:1", "note:2"]))
            .with("notes", script(&["note:2", "note:3"]))
            .only(&[], &["note:3"]);
        let body = request("resources/list", json!({}));
        let caller = Caller::new("alice");
        let list = listed(&asker, &caller, ListKind::Resources, &body)
            .await
            .expect("a list");
        #[rustfmt::skip]
        assert_eq!(names(&list, "resources", "uri"), [
            "file:///a", "mcp+files+note:1", "mcp+files+mcp+mail+x",
            "mcp+mail+note:1", "note:2", "note:3", // what is hidden makes nothing ambiguous
        ]);
    }
}
