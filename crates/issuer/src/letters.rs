//! What people get by mail: a link, what it is for, and who asked for it. Nothing else (LG-09).

use doorward_core::{
    letter::Letter,
    user::{MailAddress, User},
};
use doorward_pages::Text;

use crate::shared::Shared;

impl Shared {
    /// The letter with the link of an invitation.
    pub(crate) fn invitation_letter(&self, to: &MailAddress, link: &str) -> Letter {
        let subject = Text::of("letter-invitation-subject");
        let lead = Text::of("letter-invitation-lead").with("url", self.url.as_str());
        self.letter(to, (subject, lead), link)
    }

    /// The letter with the link to a new password; nothing when no address is known.
    pub(crate) fn reset_letter(&self, user: &User, link: &str, asked: Asked) -> Option<Letter> {
        let lead = match asked {
            Asked::ByAnAdministrator => "letter-reset-administrator",
            Asked::OnThePage => "letter-reset-page",
        };
        let lead = Text::of(lead)
            .with("user", user.name.as_str())
            .with("url", self.url.as_str());
        let subject = Text::of("letter-reset-subject");
        let to = user.mail.as_ref()?;
        Some(self.letter(to, (subject, lead), link))
    }

    fn letter(&self, to: &MailAddress, (subject, lead): (Text, Text), link: &str) -> Letter {
        let reader = self.pages.to(self.pages.default_locale());
        let say = |text: &Text| reader.say(text);
        let (once, ignore) = (Text::of("letter-once"), Text::of("letter-ignore"));
        Letter {
            to: to.clone(),
            subject: say(&subject),
            text: format!(
                "{}\n\n{link}\n\n{}\n{}\n",
                say(&lead),
                say(&once),
                say(&ignore)
            ),
        }
    }
}

/// Who asked for a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Somebody who administers.
    ByAnAdministrator,
    /// Somebody who says that it is forgotten.
    OnThePage,
}
