//! What a refresh token looks like, and what the store finds it by.
//!
//! ```text
//! dwr_ | base64url( 48 bits: when it was minted, in milliseconds | 240 random bits )
//! found by:         those 48 bits | the first 208 of the token's SHA-256
//! ```
//!
//! So rows lie in the store as they came, and rotations of one moment share their pages instead of
//! touching one of their own each. The time is not secret: whoever has the token got it then.
//! Tokens of before had 256 random bits, and are found by the whole digest.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    secret::{Digest, Secret},
    time::UnixTime,
};

const PREFIX: &str = "dwr_";
/// Of the time, in bytes and in letters.
const TIME: (usize, usize) = (6, 8);
/// All letters behind the prefix.
const LETTERS: usize = 48;

/// A new refresh token.
pub fn mint(now: UnixTime, bits: [u8; 30]) -> Secret {
    let bytes = [now.sorting().as_slice(), &bits].concat();
    Secret::presented(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// What the store finds a presented refresh token by, whatever was presented.
pub fn digest_of(presented: &str) -> Digest {
    let digest = Digest::of(presented);
    let Some(time) = minted_at(presented) else {
        return digest;
    };
    let mut found_by = [0; 32];
    let (first, rest) = found_by.split_at_mut(TIME.0);
    first.copy_from_slice(&time);
    rest.iter_mut()
        .zip(digest.as_bytes())
        .for_each(|(to, from)| *to = *from);
    Digest::from_stored(found_by)
}

/// When it says that it was minted; nothing where it has no such form.
fn minted_at(presented: &str) -> Option<[u8; TIME.0]> {
    let letters = presented.strip_prefix(PREFIX)?;
    let time = letters.get(..TIME.1).filter(|_| letters.len() == LETTERS)?;
    let bytes = URL_SAFE_NO_PAD.decode(time).ok()?;
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime::from_millis(1_700_000_000_123);

    #[test]
    fn what_tokens_are_found_by_sorts_by_when_they_were_minted() {
        let minted = |millis| mint(UnixTime::from_millis(millis), [7; 30]);
        let times = [1, 255, 256, 1_700_000_000_123, 1_700_000_000_124];
        let found_by = times.map(|millis| digest_of(minted(millis).expose()));
        assert!(found_by.is_sorted());
        assert!(minted(1).expose().starts_with("dwr_"));
    }

    #[test]
    fn another_token_is_found_by_something_else() {
        let tokens = [0, 1, 29].map(|at| {
            let mut bits = [0; 30];
            bits[at] = 1;
            mint(NOW, bits)
        });
        let [one, other, third] = tokens.map(|token| *digest_of(token.expose()).as_bytes());
        assert_eq!(one[..6], other[..6], "both are of that moment");
        assert!(one[6..] != other[6..] && other[6..] != third[6..] && one[6..] != third[6..]);
        let token = mint(NOW, [0; 30]);
        let whole = Digest::of(token.expose());
        assert_eq!(
            digest_of(token.expose()).as_bytes()[6..],
            whole.as_bytes()[..26]
        );
    }

    #[test]
    fn what_has_another_form_is_found_by_its_whole_digest() {
        let token = mint(NOW, [0; 30]);
        let token = token.expose();
        let (short, long) = (token.replacen('A', "", 1), format!("{token}A"));
        let old = Secret::mint("dwr_", [7; 32]);
        let foreign = token.replace("dwr_", "dwc_");
        let not_base64 = token.replacen('A', "!", 1);
        let other_letters = token.replacen("dwr_AY", "dwr_\u{e9}", 1);
        assert_eq!(other_letters.len(), token.len());
        assert_ne!(other_letters, token);
        for presented in [
            "",
            "dwr_",
            &short,
            &long,
            old.expose(),
            &foreign,
            &not_base64,
            &other_letters,
        ] {
            assert_eq!(digest_of(presented), Digest::of(presented), "{presented}");
        }
    }
}
