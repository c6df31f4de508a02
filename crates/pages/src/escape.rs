//! From a text with what was put into it to HTML, or to plain words.
//!
//! In a text of a Fluent file the tags of [`TAGS`] count, without attributes. In what was put into
//! it nothing counts: its `<` is carried as [`OPEN`] until here (CO-07).

use std::borrow::Cow;

/// Stands for `<` in values: a noncharacter, which no value has after [`carried`].
const OPEN: char = '\u{fdd0}';
/// Begins and ends what must not change the order of the words around it.
const ISOLATE: (char, char) = ('\u{2068}', '\u{2069}');

/// The tags of texts.
const TAGS: [&str; 15] = [
    "<strong>",
    "</strong>",
    "<em>",
    "</em>",
    "<q>",
    "</q>",
    "<code>",
    "</code>",
    "<kbd>",
    "</kbd>",
    "<bdi>",
    "</bdi>",
    "<span>",
    "</span>",
    "<br>",
];

/// A value on its way into a text. One with letters that are written from right to left is
/// isolated, so that it does not reorder the words around it; in all other values the marks would
/// say nothing, and stand in titles and attributes.
pub(crate) fn carried(value: &str) -> String {
    let kept = value
        .chars()
        .filter(|c| !matches!(*c, OPEN | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
    let carried: String = kept.map(|c| if c == '<' { OPEN } else { c }).collect();
    if carried.chars().any(is_right_to_left) {
        let (begin, end) = ISOLATE;
        return format!("{begin}{carried}{end}");
    }
    carried
}

/// The text as plain words.
pub(crate) fn plain(text: &str) -> String {
    text.replace(OPEN, "<")
}

/// The text as HTML, for between tags and between double quotes.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut tags = TAGS.into_iter().filter(|_| c == '<');
        if let Some(tag) = tags.find(|tag| rest.starts_with(tag)) {
            out.push_str(tag);
            rest = rest.strip_prefix(tag).unwrap_or_default();
            continue;
        }
        match entity(c) {
            Some(entity) => out.push_str(entity),
            None => out.push(c),
        }
        rest = rest.strip_prefix(c).unwrap_or_default();
    }
    out
}

/// `text` without the tags of texts.
pub(crate) fn untagged(text: &str) -> Cow<'_, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let without = TAGS
        .into_iter()
        .fold(text.to_owned(), |text, tag| text.replace(tag, ""));
    Cow::Owned(without)
}

fn entity(c: char) -> Option<&'static str> {
    match c {
        '<' | OPEN => Some("&lt;"),
        '>' => Some("&gt;"),
        '&' => Some("&amp;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#x27;"),
        _ => None,
    }
}

/// Whether a letter is written from right to left (the blocks of such scripts).
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_of_the_text_itself_count() {
        let text = |value: &str| format!("Allow <q>{}</q> & <script>?", carried(value));
        #[rustfmt::skip]
        let cases = [ // CO-07
            ("Desk", "Allow <q>Desk</q> &amp; &lt;script&gt;?"),
            ("<strong>x</strong>", "Allow <q>&lt;strong&gt;x&lt;/strong&gt;</q> &amp; &lt;script&gt;?"),
            ("\"><img src=x onerror='a'>", "Allow <q>&quot;&gt;&lt;img src=x onerror=&#x27;a&#x27;&gt;</q> &amp; &lt;script&gt;?"),
            ("\u{fdd0}b&lt;", "Allow <q>b&amp;lt;</q> &amp; &lt;script&gt;?"),
        ];
        for (value, expected) in cases {
            assert_eq!(html(&text(value)), expected);
        }
        assert_eq!(plain(&carried("a<b")), "a<b");
        assert_eq!(untagged("a <strong>b</strong>"), "a b");
    }

    #[test]
    fn only_what_is_written_from_right_to_left_is_isolated() {
        assert_eq!(carried("Desk é 文"), "Desk é 文");
        assert_eq!(carried("דלת"), "\u{2068}דלת\u{2069}");
        // CO-06: a value cannot end its isolation
        assert_eq!(carried("\u{2069}\u{202e}דלת"), "\u{2068}דלת\u{2069}");
    }
}
