//! What each revision knows, from its schema: one row a word, with the first and the last revision.
//!
//! This is a second reading of the schemas, on purpose not the table of `doorward-mcp`: one of the
//! two is what the other is tested with.

use doorward_mcp::era::Revision;

use Revision::{
    V2024_11_05 as V1, V2025_03_26 as V2, V2025_06_18 as V3, V2025_11_25 as V4, V2026_07_28 as V5,
};

/// Who sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

type Row = (&'static str, Revision, Revision);

/// Requests of clients, and the members of their parameters besides `_meta`.
#[rustfmt::skip]
const CLIENT_REQUESTS: &[(&str, Revision, Revision, &[Row])] = &[
    ("initialize",               V1, V4, &[("protocolVersion", V1, V4), ("capabilities", V1, V4), ("clientInfo", V1, V4)]),
    ("ping",                     V1, V4, &[]),
    ("server/discover",          V5, V5, &[]),
    ("tools/list",               V1, V5, &[("cursor", V1, V5)]),
    ("tools/call",               V1, V5, &[("name", V1, V5), ("arguments", V1, V5), ("task", V4, V4), ("inputResponses", V5, V5), ("requestState", V5, V5)]),
    ("prompts/list",             V1, V5, &[("cursor", V1, V5)]),
    ("prompts/get",              V1, V5, &[("name", V1, V5), ("arguments", V1, V5), ("inputResponses", V5, V5), ("requestState", V5, V5)]),
    ("resources/list",           V1, V5, &[("cursor", V1, V5)]),
    ("resources/templates/list", V1, V5, &[("cursor", V1, V5)]),
    ("resources/read",           V1, V5, &[("uri", V1, V5), ("inputResponses", V5, V5), ("requestState", V5, V5)]),
    ("resources/subscribe",      V1, V4, &[("uri", V1, V4)]),
    ("resources/unsubscribe",    V1, V4, &[("uri", V1, V4)]),
    ("subscriptions/listen",     V5, V5, &[("notifications", V5, V5)]),
    ("completion/complete",      V1, V5, &[("ref", V1, V5), ("argument", V1, V5), ("context", V3, V5)]),
    ("logging/setLevel",         V1, V4, &[("level", V1, V4)]),
];

/// Requests of servers on the wire. In the stateless era they stand in results instead.
const SERVER_REQUESTS: &[Row] = &[
    ("ping", V1, V4),
    ("sampling/createMessage", V1, V4),
    ("roots/list", V1, V4),
    ("elicitation/create", V3, V4),
];

/// What a server may ask for, wherever the question stands; the capability that it needs.
const QUESTIONS: &[(&str, &str, Revision)] = &[
    ("sampling/createMessage", "sampling", V1),
    ("roots/list", "roots", V1),
    ("elicitation/create", "elicitation", V3),
];

const CLIENT_NOTIFICATIONS: &[Row] = &[
    ("notifications/initialized", V1, V4),
    ("notifications/cancelled", V1, V5),
    ("notifications/progress", V1, V4),
    ("notifications/roots/list_changed", V1, V4),
];

const SERVER_NOTIFICATIONS: &[Row] = &[
    ("notifications/cancelled", V1, V5),
    ("notifications/progress", V1, V5),
    ("notifications/message", V1, V5),
    ("notifications/resources/updated", V1, V5),
    ("notifications/resources/list_changed", V1, V5),
    ("notifications/tools/list_changed", V1, V5),
    ("notifications/prompts/list_changed", V1, V5),
    ("notifications/elicitation/complete", V4, V4),
    ("notifications/subscriptions/acknowledged", V5, V5),
];

const CONTENT: &[Row] = &[
    ("text", V1, V5),
    ("image", V1, V5),
    ("resource", V1, V5),
    ("audio", V2, V5),
    ("resource_link", V3, V5),
];

const CLIENT_CAPABILITIES: &[Row] = &[
    ("experimental", V1, V5),
    ("roots", V1, V5),
    ("sampling", V1, V5),
    ("elicitation", V3, V5),
    ("tasks", V4, V4),
    ("extensions", V5, V5),
];

/// Members of results that mean something in the stateless era only.
pub(super) const STATELESS_MEMBERS: [&str; 5] = [
    "resultType",
    "ttlMs",
    "cacheScope",
    "inputRequests",
    "requestState",
];

/// Results that say how long they keep.
pub(super) const CACHEABLE: [&str; 6] = [
    "server/discover",
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
];

/// Requests whose result may ask back.
pub(super) const MAY_ASK: [&str; 3] = ["tools/call", "prompts/get", "resources/read"];

/// What stands before the keys of `_meta` that the stateless era defines.
pub(super) const PREFIX: &str = "io.modelcontextprotocol/";

pub(super) fn is_request(revision: Revision, from: Side, method: &str) -> bool {
    match from {
        Side::Client => params(revision, method).is_some(),
        Side::Server => knows(SERVER_REQUESTS, revision, method),
    }
}

/// The members that the parameters of a client's request may have besides `_meta`.
pub(super) fn params(revision: Revision, method: &str) -> Option<Vec<&'static str>> {
    let row = CLIENT_REQUESTS.iter().find(|row| row.0 == method)?;
    let within = |first, last| first <= revision && revision <= last;
    within(row.1, row.2).then(|| {
        let members = row.3.iter().filter(|member| within(member.1, member.2));
        members.map(|member| member.0).collect()
    })
}

