//! Names that decoders which fold case take for the same (GW-09).

/// Whether two different names are the same but for case: to some decoder they are one.
pub(crate) fn differs_in_case_only(key: &str, known: &str) -> bool {
    key != known && folded(key).eq(folded(known))
}

/// Lower case, and ASCII for the two characters that fold into it.
fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    let plain = |character| match character {
        'ſ' => 's',
        '\u{212a}' => 'k', // the Kelvin sign
        other => other,
    };
    text.chars().map(plain).flat_map(char::to_lowercase)
}
