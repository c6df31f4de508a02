//! A message on its way to a member, and what the member says on its way back.
//!
//! Ids, progress tokens, names, URIs and states are replaced where they stand; every other byte
//! is the sender's own (P-005, P-006).

use bytes::Bytes;
use doorward_mcp::{
    envelope::{Message, Notification, Outcome, Request, Response},
    method::Method,
    splice::{Edit, splice},
};
use serde_json::Value;

use super::{Around, Changed, content, seals::State, uris};
use crate::upstream::Fault;
use doorward_core::server::ServerName;

/// `text` as JSON.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// What turns the words of a member into ours.
pub(crate) struct Coming {
    pub(crate) member: ServerName,
    pub(crate) method: Method,
    /// The caller's id and progress token, as they stood.
    pub(crate) id: String,
    pub(crate) token: Option<String>,
    /// What it is about: as the member calls it, and as the caller does.
    pub(crate) inner: String,
    pub(crate) outer: String,
    /// What seals a state.
    pub(crate) sealing: Sealing,
}

/// Seals the states of one caller.
pub(crate) type Sealing = Box<dyn Fn(&State) -> String + Send + Sync>;

/// Makes the request for a member out of the caller's.
pub(crate) fn going(
    body: &[u8],
    request: &Request<'_>,
    fresh: &str,
    inner: &str,
    state: Option<&str>,
) -> Result<Bytes, Fault> {
    let fresh = quoted(fresh);
    let mut edits = vec![Edit::new(request.id.span(), fresh.as_str())];
    if let Some(token) = &request.params.progress_token {
        edits.push(Edit::new(token.span(), fresh.as_str()));
    }
    if let Some(subject) = request
        .params
        .subject
        .as_ref()
        .filter(|it| it.name != inner)
    {
        edits.push(Edit::new(subject.raw.span(), quoted(inner)));
    }
    if let (Some(state), Some(stood)) = (state, stated(request)) {
        edits.push(Edit::new(stood.span(), quoted(state)));
    }
    let spliced = splice(body, &edits).map_err(|_| Fault::NotMcp)?;
    Ok(spliced.into())
}

/// The state that a retry brings along.
pub(crate) fn stated<'a>(request: &Request<'a>) -> Option<doorward_mcp::json::Raw<'a>> {
    let state = request.params.raw?.member(&["requestState"])?;
    (!state.is_null()).then_some(state)
}

impl Coming {
    /// What the caller is told; nothing, where it is none of theirs.
    pub(crate) fn told(&self, json: Bytes, changes: &Changed) -> Result<Option<Bytes>, Fault> {
        let edits = match Message::parse(&json).map_err(|_| Fault::NotMcp)? {
            Message::Response(response) => self.response(&response),
            Message::Notification(notification) => match self.notified(&notification, changes) {
                Some(edits) => edits,
                None => return Ok(None),
            },
            // Servers of this era ask nothing on a stream (R-048).
            Message::Request(_) => return Ok(None),
        };
        if edits.is_empty() {
            return Ok(Some(json));
        }
        let spliced = splice(&json, &edits).map_err(|_| Fault::NotMcp)?;
        Ok(Some(spliced.into()))
    }

