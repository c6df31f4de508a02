//! What a registration says that nobody here looks at: unknown members are ignored (RFC 7591
//! section 2), and an operator may want to know that a client asked for something in vain.
//!
//! Names only, never values, and not too many of them: the body is a stranger's.

use serde_json::{Map, Value};

use crate::details::visible;

/// The members that mean something here, in a registration or in its replacement (RFC 7592).
const KNOWN: [&str; 23] = [
    "application_type",
    "client_id",
    "client_name",
    "client_secret",
    "client_uri",
    "dpop_bound_access_tokens",
    "grant_types",
    "jwks",
    "jwks_uri",
    "logo_uri",
    "policy_uri",
    "redirect_uris",
    "request_object_signing_alg",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "response_types",
    "scope",
    "software_id",
    "software_statement",
    "software_version",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "tos_uri",
];
/// The most names that are told.
const MOST: usize = 16;
/// The most characters of a name.
const LONGEST: usize = 64;

/// The names of members that are not known here, harmless to write into a log.
pub fn unknown_members(members: &Map<String, Value>) -> Vec<String> {
    let names = members.keys().map(String::as_str);
    let unknown = names.filter(|name| !KNOWN.contains(name)).take(MOST);
    unknown.map(harmless).collect()
}

fn harmless(name: &str) -> String {
    let start: String = name.chars().take(LONGEST).collect();
    visible(&start)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn unknown(body: &Value) -> Vec<String> {
        unknown_members(body.as_object().expect("an object"))
    }

    #[test]
    fn only_names_that_mean_nothing_here_are_told_and_no_values() {
        let body = json!({
            "redirect_uris": ["https://c.example/cb"], "scope": "a", "trusted": "S3CRET",
            "x\n\u{1b}[31m": { "deep": "S3CRET" },
        });
        let told = unknown(&body);
        assert_eq!(told, ["trusted", "x\\u{a}\\u{1b}[31m"]); // A-062, RG-09
        assert!(
            unknown(&json!({ "client_name": "C", "jwks_uri": "https://c.example" })).is_empty()
        );
    }

    #[test]
    fn a_stranger_does_not_decide_how_much_is_written() {
        let many: Map<String, Value> = (0..1000)
            .map(|number| (format!("{number:0>500}"), Value::Null))
            .collect();
        let told = unknown_members(&many);
        assert_eq!((told.len(), told[0].len()), (MOST, LONGEST)); // DS-05
    }
}
