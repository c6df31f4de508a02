//! A whole list of tools, page by page, asked for by the gateway itself.
//!
//! ```text
//! question -> answer -> question with its cursor -> ... -> all pages
//! ```

use std::collections::HashSet;

use bytes::Bytes;
use doorward_mcp::{
    era::{Era, Revision},
    list::{List, ListKind},
};
use serde_json::{Map, Value, json};

use super::opening;

/// The pages so far, and what to ask next.
pub(crate) struct Pages {
    era: Era,
    cursor: Option<String>,
    seen: HashSet<String>,
    pages: Vec<Bytes>,
    is_over: bool,
}

impl Pages {
    /// Asked for in the manner of `era`.
    pub(crate) fn new(era: Era) -> Self {
        Self {
            era,
            cursor: None,
            seen: HashSet::new(),
            pages: Vec::new(),
            is_over: false,
        }
    }

    /// The next request, unless all is known.
    pub(crate) fn question(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        let mut params = Map::new();
        if let Some(cursor) = self.cursor.take() {
            params.insert("cursor".to_owned(), cursor.into());
        }
        if self.era == Era::Stateless {
            params.insert("_meta".to_owned(), meta());
        }
        Some(question(self.pages.len() + 1, "tools/list", params))
    }

    /// Takes the answer to the last question.
    pub(crate) fn take(&mut self, page: Bytes) {
        self.cursor = next_cursor(&page);
        self.pages.push(page);
        let bytes: usize = self.pages.iter().map(Bytes::len).sum();
        // A server that sends us in circles has told all that it has to tell.
        let is_new = match &self.cursor {
            Some(cursor) => self.seen.insert(cursor.clone()),
            None => false,
        };
        self.is_over = !is_new || self.pages.len() == MOST_PAGES || bytes > MOST_BYTES;
    }

    /// The answers, each a whole message; the last may be an error.
    pub(crate) fn all(&self) -> &[Bytes] {
        &self.pages
    }
}

/// `server/discover`.
pub(crate) fn discover() -> Bytes {
    let params = Map::from_iter([("_meta".to_owned(), meta())]);
    question(0, "server/discover", params)
}

fn question(id: usize, method: &str, params: Map<String, Value>) -> Bytes {
    let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    message.to_string().into()
}

fn next_cursor(page: &[u8]) -> Option<String> {
    let list = List::parse(page, ListKind::Tools).ok()?;
    Some(list.next_cursor()?.text()?.into_owned())
}

fn meta() -> Value {
    let client: Value = serde_json::from_str(&opening::client()).unwrap_or_default();
    json!({
        "io.modelcontextprotocol/protocolVersion": Revision::V2026_07_28.as_str(),
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": client,
    })
}

const MOST_PAGES: usize = 100;
const MOST_BYTES: usize = 32 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn page(cursor: &str) -> Bytes {
        format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"tools":[]{cursor}}}}}"#).into()
    }

    fn cursors(pages: &mut Pages, answers: &[&str]) -> Vec<Value> {
        let mut asked = Vec::new();
        for answer in answers {
            let question = pages.question().expect("there is more");
            let question: Value = serde_json::from_slice(&question).expect("JSON");
            asked.push(question["params"]["cursor"].clone());
            pages.take(page(answer));
        }
        asked
    }

    #[test]
    fn pages_are_asked_for_until_there_is_no_other() {
        let mut pages = Pages::new(Era::Session);
        let asked = cursors(
            &mut pages,
            &[r#","nextCursor":"a""#, r#","nextCursor":"""#, ""],
        );
        assert_eq!(asked, [Value::Null, "a".into(), "".into()]);
        assert_eq!(pages.question(), None);
        assert_eq!(pages.all().len(), 3);
    }

    #[test]
    fn circles_are_left() {
        // GW-28
        let mut pages = Pages::new(Era::Stateless);
        cursors(
            &mut pages,
            &[r#","nextCursor":"a""#, r#","nextCursor":"a""#],
        );
        assert_eq!(pages.question(), None);
    }
}
