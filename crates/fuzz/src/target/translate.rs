//! Translations: what they make is a message, has what its revision demands and nothing of the
//! other one, and says the same when it comes back (P-006 to P-043).
//!
//! Input: one message.

use doorward_mcp::{
    envelope::{Message, Notification, Outcome, Request, Response},
    era::Revision,
    json::Raw,
    method::Method,
    translate::{
        Answer, Client, ClientCapabilities, Failure, Filter, Hop, InputRequest, InputResponses,
        Offer, Opening, Reach, Reading, Speaker, content, discover_result, error_to_session,
        error_to_stateless, examine, for_listener, for_session, initialize_result, input_required,
        is_cacheable, is_logged, progress_for, read_result, request_renamed, request_to_session,
        request_to_stateless, result_to_session, result_to_stateless, retry, salient,
        server_capabilities, tools_to_stateless,
    },
};
use serde_json::{Map, Value, json};

use crate::Target;

pub(crate) const TARGET: Target = Target {
    name: "translate",
    run,
    words: &[
        "\"_meta\":{",
        "\"io.modelcontextprotocol/clientCapabilities\":{}",
        "\"params\":{}",
        "\"params\":null",
        "\"resultType\":\"complete\"",
        "\"resultType\":\"input_required\"",
        "\"inputRequests\":{\"a\":",
        "\"requestState\":\"s\"",
        "\"inputResponses\":{\"a\":{}}",
        "\"task\":{}",
        "\"structuredContent\":",
        "\"content\":[",
        "{\"type\":\"audio\",\"data\":\"\"}",
        "{\"type\":\"resource_link\",\"uri\":\"a:\"}",
        "\"outputSchema\":{",
        "\"properties\":{\"a\":true}",
        "\"x-mcp-header\":",
        "\"tools\":[",
        "\"code\":-32042",
        "\"code\":-32002",
        "\"elicitations\":[",
        "\"mode\":\"url\"",
        "\"oneOf\":[{\"const\":\"a\"}]",
        "[]",
        "{}",
        "null",
    ],
};

const HOP: Hop<'static> = Hop {
    id: "\"hop\"",
    token: Some("\"token\""),
};

/// The methods whose results differ between revisions.
const METHODS: [Method; 6] = [
    Method::ToolsCall,
    Method::ToolsList,
    Method::PromptsGet,
    Method::ResourcesRead,
    Method::Complete,
    Method::Initialize,
];

fn run(body: &[u8]) {
    match Message::parse(body) {
        Ok(Message::Request(request)) => {
            requests(&request);
            questions(&request);
            openings(&request);
        }
        Ok(Message::Response(response)) => match response.outcome {
            Outcome::Result(_) => results(&response),
            Outcome::Error(_) => errors(&response),
        },
        Ok(Message::Notification(notification)) => notifications(&notification),
        Err(_) => {}
    }
}

fn requests(request: &Request<'_>) {
    let home = Hop {
        id: request.id.as_json(),
        token: request
            .params
            .meta
            .progress_token
            .as_ref()
            .map(|token| token.as_json()),
    };
    let same = request_renamed(request, home);
    assert_eq!(
        same,
        request.raw.as_str().as_bytes(),
        "nothing but ids is touched"
    );

    let client = Client::of_meta(&request.params.meta);
    let speaker = Speaker {
        client: &client,
        log_level: request.params.meta.log_level,
    };
    let session = request_to_session(request, HOP);
    let session = read_request(&session);
    assert_eq!(session.id.as_json(), HOP.id);
    assert_eq!(session.method, request.method);
    let meta = &session.params.meta;
    assert!(meta.protocol_version.is_none() && meta.client_capabilities.is_none());
    assert!(meta.client_info.is_none() && meta.log_level.is_none());
    assert!(InputResponses::of_request(&session).is_ok_and(|read| read.is_none()));

    let stateless = request_to_stateless(&session, home, speaker);
    let stateless = read_request(&stateless);
    assert_eq!(Client::of_meta(&stateless.params.meta), client);
    assert_eq!(
        stateless.params.meta.log_level,
        request.params.meta.log_level
    );
    assert_eq!(
        stateless.params.meta.protocol_version.as_deref(),
        Some("2026-07-28")
    );
    says_the_same(request, &stateless);
    retried(&stateless);
}

/// There and back, everything but what belongs to one side alone is the same.
fn says_the_same(before: &Request<'_>, after: &Request<'_>) {
    let said = |request: &Request<'_>| {
        let mut message = value(request.raw.as_str().as_bytes());
        let members = message.as_object_mut().expect("an object");
        let mut params = members.remove("params").unwrap_or_default();
        if let Some(params) = params.as_object_mut() {
            for gone in ["task", "inputResponses", "requestState"] {
                params.remove(gone);
            }
            let mut meta = params.remove("_meta").unwrap_or_default();
            if let Some(meta) = meta.as_object_mut() {
                for own in [
                    "protocolVersion",
                    "clientCapabilities",
                    "clientInfo",
                    "logLevel",
                ] {
                    meta.remove(&format!("io.modelcontextprotocol/{own}"));
                }
            }
            if meta.as_object().is_some_and(|meta| !meta.is_empty()) {
                params.insert("_meta".to_owned(), meta);
            }
        }
        if params.as_object().is_some_and(|params| !params.is_empty()) {
            message["params"] = params;
        }
        message
    };
    assert_eq!(said(after), said(before));
}

