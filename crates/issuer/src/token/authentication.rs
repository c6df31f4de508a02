//! Who calls `/token` and `/revoke`: the one authentication of a request (A-043..A-045, TK-01).

use base64::{Engine, engine::general_purpose::STANDARD};
use doorward_core::{
    assertion::ASSERTION_TYPE,
    authorize::Parameters,
    client::{Client, ClientAuthentication, Credentials},
    id::ClientId,
    secret::Secret,
};
use doorward_store::StoreError;
use http::{HeaderMap, header, request::Parts};

use super::{
    assertion::{Unproven, claimed_by},
    certificate::Uncertified,
};
use crate::{
    directory::{Caller, DirectoryError, DocumentFault, KeysError},
    form::decode,
    limits::Wait,
    shared::Shared,
};

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
    /// Its network asked for too much that was in vain: whether it is known was not looked at.
    #[error("too many requests from this address: wait and try again")]
    TooMany(Wait),
    /// The store failed.
    #[error("the server is temporarily unavailable")]
    Store(#[from] StoreError),
}

/// What a request says about its client.
struct Claimed {
    id: ClientId,
    proof: Proof,
    basic: bool,
}

/// What it brings along to prove it.
enum Proof {
    Credentials(Credentials),
    Assertion(String),
}

impl Shared {
    /// The client of a request, authenticated as registered.
    pub(crate) async fn authenticate(
        &self,
        parts: &Parts,
        parameters: &Parameters,
    ) -> Result<Client, ClientError> {
        let claimed = claimed(&parts.headers, parameters)?;
        let caller = Caller::script(parts);
        let unauthenticated = ClientError::Unauthenticated {
            basic: claimed.basic,
        };
        let found = match self.find_client(&claimed.id, &caller).await {
            Ok(found) => found,
            Err(DirectoryError::Store(error)) => return Err(error.into()),
            Err(DirectoryError::Document { trouble, .. }) => {
                if let Some(wait) = trouble.wait() {
                    return Err(ClientError::TooMany(wait));
                }
                tracing::info!(client = %claimed.id, %trouble, "a client is not known");
                None
            }
        };
        let Some(client) = found.filter(Client::is_usable) else {
            return Err(unauthenticated);
        };
        match (&client.authentication, &claimed.proof) {
            (ClientAuthentication::PrivateKey(key), Proof::Assertion(assertion)) => {
                match self.prove(&client, key, (assertion, &caller)).await {
                    Ok(()) => Ok(client),
                    Err(Unproven::Store(error)) => Err(error.into()),
                    Err(
                        Unproven::TooMany(wait) | Unproven::Keys(DocumentFault::TooOften(wait)),
                    ) => Err(ClientError::TooMany(wait)),
                    Err(fault) => {
                        tracing::info!(client = %client.id, %fault, "an assertion is refused");
                        Err(unauthenticated)
                    }
                }
            }
            // RFC 8705 section 2: the certificate proves it, `client_id` in the body says it.
            (
                ClientAuthentication::Certificate(_) | ClientAuthentication::OwnCertificate(_),
                Proof::Credentials(Credentials::Identified),
            ) if !claimed.basic => match self.certified(&client, parts).await {
                Ok(()) => Ok(client),
                Err(Uncertified::Certificates(KeysError::Store(error))) => Err(error.into()),
                Err(Uncertified::Certificates(KeysError::Document(DocumentFault::TooOften(
                    wait,
                )))) => Err(ClientError::TooMany(wait)),
                Err(fault) => {
                    tracing::info!(client = %client.id, %fault, "a certificate is refused");
                    Err(unauthenticated)
                }
            },
            (_, Proof::Credentials(credentials)) if client.authenticates(credentials) => Ok(client),
            (_, Proof::Credentials(_) | Proof::Assertion(_)) => Err(unauthenticated), // TK-01
        }
    }
}

fn claimed(headers: &HeaderMap, parameters: &Parameters) -> Result<Claimed, ClientError> {
    let one = |name| parameters.one(name).ok().flatten();
    let (id, secret) = (one("client_id"), one("client_secret"));
    let assertion = one("client_assertion");
    if headers.contains_key(header::AUTHORIZATION) {
        if secret.is_some() || assertion.is_some() {
            return Err(ClientError::TwoMethods);
        }
        return basic(headers, id).ok_or(ClientError::Unauthenticated { basic: true });
    }
    if secret.is_some() && assertion.is_some() {
        return Err(ClientError::TwoMethods);
    }
    let unauthenticated = ClientError::Unauthenticated { basic: false };
    if let Some(assertion) = assertion {
        let kind = one("client_assertion_type");
        return asserted(kind, id, assertion).ok_or(unauthenticated);
    }
    let Some(id) = id else {
        return Err(unauthenticated);
    };
    let credentials = match secret {
        Some(secret) => Credentials::Post(Secret::presented(secret)),
        None => Credentials::Identified,
    };
    Ok(Claimed {
        id: ClientId::from_known(id),
        proof: Proof::Credentials(credentials),
        basic: false,
    })
}

/// An assertion may stand for `client_id`; if both are there, they are one.
fn asserted(kind: Option<&str>, id: Option<&str>, assertion: &str) -> Option<Claimed> {
    let subject = claimed_by(assertion)?;
    let agreed = kind == Some(ASSERTION_TYPE) && id.is_none_or(|id| id == subject.as_str());
    agreed.then(|| Claimed {
        id: subject,
        proof: Proof::Assertion(assertion.to_owned()),
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
    let credentials = if secret.is_empty() {
        Credentials::Identified
    } else {
        Credentials::Basic(Secret::presented(secret))
    };
    Some(Claimed {
        id: ClientId::from_known(id),
        proof: Proof::Credentials(credentials),
        basic: true,
    })
}
