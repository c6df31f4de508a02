use doorward_mcp::{
    envelope::{IdValue, Message, parse_batch},
    json::Raw,
    splice::{Edit, splice},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::json;

fn id() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from)
    ]
}

/// A body that is nearly a message: a good one, with bytes replaced.
fn nearly_a_message() -> impl Strategy<Value = Vec<u8>> {
    let call = (id(), any::<String>(), json()).prop_map(|(id, name, arguments)| {
        json!({
            "jsonrpc": "2.0", "id": id, "method": "tools/call",
            "params": { "name": name, "arguments": { "x": arguments }, "_meta": { "progressToken": 1 } },
        })
    });
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (call, damage).prop_map(|(call, damage)| {
        let mut body = call.to_string().into_bytes();
        for (index, byte) in damage {
            let at = index.index(body.len());
            body.splice(at..=at, [byte]);
        }
        body
    })
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Message::parse(&body);
        let _ = parse_batch(&body);
        let _ = Raw::parse(&body);
    }

    #[test]
    fn no_damaged_message_makes_a_reader_panic_or_say_more_than_its_bytes(body in nearly_a_message()) {
        if let Ok(message) = Message::parse(&body) {
            // Whatever passes here is read the same way by another parser.
            let other: Value = serde_json::from_slice(&body).expect("strictly well formed");
            prop_assert_eq!(message.method(), other["method"].as_str());
            let name = message.params().and_then(|params| params.subject.as_ref());
            if let Some(name) = name {
                prop_assert_eq!(Some(&*name.name), other["params"]["name"].as_str());
            }
        }
    }

    #[test]
    fn every_document_that_another_writer_makes_is_read_as_it_was(value in json()) {
        let text = value.to_string();
        let raw = Raw::parse(text.as_bytes()).expect("well formed");
        prop_assert_eq!(raw.as_str(), &text);
        if let Some(object) = value.as_object() {
            let keys: Vec<_> = raw.members().into_iter().map(|(key, _)| key).collect();
            prop_assert_eq!(keys, object.keys().cloned().collect::<Vec<_>>());
            for (key, member) in object {
                let found = raw.member(&[key]).expect("there");
                prop_assert_eq!(found.as_str(), member.to_string());
                prop_assert_eq!(&text.as_bytes()[found.span().range()], found.as_str().as_bytes());
            }
        }
        let text = raw.text();
        prop_assert_eq!(text.as_deref(), value.as_str());
        prop_assert_eq!(raw.boolean(), value.as_bool());
    }

    #[test]
    fn an_id_comes_back_as_it_went_in(id in id()) {
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": "ping" }).to_string();
        let message = Message::parse(body.as_bytes()).expect("well formed");
        let read = message.id().expect("there");
        let expected = match &id {
            Value::String(text) => IdValue::Text(text.clone()),
            number => IdValue::Integer(number.as_i64().expect("an integer").into()),
        };
        prop_assert_eq!(read.value(), expected);
        prop_assert_eq!(read.as_json(), id.to_string());
    }

    #[test]
    fn splicing_the_same_bytes_back_changes_nothing(id in id(), token in id(), extra in json()) {
        let body = json!({
            "extra": extra, "jsonrpc": "2.0", "id": id, "method": "tools/list",
            "params": { "_meta": { "progressToken": token } },
        });
        let body = serde_json::to_string_pretty(&body).expect("serialises");
        let message = Message::parse(body.as_bytes()).expect("well formed");
        let id = *message.id().expect("there");
        let token = message.params().and_then(|params| params.progress_token).expect("there");
        let same = [Edit::new(token.span(), token.as_json()), Edit::new(id.span(), id.as_json())];
        prop_assert_eq!(splice(body.as_bytes(), &same).expect("disjoint"), body.as_bytes());

        let there = [Edit::new(id.span(), "\"gateway-1\"")];
        let spliced = splice(body.as_bytes(), &there).expect("inside");
        let message = Message::parse(&spliced).expect("still well formed");
        let back = [Edit::new(message.id().expect("there").span(), id.as_json())];
        prop_assert_eq!(splice(&spliced, &back).expect("inside"), body.as_bytes());
    }
}
