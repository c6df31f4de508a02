//! What an argument may be, as people say it.

use doorward_core::details::{Constraint, visible};
use doorward_pages::Text;
use serde_json::Value;

/// What completes "where this argument is".
pub(super) fn in_words(constraint: &Constraint) -> Text {
    match constraint {
        Constraint::OneOf(values) => {
            let or = |one, other| Text::of("tools-or").text("one", one).text("other", other);
            let all = values.iter().map(shown).reduce(or);
            all.unwrap_or_else(|| Text::verbatim("-"))
        }
        Constraint::AtMost(most) => Text::of("tools-at-most").with("most", most.to_string()),
    }
}

fn shown(value: &Value) -> Text {
    match value {
        Value::String(text) => Text::of("tools-quoted").with("text", visible(text)),
        other => Text::verbatim(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use doorward_pages::{Locale, Pages};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_argument_may_be_is_said_whole_and_hides_nothing() {
        let pages = Pages::new("");
        let said = |constraint: &Constraint, locale| pages.to(locale).say(&in_words(constraint));
        let one_of = Constraint::OneOf(vec![json!("a\u{202e}"), json!(1), json!(true)]); // CO-06
        let english = "\u{201c}a\\u{202e}\u{201d} or 1 or true";
        assert_eq!(said(&one_of, Locale::English), english);
        let german = "\u{201e}a\\u{202e}\u{201c} oder 1 oder true";
        assert_eq!(said(&one_of, Locale::German), german);
        let most = Constraint::AtMost(7.into());
        assert_eq!(said(&most, Locale::English), "at most 7");
        let many = Constraint::OneOf((0..32).map(|number| json!(number)).collect());
        assert!(said(&many, Locale::English).ends_with("or 30 or 31"));
    }
}
