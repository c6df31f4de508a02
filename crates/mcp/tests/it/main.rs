//! Properties of the readers and writers: what goes in comes out, whatever it is.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "clippy does not take the functions that tests share for tests"
)]

mod envelope;
mod headers;
mod list;
mod sse;
mod translate;

use proptest::{collection::vec, prelude::*};
use serde_json::Value;

/// Any JSON value of moderate size.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Quarters: another writer and reader agree on them to the last bit.
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 4.0)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((key(), inner), 0..12).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// Keys, with those that mean something among them.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z]{0,3}",
        prop::sample::select(vec!["name", "_meta", "id", "result", "\"", "\\", "\u{1f}"])
            .prop_map(str::to_owned),
    ]
}
