//! What the consent page shows.

use std::{sync::Arc, time::Duration};

use doorward_core::{
    authorize::Choice,
    client::{Client, ClientOrigin, MetadataUrl, display_name},
    details::{Constraint, Details, ToolDetail, visible},
    redirect::Destination,
    resource::{Resource, Resources},
    scope::{OPENID, PROFILE, ScopeSet, WRITE},
    server::{ToolEffect, ToolSummary},
};
use doorward_pages::Text;
use serde::Serialize;
use tokio::task::JoinHandle;

use super::{constraint, target};
use crate::{authorize::Opened, browser::SignedIn, shared::Shared};

/// How long the page waits for the list of tools.
const PATIENCE: Duration = Duration::from_secs(2);

/// The page.
#[derive(Serialize)]
pub(super) struct ConsentPage {
    user: String,
    client: String,
    client_id: String,
    /// How far the name can be believed: `administrator`, `document`, `statement`
    /// or `itself`.
    known_by: &'static str,
    /// Whose software statement it came with.
    vouched_by: Option<String>,
    /// Whose metadata document it is.
    host: Option<String>,
    /// Every address that it answers to is on the person's own machine.
    local_only: bool,
    destination: Text,
    redirect_uri: String,
    loopback: bool,
    servers: Vec<ServerView>,
    /// Whether it learns who the person is.
    identity: bool,
    /// Whether it learns the sign-in name as well.
    profile: bool,
    /// How servers are chosen: `none` (there is one), `one` of them or `any` of them.
    choice: &'static str,
    /// Whether writing is asked for, and so can be left out.
    writes: bool,
    lasts: Text,
    flow: String,
    form: String,
    error: Option<Text>,
}

/// A server and its tools.
#[derive(Serialize)]
pub(crate) struct ServerView {
    title: String,
    resource: String,
    /// `None` when the list is not known right now.
    tools: Option<Vec<ToolGroup>>,
    total: usize,
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
    names: Vec<String>,
}

/// What the form carries beside the choice.
pub(super) struct FormParts {
    pub(super) flow: String,
    pub(super) form: String,
    pub(super) error: Option<Text>,
}

impl Shared {
    /// Puts the page together.
    pub(super) async fn consent_page(
        &self,
        opened: &Opened,
        signed_in: &SignedIn,
        parts: FormParts,
    ) -> ConsentPage {
        let destination = opened.checked.to.redirect.destination();
        let checked = &opened.checked;
        let opens = (&checked.scopes, &checked.details);
        let named = |it: &&Resource| Some(*it) != self.published().userinfo.as_ref();
        let named: Vec<Resource> = checked.resources.iter().filter(named).cloned().collect();
        let servers = self.server_views(&named, opens).await;
        let vouched_by = self.voucher_of(&opened.client);
        ConsentPage {
            user: signed_in.user.name.to_string(),
            client: opened.client.name.clone(),
            client_id: opened.client.id.to_string(),
            known_by: match opened.client.origin {
                ClientOrigin::Preregistered => "administrator",
                ClientOrigin::MetadataDocument => "document",
                ClientOrigin::Dynamic if vouched_by.is_some() => "statement",
                ClientOrigin::Dynamic => "itself",
            },
            vouched_by,
            host: MetadataUrl::parse(opened.client.id.as_str()).map(|url| url.host().to_owned()),
            local_only: is_local_only(&opened.client),
            destination: target::in_words(&destination),
            redirect_uri: opened.checked.to.redirect.as_str().to_owned(),
            loopback: destination == Destination::Loopback,
            choice: match (opened.checked.choice, servers.len()) {
                (_, 0 | 1) => "none",
                (Choice::One, _) => "one",
                (Choice::Any, _) => "any",
            },
            servers,
            identity: checked.scopes.covers(OPENID),
            profile: checked.scopes.covers(PROFILE),
            writes: checked.scopes.covers(WRITE),
            lasts: self.lasts(&opened.client, &opened.checked.resources),
            flow: parts.flow,
            form: parts.form,
            error: parts.error,
        }
    }

