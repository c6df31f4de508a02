//! Applications that act for a person.

use axum::{body::Body, response::Response};
use doorward_core::{
    client::{Client, ClientOrigin, MetadataUrl, display_name},
    details::visible,
    id::GrantId,
    redirect::Destination,
    server::{ToolEffect, ToolSummary},
};
use doorward_issuer::{Called, Connection, Reach};
use doorward_pages::Text;
use serde::Serialize;

use crate::{
    door::{Guest, Sheet},
    moment::Moment,
    part::{Neighbours, Part},
};

pub(crate) const PAGE: &str = "/account/connections";
pub(crate) const REVOKE: &str = "/account/connections/revoke";
pub(crate) const REVOKE_ALL: &str = "/account/connections/revoke-all";

/// The most tools that are named for one server; how many there are is always said.
const MOST_TOOLS: usize = 20;
/// How many connections are on a page.
const ON_A_PAGE: usize = 10;
/// The most tools that are named as called lately.
const MOST_CALLED: usize = 10;

#[derive(Serialize)]
struct Connections {
    connections: Vec<ConnectionView>,
    total: usize,
    beside: Neighbours,
}

#[derive(Serialize)]
struct ConnectionView {
    id: String,
    name: String,
    known: Text,
    /// Hosts that answers go to.
    hosts: Vec<Text>,
    scopes: Vec<String>,
    servers: Vec<ServerView>,
    called: Vec<CalledView>,
    first: Moment,
    last: Moment,
    ends: Moment,
}

#[derive(Serialize)]
struct ServerView {
    title: String,
    /// `None` when nobody can say right now.
    total: Option<usize>,
    /// How many of them are not named.
    more: usize,
    tools: Vec<ToolView>,
}

#[derive(Serialize)]
struct ToolView {
    name: String,
    mark: &'static str,
    means: Text,
}

#[derive(Serialize)]
struct CalledView {
    server: String,
    tool: String,
    count: u64,
    last: Moment,
}

/// The page.
pub(crate) async fn get(guest: Guest) -> Response {
    let sheet = Sheet {
        template: "account_connections.html",
        here: PAGE,
        forms: &[REVOKE, REVOKE_ALL],
        error: None,
    };
    let part = Part::asked(&guest, ON_A_PAGE);
    let asked = (part.from, part.most);
    match guest.accounts.connections(&guest.visit, asked).await {
        Ok((connections, total)) => {
            let page = Connections {
                connections: connections.iter().map(view).collect(),
                total,
                beside: part.neighbours(total),
            };
            guest.show(sheet, &page)
        }
        Err(error) => guest.failed(&error),
    }
}

/// Cuts one connection.
pub(crate) async fn revoke(guest: Guest, body: Body) -> Response {
    let form = match guest.form(REVOKE, body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let id = GrantId::from_known(form.value("id"));
    let outcome = guest.accounts.revoke(&guest.visit, &id).await;
    guest.answer(outcome, PAGE, "revoked")
}

/// Cuts all of them.
pub(crate) async fn revoke_all(guest: Guest, body: Body) -> Response {
    if let Err(refused) = guest.form(REVOKE_ALL, body).await {
        return refused;
    }
    let outcome = guest.accounts.revoke_all(&guest.visit).await;
    guest.answer(outcome, PAGE, "all-revoked")
}

fn view(connection: &Connection) -> ConnectionView {
    let (grant, client) = (&connection.grant, connection.client.as_ref());
    let name = client.map_or("", |client| client.name.as_str());
    let named = if name.is_empty() {
        visible(grant.client.as_str())
    } else {
        display_name(name)
    };
    ConnectionView {
        id: grant.id.to_string(),
        name: named,
        known: client.map_or_else(|| Text::of("account-known-gone"), known),
        hosts: client.map(hosts).unwrap_or_default(),
        scopes: grant.scopes.to_string().split(' ').map(visible).collect(),
        servers: connection.reaches.iter().map(server).collect(),
        called: connection
            .called
            .iter()
            .take(MOST_CALLED)
            .map(called)
            .collect(),
        first: Moment::of(grant.created_at),
        last: Moment::of(grant.last_used_at),
        ends: Moment::of(grant.expires_at),
    }
}

/// How the application came to be known, and so how far its name can be believed.
pub(crate) fn known(client: &Client) -> Text {
    match (client.origin, &client.software.vouched_by) {
        (ClientOrigin::Preregistered, _) => Text::of("account-known-administrator"),
        (ClientOrigin::MetadataDocument, _) => {
            let url = MetadataUrl::parse(client.id.as_str());
            let host = url.map_or_else(String::new, |url| url.host().to_owned());
            Text::of("account-known-document").with("host", host)
        }
        (ClientOrigin::Dynamic, Some(issuer)) => {
            Text::of("account-known-vouched").with("issuer", visible(issuer))
        }
        (ClientOrigin::Dynamic, None) => Text::of("account-known-itself"),
    }
}

fn hosts(client: &Client) -> Vec<Text> {
    let mut hosts: Vec<Text> = Vec::new();
    for redirect in &client.redirects {
        let host = match redirect.destination() {
            Destination::Web { host } => Text::of("account-host-web").with("host", host),
            Destination::Loopback => Text::of("account-host-loopback"),
            Destination::Application { scheme } => {
                Text::of("account-host-application").with("scheme", scheme)
            }
        };
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

fn server(reach: &Reach) -> ServerView {
    let title = reach.title.clone();
    let tools = reach.tools.as_deref();
    ServerView {
        title: title.unwrap_or_else(|| reach.resource.to_string()),
        total: tools.map(<[ToolSummary]>::len),
        more: tools.map_or(0, |tools| tools.len().saturating_sub(MOST_TOOLS)),
        tools: tools
            .unwrap_or_default()
            .iter()
            .take(MOST_TOOLS)
            .map(tool)
            .collect(),
    }
}

/// Names come from the upstream server: harmless to show, like client names (CO-06).
fn tool(tool: &ToolSummary) -> ToolView {
    let (mark, means) = match tool.effect {
        ToolEffect::Read => ("read", Text::of("account-mark-read")),
        ToolEffect::Write => ("write", Text::of("account-mark-write")),
        ToolEffect::Destructive => ("destructive", Text::of("account-mark-destructive")),
    };
    ToolView {
        name: display_name(&tool.name),
        mark,
        means,
    }
}

fn called(call: &Called) -> CalledView {
    CalledView {
        server: display_name(&call.server),
        tool: display_name(&call.tool),
        count: call.count,
        last: Moment::of(call.last),
    }
}
