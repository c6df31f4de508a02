//! What a server offers, as the pages show it: tools by what they can do, each to be ticked.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use doorward_core::{
    client::display_name,
    consent::{Already, Given, Standing},
    details::{Constraint, Details, ToolDetail, can_be_picked, visible},
    group::Groups,
    id::UserId,
    resource::Resource,
    server::{ServerName, ToolEffect, ToolSummary},
};
use doorward_pages::Text;
use doorward_store::{StoreError, Tx};
use serde::Serialize;
use tokio::task::JoinHandle;

use super::{
    choices::{EFFECTS, is_left_out, key_of, tag_of, ticks_of},
    constraint,
    room::{Fit, Room},
};
use crate::{form::Pairs, issuer::Asking, shared::Shared};

/// How long a page waits for the list of tools.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is asked for at one server, and what its client has there already.
pub(crate) struct AskedAt {
    pub(crate) resource: Resource,
    pub(crate) given: Given,
    pub(crate) already: Already,
    /// The servers that it is: one, or none, or where it is all of them at once those that the
    /// person may use and the request means.
    pub(crate) servers: Vec<ServerName>,
}

/// The form that the ticks are part of, and what it said when it comes again.
#[derive(Clone, Copy)]
pub(crate) struct Form<'a> {
    pub(crate) tag: &'a str,
    pub(crate) sent: Option<&'a Pairs>,
}

/// A server and its tools.
#[derive(Serialize)]
pub(crate) struct ServerView {
    name: Option<String>,
    title: String,
    /// Whether it is open, where it is one of all servers and some of its tools have no ticks:
    /// then it is left out as a whole.
    open: Option<bool>,
    /// The servers that it is made of; none where it is one.
    members: Option<Vec<ServerView>>,
    resource: String,
    /// Whether it is chosen, where several are meant.
    ticked: bool,
    /// Something was given there before, so that what is asked now may be new.
    before: bool,
    /// `None` when the list is not known right now.
    groups: Option<Vec<ToolGroup>>,
    /// What the form said about tools that cannot be shown now: it counts as it was (CO-09).
    carried: Vec<(String, String)>,
    /// The only calls that it may make, if the request says so (RFC 9396).
    details: Vec<DetailView>,
}

#[derive(Serialize)]
struct DetailView {
    tools: Vec<String>,
    /// Arguments and what they may be.
    arguments: Vec<(String, Text)>,
}

#[derive(Serialize)]
struct ToolGroup {
    /// `read`, `write` or `destructive`.
    mark: &'static str,
    /// The anchor of the group, and what its buttons say.
    key: String,
    tools: Vec<ToolView>,
    /// Whether the page has room for their names.
    named: bool,
    /// How many of them are new.
    news: usize,
    /// The name of the ticks; none when they cannot be picked singly.
    ticks: Option<String>,
    /// The name of what all ticks come to, and that.
    every: (String, String),
    /// Shown at once.
    open: bool,
}

#[derive(Serialize)]
struct ToolView {
    label: String,
    /// What its tick says; none when it cannot be picked singly.
    name: Option<String>,
    ticked: bool,
    /// `new`, `given` or `left`; nothing where nothing was given before.
    standing: &'static str,
}

/// The tools of the servers that told them in time.
type Tools = HashMap<ServerName, Vec<ToolSummary>>;

impl ServerView {
    /// One that no tools are told of.
    fn bare(asked: &AskedAt, title: String, form: Form<'_>) -> Self {
        let resource = asked.resource.to_string();
        let chosen = |form: &Pairs| form.all("server").any(|it| it == resource);
        Self {
            name: None,
            title,
            open: None,
            members: None,
            ticked: form.sent.is_none_or(chosen),
            before: !asked.already.is_nothing(),
            groups: None,
            carried: Vec::new(),
            details: Vec::new(),
            resource,
        }
    }

    /// The same, made of these.
    fn of(self, members: Option<Vec<Self>>) -> Self {
        Self { members, ..self }
    }
}

