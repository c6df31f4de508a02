//! Client assertions (RFC 7523 section 3): what a signed claim must say so that its
//! signer is taken for the client.
//!
//! The signature is checked elsewhere, with a key that belongs to the client. Here:
//! it speaks of that client and nobody else, to this issuer and nobody else, now
//! and not for long, under a name that can be used once (A-046, TK-11).

use std::time::Duration;

use serde::Deserialize;

use crate::{access::CLOCK_SKEW, id::ClientId, time::UnixTime};

/// The only `client_assertion_type` (RFC 7523 section 2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The longest assertion that is looked at.
pub const MAXIMUM_ASSERTION: usize = 8 * 1024;
/// How far ahead an assertion may expire.
const LONGEST: Duration = Duration::from_secs(3600);
/// The longest `jti`.
const MAXIMUM_JTI: usize = 512;

/// The claims of an assertion; nothing is believed yet.
#[derive(Clone, Debug, Deserialize)]
pub struct AssertionClaims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    iat: Option<i64>,
    #[serde(default)]
    nbf: Option<i64>,
    jti: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What an assertion is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The client that it must speak of.
    pub client: &'a ClientId,
    /// The names under which it may address this issuer.
    pub audiences: &'a [&'a str],
    /// The time.
    pub now: UnixTime,
}

/// An assertion that holds, to be used once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an assertion counts only once its single use was noted"]
pub struct Accepted {
    /// Its `jti`.
    pub id: String,
    /// When it would be refused for its age alone.
    pub until: UnixTime,
}

/// Why an assertion does not authenticate its client. Told to nobody but the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFault {
    /// The claims are not those of an assertion.
    #[error("the claims of the assertion are missing or malformed")]
    Claims,
    /// `iss` and `sub` are not both the client.
    #[error("the assertion is not about this client")]
    Client,
    /// `aud` names another server, or others besides this one.
    #[error("the assertion is not for this issuer alone")]
    Audience,
    /// It has expired.
    #[error("the assertion has expired")]
    Expired,
    /// It would be good for too long.
    #[error("the assertion expires more than an hour ahead")]
    TooLong,
    /// `iat` or `nbf` lies ahead.
    #[error("the assertion is from the future")]
    Early,
    /// `jti` is empty or too long.
    #[error("the assertion has no usable jti")]
    Id,
}

impl AssertionClaims {
    /// Reads the payload of an assertion, in which no name may appear twice.
    pub fn read(payload: &[u8]) -> Result<Self, AssertionFault> {
        crate::jws::object(payload).ok_or(AssertionFault::Claims)
    }

    /// Who is said to be the client: to find its keys, not to believe it.
    pub fn subject(&self) -> &str {
        &self.sub
    }
}

/// Whether an assertion whose signature is good authenticates the expected client.
pub fn judge(claims: &AssertionClaims, expected: Expected<'_>) -> Result<Accepted, AssertionFault> {
    let client = expected.client.as_str();
    if claims.iss != client || claims.sub != client {
        return Err(AssertionFault::Client);
    }
    if !claims.aud.is_only(expected.audiences) {
        return Err(AssertionFault::Audience);
    }
    let now = expected.now;
    let expires = UnixTime::from_seconds(claims.exp);
    let ahead = [claims.iat, claims.nbf].into_iter().flatten();
    if expires + CLOCK_SKEW <= now {
        return Err(AssertionFault::Expired);
    }
    if expires > now + LONGEST + CLOCK_SKEW {
        return Err(AssertionFault::TooLong);
    }
    if ahead
        .map(UnixTime::from_seconds)
        .any(|time| time > now + CLOCK_SKEW)
    {
        return Err(AssertionFault::Early);
    }
    if claims.jti.is_empty() || claims.jti.len() > MAXIMUM_JTI {
        return Err(AssertionFault::Id);
    }
    Ok(Accepted {
        id: claims.jti.clone(),
        until: expires + CLOCK_SKEW,
    })
}

