//! Recovery codes: what lets a person in whose other factors are lost.
//!
//! Each has 80 random bits, so that its digest needs no salt and no slow hash; it is good once.

use crate::{id::UserId, secret::Digest};

/// How many codes a set has.
pub const SET: usize = 10;
/// With so few left a person is told to make new ones.
pub const FEW: usize = 3;

/// The digits of a code (Crockford): none that can be mistaken for another.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 16;

/// A recovery code in clear; blank in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// A new code of 80 random bits.
    pub fn from_random(bits: [u8; 10]) -> Self {
        let number = bits
            .iter()
            .fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        let digit = |place: usize| {
            let value = number >> (5 * (LENGTH - 1 - place)) & 31;
            let digit = usize::try_from(value).ok().and_then(|it| DIGITS.get(it));
            char::from(digit.copied().unwrap_or(b'0'))
        };
        Self((0..LENGTH).map(digit).collect())
    }

    /// Takes what a person typed: case, spaces and hyphens do not matter, nor does which of the
    /// letters that look alike was typed. `None` when it cannot be a code.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > 4 * LENGTH {
            return None;
        }
        let meant = typed.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}'));
        let meant = meant.map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        });
        let code: String = meant.collect();
        let right = code.bytes().all(|byte| DIGITS.contains(&byte));
        (code.len() == LENGTH && right).then_some(Self(code))
    }

    /// The code as it is shown: in groups of four.
    pub fn shown(&self) -> String {
        let mut shown = String::with_capacity(LENGTH + 3);
        for (place, digit) in self.0.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                shown.push('-');
            }
            shown.push(digit);
        }
        shown
    }

    /// What the store keeps instead: the code of one person is not that of another.
    pub fn digest(&self, user: &UserId) -> Digest {
        Digest::of(&format!("recovery code\n{user}\n{}", self.0))
    }
}

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_back_however_it_is_typed() {
        let code =
            RecoveryCode::from_random([0x08, 0x42, 0x10, 0x84, 0x21, 0xff, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(code.shown(), "1111-1111-zzzz-zzzz");
        for typed in [
            "1111-1111-zzzz-zzzz",
            " IlL1 1111 ZZZZZZZZ ",
            "11111111zzzzzzzz",
        ] {
            assert_eq!(RecoveryCode::parse(typed).as_ref(), Some(&code), "{typed}");
        }
        for bad in [
            "",
            "1111-1111-zzzz-zzz",
            "1111-1111-zzzz-zzzzz",
            "1111-1111-zzzz-zzzu",
            &"-".repeat(10_000),
        ] {
            assert_eq!(RecoveryCode::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_code_belongs_to_one_person_and_is_never_shown_by_accident() {
        let code = RecoveryCode::from_random([7; 10]);
        let of = |user| code.digest(&UserId::from_known(user));
        assert_ne!(of("a"), of("b"));
        assert_eq!(format!("{code:?}"), "RecoveryCode(..)");
        assert_ne!(code, RecoveryCode::from_random([8; 10]));
    }
}
