//! Where a person is signed in.

use axum::{body::Body, response::Response};
use doorward_core::{agent::Agent, id::SessionId, session::Session};
use doorward_pages::Text;
use serde::Serialize;

use crate::{
    door::{Guest, Sheet, see_other, with_cookies},
    moment::Moment,
    part::{Neighbours, Part},
};

pub(crate) const PAGE: &str = "/account/sessions";
pub(crate) const END: &str = "/account/sessions/end";
pub(crate) const END_OTHERS: &str = "/account/sessions/end-others";
pub(crate) const END_ALL: &str = "/account/sessions/end-all";

/// How many sessions are on a page.
const ON_A_PAGE: usize = 20;

#[derive(Serialize)]
struct Sessions {
    sessions: Vec<SessionView>,
    total: usize,
    beside: Neighbours,
}

#[derive(Serialize)]
struct SessionView {
    id: String,
    /// Whether it is the one that the page is seen with.
    this: bool,
    browser: Text,
    address: Option<String>,
    methods: String,
    began: Moment,
    seen: Moment,
    ends: Moment,
}

/// The page.
pub(crate) async fn get(guest: Guest) -> Response {
    let sheet = Sheet {
        template: "account_sessions.html",
        here: PAGE,
        forms: &[END, END_OTHERS, END_ALL],
        error: None,
    };
    match guest.accounts.sessions(&guest.visit).await {
        Ok(sessions) => {
            let part = Part::asked(&guest, ON_A_PAGE);
            let shown = part.of(&sessions).map(|session| view(session, &guest));
            let page = Sessions {
                sessions: shown.collect(),
                total: sessions.len(),
                beside: part.neighbours(sessions.len()),
            };
            guest.show(sheet, &page)
        }
        Err(error) => guest.unreadable(&error),
    }
}

/// Ends one session.
pub(crate) async fn end(guest: Guest, body: Body) -> Response {
    let form = match guest.form(END, body).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let id = SessionId::from_known(form.value("id"));
    let outcome = guest.accounts.end_session(&guest.visit, &id).await;
    if outcome.is_ok() && guest.visit.session().id == id {
        return signed_out(&guest);
    }
    guest.answer(outcome, PAGE, "ended")
}

/// Ends all sessions but this one.
pub(crate) async fn end_others(guest: Guest, body: Body) -> Response {
    if let Err(refused) = guest.form(END_OTHERS, body).await {
        return refused;
    }
    let outcome = guest.accounts.end_other_sessions(&guest.visit).await;
    guest.answer(outcome, PAGE, "others-ended")
}

/// Signs out everywhere.
pub(crate) async fn end_all(guest: Guest, body: Body) -> Response {
    if let Err(refused) = guest.form(END_ALL, body).await {
        return refused;
    }
    match guest.accounts.end_all_sessions(&guest.visit).await {
        Ok(()) => signed_out(&guest),
        Err(error) => guest.failed(&error),
    }
}

fn signed_out(guest: &Guest) -> Response {
    let accounts = &guest.accounts;
    with_cookies(see_other(&accounts.path("/")), &accounts.ended())
}

fn view(session: &Session, guest: &Guest) -> SessionView {
    SessionView {
        id: session.id.to_string(),
        this: session.id == guest.visit.session().id,
        browser: browser(session.agent.clone().map(Agent::from_stored).as_ref()),
        address: session.address.map(|address| address.to_string()),
        methods: session.methods.stored(),
        began: Moment::of(session.authenticated_at),
        seen: Moment::of(session.seen_at),
        ends: Moment::of(session.expires_at),
    }
}

/// A browser in words.
pub(crate) fn browser(agent: Option<&Agent>) -> Text {
    let Some(agent) = agent else {
        return Text::of("account-browser-unknown");
    };
    match agent.system() {
        Some(system) => Text::of("account-browser-on")
            .with("program", agent.program())
            .with("system", system),
        None => Text::of("account-browser").with("program", agent.program()),
    }
}