    /// The servers, and what scopes open there, for these calls alone if there are any.
    pub(crate) async fn server_views(
        &self,
        resources: &[Resource],
        opens: (&ScopeSet, &Details),
    ) -> Vec<ServerView> {
        // All are asked before the first is waited for: the page waits once.
        let asked: Vec<_> = resources
            .iter()
            .map(|named| self.ask_for_tools(named))
            .collect();
        let mut servers = Vec::with_capacity(asked.len());
        for (resource, tools) in resources.iter().zip(asked) {
            let tools = tools.await.ok().flatten();
            servers.push(self.server_view(resource, tools, opens));
        }
        servers
    }

    fn server_view(
        &self,
        resource: &Resource,
        tools: Option<Vec<ToolSummary>>,
        (scopes, details): (&ScopeSet, &Details),
    ) -> ServerView {
        let published = self.published();
        let server = published.server_at(resource);
        let details = details.within(&Resources::one(resource.clone()));
        let groups = tools.map(|mut tools| {
            tools.retain(|tool| details.is_empty() || details.name(&tool.name));
            groups(&tools, scopes)
        });
        ServerView {
            title: server.map_or_else(|| resource.to_string(), |server| server.title.clone()),
            resource: resource.to_string(),
            total: groups.iter().flatten().map(|group| group.names.len()).sum(),
            details: details.iter().map(DetailView::of).collect(),
            tools: groups,
        }
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

    /// For how long an approval of `client` for `resources` lasts, in words.
    pub(crate) fn lasts<'a>(
        &self,
        client: &Client,
        resources: impl IntoIterator<Item = &'a Resource>,
    ) -> Text {
        let lifetimes = self.published().config.lifetimes;
        if client.refreshes() {
            let (most, idle) = (lifetimes.refresh_absolute, lifetimes.refresh_idle);
            Text::of("lasts-refresh")
                .text("most", Text::duration(most))
                .text("idle", Text::duration(idle))
        } else {
            let longest = self.longest_access(client, resources);
            Text::of("lasts-access").text("longest", Text::duration(longest))
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

/// Whether any program on the person's machine could pose as the client (interop 48).
fn is_local_only(client: &Client) -> bool {
    let mut targets = client.redirects.iter().map(|uri| uri.destination());
    targets.all(|target| target == Destination::Loopback)
}

/// The tools that `scopes` open, by what calling them can do.
fn groups(tools: &[ToolSummary], scopes: &ScopeSet) -> Vec<ToolGroup> {
    let group = |(effect, mark): (ToolEffect, &'static str)| {
        let opened = tools.iter().filter(|tool| tool.effect == effect);
        let opened = opened.filter(|tool| scopes.covers(tool.effect.scope()));
        let names: Vec<String> = opened.map(shown).collect();
        (!names.is_empty()).then_some(ToolGroup { mark, names })
    };
    [
        (ToolEffect::Read, "read"),
        (ToolEffect::Write, "write"),
        (ToolEffect::Destructive, "destructive"),
    ]
    .into_iter()
    .filter_map(group)
    .collect()
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
    fn only_the_tools_that_the_scopes_open_are_listed() {
        let tool = |name: &str, effect| ToolSummary {
            name: name.to_owned(),
            title: None,
            effect,
        };
        let tools = [
            tool("list", ToolEffect::Read),
            tool("drop\u{202e}", ToolEffect::Destructive),
        ];
        let marks = |scopes: &ScopeSet| -> Vec<(&str, Vec<String>)> {
            let groups = groups(&tools, scopes).into_iter();
            groups.map(|group| (group.mark, group.names)).collect()
        };
        let read = ("read", vec!["list".to_owned()]);
        let destructive = ("destructive", vec!["drop".to_owned()]);
        let all = [read, destructive];
        assert_eq!(marks(&ScopeSet::read_only()), all[..1]);
        assert_eq!(marks(&ScopeSet::baseline()), all);
    }
}
