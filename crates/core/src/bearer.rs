//! One token in one `Authorization` header, of the scheme `Bearer` or `DPoP` (RFC 6750 section
//! 2.1, RFC 9449 section 7.1), by its syntax alone.

use crate::dpop::Scheme;

/// Why a request carries no token that could be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BearerFault {
    /// No token: no header, an empty one, or another scheme. 401 with a bare
    /// challenge, so that the client starts to sign in.
    #[error("no token was sent")]
    Missing,
    /// Credentials that no client sends who means well: 400 `invalid_request`.
    #[error("authorization is malformed or sent twice")]
    Malformed,
}

/// A token and how it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// What the sender takes it for.
    pub scheme: Scheme,
    /// The token.
    pub token: &'a str,
}

/// The one token in the `Authorization` headers of a request.
pub fn the_one<'a>(
    mut headers: impl Iterator<Item = &'a [u8]>,
) -> Result<Credentials<'a>, BearerFault> {
    let value = headers.next().ok_or(BearerFault::Missing)?;
    if headers.next().is_some() {
        return Err(BearerFault::Malformed);
    }
    let text = std::str::from_utf8(value).map_err(|_| BearerFault::Malformed)?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(BearerFault::Malformed);
    }
    let scheme = known(scheme).filter(|_| !token.is_empty());
    let scheme = scheme.ok_or(BearerFault::Missing)?;
    is_token(token)
        .then_some(Credentials { scheme, token })
        .ok_or(BearerFault::Malformed)
}

fn known(scheme: &str) -> Option<Scheme> {
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Scheme::Bearer);
    }
    scheme.eq_ignore_ascii_case("dpop").then_some(Scheme::Dpop)
}

/// The `b64token` of RFC 6750 section 2.1. Every byte is looked at, whatever was found before, so
/// that many are looked at together: tokens are long, and every request has one.
fn is_token(text: &str) -> bool {
    let letters = text.trim_end_matches('=');
    let all = letters
        .bytes()
        .fold(true, |all, byte| all & is_of_token(byte));
    all && !letters.is_empty()
}

/// A letter, one of `-./` and the digits, which stand together in ASCII, or another of `_~+`.
const fn is_of_token(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let is_from_dash_to_nine = byte.wrapping_sub(b'-') < 13;
    is_letter | is_from_dash_to_nine | (byte == b'_') | (byte == b'~') | (byte == b'+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_of_letters_digits_and_six_marks_and_may_end_with_padding() {
        for byte in 0..=u8::MAX {
            let expected = byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
            assert_eq!(is_of_token(byte), expected, "{byte:#04x}");
        }
        for (text, expected) in [("a=", true), ("a==", true), ("a=b", false), ("=", false)] {
            assert_eq!(is_token(text), expected, "{text}");
        }
    }

    #[test]
    fn exactly_one_well_formed_header_carries_a_token() {
        use BearerFault::{Malformed, Missing};
        type Found = Result<(Scheme, &'static str), BearerFault>;
        #[rustfmt::skip]
        let cases: [(&str, &[&str], Found); 8] = [ // R-019, GW-03
            ("a bearer token",        &["Bearer a"],             Ok((Scheme::Bearer, "a"))),
            ("a bound one",           &["dpop a"],               Ok((Scheme::Dpop, "a"))),
            ("none",                  &[],                       Err(Missing)),
            ("another scheme",        &["Basic dTpw"],           Err(Missing)),
            ("no token",              &["Bearer "],              Err(Missing)),
            ("two headers",           &["Bearer a", "Bearer a"], Err(Malformed)),
            ("two words",             &["Bearer a b"],           Err(Malformed)),
            ("not ASCII",             &["Bearer \u{e9}"],        Err(Malformed)),
        ];
        for (name, headers, expected) in cases {
            let found = the_one(headers.iter().map(|text| text.as_bytes()));
            let found = found.map(|sent| (sent.scheme, sent.token));
            assert_eq!(found, expected, "{name}");
        }
    }
}
