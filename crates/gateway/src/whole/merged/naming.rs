//! What the things of one list are called where all servers are one.
//!
//! A name leads back by itself. A URI does when no other member that the caller may use lists it,
//! or has a template that could have made it; else it gets the long form. While somebody is absent
//! it keeps the short form only for whom the caller knows to have it.

use std::{borrow::Cow, collections::HashMap};

use doorward_core::server::ServerName;
use doorward_mcp::list::ListKind;

use super::{
    super::{
        Around,
        effort::{Effort, Spent},
        gathered::{Part, Parts},
        lists::Entry,
        uris,
    },
    shows,
};

/// How the caller is told of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// By a name that begins with its member's.
    Name,
    /// By its own URI.
    Short,
    /// By a URI that says whose it is.
    Long,
}

impl Form {
    /// The item in this form; none where it has no name that can be told.
    pub(super) fn of<'e>(
        self,
        around: Around<'_>,
        (server, entry): (&ServerName, &'e Entry),
    ) -> Option<Cow<'e, str>> {
        let inner = &*entry.name;
        let name = match self {
            Self::Name => around.whole.names.outward(server, inner)?,
            Self::Long => uris::outward(server, inner),
            Self::Short => return Some(Cow::Borrowed(&entry.json)),
        };
        Some(entry.named(&name).into())
    }
}

/// How things are called in one list.
pub(super) struct Naming<'a> {
    pub(super) around: Around<'a>,
    pub(super) kind: ListKind,
    /// URIs that more than one member has, as far as the caller may know.
    several: HashMap<&'a str, usize>,
    templates: &'a [Part<'a>],
    is_whole: bool,
}

impl<'a> Naming<'a> {
    pub(super) async fn of(
        around: Around<'a>,
        kind: ListKind,
        (listed, made): (&'a Parts<'a>, &'a Parts<'a>),
        effort: &mut Effort,
    ) -> Self {
        Self {
            around,
            kind,
            several: several(&listed.parts, kind, effort).await,
            templates: &made.parts,
            is_whole: listed.absent.is_empty() && made.absent.is_empty(),
        }
    }

    /// How an item is told.
    pub(super) async fn form(
        &self,
        server: &ServerName,
        entry: &Entry,
        effort: &mut Effort,
    ) -> Form {
        let inner = &*entry.name;
        let short = match self.kind {
            ListKind::Tools | ListKind::Prompts => return Form::Name,
            // What it opens is nobody's before it is opened, so that none could stand for it.
            ListKind::ResourceTemplates => self.is_whole,
            ListKind::Resources => self.is_whole || self.is_known(server, inner),
        };
        // What is not found out may be another's.
        match short && self.is_shared(server, inner, effort).await == Ok(false) {
            true => Form::Short,
            false => Form::Long,
        }
    }

    /// Whether the short form could mean another member's.
    async fn is_shared(
        &self,
        server: &ServerName,
        inner: &str,
        effort: &mut Effort,
    ) -> Result<bool, Spent> {
        if self.several.contains_key(inner) || uris::inward(inner).is_some() {
            return Ok(true);
        }
        let others = self.templates.iter();
        for other in others.filter(|other| other.member.name != server) {
            if other.makes(inner, effort).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the caller knows it as this member's: who is absent may have it as well.
    fn is_known(&self, server: &ServerName, inner: &str) -> bool {
        let was = self.around.whole.shown.find(self.around.whose, inner);
        was.is_some_and(|was| was == *server)
    }
}

/// URIs that more than one member has, as far as the caller may know.
async fn several<'a>(
    parts: &'a [Part<'a>],
    kind: ListKind,
    effort: &mut Effort,
) -> HashMap<&'a str, usize> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
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
            *seen.entry(name).or_default() += 1;
        }
        effort.took(part.kept.list.size()).await;
    }
    seen.retain(|_, count| *count > 1);
    seen
}