    fn notified<'a>(
        &'a self,
        notification: &Notification<'a>,
        changes: &Changed,
    ) -> Option<Vec<Edit<'a>>> {
        match Method::notification(&notification.method) {
            Some(Method::Progress) => {
                let (stood, ours) = (notification.params.progress_token?, self.token.as_ref()?);
                Some(vec![Edit::new(stood.span(), ours.as_str())])
            }
            Some(changed) if changes.note(changed) => None, // it belongs on no such stream
            Some(_) | None => Some(Vec::new()),
        }
    }

    fn response<'a>(&'a self, response: &Response<'a>) -> Vec<Edit<'a>> {
        let id = response.id.iter();
        let mut edits: Vec<_> = id
            .map(|id| Edit::new(id.span(), self.id.as_str()))
            .collect();
        let Outcome::Result(result) = &response.outcome else {
            return edits;
        };
        if result.result_type.as_deref() == Some("input_required") {
            edits.extend(self.state(result.raw));
            return edits;
        }
        for uri in content::uris(self.method, result.raw) {
            if let Some(text) = uri.text() {
                edits.push(Edit::new(uri.span(), quoted(&self.uri(&text))));
            }
        }
        edits
    }

    /// What was asked for is called as it was asked for; anything else has the long form.
    fn uri(&self, inner: &str) -> String {
        match self.method == Method::ResourcesRead && inner == self.inner {
            true => self.outer.clone(),
            false => uris::outward(&self.member, inner),
        }
    }

    /// The member's state within one of ours, so that the retry comes to it (P-045).
    fn state<'a>(&self, result: doorward_mcp::json::Raw<'a>) -> Option<Edit<'a>> {
        let stood = result.member(&["requestState"])?;
        let state = State {
            server: self.member.to_string(),
            about: (self.method.as_str().to_owned(), self.inner.clone()),
            inner: stood.text()?.into_owned(),
        };
        Some(Edit::new(stood.span(), quoted(&(self.sealing)(&state))))
    }
}

