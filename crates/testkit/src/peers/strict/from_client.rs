//! What a server of one revision finds wrong with a message of its client.

use doorward_mcp::era::{Era, Revision};
use serde_json::Value;

use super::{Faults, Kind, kind};
use crate::peers::words::{self, PREFIX, Side};

/// Reasons against a message of a client. What a session opens with is judged by the revision
/// that it asks for, everything else by the server's own.
pub(in crate::peers) fn of_client(revision: Revision, message: &Value) -> Vec<String> {
    let mut faults = Faults::default();
    faults.envelope(message);
    match kind(message) {
        Some(Kind::Request) => request(&mut faults, revision, message),
        Some(Kind::Notification) => notification(&mut faults, revision, message),
        Some(Kind::Response) => response(&mut faults, revision, message),
        None => faults.0.push(format!("no message: {message}")),
    }
    faults.0
}

fn request(faults: &mut Faults, revision: Revision, message: &Value) {
    let method = message["method"].as_str().unwrap_or_default();
    let params = &message["params"];
    let Some(known) = words::params(revision, method) else {
        return faults.want(false, || format!("{revision} knows no request {method}"));
    };
    for name in params
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys())
    {
        faults.want(name == "_meta" || known.contains(&name.as_str()), || {
            format!("{method} has no parameter {name} in {revision}")
        });
    }
    faults.meta(revision, method, &params["_meta"]);
    if revision.era() == Era::Stateless {
        return stateless_meta(faults, method, &params["_meta"]);
    }
    if method == "initialize" {
        let asked = params["protocolVersion"].as_str().and_then(Revision::parse);
        faults.want(
            asked.is_some_and(|asked| asked.era() == Era::Session),
            || format!("initialize asks for {}", params["protocolVersion"]),
        );
        capabilities(faults, asked.unwrap_or(revision), &params["capabilities"]);
        let info = &params["clientInfo"];
        faults.want(
            info["name"].is_string() && info["version"].is_string(),
            || format!("clientInfo is {info}"),
        );
    }
}

fn stateless_meta(faults: &mut Faults, method: &str, meta: &Value) {
    let of = |name: &str| &meta[format!("{PREFIX}{name}")];
    faults.want(
        of("protocolVersion") == Revision::V2026_07_28.as_str(),
        || format!("{method} says it is of {}", of("protocolVersion")),
    );
    capabilities(faults, Revision::V2026_07_28, of("clientCapabilities"));
    let known = [
        "protocolVersion",
        "clientCapabilities",
        "clientInfo",
        "logLevel",
    ];
    for key in meta
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys())
    {
        let ours = key.strip_prefix(PREFIX);
        faults.want(ours.is_none_or(|name| known.contains(&name)), || {
            format!("_meta of {method} has {key}")
        });
    }
}

fn capabilities(faults: &mut Faults, revision: Revision, declared: &Value) {
    let Some(declared) = declared.as_object() else {
        return faults.want(false, || format!("capabilities are {declared}"));
    };
    for name in declared.keys() {
        faults.want(words::is_client_capability(revision, name), || {
            format!("{revision} knows no client capability {name}")
        });
    }
}

fn notification(faults: &mut Faults, revision: Revision, message: &Value) {
    let method = message["method"].as_str().unwrap_or_default();
    faults.want(
        words::is_notification(revision, Side::Client, method),
        || format!("{revision} knows no notification {method} of a client"),
    );
    if revision.era() == Era::Session {
        faults.meta(revision, method, &message["params"]["_meta"]);
    }
}

fn response(faults: &mut Faults, revision: Revision, message: &Value) {
    if revision.era() == Era::Stateless {
        return faults.want(false, || format!("clients answer nothing: {message}"));
    }
    faults.no_stateless_members("an answer of the client", &message["result"]);
    faults.meta(revision, "an answer", &message["result"]["_meta"]);
}

/// Reasons against the answer to a question of a server, wherever it stands.
pub(in crate::peers) fn answer(revision: Revision, method: &str, result: &Value) -> Vec<String> {
    let mut faults = Faults::default();
    match method {
        "elicitation/create" => {
            let action = result["action"].as_str().unwrap_or_default();
            faults.want(["accept", "decline", "cancel"].contains(&action), || {
                format!("the answer to an elicitation is {result}")
            });
        }
        "sampling/createMessage" => {
            let whole = result["role"].is_string() && result["model"].is_string();
            let several = result["content"].is_array() && revision < Revision::V2025_11_25;
            faults.want(whole && !several && !result["content"].is_null(), || {
                format!("the answer of a model is {result}")
            });
        }
        _ => faults.want(result["roots"].is_array(), || format!("roots are {result}")),
    }
    faults.no_stateless_members("an answer of the client", result);
    faults.0
}
