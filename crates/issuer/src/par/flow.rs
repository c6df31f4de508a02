//! Seals a request into a `request_uri`, and opens it once.

use axum::body::Body;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    authorize::{Came, Parameters, check, permitted},
    client::Client,
    dpop::{Proof, ProofFault},
    entropy::draw,
    id::{ClientId, FlowId},
    once::{OneTime, Purpose},
    request_object::RequestObjectFault,
    time::UnixTime,
};
use doorward_store::StoreError;
use http::request::Parts;
use serde::{Deserialize, Serialize};

use super::{
    error::{PushError, RequestUriFault},
    wire::PushedResponse,
};
use crate::{
    authorize::{AuthorizeRefused, ObjectError},
    browser::peer,
    directory::Caller,
    form::{Pairs, encode},
    proof::ProofError,
    refusals::Refused,
    shared::Shared,
    token::{ClientError, parameters},
};

/// What every `request_uri` made here starts with (RFC 9126 section 2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// The longest request that is taken, in form encoding: what is sealed must still fit into an
/// address.
const MAXIMUM_PUSHED: usize = 8 * 1024;
/// What authenticated the client is no part of its request and goes into no address.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// A request on its way from the client to `/authorize`.
#[derive(Serialize, Deserialize)]
struct Pushed {
    /// The request in form encoding.
    #[serde(rename = "q")]
    query: String,
    /// Who pushed it.
    #[serde(rename = "c")]
    client: ClientId,
    /// When.
    #[serde(rename = "t")]
    at: UnixTime,
    /// Its identity: it can be used once.
    #[serde(rename = "i")]
    id: FlowId,
    /// Whether the client signed it.
    #[serde(rename = "s", default)]
    signed: bool,
}

/// The one `request_uri` of a request, if it is of the kind that is made here.
pub(crate) fn own_request_uri(pairs: &Pairs) -> Option<&str> {
    let mut named = pairs.all("request_uri");
    match (named.next(), named.next()) {
        (Some(uri), None) => uri.strip_prefix(PREFIX),
        _ => None,
    }
}

impl Shared {
    /// Checks a request as `/authorize` would and seals it for its client.
    pub(super) async fn push(
        &self,
        parts: &Parts,
        body: Body,
    ) -> Result<PushedResponse, Refused<PushError>> {
        let sent = parameters(parts, body).await;
        let sent = sent.map_err(Refused::stranger)?;
        let client = self.authenticate(parts, &sent).await;
        let client = client.map_err(Refused::stranger)?;
        let taken = self.take(parts, &sent, &client).await;
        taken.map_err(|error| Refused::to(&client, error))
    }

    async fn take(
        &self,
        parts: &Parts,
        sent: &Parameters,
        client: &Client,
    ) -> Result<PushedResponse, PushError> {
        if sent.all("request_uri").next().is_some() {
            return Err(PushError::RequestUri);
        }
        let proof = self.proof(parts, "/par").await?;
        let signed = sent.all("request").next().is_some();
        let (request, object) = if signed {
            let caller = Caller::script(parts);
            let object = self.unused_object(client, sent, &caller).await?;
            (object.parameters, Some((object.once, object.expires_at)))
        } else {
            (request_of(sent, &client.id), None)
        };
        let request = with_key(request, proof.as_ref())?;
        let pushed = true;
        permitted(client, Came { pushed, signed }).map_err(PushError::Authorize)?;
        let published = self.published();
        let servers = published.resources_of(client);
        check(&request, client, published.offered(client, &servers))?;
        let query = encode(request.pairs());
        if query.len() > MAXIMUM_PUSHED {
            return Err(PushError::TooLarge);
        }
        let counted = self.count_remembered(client, peer(parts));
        counted.map_err(|wait| PushError::Client(ClientError::TooMany(wait)))?;
        let noted = self.use_signed(object, proof.as_ref()).await;
        noted.inspect_err(|_| self.give_back_remembered(client, peer(parts)))?;
        let pushed = Pushed {
            query,
            client: client.id.clone(),
            at: self.clock.now(),
            id: FlowId::from_random(draw(&*self.entropy)),
            signed,
        };
        Ok(PushedResponse {
            request_uri: self.seal_pushed(&pushed),
            expires_in: self.published().config.lifetimes.pushed.as_secs(),
        })
    }