impl Shared {
    /// The servers, and what is asked for there.
    pub(crate) async fn server_views(&self, asked: &[AskedAt], form: Form<'_>) -> Vec<ServerView> {
        // All are asked before the first is waited for: the page waits once.
        let names = asked.iter().flat_map(|asked| asked.servers.iter());
        let mut lists: HashMap<ServerName, JoinHandle<_>> = HashMap::new();
        for name in names {
            let list = lists.entry(name.clone());
            list.or_insert_with(|| self.ask_for_tools(name.clone()));
        }
        let mut tools = HashMap::new();
        for (name, list) in lists {
            tools.extend(list.await.ok().flatten().map(|list| (name, list)));
        }
        let mut room = Room::of_a_page();
        // What is all servers at once says most of it again: it takes the room that is left.
        let mut order: Vec<(usize, &AskedAt)> = asked.iter().enumerate().collect();
        order.sort_by_key(|(_, asked)| asked.resource.is_whole());
        let (whole, single): (Vec<_>, Vec<_>) =
            asked.iter().partition(|asked| asked.resource.is_whole());
        let mut claims = Claims {
            single: single.len(),
            whole: whole.iter().map(|asked| asked.servers.len()).sum(),
        };
        let view = |(place, asked)| {
            let room = (&mut room, &mut claims);
            (place, self.server_view(asked, &tools, form, room))
        };
        let mut views: Vec<(usize, ServerView)> = order.into_iter().map(view).collect();
        views.sort_by_key(|(place, _)| *place);
        views.into_iter().map(|(_, view)| view).collect()
    }

    /// The groups of a person that a token would tell of.
    pub(crate) async fn groups_of(
        &self,
        tx: &mut dyn Tx,
        user: &UserId,
    ) -> Result<Groups, StoreError> {
        let belonging = tx.belonging_of(user).await?;
        let wanted = &self.published().config.groups_in_rules;
        Ok(belonging.groups.in_a_token(wanted).0)
    }

    /// The servers that `resource` is, for `who`, as far as `details` are about them.
    pub(crate) fn servers_for(
        &self,
        resource: &Resource,
        details: &Details,
        who: Asking<'_>,
    ) -> Vec<ServerName> {
        let published = self.published();
        let whole = published.is_whole(resource);
        let meant = |name: &&ServerName| details.is_empty() || details.are_about(name);
        let shown = |name: &&ServerName| !whole || meant(name) && self.catalogue.admits(name, who);
        let names = published.servers_at(resource).map(|server| &server.name);
        names.filter(shown).cloned().collect()
    }

    fn server_view(
        &self,
        asked: &AskedAt,
        tools: &Tools,
        form: Form<'_>,
        (room, claims): (&mut Room, &mut Claims),
    ) -> ServerView {
        let resource = asked.resource.to_string();
        let mut one = |name| {
            let mut part = room.part(claims.take(asked.resource.is_whole()));
            let view = self.one_view(asked, name, tools, (form, &mut part));
            room.give_back(part);
            view
        };
        if let ([name], false) = (asked.servers.as_slice(), asked.resource.is_whole()) {
            return one(name);
        }
        let whole = asked.resource.is_whole();
        let whole = whole.then(|| asked.servers.iter().map(one));
        let members = whole.map(Iterator::collect);
        ServerView::bare(asked, resource, form).of(members)
    }