/// What opens the state of a retry for `member`, if it is the caller's for this very call.
pub(crate) fn reopened(
    around: Around<'_>,
    text: &str,
    (member, method, inner): (&ServerName, Method, &str),
) -> Option<String> {
    let state = around.seals.open_state(around.whose, around.now, text)?;
    let is_it = state.server == member.as_str()
        && state.about.0 == method.as_str()
        && state.about.1 == inner;
    is_it.then_some(state.inner)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::scripted::{Caller, read},
        *,
    };

    fn coming(caller: &Caller, method: Method, inner: &str, outer: &str) -> Coming {
        let (seals, whose) = (std::sync::Arc::clone(&caller.seals), caller.whose.clone());
        let now = caller.around().now;
        Coming {
            member: ServerName::parse("files").expect("a name"),
            method,
            id: "\"mine\"".to_owned(),
            token: Some("7".to_owned()),
            inner: inner.to_owned(),
            outer: outer.to_owned(),
            sealing: Box::new(move |state| seals.state(&whose, now, state)),
        }
    }

    fn told(coming: &Coming, json: &str) -> Option<String> {
        let told = coming.told(Bytes::from(json.to_owned()), &Changed::default());
        let told = told.expect("MCP")?;
        Some(String::from_utf8(told.to_vec()).expect("UTF-8"))
    }

    #[test]
    fn a_request_is_the_callers_own_but_for_names_ids_and_tokens() {
        // P-005, P-006
        let body = r#"{"jsonrpc":"2.0", "id":5,"method":"tools/call","x":1.0,"params":{"name":"files_read","arguments":{"name":"files_read","n":1e2},"_meta":{"progressToken":7,"own":[ ]}}}"#;
        let request = read(body);
        let sent = going(body.as_bytes(), &request, "w-1", "read", None).expect("sent");
        let expected = r#"{"jsonrpc":"2.0", "id":"w-1","method":"tools/call","x":1.0,"params":{"name":"read","arguments":{"name":"files_read","n":1e2},"_meta":{"progressToken":"w-1","own":[ ]}}}"#;
        assert_eq!(sent, expected);
        let retry = r#"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"files_read","requestState":"ours","inputResponses":{"a":{"action":"accept"}}}}"#;
        let request = read(retry);
        let sent =
            going(retry.as_bytes(), &request, "w-2", "read", Some("th\"eirs")).expect("sent");
        let sent: Value = serde_json::from_slice(&sent).expect("JSON");
        assert_eq!(sent["params"]["requestState"], "th\"eirs");
        assert_eq!(sent["params"]["inputResponses"]["a"]["action"], "accept");
    }

    #[test]
    fn an_answer_has_the_callers_id_again_and_uris_that_lead_back() {
        // P-006
        let caller = Caller::new("alice");
        let call = coming(&caller, Method::ToolsCall, "read", "files_read");
        let said = r#"{"jsonrpc":"2.0","id":"w-1","result":{"content":[{"type":"resource_link","uri":"note:1","x":1.0}],"structuredContent":{"uri":"note:1"}}}"#;
        let expected =
            said.replace("\"w-1\"", "\"mine\"")
                .replacen("\"note:1\"", "\"mcp+files+note:1\"", 1);
        assert_eq!(told(&call, said), Some(expected));
        let read = coming(&caller, Method::ResourcesRead, "note:1", "mcp+files+note:1");
        let said = r#"{"jsonrpc":"2.0","id":"w-1","result":{"contents":[{"uri":"note:1"},{"uri":"note:2"}]}}"#;
        let heard = told(&read, said).expect("told");
        assert!(heard.contains("mcp+files+note:1") && heard.contains("mcp+files+note:2"));
        let plain = coming(&caller, Method::ResourcesRead, "note:1", "note:1");
        assert!(
            told(&plain, said)
                .expect("told")
                .contains(r#"{"uri":"note:1"}"#)
        );
        let error = r#"{"jsonrpc":"2.0","id":"w-1","error":{"code":-32602,"message":"no","data":{"a":1.0}}}"#;
        assert_eq!(told(&call, error), Some(error.replace("w-1", "mine")));
    }

    #[test]
    fn progress_is_the_callers_and_lists_that_changed_are_noted_and_not_told() {
        // P-006, R-048
        let caller = Caller::new("alice");
        let call = coming(&caller, Method::ToolsCall, "read", "files_read");
        let progress = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"w-1","progress":1.0}}"#;
        assert_eq!(
            told(&call, progress),
            Some(progress.replace("\"w-1\"", "7"))
        );
        let silent = Coming {
            token: None,
            ..coming(&caller, Method::ToolsCall, "read", "x")
        };
        assert_eq!(told(&silent, progress), None, "nobody asked for it");
        let log = r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info"}}"#;
        assert_eq!(told(&call, log), Some(log.to_owned()));
        let changed = r#"{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}"#;
        let counts = Changed::default();
        let heard = call.told(Bytes::from(changed), &counts).expect("MCP");
        assert_eq!(heard, None);
        assert_eq!(counts.of(doorward_mcp::list::ListKind::Prompts), 1);
        let request = r#"{"jsonrpc":"2.0","id":1,"method":"roots/list"}"#;
        assert_eq!(told(&call, request), None);
        assert!(call.told(Bytes::from("{"), &counts).is_err());
    }

    #[test]
    fn a_state_leads_its_caller_back_to_the_same_call_of_the_same_member_only() {
        // P-045, P-022, GW-20
        let mut alice = Caller::new("alice");
        let call = coming(&alice, Method::ToolsCall, "read", "files_read");
        let said = json!({"jsonrpc": "2.0", "id": "w-1", "result": {
            "resultType": "input_required", "requestState": "theirs",
            "inputRequests": {"a": {"method": "elicitation/create", "params": {"message": "?"}}},
        }});
        let heard = told(&call, &said.to_string()).expect("told");
        let heard: Value = serde_json::from_str(&heard).expect("JSON");
        let state = heard["result"]["requestState"]
            .as_str()
            .expect("a state")
            .to_owned();
        assert!(!state.contains("theirs"));
        assert_eq!(
            heard["result"]["inputRequests"],
            said["result"]["inputRequests"]
        );
        let (files, mail) = (
            call.member.clone(),
            ServerName::parse("mail").expect("a name"),
        );
        let open = |caller: &Caller, about| reopened(caller.around(), &state, about);
        let about = (&files, Method::ToolsCall, "read");
        assert_eq!(open(&alice, about).as_deref(), Some("theirs"));
        assert_eq!(open(&alice, (&mail, Method::ToolsCall, "read")), None);
        assert_eq!(open(&alice, (&files, Method::PromptsGet, "read")), None);
        assert_eq!(open(&alice, (&files, Method::ToolsCall, "drop")), None);
        assert_eq!(open(&alice.beside("bob"), about), None);
        assert_eq!(reopened(alice.around(), "theirs", about), None);
        alice.now += 60 * 60;
        assert_eq!(open(&alice, about), None, "too late");
    }
}
