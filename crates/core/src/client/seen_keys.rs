//! The keys or certificates that were last seen behind a client's `jwks_uri`.
//!
//! ```text
//! nothing seen --fetched--> seen --some of them are still there--> seen anew: a rotation
//!                                --none of them is---------------> replaced: ask again
//! ```
//!
//! A client that exchanges its keys publishes the next one before it stops using the last, so
//! that some key is always in two sets that follow each other. Where none is, somebody else may
//! speak for the client now. That one is proves less: public keys can be published by anybody
//! (ADR 0010).

use std::collections::BTreeSet;

use super::CertificateSet;
use crate::jwk::{PublicKey, Thumbprint};

/// Thumbprints of keys, or of certificates, that were seen together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenKeys(BTreeSet<Thumbprint>);

/// How keys follow those that were seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a verdict has no effect until it is applied and committed"]
pub enum Succession {
    /// They are the same.
    Same,
    /// Nothing was seen before, or some of what was is still there.
    Continued,
    /// Nothing of what was seen is left.
    Replaced,
}

impl SeenKeys {
    /// What is seen in a key set.
    pub fn of(keys: &[PublicKey]) -> Self {
        keys.iter().map(|key| key.material.thumbprint()).collect()
    }

    /// What is seen in a set of certificates: another one of the same key is another one.
    pub fn of_certificates(certificates: &CertificateSet) -> Self {
        let prints = certificates.thumbprints();
        prints
            .map(|print| Thumbprint::from_known(print.as_str()))
            .collect()
    }

    /// Whether nothing is seen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How `now` follows `self`.
    pub fn followed_by(&self, now: &Self) -> Succession {
        if self == now {
            Succession::Same
        } else if self.0.is_empty() || !self.0.is_disjoint(&now.0) {
            Succession::Continued
        } else {
            Succession::Replaced
        }
    }

    /// The text that the store keeps.
    pub fn to_stored(&self) -> String {
        let words: Vec<&str> = self.0.iter().map(Thumbprint::as_str).collect();
        words.join(" ")
    }

    /// Reads it back.
    pub fn from_stored(text: &str) -> Option<Self> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        words.map(Thumbprint::parse).collect()
    }
}

impl FromIterator<Thumbprint> for SeenKeys {
    fn from_iter<T: IntoIterator<Item = Thumbprint>>(keys: T) -> Self {
        Self(keys.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Digest;

    fn seen(names: &str) -> SeenKeys {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let print = |name: char| {
            let digest = Digest::of(&name.to_string());
            Thumbprint::from_known(URL_SAFE_NO_PAD.encode(digest.as_bytes()))
        };
        names.chars().map(print).collect()
    }

    #[test]
    fn a_rotation_leaves_some_key_and_a_replacement_none() {
        use Succession::{Continued, Replaced, Same};
        for (before, now, expected) in [
            ("", "a", Continued), // seen for the first time
            ("a", "a", Same),
            ("ab", "ba", Same),
            ("a", "ab", Continued), // the next one is announced
            ("ab", "b", Continued), // the last one goes
            ("ab", "bc", Continued),
            ("a", "b", Replaced), // A-073
            ("ab", "cd", Replaced),
        ] {
            let verdict = seen(before).followed_by(&seen(now));
            assert_eq!(verdict, expected, "{before} {now}");
        }
        let kept = seen("abc");
        assert_eq!(SeenKeys::from_stored(&kept.to_stored()), Some(kept));
        assert_eq!(SeenKeys::from_stored(""), Some(SeenKeys::default()));
        assert_eq!(SeenKeys::from_stored("a key"), None);
    }
}
