//! What the browser says about a ceremony (section 5.8.1).

use serde::Deserialize;

use crate::{Encoded, Expected, Refused};

/// For what a passkey was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Create,
    Get,
}

#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    purpose: String,
    challenge: Encoded,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin", default)]
    top_origin: Option<String>,
}

/// Checks what the browser says (section 7.1 steps 5 to 11, section 7.2 steps 8 to 14).
pub(crate) fn check(json: &[u8], purpose: Purpose, expected: Expected<'_>) -> Result<(), Refused> {
    // A name that stands twice is refused by the reader.
    let said: ClientData = serde_json::from_slice(json).map_err(|_| Refused::Unreadable)?;
    if said.purpose != purpose.as_str() {
        return Err(Refused::Purpose);
    }
    if aws_lc_rs::constant_time::verify_slices_are_equal(&said.challenge.0, expected.challenge)
        .is_err()
    {
        return Err(Refused::Challenge);
    }
    let own = said.origin == expected.relying_party.origin;
    if !own || said.cross_origin || said.top_origin.is_some() {
        return Err(Refused::Origin);
    }
    Ok(())
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}
