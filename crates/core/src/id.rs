//! One type per identifier, so that none can be mistaken for another.
//!
//! Identifiers are public names, not credentials: knowing one grants nothing.

use serde::{Deserialize, Serialize};

use crate::time::UnixTime;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Names what is already known under this text (a stored row, a claim, a parameter).
            pub fn from_known(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// A fresh identifier from 128 random bits: 32 hexadecimal digits, which no command
            /// line takes for an option and a double click selects whole.
            pub fn from_random(bits: [u8; 16]) -> Self {
                Self(format!("{:032x}", u128::from_be_bytes(bits)))
            }

            /// The identifier as it appears on the wire and in the store.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// A person's account; the `sub` of tokens in its name. Never reused, never shown as a name.
    UserId
}
text_id! {
    /// A group that was made here or provisioned; it stays when the group gets another name.
    GroupId
}
text_id! {
    /// A signed-in session, for lists and for ending it. It is not the cookie and opens nothing.
    SessionId
}
text_id! {
    /// An OAuth client identifier (RFC 6749 section 2.2), unique within one issuer.
    ClientId
}
text_id! {
    /// One approval by one user for one client installation, or one client acting for itself;
    /// every token hangs off one.
    GrantId
}
impl GrantId {
    /// A fresh identifier that sorts by when it was made: grants lie in the store as they came, and
    /// one that is added touches no page of an old one.
    pub fn made_at(now: UnixTime, bits: [u8; 10]) -> Self {
        let mut bytes = [0; 16];
        let (time, chance) = bytes.split_at_mut(6);
        time.copy_from_slice(&now.sorting());
        chance.copy_from_slice(&bits);
        Self::from_random(bytes)
    }
}
text_id! {
    /// The `jti` of an access token (RFC 7519 section 4.1.7).
    TokenId
}
text_id! {
    /// The name of an initial access token (RFC 7591 section 3), which is not the token.
    InitialTokenId
}
text_id! {
    /// The name of a token of a provisioning identity provider, which is not the token.
    ProvisioningTokenId
}
text_id! {
    /// An invitation in lists; it is not the token in its link and opens nothing.
    InvitationId
}
text_id! {
    /// The `kid` of a signing key (RFC 7517 section 4.5).
    KeyId
}
text_id! {
    /// A device that somebody signed in on before, as its owner sees it.
    DeviceId
}
text_id! {
    /// One passkey of a person, for lists and for removing it. It is not what the authenticator
    /// calls it, and opens nothing.
    PasskeyId
}
text_id! {
    /// One pass through `/authorize`, from the request to the answer.
    FlowId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_sort_by_when_they_were_made() {
        let made = |millis| GrantId::made_at(UnixTime::from_millis(millis), [0xff; 10]);
        let times = [0, 1, 255, 256, 1_700_000_000_000, 1_700_000_000_001];
        assert!(times.map(made).is_sorted());
        assert_eq!(made(0).as_str().len(), 32);
        let now = UnixTime::from_millis(7);
        assert_ne!(
            GrantId::made_at(now, [0; 10]),
            GrantId::made_at(now, [1; 10])
        );
    }

    #[test]
    fn a_random_identifier_starts_like_no_option() {
        let all = [[0; 16], [0xff; 16], [0xfb; 16]].map(GrantId::from_random);
        assert_eq!(all[0].as_str(), "0".repeat(32));
        assert!(
            all.iter()
                .all(|id| id.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()))
        );
    }
}
