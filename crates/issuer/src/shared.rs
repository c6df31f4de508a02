//! What every endpoint of one issuer works with.

use std::{collections::HashMap, sync::Arc, time::Duration};

use arc_swap::{ArcSwap, Guard};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    access::Principal,
    authorize::Offered,
    client::Client,
    clock::Clock,
    dpop::Nonces,
    entropy::Entropy,
    jwk::Algorithm,
    letter::Post,
    openid::userinfo_of,
    resource::Resource,
    revocation::{Revocations, Standing},
    seal::{self, SealingKey},
    server::ServerName,
    step_up::Wanted,
};
use doorward_fetch::Fetcher;
use doorward_pages::Pages;
use doorward_store::{Store, StoreError};
use zeroize::Zeroizing;

use crate::{
    directory::{KeySets, Source, Unused},
    federation::Parties,
    issuer::{IssuerConfig, IssuerParts, PublishedServer, StartError, ToolCatalogue},
    keys::SigningKeys,
    limits::Limits,
    metadata::SignedMetadata,
    passwords::Passwords,
    public_url::PublicUrl,
    reset::Asking,
};

/// The parts of an issuer.
pub(crate) struct Shared {
    pub(crate) url: PublicUrl,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) revocations: Arc<Revocations>,
    pub(crate) catalogue: Arc<dyn ToolCatalogue>,
    /// Takes letters to people, if anybody gets any.
    pub(crate) post: Option<Arc<dyn Post>>,
    /// Forgotten passwords that are looked after behind their answers.
    pub(crate) asking: Asking,
    pub(crate) keys: SigningKeys,
    pub(crate) derived: Derived,
    pub(crate) passwords: Passwords,
    pub(crate) limits: Limits,
    /// Clients that nobody signed in through yet.
    pub(crate) unused: Unused,
    /// Documents and keys of clients that nobody signed in through yet.
    pub(crate) strangers: Source,
    /// Documents and keys of clients in use: apart, so that strangers do not fill the memory.
    pub(crate) in_use: Source,
    /// The keys of who signs software statements.
    pub(crate) statement_keys: KeySets,
    /// The keys of trusted issuers; apart from those of clients, which reach less far.
    pub(crate) trusted_keys: KeySets,
    pub(crate) pages: Pages,
    published: ArcSwap<Published>,
    parties: ArcSwap<Parties>,
    operator_fetcher: Fetcher,
    metadata: ArcSwap<SignedMetadata>,
}

/// Keys derived from the master key, one for each purpose.
pub(crate) struct Derived {
    /// Seals authorization requests on their way through the pages.
    pub(crate) flow: SealingKey,
    /// Seals pushed authorization requests.
    pub(crate) pushed: SealingKey,
    /// Makes the code that answers a request.
    pub(crate) code: Zeroizing<[u8; 32]>,
    /// Seals sign-ins through identity providers, and what these are asked again with.
    pub(crate) federation: SealingKey,
    /// Seals half-finished sign-ins, and what the pages of a step carry.
    pub(crate) step: SealingKey,
    /// Seals the keys of authenticator applications.
    pub(crate) totp: SealingKey,
    /// Binds forms to a session and a flow.
    pub(crate) form: hmac::Key,
    /// Derives identifiers of public clients from what they register.
    pub(crate) client: hmac::Key,
    /// Nonces for DPoP proofs.
    pub(crate) nonces: Nonces,
}

/// What the configuration publishes, prepared for answering.
pub(crate) struct Published {
    /// As configured.
    pub(crate) config: IssuerConfig,
    /// The resources of the servers.
    pub(crate) resources: Vec<Resource>,
    /// The UserInfo endpoint, where people sign in to clients.
    pub(crate) userinfo: Option<Resource>,
    names: HashMap<String, usize>,
}

