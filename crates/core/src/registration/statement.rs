//! Software statements (RFC 7591 section 2.3): what a trusted issuer says about a client.
//!
//! The signature is checked elsewhere. Here: whether the statement is for now and for
//! this server, and that its word stands above the client's own.

use serde_json::{Map, Value};

use crate::{access::CLOCK_SKEW, time::UnixTime};

/// The longest statement that is looked at.
pub const MAXIMUM_STATEMENT: usize = 8 * 1024;
/// Claims about the statement itself, which are no client metadata (RFC 7519 section 4.1).
const REGISTERED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// Why a statement does not count (`invalid_software_statement`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementFault {
    /// It is no signed JSON object, or nobody's.
    #[error("the software statement is not a signed statement of an issuer")]
    Malformed,
    /// No key of its issuer made the signature.
    #[error("the signature of the software statement is not that of its issuer")]
    Signature,
    /// It is not for now.
    #[error("the software statement has expired or is not valid yet")]
    Time,
    /// It is for another server.
    #[error("the software statement is for another server")]
    Audience,
}

/// The claims of a statement.
#[derive(Clone, Debug)]
pub struct Statement(Map<String, Value>);

impl Statement {
    /// Reads the payload of a statement, in which no name may appear twice.
    pub fn read(payload: &[u8]) -> Result<Self, StatementFault> {
        let claims = crate::jws::object(payload);
        claims.map(Self).ok_or(StatementFault::Malformed)
    }

    /// Who is said to have made it.
    pub fn issuer(&self) -> Option<&str> {
        self.0.get("iss").and_then(Value::as_str)
    }

    /// Whether it is for `audience` at `now`; a statement without these claims always is.
    pub fn check(&self, audience: &str, now: UnixTime) -> Result<(), StatementFault> {
        let expires = self.time("exp")?;
        let begins = self.time("nbf")?;
        let over = expires.is_some_and(|at| at + CLOCK_SKEW <= now);
        if over || begins.is_some_and(|at| at > now + CLOCK_SKEW) {
            return Err(StatementFault::Time);
        }
        let named = match self.0.get("aud") {
            None => true,
            Some(Value::String(name)) => name == audience,
            Some(Value::Array(names)) => names.iter().any(|name| name == audience),
            Some(_) => false,
        };
        if named {
            Ok(())
        } else {
            Err(StatementFault::Audience)
        }
    }

    /// Whether it fixes who the client is and where answers go. Statements ship inside the
    /// software and are no secret: with less, anybody could put one over an address of their
    /// own, and be vouched for (CO-06).
    pub fn says_who_and_where(&self) -> bool {
        let said = |name| self.0.get(name).is_some_and(|value| !value.is_null());
        said("client_name") && said("redirect_uris")
    }

    /// The client's own metadata with the statement's above it.
    pub fn above(self, own: &Map<String, Value>) -> Map<String, Value> {
        let mut united = own.clone();
        let said = self.0.into_iter();
        united.extend(said.filter(|(name, _)| !REGISTERED.contains(&name.as_str())));
        united
    }

    fn time(&self, name: &str) -> Result<Option<UnixTime>, StatementFault> {
        match self.0.get(name) {
            None => Ok(None),
            Some(value) => {
                let seconds = value.as_i64().ok_or(StatementFault::Malformed)?;
                Ok(Some(UnixTime::from_seconds(seconds)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;
    const HERE: &str = "https://mcp.example";

    fn read(claims: Value) -> Result<Statement, StatementFault> {
        Statement::read(claims.to_string().as_bytes())
    }

    #[test]
    fn a_statement_is_for_its_time_and_its_audience() {
        use StatementFault as F;
        #[rustfmt::skip]
        let cases = [
            ("nothing said",    json!({}),                                    Ok(())),
            ("in time",         json!({ "exp": NOW + 1, "nbf": NOW }),        Ok(())),
            ("over",            json!({ "exp": NOW - 30 }),                   Err(F::Time)),
            ("not yet",         json!({ "nbf": NOW + 31 }),                   Err(F::Time)),
            ("exp is a word",   json!({ "exp": "soon" }),                     Err(F::Malformed)),
            ("for here",        json!({ "aud": HERE }),                       Ok(())),
            ("for here too",    json!({ "aud": ["https://b.example", HERE] }), Ok(())),
            ("for elsewhere",   json!({ "aud": "https://b.example" }),        Err(F::Audience)),
            ("for a number",    json!({ "aud": 1 }),                          Err(F::Audience)),
        ];
        for (name, claims, expected) in cases {
            let checked = read(claims).and_then(|it| it.check(HERE, UnixTime::from_seconds(NOW)));
            assert_eq!(checked, expected, "{name}");
        }
        assert_eq!(read(json!([])).map(drop), Err(F::Malformed));
    }

    #[test]
    fn what_it_says_stands_above_what_the_client_says() {
        let own = json!({ "client_name": "Mine", "redirect_uris": ["a"], "iss": "client" });
        let own = own.as_object().expect("an object");
        let statement = read(json!({ "client_name": "Theirs", "iss": "them", "exp": 1 }));
        let united = Value::from(statement.expect("read").above(own));
        let expected = json!({ "client_name": "Theirs", "redirect_uris": ["a"], "iss": "client" });
        assert_eq!(united, expected); // RFC 7591 section 2.3
    }
}