    /// Notes the one use of what was signed, the request and the proof: both or neither.
    async fn use_signed(
        &self,
        object: Option<(OneTime, UnixTime)>,
        proof: Option<&Proof>,
    ) -> Result<(), PushError> {
        let mut tx = self.store.begin().await?;
        let signed = object.is_some();
        if let Some((once, expires_at)) = object {
            tx.use_once(&once, expires_at);
        }
        match self.commit_proven(tx, proof).await {
            Err(ProofError::Store(StoreError::Conflict)) if signed => {
                Err(ObjectError::from(RequestObjectFault::Used).into())
            }
            outcome => Ok(outcome?),
        }
    }

    /// Opens a `request_uri` for the client that a request names, and notes its one use.
    /// Returns the query that was pushed, and how it came.
    pub(crate) async fn take_pushed(
        &self,
        sealed: &str,
        client: &ClientId,
    ) -> Result<(String, Came), AuthorizeRefused> {
        let pushed = self.open_pushed(sealed);
        let pushed = pushed
            .filter(|pushed| pushed.client == *client)
            .ok_or(RequestUriFault::Unknown)?;
        let expires_at = pushed.at + self.published().config.lifetimes.pushed;
        if self.clock.now() >= expires_at {
            return Err(RequestUriFault::Expired.into());
        }
        let mut tx = self.store.begin().await?;
        let used = OneTime::named(Purpose::PushedRequest, client.as_str(), pushed.id.as_str());
        if tx.was_used(&used).await? {
            return Err(RequestUriFault::Used.into()); // costs nobody a write, DS-05
        }
        tx.use_once(&used, expires_at);
        tx.commit().await.map_err(|error| match error {
            StoreError::Conflict => RequestUriFault::Used.into(),
            StoreError::Corrupt(_) | StoreError::Unavailable(_) => AuthorizeRefused::Store(error),
        })?;
        let came = Came {
            pushed: true,
            signed: pushed.signed,
        };
        Ok((pushed.query, came))
    }

    fn seal_pushed(&self, pushed: &Pushed) -> String {
        // INVARIANT: a struct of texts and numbers serialises
        let plain = serde_json::to_vec(pushed).unwrap_or_default();
        let sealed = self.derived.pushed.seal(draw(&*self.entropy), b"", &plain);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(sealed))
    }

    fn open_pushed(&self, sealed: &str) -> Option<Pushed> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = self.derived.pushed.open(b"", &sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

/// The request for the key that was proven with it, as if it had named it (RFC 9449 section 10.1).
fn with_key(request: Parameters, proof: Option<&Proof>) -> Result<Parameters, PushError> {
    let Some(proof) = proof else {
        return Ok(request);
    };
    let key = proof.key.as_str();
    match request.one("dpop_jkt") {
        Ok(Some(named)) if named != key => Err(ProofError::from(ProofFault::OtherKey).into()),
        Ok(Some(_)) | Err(_) => Ok(request), // what is repeated is refused with the rest
        Ok(None) => {
            let pairs = request.pairs().chain([("dpop_jkt", key)]);
            let owned = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
            Ok(Parameters::new(owned.collect()))
        }
    }
}

/// The request without what authenticated its client, and with its client.
fn request_of(sent: &Parameters, client: &ClientId) -> Parameters {
    let kept = sent
        .pairs()
        .filter(|(name, _)| *name != "client_id" && !CREDENTIALS.contains(name));
    let client = std::iter::once(("client_id", client.as_str()));
    let pairs = client.chain(kept);
    Parameters::new(
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    )
}
