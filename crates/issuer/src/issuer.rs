//! The issuer as a value: what it is made of, and how it starts.

use std::{collections::BTreeSet, net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{Router, response::Response};
use bytes::Bytes;
use doorward_core::{
    access::CLOCK_SKEW,
    client::Environment,
    clock::Clock,
    entropy::Entropy,
    exchange::ExchangeRule,
    factor::SignInPolicy,
    group::Groups,
    id::{ClientId, KeyId},
    jwk::{PublicKey, PublicKeySet},
    letter::{Letter, NotPosted, Post},
    lifetimes::{LONGEST_ACCESS, Lifetimes},
    registration::{CertificateOffer, Domains},
    resource::Resource,
    revocation::Revocations,
    rotation::Schedule,
    secret::Digest,
    server::{ServerName, ToolSummary},
    step_up::{Acr, Wanted},
    user::{MailAddress, User, Username},
};
use doorward_fetch::Fetcher;
use doorward_pages::Brand;
use doorward_store::{Store, StoreError};
use http::{HeaderMap, Method};
use http_body_util::Full;
use zeroize::Zeroize;

use crate::{
    accounts::Accounts,
    administration::KeyAdministration,
    authorities::ClientCertificates,
    federation::Federation,
    keys::{KeyError, KeySetChange},
    letters::Asked,
    metadata,
    public_url::{PublicUrl, PublicUrlError},
    register::StatementIssuer,
    routes,
    shared::Shared,
    trust::TrustedIssuer,
};

/// Tells the consent page which tools a server has.
#[async_trait]
pub trait ToolCatalogue: Send + Sync + 'static {
    /// The tools of `server`; `None` when they are not known right now.
    async fn tools(&self, server: &ServerName) -> Option<Vec<ToolSummary>>;

    /// Whether a person may use anything of `server` through a client.
    fn admits(&self, server: &ServerName, who: Asking<'_>) -> bool;
}

/// A person and the client that they are asked to let in.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The sign-in name.
    pub user: &'a Username,
    /// The groups that a token would tell of.
    pub groups: &'a Groups,
    /// The client.
    pub client: &'a ClientId,
}

/// A server that tokens can be issued for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedServer {
    /// Its name.
    pub name: ServerName,
    /// Its title for people.
    pub title: String,
    /// The identifier of its endpoint; the audience of its tokens.
    pub resource: Resource,
    /// What a sign-in must be like so that every call passes (RFC 9470): an approval for it
    /// begins with one that is.
    pub sign_in: Wanted,
    /// Where it runs: clients of other environments get no tokens for it.
    pub environment: Option<Environment>,
    /// The confidential clients that may ask about its tokens (RFC 7662): its resource servers.
    pub resource_servers: Vec<ClientId>,
    /// How long access tokens for it live, when not as long as for every server.
    pub access_ttl: Option<Duration>,
}

/// What the operator decides.
#[derive(Clone, Debug, PartialEq)]
pub struct IssuerConfig {
    /// The issuer identifier: `public_url`, without a trailing slash.
    pub issuer: String,
    /// The servers.
    pub servers: Vec<PublishedServer>,
    /// The endpoint that is all of them as one, where there is one: `/mcp` under the issuer.
    pub whole: Option<Resource>,
    /// How people sign in at least.
    pub sign_in: SignInPolicy,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// What signing keys are made, and when.
    pub keys: Schedule,
    /// Whether the metadata is signed as well (RFC 8414 section 2.1), which makes it more than
    /// twice as long.
    pub signed_metadata: bool,
    /// Whether clients may register themselves.
    pub dynamic_registration: DynamicRegistration,
    /// Whose software statements count.
    pub statement_issuers: Vec<StatementIssuer>,
    /// Whose client metadata documents are taken; `None` takes nobody's.
    pub client_documents: Option<Domains>,
    /// Who may exchange whose tokens into what.
    pub exchange: Vec<ExchangeRule>,
    /// Whether clients can learn who a person is (OpenID Connect).
    pub openid: bool,
    /// Through whom people sign in besides.
    pub federation: Federation,
    /// Whether DPoP proofs must carry a nonce of this server (RFC 9449 section 8).
    pub dpop_nonces: bool,
    /// Issuers elsewhere whose assertions are grants here.
    pub trusted_issuers: Vec<TrustedIssuer>,
    /// How clients may show certificates; `None` when nobody asks them for one.
    pub client_certificates: Option<ClientCertificates>,
    /// What the pages look like and say.
    pub pages: Brand,
    /// The groups that the allow lists of servers ask for: where somebody is in more groups than
    /// fit in a token, these come first.
    pub groups_in_rules: BTreeSet<String>,
}

impl IssuerConfig {
    /// Whether passkeys are turned on, and can work at this address.
    pub(crate) fn takes_passkeys(&self) -> bool {
        let url = PublicUrl::parse(&self.issuer);
        self.sign_in.passkeys && url.is_ok_and(|url| url.relying_party().is_some())
    }

    /// The strongest sign-in that can be had here.
    pub(crate) fn strongest_sign_in(&self) -> Acr {
        match self.takes_passkeys() {
            true => Acr::Passkey,
            false => Acr::Mfa,
        }
    }

    /// Every strength that a sign-in can have here.
    pub(crate) fn sign_ins(&self) -> impl Iterator<Item = Acr> {
        let strongest = self.strongest_sign_in();
        Acr::ALL.into_iter().filter(move |acr| *acr <= strongest)
    }

    /// What clients with a certificate can do here.
    pub(crate) fn certificate_offer(&self) -> CertificateOffer {
        match &self.client_certificates {
            None => CertificateOffer::Nothing,
            Some(taken) if taken.authorities.is_empty() => CertificateOffer::Own,
            Some(_) => CertificateOffer::Authorities,
        }
    }