impl Shared {
    /// Opens or makes the keys and prepares everything else.
    pub(crate) async fn start(
        config: IssuerConfig,
        parts: IssuerParts,
    ) -> Result<Self, StartError> {
        let url = PublicUrl::parse(&config.issuer)?;
        let keys = SigningKeys::open_or_make(&parts, &config.keys).await?;
        let parent = parts.master_key.as_bytes();
        let key = |purpose| hmac::Key::new(hmac::HMAC_SHA256, &seal::derive(parent, purpose));
        let brand = config.pages.clone();
        let published = Published::new(&url, config);
        let (now, limits) = (parts.clock.now(), Limits::default());
        let source = |fetcher| Source::new(fetcher, &parts.clock, &limits.documents);
        Ok(Self {
            metadata: ArcSwap::from_pointee(SignedMetadata::new(&published.config, &keys, now)),
            parties: ArcSwap::from_pointee(Parties::new(
                &published.config.federation,
                &parts.operator_fetcher,
                None,
            )),
            published: ArcSwap::from_pointee(published),
            derived: Derived {
                flow: SealingKey::derive(parent, "flow"),
                pushed: SealingKey::derive(parent, "pushed request"),
                code: Zeroizing::new(seal::derive(parent, "authorization code")),
                federation: SealingKey::derive(parent, "identity providers"),
                step: SealingKey::derive(parent, "sign-in step"),
                totp: SealingKey::derive(parent, "totp"),
                form: key("form"),
                client: key("client identifier"),
                nonces: Nonces::new(parent),
            },
            passwords: Passwords::new(),
            strangers: source(&parts.fetcher),
            in_use: source(&parts.fetcher),
            statement_keys: source(&parts.fetcher).keys,
            trusted_keys: source(&parts.operator_fetcher).keys,
            operator_fetcher: parts.operator_fetcher,
            limits,
            unused: Unused::default(),
            pages: Pages::dressed(url.prefix(), &brand),
            store: parts.store,
            clock: parts.clock,
            entropy: parts.entropy,
            revocations: parts.revocations,
            catalogue: parts.catalogue,
            post: parts.post,
            asking: Asking::default(),
            keys,
            url,
        })
    }

    /// What is published now.
    pub(crate) fn published(&self) -> Arc<Published> {
        self.published.load_full()
    }

    /// The identity providers.
    pub(crate) fn parties(&self) -> Arc<Parties> {
        self.parties.load_full()
    }

    /// Publishes another configuration under the same issuer identifier.
    pub(crate) fn publish(&self, config: IssuerConfig) {
        let published = Arc::new(Published::new(&self.url, config));
        let metadata = SignedMetadata::new(&published.config, &self.keys, self.clock.now());
        if published.config.pages != self.published().config.pages {
            self.pages.dress(&published.config.pages);
        }
        let before = self.parties.load();
        let federation = &published.config.federation;
        let parties = Parties::new(federation, &self.operator_fetcher, Some(&before));
        self.parties.store(Arc::new(parties));
        self.published.store(published);
        self.metadata.store(Arc::new(metadata));
    }

    /// The metadata document, byte for byte as every location serves it.
    pub(crate) fn metadata(&self) -> Guard<Arc<SignedMetadata>> {
        self.metadata.load()
    }

    /// Signs the metadata document anew when another key signs now.
    pub(crate) fn sign_metadata(&self) {
        let said = self.metadata.load();
        if said.signed_by != self.keys.signing() || said.algorithms != self.keys.algorithms() {
            let config = &self.published().config;
            let metadata = SignedMetadata::new(config, &self.keys, self.clock.now());
            self.metadata.store(Arc::new(metadata));
        }
    }

    /// What ID tokens are signed with; none where there are none.
    pub(crate) fn id_token_algorithm(&self) -> Option<Algorithm> {
        let connects = self.published().userinfo.is_some();
        let algorithms = self.keys.algorithms();
        algorithms.first().copied().filter(|_| connects)
    }

    /// Whether the token of `principal` was revoked. While nobody can say, it neither was nor
    /// was not: the answer is to come again (TK-18).
    pub(crate) fn is_revoked(&self, principal: &Principal) -> Result<bool, StoreError> {
        revoked(self.revocations.standing(principal))
    }

    /// Whether what a person approved at the sign-in that `principal` describes was revoked.
    pub(crate) fn is_sign_in_revoked(&self, principal: &Principal) -> Result<bool, StoreError> {
        revoked(self.revocations.standing_of_sign_in(principal))
    }

    /// How long an access token of `client` for `resource` lives, unless its grant ends before:
    /// no longer than one for any server that it opens.
    pub(crate) fn access_lifetime(&self, client: &Client, resource: &Resource) -> Duration {
        let (published, own) = (self.published(), client.tokens.access_ttl);
        let lifetimes = published.config.lifetimes;
        let servers = published.servers_at(resource);
        let lived = servers.map(|server| lifetimes.access_for(server.access_ttl, own));
        lived
            .min()
            .unwrap_or_else(|| lifetimes.access_for(None, own))
    }

