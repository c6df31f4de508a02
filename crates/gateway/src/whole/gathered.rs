//! What all members list, asked for once in a request.
//!
//! ```text
//! member judged -> kept? -> its part
//!       |            \--> asked, page by page, within one deadline -> kept, its part
//!       \-- no --------------------------------------- anything else: absent
//! ```
//!
//! Nobody is shown what is kept of a member that would not answer them now (P-014). Whatever a
//! request gathers is there within [`PATIENCE`], counts against what its caller may hold, and
//! makes no process go that a client of theirs holds.

use std::{sync::Arc, time::Duration};

use doorward_core::{permit::Action, server::ServerName};
use doorward_mcp::{
    envelope::Request,
    list::ListKind,
    splice::{Edit, splice_within},
};
use futures_util::future::join_all;
use tokio::time::Instant;

use super::{
    Around, Ask, Declined, PATIENCE, Usable,
    cache::{Kept, Key, declared},
    effort::{Effort, Spent},
    lists::{self, Missing},
    merged::shows,
    message::quoted,
    patiently,
};
use crate::places::Buffered;

/// The members that one request may ask, and until when it waits for them.
pub(crate) struct Gathering<'a, A: Ask> {
    asker: &'a A,
    around: Around<'a>,
    request: &'a Request<'a>,
    members: Vec<Usable<'a>>,
    refused: Vec<(ServerName, Missing)>,
    until: Instant,
}

/// What one member has to say.
pub(crate) struct Part<'a> {
    pub(crate) member: Usable<'a>,
    pub(crate) kept: Arc<Kept>,
    pub(crate) left: Duration,
    /// What the caller holds of it.
    _held: Option<Buffered>,
}

/// The parts of those who answered, and who did not.
#[derive(Default)]
pub(crate) struct Parts<'a> {
    pub(crate) parts: Vec<Part<'a>>,
    pub(crate) absent: Vec<(ServerName, Missing)>,
}

impl<'a, A: Ask> Gathering<'a, A> {
    /// Judges every member for a list of this kind; where none may be asked, why.
    pub(crate) fn begin(
        asker: &'a A,
        around: Around<'a>,
        request: &'a Request<'a>,
        kind: ListKind,
    ) -> Result<Self, A::No> {
        let (mut members, mut refused, mut refusal) = (Vec::new(), Vec::new(), None);
        for member in asker.members() {
            match asker.admits(member.name, lists::method(kind)) {
                Ok(()) => members.push(member),
                Err(no) => {
                    let missing = Missing::of(Declined::No(no), &mut refusal);
                    refused.push((member.name.clone(), missing));
                }
            }
        }
        match refusal {
            Some(no) if members.is_empty() => Err(no),
            Some(_) | None => Ok(Self {
                asker,
                around,
                request,
                members,
                refused,
                until: Instant::now() + PATIENCE,
            }),
        }
    }

    /// The names of those who may be asked.
    pub(crate) fn members(&self) -> impl Iterator<Item = &'a ServerName> {
        self.members.iter().map(|member| member.name)
    }

    /// What the caller holds of all that is gathered counts here, and so much may be held.
    pub(crate) fn room(&self) -> (Buffered, usize) {
        self.asker.room()
    }

    /// Asks all members at once, or takes their kept lists.
    pub(crate) async fn list(&self, kind: ListKind) -> Result<Parts<'a>, A::No> {
        let asked = self.members.iter().map(|member| async move {
            let part = self.part(kind, *member).await;
            (*member, part)
        });
        let (mut parts, mut absent, mut refusal) = (Vec::new(), self.refused.clone(), None);
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
        absent.sort_by(|(one, _), (other, _)| one.cmp(other));
        match refusal.filter(|_| absent.iter().all(|(_, it)| *it == Missing::Refused)) {
            Some(no) if parts.is_empty() => Err(no),
            Some(_) | None => Ok(Parts { parts, absent }),
        }
    }

    async fn part(&self, kind: ListKind, member: Usable<'a>) -> Result<Part<'a>, Declined<A::No>> {
        let Self { asker, around, .. } = *self;
        let (cached, changed) = (&around.whole.cached, asker.changes(member.name));
        let capabilities = self.request.params.meta.client_capabilities;
        let key = |whose| Key {
            member: member.name.clone(),
            kind,
            capabilities: declared(capabilities.map_or("", |raw| raw.as_str())),
            whose,
        };
        let own = || key(Some(around.whose.token.clone()));
        let known = cached.find(&key(None), &changed);
        if let Some((kept, left)) = known.or_else(|| cached.find(&own(), &changed)) {
            return Ok(Part::of(member, (kept, left), None));
        }
        let changes = changed.of(kind);
        let meta = meta(self.request, "w-list");
        let fresh = || around.seals.fresh();
        let listing = lists::all(asker, member.name, kind, (&meta, &fresh));
        let (list, held) = patiently(self.until, listing).await?;
        let (left, key) = (list.lasts(), if list.public { key(None) } else { own() });
        let kept = cached.keep(key, list, changes);
        Ok(Part::of(member, (kept, left), Some(held)))
    }
}

impl<'a> Part<'a> {
    fn of(member: Usable<'a>, (kept, left): (Arc<Kept>, Duration), held: Option<Buffered>) -> Self {
        Self {
            member,
            kept,
            left,
            _held: held,
        }
    }

    /// Whether it lists this very thing, as far as the caller may know.
    pub(crate) fn lists(&self, kind: ListKind, name: &str) -> bool {
        let mut items = self.kept.list.items.iter();
        items.any(|item| *item.name == *name) && shows(self.member.rights, kind, name)
    }

    /// Whether one of its templates could have made a URI that the caller may read.
    pub(crate) async fn makes(&self, uri: &str, effort: &mut Effort) -> Result<bool, Spent> {
        for item in &self.kept.list.items {
            if effort.fits(&item.name, uri).await? {
                return Ok(self.member.rights.include(Action::Read(uri)));
            }
        }
        Ok(false)
    }
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
