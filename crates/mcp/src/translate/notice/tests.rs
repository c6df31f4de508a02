use super::*;
use crate::envelope::Message;

fn notice(body: &str) -> Notification<'_> {
    match Message::parse(body.as_bytes()).expect("well formed") {
        Message::Notification(notification) => notification,
        other => panic!("a notification: {other:?}"),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

#[test]
fn every_notification_of_a_server_has_one_destination() {
    // P-024, P-026, P-028, P-043
    use Destination::{Listeners, Log, Nowhere, Progress, Question};
    let table = [
        (Method::Progress, Progress, Progress),
        (Method::LogMessage, Log, Log),
        (Method::ToolsListChanged, Listeners, Listeners),
        (Method::PromptsListChanged, Listeners, Listeners),
        (Method::ResourcesListChanged, Listeners, Listeners),
        (Method::ResourceUpdated, Listeners, Listeners),
        (Method::Cancelled, Question, Nowhere),
    ];
    for method in Method::ALL {
        let row = table.iter().find(|(known, ..)| known == method);
        let (modern, session) = row.map_or((Nowhere, Nowhere), |(_, modern, session)| {
            (*modern, *session)
        });
        assert_eq!(destination(*method), modern, "{method:?}");
        assert_eq!(destination_in_session(*method), session, "{method:?}");
    }
}

#[test]
fn progress_carries_the_token_of_its_owner() {
    // P-006, P-028
    let body = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":12,"progress":0.50,"total":1e0,"message":"m","x":[]}}"#;
    let expected = body.replace("12", "\"mine\"");
    assert_eq!(text(progress_for(&notice(body), "\"mine\"")), expected);
}

#[test]
fn log_messages_are_for_requests_that_wanted_them() {
    // R-050, P-027
    for (params, level, is_told) in [
        (r#"{"level":"error"}"#, Some(LogLevel::Warning), true),
        (r#"{"level":"warning"}"#, Some(LogLevel::Warning), true),
        (r#"{"level":"info"}"#, Some(LogLevel::Warning), false),
        (r#"{"level":"emergency"}"#, None, false),
        (r#"{"level":"loud"}"#, Some(LogLevel::Debug), false),
        (r#"{"level":1}"#, Some(LogLevel::Debug), false),
        ("{}", Some(LogLevel::Debug), false),
    ] {
        let body =
            format!(r#"{{"jsonrpc":"2.0","method":"notifications/message","params":{params}}}"#);
        assert_eq!(
            is_logged(&notice(&body), level),
            is_told,
            "{params} {level:?}"
        );
    }
}

#[test]
fn listeners_know_their_notifications_by_the_id_of_their_request() {
    // R-053, P-026, P-038
    for (session, listener) in [
        (
            r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"l"}}}"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:\u0031"}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:\u0031","_meta":{"io.modelcontextprotocol/subscriptionId":"l"}}}"#,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"_meta":{"a":1.0},"uri":"a:"}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"_meta":{"a":1.0,"io.modelcontextprotocol/subscriptionId":"l"},"uri":"a:"}}"#,
        ),
    ] {
        assert_eq!(text(for_listener(&notice(session), "\"l\"")), listener);
        assert_eq!(text(for_session(&notice(listener))), session);
    }
    // Somebody else's id is replaced.
    let foreign = r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":1}}}"#;
    let told = text(for_listener(&notice(foreign), "2"));
    assert_eq!(told, foreign.replace(":1}", ":2}"));
}

#[test]
fn cancellations_and_levels_are_said_in_the_words_of_a_session() {
    // P-017, P-027, P-039
    let body = text(cancelled("\"r\"", Some("enough \"now\"")));
    assert_eq!(
        body,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"r","reason":"enough \"now\""}}"#
    );
    assert_eq!(
        cancellation_reason(&notice(&body)).as_deref(),
        Some("enough \"now\"")
    );
    assert_eq!(
        text(cancelled("1", None)),
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#
    );
    assert_eq!(
        text(set_level_request("1", LogLevel::Notice)),
        r#"{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"notice"}}"#
    );
    for (params, level) in [
        (r#"{"level":"notice"}"#, Some(LogLevel::Notice)),
        (r#"{"level":"loud"}"#, None),
        ("{}", None),
    ] {
        let raw = Raw::parse(params.as_bytes()).expect("well formed");
        assert_eq!(level_set(Some(raw)), level);
    }
    assert_eq!(level_set(None), None);
}
