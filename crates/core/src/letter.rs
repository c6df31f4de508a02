//! Letters to people: where they go, and who takes them.
//!
//! A letter is plain text. It never carries more than a link and who asked for
//! it; nothing that was not sealed or digested leaves by mail.

use crate::user::MailAddress;

/// A letter to one person; its text is blank in `Debug`, because a link is a credential.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Where it goes.
    pub to: MailAddress,
    /// What it is about, in one line.
    pub subject: String,
    /// What it says.
    pub text: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Letter");
        shown
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// Takes letters and delivers them later.
pub trait Post: Send + Sync + 'static {
    /// Takes a letter without waiting for anybody. What is taken is tried for some minutes.
    fn post(&self, letter: Letter) -> Result<(), NotPosted>;
}

/// The letter was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many letters wait to be delivered")]
pub struct NotPosted;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_shows_neither_its_link_nor_its_reader() {
        let letter = Letter {
            to: MailAddress::parse("ada@example.com").expect("an address"),
            subject: "Your new password".to_owned(),
            text: "https://mcp.example/reset?token=dwp_secret".to_owned(),
        };
        let shown = format!("{letter:?}");
        assert!(
            !shown.contains("dwp_") && !shown.contains("ada@"),
            "{shown}"
        ); // AD-07
    }
}
