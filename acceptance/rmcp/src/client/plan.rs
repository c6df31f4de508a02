//! What to do at a server, as `scenarios/pairs.py` writes it.

use rmcp::model::{CallToolRequestParams, JsonObject};
use serde::Deserialize;
use serde_json::Value;

/// The visit of one client at one server.
#[derive(Debug, Deserialize)]
pub struct Plan {
    /// What the client answers when it is asked.
    pub answers: Answers,
    /// Calls and what their results must say.
    #[serde(default)]
    pub calls: Vec<Call>,
    /// A call that reports progress.
    pub progress: Option<Call>,
    /// Calls that ask the client for something first: what, and the call.
    #[serde(default)]
    pub asks: Vec<(String, Call)>,
    /// A resource and what it must say.
    pub read: Option<Read>,
    /// A prompt and what it must say.
    pub prompt: Option<Call>,
}

/// What the client answers when it is asked.
#[derive(Clone, Debug, Deserialize)]
pub struct Answers {
    /// The content of every form.
    pub form: Value,
    /// The words of the model.
    pub model: String,
    /// The only root.
    pub root: String,
}

/// One call, of a tool or for a prompt.
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
    /// The tool or prompt.
    pub name: String,
    /// Its arguments.
    #[serde(default)]
    pub arguments: JsonObject,
    /// What the result must contain.
    pub says: String,
}

/// One resource.
#[derive(Clone, Debug, Deserialize)]
pub struct Read {
    /// Its URI.
    pub uri: String,
    /// What its content must contain.
    pub says: String,
}

impl Call {
    /// As the SDK wants it.
    pub fn parameters(&self) -> CallToolRequestParams {
        CallToolRequestParams::new(self.name.clone()).with_arguments(self.arguments.clone())
    }
}
