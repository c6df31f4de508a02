//! Wrong codes: counted for the account and the peer, as wrong passwords are (LG-02).
//!
//! Codes have six digits, so that an account takes few guesses, whoever makes them. A device on
//! which its owner signed in before has a count of its own, so that whoever knows the password
//! and guesses from elsewhere does not lock the owner out; and what cannot be guessed, a recovery code or
//! a passkey, is only counted for the peer.

use std::net::IpAddr;

use doorward_core::{id::UserId, secret::Digest, user::User};

use super::step_error::StepError;
use crate::{browser::Visitor, limits::peer_key, shared::Shared};

/// A guess, and what it was counted for.
pub(super) struct Guess {
    peer: Option<IpAddr>,
    account: Counted,
}

enum Counted {
    Known(Digest, UserId),
    Account(UserId),
    Nothing,
}

/// What is guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guessed {
    /// Six digits.
    Code,
    /// What nobody guesses: a recovery code, a passkey.
    Unguessable,
}

impl Shared {
    /// Counts a guess before it is looked at.
    pub(super) async fn admit_guess(
        &self,
        user: &User,
        visitor: &Visitor,
        what: Guessed,
    ) -> Result<Guess, StepError> {
        let (peer, now) = (peer_key(visitor.peer), self.clock.now());
        let device = self.known_device(Some(&user.name), visitor).await?;
        let limits = &self.limits;
        limits.code_peer.take(peer, now)?;
        let id = user.id.clone();
        let (account, taken) = match (what, device) {
            (Guessed::Unguessable, _) => (Counted::Nothing, Ok(())),
            (Guessed::Code, Some(device)) => {
                let taken = limits.code_known.take((device, id.clone()), now);
                (Counted::Known(device, id), taken)
            }
            (Guessed::Code, None) => {
                let taken = limits.code_account.take(id.clone(), now);
                (Counted::Account(id), taken)
            }
        };
        taken.inspect_err(|_| limits.code_peer.give_back(&peer))?;
        Ok(Guess { peer, account })
    }

    /// It was right, or nobody looked at it.
    pub(super) fn forgive_guess(&self, guess: &Guess) {
        let limits = &self.limits;
        limits.code_peer.give_back(&guess.peer);
        match &guess.account {
            Counted::Known(device, user) => limits.code_known.give_back(&(*device, user.clone())),
            Counted::Account(user) => limits.code_account.give_back(user),
            Counted::Nothing => {}
        }
    }
}
