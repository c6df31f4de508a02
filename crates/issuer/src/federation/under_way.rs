//! What waits while somebody is at a provider, or makes up their mind about a link.
//!
//! It is kept in a row that is found by the digest of a secret and sealed, because the request
//! that waits may be longer than any cookie. It dies after ten minutes, and is taken once.

use doorward_core::{
    entropy::draw,
    federation::{PendingSignIn, SIGN_IN_WITHIN},
    id::UserId,
    secret::{Digest, Secret},
    time::UnixTime,
};
use doorward_federation::{Profile, Provider, ProviderName};
use doorward_store::{StoreError, Tx};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{error::FederationRefused, word::Word};
use crate::shared::Shared;

/// How many wait at once: the oldest make room for more.
const MOST: u32 = 10_000;

/// A sign-in under way.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct UnderWay {
    /// What the ID token has to repeat.
    #[serde(rename = "n")]
    pub(super) nonce: String,
    /// What goes with the code.
    #[serde(rename = "v")]
    pub(super) verifier: String,
    /// How recent the sign-in over there has to be by the word of the provider, in seconds.
    #[serde(rename = "a")]
    pub(super) max_age: Option<u64>,
    /// Whether one from before does not count, where the provider says when it was.
    #[serde(rename = "f")]
    pub(super) anew: bool,
    /// When the browser left.
    #[serde(rename = "b")]
    pub(super) begun_at: UnixTime,
    /// What for.
    #[serde(rename = "p")]
    pub(super) purpose: Purpose,
}

/// What somebody went to a provider for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// To sign in, and go on with what waits.
    #[serde(rename = "s")]
    SignIn {
        /// What the sign-in page carried.
        flow: String,
    },
    /// To be linked to this account, in which they were signed in.
    #[serde(rename = "l")]
    Link {
        /// The account.
        user: UserId,
    },
}

/// A link that somebody may confirm.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Offer {
    /// Who they are over there, and what else the provider says of them.
    pub(super) profile: Profile,
    /// What the provider can be asked again with, sealed.
    pub(super) sealed: Option<Vec<u8>>,
    /// What the provider calls its session.
    pub(super) session: Option<String>,
    /// When they signed in over there.
    pub(super) signed_in_at: UnixTime,
    /// What they are called over there.
    pub(super) called: String,
    /// The account that they may be linked to.
    pub(super) user: UserId,
    /// Whether confirming is enough, because the operator takes a verified address as proof.
    /// Otherwise the person is signed in to the account.
    pub(super) proven: bool,
    /// What waits.
    pub(super) flow: String,
}

impl Offer {
    /// What the provider said.
    pub(super) fn word<'a>(&'a self, provider: &'a Provider) -> Word<'a> {
        Word {
            provider,
            profile: &self.profile,
            sealed: self.sealed.clone(),
            session: self.session.as_deref(),
        }
    }
}

impl Purpose {
    /// What goes on when this fails and somebody tries again.
    pub(super) fn flow(&self) -> &str {
        match self {
            Self::SignIn { flow } => flow,
            Self::Link { .. } => super::MARK,
        }
    }
}

impl Shared {
    /// Writes down what waits under `secret`, for a browser.
    pub(super) fn await_return<T: Serialize>(
        &self,
        tx: &mut dyn Tx,
        (provider, secret, browser): (&ProviderName, &Secret, &Secret),
        what: &T,
    ) {
        // INVARIANT: a struct of texts and numbers serialises
        let plain = serde_json::to_vec(what).unwrap_or_default();
        let now = self.clock.now();
        let state = secret.digest();
        let context = state.as_bytes();
        let sealed = self
            .derived
            .federation
            .seal(draw(&*self.entropy), context, &plain);
        tx.keep_pending_sign_ins(MOST - 1, now); // DS-05
        tx.add_pending_sign_in(&PendingSignIn {
            state,
            provider: provider.to_string(),
            browser: browser.digest(),
            sealed,
            expires_at: now + SIGN_IN_WITHIN,
        });
    }

    /// Takes what waits under `secret`, once and for all, whoever asks (LG-04, CO-04); and then
    /// tells whether it is theirs.
    pub(super) async fn take_waiting(
        &self,
        provider: &str,
        secret: &Secret,
        browser: Option<&Secret>,
    ) -> Result<UnderWay, FederationRefused> {
        let mut tx = self.store.begin().await?;
        let state = secret.digest();
        let pending = tx.pending_sign_in(&state).await?;
        let pending = pending.ok_or(FederationRefused::Unknown)?;
        tx.take_pending_sign_in(&state);
        tx.commit().await.map_err(|error| match error {
            StoreError::Conflict => FederationRefused::Unknown,
            StoreError::Corrupt(_) | StoreError::Unavailable(_) => error.into(),
        })?;
        let browser = browser.map(Secret::digest);
        pending.judge(provider, browser.as_ref(), self.clock.now())?;
        self.unsealed(&state, &pending.sealed)
            .ok_or(FederationRefused::Unknown)
    }

    /// Looks at the offer under `secret`, which stays until it is taken.
    pub(super) async fn offer(
        &self,
        tx: &mut dyn Tx,
        secret: &Secret,
        browser: Option<&Secret>,
    ) -> Result<Option<(String, Offer)>, StoreError> {
        let state = secret.digest();
        let Some(pending) = tx.pending_sign_in(&state).await? else {
            return Ok(None);
        };
        let browser = browser.map(Secret::digest);
        let judged = pending.judge(&pending.provider, browser.as_ref(), self.clock.now());
        let offer = self.unsealed(&state, &pending.sealed);
        Ok(offer
            .filter(|_| judged.is_ok())
            .map(|offer| (pending.provider, offer)))
    }

    fn unsealed<T: DeserializeOwned>(&self, state: &Digest, sealed: &[u8]) -> Option<T> {
        let plain = self
            .derived
            .federation
            .open(state.as_bytes(), sealed)
            .ok()?;
        serde_json::from_slice(&plain).ok()
    }
}
