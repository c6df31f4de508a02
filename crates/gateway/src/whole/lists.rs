//! The whole list of one member, page by page, as long as it is reasonable: so many pages, items
//! and bytes, and what its caller may hold (GW-28). For how long it is waited for is for who asks.

use std::{collections::HashSet, ops::Range, time::Duration};

use bytes::Bytes;
use doorward_core::server::ServerName;
use doorward_mcp::{
    envelope::{Message, Outcome},
    error::Code,
    json::Raw,
    list::{Item, List, ListKind},
    method::Method,
};

use super::{Ask, Declined, message::quoted, response};
use crate::{places::Buffered, upstream::Fault};

/// What a member lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listed {
    pub(crate) items: Vec<Entry>,
    /// For how long it says so; never longer than an hour.
    pub(crate) ttl: Duration,
    /// Whether it is the same for everybody.
    pub(crate) public: bool,
    /// There is no such list at all: nothing that could become old, and nothing to keep (P-012).
    none: bool,
    bytes: usize,
}

/// One item, as it stood.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) json: Box<str>,
    pub(crate) name: Box<str>,
    name_at: Range<usize>,
}

/// Why a member has no part in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Missing {
    #[error("{0}")]
    Fault(Fault),
    #[error("the MCP server answered with an error ({0})")]
    Error(i64),
    #[error("this caller's token does not open it now")]
    Refused,
}

impl Missing {
    /// Of a member that gave no answer; the reason is kept when it may not be asked.
    pub(crate) fn of<N>(declined: Declined<N>, refusal: &mut Option<N>) -> Self {
        match declined {
            Declined::Fault(fault) => Self::Fault(fault),
            Declined::Error(code) => Self::Error(code),
            Declined::No(no) => {
                refusal.get_or_insert(no);
                Self::Refused
            }
        }
    }
}

impl Entry {
    fn of(item: &Item<'_>) -> Self {
        let (start, span) = (item.raw.span().start, item.name_raw.span());
        Self {
            json: item.raw.as_str().into(),
            name: item.name.as_ref().into(),
            name_at: span.start.saturating_sub(start)..span.end.saturating_sub(start),
        }
    }

    /// The item under another name.
    pub(crate) fn named(&self, name: &str) -> String {
        let before = self.json.get(..self.name_at.start).unwrap_or_default();
        let after = self.json.get(self.name_at.end..).unwrap_or_default();
        format!("{before}{}{after}", quoted(name))
    }
}

/// The method that lists such things.
pub(crate) const fn method(kind: ListKind) -> Method {
    match kind {
        ListKind::Tools => Method::ToolsList,
        ListKind::Prompts => Method::PromptsList,
        ListKind::Resources => Method::ResourcesList,
        ListKind::ResourceTemplates => Method::ResourceTemplatesList,
    }
}

/// A request of our own in the caller's name: `_meta` is theirs.
pub(crate) fn request(id: &str, method: Method, members: &str, meta: &str) -> Bytes {
    let (id, method) = (quoted(id), method.as_str());
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{{members}"_meta":{meta}}}}}"#
    )
    .into()
}

