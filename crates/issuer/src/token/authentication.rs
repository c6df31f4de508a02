//! Who calls `/token` and `/revoke`: the one authentication of a request (A-043..A-045, TK-01).

use base64::{Engine, engine::general_purpose::STANDARD};
use doorward_core::{
    authorize::Parameters,
    client::{Client, Credentials},
    id::ClientId,
    secret::Secret,
};
use doorward_store::{StoreError, Tx};
use http::{HeaderMap, header};

use crate::{form::decode, shared::Shared};

/// Why a client is not known. An unknown and a badly authenticated one look the same.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// More than one way to authenticate in one request.
    #[error("the request authenticates its client in more than one way")]
    TwoMethods,
    /// Unknown, revoked, not authenticated, or authenticated otherwise than registered.
    #[error("client authentication failed")]
    Unauthenticated {
        /// The request used HTTP Basic, so the answer must name the scheme.
        basic: bool,
    },
    /// The store failed.
    #[error("the server is temporarily unavailable")]
    Store(#[from] StoreError),
}

/// What a request says about its client.
struct Claimed {
    id: ClientId,
    credentials: Credentials,
    basic: bool,
}

impl Shared {
    /// The client of a request, authenticated as registered.
    pub(crate) async fn authenticate(
        &self,
        tx: &mut dyn Tx,
        headers: &HeaderMap,
        parameters: &Parameters,
    ) -> Result<Client, ClientError> {
        let claimed = claimed(headers, parameters)?;
        let client = tx.client(&claimed.id).await?;
        client
            .filter(|client| client.is_usable() && client.authenticates(&claimed.credentials))
            .ok_or(ClientError::Unauthenticated {
                basic: claimed.basic,
            })
    }
}

fn claimed(headers: &HeaderMap, parameters: &Parameters) -> Result<Claimed, ClientError> {
    let one = |name| parameters.one(name).ok().flatten();
    let (id, secret) = (one("client_id"), one("client_secret"));
    let assertion = one("client_assertion").is_some();
    if headers.contains_key(header::AUTHORIZATION) {
        if secret.is_some() || assertion {
            return Err(ClientError::TwoMethods);
        }
        return basic(headers, id).ok_or(ClientError::Unauthenticated { basic: true });
    }
    if secret.is_some() && assertion {
        return Err(ClientError::TwoMethods);
    }
    let unauthenticated = ClientError::Unauthenticated { basic: false };
    let Some(id) = id.filter(|_| !assertion) else {
        return Err(unauthenticated); // assertions are not offered in metadata
    };
    Ok(Claimed {
        id: ClientId::from_known(id),
        credentials: match secret {
            Some(secret) => Credentials::Post(Secret::presented(secret)),
            None => Credentials::Identified,
        },
        basic: false,
    })
}

/// HTTP Basic with form-encoded parts (RFC 6749 section 2.3.1). An empty secret is no
/// secret: public clients of some libraries send their identifier this way.
fn basic(headers: &HeaderMap, body_id: Option<&str>) -> Option<Claimed> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let (id, secret) = (decode(id).ok()?, decode(secret).ok()?);
    if id.is_empty() || body_id.is_some_and(|other| other != id) {
        return None;
    }
    Some(Claimed {
        id: ClientId::from_known(id),
        credentials: if secret.is_empty() {
            Credentials::Identified
        } else {
            Credentials::Basic(Secret::presented(secret))
        },
        basic: true,
    })
}
