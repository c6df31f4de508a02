//! Passkeys (Web Authentication Level 3): what a browser sends, read strictly and judged.
//!
//! ```text
//! a challenge -> navigator.credentials.create() -> register() -> NewPasskey, to be kept
//! a challenge -> navigator.credentials.get()    -> sign_in()  -> Proven, and the new counter
//! ```
//!
//! Both are pure: they take what was sent and what is [`Expected`], and reach for nothing. That
//! a challenge is fresh, used once and belongs to this browser is the caller's business.
//!
//! Refused are another purpose, challenge, origin or relying party than expected, a page that
//! is embedded in another site's, a person who was not there or was not verified by the
//! authenticator, a signature that is not right, a counter that does not grow, and every
//! encoding that could be read in two ways. The make of an authenticator is nobody's business
//! here: attestation statements are not asked for, and not looked at when they come anyway.

mod authenticator_data;
mod cbor;
mod client_data;
mod public_key;
mod register;
mod sign_in;

pub use self::{
    public_key::{ALGORITHMS, PasskeyKey},
    register::{NewPasskey, RegistrationResponse, register},
    sign_in::{Known, Proven, SignInResponse, sign_in},
};

use serde::{Deserialize, Deserializer, de::Error};

/// The longest identifier of a credential (section 4, "Credential ID").
pub const MAXIMUM_CREDENTIAL_ID: usize = 1023;

/// Whom a passkey is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// Its identifier: the host that passkeys are bound to.
    pub id: String,
    /// The one origin that ceremonies come from.
    pub origin: String,
}

/// What a ceremony must turn out to be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Whom it is for.
    pub relying_party: &'a RelyingParty,
    /// The challenge that it answers.
    pub challenge: &'a [u8],
}

/// Why a ceremony does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be read, or could be read in two ways.
    #[error("the answer of the passkey cannot be read")]
    Unreadable,
    /// It was made for another purpose.
    #[error("the passkey answered for another purpose")]
    Purpose,
    /// It answers another challenge.
    #[error("the passkey answered another question")]
    Challenge,
    /// It comes from another origin, or from a page inside another site's page.
    #[error("the passkey was used on another site")]
    Origin,
    /// It is for another relying party.
    #[error("the passkey is for another site")]
    RelyingParty,
    /// Nobody touched the authenticator.
    #[error("nobody confirmed the use of the passkey")]
    Presence,
    /// The authenticator did not make sure who touched it.
    #[error("the device did not check who is using the passkey")]
    Verification,
    /// The key is of a kind that is not taken.
    #[error("keys of this passkey's kind are not taken")]
    Algorithm,
    /// It was made with another credential, or for another person.
    #[error("this is another passkey")]
    Credential,
    /// The signature is not right.
    #[error("the signature of the passkey is not right")]
    Signature,
    /// The counter did not grow: there are two of what must exist once.
    #[error("the passkey has been copied")]
    Copied,
}

/// Bytes in base64url without padding, in one way only.
#[derive(Clone, PartialEq, Eq)]
struct Encoded(Vec<u8>);

impl<'de> Deserialize<'de> for Encoded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text.as_bytes());
        bytes.map(Self).map_err(D::Error::custom)
    }
}

impl std::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Encoded({} bytes)", self.0.len())
    }
}

/// `type` of a credential: there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum CredentialType {
    #[serde(rename = "public-key")]
    PublicKey,
}
