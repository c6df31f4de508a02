//! What a person chose on the page: fewer tools, less scope, a shorter time.
//!
//! ```text
//! tool.read.files = list_files     a tick at a tool, with its group and its server
//! every.read.files = <tag>         what all ticks of that group come to
//! limit = read                     nothing but reading
//! person = tell, profile = tell    who the person is, and the sign-in name
//! lasts = day                      how long
//! again = ask                      whether to ask next time
//! member = files                   a server that was shown as part of all of them
//! closable = files, open = files   one of those that is left out as a whole, and is not
//! ```
//!
//! A group whose ticks are all there stands for itself, whatever the server adds
//! to it later; of any other the ticks count one by one. The tag tells the two
//! apart without asking the server again, and is good for one session and one
//! request. Whatever a form says, it only takes away from what was asked (CO-09).

use doorward_core::{
    consent::{Given, Lasting},
    details::{Details, PickError, Picked},
    resource::Resource,
    scope::{PROFILE, ScopeSet},
    server::{ServerName, ToolEffect},
};
use doorward_pages::Text;

use crate::{
    authorize::{Again, Gift},
    form::Pairs,
    shared::{Shared, tag},
};

/// The form, and what binds its tags to one session and one request.
#[derive(Clone, Copy)]
pub(crate) struct Choices<'a> {
    pub(crate) form: &'a Pairs,
    pub(crate) tag: &'a str,
}

/// Why a choice cannot be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChoiceError {
    /// Several servers were meant and none was chosen.
    #[error("no server is chosen")]
    NoServer,
    /// No tool of a server that was chosen.
    #[error("no tool is chosen")]
    Nothing,
    /// More single tools than fit.
    #[error("an access token has no room for so many single tools")]
    TooMany,
    /// Not what the page offers.
    #[error("the form cannot be read")]
    Unreadable,
}

impl ChoiceError {
    /// What the person is told.
    pub(crate) fn text(self) -> Text {
        Text::of(match self {
            Self::NoServer => "consent-choose",
            Self::Nothing => "consent-choose-tool",
            Self::TooMany => "consent-too-many",
            Self::Unreadable => "consent-unreadable-lead",
        })
    }
}

impl From<PickError> for ChoiceError {
    fn from(error: PickError) -> Self {
        match error {
            PickError::Nothing => Self::Nothing,
            PickError::TooMany => Self::TooMany,
        }
    }
}

/// What every group of tools is called in the form.
pub(crate) const EFFECTS: [(ToolEffect, &str); 3] = [
    (ToolEffect::Read, "read"),
    (ToolEffect::Write, "write"),
    (ToolEffect::Destructive, "destructive"),
];

/// What a server is called in the form: at its own endpoint, and as part of all servers at once.
/// No name of a server has a dot.
pub(crate) fn key_of(resource: &Resource, server: &ServerName) -> String {
    match resource.is_whole() {
        true => format!("all.{server}"),
        false => server.to_string(),
    }
}

/// The name of the ticks of a group.
pub(crate) fn ticks_of(group: &str, key: &str) -> String {
    format!("tool.{group}.{key}")
}

/// The name of the tag of a group.
pub(crate) fn tag_of(group: &str, key: &str) -> String {
    format!("every.{group}.{key}")
}

/// Whether `server`, shown as part of all of them, was left out as a whole.
pub(crate) fn is_left_out(form: &Pairs, server: &ServerName) -> bool {
    let names = |field| form.all(field).any(|it| it == server.as_str());
    names("closable") && !names("open")
}

impl Choices<'_> {
    /// Whether the page showed this server as part of all of them.
    fn shows(&self, server: &ServerName) -> bool {
        self.form.all("member").any(|it| it == server.as_str())
    }

    /// Whether only reading is allowed.
    pub(crate) fn reads_only(&self) -> bool {
        self.form.first("limit") == "read"
    }

    /// Whether the person is asked next time.
    pub(crate) fn again(&self) -> Again {
        match self.form.first("again") {
            "ask" => Again::Asked,
            _ => Again::Unasked,
        }
    }

    /// For how long.
    pub(crate) fn lasting(&self) -> Result<Lasting, ChoiceError> {
        Lasting::parse(self.form.first("lasts")).ok_or(ChoiceError::Unreadable)
    }

    /// Of the scopes that were asked for those that are given.
    pub(crate) fn scopes(&self, asked: &ScopeSet) -> ScopeSet {
        let at_servers = asked.at_servers();
        let read = ScopeSet::read_only();
        let given = match self.reads_only() && at_servers.covers_all(&read) {
            true => read,
            false => at_servers,
        };
        given.union(&self.about_person(asked))
    }

    /// Who lets a client use servers need not let it know who they are. Where that is all that
    /// was asked, the page offers no such choice: it is what Deny is for.
    fn about_person(&self, asked: &ScopeSet) -> ScopeSet {
        let told = |name| self.form.first(name) == "tell";
        let alone = asked.at_servers().is_empty();
        if !(alone || told("person")) {
            return ScopeSet::default();
        }
        // A form that was made without the tick says nothing about it.
        let offered = !self.form.first("profile-offered").is_empty();
        let without = |scope: &str| scope != PROFILE || !offered || told("profile");
        asked.of_person().filtered(without)
    }
}

