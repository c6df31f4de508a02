//! The person in whose name a token is minted, and the groups that it tells of.
//!
//! Both are read for every token: a client that refreshes gets what holds now.

use doorward_core::{group::Belonging, user::User};
use doorward_store::{StoreError, Tx};

use super::wire::Issued;
use crate::shared::Shared;

/// A person, and what they belong to.
pub(super) struct Person {
    pub(super) user: User,
    pub(super) belonging: Belonging,
}

impl Shared {
    /// Looks up what `user` belongs to.
    pub(super) async fn with_groups(
        &self,
        tx: &mut dyn Tx,
        user: User,
    ) -> Result<Person, StoreError> {
        let belonging = tx.belonging_of(&user.id).await?;
        Ok(Person { user, belonging })
    }

    /// Whether an access token that was issued before still says what holds now.
    pub(super) fn still_counts(&self, issued: &Issued, person: &Person) -> bool {
        let Some(cut) = person.belonging.cut else {
            return true;
        };
        let claims = self.access_claims(&issued.access_token);
        claims.is_some_and(|claims| claims.iat > cut.seconds())
    }
}
