//! Whose account it is: the linked one, a new one, or nobody's yet.

use doorward_core::{
    account_link::AccountLink,
    audit::{AuditEvent, AuditKind, Outcome},
    secret::Secret,
    session::{Method, Methods},
    step_up::Acr,
    time::UnixTime,
    user::{MailAddress, User},
};
use doorward_federation::{Arrived, Profile, Provider, RelyingParty};
use doorward_store::{StoreError, Tx};

use super::{error::FederationRefused, word::Word};
use crate::{
    browser::Visitor,
    shared::Shared,
    sign_in::{self, Proof, Said, Visit},
};

/// Somebody who comes to sign in.
pub(super) struct Coming<'a> {
    pub(super) party: &'a RelyingParty,
    pub(super) arrived: &'a Arrived,
    /// What waits.
    pub(super) flow: &'a str,
    /// The browser.
    pub(super) browser: &'a Secret,
    /// How strong the sign-in must be for what waits.
    pub(super) wanted: Option<Acr>,
    /// When they signed in over there.
    pub(super) signed_in_at: UnixTime,
}

/// What becomes of them.
pub(super) enum Entered {
    /// They are signed in, or owe a second factor.
    In(sign_in::Entered),
    /// They may be somebody whom we know; this names the offer of a link.
    Offered(Secret),
}

impl Coming<'_> {
    /// How they came to the door.
    pub(super) fn visit<'a>(&'a self, visitor: &'a Visitor) -> Visit<'a> {
        Visit {
            visitor,
            flow: self.flow,
            page: "/",
            wanted: self.wanted,
        }
    }

    pub(super) fn provider(&self) -> &Provider {
        self.party.provider()
    }

    pub(super) fn profile(&self) -> &Profile {
        &self.arrived.profile
    }
}

/// Somebody's address, once it is known to be theirs (LG-05).
pub(super) fn own_address(profile: &Profile) -> Option<MailAddress> {
    let mail = profile.mail.as_ref().filter(|mail| mail.verified)?;
    MailAddress::parse(&mail.address).ok()
}

impl Shared {
    /// Lets somebody in, or not. Whoever loses a race for a name or a link gets another try.
    pub(super) async fn enter(
        &self,
        coming: &Coming<'_>,
        visitor: &Visitor,
    ) -> Result<Entered, FederationRefused> {
        match self.enter_once(coming, visitor).await {
            Err(FederationRefused::Store(StoreError::Conflict)) => {
                self.enter_once(coming, visitor).await
            }
            outcome => outcome,
        }
    }

    async fn enter_once(
        &self,
        coming: &Coming<'_>,
        visitor: &Visitor,
    ) -> Result<Entered, FederationRefused> {
        let mut tx = self.store.begin().await?;
        let link = tx.account_link(&coming.profile().foreign).await?;
        let admitted = coming.provider().allow.judge(coming.profile());
        match (link, admitted) {
            (Some(link), Ok(())) => self.enter_linked(tx, link, (coming, visitor)).await,
            (Some(link), Err(reason)) => {
                self.end_word_on(tx, &link, coming.provider(), &reason)
                    .await?;
                Err(reason.into())
            }
            (None, Ok(())) => self.enter_new(tx, coming, visitor).await,
            (None, Err(reason)) => Err(reason.into()),
        }
    }

    async fn enter_linked(
        &self,
        mut tx: Box<dyn Tx>,
        link: AccountLink,
        (coming, visitor): (&Coming<'_>, &Visitor),
    ) -> Result<Entered, FederationRefused> {
        let user = tx.user(&link.user).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        let user = user.ok_or(FederationRefused::Disabled)?;
        tx.use_account_link(&link, self.clock.now());
        let word = (coming.provider(), coming.profile());
        let user = self.follow_role(&mut *tx, user, word).await?;
        self.begin_federated(tx, &user, (coming, visitor)).await
    }

    /// Somebody who was never here: an account whose owner may be the same person is not touched.
    async fn enter_new(
        &self,
        mut tx: Box<dyn Tx>,
        coming: &Coming<'_>,
        visitor: &Visitor,
    ) -> Result<Entered, FederationRefused> {
        if let Some(user) = self.same_address(&mut *tx, coming.profile()).await? {
            return self.offer_for_address(&user, coming, visitor).await;
        }
        if !tx.has_users().await? {
            return Err(FederationRefused::NotSetUp); // AD-03
        }
        if !coming.provider().create {
            return Err(FederationRefused::NoAccount);
        }
        let user = self.newcomer(&mut *tx, coming).await?;
        let now = self.clock.now();
        tx.add_user(&user);
        tx.add_account_link(&AccountLink {
            foreign: coming.profile().foreign.clone(),
            user: user.id.clone(),
            created_at: now,
            used_at: Some(now),
        });
        let event = AuditEvent::new(now, AuditKind::UserChange, Outcome::Allowed)
            .user(user.name.as_str())
            .reason(format!("added by {}", coming.provider().name))
            .peer(visitor.peer);
        tx.audit(event);
        self.begin_federated(tx, &user, (coming, visitor)).await
    }

    /// What the provider said of them.
    fn word_of<'a>(&self, coming: &'a Coming<'_>) -> Word<'a> {
        let (arrived, profile) = (coming.arrived, coming.profile());
        let seal = |kept| self.seal_kept(&profile.foreign, kept);
        Word {
            provider: coming.provider(),
            profile,
            sealed: arrived.kept.as_ref().map(seal),
            session: arrived.session.as_deref(),
        }
    }

    /// Signs in who is `user`, and keeps what the provider says.
    async fn begin_federated(
        &self,
        mut tx: Box<dyn Tx>,
        user: &User,
        (coming, visitor): (&Coming<'_>, &Visitor),
    ) -> Result<Entered, FederationRefused> {
        self.keep_word(&mut *tx, user, self.word_of(coming)).await?;
        let how = format!("by {}", coming.provider().name);
        let proof = Proof {
            user,
            methods: Methods::of([Method::Federated]),
            said: Some(Said {
                how: &how,
                at: coming.signed_in_at,
            }),
        };
        let admitted = self.admit(tx, proof, &coming.visit(visitor)).await?;
        Ok(Entered::In(admitted))
    }
}
