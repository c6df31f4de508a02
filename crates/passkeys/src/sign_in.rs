//! A person shows that a passkey is theirs (section 7.2).

use aws_lc_rs::digest::{SHA256, digest};
use serde::Deserialize;

use crate::{
    CredentialType, Encoded, Expected, Refused,
    authenticator_data::AuthenticatorData,
    client_data::{self, Purpose},
    public_key::PasskeyKey,
};

/// What `navigator.credentials.get()` yields, as `toJSON()` writes it. Nothing in it is proven
/// before [`sign_in`] says so.
#[derive(Debug, Deserialize)]
pub struct SignInResponse {
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
    authenticator_data: Encoded,
    signature: Encoded,
    #[serde(default)]
    user_handle: Option<Encoded>,
}

/// What is kept of a passkey.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What the authenticator calls it.
    pub credential: &'a [u8],
    /// Its public key, as COSE writes it.
    pub key: &'a [u8],
    /// The counter when it was last used.
    pub count: u32,
    /// The handle of its person, as it was given when the passkey was made.
    pub user_handle: &'a [u8],
}

/// The proof that the passkey was used just now, by its person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the counter must be kept"]
pub struct Proven {
    /// Its counter now.
    pub count: u32,
}

impl SignInResponse {
    /// Reads the JSON that the page sent.
    pub fn read(json: &str) -> Result<Self, Refused> {
        serde_json::from_str(json).map_err(|_| Refused::Unreadable)
    }

    /// The passkey that is claimed to have been used.
    pub fn credential(&self) -> &[u8] {
        &self.raw_id.0
    }
}

/// Judges a sign-in with a passkey that is known.
pub fn sign_in(
    sent: &SignInResponse,
    known: Known<'_>,
    expected: Expected<'_>,
) -> Result<Proven, Refused> {
    let response = &sent.response;
    let handle = response.user_handle.as_ref();
    let other = handle.is_some_and(|handle| handle.0 != known.user_handle);
    if sent.raw_id.0 != known.credential || other {
        return Err(Refused::Credential);
    }
    client_data::check(&response.client_data.0, Purpose::Get, expected)?;
    let data = AuthenticatorData::read(&response.authenticator_data.0)?;
    data.check(expected)?;
    let said = digest(&SHA256, &response.client_data.0);
    let message = [response.authenticator_data.0.as_slice(), said.as_ref()].concat();
    PasskeyKey::read(known.key)?.verify(&message, &response.signature.0)?;
    // Many passkeys have no counter: theirs stays at zero (section 6.1.1).
    let counts = (known.count, data.count) != (0, 0);
    if counts && data.count <= known.count {
        return Err(Refused::Copied);
    }
    Ok(Proven { count: data.count })
}
