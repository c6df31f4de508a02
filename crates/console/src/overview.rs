//! What there is in an account, on one page.

use axum::response::Response;
use doorward_store::StoreError;
use serde::Serialize;

use crate::door::{Guest, Sheet};

pub(crate) const PAGE: &str = "/account";

#[derive(Serialize)]
struct Overview {
    name: String,
    connections: usize,
    sessions: usize,
    devices: usize,
    approvals: usize,
}

/// The page.
pub(crate) async fn get(guest: Guest) -> Response {
    let sheet = Sheet {
        template: "account.html",
        here: PAGE,
        forms: &[],
        error: None,
    };
    match overview(&guest).await {
        Ok(page) => guest.show(sheet, &page),
        Err(error) => guest.unreadable(&error),
    }
}

async fn overview(guest: &Guest) -> Result<Overview, StoreError> {
    let (accounts, visit) = (&guest.accounts, &guest.visit);
    let user = visit.user();
    let shown = user.display_name.as_ref().map(ToString::to_string);
    Ok(Overview {
        name: shown.unwrap_or_else(|| user.name.to_string()),
        connections: accounts.count_connections(visit).await?,
        sessions: accounts.sessions(visit).await?.len(),
        devices: accounts.devices(visit).await?.len(),
        approvals: accounts.approvals(visit).await?.len(),
    })
}
