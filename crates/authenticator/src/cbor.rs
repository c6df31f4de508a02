//! Writing CBOR: as much of it as an authenticator needs.

/// A number.
pub(crate) fn number(value: i64) -> Vec<u8> {
    match u64::try_from(value) {
        Ok(value) => head(0, value),
        Err(_) => head(1, value.unsigned_abs() - 1),
    }
}

/// Bytes.
pub(crate) fn bytes(value: &[u8]) -> Vec<u8> {
    [head(2, value.len() as u64), value.to_vec()].concat()
}

/// A text.
pub(crate) fn text(value: &str) -> Vec<u8> {
    [head(3, value.len() as u64), value.as_bytes().to_vec()].concat()
}

/// A map of what was written already.
pub(crate) fn map(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let written = pairs.iter().flat_map(|(name, value)| [name, value]);
    let written: Vec<u8> = written.flatten().copied().collect();
    [head(5, pairs.len() as u64), written].concat()
}

fn head(major: u8, value: u64) -> Vec<u8> {
    let start = major << 5;
    let all = value.to_be_bytes();
    match value {
        0..24 => vec![start | all[7]],
        24..0x100 => vec![start | 24, all[7]],
        0x100..0x1_0000 => vec![start | 25, all[6], all[7]],
        _ => [vec![start | 27], all.to_vec()].concat(),
    }
}
