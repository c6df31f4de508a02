//! Everything under `/account`, one line for each page and each action.

use axum::{
    Router,
    middleware::from_fn,
    routing::{get, post},
};
use doorward_issuer::{Accounts, to_the_end};

use crate::{activity, approvals, connections, data, devices, overview, profile, sessions};

/// The pages: read with GET, and nothing changes.
pub const PAGES: [&str; 8] = [
    overview::PAGE,
    connections::PAGE,
    sessions::PAGE,
    devices::PAGE,
    approvals::PAGE,
    activity::PAGE,
    profile::PAGE,
    data::PAGE,
];

/// The actions: forms sent with POST. Each is the purpose that its form is bound to.
pub const ACTIONS: [&str; 11] = [
    connections::REVOKE,
    connections::REVOKE_ALL,
    sessions::END,
    sessions::END_OTHERS,
    sessions::END_ALL,
    devices::FORGET,
    approvals::FORGET,
    profile::NAME,
    profile::PASSWORD,
    data::DOWNLOAD,
    data::DELETE,
];

/// All routes, ready to serve.
pub(crate) fn router(accounts: &Accounts) -> Router {
    let table = || read().merge(write());
    let routes = match accounts.prefix() {
        "" => table(),
        prefix => table().nest(prefix, table()),
    };
    routes.with_state(accounts.clone())
}

fn read() -> Router<Accounts> {
    Router::new()
        .route(overview::PAGE, get(overview::get))
        .route(connections::PAGE, get(connections::get))
        .route(sessions::PAGE, get(sessions::get))
        .route(devices::PAGE, get(devices::get))
        .route(approvals::PAGE, get(approvals::get))
        .route(activity::PAGE, get(activity::get))
        .route(profile::PAGE, get(profile::get))
        .route(data::PAGE, get(data::get))
}

/// What was begun is finished though the browser hangs up: between the commit of a revocation
/// and telling the gateway nobody may cut in (TK-18).
fn write() -> Router<Accounts> {
    Router::new()
        .route(connections::REVOKE, post(connections::revoke))
        .route(connections::REVOKE_ALL, post(connections::revoke_all))
        .route(sessions::END, post(sessions::end))
        .route(sessions::END_OTHERS, post(sessions::end_others))
        .route(sessions::END_ALL, post(sessions::end_all))
        .route(devices::FORGET, post(devices::forget))
        .route(approvals::FORGET, post(approvals::forget))
        .route(profile::NAME, post(profile::name))
        .route(profile::PASSWORD, post(profile::password))
        .route(data::DOWNLOAD, post(data::download))
        .route(data::DELETE, post(data::delete))
        .layer(from_fn(to_the_end))
}
