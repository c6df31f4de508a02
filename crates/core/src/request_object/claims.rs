//! The claims of a request object: those of the JWT, and the parameters of the request.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::Value;

use super::{Expected, RequestObjectFault};
use crate::{access::CLOCK_SKEW, authorize::Parameters, time::UnixTime};

/// The longest time that an object is good for.
const MAXIMUM_LIFE: Duration = Duration::from_secs(3600);

#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
    #[serde(default)]
    pub(super) jti: Option<String>,
    client_id: String,
    #[serde(flatten)]
    parameters: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Claims {
    pub(super) fn check(&self, expected: Expected<'_>) -> Result<(), RequestObjectFault> {
        let client = expected.client.as_str();
        if self.iss != client || self.client_id != client {
            return Err(RequestObjectFault::Client);
        }
        let named = match &self.aud {
            Audience::One(aud) => aud == expected.issuer,
            Audience::Many(all) => all.iter().any(|aud| aud == expected.issuer),
        };
        if !named {
            return Err(RequestObjectFault::Audience);
        }
        let now = expected.now;
        let begun =
            |at: Option<i64>| at.is_none_or(|at| UnixTime::from_seconds(at) <= now + CLOCK_SKEW);
        let ends = UnixTime::from_seconds(self.exp);
        let timely = now < ends && ends <= now + MAXIMUM_LIFE + CLOCK_SKEW;
        if timely && begun(self.nbf) && begun(self.iat) {
            Ok(())
        } else {
            Err(RequestObjectFault::Time)
        }
    }

    pub(super) fn expires_at(&self) -> UnixTime {
        UnixTime::from_seconds(self.exp)
    }

    /// The claims as parameters: texts as they are, numbers and truth values as written, a list
    /// of resources as the parameter repeated, anything else as JSON.
    pub(super) fn into_parameters(self) -> Result<Parameters, RequestObjectFault> {
        let nested = ["request", "request_uri"];
        if nested
            .iter()
            .any(|name| self.parameters.contains_key(*name))
        {
            return Err(RequestObjectFault::Claims); // RFC 9101 section 4
        }
        let mut pairs = vec![("client_id".to_owned(), self.client_id)];
        for (name, value) in self.parameters {
            match value {
                Value::String(text) => pairs.push((name, text)),
                Value::Array(values) if name == "resource" => {
                    for value in values {
                        let text = value.as_str().ok_or(RequestObjectFault::Claims)?;
                        pairs.push((name.clone(), text.to_owned()));
                    }
                }
                Value::Null => return Err(RequestObjectFault::Claims),
                other => pairs.push((name, other.to_string())),
            }
        }
        Ok(Parameters::new(pairs))
    }
}
