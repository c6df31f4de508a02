use super::*;
use Revision::{V2024_11_05, V2025_03_26, V2025_06_18, V2025_11_25, V2026_07_28};

#[test]
fn every_method_is_found_by_its_name_in_its_own_shape_only() {
    for method in Method::ALL {
        let (found, other) = match method.shape() {
            Request => (
                Method::request(method.as_str()),
                Method::notification(method.as_str()),
            ),
            Notification => (
                Method::notification(method.as_str()),
                Method::request(method.as_str()),
            ),
        };
        assert_eq!(found, Some(*method));
        assert_eq!(other, None, "{}", method.as_str());
    }
}

#[test]
fn an_unknown_method_is_none_whatever_it_resembles() {
    // GW-14, R-036
    for name in [
        "",
        "TOOLS/CALL",
        "tools/call ",
        "tools",
        "tools/",
        "tools/call/x",
        "tools/calℓ",
        "tools\\/call",
        "notifications/",
        "notifications/cancelled\0",
        "rpc.discover",
    ] {
        assert_eq!(Method::request(name), None, "{name:?}");
        assert_eq!(Method::notification(name), None, "{name:?}");
    }
}

#[test]
fn each_revision_lets_clients_send_what_its_schema_lists() {
    const SESSION: &[&str] = &[
        "completion/complete",
        "initialize",
        "logging/setLevel",
        "notifications/cancelled",
        "notifications/initialized",
        "notifications/progress",
        "notifications/roots/list_changed",
        "ping",
        "prompts/get",
        "prompts/list",
        "resources/list",
        "resources/read",
        "resources/subscribe",
        "resources/templates/list",
        "resources/unsubscribe",
        "tools/call",
        "tools/list",
    ];
    const TASKS: &[&str] = &[
        "notifications/tasks/status",
        "tasks/cancel",
        "tasks/get",
        "tasks/list",
        "tasks/result",
    ];
    const STATELESS: &[&str] = &[
        "completion/complete",
        "notifications/cancelled",
        "prompts/get",
        "prompts/list",
        "resources/list",
        "resources/read",
        "resources/templates/list",
        "server/discover",
        "subscriptions/listen",
        "tasks/cancel",
        "tasks/get",
        "tasks/update",
        "tools/call",
        "tools/list",
    ];
    let with_tasks = [SESSION, TASKS].concat();
    for (revision, expected) in [
        (V2024_11_05, SESSION),
        (V2025_03_26, SESSION),
        (V2025_06_18, SESSION),
        (V2025_11_25, &with_tasks),
        (V2026_07_28, STATELESS),
    ] {
        let sendable = |method: &&Method| method.from_client(revision);
        assert_eq!(names(sendable), sorted(expected), "{revision}");
    }
}

#[test]
fn each_revision_lets_servers_send_what_its_schema_lists() {
    const FIRST: &[&str] = &[
        "notifications/cancelled",
        "notifications/message",
        "notifications/progress",
        "notifications/prompts/list_changed",
        "notifications/resources/list_changed",
        "notifications/resources/updated",
        "notifications/tools/list_changed",
        "ping",
        "roots/list",
        "sampling/createMessage",
    ];
    const ELICITATION: &[&str] = &["elicitation/create"];
    const TASKS: &[&str] = &[
        "notifications/elicitation/complete",
        "notifications/tasks/status",
        "tasks/cancel",
        "tasks/get",
        "tasks/list",
        "tasks/result",
    ];
    const STATELESS: &[&str] = &[
        "notifications/cancelled",
        "notifications/message",
        "notifications/progress",
        "notifications/prompts/list_changed",
        "notifications/resources/list_changed",
        "notifications/resources/updated",
        "notifications/subscriptions/acknowledged",
        "notifications/tasks",
        "notifications/tools/list_changed",
    ];
    let with_elicitation = [FIRST, ELICITATION].concat();
    let with_tasks = [FIRST, ELICITATION, TASKS].concat();
    for (revision, expected) in [
        (V2024_11_05, FIRST),
        (V2025_03_26, FIRST),
        (V2025_06_18, &with_elicitation),
        (V2025_11_25, &with_tasks),
        (V2026_07_28, STATELESS),
    ] {
        let sendable = |method: &&Method| method.from_server(revision);
        assert_eq!(names(sendable), sorted(expected), "{revision}");
    }
}

#[test]
fn servers_send_no_requests_in_the_stateless_era() {
    //
    let requests = |method: &&Method| method.shape() == Request && method.from_server(V2026_07_28);
    assert!(names(requests).is_empty());
}

fn names(wanted: impl Fn(&&Method) -> bool) -> Vec<&'static str> {
    let found: Vec<_> = Method::ALL
        .iter()
        .filter(wanted)
        .map(|method| method.as_str())
        .collect();
    sorted(&found)
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}
