//! The offer of a link: to whom, and who confirms it. An address of mail finds an account and never
//! opens it (LG-05).

use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    client::display_name,
    id::UserId,
    secret::Secret,
    time::UnixTime,
    user::{Role, User},
};
use doorward_federation::{Arrived, Profile, RelyingParty};
use doorward_store::{StoreError, Tx};

use super::{
    account::{Coming, Entered, own_address},
    error::FederationRefused,
    under_way::Offer,
};
use crate::{browser::Visitor, shared::Shared};

impl Shared {
    /// The one account with their verified address. That it is theirs is not said by that. Where
    /// one with it is disabled nobody comes in: it would be undone by an account beside it.
    pub(super) async fn same_address(
        &self,
        tx: &mut dyn Tx,
        profile: &Profile,
    ) -> Result<Option<User>, FederationRefused> {
        let Some(address) = own_address(profile) else {
            return Ok(None);
        };
        let mut having = tx.users_by_mail(&address).await?;
        if having.iter().any(|user| user.disabled_at.is_some()) {
            return Err(FederationRefused::Disabled);
        }
        Ok(match having.len() {
            1 => having.pop(),
            _ => None,
        })
    }

    /// Nothing is linked by an address alone: whoever has it proves the account, or the operator
    /// takes the word of this provider, and never for an administrator (LG-05).
    pub(super) async fn offer_for_address(
        &self,
        user: &User,
        coming: &Coming<'_>,
        visitor: &Visitor,
    ) -> Result<Entered, FederationRefused> {
        let proven = coming.provider().link_by_mail && user.role == Role::Member;
        let event = AuditEvent::new(self.clock.now(), AuditKind::LinkRefused, Outcome::Denied)
            .user(user.name.as_str())
            .reason(format!(
                "{}: the same address is no proof",
                coming.provider().name
            ))
            .peer(visitor.peer);
        self.note_stranger(event, visitor.peer)?;
        let whose = (coming.arrived, user.id.clone(), proven);
        let party = (coming.party, coming.signed_in_at);
        let where_to = (coming.browser, coming.flow);
        let offer = self.write_offer(party, whose, where_to).await?;
        Ok(Entered::Offered(offer))
    }

    /// Writes down the offer of a link, for this browser.
    pub(super) async fn write_offer(
        &self,
        (party, signed_in_at): (&RelyingParty, UnixTime),
        (arrived, user, proven): (&Arrived, UserId, bool),
        (browser, flow): (&Secret, &str),
    ) -> Result<Secret, StoreError> {
        let profile = &arrived.profile;
        let called = profile.name.as_deref();
        let called = called.unwrap_or(profile.foreign.subject());
        let offer = Offer {
            profile: profile.clone(),
            sealed: arrived
                .kept
                .as_ref()
                .map(|kept| self.seal_kept(&profile.foreign, kept)),
            session: arrived.session.clone(),
            signed_in_at,
            called: display_name(called),
            user,
            proven,
            flow: flow.to_owned(),
        };
        let secret = self.random("dwo_");
        let mut tx = self.store.begin().await?;
        let key = (&party.provider().name, &secret, browser);
        self.await_return(&mut *tx, key, &offer);
        tx.commit().await?;
        Ok(secret)
    }
}