pub(super) fn is_notification(revision: Revision, from: Side, method: &str) -> bool {
    let table = match from {
        Side::Client if revision == V5 => return method == "notifications/cancelled",
        Side::Client => CLIENT_NOTIFICATIONS,
        Side::Server => SERVER_NOTIFICATIONS,
    };
    knows(table, revision, method)
}

/// The capability that a server's question needs, if the revision knows the question.
pub(super) fn question(revision: Revision, method: &str) -> Option<&'static str> {
    let row = QUESTIONS.iter().find(|row| row.0 == method)?;
    (row.2 <= revision).then_some(row.1)
}

pub(super) fn is_content(revision: Revision, kind: &str) -> bool {
    knows(CONTENT, revision, kind)
}

pub(super) fn is_client_capability(revision: Revision, name: &str) -> bool {
    knows(CLIENT_CAPABILITIES, revision, name)
}

/// Whether a server of this revision may answer with this code: what later revisions gave a
/// meaning, or took it from, is no other revision's to say.
pub(super) fn is_code(revision: Revision, code: i64) -> bool {
    match code {
        -32022..=-32020 => revision == V5,
        -32042 => revision == V4,
        -32002 => revision != V5,
        -32099..=-32023 => revision != V5,
        _ => true,
    }
}

fn knows(table: &[Row], revision: Revision, word: &str) -> bool {
    let row = table.iter().find(|row| row.0 == word);
    row.is_some_and(|(_, first, last)| *first <= revision && revision <= *last)
}

/// The five revisions as the tables above and the tests call them.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_know_what_their_schemas_say() {
        #[rustfmt::skip]
        let cases = [
            (is_request(V1, Side::Client, "subscriptions/listen"), false),
            (is_request(V5, Side::Client, "initialize"), false),
            (is_request(V2, Side::Server, "elicitation/create"), false),
            (is_request(V3, Side::Server, "elicitation/create"), true),
            (is_request(V5, Side::Server, "roots/list"), false),
            (question(V5, "roots/list").is_some(), true),
            (is_notification(V5, Side::Client, "notifications/initialized"), false),
            (is_content(V1, "audio"), false),
            (is_content(V2, "resource_link"), false),
            (is_client_capability(V2, "elicitation"), false),
            (is_code(V4, -32020), false),
            (is_code(V5, -32002), false),
            (is_code(V3, -32042), false),
            (is_code(V4, -32042), true),
        ];
        for (index, (said, expected)) in cases.into_iter().enumerate() {
            assert_eq!(said, expected, "case {index}");
        }
    }
}
