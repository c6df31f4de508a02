//! Passkeys: offers for the browser, and what comes back.
//!
//! A challenge is drawn for one purpose and one browser or session, travels sealed in the page
//! that asks for the passkey, lives for minutes and is used once: the commit that rests on its
//! answer notes it ([`OneTime`]). A passkey signs in alone, or is the second factor of the
//! person who began; its counter is compared and moved in the same commit.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    entropy::draw,
    factor::Passkey,
    id::{PasskeyId, UserId},
    once::{OneTime, Purpose},
    secret::Digest,
    session::{Method, Methods},
    user::User,
};
use doorward_passkeys::{
    ALGORITHMS, Expected, Known, Refused, RegistrationResponse, RelyingParty, SignInResponse,
    register, sign_in,
};
use doorward_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    entry::{Entered, Proof, Visit},
    error::SignInError,
    guesses::Guessed,
    half::STEP,
    second::Picked,
    step_error::StepError,
};
use crate::{browser::Visitor, limits::peer_key, passwords::Busy, shared::Shared};

/// What a page gives to the script that asks for a passkey.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PasskeyOffer {
    /// The sealed challenge, which comes back with the answer.
    pub(crate) ticket: String,
    /// The options of the ceremony, as JSON.
    pub(crate) options: String,
    /// The host that passkeys are bound to.
    pub(crate) host: String,
    /// The same page where they work, for who opened another name of this computer.
    pub(crate) elsewhere: String,
}

/// A challenge, sealed.
#[derive(Serialize, Deserialize)]
struct Challenge(String);

/// What came back from a page.
#[derive(Clone, Copy)]
pub(crate) struct Answered<'a> {
    /// What the challenge is bound to.
    pub(crate) binding: &'a Digest,
    /// The sealed challenge.
    pub(crate) ticket: &'a str,
    /// What the browser said.
    pub(crate) credential: &'a str,
}

/// The most passkeys of one person (DS-05).
const MOST_PASSKEYS: u32 = 20;

const SIGN_IN: &str = "passkey sign-in";
const CREATE: &str = "passkey registration";

impl Shared {
    /// Whether passkeys are turned on, and can work at the public URL.
    pub(crate) fn takes_passkeys(&self) -> bool {
        self.published().config.takes_passkeys()
    }

    /// Asks for a passkey: any, or one of these.
    pub(super) fn offer_sign_in(
        &self,
        binding: &Digest,
        passkeys: &[Passkey],
        path: &str,
    ) -> Option<PasskeyOffer> {
        let party = self.party()?;
        let challenge = self.draw_challenge();
        let options = json!({
            "challenge": challenge.0,
            "rpId": party.id,
            "timeout": STEP.as_secs() * 1000,
            "userVerification": "required",
            "allowCredentials": descriptors(passkeys),
        });
        let ticket = self.seal_for(SIGN_IN, binding, &challenge);
        Some(offer(ticket, &options, &party, self.path(path)))
    }

    /// Asks for a new passkey of `user`, who has these.
    pub(crate) fn offer_registration(
        &self,
        binding: &Digest,
        (user, passkeys): (&User, &[Passkey]),
        path: &str,
    ) -> Option<PasskeyOffer> {
        let party = self.party()?;
        let challenge = self.draw_challenge();
        let algorithms = ALGORITHMS.map(|alg| json!({ "type": "public-key", "alg": alg }));
        let name = user.name.as_str();
        let options = json!({
            "challenge": challenge.0,
            "rp": { "id": party.id, "name": party.id },
            "user": {
                "id": URL_SAFE_NO_PAD.encode(user.id.as_str()),
                "name": name,
                "displayName": name,
            },
            "pubKeyCredParams": algorithms,
            "timeout": STEP.as_secs() * 1000,
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "attestation": "none",
            "excludeCredentials": descriptors(passkeys),
        });
        let ticket = self.seal_for(CREATE, binding, &challenge);
        Some(offer(ticket, &options, &party, self.path(path)))
    }

    /// Signs in with a passkey alone.
    pub(super) async fn enter_with_passkey(
        &self,
        answered: Answered<'_>,
        visit: &Visit<'_>,
    ) -> Result<Entered, StepError> {
        let visitor = visit.visitor;
        let turn = self.limits.sign_in_turns.take(peer_key(visitor.peer)).await;
        let _turn = turn.ok_or(SignInError::from(Busy))?;
        let guess = self.admit_passkey(visitor).await?;
        let mut tx = self.store.begin().await?;
        let proven = self.proven(&mut *tx, answered, None).await;
        let user = match proven {
            Ok(user) => user,
            Err(StepError::Passkey(refused)) => {
                self.note_refused_passkey(refused, None, visitor).await?;
                return Err(refused.into());
            }
            Err(error) => return Err(error),
        };
        let proof = Proof {
            user: &user,
            methods: Methods::of([Method::Passkey]),
            said: None,
        };
        let entered = self.finish(tx, proof, visit).await;
        let entered = entered.map_err(used_meanwhile)?;
        self.forgive_guess(&guess);
        Ok(entered)
    }

