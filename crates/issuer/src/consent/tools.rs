//! What a server offers, as the pages show it: tools by what they can do, each to be ticked.

use std::{collections::HashSet, sync::Arc, time::Duration};

use doorward_core::{
    client::display_name,
    consent::{Already, Given, Standing},
    details::{Constraint, ToolDetail, can_be_picked, visible},
    resource::Resource,
    server::{ServerName, ToolEffect, ToolSummary},
};
use doorward_pages::Text;
use serde::Serialize;
use tokio::task::JoinHandle;

use super::{
    choices::{EFFECTS, tag_of, ticks_of},
    constraint,
};
use crate::{form::Pairs, shared::Shared};

/// How long a page waits for the list of tools.
const PATIENCE: Duration = Duration::from_secs(2);
/// How much of a form may be ticks: a form has 64 KiB, and carries the request as well. What
/// does not fit is allowed altogether or not at all.
const ROOM: usize = 32 * 1024;

/// What is asked for at one server, and what its client has there already.
pub(crate) struct AskedAt {
    pub(crate) resource: Resource,
    pub(crate) given: Given,
    pub(crate) already: Already,
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
    title: String,
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

impl Shared {
    /// The servers, and what is asked for there.
    pub(crate) async fn server_views(&self, asked: &[AskedAt], form: Form<'_>) -> Vec<ServerView> {
        // All are asked before the first is waited for: the page waits once.
        let lists = asked
            .iter()
            .map(|asked| self.ask_for_tools(&asked.resource));
        let lists: Vec<_> = lists.collect();
        let mut room = ROOM;
        let mut servers = Vec::with_capacity(lists.len());
        for (asked, tools) in asked.iter().zip(lists) {
            let tools = tools.await.ok().flatten();
            servers.push(self.server_view(asked, tools, form, &mut room));
        }
        servers
    }

    fn server_view(
        &self,
        asked: &AskedAt,
        tools: Option<Vec<ToolSummary>>,
        form: Form<'_>,
        room: &mut usize,
    ) -> ServerView {
        let published = self.published();
        let server = published.server_at(&asked.resource);
        let groups: Option<Vec<ToolGroup>> = server.zip(tools).map(|(server, tools)| {
            let group = |(effect, mark)| {
                let of = (&server.name, effect, mark);
                self.group(asked, of, &tools, (form, room))
            };
            EFFECTS.into_iter().filter_map(group).collect()
        });
        let shown = groups.as_deref().unwrap_or_default();
        let carried = server.zip(form.sent);
        let carried = carried.map(|(server, sent)| carried_for(&server.name, shown, sent));
        let resource = asked.resource.to_string();
        let chosen = |form: &Pairs| form.all("server").any(|it| it == resource);
        ServerView {
            title: server.map_or_else(|| resource.clone(), |server| server.title.clone()),
            ticked: form.sent.is_none_or(chosen),
            before: !asked.already.is_nothing(),
            groups,
            carried: carried.unwrap_or_default(),
            details: asked.given.details.iter().map(DetailView::of).collect(),
            resource,
        }
    }

