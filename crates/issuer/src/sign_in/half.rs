//! A half-finished sign-in: sealed, bound to the browser that began it, good for minutes.
//!
//! It travels in the address and the forms of the next step, so that two tabs with two people
//! do not get into each other's way and the back button works; it costs no row. Alone it opens
//! nothing: it unseals only together with the `__Host-` cookie that its browser got (LG-01,
//! LG-04), and only while the account is what it was when the first proof was taken. Its minutes
//! are counted from that proof, however often its page is loaded and it is sealed anew; what began
//! by the word of a provider ends with the link.
//!
//! The same seal keeps what the pages of a step carry: the key of an application that is being
//! enrolled, the challenge of a passkey.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    account_link::AccountLink,
    entropy::draw,
    id::UserId,
    secret::{Digest, Secret},
    session::Methods,
    step_up::Acr,
    time::UnixTime,
    user::User,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::entry::{Proof, Visit};
use crate::{
    browser::{STEP as BOUND, STEP_LASTS, Visitor},
    shared::Shared,
};

/// How long a step may take.
pub(super) const STEP: Duration = STEP_LASTS;
/// How long one request may take between the use of a link and the half that it begins.
const MOMENT: Duration = Duration::from_secs(10);
/// The longest sealed text that is looked at.
const LONGEST: usize = 4096;

/// What somebody proved so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Half {
    #[serde(rename = "u")]
    pub(super) user: UserId,
    #[serde(rename = "m")]
    methods: String,
    /// When the first proof was taken.
    #[serde(rename = "t")]
    pub(super) begun_at: UnixTime,
    /// The account as it was then.
    #[serde(rename = "a")]
    account: Digest,
    #[serde(rename = "w")]
    pub(super) wanted: Option<Acr>,
    #[serde(rename = "p")]
    pub(super) page: String,
}

/// A half-finished sign-in on its way.
#[derive(Debug)]
pub(crate) struct HalfSealed {
    pub(super) sealed: String,
    /// The value of the cookie that it needs.
    pub(super) browser: Secret,
}

/// What is sealed for one browser or session and one purpose.
#[derive(Serialize, Deserialize)]
struct Ticket<T> {
    #[serde(rename = "t")]
    at: UnixTime,
    #[serde(rename = "v")]
    value: T,
}

impl Half {
    pub(super) fn begun(proof: &Proof<'_>, visit: &Visit<'_>, begun_at: UnixTime) -> Self {
        Self {
            user: proof.user.id.clone(),
            methods: proof.methods.stored(),
            begun_at,
            account: state(proof.user),
            wanted: visit.wanted,
            page: visit.page.to_owned(),
        }
    }

    /// How it was proven so far.
    pub(super) fn methods(&self) -> Methods {
        Methods::from_stored(&self.methods).unwrap_or_default()
    }

    /// Whether its minutes are over.
    fn is_over(&self, now: UnixTime) -> bool {
        now.since(self.begun_at) >= STEP
    }

    /// Whether it began by this link of the account. One that was made or used at another moment
    /// did not begin it.
    pub(super) fn began_by(&self, link: &AccountLink) -> bool {
        let used = link.used_at.unwrap_or(link.created_at);
        used <= self.begun_at && self.begun_at.since(used) <= MOMENT
    }

    /// Whether the account is still what it was, and may be used.
    pub(super) fn is_of(&self, user: &User) -> bool {
        user.disabled_at.is_none() && self.user == user.id && self.account == state(user)
    }
}

/// What must not change between two steps: a password that is replaced ends what it began.
fn state(user: &User) -> Digest {
    let password = user.password.as_ref().map(|hash| hash.as_phc());
    Digest::of(&format!("{}\n{}", user.id, password.unwrap_or_default()))
}

impl Shared {
    /// Seals a half-finished sign-in for the visitor's browser.
    pub(super) fn seal_half(&self, half: &Half, visitor: &Visitor) -> HalfSealed {
        let browser = self.browser_of(visitor);
        HalfSealed {
            sealed: self.seal_for("half", &browser.digest(), half),
            browser,
        }
    }

    /// Opens one that this browser began a few minutes ago.
    pub(super) fn open_half(&self, text: &str, visitor: &Visitor) -> Option<Half> {
        let browser = visitor.step.as_ref()?.digest();
        let half: Option<Half> = self.open_for("half", &browser, text);
        half.filter(|half| !half.is_over(self.clock.now()))
    }

    /// What steps are bound to in this browser. It stays the same while it lasts, so that two
    /// tabs can take their steps side by side.
    pub(super) fn browser_of(&self, visitor: &Visitor) -> Secret {
        let known = visitor.step.clone();
        known.unwrap_or_else(|| Secret::mint(BOUND, draw(&*self.entropy)))
    }

    /// Seals `value` for `purpose`, bound to a browser or a session.
    pub(crate) fn seal_for<T: Serialize>(
        &self,
        purpose: &'static str,
        binding: &Digest,
        value: &T,
    ) -> String {
        let ticket = Ticket {
            at: self.clock.now(),
            value,
        };
        // INVARIANT: a struct of texts and numbers serialises
        let plain = serde_json::to_vec(&ticket).unwrap_or_default();
        let nonce = draw(&*self.entropy);
        let sealed = self
            .derived
            .step
            .seal(nonce, &context(purpose, binding), &plain);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// Opens what was sealed for the same purpose and binding a few minutes ago.
    pub(crate) fn open_for<T: DeserializeOwned>(
        &self,
        purpose: &'static str,
        binding: &Digest,
        text: &str,
    ) -> Option<T> {
        let text = Some(text).filter(|text| text.len() <= LONGEST)?;
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let opened = self.derived.step.open(&context(purpose, binding), &sealed);
        let ticket: Ticket<T> = serde_json::from_slice(&opened.ok()?).ok()?;
        let fresh = self.clock.now().since(ticket.at) < STEP;
        fresh.then_some(ticket.value)
    }
}

fn context(purpose: &str, binding: &Digest) -> Vec<u8> {
    [binding.as_bytes().as_slice(), purpose.as_bytes()].concat()
}
