//! What somebody sees who answers again, and who was not remembered.

use axum::response::Response;
use doorward_core::{code::CodeState, once::OneTime};
use doorward_pages::{Message, Text};
use doorward_store::{StoreError, Tx};
use http::StatusCode;

use crate::{
    authorize::{AuthorizeRefused, Opened},
    browser::{SignedIn, Visitor},
    shared::Shared,
};

impl Shared {
    /// Whether a request was answered: with the back button, in another tab, by a second click.
    pub(super) async fn was_answered(
        &self,
        tx: &mut dyn Tx,
        opened: &Opened,
    ) -> Result<bool, StoreError> {
        tx.was_used(&OneTime::flow(&opened.pass.flow)).await
    }

    /// What became of the first answer, for who gave it. Nothing is done twice: a code that was
    /// not collected yet is carried again only when the person says so (CO-09, CO-10).
    pub(super) async fn outcome(
        &self,
        opened: &Opened,
        (signed_in, visitor): (&SignedIn, &Visitor),
    ) -> Result<Response, AuthorizeRefused> {
        let locale = opened.locale(visitor);
        let secret = self.code_of(opened);
        let mut tx = self.store.begin().await?;
        let answered = OneTime::answer(&opened.pass.flow, &signed_in.user.id);
        if !tx.was_used(&answered).await? {
            return Err(AuthorizeRefused::Answered);
        }
        let Some(code) = tx.code(&secret.digest()).await? else {
            let lead = Text::of("consent-denied-before-lead").with("client", &opened.client.name);
            let words = (Text::of("consent-denied-before"), lead);
            return Ok(self.carry_again(&self.denial(opened), words, locale));
        };
        let allowed = Text::of("consent-allowed-before").with("client", &opened.client.name);
        let collects = code.state == CodeState::Fresh && self.clock.now() < code.expires_at;
        if collects {
            let reply = self.reply(&opened.checked.to, &[("code", secret.expose())]);
            let lead = Text::of("consent-allowed-before-lead");
            return Ok(self.carry_again(&reply, (allowed, lead), locale));
        }
        let message = match code.state {
            CodeState::Redeemed { .. } => Message::new(allowed, Text::of("consent-collected-lead")),
            CodeState::Fresh | CodeState::Burnt => {
                let lead = Text::of("consent-uncollected-lead");
                Message::new(Text::of("consent-uncollected"), lead).you(Text::of("message-restart"))
            }
        };
        Ok(self.pages.to(locale).message(StatusCode::OK, &message))
    }

    /// For a browser that comes from the sign-in page without the cookie that it was given there:
    /// sending it to sign in again would go on for ever (CO-10).
    pub(crate) fn not_kept(&self, flow: &str, visitor: &Visitor) -> Response {
        let page = format!("/login?flow={flow}");
        let link = format!("{}{page}", self.url.as_str());
        let (title, lead) = (
            Text::of("consent-not-kept"),
            Text::of("consent-not-kept-lead"),
        );
        let message = Message::new(title, lead)
            .fact(Text::of("consent-not-kept-link"), [link])
            .you(Text::of("consent-not-kept-you"))
            .next(page, Text::of("consent-not-kept-next"));
        let pages = self.pages.to(visitor.locale);
        pages.message(StatusCode::UNAUTHORIZED, &message)
    }
}