    /// The URL under which clients are asked for a certificate, when it is another one.
    pub(crate) fn certificate_alias(&self) -> Option<&str> {
        self.client_certificates.as_ref()?.alias.as_deref()
    }
}

/// Whether clients may register themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DynamicRegistration {
    /// Any client may.
    Open,
    /// Whoever shows one of these initial access tokens (RFC 7591 section 3) may, or one that
    /// an administrator made ([`crate::Administration::add_initial_token`]).
    Token(Vec<Digest>),
    /// Nobody may.
    Off,
}

/// What the issuer works with.
pub struct IssuerParts {
    /// Everything that must last.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// The key that protects all other keys.
    pub master_key: MasterKey,
    /// What verifiers in this process consult.
    pub revocations: Arc<Revocations>,
    /// The tools of each server.
    pub catalogue: Arc<dyn ToolCatalogue>,
    /// Fetches what strangers publish. Its reach decides how far that may lead.
    pub fetcher: Fetcher,
    /// Fetches from hosts that the operator named, wherever they are.
    pub operator_fetcher: Fetcher,
    /// Takes letters to people; `None` when nobody gets any.
    pub post: Option<Arc<dyn Post>>,
}

/// 256 random bits that stay outside the store. Erased from memory when dropped.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// Takes the key as the operator's data folder keeps it.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Why an issuer does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The public URL cannot be an issuer identifier.
    #[error(transparent)]
    PublicUrl(#[from] PublicUrlError),
    /// The signing keys cannot be opened or made.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An authorization server. Clones share everything.
#[derive(Clone)]
pub struct Issuer(Arc<Shared>);

impl Issuer {
    /// Starts an issuer: opens its signing keys, or makes them when there are none yet.
    pub async fn start(config: IssuerConfig, parts: IssuerParts) -> Result<Self, StartError> {
        Ok(Self(Arc::new(Shared::start(config, parts).await?)))
    }

    /// Everything that the issuer serves. Requests should carry their
    /// [`Peer`](doorward_core::peer::Peer) as an extension.
    pub fn router(&self) -> Router {
        routes::router(&self.0)
    }

    /// The metadata, if that is what is asked for where everybody looks first. The
    /// [`router`](Self::router) answers the same; this spares the search for a route.
    pub fn metadata_at_once(
        &self,
        asked: (&Method, &str),
        headers: &HeaderMap,
        peer: impl FnOnce() -> IpAddr,
    ) -> Option<Response<Full<Bytes>>> {
        metadata::at_once(&self.0, asked, headers, peer)
    }

    /// What of it is for programs alone: no page is in it. For listeners that ask for a client
    /// certificate, where no browser has anything to do.
    pub fn router_for_programs(&self) -> Router {
        routes::router_for_programs(&self.0)
    }

    /// The public halves of the signing keys that are published now.
    pub fn public_keys(&self) -> PublicKeySet {
        self.0.keys.public()
    }

    /// The published key of exactly this name. One that is not known makes the issuer look
    /// whether another process that shares the database added it, but not often.
    pub async fn public_key(&self, kid: &KeyId) -> Option<PublicKey> {
        self.0.keys.find(kid).await
    }

    /// Makes the signing keys that are due, forgets those that are long gone, and takes over
    /// what others planned meanwhile. To be called every few seconds, and after
    /// [`KeyAdministration`] changed something.
    pub async fn tend_keys(&self) -> Result<KeySetChange, KeyError> {
        let schedule = self.0.published().config.keys;
        let change = self.0.keys.tend(&schedule).await?;
        self.0.sign_metadata();
        Ok(change)
    }

    /// What people do with their own accounts.
    pub fn accounts(&self) -> Accounts {
        Accounts::of(&self.0)
    }

    /// Whether letters to people are sent.
    pub fn mails(&self) -> bool {
        self.0.post.is_some()
    }

    /// Posts the link of an invitation to the address that it is for.
    pub fn post_invitation(&self, to: &MailAddress, link: &str) -> Result<(), NotPosted> {
        self.post(self.0.invitation_letter(to, link))
    }

    /// Posts a link to a new password that an administrator made to the address of the account.
    /// Nothing is posted, and the answer is `false`, when the account has none.
    pub fn post_reset(&self, user: &User, link: &str) -> Result<bool, NotPosted> {
        let asked = Asked::ByAnAdministrator;
        match self.0.reset_letter(user, link, asked) {
            Some(letter) => self.post(letter).map(|()| true),
            None => Ok(false),
        }
    }

    fn post(&self, letter: Letter) -> Result<(), NotPosted> {
        self.0.post.as_ref().ok_or(NotPosted)?.post(letter)
    }

    /// What people do with the signing keys.
    pub fn key_administration(&self) -> KeyAdministration {
        KeyAdministration::of(&self.0)
    }

    /// Takes over a new configuration for all requests that come after. The issuer
    /// identifier stays as it was at start: tokens and links are bound to it.
    pub fn reconfigure(&self, config: IssuerConfig) {
        self.0.publish(config);
    }

    /// Deletes what has expired, in the store and in memory. Returns how many rows went.
    pub async fn reap(&self) -> Result<usize, StoreError> {
        let shared = &self.0;
        let (now, lifetimes) = (shared.clock.now(), shared.published().config.lifetimes);
        // Some client or server may have had longer tokens than most.
        shared
            .revocations
            .forget_before(now - LONGEST_ACCESS - CLOCK_SKEW - CLOCK_SKEW);
        shared.limits.forget_idle(now);
        shared.store.reap(now, now - lifetimes.unused_client).await
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Issuer(..)")
    }
}
