//! What the authenticator says about a ceremony (section 6.1).

use aws_lc_rs::digest::{SHA256, digest};

use crate::{
    Expected, MAXIMUM_CREDENTIAL_ID, Refused,
    cbor::{self, Item},
};

/// Somebody touched it.
const PRESENT: u8 = 0x01;
/// It made sure who did.
const VERIFIED: u8 = 0x04;
/// The passkey may be copied to other devices of the person.
const MAY_BE_SYNCED: u8 = 0x08;
/// It was.
const SYNCED: u8 = 0x10;
/// A new credential follows.
const CREDENTIAL: u8 = 0x40;
/// Extensions follow.
const EXTENSIONS: u8 = 0x80;

/// What was said, and is well formed.
#[derive(Debug)]
pub(crate) struct AuthenticatorData<'a> {
    relying_party: &'a [u8; 32],
    flags: u8,
    pub(crate) count: u32,
    pub(crate) credential: Option<NewCredential<'a>>,
}

/// A new credential.
#[derive(Debug)]
pub(crate) struct NewCredential<'a> {
    pub(crate) id: &'a [u8],
    /// Its public key, as COSE writes it.
    pub(crate) key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    /// Reads all of `bytes`.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Refused> {
        Self::fields(bytes).ok_or(Refused::Unreadable)
    }

    fn fields(bytes: &'a [u8]) -> Option<Self> {
        let (relying_party, rest) = bytes.split_first_chunk::<32>()?;
        let ([flags], rest) = rest.split_first_chunk::<1>()?;
        let (count, mut rest) = rest.split_first_chunk::<4>()?;
        let mut credential = None;
        if flags & CREDENTIAL != 0 {
            let (found, after) = NewCredential::fields(rest)?;
            (credential, rest) = (Some(found), after);
        }
        if flags & EXTENSIONS != 0 {
            let (extensions, after) = cbor::read(rest).ok()?;
            matches!(extensions, Item::Map(_)).then_some(())?;
            rest = after;
        }
        let contradicts = flags & SYNCED != 0 && flags & MAY_BE_SYNCED == 0;
        (rest.is_empty() && !contradicts).then_some(Self {
            relying_party,
            flags: *flags,
            count: u32::from_be_bytes(*count),
            credential,
        })
    }

    /// Checks for whom it is, and that its person was there and verified (section 7.1 steps 14
    /// to 17, section 7.2 steps 15 to 18).
    pub(crate) fn check(&self, expected: Expected<'_>) -> Result<(), Refused> {
        let id = digest(&SHA256, expected.relying_party.id.as_bytes());
        if id.as_ref() != self.relying_party {
            return Err(Refused::RelyingParty);
        }
        if self.flags & PRESENT == 0 {
            return Err(Refused::Presence);
        }
        if self.flags & VERIFIED == 0 {
            return Err(Refused::Verification);
        }
        Ok(())
    }

    /// Whether the passkey may be on several devices of its person.
    pub(crate) fn may_be_synced(&self) -> bool {
        self.flags & MAY_BE_SYNCED != 0
    }
}

impl<'a> NewCredential<'a> {
    fn fields(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (_make, rest) = bytes.split_first_chunk::<16>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (id, rest) = rest.split_at_checked(length)?;
        let fits = (1..=MAXIMUM_CREDENTIAL_ID).contains(&length);
        let (_, after) = cbor::read(rest).ok()?;
        let key = rest.get(..rest.len() - after.len())?;
        fits.then_some((Self { id, key }, after))
    }
}
