//! What a request asks for: in its own parameters, in a pushed request, or in a signed object.
//!
//! ```text
//! request_uri of ours -> opened, used up -> the parameters that were pushed
//! request             -> checked, used up -> the parameters that were signed
//! neither             -> the parameters as they are
//! ```
//!
//! Of the first two nothing that stands beside them counts but `client_id`. No other
//! `request_uri` is looked at (AZ-16).

use doorward_core::{
    authorize::{AuthorizeError, Came, Parameters, tell},
    client::Client,
    id::ClientId,
    request_object::{self, Expected, RequestObject, RequestObjectFault},
};
use doorward_store::StoreError;

use super::{error::AuthorizeRefused, refusal::Shown};
use crate::{
    directory::{Caller, KeysError, Wanted},
    form::{Malformed, Pairs, encode},
    par::own_request_uri,
    shared::Shared,
};

/// Why a signed request does not count.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ObjectError {
    /// What the client is told.
    #[error(transparent)]
    Refused(AuthorizeError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<RequestObjectFault> for ObjectError {
    fn from(fault: RequestObjectFault) -> Self {
        Self::Refused(fault.into())
    }
}

impl Shared {
    /// The query that counts, and how it came.
    pub(super) async fn asked(
        &self,
        query: String,
        caller: &Caller,
    ) -> Result<(String, Came), AuthorizeRefused> {
        let pairs = Pairs::parse(&query).map_err(|Malformed| AuthorizeRefused::Malformed)?;
        let pushed = own_request_uri(&pairs).map(str::to_owned);
        let signed = pairs.all("request").next().is_some();
        let two = signed && pairs.all("request_uri").next().is_some();
        if pushed.is_none() && !signed {
            return Ok((query, Came::default()));
        }
        let beside = pairs.into_parameters();
        let id = beside.client_id();
        let id = id.map_err(|fault| Shown::of(fault, &beside, None))?;
        let client = self.usable_client(&id, caller).await?;
        if two {
            return Err(tell(&beside, &client, AuthorizeError::TwoRequests).into()); // A-081
        }
        match pushed {
            Some(sealed) => self.take_pushed(&sealed, &id).await,
            None => {
                let opened = self.open_object(&client, &beside, caller).await;
                let parameters = opened.map_err(|error| match error {
                    ObjectError::Refused(error) => tell(&beside, &client, error).into(),
                    ObjectError::Store(error) => AuthorizeRefused::Store(error),
                })?;
                Ok((
                    encode(parameters.pairs()),
                    Came {
                        signed: true,
                        pushed: false,
                    },
                ))
            }
        }
    }

    async fn usable_client(
        &self,
        id: &ClientId,
        caller: &Caller,
    ) -> Result<Client, AuthorizeRefused> {
        let client = self.find_client(id, caller).await?;
        let client = client.filter(Client::is_usable);
        client.ok_or_else(|| AuthorizeRefused::Unregistered(id.clone()))
    }

    /// The parameters in the `request` of `client`, whose one use is noted.
    async fn open_object(
        &self,
        client: &Client,
        beside: &Parameters,
        caller: &Caller,
    ) -> Result<Parameters, ObjectError> {
        let object = self.unused_object(client, beside, caller).await?;
        let mut tx = self.store.begin().await?;
        let counted = self.count_remembered(client, caller.peer());
        counted.map_err(|_| ObjectError::Refused(AuthorizeError::Unavailable))?;
        tx.use_once(&object.once, object.expires_at);
        tx.commit().await.map_err(|error| match error {
            StoreError::Conflict => RequestObjectFault::Used.into(),
            StoreError::Corrupt(_) | StoreError::Unavailable(_) => ObjectError::Store(error),
        })?;
        Ok(object.parameters)
    }

    /// The `request` of `client`, whose one use nobody noted yet: whoever goes by it does.
    pub(crate) async fn unused_object(
        &self,
        client: &Client,
        beside: &Parameters,
        caller: &Caller,
    ) -> Result<RequestObject, ObjectError> {
        let text = beside.one("request").map_err(ObjectError::Refused)?;
        let text = text.unwrap_or_default();
        let object = self.read_object(client, text, caller).await?;
        if self.store.begin().await?.was_used(&object.once).await? {
            return Err(RequestObjectFault::Used.into()); // costs nobody a write, DS-05
        }
        Ok(object)
    }

    async fn read_object(
        &self,
        client: &Client,
        text: &str,
        caller: &Caller,
    ) -> Result<RequestObject, ObjectError> {
        let key = client.signs_requests_with();
        let key = key.ok_or(ObjectError::Refused(AuthorizeError::RequestObject))?;
        let jws = request_object::parse(text)?;
        let (now, algorithm) = (self.clock.now(), jws.algorithm());
        if !key.algorithms.contains(&algorithm) {
            return Err(RequestObjectFault::Signature.into()); // TK-08
        }
        let kid = jws.kid();
        let wanted = Wanted { kid, algorithm };
        let found = self.keys_of(client, key, wanted, caller).await;
        let found = found.map_err(|error| match error {
            KeysError::Store(error) => ObjectError::Store(error),
            KeysError::Document(fault) => {
                tracing::warn!(client = %client.id, %fault, "the keys of a client cannot be had");
                RequestObjectFault::Keys.into()
            }
        })?;
        let expected = Expected {
            client: &client.id,
            issuer: self.url.as_str(),
            now,
        };
        let object = request_object::read(text, &found.keys.keys, expected)?;
        found.proved();
        Ok(object)
    }
}
