//! The lists of all members as one (P-008, P-013, P-015).
//!
//! ```text
//! members by name, each in its own order -> what the caller may use, in our names
//!     -> pages of an ordered snapshot -> cursor { how many before, which snapshot }, sealed
//! ```
//!
//! A URI is told in the short form when that is one member's alone: no other lists it, or has a
//! template that could have made it. A snapshot is kept for as long as its cursors count. One that
//! is gone, or of another replica, or whose members the caller may not all ask any more, is made
//! again, and counts when it is the same list; else the cursor is a wrong one.

mod naming;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use doorward_core::{
    permit::{Action, Rights},
    secret::Digest,
    server::ServerName,
};
use doorward_mcp::{envelope::Request, error::RpcError, list::ListKind};
use futures_util::future::join;
use serde_json::{Value, json};
use tokio::time::Instant;

use self::naming::{Naming, Told};
use super::{
    Around, Ask,
    gathered::{Gathering, Parts},
    lists::{self, Missing},
    message::quoted,
    seals::Cursor,
};

/// An ordered list at one moment.
pub(crate) struct Merged {
    items: Vec<Told>,
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
            let merged = merge(&gathering, around, kind).await;
            Arc::new(merged.map_err(Unlisted::No)?)
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
fn page_end(items: &[Told], offset: usize) -> usize {
    let mut bytes = 0;
    let page = items.iter().skip(offset).take(PAGE);
    let fits = page.take_while(|item| {
        let first = bytes == 0;
        bytes += item.json.len();
        first || bytes <= PAGE_BYTES
    });
    offset + fits.count()
}

async fn merge<A: Ask>(
    gathering: &Gathering<'_, A>,
    around: Around<'_>,
    kind: ListKind,
) -> Result<Merged, A::No> {
    let Both { listed, made } = both(gathering, kind).await?;
    let naming = Naming::of(around, kind, (&listed, &made));
    let members: Vec<ServerName> = gathering.members().cloned().collect();
    let (mut items, mut unnamed) = (Vec::new(), 0);
    for part in &listed.parts {
        let member = members.iter().position(|name| name == part.member.name);
        for (number, entry) in part.kept.list.items.iter().enumerate() {
            if number % AT_ONCE == AT_ONCE - 1 {
                tokio::task::yield_now().await; // long lists are no reason for others to wait
            }
            if !shows(part.member.rights, kind, &entry.name) {
                continue;
            }
            let told = naming.told(part.member.name, entry, member.unwrap_or_default());
            match told {
                Some(told) => items.push(told),
                None => unnamed += 1,
            }
        }
    }
    let parts = || listed.parts.iter().chain(&made.parts);
    let least = parts().map(|part| part.left).min().unwrap_or_default();
    let all_are_here = listed.absent.is_empty() && made.absent.is_empty();
    Ok(Merged {
        digest: digest(&items),
        members,
        items,
        unnamed,
        // Who is absent may be back any moment.
        ttl: match all_are_here {
            true => least,
            false => Duration::ZERO,
        },
        absent: listed.absent,
        at: Instant::now(),
    })
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

fn digest(items: &[Told]) -> String {
    let all: Vec<&str> = items.iter().map(|item| item.json.as_str()).collect();
    let digest = Digest::of(&all.join("\n"));
    let bytes = digest.as_bytes().iter();
    bytes.take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl Merged {
    fn answer(&self, kind: ListKind, id: &str, page: &[Told], next: Option<&str>) -> Bytes {
        let page: Vec<&str> = page.iter().map(|item| item.json.as_str()).collect();
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
        for item in page {
            if let (Some(uri), Some(member)) = (&item.short, self.members.get(item.member)) {
                around.whole.shown.note(around.whose, uri, member);
            }
        }
    }

    /// How much memory it takes.
    pub(super) fn size(&self) -> usize {
        let size = |item: &Told| item.json.len() + item.short.as_ref().map_or(0, |it| it.len());
        self.items.iter().map(size).sum()
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
/// How many items are looked at before others get their turn.
const AT_ONCE: usize = 256;

#[cfg(test)]
mod tests;