/// Asks a member for all that it lists, and counts what its caller holds then. One that has no
/// such list lists nothing.
pub(crate) async fn all<A: Ask>(
    asker: &A,
    member: &ServerName,
    kind: ListKind,
    (meta, fresh): (&str, &(dyn Fn() -> String + Sync)),
) -> Result<(Listed, Buffered), Declined<A::No>> {
    let mut listed = Listed::default();
    let (mut held, most) = asker.room();
    let share = share(most, asker.members().len());
    let (mut cursor, mut seen) = (None::<String>, HashSet::new());
    for page in 0..MOST_PAGES {
        let members = cursor
            .as_ref()
            .map(|cursor| format!(r#""cursor":{},"#, quoted(cursor)));
        let members = members.unwrap_or_default();
        let body = request(&fresh(), method(kind), &members, meta);
        let answer = response(asker, member, body).await?;
        let Some(read) = page_of(&answer, kind)? else {
            let none = Listed {
                none: true,
                ..Listed::default()
            };
            return Ok((none, held));
        };
        listed.add(&read, page == 0);
        let is_long = listed.items.len() > MOST_ITEMS || listed.bytes > share;
        if is_long || !held.reach(listed.bytes, most) {
            return Err(Declined::Fault(Fault::TooLarge));
        }
        // The empty string is a cursor like any other (P-008). A server that sends us in circles
        // has told all that it has to tell.
        let next = read
            .next_cursor()
            .and_then(|next| Some(next.text()?.into_owned()));
        listed.bytes += next.as_ref().map_or(0, String::len); // they are remembered, too
        cursor = next.filter(|cursor| seen.insert(cursor.clone()));
        if cursor.is_none() {
            break;
        }
    }
    Ok((listed, held))
}

/// How much one member may list where there are so many, so that none takes the room of all.
fn share(most: usize, members: usize) -> usize {
    let share = most / (4 * members.max(1));
    share.clamp(LEAST_SHARE, MOST_BYTES)
}

/// A page; nothing where there is no such list at all.
fn page_of<N>(answer: &[u8], kind: ListKind) -> Result<Option<List<'_>>, Declined<N>> {
    if let Ok(list) = List::parse(answer, kind) {
        // A question is no list, whatever stands beside it (P-012).
        return match list.result().member(&["resultType"]) {
            Some(said) if said.text().as_deref() != Some("complete") => {
                Err(Declined::Fault(Fault::NotMcp))
            }
            Some(_) | None => Ok(Some(list)),
        };
    }
    match Message::parse(answer) {
        Ok(Message::Response(response)) => match response.outcome {
            Outcome::Error(error) if error.code == Code::MethodNotFound.number() => Ok(None),
            Outcome::Error(error) => Err(Declined::Error(error.code)),
            Outcome::Result(_) => Err(Declined::Fault(Fault::NotMcp)),
        },
        Ok(_) | Err(_) => Err(Declined::Fault(Fault::NotMcp)),
    }
}

impl Listed {
    /// For how long it counts.
    pub(crate) fn lasts(&self) -> Duration {
        match self.none {
            true => LONGEST,
            false => self.ttl,
        }
    }

    /// How much memory it takes.
    pub(crate) const fn size(&self) -> usize {
        self.bytes
    }

    fn add(&mut self, page: &List<'_>, first: bool) {
        self.items.extend(page.items().iter().map(Entry::of));
        let new = page
            .items()
            .iter()
            .map(|item| ENTRY + item.raw.as_str().len() + item.name.len());
        self.bytes += new.sum::<usize>();
        let (ttl, public) = hints(page.result());
        self.ttl = match first {
            true => ttl,
            false => self.ttl.min(ttl),
        };
        self.public = public && (first || self.public);
    }
}

/// How long a result counts, and whether for everybody. What says nothing counts for nobody
/// else and not for long (P-015).
pub(crate) fn hints(result: Raw<'_>) -> (Duration, bool) {
    let ttl = result.member(&["ttlMs"]).and_then(|ttl| ttl.integer());
    let ttl = ttl.and_then(|ttl| u64::try_from(ttl).ok()).unwrap_or(0);
    let scope = result.member(&["cacheScope"]).and_then(|it| it.text());
    let ttl = Duration::from_millis(ttl).min(LONGEST);
    (ttl, scope.as_deref() == Some("public"))
}

const MOST_PAGES: usize = 100;
const MOST_ITEMS: usize = 10_000;
/// Bytes of one list in memory.
const MOST_BYTES: usize = 8 << 20;
/// So much of a list is as good for any member as for the only one.
const LEAST_SHARE: usize = 1 << 20;
/// What an item takes beside its text.
pub(super) const ENTRY: usize = 100;
const LONGEST: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_little_text_takes_memory_as_well() {
        // GW-28
        let item = r#"{"name":"a"}"#;
        let items = vec![item; 1000].join(",");
        let answer = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"tools":[{items}]}}}}"#);
        let page = List::parse(answer.as_bytes(), ListKind::Tools).expect("a list");
        let mut listed = Listed::default();
        listed.add(&page, true);
        assert_eq!(listed.size(), 1000 * (ENTRY + item.len() + 1));
    }

    #[test]
    fn no_member_has_the_room_of_all() {
        // GW-28
        #[rustfmt::skip]
        let cases = [
            (64 << 20,   1,  8 << 20),
            (64 << 20,   4,  4 << 20),
            (64 << 20,   16, 1 << 20),
            (64 << 20,   90, 1 << 20),
            (1_000,      2,  1 << 20), // what the caller may hold counts besides
            (usize::MAX, 0,  8 << 20),
        ];
        for (most, members, expected) in cases {
            assert_eq!(share(most, members), expected, "{most} {members}");
        }
    }
}
