//! How long whoever guesses would need: length, then zxcvbn.
//!
//! A [`NewPassword`] is the proof that a password passed; nothing else is hashed.
//! What is known of the person and the name of the product count as words that
//! are tried first. There are no rules of composition.

use doorward_core::{
    secret::Secret,
    user::{PasswordError, Weakness, check_new_password},
};
use zxcvbn::{Entropy, Match, Score, feedback::Warning, matching::patterns::MatchPattern};

/// What is tried first at every installation.
const PRODUCT: &str = "doorward";
/// Shorter pieces of names and addresses say nothing about a person.
const SHORTEST_PIECE: usize = 3;
/// The most that is looked at of what is known of a person.
const MOST_PIECES: usize = 32;

/// A password that is long and strong enough for the person that it is for.
#[derive(Debug)]
pub struct NewPassword(Secret);

impl NewPassword {
    /// Takes `password` when it is. `about` is what is known of the person: the sign-in name,
    /// the name, the mail address. Takes milliseconds of computing.
    pub fn check(password: Secret, about: &[&str]) -> Result<Self, PasswordError> {
        check_new_password(password.expose())?;
        let known = pieces(about);
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let found = zxcvbn::zxcvbn(password.expose(), &known);
        match found.score() {
            Score::Three | Score::Four => Ok(Self(password)),
            _ => Err(PasswordError::Weak(weakness(&found, &known))),
        }
    }

    /// The password, to be hashed.
    pub(crate) fn secret(&self) -> &Secret {
        &self.0
    }
}

/// What is known, whole and in its parts, in lower case.
fn pieces(about: &[&str]) -> Vec<String> {
    let part = |text: &&str| -> Vec<String> {
        let text = text.to_lowercase();
        let parts = text.split(|c: char| !c.is_alphanumeric());
        let parts: Vec<String> = parts.map(str::to_owned).collect();
        std::iter::once(text).chain(parts).collect()
    };
    let mut known = vec![PRODUCT.to_owned()];
    for piece in about.iter().flat_map(part) {
        if piece.chars().count() >= SHORTEST_PIECE && !known.contains(&piece) {
            known.push(piece);
        }
    }
    known.truncate(MOST_PIECES);
    known
}

fn weakness(found: &Entropy, known: &[&str]) -> Weakness {
    let personal = |part: &Match| match &part.pattern {
        MatchPattern::Dictionary(word) => known.contains(&word.matched_word.as_str()),
        _ => false,
    };
    if found.sequence().iter().any(personal) {
        return Weakness::Personal;
    }
    match found.feedback().and_then(|feedback| feedback.warning()) {
        Some(
            Warning::StraightRowsOfKeysAreEasyToGuess
            | Warning::ShortKeyboardPatternsAreEasyToGuess,
        ) => Weakness::Keyboard,
        Some(
            Warning::RepeatsLikeAaaAreEasyToGuess
            | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ) => Weakness::Repeated,
        Some(
            Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword,
        ) => Weakness::Common,
        Some(Warning::ThisIsSimilarToACommonlyUsedPassword) => Weakness::LikeCommon,
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => Weakness::Sequence,
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => {
            Weakness::Date
        }
        Some(Warning::AWordByItselfIsEasyToGuess) => Weakness::Word,
        Some(
            Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => Weakness::Name,
        None => Weakness::Short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str, about: &[&str]) -> Result<(), PasswordError> {
        NewPassword::check(Secret::presented(password), about).map(drop)
    }

    #[test]
    fn what_is_soon_guessed_is_refused_and_says_why() {
        let weak = |weakness| Err(PasswordError::Weak(weakness));
        #[rustfmt::skip]
        let cases: [(&str, &[&str], Result<(), PasswordError>); 19] = [
            ("short",                   &[],                      Err(PasswordError::TooShort)),
            ("12345678",                &[],                      weak(Weakness::Common)),
            ("password",                &[],                      weak(Weakness::Common)),
            ("P4ssw0rd!",               &[],                      weak(Weakness::LikeCommon)),
            ("doorward2026",            &[],                      weak(Weakness::Personal)),
            ("Doorward!",               &[],                      weak(Weakness::Personal)),
            ("aaaaaaaaaaaa",            &[],                      weak(Weakness::Repeated)),
            ("abcdefghijk",             &[],                      weak(Weakness::Sequence)),
            ("rdxcvgy78ik",             &[],                      weak(Weakness::Keyboard)),
            ("wordless",                &[],                      weak(Weakness::Word)),
            ("smithson",                &[],                      weak(Weakness::Name)),
            ("12.05.1987",              &[],                      weak(Weakness::Date)),
            ("xqwkzjvp",                &[],                      weak(Weakness::Short)),
            ("tiefenbacher",            &["t.tiefenbacher@a.example"], weak(Weakness::Personal)),
            ("Tiefenbacher-87",         &["Tina Tiefenbacher"],   weak(Weakness::Personal)),
            ("tiefenbacher",            &[],                      Ok(())),
            ("correct horse battery",   &["alice"],               Ok(())),
            ("quiet-otter-paints",      &["alice"],               Ok(())),
            ("xqwkzjvpfm",              &[],                      Ok(())),
        ];
        for (password, about, expected) in cases {
            assert_eq!(judged(password, about), expected, "{password} {about:?}");
        }
    }

    // DS-01
    #[test]
    fn the_longest_password_and_the_longest_names_are_judged_soon() {
        let long = "aP1$".repeat(256);
        let about = "x.y ".repeat(10_000) + &"name ".repeat(10_000);
        assert!(pieces(&[&about]).len() <= MOST_PIECES);
        assert_eq!(judged(&"a".repeat(1025), &[]), Err(PasswordError::TooLong));
        assert!(
            judged(&long, &["alice"]).is_err(),
            "the same again and again"
        );
    }
}
