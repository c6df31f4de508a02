//! Why a proof proves nothing.

/// Why. Safe to show: repeats nothing of the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// A proof is needed here.
    #[error("this needs a DPoP proof in a DPoP header")]
    Missing,
    /// There is more than one `DPoP` header.
    #[error("there must be exactly one DPoP header")]
    Repeated,
    /// It is no compact JWS of ours, or longer than any proof.
    #[error("the DPoP proof is no signed JWT with an asymmetric algorithm that is accepted here")]
    Malformed,
    /// Its `typ` is another.
    #[error("the DPoP proof is not of the type dpop+jwt")]
    Type,
    /// Its header brings no public key for its algorithm, or more than a public key.
    #[error("the DPoP proof must carry the public key of its algorithm, and no private member")]
    Key,
    /// A claim is missing, mistyped, repeated or too long.
    #[error("the DPoP proof must have jti, htm, htu and iat, each once")]
    Claims,
    /// `htm` is another method.
    #[error("the DPoP proof is for another method (htm)")]
    Method,
    /// `htu` is another URL.
    #[error("the DPoP proof is for another URL (htu)")]
    Target,
    /// `iat` is too far off.
    #[error("the DPoP proof was not made just now (iat)")]
    Time,
    /// `ath` is missing or that of another token.
    #[error("the DPoP proof is for another access token (ath)")]
    Token,
    /// `content_digest` is unreadable, that of another body, or there where nobody holds it
    /// against the body.
    #[error("the DPoP proof is for another body, or bodies are not checked here (content_digest)")]
    Content,
    /// The signature is not that of the key.
    #[error("the DPoP proof is not signed by the key that it carries")]
    Signature,
    /// It has no nonce of ours, or an old one.
    #[error("the DPoP proof must carry the nonce of the DPoP-Nonce header")]
    Nonce,
    /// It came before.
    #[error("the DPoP proof was used before")]
    Replayed,
    /// What it is for is bound to another key.
    #[error("the DPoP proof is made with another key")]
    OtherKey,
}

impl ProofFault {
    /// The error on the wire (RFC 9449 sections 5, 7.1, 8 and 9).
    pub fn code(self) -> &'static str {
        match self {
            Self::Nonce => "use_dpop_nonce",
            Self::Missing
            | Self::Repeated
            | Self::Malformed
            | Self::Type
            | Self::Key
            | Self::Claims
            | Self::Method
            | Self::Target
            | Self::Time
            | Self::Token
            | Self::Content
            | Self::Signature
            | Self::Replayed
            | Self::OtherKey => "invalid_dpop_proof",
        }
    }
}
