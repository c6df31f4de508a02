//! Bodies for tests with generated inputs.

use proptest::prelude::*;
use serde_json::{Value, json};

/// Values that fit some attributes and not others.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z@.]{0,6}".prop_map(Value::from),
        Just(json!("True")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let part = prop::sample::select(vec!["value", "type", "primary", "givenName", "x"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(part.prop_map(str::to_owned), inner, 0..4)
                .prop_map(|parts| Value::Object(parts.into_iter().collect())),
        ]
    })
}

/// Users, more or less.
pub(crate) fn user_body() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "displayName",
        "active",
        "emails",
        "roles",
        "name",
        "externalId",
        "groups",
        "id",
        "title",
    ]);
    prop::collection::hash_map(name, value(), 0..6).prop_map(|attributes| {
        let mut body = serde_json::Map::from_iter([("userName".to_owned(), json!("alice"))]);
        body.extend(
            attributes
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
        Value::Object(body)
    })
}
