use doorward_mcp::list::{List, ListKind, Sharing};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

use super::json;

fn response() -> impl Strategy<Value = Value> {
    let item = (any::<String>(), json());
    (vec(item, 0..8), json()).prop_map(|(items, extra)| {
        let tools: Vec<_> = items
            .into_iter()
            .map(|(name, extra)| json!({ "extra": extra, "name": name }))
            .collect();
        json!({ "jsonrpc": "2.0", "id": 1, "result": { "extra": extra, "tools": tools, "ttlMs": 1 } })
    })
}

proptest! {
    #[test]
    fn keeping_everything_changes_nothing(response in response(), is_pretty in any::<bool>()) {
        let body = if is_pretty {
            serde_json::to_string_pretty(&response).expect("serialises")
        } else {
            response.to_string()
        };
        let list = List::parse(body.as_bytes(), ListKind::Tools).expect("a list");
        prop_assert_eq!(list.retain(Sharing::Upstream, |_| true), body.as_bytes());
    }

    #[test]
    fn what_is_left_is_what_was_chosen_and_all_else_is_as_it_was(
        response in response(),
        choices in vec(any::<bool>(), 8),
    ) {
        let body = serde_json::to_string_pretty(&response).expect("serialises");
        let list = List::parse(body.as_bytes(), ListKind::Tools).expect("a list");
        let mut choice = choices.iter();
        let filtered = list.retain(Sharing::Upstream, |_| choice.next() == Some(&true));

        let mut expected = response;
        let tools = expected["result"]["tools"].as_array_mut().expect("a list");
        let mut choice = choices.iter();
        tools.retain(|_| choice.next() == Some(&true));
        let filtered: Value = serde_json::from_slice(&filtered).expect("still JSON");
        prop_assert_eq!(filtered, expected);
    }
}