fn retried(request: &Request<'_>) {
    let answers = [("k".to_owned(), "{}".to_owned())];
    let again = retry(request, HOP, &answers, Some("\"state\""));
    let again = read_request(&again);
    assert_eq!(salient(&again), salient(request));
    let brought = InputResponses::of_request(&again)
        .expect("well formed")
        .expect("a retry");
    assert_eq!(
        (brought.state(), brought.responses().len()),
        (Some("state"), 1)
    );
}

fn questions(request: &Request<'_>) {
    let Ok(question) = InputRequest::of_request(request) else {
        return;
    };
    let entry = question.to_entry();
    let asked = input_required("1", &[("k".to_owned(), entry.clone())], Some("s"));
    let asked = read_response(&asked);
    let Ok(Reading::InputRequired(read)) = read_result(&asked, Method::ToolsCall) else {
        panic!("input is required");
    };
    let [(_, again)] = read.requests() else {
        panic!("one question");
    };
    assert_eq!((again.kind(), again.to_entry()), (question.kind(), entry));
    for revision in Revision::ALL {
        let told = again.to_request("\"q\"", revision, Some("e"));
        assert_eq!(told.is_ok(), question.kind().exists_in(revision));
        if let Ok(told) = told {
            let told = read_request(&told);
            let heard = InputRequest::of_request(&told).expect("still a question");
            assert_eq!(heard.kind(), question.kind());
        }
    }
    read_response(&question.kind().declined("1"));
    filled_in(&question);
}

/// A form that an older client fills in with text comes back as an answer to the form.
fn filled_in(question: &InputRequest<'_>) {
    let schema = question
        .params()
        .and_then(|params| params.member(&["requestedSchema"]));
    let Some(properties) = schema.and_then(|schema| schema.member(&["properties"])) else {
        return;
    };
    let content: Map<_, _> = properties
        .members()
        .into_iter()
        .map(|(name, _)| (name, json!("X, ,b,")))
        .collect();
    let said =
        json!({ "jsonrpc": "2.0", "id": 1, "result": { "action": "accept", "content": content } });
    let said = said.to_string();
    for revision in Revision::ALL {
        let heard = question.answer(&read_response(said.as_bytes()), revision);
        let Answer::Given(answer) = heard else {
            continue; // no form
        };
        let answer = value(answer.as_bytes());
        let kept = answer["content"].as_object().expect("an object");
        assert_eq!(kept.len(), content.len());
        let fits =
            |value: &Value| value == "X, ,b," || value.as_array().is_some_and(|all| all.len() == 2);
        assert!(kept.values().all(fits), "{answer}");
    }
}

