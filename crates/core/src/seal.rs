//! Authenticated encryption for what leaves our hands and comes back.
//!
//! A [`SealingKey`] is derived from a parent key and a purpose (HKDF, RFC 5869),
//! so that nothing sealed for one purpose opens for another. AES-256-GCM with a
//! nonce that the caller draws; each purpose key is used far below 2^32 times.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};

/// What is sealed does not open: damaged, forged, for another purpose or under another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed value does not open")]
pub struct Unsealable;

/// Seals and opens values for one purpose.
pub struct SealingKey(LessSafeKey);

struct Key32;

impl KeyType for Key32 {
    fn len(&self) -> usize {
        32
    }
}

impl SealingKey {
    /// Derives the key for `purpose` from `parent`, which must hold 256 random bits.
    #[expect(clippy::expect_used, reason = "lengths are constants")]
    pub fn derive(parent: &[u8; 32], purpose: &str) -> Self {
        let mut key = derive(parent, purpose);
        let unbound = UnboundKey::new(&AES_256_GCM, &key).expect("a 32 byte key fits AES-256");
        zeroize::Zeroize::zeroize(&mut key);
        Self(LessSafeKey::new(unbound))
    }

    /// Seals `plain`; opening needs the same `context`.
    #[expect(clippy::expect_used, reason = "lengths are bounded by request limits")]
    pub fn seal(&self, nonce: [u8; NONCE_LEN], context: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut buffer = plain.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context),
                &mut buffer,
            )
            .expect("plaintext is far below the AES-GCM limit");
        let mut out = Vec::with_capacity(NONCE_LEN + buffer.len());
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&buffer);
        out
    }

    /// Opens what [`SealingKey::seal`] made with the same key and context.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(Unsealable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable)?;
        let mut buffer = body.to_vec();
        let plain = self
            .0
            .open_in_place(nonce, Aad::from(context), &mut buffer)
            .map_err(|_| Unsealable)?
            .len();
        buffer.truncate(plain);
        Ok(buffer)
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

/// Derives 256 bits for `purpose` from `parent`.
#[expect(clippy::expect_used, reason = "lengths are constants")]
pub fn derive(parent: &[u8; 32], purpose: &str) -> [u8; 32] {
    let mut out = [0; 32];
    Salt::new(HKDF_SHA256, b"doorward")
        .extract(parent)
        .expand(&[purpose.as_bytes()], Key32)
        .and_then(|okm| okm.fill(&mut out))
        .expect("32 bytes are within the HKDF limit");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_purpose_and_context_open() {
        let key = SealingKey::derive(&[1; 32], "flow");
        let sealed = key.seal([9; 12], b"ctx", b"hello");
        assert_eq!(key.open(b"ctx", &sealed), Ok(b"hello".to_vec()));
        assert_eq!(key.open(b"other", &sealed), Err(Unsealable));
        let others = [
            SealingKey::derive(&[1; 32], "session"),
            SealingKey::derive(&[2; 32], "flow"),
        ];
        for other in others {
            assert_eq!(other.open(b"ctx", &sealed), Err(Unsealable));
        }
    }

    #[test]
    fn a_changed_or_cut_value_does_not_open() {
        let key = SealingKey::derive(&[1; 32], "flow");
        let sealed = key.seal([9; 12], b"", b"hello");
        for index in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[index] ^= 1;
            assert_eq!(key.open(b"", &forged), Err(Unsealable));
            assert_eq!(key.open(b"", &sealed[..index]), Err(Unsealable));
        }
    }
}
