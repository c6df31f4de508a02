//! Nonces of the server (RFC 9449 sections 8 and 9) that nobody has to remember.
//!
//! A nonce is a keyed MAC over the number of the current step of time. It is the
//! same for everybody and for every process with the same key, so it survives a
//! restart and holds across replicas. It is good for its own step and the next,
//! and for one step ahead, for replicas whose clocks differ.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{seal, time::UnixTime};

/// How long a nonce is the current one.
const STEP: Duration = Duration::from_secs(5 * 60);
/// Half of a SHA-256 MAC is far out of reach of guessing.
const MAC_BYTES: usize = 16;

/// Makes nonces and knows them again.
#[derive(Clone)]
pub struct Nonces(hmac::Key);

impl Nonces {
    /// Nonces under a key that is derived from `parent`, which must hold 256 random bits.
    ///
    /// Issuer and resource of one deployment share them: clients keep one nonce per origin.
    pub fn new(parent: &[u8; 32]) -> Self {
        let key = seal::derive(parent, "dpop nonce");
        Self(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    /// The nonce to use at `now`.
    pub fn current(&self, now: UnixTime) -> String {
        self.of(step(now))
    }

    /// Until when a proof with this nonce is good; `None` when it is not at `now`.
    pub fn good_until(&self, nonce: &str, now: UnixTime) -> Option<UnixTime> {
        let current = step(now);
        let known = |step: &i64| {
            let expected = self.of(*step);
            subtle::ConstantTimeEq::ct_eq(expected.as_bytes(), nonce.as_bytes()).into()
        };
        let step = [current, current - 1, current + 1]
            .into_iter()
            .find(known)?;
        Some(UnixTime::from_seconds((step + 2) * seconds()))
    }

    fn of(&self, step: i64) -> String {
        let mac = hmac::sign(&self.0, &step.to_be_bytes());
        let (short, _) = mac.as_ref().split_at(MAC_BYTES);
        URL_SAFE_NO_PAD.encode(short)
    }
}

impl std::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nonces(..)")
    }
}

fn step(now: UnixTime) -> i64 {
    now.seconds().div_euclid(seconds())
}

fn seconds() -> i64 {
    i64::try_from(STEP.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_for_its_step_and_the_next_in_every_process_with_the_key() {
        let (nonces, replica) = (Nonces::new(&[1; 32]), Nonces::new(&[1; 32]));
        let at = UnixTime::from_seconds;
        let nonce = nonces.current(at(3_000)); // the first second of a step
        #[rustfmt::skip]
        let cases = [
            ("at once",                 3_000, Some(at(3_600))),
            ("last second of the step", 3_299, Some(at(3_600))),
            ("last second of the next", 3_599, Some(at(3_600))),
            ("after it, TK-12",         3_600, None),
            ("a replica behind",        2_999, Some(at(3_600))),
            ("long before",             2_699, None),
        ];
        for (name, now, expected) in cases {
            assert_eq!(replica.good_until(&nonce, at(now)), expected, "{name}");
        }
    }

    #[test]
    fn nobody_makes_a_nonce_without_the_key() {
        let now = UnixTime::from_seconds(3_000);
        let nonces = Nonces::new(&[1; 32]);
        let foreign = Nonces::new(&[2; 32]).current(now);
        for guess in ["", "AAAAAAAAAAAAAAAAAAAAAA", &foreign] {
            assert_eq!(nonces.good_until(guess, now), None, "TK-12: {guess}");
        }
        assert_eq!(format!("{nonces:?}"), "Nonces(..)", "AD-07");
    }
}