    /// What is asked for at one server.
    fn one_view(
        &self,
        asked: &AskedAt,
        name: &ServerName,
        tools: &Tools,
        (form, room): (Form<'_>, &mut Room),
    ) -> ServerView {
        let (published, key) = (self.published(), key_of(&asked.resource, name));
        let groups: Option<Vec<ToolGroup>> = tools.get(name).map(|tools| {
            let group = |(effect, mark)| {
                let of = (name, key.as_str(), effect, mark);
                self.group(asked, of, tools, (form, room))
            };
            // What can do most harm is asked about first, and shown last.
            let mut groups: Vec<_> = EFFECTS.into_iter().rev().filter_map(group).collect();
            groups.reverse();
            groups
        });
        let shown = groups.as_deref().unwrap_or_default();
        let carried = form.sent.map(|sent| carried_for(&key, shown, sent));
        let about = asked.given.details.at(name);
        let mut servers = published.config.servers.iter();
        let server = servers.find(|server| server.name == *name);
        let title = server.map_or_else(|| name.to_string(), |server| server.title.clone());
        ServerView {
            name: Some(name.to_string()),
            carried: carried.unwrap_or_default(),
            open: closable(asked, groups.as_deref()).then(|| opens(form.sent, name)),
            groups,
            details: about.iter().map(DetailView::of).collect(),
            ..ServerView::bare(asked, title, form)
        }
    }

    /// The tools of one effect that are asked for.
    fn group(
        &self,
        asked: &AskedAt,
        (server, key, effect, mark): (&ServerName, &str, ToolEffect, &'static str),
        tools: &[ToolSummary],
        (form, room): (Form<'_>, &mut Room),
    ) -> Option<ToolGroup> {
        let details = &asked.given.details;
        let asked_for = |tool: &&ToolSummary| {
            let named = details.is_empty() || details.name(server, &tool.name);
            tool.effect == effect && named && asked.given.scopes.covers(effect.scope())
        };
        let tools: Vec<&ToolSummary> = tools.iter().filter(asked_for).collect();
        let names = tools.iter().map(|tool| tool.name.as_str());
        let names: Vec<&str> = names.filter(|name| can_be_picked(name)).collect();
        let ticks = ticks_of(mark, key);
        let labels: Vec<String> = tools.iter().map(|tool| shown(tool)).collect();
        let must = effect == ToolEffect::Destructive;
        let fit = room.take((&ticks, &names), (&labels, must));
        let pickable = fit == Fit::Ticks && !names.is_empty();
        let every = self.group_tag(form.tag, (mark, key), &names);
        let ticked = Ticked::of((mark, key), form.sent);
        let view = |tool: &&ToolSummary| ToolView::of(tool, (server, asked), (pickable, &ticked));
        let views: Vec<ToolView> = tools.iter().map(view).collect();
        let news = views.iter().filter(|tool| tool.standing == "new").count();
        (!views.is_empty()).then(|| ToolGroup {
            mark,
            key: format!("{mark}.{key}"),
            open: effect == ToolEffect::Destructive || news > 0 || ticked.is_touched(),
            tools: views,
            named: fit != Fit::Count,
            news,
            ticks: pickable.then_some(ticks),
            every: (tag_of(mark, key), every),
        })
    }

    /// Asks for the tools of a server, and waits for a while.
    fn ask_for_tools(&self, server: ServerName) -> JoinHandle<Option<Vec<ToolSummary>>> {
        let catalogue = Arc::clone(&self.catalogue);
        tokio::spawn(async move {
            let tools = catalogue.tools(&server);
            tokio::time::timeout(PATIENCE, tools).await.ok().flatten()
        })
    }
}

/// How many servers still want a part of the room, and how many as part of all servers at once.
struct Claims {
    single: usize,
    whole: usize,
}

impl Claims {
    /// Those that one of them shares with, itself included.
    fn take(&mut self, whole: bool) -> usize {
        let claims = match whole {
            true => &mut self.whole,
            false => &mut self.single,
        };
        let shares = *claims;
        *claims = claims.saturating_sub(1);
        shares
    }
}

/// Whether a server cannot be left out by its ticks although it is one of several.
fn closable(asked: &AskedAt, groups: Option<&[ToolGroup]>) -> bool {
    let ticked_singly = |groups: &[ToolGroup]| groups.iter().all(|group| group.ticks.is_some());
    asked.resource.is_whole() && !groups.is_some_and(ticked_singly)
}

/// Whether a server that can be left out is not.
fn opens(sent: Option<&Pairs>, name: &ServerName) -> bool {
    sent.is_none_or(|form| !is_left_out(form, name))
}

/// What `form` said about the groups of a server that are not `shown` with their ticks. Whoever
/// pressed a button for all of a group that is gone keeps what was ticked; for none, nothing.
fn carried_for(key: &str, shown: &[ToolGroup], form: &Pairs) -> Vec<(String, String)> {
    let mut carried = Vec::new();
    for (_, mark) in EFFECTS {
        let (tag, ticks) = (tag_of(mark, key), ticks_of(mark, key));
        let on_page = shown.iter().any(|it| it.ticks.as_ref() == Some(&ticks));
        if on_page || form.first(&tag).is_empty() {
            continue;
        }
        carried.push((tag.clone(), form.first(&tag).to_owned()));
        if form.first("tick") != format!("none.{mark}.{key}") {
            let ticked = form.all(&ticks);
            carried.extend(ticked.map(|name| (ticks.clone(), name.to_owned())));
        }
    }
    carried
}

/// Which tools of a group are ticked.
enum Ticked<'a> {
    /// As they stand.
    AsBefore,
    /// All, or none: a button was pressed.
    Every(bool),
    /// These.
    These(HashSet<&'a str>),
}

impl<'a> Ticked<'a> {
    fn of((mark, key): (&str, &str), sent: Option<&'a Pairs>) -> Self {
        let Some(form) = sent.filter(|form| !form.first(&tag_of(mark, key)).is_empty()) else {
            return Self::AsBefore;
        };
        match form.first("tick").split_once('.') {
            Some((word, of)) if of == format!("{mark}.{key}") => Self::Every(word == "every"),
            _ => Self::These(form.all(&ticks_of(mark, key)).collect()),
        }
    }

    /// Whether somebody changed something right here.
    fn is_touched(&self) -> bool {
        matches!(self, Self::Every(_))
    }
}

impl ToolView {
    fn of(
        tool: &ToolSummary,
        (server, asked): (&ServerName, &AskedAt),
        (pickable, ticked): (bool, &Ticked<'_>),
    ) -> Self {
        let standing = asked.already.standing(server, tool);
        let before = !asked.already.is_nothing();
        Self {
            label: shown(tool),
            name: (pickable && can_be_picked(&tool.name)).then(|| tool.name.clone()),
            ticked: match ticked {
                Ticked::AsBefore => standing != Standing::LeftOut,
                Ticked::Every(every) => *every,
                Ticked::These(names) => names.contains(tool.name.as_str()),
            },
            standing: match standing {
                Standing::New if before => "new",
                Standing::New => "",
                Standing::Given => "given",
                Standing::LeftOut => "left",
            },
        }
    }
}

impl DetailView {
    fn of(entry: &ToolDetail) -> Self {
        let argument =
            |(name, may): (&str, &Constraint)| (visible(name), constraint::in_words(may));
        Self {
            tools: entry.tools().map(visible).collect(),
            arguments: entry.arguments().map(argument).collect(),
        }
    }
}

/// Names come from the upstream server: harmless to show, like client names (CO-06).
fn shown(tool: &ToolSummary) -> String {
    let name = display_name(&tool.name);
    match tool.title.as_deref().map(display_name) {
        Some(title) if !title.is_empty() && title != name => format!("{title} ({name})"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_as_the_form_said_and_a_button_changes_its_own_group() {
        let server = ServerName::parse("files").expect("a name");
        let asked = AskedAt {
            resource: Resource::from_known("https://mcp.example/mcp/files"),
            given: Given::default(),
            already: Already::default(),
            servers: Vec::new(),
        };
        let tool = |name: &str| ToolSummary {
            name: name.to_owned(),
            title: None,
            effect: ToolEffect::Write,
        };
        let ticked = |form: Option<&str>, name: &str| {
            let form = form.map(|form| Pairs::parse(form).expect("a form"));
            let ticked = Ticked::of(("write", server.as_str()), form.as_ref());
            ToolView::of(&tool(name), (&server, &asked), (true, &ticked)).ticked
        };
        #[rustfmt::skip]
        let cases = [
            (None,                                                               true,  true),
            (Some("decision=allow"),                                             true,  true),
            (Some("every.write.files=x&tool.write.files=a"),                     true,  false),
            (Some("every.write.files=x"),                                        false, false),
            (Some("every.write.files=x&tick=every.write.files"),                 true,  true),
            (Some("every.write.files=x&tool.write.files=a&tick=none.write.files"), false, false),
            (Some("every.write.files=x&tool.write.files=a&tick=none.read.files"), true,  false),
        ];
        for (form, a, b) in cases {
            assert_eq!((ticked(form, "a"), ticked(form, "b")), (a, b), "{form:?}");
        }
    }

    #[test]
    fn names_are_harmless_and_some_cannot_be_picked() {
        let server = ServerName::parse("files").expect("a name");
        let asked = AskedAt {
            resource: Resource::from_known("https://mcp.example/mcp/files"),
            given: Given::default(),
            already: Already::default(),
            servers: Vec::new(),
        };
        let view = |name: &str, pickable| {
            let tool = ToolSummary {
                name: name.to_owned(),
                title: None,
                effect: ToolEffect::Read,
            };
            let view = ToolView::of(&tool, (&server, &asked), (pickable, &Ticked::AsBefore));
            (view.label, view.name)
        };
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(view("list", true), ("list".to_owned(), name("list")));
        assert_eq!(view("list", false).1, None);
        assert_eq!(view("drop\u{202e}", true).0, "drop"); // CO-06
        assert_eq!(view("a*", true).1, None); // CO-09
    }
}
