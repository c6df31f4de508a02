//! What makes a password easy to guess, and how to choose a better one.
//!
//! There are no rules of composition: they make passwords that are hard to
//! remember and easy to guess. Each weakness says in one sentence what whoever
//! guesses would try, and what to do instead.

/// Why whoever guesses a password finds it soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weakness {
    /// Everybody tries it first.
    Common,
    /// A common one in disguise.
    LikeCommon,
    /// Dates and years.
    Date,
    /// A pattern of neighbouring keys.
    Keyboard,
    /// Names of people.
    Name,
    /// Made of what is known of the person, or of this product.
    Personal,
    /// The same again and again.
    Repeated,
    /// Characters in their order.
    Sequence,
    /// Too little of anything.
    Short,
    /// A single word.
    Word,
}

impl Weakness {
    /// All there are.
    pub const ALL: [Self; 10] = [
        Self::Common,
        Self::LikeCommon,
        Self::Date,
        Self::Keyboard,
        Self::Name,
        Self::Personal,
        Self::Repeated,
        Self::Sequence,
        Self::Short,
        Self::Word,
    ];

    /// The identifier of its message to people.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Common => "password-weak-common",
            Self::LikeCommon => "password-weak-like-common",
            Self::Date => "password-weak-date",
            Self::Keyboard => "password-weak-keyboard",
            Self::Name => "password-weak-name",
            Self::Personal => "password-weak-personal",
            Self::Repeated => "password-weak-repeated",
            Self::Sequence => "password-weak-sequence",
            Self::Short => "password-weak-short",
            Self::Word => "password-weak-word",
        }
    }
}

impl std::fmt::Display for Weakness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Common => {
                "everybody tries it first; take a few uncommon words that do not belong together"
            }
            Self::LikeCommon => {
                "it is a well-known one in disguise, and capitals or digits for letters hide little; take a few uncommon words"
            }
            Self::Date => "dates and years are soon tried; take a few uncommon words instead",
            Self::Keyboard => {
                "keys that lie side by side are soon tried; take a few uncommon words instead"
            }
            Self::Name => "names of people are soon tried; add a few words that are none",
            Self::Personal => {
                "it is made of your name, your address or the name of this product; take words that have nothing to do with you"
            }
            Self::Repeated => {
                "repeating something adds nearly nothing; add other words instead"
            }
            Self::Sequence => {
                "characters in their order are soon tried; take a few uncommon words instead"
            }
            Self::Short => "it is too short for what it is made of; add an uncommon word or two",
            Self::Word => "a single word is soon tried; add a few others that do not belong to it",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weakness_has_a_message_and_says_what_to_do_instead() {
        for weakness in Weakness::ALL {
            let text = weakness.to_string();
            assert!(text.contains(';') && !text.ends_with('.'), "{text}");
            let id = weakness.message_id();
            let same = Weakness::ALL.iter().filter(|it| it.message_id() == id);
            assert_eq!(same.count(), 1, "{id}");
        }
    }
}
