//! What every fake server does, described once and in the words of no revision.
//!
//! A [`Conversation`] is what one request has to talk through while it is worked on; the eras
//! differ in how it does that. A [`Failure`] is said with the code that the revision has for it.

mod lists;
mod reading;
mod tools;

use async_trait::async_trait;
use doorward_mcp::era::{Era, Revision};
use serde_json::{Value, json};

use super::{
    witness::Witness,
    words::{self, CACHEABLE},
};

pub(super) use self::lists::capabilities;

/// What a request says while it is worked on.
#[async_trait]
pub(super) trait Conversation: Send {
    fn witness(&self) -> &Witness;

    /// Tells how far it is, if the caller wants to know.
    async fn progress(&mut self, done: u64, total: u64, words: &str);

    /// Tells something to whoever reads the log of this level.
    async fn log(&mut self, level: &str, data: &str);

    /// Whether the client can be asked this.
    fn may_ask(&self, method: &str, params: &Value) -> Result<(), Failure>;

    /// Asks the client for something. `key` tells this question from others of the same request.
    async fn ask(&mut self, key: &str, method: &str, params: Value) -> Result<Value, Failure>;

    /// Breaks the stream of the answer off, where a revision lets the client come back for it.
    async fn break_off(&mut self) {}
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Failure {
    UnknownMethod(String),
    UnknownTool(String),
    MissingResource(String),
    InvalidParams(&'static str),
    Broken,
    /// The client did not say that it has the capability, or the revision knows no such question.
    CannotAsk(&'static str),
    /// 2025-11-25: a page has to be visited first.
    Visit,
    /// The stateless era: the question goes into the result.
    Asks {
        key: String,
        method: String,
        params: Value,
    },
}

impl Failure {
    /// The error object of this revision.
    pub(super) fn error(&self, revision: Revision) -> Value {
        let stateless = revision.era() == Era::Stateless;
        let plain = |code: i64, message: String| json!({"code": code, "message": message});
        match self {
            Self::UnknownMethod(method) => plain(-32601, format!("Method not found: {method}")),
            Self::UnknownTool(name) => plain(-32602, format!("Unknown tool: {name}")),
            Self::MissingResource(uri) => {
                let code = if stateless { -32602 } else { -32002 };
                json!({"code": code, "message": "Resource not found", "data": {"uri": uri}})
            }
            Self::InvalidParams(why) => plain(-32602, format!("Invalid params: {why}")),
            Self::Broken => plain(-32603, "It broke".to_owned()),
            Self::CannotAsk(capability) => json!({
                "code": -32021,
                "message": "Missing required client capability",
                "data": {"requiredCapabilities": {*capability: {}}},
            }),
            Self::Visit => json!({
                "code": -32042,
                "message": "Visit a page first",
                "data": {"elicitations": [page_to_visit(revision)]},
            }),
            Self::Asks { .. } => plain(-32603, "asked where nobody may ask".to_owned()),
        }
    }
}

/// What a request comes to, in the form of `revision`.
pub(super) async fn answer(
    revision: Revision,
    conversation: &mut dyn Conversation,
    method: &str,
    params: &Value,
) -> Result<Value, Failure> {
    let mut result = match method {
        "tools/list" => lists::page("tools", lists::tools(revision), params)?,
        "prompts/list" => lists::page("prompts", lists::prompts(revision), params)?,
        "resources/list" => lists::page("resources", lists::resources(revision), params)?,
        "resources/templates/list" => {
            lists::page("resourceTemplates", lists::templates(revision), params)?
        }
        "tools/call" => tools::call(revision, conversation, params).await?,
        "resources/read" => reading::read(conversation, params).await?,
        "prompts/get" => reading::prompt(conversation, params).await?,
        "completion/complete" => reading::complete(params)?,
        other => return Err(Failure::UnknownMethod(other.to_owned())),
    };
    if revision.era() == Era::Stateless {
        result["resultType"] = json!("complete");
        if CACHEABLE.contains(&method) {
            result["ttlMs"] = json!(0);
            result["cacheScope"] = json!("private");
        }
    }
    Ok(result)
}

/// The question of a person to visit a page.
fn page_to_visit(revision: Revision) -> Value {
    let mut page = json!({
        "mode": "url", "message": "Please look at this.", "url": "https://pages.example/1",
    });
    if revision == Revision::V2025_11_25 {
        page["elicitationId"] = json!("visit 1");
    }
    page
}

/// Whether who declared this can be asked that.
pub(super) fn may_ask(
    revision: Revision,
    declared: &Value,
    method: &str,
    params: &Value,
) -> Result<(), Failure> {
    let name = match method {
        "elicitation/create" => "elicitation",
        "sampling/createMessage" => "sampling",
        _ => "roots",
    };
    let known = words::question(revision, method).is_some();
    let by_url = params["mode"] == "url";
    let visits = revision >= Revision::V2025_11_25 && declared[name].get("url").is_some();
    match known && declared.get(name).is_some() && (visits || !by_url) {
        true => Ok(()),
        false => Err(Failure::CannotAsk(name)),
    }
}
