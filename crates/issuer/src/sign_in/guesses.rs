//! Wrong codes: counted for the account and the peer, as wrong passwords are (LG-02).
//!
//! Codes have six digits, so that an account takes few guesses, whoever makes them. A device on
//! which its owner signed in before has counts of its own and no others, so that neither whoever
//! knows the password and guesses from elsewhere nor strangers behind the same address lock the
//! owner out. Elsewhere, what cannot be guessed, a recovery code or a passkey, is only counted for the
//! peer, and passkeys alone, which need no account, apart from all else.

use std::net::IpAddr;

use doorward_core::{id::UserId, secret::Digest, user::User};

use super::step_error::StepError;
use crate::{
    browser::Visitor,
    limits::{Wait, peer_key},
    shared::Shared,
};

/// A guess, and what it was counted for.
pub(super) struct Guess(Vec<Counted>);

enum Counted {
    /// Codes on a device of the account.
    Known(Digest, UserId),
    /// What nobody guesses, on a device of somebody.
    KnownProof(Digest),
    /// Codes for the account.
    Account(UserId),
    /// Codes and recovery codes from an address, and passkeys beside a password.
    Peer(Option<IpAddr>),
    /// Passkeys alone from an address.
    PasskeyPeer(Option<IpAddr>),
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
        let (peer, id) = (Counted::Peer(peer_key(visitor.peer)), user.id.clone());
        let device = self.known_device(Some(&user.name), visitor).await?;
        self.count_guess(match (what, device) {
            (Guessed::Code, Some(device)) => vec![Counted::Known(device, id)],
            (Guessed::Unguessable, Some(device)) => vec![Counted::KnownProof(device)],
            (Guessed::Code, None) => vec![peer, Counted::Account(id)],
            (Guessed::Unguessable, None) => vec![peer],
        })
    }

    /// Counts a passkey that comes alone, before it is known whose it is. Whatever strangers at
    /// the same address send, a device on which somebody signed in before is counted apart.
    pub(super) async fn admit_passkey(&self, visitor: &Visitor) -> Result<Guess, StepError> {
        let device = self.device_of_anybody(visitor).await?;
        let peer = Counted::PasskeyPeer(peer_key(visitor.peer));
        self.count_guess(vec![device.map_or(peer, Counted::KnownProof)])
    }

    fn count_guess(&self, wanted: Vec<Counted>) -> Result<Guess, StepError> {
        let mut guess = Guess(Vec::new());
        for counted in wanted {
            if let Err(wait) = self.count_one(&counted) {
                self.forgive_guess(&guess); // nothing was tried
                return Err(wait.into());
            }
            guess.0.push(counted);
        }
        Ok(guess)
    }

    fn count_one(&self, counted: &Counted) -> Result<(), Wait> {
        let (limits, now) = (&self.limits, self.clock.now());
        match counted {
            Counted::Known(device, user) => limits.code_known.take((*device, user.clone()), now),
            Counted::KnownProof(device) => limits.proof_known.take(*device, now),
            Counted::Account(user) => limits.code_account.take(user.clone(), now),
            Counted::Peer(peer) => limits.code_peer.take(*peer, now),
            Counted::PasskeyPeer(peer) => limits.passkey_peer.take(*peer, now),
        }
    }

    /// It was right, or nobody looked at it.
    pub(super) fn forgive_guess(&self, guess: &Guess) {
        let limits = &self.limits;
        for counted in &guess.0 {
            match counted {
                Counted::Known(device, user) => {
                    limits.code_known.give_back(&(*device, user.clone()));
                }
                Counted::KnownProof(device) => limits.proof_known.give_back(device),
                Counted::Account(user) => limits.code_account.give_back(user),
                Counted::Peer(peer) => limits.code_peer.give_back(peer),
                Counted::PasskeyPeer(peer) => limits.passkey_peer.give_back(peer),
            }
        }
    }
}
