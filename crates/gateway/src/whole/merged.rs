//! The lists of all members as one (P-008, P-013, P-015).
//!
//! ```text
//! members by name, each in its own order -> what the caller may use, in our names
//!     -> pages of an ordered snapshot -> cursor { how many before, which snapshot }, sealed
//! ```
//!
//! A URI is told in the short form when that is one member's alone: no other lists it, or has a
//! template that could have made it, and while somebody is absent the caller knows it as theirs.
//! Nothing is copied: an item is the place where it stands in its member's list. A snapshot is kept
//! for as long as its cursors count. One that is gone, or of another replica, or whose members the
//! caller may not all ask any more, is made again, and counts when it is the same list; else the
//! cursor is a wrong one.

mod naming;

use std::{borrow::Cow, sync::Arc, time::Duration};

use bytes::Bytes;
use doorward_core::{
    permit::{Action, Rights},
    secret::Digest,
    server::ServerName,
};
use doorward_mcp::{
    envelope::Request,
    error::{Code, RpcError},
    list::ListKind,
};
use futures_util::future::join;
use serde_json::{Value, json};
use tokio::time::Instant;

use self::naming::{Form, Naming};
use super::{
    Around, Ask,
    cache::Kept,
    effort::Effort,
    gathered::{Gathering, Part, Parts},
    lists::{self, Entry, Missing},
    message::quoted,
    seals::Cursor,
};

/// An ordered list at one moment. What stands in it is what members listed, and no copy.
pub(crate) struct Merged {
    items: Vec<Told>,
    lists: Vec<(ServerName, Arc<Kept>)>,
    absent: Vec<(ServerName, Missing)>,
    /// How many have names that cannot be told.
    unnamed: usize,
    ttl: Duration,
    at: Instant,
    digest: String,
    /// Of whom it is, whoever answered.
    members: Vec<ServerName>,
}

/// One item as the caller is told it.
struct Told {
    /// The number of the list in which it stands, and its own.
    at: (usize, usize),
    form: Form,
    bytes: usize,
}

/// Why there is no list.
#[derive(Debug)]
pub(crate) enum Unlisted<N> {
    /// No member may be asked.
    No(N),
    /// The request is wrong.
    Error(RpcError),
}

