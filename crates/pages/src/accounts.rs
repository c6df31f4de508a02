//! What people are told about the names and passwords that they choose.

use doorward_core::user::{MAXIMUM_PASSWORD, MINIMUM_PASSWORD, NotAUsername, PasswordError};

use crate::text::Text;

impl From<PasswordError> for Text {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::TooShort => {
                Self::of("password-short").number("minimum", MINIMUM_PASSWORD as u64)
            }
            PasswordError::TooLong => {
                Self::of("password-long").number("maximum", MAXIMUM_PASSWORD as u64)
            }
            PasswordError::Weak(weakness) => Self::of(weakness.message_id()),
        }
    }
}

impl From<NotAUsername> for Text {
    fn from(NotAUsername: NotAUsername) -> Self {
        Self::of("user-name-refused")
    }
}

#[cfg(test)]
mod tests {
    use doorward_core::user::Weakness;

    use super::*;
    use crate::{locale::Locale, pages::Pages};

    #[test]
    fn every_refusal_of_a_name_or_a_password_is_said_as_the_rule_says_it() {
        let reader = Pages::new("").to(Locale::English);
        let weak = Weakness::ALL.map(PasswordError::Weak);
        let all = [PasswordError::TooShort, PasswordError::TooLong];
        for error in all.into_iter().chain(weak) {
            let said = reader.say(&error.into());
            let rule = error.to_string();
            let same = said.to_lowercase() == format!("{rule}.").to_lowercase();
            assert!(same, "{said}");
        }
        let said = reader.say(&NotAUsername.into());
        assert_eq!(
            said.to_lowercase(),
            format!("{NotAUsername}.").to_lowercase()
        );
    }
}
