//! Answers that are remembered.

use axum::{body::Body, response::Response};
use doorward_core::{
    client::{Client, display_name},
    consent::{Consent, ConsentKey},
    details::{ToolDetail, visible},
    id::ClientId,
    resource::Resource,
};
use doorward_pages::Text;
use serde::Serialize;

use crate::{
    connections::known,
    door::{Guest, Sheet},
    moment::Moment,
    part::{Neighbours, Part},
};

pub(crate) const PAGE: &str = "/account/approvals";
pub(crate) const FORGET: &str = "/account/approvals/forget";

/// How many answers are on a page.
const ON_A_PAGE: usize = 20;

#[derive(Serialize)]
struct Approvals {
    approvals: Vec<ApprovalView>,
    beside: Neighbours,
}

#[derive(Serialize)]
struct ApprovalView {
    client: String,
    host: String,
    resource: String,
    name: String,
    known: Text,
    /// The host, harmless to show.
    shown_host: String,
    scopes: Vec<String>,
    /// The single tools that it is for, if it is not for all that the scopes open.
    tools: Vec<String>,
    ends: Option<Moment>,
    at: Moment,
}

/// The page.
pub(crate) async fn get(guest: Guest) -> Response {
    let sheet = Sheet {
        template: "account_approvals.html",
        here: PAGE,
        forms: &[FORGET],
        error: None,
    };
    match guest.accounts.approvals(&guest.visit).await {
        Ok(approvals) => {
            let part = Part::asked(&guest, ON_A_PAGE);
            let page = Approvals {
                approvals: part.of(&approvals).map(view).collect(),
                beside: part.neighbours(approvals.len()),
            };
            guest.show(sheet, &page)
        }
        Err(error) => guest.unreadable(&error),
    }
}

/// Forgets one.
pub(crate) async fn forget(guest: Guest, body: Body) -> Response {
    let form = match guest.form(FORGET, body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let key = ConsentKey {
        user: guest.visit.user().id.clone(),
        client: ClientId::from_known(form.value("client")),
        redirect_host: form.value("host").to_owned(),
        resource: Resource::from_known(form.value("resource")),
    };
    let outcome = guest.accounts.forget_approval(&guest.visit, key).await;
    guest.answer(outcome, PAGE, "approval-forgotten")
}

fn view((consent, client): &(Consent, Option<Client>)) -> ApprovalView {
    let key = &consent.key;
    let name = client.as_ref().map(|client| display_name(&client.name));
    let name = name.filter(|name| !name.is_empty());
    ApprovalView {
        client: key.client.to_string(),
        host: key.redirect_host.clone(),
        resource: key.resource.to_string(),
        name: name.unwrap_or_else(|| visible(key.client.as_str())),
        known: client
            .as_ref()
            .map_or_else(|| Text::of("account-known-gone"), known),
        shown_host: visible(&key.redirect_host),
        tools: consent
            .given
            .details
            .iter()
            .flat_map(ToolDetail::tools)
            .map(visible)
            .collect(),
        ends: consent.given.ends_at.map(Moment::of),
        scopes: consent
            .given
            .scopes
            .to_string()
            .split(' ')
            .map(visible)
            .collect(),
        at: Moment::of(consent.granted_at),
    }
}
