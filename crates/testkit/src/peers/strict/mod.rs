//! Messages held against what a revision knows: reasons, none when all is well.

mod from_client;
mod from_server;

use doorward_mcp::era::{Era, Revision};
use serde_json::Value;

use super::words;

pub(super) use self::{
    from_client::{answer, of_client},
    from_server::of_server,
};

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Request,
    Notification,
    Response,
}

/// What a message is by its members; `None` is no message.
pub(super) fn kind(message: &Value) -> Option<Kind> {
    let has = |name: &str| message.get(name).is_some();
    match (has("method"), has("id"), has("result") || has("error")) {
        (true, true, false) => Some(Kind::Request),
        (true, false, false) => Some(Kind::Notification),
        (false, true, true) => Some(Kind::Response),
        _ => None,
    }
}

/// Reasons, collected.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn want(&mut self, holds: bool, reason: impl FnOnce() -> String) {
        if !holds {
            self.0.push(reason());
        }
    }

    fn envelope(&mut self, message: &Value) {
        self.want(message["jsonrpc"] == "2.0", || {
            "jsonrpc is not 2.0".to_owned()
        });
        if let Some(id) = message.get("id") {
            self.want(id.is_string() || id.is_i64() || id.is_u64(), || {
                format!("id {id} is neither string nor integer")
            });
        }
    }

    /// Keys of `_meta` that another era gave a meaning.
    fn meta(&mut self, revision: Revision, at: &str, meta: &Value) {
        let Some(members) = meta.as_object() else {
            return self.want(meta.is_null(), || format!("_meta of {at} is no object"));
        };
        if revision.era() == Era::Session {
            let foreign = members.keys().find(|key| key.starts_with(words::PREFIX));
            self.want(foreign.is_none(), || {
                format!("_meta of {at} has {foreign:?}, which {revision} does not know")
            });
        }
    }

    /// Members that the stateless era gave a meaning.
    fn no_stateless_members(&mut self, at: &str, object: &Value) {
        for name in words::STATELESS_MEMBERS {
            self.want(object.get(name).is_none(), || {
                format!("{at} has the member {name} of another era")
            });
        }
    }
}

#[cfg(test)]
mod tests;