/// The answer to a list request.
pub(crate) async fn list<A: Ask>(
    asker: &A,
    around: Around<'_>,
    kind: ListKind,
    request: &Request<'_>,
) -> Result<Bytes, Unlisted<A::No>> {
    let cursor = cursor(around, kind, request).map_err(Unlisted::Error)?;
    let gathering = Gathering::begin(asker, around, request, kind).map_err(Unlisted::No)?;
    let known = cursor.as_ref().and_then(|cursor| {
        let snapshots = &around.whole.cached;
        let known = snapshots.snapshot(&around.whose.token, kind, &cursor.list)?;
        let same = known.members.iter().eq(gathering.members());
        same.then_some(known)
    });
    let merged = match known {
        Some(merged) => merged,
        None => {
            let merged = merge(&gathering, around, kind).await?;
            Arc::new(merged)
        }
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
    merged.shown(around, page);
    let page = merged.page(around, page);
    Ok(merged.answer(kind, request.id.as_json(), &page, next.as_deref()))
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
fn page_end(items: &[Told], offset: usize) -> usize {
    let mut bytes = 0;
    let page = items.iter().skip(offset).take(PAGE);
    let fits = page.take_while(|item| {
        let first = bytes == 0;
        bytes += item.bytes;
        first || bytes <= PAGE_BYTES
    });
    offset + fits.count()
}

async fn merge<A: Ask>(
    gathering: &Gathering<'_, A>,
    around: Around<'_>,
    kind: ListKind,
) -> Result<Merged, Unlisted<A::No>> {
    let both = both(gathering, kind).await.map_err(Unlisted::No)?;
    let Both { listed, made } = &both;
    let mut effort = Effort::new();
    let naming = Naming::of(around, kind, (listed, made), &mut effort).await;
    let ((mut held, most), mut making) = (gathering.room(), Making::default());
    for part in listed.parts.iter().enumerate() {
        making.add(part, &naming, &mut effort).await;
        if !held.reach(making.items.len() * size_of::<Told>(), most) {
            return Err(Unlisted::Error(too_much()));
        }
    }
    let parts = || listed.parts.iter().chain(&made.parts);
    let least = parts().map(|part| part.left).min().unwrap_or_default();
    let all_are_here = listed.absent.is_empty() && made.absent.is_empty();
    let lists = listed.parts.iter();
    Ok(Merged {
        digest: making.chain.told(),
        members: gathering.members().cloned().collect(),
        items: making.items,
        lists: lists
            .map(|part| (part.member.name.clone(), Arc::clone(&part.kept)))
            .collect(),
        unnamed: making.unnamed,
        // Who is absent may be back any moment.
        ttl: match all_are_here {
            true => least,
            false => Duration::ZERO,
        },
        absent: listed.absent.clone(),
        at: Instant::now(),
    })
}

/// A list of all while it is made.
#[derive(Default)]
struct Making {
    items: Vec<Told>,
    unnamed: usize,
    chain: Chain,
}

impl Making {
    /// What a member lists, as far as the caller may know of it.
    async fn add(
        &mut self,
        (list, part): (usize, &Part<'_>),
        naming: &Naming<'_>,
        effort: &mut Effort,
    ) {
        let (server, rights) = (part.member.name, part.member.rights);
        for (number, entry) in part.kept.list.items.iter().enumerate() {
            effort.took(STEPS + entry.json.len()).await;
            if !shows(rights, naming.kind, &entry.name) {
                continue;
            }
            let form = naming.form(server, entry, effort).await;
            let Some(json) = form.of(naming.around, (server, entry)) else {
                self.unnamed += 1;
                continue;
            };
            self.chain.add(&json);
            let (at, bytes) = ((list, number), json.len());
            self.items.push(Told { at, form, bytes });
        }
    }
}

fn too_much() -> RpcError {
    let code = Code::application(429).unwrap_or(Code::Internal);
    RpcError::answer(
        code,
        "too many long lists are being made for this user: try again later",
    )
}

/// What is listed, and the templates that say more of whose it is.
struct Both<'a> {
    listed: Parts<'a>,
    made: Parts<'a>,
}

async fn both<'a, A: Ask>(gathering: &Gathering<'a, A>, kind: ListKind) -> Result<Both<'a>, A::No> {
    if kind != ListKind::Resources {
        let made = Parts::default();
        let listed = gathering.list(kind).await?;
        return Ok(Both { listed, made });
    }
    let templates = gathering.list(ListKind::ResourceTemplates);
    let (listed, made) = join(gathering.list(kind), templates).await;
    let (listed, made) = (listed?, made?);
    Ok(Both { listed, made })
}

/// Whether a caller may know of it: the very rule that judges its use (GW-13, GW-14).
pub(crate) fn shows(rights: &Rights, kind: ListKind, name: &str) -> bool {
    rights.include(match kind {
        ListKind::Tools => Action::Call(name, None),
        ListKind::Prompts => Action::Prompt(name),
        ListKind::Resources | ListKind::ResourceTemplates => Action::Read(name),
    })
}

/// The digest of a list, one item after another.
#[derive(Default)]
struct Chain([u8; 32]);

impl Chain {
    fn add(&mut self, json: &str) {
        let both = [self.0, *Digest::of(json).as_bytes()];
        self.0 = *Digest::of_bytes(both.as_flattened()).as_bytes();
    }

    fn told(&self) -> String {
        let bytes = self.0.iter().take(16);
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Merged {
    /// Whose an item is, and as it stood there.
    fn stood(&self, told: &Told) -> Option<(&ServerName, &Entry)> {
        let (server, kept) = self.lists.get(told.at.0)?;
        Some((server, kept.list.items.get(told.at.1)?))
    }

    /// Items as the caller is told them.
    fn page<'s>(&'s self, around: Around<'_>, page: &[Told]) -> Vec<Cow<'s, str>> {
        let page = page.iter();
        page.filter_map(|told| told.form.of(around, self.stood(told)?))
            .collect()
    }

    fn answer(&self, kind: ListKind, id: &str, page: &[Cow<'_, str>], next: Option<&str>) -> Bytes {
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

    /// Notes whose short URIs are, now that the caller is told of them.
    fn shown(&self, around: Around<'_>, page: &[Told]) {
        for item in page.iter().filter(|item| item.form == Form::Short) {
            if let Some((member, entry)) = self.stood(item) {
                around.whole.shown.note(around.whose, &entry.name, member);
            }
        }
    }

    /// How much memory it takes, with the lists that it keeps.
    pub(super) fn size(&self) -> usize {
        let lists = self.lists.iter().map(|(_, kept)| kept.list.size());
        self.items.len() * size_of::<Told>() + lists.sum::<usize>()
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
/// What an item takes beside the reading of its text.
const STEPS: usize = 1024;

#[cfg(test)]
mod tests;
