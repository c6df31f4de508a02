//! One message to the demo server, and what it says about itself.

use doorward_mcp::{
    era::{Era, Revision},
    error::RpcError,
};
use serde_json::{Value, json};

const VERSION: &str = "/_meta/io.modelcontextprotocol~1protocolVersion";
const CAPABILITIES: &str = "/_meta/io.modelcontextprotocol~1clientCapabilities";
/// How long lists of this server stay fresh, in milliseconds.
const FRESH: u64 = 1000;

/// A JSON-RPC message, taken apart.
pub(super) struct Incoming {
    /// The id; absent on notifications.
    pub(super) id: Option<Value>,
    /// The method; absent on responses.
    pub(super) method: Option<String>,
    /// The parameters, or null.
    pub(super) params: Value,
    /// The result of a response.
    pub(super) result: Option<Value>,
}

impl Incoming {
    /// Reads one message; arrays and texts are none.
    pub(super) fn read(body: &[u8]) -> Result<Self, RpcError> {
        let mut message: Value =
            serde_json::from_slice(body).map_err(|error| RpcError::parse_error(&error))?;
        if !message.is_object() {
            return Err(RpcError::invalid_request(&"not an object"));
        }
        let mut take = |member: &str| message.get_mut(member).map(Value::take);
        Ok(Self {
            id: take("id"),
            method: take("method").and_then(|method| method.as_str().map(str::to_owned)),
            params: take("params").unwrap_or_default(),
            result: take("result"),
        })
    }

    /// The revision that a message of the stateless era names.
    pub(super) fn version(&self) -> Option<&str> {
        self.params.pointer(VERSION)?.as_str()
    }

    /// The era in which the message is spoken.
    pub(super) fn era(&self) -> Era {
        match self.version() {
            Some(_) => Era::Stateless,
            None => Era::Session,
        }
    }

    /// Whether a client of the stateless era can ask its user.
    pub(super) fn can_ask(&self) -> bool {
        let path = format!("{CAPABILITIES}/elicitation");
        self.params.pointer(&path).is_some()
    }
}

/// The versions that `server/discover` names.
pub(super) fn stateless_versions() -> Vec<Revision> {
    vec![Revision::V2026_07_28]
}

/// A whole response.
pub(super) fn response(id: &Value, result: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

/// Adds what results of the stateless era carry.
pub(super) fn dress(mut result: Value, era: Era, cacheable: bool) -> Value {
    if let (Era::Stateless, Some(members)) = (era, result.as_object_mut()) {
        members.insert("resultType".to_owned(), json!("complete"));
        if cacheable {
            members.insert("ttlMs".to_owned(), json!(FRESH));
            members.insert("cacheScope".to_owned(), json!("private"));
        }
    }
    result
}