    /// Takes a passkey as the second factor of who began.
    pub(super) async fn confirm_with_passkey(
        &self,
        answered: Answered<'_>,
        picked: &Picked,
        visit: &Visit<'_>,
    ) -> Result<Entered, StepError> {
        let user = &picked.user;
        let guess = self
            .admit_guess(user, visit.visitor, Guessed::Unguessable)
            .await?;
        let mut tx = self.store.begin().await?;
        match self.proven(&mut *tx, answered, Some(&user.id)).await {
            Ok(_) => {
                let entered = self.go_on(tx, (picked, Method::Passkey), visit).await;
                let entered = entered.map_err(used_meanwhile)?;
                self.forgive_guess(&guess);
                Ok(entered)
            }
            Err(StepError::Passkey(refused)) => {
                let visitor = visit.visitor;
                self.note_refused_passkey(refused, Some(user), visitor)
                    .await?;
                Err(refused.into())
            }
            Err(error) => Err(error),
        }
    }

    /// Makes the passkey that the browser sent, of `user`. The caller commits.
    pub(crate) async fn make_passkey(
        &self,
        tx: &mut dyn Tx,
        answered: Answered<'_>,
        user: &User,
        name: String,
    ) -> Result<Passkey, StepError> {
        let (party, challenge) = self.opened(CREATE, answered)?;
        let sent = RegistrationResponse::read(answered.credential)?;
        let made = register(&sent, expected(&party, &challenge))?;
        if tx.passkey_by_credential(&made.credential).await?.is_some() {
            return Err(Refused::Credential.into());
        }
        if tx.factors(&user.id).await?.passkeys >= MOST_PASSKEYS {
            return Err(StepError::Many);
        }
        let passkey = Passkey {
            id: PasskeyId::from_random(draw(&*self.entropy)),
            user: user.id.clone(),
            credential: made.credential,
            key: made.key,
            count: made.count,
            synced: made.synced,
            name,
            created_at: self.clock.now(),
            used_at: None,
        };
        self.use_challenge(tx, &challenge);
        tx.add_passkey(&passkey);
        Ok(passkey)
    }

    /// Who proved to hold a passkey: `only` this person, or anybody. What it changes is
    /// collected in `tx`.
    async fn proven(
        &self,
        tx: &mut dyn Tx,
        answered: Answered<'_>,
        only: Option<&UserId>,
    ) -> Result<User, StepError> {
        let (party, challenge) = self.opened(SIGN_IN, answered)?;
        let sent = SignInResponse::read(answered.credential)?;
        let known = tx.passkey_by_credential(sent.credential()).await?;
        let known = known.filter(|known| only.is_none_or(|user| *user == known.user));
        let known = known.ok_or(Refused::Credential)?;
        let user = tx.user(&known.user).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        let user = user.ok_or(Refused::Credential)?; // LG-03
        let proven = sign_in(&sent, kept(&known), expected(&party, &challenge))?;
        self.use_challenge(tx, &challenge);
        tx.use_passkey(&known.id, (known.count, proven.count), self.clock.now());
        Ok(user)
    }

    /// Records that a passkey did not convince. A copied one is worth a look (an alert).
    async fn note_refused_passkey(
        &self,
        refused: Refused,
        user: Option<&User>,
        visitor: &Visitor,
    ) -> Result<(), StoreError> {
        let event = AuditEvent::new(self.clock.now(), AuditKind::SignInStep, Outcome::Denied)
            .reason(refused.to_string())
            .peer(visitor.peer);
        let mut tx = self.store.begin().await?;
        tx.audit(match user {
            Some(user) => event.user(user.name.as_str()),
            None => event,
        });
        tx.commit().await
    }

    fn opened(
        &self,
        purpose: &'static str,
        answered: Answered<'_>,
    ) -> Result<(RelyingParty, Vec<u8>), StepError> {
        let party = self.party().ok_or(Refused::RelyingParty)?;
        let challenge: Option<Challenge> =
            self.open_for(purpose, answered.binding, answered.ticket);
        let challenge = challenge.ok_or(Refused::Challenge)?;
        let challenge = URL_SAFE_NO_PAD.decode(challenge.0);
        Ok((party, challenge.map_err(|_| Refused::Challenge)?))
    }

    fn use_challenge(&self, tx: &mut dyn Tx, challenge: &[u8]) {
        let name = URL_SAFE_NO_PAD.encode(challenge);
        let once = OneTime::named(Purpose::PasskeyChallenge, "", &name);
        tx.use_once(&once, self.clock.now() + STEP);
    }

    fn draw_challenge(&self) -> Challenge {
        Challenge(URL_SAFE_NO_PAD.encode(draw::<32>(&*self.entropy)))
    }

    fn party(&self) -> Option<RelyingParty> {
        let party = self.url.relying_party();
        party.filter(|_| self.takes_passkeys()).cloned()
    }
}

fn expected<'a>(relying_party: &'a RelyingParty, challenge: &'a [u8]) -> Expected<'a> {
    Expected {
        relying_party,
        challenge,
    }
}

fn kept(passkey: &Passkey) -> Known<'_> {
    Known {
        credential: &passkey.credential,
        key: &passkey.key,
        count: passkey.count,
        user_handle: passkey.user.as_str().as_bytes(),
    }
}

fn descriptors(passkeys: &[Passkey]) -> Value {
    let one = |passkey: &Passkey| {
        let id = URL_SAFE_NO_PAD.encode(&passkey.credential);
        json!({ "type": "public-key", "id": id })
    };
    passkeys.iter().map(one).collect()
}

fn offer(ticket: String, options: &Value, party: &RelyingParty, path: String) -> PasskeyOffer {
    PasskeyOffer {
        ticket,
        options: options.to_string(),
        host: party.id.clone(),
        elsewhere: format!("{}{path}", party.origin),
    }
}

/// Another request used the challenge or the passkey first.
fn used_meanwhile(error: StepError) -> StepError {
    match error {
        StepError::Refused => Refused::Challenge.into(),
        other => other,
    }
}