    /// How long a grant of `client` for any of `resources` lasts at most.
    pub(crate) fn longest_grant<'a>(
        &self,
        client: &Client,
        resources: impl IntoIterator<Item = &'a Resource>,
    ) -> Duration {
        if client.refreshes() {
            self.published().config.lifetimes.refresh_absolute
        } else {
            self.longest_access(client, resources)
        }
    }

    /// How long the access tokens of `client` for any of `resources` live at most.
    pub(crate) fn longest_access<'a>(
        &self,
        client: &Client,
        resources: impl IntoIterator<Item = &'a Resource>,
    ) -> Duration {
        let lifetimes = resources
            .into_iter()
            .map(|resource| self.access_lifetime(client, resource));
        lifetimes.max().unwrap_or_default()
    }

    /// The absolute path of `path` as browsers reach it.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.url.prefix())
    }
}

impl Published {
    fn new(url: &PublicUrl, config: IssuerConfig) -> Self {
        let config = IssuerConfig {
            issuer: url.as_str().to_owned(),
            ..config
        };
        let named = |(index, server): (usize, &PublishedServer)| (server.name.to_string(), index);
        Self {
            resources: config
                .servers
                .iter()
                .map(|server| server.resource.clone())
                .collect(),
            userinfo: config.openid.then(|| userinfo_of(url.as_str())),
            names: config.servers.iter().enumerate().map(named).collect(),
            config,
        }
    }

    /// Whether there is a server of this name.
    pub(crate) fn has_server(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// The resources that `client` may get tokens for: those of its environments.
    pub(crate) fn resources_of(&self, client: &Client) -> Vec<Resource> {
        let admitted = self.config.servers.iter();
        admitted
            .filter(|server| client.environments.admit(server.environment))
            .map(|server| server.resource.clone())
            .collect()
    }

    /// The endpoint that is all servers as one, for a client that may get tokens for each.
    pub(crate) fn whole_for(&self, client: &Client) -> Option<&Resource> {
        let whole = self.config.whole.as_ref();
        whole.filter(|whole| self.admits(client, whole))
    }

    /// Whether the environments of `client` let it have tokens for `resource`.
    pub(crate) fn admits(&self, client: &Client, resource: &Resource) -> bool {
        let mut servers = self.servers_at(resource);
        servers.all(|server| client.environments.admit(server.environment))
    }

    /// What `client` may ask for, which may get tokens for `servers`.
    pub(crate) fn offered<'a>(&'a self, client: &Client, servers: &'a [Resource]) -> Offered<'a> {
        Offered {
            servers,
            whole: self.whole_for(client),
            userinfo: self.userinfo.as_ref(),
            strongest: self.config.strongest_sign_in(),
        }
    }

    /// What a sign-in must be like for every call at each of `resources`.
    pub(crate) fn sign_in_wanted(&self, resources: &[Resource]) -> Wanted {
        let servers = resources.iter().flat_map(|it| self.servers_at(it));
        let wanted = servers.map(|server| server.sign_in);
        wanted.fold(Wanted::default(), Wanted::and)
    }

    /// The server whose endpoint `resource` is.
    pub(crate) fn server_at(&self, resource: &Resource) -> Option<&PublishedServer> {
        self.config
            .servers
            .iter()
            .find(|server| server.resource == *resource)
    }

    /// The servers of which a token for `resource` opens something.
    pub(crate) fn servers_at<'a>(
        &'a self,
        resource: &'a Resource,
    ) -> impl Iterator<Item = &'a PublishedServer> + 'a {
        let whole = self.is_whole(resource);
        let servers = self.config.servers.iter();
        servers.filter(move |server| whole || server.resource == *resource)
    }

    /// Whether `resource` is the endpoint that is all servers as one.
    pub(crate) fn is_whole(&self, resource: &Resource) -> bool {
        self.config.whole.as_ref() == Some(resource)
    }

    /// What records call the server at `resource`: `*` is all of them.
    pub(crate) fn label(&self, resource: &Resource) -> Option<&str> {
        match self.is_whole(resource) {
            true => Some("*"),
            false => self.server_name(resource).map(ServerName::as_str),
        }
    }

    /// The name of the server whose endpoint `resource` is.
    pub(crate) fn server_name(&self, resource: &Resource) -> Option<&ServerName> {
        self.server_at(resource).map(|server| &server.name)
    }
}

fn revoked(standing: Standing) -> Result<bool, StoreError> {
    match standing {
        Standing::Good => Ok(false),
        Standing::Revoked => Ok(true),
        Standing::Unknown => Err(StoreError::Unavailable(
            "what was revoked elsewhere is not known right now".into(),
        )),
    }
}

/// A keyed digest in base64url.
pub(crate) fn tag(key: &hmac::Key, text: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac::sign(key, text.as_bytes()))
}
