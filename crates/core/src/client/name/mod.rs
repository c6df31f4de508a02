//! Names and texts that a client chose for itself, made harmless to show.

mod likeness;

pub use likeness::{NameDoubt, doubt, is_reserved};

/// Makes a self-chosen name harmless: no control or invisible characters, no line
/// breaks, at most 64 characters (CO-06, AD-05). Empty when nothing is left.
pub fn display_name(raw: &str) -> String {
    harmless(raw, 64)
}

/// The same for texts of at most `most` characters.
pub(crate) fn harmless(raw: &str, most: usize) -> String {
    let shown: String = raw
        .chars()
        .filter(|c| !is_invisible(*c))
        .take(most)
        .collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Control characters and the format characters that hide or reorder text.
fn is_invisible(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_is_invisible_and_are_cut() {
        #[rustfmt::skip]
        let cases = [ // CO-06
            ("Claude",              "Claude"),
            ("Claude\u{200b}",      "Claude"),
            ("\u{202e}gnp.eduaC",   "gnp.eduaC"),
            ("a\nINFO forged=1",    "a INFO forged=1"),
            ("\u{1b}[2J",           "[2J"),
            ("  many   spaces ",    "many spaces"),
            ("\u{200b}",            ""),
            ("\u{3164}\u{2800}",    ""), // letters and symbols without ink
            ("Clau\u{34f}de",       "Claude"),
        ];
        for (raw, expected) in cases {
            assert_eq!(display_name(raw), expected, "{raw:?}");
        }
        assert_eq!(display_name(&"é".repeat(100_000)).chars().count(), 64);
    }
}
