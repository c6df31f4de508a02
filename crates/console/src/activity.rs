//! What happened in an account.

use axum::response::Response;
use doorward_core::{
    audit::{AuditRecord, Outcome},
    details::visible,
};
use doorward_issuer::{Trail, TrailQuery};
use doorward_pages::Text;
use serde::Serialize;

use crate::{
    door::{Guest, Sheet},
    moment::Moment,
};

pub(crate) const PAGE: &str = "/account/activity";

/// The events that can be asked for, by their written names.
const EVENTS: [&str; 10] = [
    "sign_in",
    "sign_in.new_device",
    "sign_out",
    "session.end",
    "consent",
    "token.code",
    "token.refresh",
    "token.revoke",
    "tool.call",
    "user.change",
];

#[derive(Serialize)]
struct Activity {
    records: Vec<RecordView>,
    events: Vec<EventView>,
    /// What is asked for the part behind this one.
    older: Option<String>,
    may_audit: bool,
    everybody: bool,
}

#[derive(Serialize)]
struct EventView {
    name: &'static str,
    chosen: bool,
}

#[derive(Serialize)]
struct RecordView {
    at: Moment,
    event: String,
    outcome: Text,
    denied: bool,
    /// What more is known of it, by name.
    facts: Vec<(Text, String)>,
}

/// The page.
pub(crate) async fn get(guest: Guest) -> Response {
    let sheet = Sheet {
        template: "account_activity.html",
        here: PAGE,
        forms: &[],
        error: None,
    };
    let event = guest.asked("event").unwrap_or_default();
    let event = EVENTS.into_iter().find(|known| *known == event);
    let query = TrailQuery {
        everybody: guest.asked("who") == Some("everybody"),
        event: event.map(str::to_owned),
        before: guest.asked("before").and_then(|text| text.parse().ok()),
    };
    match guest.accounts.trail(&guest.visit, &query).await {
        Ok(trail) => {
            let may_audit = guest.visit.may_audit();
            guest.show(sheet, &activity(&trail, event, may_audit))
        }
        Err(error) => guest.failed(&error),
    }
}

fn activity(trail: &Trail, event: Option<&'static str>, may_audit: bool) -> Activity {
    let who = if trail.everybody {
        "&who=everybody"
    } else {
        ""
    };
    let kept = event.map_or_else(String::new, |event| format!("&event={event}"));
    let older = |before| format!("?before={before}{kept}{who}");
    let records = trail.lines.iter();
    Activity {
        records: records
            .filter_map(|line| view(line, trail.everybody))
            .collect(),
        events: EVENTS
            .into_iter()
            .map(|name| EventView {
                name,
                chosen: event == Some(name),
            })
            .collect(),
        older: trail.older.map(older),
        may_audit,
        everybody: trail.everybody,
    }
}

fn view(line: &str, everybody: bool) -> Option<RecordView> {
    let record: AuditRecord<'_> = serde_json::from_str(line).ok()?;
    let event = serde_json::to_value(record.event).ok()?;
    let user = record.user.as_deref().filter(|_| everybody);
    let peer = record.peer.map(|peer| peer.to_string());
    let facts = [
        ("account-fact-user", user),
        ("account-fact-client", record.client.as_deref()),
        ("account-fact-server", record.server.as_deref()),
        ("account-fact-tool", record.tool.as_deref()),
        ("account-fact-address", peer.as_deref()),
        ("account-fact-reason", record.reason.as_deref()),
    ];
    let said = |(name, value): (&'static str, Option<&str>)| {
        Some((Text::of(name), visible(value?))) // AD-05
    };
    Some(RecordView {
        at: Moment::of(record.at),
        event: event.as_str().unwrap_or_default().to_owned(),
        outcome: Text::of(match record.outcome {
            Outcome::Allowed => "account-outcome-allowed",
            Outcome::Denied => "account-outcome-denied",
            Outcome::Failed => "account-outcome-failed",
        }),
        denied: record.outcome != Outcome::Allowed,
        facts: facts.into_iter().filter_map(said).collect(),
    })
}
