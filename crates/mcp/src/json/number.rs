//! Numbers: their grammar (RFC 8259 §6) and their range.

/// Integers of fewer digits are finite as doubles whatever the digits are.
const SURELY_FINITE: usize = 300;

/// The length of the number at the start of `bytes`, or `None` if there is none.
pub(super) fn read(bytes: &[u8]) -> Option<usize> {
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    at += match bytes.get(at)? {
        b'0' => 1,
        b'1'..=b'9' => digits(bytes, at),
        _ => return None,
    };
    if bytes.get(at) == Some(&b'.') {
        at += 1 + some_digits(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        at += some_digits(bytes, at)?;
    }
    Some(at)
}

/// Whether a number stays finite as a double (GW-11: `1e400` does not).
pub(super) fn is_finite(number: &str) -> bool {
    let plain = number.len() < SURELY_FINITE && !number.contains(['e', 'E']);
    plain || number.parse::<f64>().is_ok_and(f64::is_finite)
}

fn some_digits(bytes: &[u8], from: usize) -> Option<usize> {
    Some(digits(bytes, from)).filter(|count| *count > 0)
}

fn digits(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
}