/// What is left of the details of each server.
#[derive(Default)]
struct Left {
    open: Vec<(ServerName, Details)>,
    /// Whether nothing of some other server is given.
    closes: bool,
}

impl Left {
    fn details(&self) -> Result<Details, PickError> {
        match self.closes {
            true => Details::only_at(&self.open),
            false => Details::united(&self.open),
        }
    }
}

impl Shared {
    /// What is given at these resources by a form that answers for them.
    pub(crate) fn gift(
        &self,
        asked: (&ScopeSet, &Details),
        resources: doorward_core::resource::Resources,
        choices: Choices<'_>,
    ) -> Result<Gift, ChoiceError> {
        let (scopes, details) = (choices.scopes(asked.0), asked.1.within(&resources));
        let ends_at = choices.lasting()?.ends_at(self.clock.now());
        let (mut all, mut each) = (Left::default(), Vec::new());
        for resource in resources.iter() {
            let left = self.left_at(resource, &details, choices)?;
            let given = Given {
                scopes: scopes.clone(),
                details: left.details()?,
                ends_at,
            };
            each.push((resource.clone(), given));
            all.open.extend(left.open);
            all.closes |= left.closes;
        }
        let whole = Given {
            scopes,
            details: all.details()?,
            ends_at,
        };
        Ok(Gift {
            resources,
            whole,
            each,
        })
    }

    /// What is left of `details` at the servers of `resource`; nothing for what is no server. Of
    /// all servers at once only those count that the page showed, and some may be left out.
    fn left_at(
        &self,
        resource: &Resource,
        details: &Details,
        choices: Choices<'_>,
    ) -> Result<Left, ChoiceError> {
        let published = self.published();
        let whole = published.is_whole(resource);
        let asked = |name: &ServerName| details.is_empty() || details.are_about(name);
        let servers = published.servers_at(resource).map(|server| &server.name);
        let mut left = Left::default();
        for server in servers.filter(|name| !whole || choices.shows(name) && asked(name)) {
            if whole && is_left_out(choices.form, server) {
                left.closes = true;
                continue;
            }
            let key = key_of(resource, server);
            match details.picked(server, &self.picked(&key, choices)) {
                Ok(picked) => left.open.push((server.clone(), picked)),
                Err(PickError::Nothing) if whole => left.closes = true,
                Err(error) => return Err(error.into()),
            }
        }
        match whole && left.open.is_empty() {
            true => Err(ChoiceError::Nothing),
            false => Ok(left),
        }
    }

    fn picked(&self, key: &str, choices: Choices<'_>) -> Picked {
        let counted = EFFECTS.into_iter().filter(|(effect, _)| {
            *effect == ToolEffect::Read || !choices.reads_only() // the scope takes the rest away
        });
        let (mut all, mut names) = (true, Vec::new());
        for (_, group) in counted {
            let name = ticks_of(group, key);
            let ticks: Vec<&str> = choices.form.all(&name).collect();
            let every = choices.form.first(&tag_of(group, key));
            let shown = !every.is_empty() || !ticks.is_empty();
            all &= !shown || every == self.group_tag(choices.tag, (group, key), &ticks);
            names.extend(ticks.into_iter().map(str::to_owned));
        }
        if all {
            Picked::All
        } else {
            Picked::Only(names)
        }
    }

    /// What all ticks of a group come to, in whatever order.
    pub(crate) fn group_tag(
        &self,
        form: &str,
        (group, key): (&str, &str),
        names: &[&str],
    ) -> String {
        let mut names = names.to_vec();
        names.sort_unstable();
        names.dedup();
        let names = serde_json::Value::from(names);
        tag(
            &self.derived.form,
            &format!("group.{form}.{group}.{key}.{names}"),
        )
    }
}
