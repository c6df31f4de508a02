//! What may be used a single time: an answered flow, the `jti` of an assertion, a request object.
//!
//! The store keeps a [`OneTime`] until its use would be refused for another
//! reason anyway; noting the same one twice is a conflict (`Tx::use_once`), so
//! that of two requests that race exactly one goes on. What somebody else chose
//! (a `jti`) is kept as a digest together with who chose it: two issuers may
//! choose the same, and nobody chooses how much is stored.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    id::{FlowId, UserId},
    secret::Digest,
};

/// Something that is used once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OneTime {
    purpose: Purpose,
    id: String,
}

/// What kind of thing it is. Two kinds never get into each other's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The answer to an authorization request.
    Flow,
    /// Who answered an authorization request.
    Answer,
    /// The `jti` of a client's assertion (RFC 7523 section 3).
    ClientAssertion,
    /// The `jti` of an assertion that is an authorization grant (RFC 7523 section 2.1).
    GrantAssertion,
    /// The `jti` of a DPoP proof (RFC 9449 section 11.1).
    DpopProof,
    /// The `jti` of a request object (RFC 9101).
    RequestObject,
    /// A `request_uri` from the pushed authorization request endpoint (RFC 9126).
    PushedRequest,
    /// The `jti` of a software statement or an initial access token that registers once (RFC 7591).
    Registration,
    /// The successor of a signing key.
    SigningKey,
    /// The `jti` of a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.6).
    LogoutToken,
    /// The challenge of a passkey (Web Authentication section 13.4.3).
    PasskeyChallenge,
}

impl OneTime {
    /// The answer to an authorization request.
    pub fn flow(flow: &FlowId) -> Self {
        Self {
            purpose: Purpose::Flow,
            id: flow.as_str().to_owned(),
        }
    }

    /// That `user` is who answered an authorization request.
    pub fn answer(flow: &FlowId, user: &UserId) -> Self {
        Self::named(Purpose::Answer, user.as_str(), flow.as_str())
    }

    /// What `chosen_by` named `name`, for instance the `jti` of one of its assertions.
    pub fn named(purpose: Purpose, chosen_by: &str, name: &str) -> Self {
        // The length keeps ("ab", "c") apart from ("a", "bc").
        let text = format!("{}:{chosen_by}{name}", chosen_by.len());
        Self {
            purpose,
            id: URL_SAFE_NO_PAD.encode(Digest::of(&text).as_bytes()),
        }
    }

    /// What kind it is.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// What it is called among its kind: at most 43 characters.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Purpose {
    /// The kind as the store keeps it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Answer => "answer",
            Self::ClientAssertion => "client_assertion",
            Self::GrantAssertion => "grant_assertion",
            Self::DpopProof => "dpop_proof",
            Self::RequestObject => "request_object",
            Self::PushedRequest => "pushed_request",
            Self::Registration => "registration",
            Self::SigningKey => "signing_key",
            Self::LogoutToken => "logout_token",
            Self::PasskeyChallenge => "passkey_challenge",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_different_issuers_and_kinds_are_apart() {
        let assertion = |by, name| OneTime::named(Purpose::ClientAssertion, by, name);
        assert_eq!(assertion("a", "1"), assertion("a", "1"));
        assert_ne!(assertion("a", "1"), assertion("b", "1"));
        assert_ne!(assertion("ab", "c"), assertion("a", "bc"));
        assert_ne!(
            assertion("a", "1"),
            OneTime::named(Purpose::DpopProof, "a", "1")
        );
    }

    #[test]
    fn a_long_name_is_kept_short() {
        let long = OneTime::named(Purpose::DpopProof, "c", &"x".repeat(100_000));
        assert_eq!(long.id().len(), 43); // DS-05
    }
}