fn openings(request: &Request<'_>) {
    if let Ok(opening) = Opening::of_initialize(request) {
        for revision in Revision::ALL {
            let known = opening.client.capabilities.known_to(revision);
            value(known.as_json().as_bytes());
            assert_eq!(known.known_to(revision), known, "cut once, it stays");
            no_more_than(&known, &opening.client.capabilities);
        }
    }
    if let Ok(filter) = Filter::of_listen(request) {
        let json = filter.to_json();
        value(json.as_bytes());
        let all = Raw::parse(br#"{"tools":{"listChanged":true},"prompts":{"listChanged":true},"resources":{"listChanged":true,"subscribe":true}}"#);
        assert_eq!(filter.granted(all.expect("well formed")), filter);
        let none = Raw::parse(b"{}").expect("well formed");
        assert!(filter.granted(none).is_empty());
    }
}

fn no_more_than(known: &ClientCapabilities, declared: &ClientCapabilities) {
    let (known, declared) = (
        value(known.as_json().as_bytes()),
        value(declared.as_json().as_bytes()),
    );
    for (name, _) in known.as_object().expect("an object") {
        assert!(declared.get(name).is_some(), "{name} was not declared");
    }
}

fn results(response: &Response<'_>) {
    for method in METHODS {
        if let Ok(told) = result_to_stateless(response, method, "7") {
            let told = value(&told);
            assert_eq!(
                (&told["id"], &told["result"]["resultType"]),
                (&json!(7), &json!("complete"))
            );
            assert!(!is_cacheable(method) || told["result"]["ttlMs"] == json!(0));
        }
        for revision in Revision::ALL {
            degrades_once(response, method, revision);
            if let Ok(told) = result_to_session(response, method, revision, "7") {
                let told = value(&told);
                let result = told["result"].as_object().expect("an object");
                assert!(
                    !["resultType", "ttlMs", "cacheScope"]
                        .iter()
                        .any(|name| result.contains_key(*name))
                );
            }
        }
    }
    lists(response);
    discoveries(response);
    if let Ok(Reading::InputRequired(read)) = read_result(response, Method::ToolsCall) {
        let entries: Vec<_> = read
            .requests()
            .iter()
            .map(|(key, question)| (key.clone(), question.to_entry()))
            .collect();
        assert!(!entries.is_empty() || read.state().is_some());
        read_response(&input_required("1", &entries, Some("s")));
    }
}

fn degrades_once(response: &Response<'_>, method: Method, revision: Revision) {
    let Ok(Some(degraded)) = content::degraded(response, method, revision) else {
        return;
    };
    let again = read_response(&degraded);
    assert_eq!(
        content::degraded(&again, method, revision),
        Ok(None),
        "degraded once, it is readable"
    );
}

fn lists(response: &Response<'_>) {
    let Ok((told, notes)) = tools_to_stateless(response, "7") else {
        return;
    };
    let told = read_response(&told);
    let Outcome::Result(result) = told.outcome else {
        panic!("a result");
    };
    let tools = result.raw.member(&["tools"]).expect("a list").elements();
    for tool in &tools {
        assert_eq!(examine(*tool), None, "{}", tool.as_str());
    }
    let gone = notes.iter().filter(|note| note.reason.leaves_out()).count();
    let Outcome::Result(result) = &response.outcome else {
        panic!("a result");
    };
    let all = result.raw.member(&["tools"]).expect("a list").elements();
    assert_eq!(all.len(), tools.len() + gone, "nothing goes in silence");
}

fn discoveries(response: &Response<'_>) {
    for reach in [Reach::Listens, Reach::Silent] {
        let offer = Offer {
            versions: &Revision::ALL,
            reach,
        };
        if let Ok(told) = discover_result(response, "7", offer) {
            let told = value(&told);
            assert_eq!(
                told["result"]["supportedVersions"].as_array().map(Vec::len),
                Some(5)
            );
            assert!(told["result"]["capabilities"].get("tasks").is_none());
        }
    }
    if let Ok(told) = initialize_result(
        response,
        "7",
        Revision::V2025_11_25,
        "{\"name\":\"n\",\"version\":\"0\"}",
    ) {
        let told = value(&told);
        assert_eq!(told["result"]["protocolVersion"], "2025-11-25");
        assert!(told["result"]["serverInfo"].is_object());
    }
    if let Outcome::Result(result) = &response.outcome {
        value(server_capabilities(result.raw, Reach::Silent).as_bytes());
    }
}

fn errors(response: &Response<'_>) {
    match error_to_stateless(response, "7").expect("an error") {
        Failure::Error(told) => {
            let code = value(&told)["error"]["code"].as_i64().expect("a number");
            assert!(
                code != -32002 && !(-32099..=-32020).contains(&code),
                "{code}"
            );
        }
        Failure::UrlElicitations(pages) => {
            let entries: Vec<_> = pages
                .into_iter()
                .map(|page| ("k".to_owned(), page.entry))
                .take(1)
                .collect();
            assert!(!entries.is_empty());
            let asked = input_required("1", &entries, None);
            assert!(read_result(&read_response(&asked), Method::ToolsCall).is_ok());
        }
    }
    for method in METHODS {
        let told = value(&error_to_session(response, method, "7").expect("an error"));
        let code = told["error"]["code"].as_i64().expect("a number");
        assert!(!(-32022..=-32020).contains(&code), "{code}");
    }
}

fn notifications(notification: &Notification<'_>) {
    let told = for_listener(notification, "\"l\"");
    let told = read_notification(&told);
    assert_eq!(told.method, notification.method);
    let id = told.params.meta.subscription_id.expect("named");
    assert_eq!(id.as_json(), "\"l\"");
    let back = for_session(&told);
    assert!(
        read_notification(&back)
            .params
            .meta
            .subscription_id
            .is_none()
    );
    if notification.params.meta.subscription_id.is_none()
        && Method::notification(&notification.method) == Some(Method::Progress)
    {
        let mine = progress_for(notification, "\"mine\"");
        let token = read_notification(&mine).params.progress_token;
        assert!(
            notification.params.raw.is_none()
                || token.is_some_and(|token| token.as_json() == "\"mine\"")
        );
    }
    assert!(!is_logged(notification, None));
    let _ = Filter::of_acknowledged(notification);
}

fn value(json: &[u8]) -> Value {
    serde_json::from_slice(json).expect("JSON")
}

fn read_request(body: &[u8]) -> Request<'_> {
    match Message::parse(body).expect("a message") {
        Message::Request(request) => request,
        other => panic!("a request: {other:?}"),
    }
}

fn read_response(body: &[u8]) -> Response<'_> {
    match Message::parse(body).expect("a message") {
        Message::Response(response) => response,
        other => panic!("a response: {other:?}"),
    }
}

fn read_notification(body: &[u8]) -> Notification<'_> {
    match Message::parse(body).expect("a message") {
        Message::Notification(notification) => notification,
        other => panic!("a notification: {other:?}"),
    }
}
