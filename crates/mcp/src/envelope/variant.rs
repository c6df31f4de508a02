//! Keys that some parsers take for a known one (GW-09).
//!
//! Decoders that fold case (Go's among them) read `Method` as `method`, and even
//! `paramſ` as `params`. A body with such a key would mean one thing here and
//! another behind us, so it goes no further.

use super::Refusal;
use crate::json::differs_in_case_only;

/// Members of a message.
pub(super) const ENVELOPE: [&str; 6] = ["jsonrpc", "id", "method", "params", "result", "error"];

/// Members of `params` that decide where a message goes and what it does.
pub(super) const PARAMS: [&str; 8] = [
    "name",
    "arguments",
    "uri",
    "_meta",
    "ref",
    "taskId",
    "requestId",
    "progressToken",
];

/// Refuses `key` if it equals one of `known` but for case.
pub(super) fn refuse(key: &str, known: &[&'static str]) -> Result<(), Refusal> {
    match known.iter().find(|name| differs_in_case_only(key, name)) {
        Some(name) => Err(Refusal::Variant(name)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_variants_of_a_known_key_are_refused_and_other_keys_are_not() {
        // GW-09
        for key in ["Method", "METHOD", "methoD", "paramſ", "PARAMS", "Id", "iD"] {
            assert!(refuse(key, &ENVELOPE).is_err(), "{key}");
        }
        for key in [
            "method",
            "methods",
            "metho",
            "m\u{e9}thod",
            "",
            "x",
            "method ",
        ] {
            assert_eq!(refuse(key, &ENVELOPE), Ok(()), "{key}");
        }
        assert_eq!(
            refuse("taſ\u{212a}id", &PARAMS),
            Err(Refusal::Variant("taskId"))
        );
    }
}
