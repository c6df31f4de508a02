//! Opaque credentials: shown once, kept only as digests.
//!
//! A [`Secret`] cannot be printed or serialised by accident. What is stored is a
//! [`Digest`], which identifies the credential without revealing it; 256 random
//! bits need no salt and no slow hash.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// A credential in clear. Erased from memory when dropped, blank in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a credential that somebody presented or that the operator configured.
    pub fn presented(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Mints a credential from 256 random bits. The prefix (`dwc_`, `dwi_`, ...) lets
    /// secret scanners and readers of logs tell what kind leaked.
    pub fn mint(prefix: &str, bits: [u8; 32]) -> Self {
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bits)))
    }

    /// The credential itself: for the one response or comparison that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the store keeps instead of the credential.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The SHA-256 digest of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `text`.
    pub fn of(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    /// The digest of `bytes`.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut out = [0; 32];
        out.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self(out)
    }

    /// Takes back a digest that was stored.
    pub const fn from_stored(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The raw 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.0.as_slice(), other.0.as_slice()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows_in_debug_output() {
        let secret = Secret::mint("dwr_", [7; 32]);
        assert!(secret.expose().starts_with("dwr_"));
        assert!(!format!("{secret:?}").contains("Bwc"));
    }

    #[test]
    fn digests_of_different_secrets_differ() {
        assert!(Digest::of("a").matches(&Digest::of("a")));
        assert!(!Digest::of("a").matches(&Digest::of("b")));
    }
}
