//! Codes of an authenticator application (RFC 6238): six digits, half a minute each.
//!
//! A code is taken of the step that it is now, or of the one before or after, and only when
//! that is later than the last step that was taken: each code works once. SHA-1 is what the
//! applications know; HMAC does not depend on what is broken in it.

use aws_lc_rs::hmac;
use zeroize::Zeroize;

use crate::{id::UserId, time::UnixTime};

/// How long a code lasts, in seconds.
pub const PERIOD: i64 = 30;

/// The secret that is shared with the application; blank in `Debug`, erased when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpKey([u8; 20]);

/// A person's authenticator application, once its first code was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totp {
    /// Whose it is.
    pub user: UserId,
    /// The key, sealed for this person.
    pub sealed: Vec<u8>,
    /// The step of the last code that was taken.
    pub last_step: i64,
    /// When it was enrolled.
    pub created_at: UnixTime,
    /// When it was last used.
    pub used_at: Option<UnixTime>,
}

impl TotpKey {
    /// A key of 160 random bits (RFC 4226 section 4, R6).
    pub fn from_random(bits: [u8; 20]) -> Self {
        Self(bits)
    }

    /// Takes back what was sealed; `None` when it is no key.
    pub fn from_opened(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes: to be sealed.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The key as people type it into an application.
    pub fn text(&self) -> String {
        base32(&self.0)
    }

    /// The step of the code that was typed, when it is good `now` and no code of `last_step` or
    /// later was taken before.
    pub fn accept(&self, typed: &str, now: UnixTime, last_step: Option<i64>) -> Option<i64> {
        let digits: String = typed
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(7)
            .collect();
        let step = now.seconds().div_euclid(PERIOD);
        let mut taken = None;
        for candidate in [step - 1, step, step + 1] {
            let fresh = last_step.is_none_or(|last| candidate > last);
            let code = self.code(candidate);
            let same = aws_lc_rs::constant_time::verify_slices_are_equal(
                code.as_bytes(),
                digits.as_bytes(),
            );
            if same.is_ok() && fresh {
                taken = Some(candidate);
            }
        }
        taken
    }

    /// The code of one step (RFC 4226 section 5.3).
    pub fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag.last().copied().unwrap_or(0) & 0x0f);
        let four = tag.get(offset..).and_then(<[u8]>::first_chunk::<4>);
        let number = u32::from_be_bytes(four.copied().unwrap_or_default()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    /// The address that an application reads from a picture (Key Uri Format): `account` of
    /// `issuer`.
    pub fn address(&self, issuer: &str, account: &str) -> String {
        let (secret, issuer, account) = (self.text(), percent(issuer), percent(account));
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period={PERIOD}"
        )
    }
}

impl std::fmt::Debug for TotpKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpKey(..)")
    }
}

impl Drop for TotpKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Base32 without padding (RFC 4648 section 6).
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for group in bytes.chunks(5) {
        let mut five = [0; 8];
        let room = five.iter_mut().skip(3);
        room.zip(group).for_each(|(place, byte)| *place = *byte);
        let number = u64::from_be_bytes(five);
        for place in 0..(group.len() * 8).div_ceil(5) {
            let value = number >> (35 - 5 * place) & 31;
            let letter = usize::try_from(value).ok().and_then(|it| LETTERS.get(it));
            text.push(char::from(letter.copied().unwrap_or(b'A')));
        }
    }
    text
}

/// All but unreserved characters (RFC 3986 section 2.3) percent-encoded.
fn percent(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            other => drop(write!(out, "%{other:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> TotpKey {
        TotpKey::from_random(*b"12345678901234567890")
    }

    #[test]
    fn codes_are_those_of_the_rfcs() {
        // RFC 4226 appendix D, and RFC 6238 appendix B cut to six digits.
        let counted = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (step, code) in (0..).zip(counted) {
            assert_eq!(key().code(step), code);
        }
        #[rustfmt::skip]
        let timed = [
            (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"),
            (1_234_567_890, "005924"), (2_000_000_000, "279037"), (20_000_000_000, "353130"),
        ];
        for (second, code) in timed {
            let now = UnixTime::from_seconds(second);
            assert_eq!(key().accept(code, now, None), Some(second / PERIOD));
        }
    }

    #[test]
    fn a_code_is_taken_around_its_time_and_once() {
        let now = UnixTime::from_seconds(30_000);
        let step = 1_000;
        let take = |of: i64, last| key().accept(&key().code(of), now, last);
        #[rustfmt::skip]
        let cases = [
            ("now",                  step,     None,           Some(step)),
            ("half a minute late",   step - 1, None,           Some(step - 1)),
            ("half a minute early",  step + 1, None,           Some(step + 1)),
            ("a minute late",        step - 2, None,           None),
            ("a minute early",       step + 2, None,           None),
            ("the same again",       step,     Some(step),     None),
            ("an older one",         step - 1, Some(step),     None),
            ("the next one",         step + 1, Some(step),     Some(step + 1)),
        ];
        for (name, of, last, expected) in cases {
            assert_eq!(take(of, last), expected, "{name}"); // LG-02
        }
    }

    #[test]
    fn what_is_typed_may_have_spaces_and_must_have_six_digits() {
        let now = UnixTime::from_seconds(59);
        for typed in ["287082", "287 082", " 28 70 82 "] {
            assert_eq!(key().accept(typed, now, None), Some(1), "{typed}");
        }
        for typed in [
            "",
            "28708",
            "2870822",
            "287082287082",
            "２８７０８２",
            "-287082",
        ] {
            assert_eq!(key().accept(typed, now, None), None, "{typed}");
        }
    }

    #[test]
    fn the_key_is_written_as_applications_read_it() {
        #[rustfmt::skip]
        let cases = [ // RFC 4648 section 10
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
        ];
        for (plain, text) in cases {
            assert_eq!(base32(plain.as_bytes()), text);
        }
        assert_eq!(key().text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let address = key().address("mcp.example:8443", "a b@c");
        assert_eq!(
            address,
            "otpauth://totp/mcp.example%3A8443:a%20b%40c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=mcp.example%3A8443&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{:?}", key()), "TotpKey(..)");
    }
}
