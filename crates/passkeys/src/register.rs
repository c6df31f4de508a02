//! A person makes a passkey (section 7.1).

use serde::Deserialize;

use crate::{
    CredentialType, Encoded, Expected, Refused,
    authenticator_data::AuthenticatorData,
    cbor::{self, Item},
    client_data::{self, Purpose},
    public_key::PasskeyKey,
};

/// What `navigator.credentials.create()` yields, as `toJSON()` writes it.
#[derive(Debug, Deserialize)]
pub struct RegistrationResponse {
    #[serde(rename = "rawId")]
    raw_id: Encoded,
    #[serde(rename = "type")]
    _kind: CredentialType,
    response: Response,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(rename = "clientDataJSON")]
    client_data: Encoded,
    attestation_object: Encoded,
}

/// A passkey that was made just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// What the authenticator calls it.
    pub credential: Vec<u8>,
    /// Its public key, as COSE writes it; [`PasskeyKey::read`] reads it.
    pub key: Vec<u8>,
    /// Its counter.
    pub count: u32,
    /// Whether it may be on several devices of its person.
    pub synced: bool,
}

impl RegistrationResponse {
    /// Reads the JSON that the page sent.
    pub fn read(json: &str) -> Result<Self, Refused> {
        serde_json::from_str(json).map_err(|_| Refused::Unreadable)
    }
}

/// Judges a registration. The statement about the authenticator's make is not looked at:
/// whatever it says, the passkey is taken for what it can do.
pub fn register(
    sent: &RegistrationResponse,
    expected: Expected<'_>,
) -> Result<NewPasskey, Refused> {
    client_data::check(&sent.response.client_data.0, Purpose::Create, expected)?;
    let object = cbor::read_all(&sent.response.attestation_object.0);
    let object = object.map_err(|_| Refused::Unreadable)?;
    let data = object.named("authData").and_then(Item::bytes);
    let data = AuthenticatorData::read(data.ok_or(Refused::Unreadable)?)?;
    data.check(expected)?;
    let made = data.credential.as_ref().ok_or(Refused::Unreadable)?;
    if made.id != sent.raw_id.0 {
        return Err(Refused::Credential);
    }
    PasskeyKey::read(made.key)?;
    Ok(NewPasskey {
        credential: made.id.to_vec(),
        key: made.key.to_vec(),
        count: data.count,
        synced: data.may_be_synced(),
    })
}
