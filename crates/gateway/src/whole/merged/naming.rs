//! What the things of one list are called where all servers are one.
//!
//! A name leads back by itself. A URI does when no other member that the caller may use lists it,
//! has a template that could have made it, or had it and is absent now; else it gets the long form.

use std::collections::HashMap;

use doorward_core::server::ServerName;
use doorward_mcp::list::ListKind;

use super::{
    super::{
        Around,
        gathered::{Part, Parts},
        lists::Entry,
        uris,
    },
    shows,
};

/// One item as the caller is told it.
pub(super) struct Told {
    pub(super) json: String,
    /// The number of the member that it belongs to.
    pub(super) member: usize,
    /// The URI, where that does not say whose it is.
    pub(super) short: Option<Box<str>>,
}

/// How things are called in one list.
pub(super) struct Naming<'a> {
    around: Around<'a>,
    kind: ListKind,
    /// URIs that more than one member has, as far as the caller may know.
    several: HashMap<String, usize>,
    templates: &'a [Part<'a>],
    absent: Vec<&'a ServerName>,
}

impl<'a> Naming<'a> {
    pub(super) fn of(
        around: Around<'a>,
        kind: ListKind,
        (listed, made): (&'a Parts<'a>, &'a Parts<'a>),
    ) -> Self {
        let absent = listed.absent.iter().chain(&made.absent);
        Self {
            around,
            kind,
            several: several(&listed.parts, kind),
            templates: &made.parts,
            absent: absent.map(|(name, _)| name).collect(),
        }
    }

    /// An item as the caller knows it; none where it has no name that can be told.
    pub(super) fn told(&self, server: &ServerName, entry: &Entry, member: usize) -> Option<Told> {
        let inner = &*entry.name;
        let long = match self.kind {
            ListKind::Tools | ListKind::Prompts => {
                let name = self.around.whole.names.outward(server, inner)?;
                let (json, short) = (entry.named(&name), None);
                return Some(Told {
                    json,
                    member,
                    short,
                });
            }
            // What it opens is nobody's before it is opened, so that none could stand for it.
            ListKind::ResourceTemplates => !self.absent.is_empty() || self.is_shared(server, inner),
            ListKind::Resources => self.is_shared(server, inner),
        };
        Some(match long {
            true => Told {
                json: entry.named(&uris::outward(server, inner)),
                member,
                short: None,
            },
            false => Told {
                json: entry.json.as_ref().to_owned(),
                member,
                short: Some(inner.into()),
            },
        })
    }

    /// Whether the short form could mean another member's.
    fn is_shared(&self, server: &ServerName, inner: &str) -> bool {
        let others = || self.templates.iter().filter(|it| it.member.name != server);
        self.several.contains_key(inner)
            || uris::inward(inner).is_some()
            || others().any(|other| other.makes(inner))
            || self.was_anothers(server, inner)
    }

    /// Whether the caller knows it as that of a member who cannot say now whether it still is.
    fn was_anothers(&self, server: &ServerName, inner: &str) -> bool {
        if self.absent.is_empty() {
            return false;
        }
        let was = self.around.whole.shown.find(self.around.whose, inner);
        was.is_some_and(|was| was != *server && self.absent.contains(&&was))
    }
}

/// URIs that more than one member has, as far as the caller may know.
fn several(parts: &[Part<'_>], kind: ListKind) -> HashMap<String, usize> {
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
