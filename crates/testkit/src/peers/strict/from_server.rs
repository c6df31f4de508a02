//! What a client of one revision finds wrong with a message of its server.

use doorward_mcp::era::{Era, Revision};
use serde_json::Value;

use super::{Faults, Kind, kind};
use crate::peers::words::{self, CACHEABLE, MAY_ASK, Side};

/// Reasons against a message of a server. `method` is that of the request that a response is for,
/// `declared` what the client said that it can do.
pub(in crate::peers) fn of_server(
    revision: Revision,
    method: Option<&str>,
    declared: &Value,
    message: &Value,
) -> Vec<String> {
    let mut faults = Faults::default();
    faults.envelope(message);
    match kind(message) {
        Some(Kind::Request) => request(&mut faults, revision, declared, message),
        Some(Kind::Notification) => notification(&mut faults, revision, message),
        Some(Kind::Response) => match (method, message.get("error")) {
            (_, Some(error)) => refusal(&mut faults, revision, error),
            (Some(method), None) => {
                result(&mut faults, revision, method, declared, &message["result"]);
            }
            (None, None) => faults.0.push(format!("nobody asked for {message}")),
        },
        None => faults.0.push(format!("no message: {message}")),
    }
    faults.0
}

fn request(faults: &mut Faults, revision: Revision, declared: &Value, message: &Value) {
    let method = message["method"].as_str().unwrap_or_default();
    faults.want(words::is_request(revision, Side::Server, method), || {
        format!("{revision} knows no request {method} of a server")
    });
    if method != "ping" {
        question(faults, revision, declared, method, &message["params"]);
    }
}

/// A question, on the wire or in a result.
fn question(
    faults: &mut Faults,
    revision: Revision,
    declared: &Value,
    method: &str,
    params: &Value,
) {
    let capability = words::question(revision, method);
    let may = capability.is_some_and(|capability| declared.get(capability).is_some());
    faults.want(may, || {
        format!("the server asks for {method}, which was not declared")
    });
    faults.meta(revision, method, &params["_meta"]);
    if method == "elicitation/create" {
        let mode = params["mode"].as_str();
        let by_url = mode == Some("url");
        let declares_url = declared["elicitation"].get("url").is_some();
        let modes = revision >= Revision::V2025_11_25;
        faults.want(!by_url || declares_url, || {
            "asks to visit a page".to_owned()
        });
        faults.want(mode.is_none() || modes, || {
            format!("{revision} knows no mode of elicitation")
        });
        let id = params.get("elicitationId").is_some();
        faults.want(id == (by_url && revision == Revision::V2025_11_25), || {
            format!("the id of an elicitation: {params}")
        });
        let shown = by_url || params["requestedSchema"].is_object();
        faults.want(params["message"].is_string() && shown, || {
            format!("an elicitation of {params}")
        });
    }
}

fn notification(faults: &mut Faults, revision: Revision, message: &Value) {
    let method = message["method"].as_str().unwrap_or_default();
    faults.want(
        words::is_notification(revision, Side::Server, method),
        || format!("{revision} knows no notification {method} of a server"),
    );
    faults.meta(revision, method, &message["params"]["_meta"]);
}

fn refusal(faults: &mut Faults, revision: Revision, error: &Value) {
    let code = error["code"].as_i64();
    faults.want(code.is_some() && error["message"].is_string(), || {
        format!("an error of {error}")
    });
    faults.want(
        code.is_none_or(|code| words::is_code(revision, code)),
        || format!("{revision} knows no error {error}"),
    );
    if code == Some(-32042) {
        let pages = error["data"]["elicitations"].as_array();
        let whole = |page: &Value| {
            let members = ["elicitationId", "url", "message"];
            page["mode"] == "url" && members.iter().all(|name| page[name].is_string())
        };
        let all = pages.is_some_and(|pages| !pages.is_empty() && pages.iter().all(whole));
        faults.want(all, || format!("no pages to visit in {error}"));
    }
}

fn result(faults: &mut Faults, revision: Revision, method: &str, declared: &Value, result: &Value) {
    faults.want(result.is_object(), || {
        format!("the result of {method} is {result}")
    });
    faults.meta(revision, method, &result["_meta"]);
    match revision.era() {
        Era::Session => faults.no_stateless_members(method, result),
        Era::Stateless => stateless(faults, method, declared, result),
    }
    let prompt = result["messages"].as_array().into_iter().flatten();
    let blocks = result["content"].as_array().into_iter().flatten();
    for block in blocks.chain(prompt.map(|message| &message["content"])) {
        let kind = block["type"].as_str().unwrap_or_default();
        faults.want(words::is_content(revision, kind), || {
            format!("{revision} knows no content {block}")
        });
    }
}

fn stateless(faults: &mut Faults, method: &str, declared: &Value, result: &Value) {
    let cached = result["ttlMs"].is_u64()
        && matches!(result["cacheScope"].as_str(), Some("public" | "private"));
    match result["resultType"].as_str() {
        Some("complete") => faults.want(cached || !CACHEABLE.contains(&method), || {
            format!("{method} does not say how long it keeps: {result}")
        }),
        Some("input_required") => asks_back(faults, method, declared, result),
        other => faults.want(false, || format!("{method} has the result type {other:?}")),
    }
}

fn asks_back(faults: &mut Faults, method: &str, declared: &Value, result: &Value) {
    let revision = Revision::V2026_07_28;
    faults.want(MAY_ASK.contains(&method), || {
        format!("{method} must not ask back")
    });
    let requests = result["inputRequests"].as_object();
    faults.want(
        requests.is_some() || result["requestState"].is_string(),
        || format!("asks for nothing: {result}"),
    );
    let hinted = result.get("ttlMs").is_some() || result.get("cacheScope").is_some();
    faults.want(!hinted, || "what asks back must not be kept".to_owned());
    for asked in requests.into_iter().flat_map(|requests| requests.values()) {
        let method = asked["method"].as_str().unwrap_or_default();
        question(faults, revision, declared, method, &asked["params"]);
    }
}
