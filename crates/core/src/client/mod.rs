//! OAuth clients: who they say they are and what they may do (OAuth 2.1 section 2).

mod authentication;
mod certificates;
mod document;
mod environment;
mod grants;
mod keys;
mod metadata_url;
mod name;
mod own;
mod seen_keys;
mod software;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(crate) use self::name::harmless;
pub use self::{
    authentication::{ClientAuthentication, Credentials, PrivateKey, SecretPlacement},
    certificates::{CertificateSet, OwnCertificates},
    document::DocumentState,
    environment::{Environment, Environments, NotAnEnvironment},
    grants::{GrantType, GrantTypes},
    keys::{ClientKeys, KeySetError, delivered_keys, read_key_set},
    metadata_url::MetadataUrl,
    name::{NameDoubt, display_name, doubt, is_reserved},
    own::{OwnAccess, OwnError, OwnServers, own_access},
    seen_keys::{SeenKeys, Succession},
    software::Software,
};
use crate::{
    id::ClientId,
    redirect::{MatchedRedirect, RegisteredRedirect},
    secret::Digest,
    time::UnixTime,
};

/// A client that is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its identifier.
    pub id: ClientId,
    /// How it came to be known, and so how far its name can be believed.
    pub origin: ClientOrigin,
    /// The name that it shows to people; harmless to display, never proof of anything.
    pub name: String,
    /// What else it says of itself.
    pub software: Software,
    /// Where answers may go.
    pub redirects: Vec<RegisteredRedirect>,
    /// How it authenticates.
    pub authentication: ClientAuthentication,
    /// What it may ask the token endpoint for.
    pub grants: GrantTypes,
    /// What it may do for itself, without any user.
    pub own: OwnAccess,
    /// Which servers it may get tokens for.
    pub environments: Environments,
    /// What is special about its tokens.
    pub tokens: TokenRules,
    /// What its authorization requests have to be.
    pub requests: RequestRules,
    /// What its signed requests are checked with, when not with what proves who it is.
    pub request_keys: Option<PrivateKey>,
    /// The keys that were last seen behind its `jwks_uri`; none before the first time, and for
    /// keys that it registered themselves.
    pub seen_keys: SeenKeys,
    /// Digest of its registration access token (RFC 7592), if it has one.
    pub management: Option<Digest>,
    /// Its metadata document, if it is known by one.
    pub document: Option<DocumentState>,
    /// When it was registered.
    pub created_at: UnixTime,
    /// When somebody last signed in through it; `None` until the first time.
    pub used_at: Option<UnixTime>,
    /// Since when it is refused, if so.
    pub revoked_at: Option<UnixTime>,
}

/// How a client came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientOrigin {
    /// An administrator registered it.
    Preregistered,
    /// Its identifier is the URL of its metadata document (Client ID Metadata Documents).
    MetadataDocument,
    /// It registered itself (RFC 7591).
    Dynamic,
}

/// What an administrator or a registration decided about the tokens of one client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenRules {
    /// How long its access tokens live, when not as long as everybody's.
    pub access_ttl: Option<Duration>,
    /// Whether it only gets tokens that are bound to a key (`dpop_bound_access_tokens`,
    /// RFC 9449 section 5.2).
    pub dpop_bound: bool,
    /// Whether it only gets tokens that are bound to its certificate
    /// (`tls_client_certificate_bound_access_tokens`, RFC 8705 section 3.4).
    pub certificate_bound: bool,
}

/// What a client registered about its authorization requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestRules {
    /// They are all pushed (`require_pushed_authorization_requests`, RFC 9126 section 6).
    pub pushed: bool,
    /// They are all signed (`require_signed_request_object`, RFC 9101 section 10.5).
    pub signed: bool,
}

impl Client {
    /// A public client that signs people in, as yet without a name and redirects: what
    /// every other registration says in which ways it differs.
    pub fn public(id: ClientId, origin: ClientOrigin, created_at: UnixTime) -> Self {
        Self {
            id,
            origin,
            name: String::new(),
            software: Software::default(),
            redirects: Vec::new(),
            authentication: ClientAuthentication::None,
            grants: GrantTypes::interactive(),
            own: OwnAccess::default(),
            environments: Environments::default(),
            tokens: TokenRules::default(),
            requests: RequestRules::default(),
            request_keys: None,
            seen_keys: SeenKeys::default(),
            management: None,
            document: None,
            created_at,
            used_at: None,
            revoked_at: None,
        }
    }

    /// Whether the client may act at all.
    pub fn is_usable(&self) -> bool {
        self.revoked_at.is_none()
    }

    /// Whether an administrator or somebody who signed in stands behind it: what strangers do
    /// must not get into its way.
    pub fn is_established(&self) -> bool {
        self.used_at.is_some() || self.origin == ClientOrigin::Preregistered
    }

    /// Whether it may use refresh tokens.
    pub fn refreshes(&self) -> bool {
        self.grants.contains(GrantType::RefreshToken)
    }

    /// Whether an approval that was given to `before` has to be asked for again: answers may
    /// go elsewhere, somebody else may prove to be the client, or it may get more.
    pub fn rests_on_more_than(&self, before: &Self) -> bool {
        self.redirects != before.redirects
            || self.authentication != before.authentication
            || self.grants != before.grants
            || before.request_keys.is_some() && self.request_keys != before.request_keys
    }

    /// What its authorization requests may be signed with (RFC 9101): any keys that it
    /// registered, whichever way it authenticates.
    pub fn signs_requests_with(&self) -> Option<&PrivateKey> {
        match (&self.request_keys, &self.authentication) {
            (Some(own), _) => Some(own),
            (None, ClientAuthentication::PrivateKey(key)) => Some(key),
            (
                None,
                ClientAuthentication::None
                | ClientAuthentication::Secret { .. }
                | ClientAuthentication::Certificate(_)
                | ClientAuthentication::OwnCertificate(_),
            ) => None,
        }
    }

    /// The registered redirect that `presented` matches.
    pub fn redirect(&self, presented: &str) -> Option<MatchedRedirect> {
        self.redirects
            .iter()
            .find_map(|registered| registered.matching(presented))
    }
}

impl ClientOrigin {
    const ALL: [Self; 3] = [Self::Preregistered, Self::MetadataDocument, Self::Dynamic];

    /// The word that the store uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preregistered => "preregistered",
            Self::MetadataDocument => "metadata_document",
            Self::Dynamic => "dynamic",
        }
    }

    /// Reads the word back.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.as_str() == text)
    }
}