impl Audience {
    /// Whether it names one of `known` and nothing else. A list of one counts as that one.
    fn is_only(&self, known: &[&str]) -> bool {
        match self {
            Self::One(name) => known.contains(&name.as_str()),
            Self::Several(names) => {
                matches!(names.as_slice(), [name] if known.contains(&name.as_str()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;
    const ISSUER: &str = "https://mcp.example";

    fn judged(changes: Value) -> Result<Accepted, AssertionFault> {
        let mut claims = json!({
            "iss": "c", "sub": "c", "aud": ISSUER, "exp": NOW + 60, "jti": "1",
        });
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        let client = ClientId::from_known("c");
        let expected = Expected {
            client: &client,
            audiences: &[ISSUER, "https://mcp.example/token"],
            now: UnixTime::from_seconds(NOW),
        };
        judge(
            &AssertionClaims::read(claims.to_string().as_bytes())?,
            expected,
        )
    }

    #[test]
    fn an_assertion_speaks_of_its_client_to_this_issuer_now_and_once() {
        use AssertionFault as F;
        #[rustfmt::skip]
        let cases = [ // A-046, TK-11
            ("good",                    json!({}), Ok(())),
            ("token endpoint",          json!({ "aud": "https://mcp.example/token" }), Ok(())),
            ("list of one",             json!({ "aud": [ISSUER] }), Ok(())),
            ("with iat and nbf",        json!({ "iat": NOW, "nbf": NOW - 5 }), Ok(())),
            ("clock a little ahead",    json!({ "iat": NOW + 30 }), Ok(())),
            ("just expired, in skew",   json!({ "exp": NOW - 29 }), Ok(())),
            ("an hour",                 json!({ "exp": NOW + 3600 }), Ok(())),
            ("other issuer of it",      json!({ "iss": "d" }), Err(F::Client)),
            ("other subject",           json!({ "sub": "d" }), Err(F::Client)),
            ("other server",            json!({ "aud": "https://evil.example" }), Err(F::Audience)),
            ("other server besides",    json!({ "aud": [ISSUER, "https://evil.example"] }), Err(F::Audience)),
            ("ours twice over",         json!({ "aud": [ISSUER, "https://mcp.example/token"] }), Err(F::Audience)),
            ("no server",               json!({ "aud": [] }), Err(F::Audience)),
            ("slash added",             json!({ "aud": "https://mcp.example/" }), Err(F::Audience)),
            ("a resource",              json!({ "aud": "https://mcp.example/mcp/files" }), Err(F::Audience)),
            ("expired",                 json!({ "exp": NOW - 30 }), Err(F::Expired)),
            ("a year",                  json!({ "exp": NOW + 31_536_000 }), Err(F::TooLong)),
            ("for ever",                json!({ "exp": i64::MAX }), Err(F::TooLong)),
            ("from the future",         json!({ "iat": NOW + 31 }), Err(F::Early)),
            ("not yet",                 json!({ "nbf": NOW + 31 }), Err(F::Early)),
            ("empty jti",               json!({ "jti": "" }), Err(F::Id)),
            ("huge jti",                json!({ "jti": "x".repeat(513) }), Err(F::Id)),
            ("no jti",                  json!({ "jti": null }), Err(F::Claims)),
            ("no exp",                  json!({ "exp": null }), Err(F::Claims)),
            ("exp is text",             json!({ "exp": "9999999999" }), Err(F::Claims)),
            ("aud is a number",         json!({ "aud": 1 }), Err(F::Claims)),
        ];
        for (name, changes, expected) in cases {
            assert_eq!(judged(changes).map(drop), expected, "{name}");
        }
        let until = judged(json!({})).expect("good").until;
        assert_eq!(until, UnixTime::from_seconds(NOW + 60) + CLOCK_SKEW);
    }

    #[test]
    fn repeated_claims_are_no_claims() {
        let twice = br#"{"iss":"c","sub":"c","sub":"d","aud":"a","exp":1,"jti":"1"}"#;
        let read = AssertionClaims::read(twice).map(drop);
        assert_eq!(read, Err(AssertionFault::Claims));
    }
}
