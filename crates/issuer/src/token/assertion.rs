//! `private_key_jwt`: a client proves that it has its key (RFC 7523, A-046, TK-11).
//!
//! Signature, claims, then the single use, which is committed before anything else
//! happens: the same assertion authenticates nobody a second time, in parallel or
//! after a restart.

use doorward_core::{
    assertion::{Accepted, AssertionClaims, AssertionFault, Expected, MAXIMUM_ASSERTION, judge},
    client::{Client, PrivateKey},
    id::ClientId,
    jws::{JwsFault, UnverifiedJws, VerifyingKey},
    once::{OneTime, Purpose},
};
use doorward_store::StoreError;

use crate::{
    directory::{Caller, DocumentFault, KeysError, Wanted},
    limits::Wait,
    shared::Shared,
};

/// Why an assertion does not authenticate. Told to the log alone.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unproven {
    /// It is no signed text.
    #[error("the assertion is {0}")]
    Jws(#[from] JwsFault),
    /// It is a token of another kind.
    #[error("the assertion is marked as another kind of token")]
    Type,
    /// The client did not register this algorithm.
    #[error("the assertion is signed with another algorithm than registered")]
    Algorithm,
    /// The keys of the client cannot be had.
    #[error("the keys of the client cannot be had: {0}")]
    Keys(DocumentFault),
    /// No key of the client made the signature.
    #[error("no key of the client made the signature")]
    Signature,
    /// It does not say what it must.
    #[error(transparent)]
    Claims(#[from] AssertionFault),
    /// It was used before.
    #[error("the assertion was used before")]
    Replayed,
    /// Too much has to be remembered for clients that nobody stands behind.
    #[error("too many assertions of new clients from this address")]
    TooMany(Wait),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<KeysError> for Unproven {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Document(fault) => Self::Keys(fault),
            KeysError::Store(error) => Self::Store(error),
        }
    }
}

/// Who an assertion speaks of: to find out whose keys it takes.
pub(super) fn claimed_by(assertion: &str) -> Option<ClientId> {
    let jws = UnverifiedJws::parse(assertion, MAXIMUM_ASSERTION).ok()?;
    let claims = AssertionClaims::read(jws.unverified_payload()).ok()?;
    Some(ClientId::from_known(claims.subject()))
}

impl Shared {
    /// Holds `assertion` against the keys of `client`, once.
    pub(super) async fn prove(
        &self,
        client: &Client,
        key: &PrivateKey,
        (assertion, caller): (&str, &Caller),
    ) -> Result<(), Unproven> {
        let accepted = self.accept(client, key, (assertion, caller)).await?;
        let once = OneTime::named(Purpose::ClientAssertion, client.id.as_str(), &accepted.id);
        let mut tx = self.store.begin().await.map_err(Unproven::Store)?;
        if tx.was_used(&once).await.map_err(Unproven::Store)? {
            return Err(Unproven::Replayed); // costs nobody a write, DS-05
        }
        let counted = self.count_remembered(client, caller.peer());
        counted.map_err(Unproven::TooMany)?;
        tx.use_once(&once, accepted.until);
        tx.commit().await.map_err(|error| match error {
            StoreError::Conflict => Unproven::Replayed,
            StoreError::Corrupt(_) | StoreError::Unavailable(_) => Unproven::Store(error),
        })
    }

    async fn accept(
        &self,
        client: &Client,
        key: &PrivateKey,
        (assertion, caller): (&str, &Caller),
    ) -> Result<Accepted, Unproven> {
        let jws = UnverifiedJws::parse(assertion, MAXIMUM_ASSERTION)?;
        let kind = ["jwt", "client-authentication+jwt"];
        if jws.has_type() && !kind.iter().any(|kind| jws.is_type(kind)) {
            return Err(Unproven::Type); // TK-10
        }
        let algorithm = jws.algorithm();
        if !key.algorithms.contains(&algorithm) {
            return Err(Unproven::Algorithm); // TK-08
        }
        let (now, kid) = (self.clock.now(), jws.kid());
        let url = self.url.as_str();
        let config = &self.published().config;
        let alias = config.certificate_alias().unwrap_or(url); // RFC 8705 section 5
        let [token, par] = ["token", "par"].map(|endpoint| format!("{url}/{endpoint}")); // RFC 9126 section 2
        let at_alias = format!("{alias}/token");
        let expected = Expected {
            client: &client.id,
            audiences: &[url, &token, &par, &at_alias],
            now,
        };
        // Before keys are fetched for it, it must be worth it (RG-07).
        let claimed = AssertionClaims::read(jws.unverified_payload())?;
        let accepted = judge(&claimed, expected)?;
        let wanted = Wanted { kid, algorithm };
        let found = self.keys_of(client, key, wanted, caller).await?;
        let verified = found
            .keys
            .matching(kid, algorithm)
            .filter_map(VerifyingKey::parse)
            .any(|key| jws.verified_by(&key).is_some());
        if !verified {
            return Err(Unproven::Signature);
        }
        found.proved();
        Ok(accepted) // the payload that was judged is the one that is signed
    }
}