    /// The tools of one effect that are asked for.
    fn group(
        &self,
        asked: &AskedAt,
        (server, effect, mark): (&ServerName, ToolEffect, &'static str),
        tools: &[ToolSummary],
        (form, room): (Form<'_>, &mut usize),
    ) -> Option<ToolGroup> {
        let details = &asked.given.details;
        let asked_for = |tool: &&ToolSummary| {
            let named = details.is_empty() || details.name(&tool.name);
            tool.effect == effect && named && asked.given.scopes.covers(effect.scope())
        };
        let tools: Vec<&ToolSummary> = tools.iter().filter(asked_for).collect();
        let names = tools.iter().map(|tool| tool.name.as_str());
        let names: Vec<&str> = names.filter(|name| can_be_picked(name)).collect();
        let ticks = ticks_of(mark, server);
        let fits = take(
            room,
            names.iter().map(|name| ticks.len() + 3 * name.len() + 2),
        );
        let pickable = fits && !names.is_empty();
        let every = self.group_tag(form.tag, (mark, server), &names);
        let ticked = Ticked::of((mark, server), form.sent);
        let view = |tool: &&ToolSummary| ToolView::of(tool, asked, (pickable, &ticked));
        let views: Vec<ToolView> = tools.iter().map(view).collect();
        let news = views.iter().filter(|tool| tool.standing == "new").count();
        (!views.is_empty()).then(|| ToolGroup {
            mark,
            key: format!("{mark}.{server}"),
            open: effect == ToolEffect::Destructive || news > 0 || ticked.is_touched(),
            tools: views,
            news,
            ticks: pickable.then_some(ticks),
            every: (tag_of(mark, server), every),
        })
    }

    /// Asks for the tools of a server, and waits for a while.
    fn ask_for_tools(&self, resource: &Resource) -> JoinHandle<Option<Vec<ToolSummary>>> {
        let server = self.published().server_name(resource).cloned();
        let catalogue = Arc::clone(&self.catalogue);
        tokio::spawn(async move {
            let server = server?;
            let tools = catalogue.tools(&server);
            tokio::time::timeout(PATIENCE, tools).await.ok().flatten()
        })
    }
}

/// What `form` said about the groups of a server that are not `shown` with their ticks. Whoever
/// pressed a button for all of a group that is gone keeps what was ticked; for none, nothing.
fn carried_for(server: &ServerName, shown: &[ToolGroup], form: &Pairs) -> Vec<(String, String)> {
    let mut carried = Vec::new();
    for (_, mark) in EFFECTS {
        let (tag, ticks) = (tag_of(mark, server), ticks_of(mark, server));
        let on_page = shown.iter().any(|it| it.ticks.as_ref() == Some(&ticks));
        if on_page || form.first(&tag).is_empty() {
            continue;
        }
        carried.push((tag.clone(), form.first(&tag).to_owned()));
        if form.first("tick") != format!("none.{mark}.{server}") {
            let ticked = form.all(&ticks);
            carried.extend(ticked.map(|name| (ticks.clone(), name.to_owned())));
        }
    }
    carried
}

/// Takes what these need out of the room, if there is enough.
fn take(room: &mut usize, needs: impl Iterator<Item = usize>) -> bool {
    match room.checked_sub(needs.sum()) {
        Some(left) => {
            *room = left;
            true
        }
        None => false,
    }
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
    fn of((mark, server): (&str, &ServerName), sent: Option<&'a Pairs>) -> Self {
        let Some(form) = sent.filter(|form| !form.first(&tag_of(mark, server)).is_empty()) else {
            return Self::AsBefore;
        };
        match form.first("tick").split_once('.') {
            Some((word, key)) if key == format!("{mark}.{server}") => Self::Every(word == "every"),
            _ => Self::These(form.all(&ticks_of(mark, server)).collect()),
        }
    }

    /// Whether somebody changed something right here.
    fn is_touched(&self) -> bool {
        matches!(self, Self::Every(_))
    }
}

impl ToolView {
    fn of(tool: &ToolSummary, asked: &AskedAt, (pickable, ticked): (bool, &Ticked<'_>)) -> Self {
        let standing = asked.already.standing(tool);
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
        };
        let tool = |name: &str| ToolSummary {
            name: name.to_owned(),
            title: None,
            effect: ToolEffect::Write,
        };
        let ticked = |form: Option<&str>, name: &str| {
            let form = form.map(|form| Pairs::parse(form).expect("a form"));
            let ticked = Ticked::of(("write", &server), form.as_ref());
            ToolView::of(&tool(name), &asked, (true, &ticked)).ticked
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
        let asked = AskedAt {
            resource: Resource::from_known("https://mcp.example/mcp/files"),
            given: Given::default(),
            already: Already::default(),
        };
        let view = |name: &str, pickable| {
            let tool = ToolSummary {
                name: name.to_owned(),
                title: None,
                effect: ToolEffect::Read,
            };
            let view = ToolView::of(&tool, &asked, (pickable, &Ticked::AsBefore));
            (view.label, view.name)
        };
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(view("list", true), ("list".to_owned(), name("list")));
        assert_eq!(view("list", false).1, None);
        assert_eq!(view("drop\u{202e}", true).0, "drop"); // CO-06
        assert_eq!(view("a*", true).1, None); // CO-09
        let mut room = 10;
        assert!(take(&mut room, [4, 5].into_iter()));
        assert!(!take(&mut room, [2].into_iter()), "DS-05");
    }
}
