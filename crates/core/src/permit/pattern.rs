//! Names with stars.

/// A name with `*` for any run of characters. Matching takes linear time (DS-02).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Any text is a pattern.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `name` matches, byte for byte outside the stars (GW-12).
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
            return false;
        };
        let mut parts = parts.peekable();
        if parts.peek().is_none() {
            return rest.is_empty();
        }
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return rest.ends_with(part);
            }
            match rest
                .find(part)
                .and_then(|at| rest.split_at_checked(at + part.len()))
            {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        #[rustfmt::skip]
        let cases = [
            ("read_*", "read_file", true),   ("read_*", "read_", true),   ("read_*", "xread_file", false),
            ("*", "", true),                 ("*", "anything", true),     ("", "", true), ("", "a", false),
            ("a*b*c", "aXbYc", true),        ("a*b*c", "abc", true),      ("a*b*c", "acb", false),
            ("*_file", "read_file", true),   ("*_file", "read_files", false),
            ("a*a", "a", false),             ("a*a", "aa", true),
            // GW-12: only the exact bytes
            ("read_file", "read_file", true), ("read_file", "Read_File", false), ("read_file", "read_file ", false),
            ("read_file", "read_file\u{200b}", false), ("read_file", "ｒead_file", false), ("read_file", "read_file\0x", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(
                Pattern::new(pattern).matches(name),
                expected,
                "{pattern} {name:?}"
            );
        }
    }

    #[test]
    fn stars_cost_no_more_than_what_they_are_held_against() {
        // DS-02: trying every place for every star would never come to an end
        let (pattern, name) = ("*a".repeat(2_000), "a".repeat(20_000) + "b");
        assert!(!Pattern::new(pattern).matches(&name));
    }

    proptest! {
        #[test]
        fn a_pattern_without_stars_matches_only_itself(pattern in "[a-z_]{0,8}", name in "[a-z_]{0,8}") {
            prop_assert_eq!(Pattern::new(pattern.clone()).matches(&name), pattern == name);
        }

        #[test]
        fn matching_agrees_with_a_slow_reference(pattern in "[ab*]{0,6}", name in "[ab]{0,8}") {
            fn slow(pattern: &[u8], name: &[u8]) -> bool {
                match (pattern.split_first(), name.split_first()) {
                    (None, None) => true,
                    (Some((b'*', rest)), _) if slow(rest, name) => true,
                    (Some((b'*', _)), Some((_, tail))) => slow(pattern, tail),
                    (Some((p, rest)), Some((n, tail))) => p == n && slow(rest, tail),
                    _ => false,
                }
            }
            prop_assert_eq!(Pattern::new(pattern.clone()).matches(&name), slow(pattern.as_bytes(), name.as_bytes()));
        }
    }
}
