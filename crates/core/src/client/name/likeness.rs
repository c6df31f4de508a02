//! Whether a self-chosen name passes for another one (CO-06, Unicode UTS 39).
//!
//! Two names are alike when their skeletons are: letters of other scripts, digits
//! and letters that look the same are taken for one another, and case, spaces and
//! signs do not count. What is alike is never refused for that alone, but for our
//! own name: people are told.

use unicode_security::{
    RestrictionLevel, RestrictionLevelDetection, confusable_detection::skeleton,
};

/// Ours.
const RESERVED: &str = "doorward";
/// What people trust by its name. A client may well be one of these; what only looks like one
/// is none.
const KNOWN: [&str; 16] = [
    "Anthropic",
    "ChatGPT",
    "Claude",
    "Codex",
    "Copilot",
    "Cursor",
    "Gemini",
    "GitHub",
    "Google",
    "Inspector",
    "Microsoft",
    "OpenAI",
    "Perplexity",
    "Visual Studio Code",
    "Windsurf",
    "Zed",
];

/// Why a name should not be believed even as a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameDoubt {
    /// It has no letter or digit.
    Nameless,
    /// It looks like this one, and is written with other characters.
    LooksLike(&'static str),
    /// One of its words mixes letters of several scripts.
    MixedScripts,
}

/// Whether a name is ours, or looks like it: nobody else gets it.
pub fn is_reserved(name: &str) -> bool {
    plain(name).contains(RESERVED) || looks_like(name, RESERVED)
}

/// What is suspicious about a name that can be shown.
pub fn doubt(name: &str) -> Option<NameDoubt> {
    if plain(name).is_empty() {
        return Some(NameDoubt::Nameless);
    }
    let posed = KNOWN.into_iter().find(|known| {
        let honest = plain(name).contains(&plain(known));
        !honest && looks_like(name, known)
    });
    let mixed = || name.split(|c: char| !c.is_alphanumeric()).any(is_mixed);
    posed
        .map(NameDoubt::LooksLike)
        .or_else(|| mixed().then_some(NameDoubt::MixedScripts))
}

/// Letters and digits in lower case.
fn plain(name: &str) -> String {
    let symbols = name.chars().filter(|c| c.is_alphanumeric());
    symbols.flat_map(char::to_lowercase).collect()
}

fn looks_like(name: &str, other: &str) -> bool {
    let other = drawn(&plain(other));
    // As written, where I is l, and in lower case, where I is i.
    [drawn(name), drawn(&name.to_lowercase())]
        .iter()
        .any(|drawn| drawn.contains(&other))
}

/// The skeleton, as far as it is letters and digits.
fn drawn(name: &str) -> String {
    let skeleton: String = skeleton(name).collect();
    plain(&skeleton)
}

/// Latin goes with one other script but those that it is confused with; Japanese, Chinese and
/// Korean are several scripts each.
fn is_mixed(word: &str) -> bool {
    match word.detect_restriction_level() {
        RestrictionLevel::ASCIIOnly
        | RestrictionLevel::SingleScript
        | RestrictionLevel::HighlyRestrictive
        | RestrictionLevel::ModeratelyRestrictive => false,
        RestrictionLevel::MinimallyRestrictive | RestrictionLevel::Unrestricted => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_pass_for_others_are_doubted() {
        use NameDoubt::{LooksLike, MixedScripts, Nameless};
        #[rustfmt::skip]
        let cases = [ // CO-06
            ("Claude",                         None),
            ("Claude Code (work)",             None),
            ("My ChatGPT",                     None),
            ("VS Code",                        None),
            ("Müllers Werkzeug",               None),
            ("\u{42f}\u{43d}\u{434}\u{435}\u{43a}\u{441} GPT", None), // each word in its own script
            ("日本語のアプリ",                 None),
            ("AIアシスタント",                 None),
            ("도우미",                         None),
            ("Organized Notes 2",              None),
            ("\u{421}laude",                   Some(LooksLike("Claude"))), // Cyrillic capital es
            ("\u{441}l\u{430}ud\u{435}",       Some(LooksLike("Claude"))),
            ("CIaude",                         Some(LooksLike("Claude"))),
            ("C1aude",                         Some(LooksLike("Claude"))),
            ("Ｃｌａｕｄｅ",                   Some(LooksLike("Claude"))),
            ("Gernini",                        Some(LooksLike("Gemini"))),
            ("Cha\u{442}GPT",                  Some(MixedScripts)),          // its skeleton is a small capital
            ("G00gle Drive",                   Some(LooksLike("Google"))),
            ("P\u{430}yments",                 Some(MixedScripts)),
            ("\u{3b1}bc",                      Some(MixedScripts)),
            ("🤖🚀",                           Some(Nameless)),
            ("- - -",                          Some(Nameless)),
        ];
        for (name, expected) in cases {
            assert_eq!(doubt(name), expected, "{name}");
        }
    }

    #[test]
    fn our_own_name_is_nobody_elses_however_it_is_written() {
        let own = [
            "Doorward",
            "doorward admin",
            "DOOR WARD",
            "Door-ward",
            "D00rward",
            "D\u{43e}\u{43e}rward",
            "Ｄｏｏｒｗａｒｄ",
            "The D\u{3bf}orward",
        ];
        for name in own {
            assert!(is_reserved(name), "{name}"); // CO-06
        }
        for name in ["Doors", "Ward", "Forward", "Door Award", "Doorman"] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}
