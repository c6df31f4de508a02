//! A Doorward with everything in it.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Router, response::Response};
use bytes::Bytes;
use doorward_console::Console;
use doorward_core::{
    clock::Clock,
    entropy::Entropy,
    letter::Post,
    lifetimes::LONGEST_ACCESS,
    user::{MailAddress, User},
};
use doorward_gateway::{Gateway, GatewayLoad, GatewayParts};
use doorward_issuer::{
    Administration, AdministrationError, Issuer, IssuerParts, KeyAdministration, KeyError,
    KeySetChange, MasterKey,
};
use doorward_mail::Patience;
use doorward_scim::{Scim, ScimParts};
use doorward_store::Store;
use doorward_verify::{ProcessMemory, Verifier, VerifierConfig};
use http::Request;
use http_body_util::Full;
use tokio::time::{MissedTickBehavior, interval};

use super::{
    adapters::{GatewayTools, IssuerKeys},
    launcher, mapping,
    outbound::Outbound,
    probe,
    tenure::Tenure,
};
use crate::{
    config::{Configuration, Server},
    data::{DataFolder, Lock, Opened},
    failure::Failure,
    serve::{raise_file_limit, share},
    system::{SystemClock, SystemEntropy},
};

/// How often what has expired is deleted.
const REAP_EVERY: Duration = Duration::from_secs(3600);
/// How often signing keys are looked after: much more often than they are announced ahead.
const TEND_KEYS_EVERY: Duration = Duration::from_secs(15);
/// How many verified tokens are remembered.
const TOKENS: usize = 16_384;

/// The parts, joined. Clones are handles of the same ones.
#[derive(Clone)]
pub(crate) struct House(Arc<Parts>);

struct Parts {
    issuer: Issuer,
    gateway: Gateway,
    administration: Administration,
    scim: Scim,
    verifier: Arc<Verifier>,
    store: Arc<dyn Store>,
    folder: DataFolder,
    public_url: String,
    tenure: Mutex<Option<Tenure>>,
    /// How many fit at all listeners together.
    connections: usize,
    _lock: Lock,
}

impl House {
    /// Joins the parts over an open data folder.
    pub(crate) async fn build(
        configuration: &Configuration,
        mut opened: Opened,
    ) -> Result<Self, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let store = Arc::clone(&opened.store);
        // Tokens may have been issued under a longer lifetime, before a restart with a shorter one.
        let longest = configuration.lifetimes.access.max(LONGEST_ACCESS);
        let tenure = Tenure::begin(Arc::clone(&store), Arc::clone(&clock), longest).await?;
        let revocations = tenure.revocations();
        let tools = GatewayTools::default();
        let outbound = Outbound::open()?;
        let parts = IssuerParts {
            store: Arc::clone(&store),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            master_key: MasterKey::new(opened.master_key),
            revocations: Arc::clone(&revocations),
            catalogue: Arc::new(tools.clone()),
            fetcher: outbound.fetcher(configuration)?,
            operator_fetcher: outbound.operator_fetcher(),
            post: post(configuration)?,
        };
        let issuer = Issuer::start(mapping::issuer(configuration), parts)
            .await
            .map_err(|error| Failure::new(error.to_string()))?;
        opened.settle()?; // the signing key in the store is sealed with it
        let verifier = Arc::new(Verifier::new(VerifierConfig {
            issuer: configuration.public_url.to_string(),
            keys: Arc::new(IssuerKeys(issuer.clone())),
            revocations: Arc::clone(&revocations),
            clock: Arc::clone(&clock),
            capacity: TOKENS,
        }));
        let parts = GatewayParts {
            verifier: Arc::clone(&verifier) as _,
            proofs: Arc::<ProcessMemory>::default(),
            store: Arc::clone(&store),
            client: outbound.client(),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            master_key: opened.master_key,
        };
        opened
            .folder
            .keep_public_url(&configuration.public_url.to_string());
        let connections = raise_file_limit();
        let (wanted, places) = (
            configuration.limits.streams,
            share(configuration.limits.streams, connections),
        );
        if places < wanted {
            tracing::info!(
                places,
                wanted,
                connections,
                "each user may have fewer requests and streams open: few open files are allowed"
            );
        }
        // What a process that was killed left behind; the lock says that nobody uses it. The
        // gateway starts programs at once.
        for scratch in configuration.scratch_places(&opened.folder).folders {
            launcher::clear(&scratch);
        }
        let gateway = Gateway::new(
            mapping::gateway(configuration, connections, &opened.folder),
            parts,
        )
        .map_err(|error| Failure::new(error.to_string()))?;
        if let Err(error) = gateway.adopt_orphans() {
            tracing::warn!(%error, "what servers leave behind is left to others");
        }
        tools.ask(gateway.clone());
        let administration = Administration::new(
            Arc::clone(&store),
            Arc::clone(&clock),
            Arc::clone(&entropy),
            revocations,
        );
        let parts = ScimParts {
            store,
            clock,
            entropy,
            administration: administration.clone(),
        };
        let scim = Scim::new(configuration.scim.clone(), parts);
        Ok(Self(Arc::new(Parts {
            issuer,
            gateway,
            administration,
            scim,
            verifier,
            store: opened.store,
            folder: opened.folder,
            public_url: configuration.public_url.to_string(),
            tenure: Mutex::new(Some(tenure)),
            connections,
            _lock: opened.lock,
        })))
    }

    /// Everything that is served.
    pub(crate) fn router(&self) -> Router {
        let console = Console::new(self.0.issuer.accounts());
        let served = self.0.issuer.router().merge(console.router());
        served
            .merge(self.0.gateway.router())
            .merge(self.0.scim.router())
    }

    /// What needs no route, if that is what is asked for.
    pub(crate) fn at_once<B>(
        &self,
        request: &Request<B>,
        peer: impl FnOnce() -> IpAddr,
    ) -> Option<Response<Full<Bytes>>> {
        let asked = (request.method(), request.uri().path());
        let issuer = &self.0.issuer;
        issuer.metadata_at_once(asked, request.headers(), peer)
    }

    /// What of it programs use: no page.
    pub(crate) fn router_for_programs(&self) -> Router {
        let issuer = self.0.issuer.router_for_programs();
        issuer
            .merge(self.0.gateway.router())
            .merge(self.0.scim.router())
    }

    /// How many connections fit at all listeners together.
    pub(crate) fn connections(&self) -> usize {
        self.0.connections
    }

    /// The use cases of the command line.
    pub(crate) fn administration(&self) -> &Administration {
        &self.0.administration
    }

    /// What people do with the signing keys.
    pub(crate) fn key_administration(&self) -> KeyAdministration {
        self.0.issuer.key_administration()
    }

    /// The gateway.
    pub(crate) fn gateway(&self) -> &Gateway {
        &self.0.gateway
    }

    /// The store.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.0.store)
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> &DataFolder {
        &self.0.folder
    }

    /// What every link begins with.
    pub(crate) fn public_url(&self) -> &str {
        &self.0.public_url
    }

    /// Whether letters are sent; the refusal says what is missing.
    pub(crate) fn mails(&self) -> Result<(), String> {
        let missing = "no mail is configured: add [mail] to the configuration, or leave out --send";
        self.0
            .issuer
            .mails()
            .then_some(())
            .ok_or_else(|| missing.to_owned())
    }

    /// Hands the link of an invitation to the post.
    pub(crate) fn post_invitation(&self, to: &MailAddress, link: &str) -> Result<(), String> {
        let posted = self.0.issuer.post_invitation(to, link);
        posted.map_err(|error| error.to_string())
    }

    /// Hands a link to a new password to the post.
    pub(crate) fn post_reset(&self, user: &User, link: &str) -> Result<(), String> {
        let posted = self.0.issuer.post_reset(user, link);
        match posted.map_err(|error| error.to_string())? {
            true => Ok(()),
            false => Err(format!(
                "{0} has no address: set one with `doorward user set {0} --mail ADDRESS`",
                user.name
            )),
        }
    }

    /// The one-time link that makes the first account, while there is none.
    pub(crate) async fn setup_link(&self) -> Result<Option<String>, Failure> {
        match self.0.administration.setup_link().await {
            Ok(token) => Ok(Some(format!(
                "{}/setup?token={}",
                self.0.public_url,
                token.expose()
            ))),
            Err(AdministrationError::SetUp) => Ok(None),
            Err(error) => Err(Failure::new(error.to_string())),
        }
    }

    /// Takes over a new configuration, or nothing of it.
    pub(crate) fn reconfigure(&self, configuration: &Configuration) -> Result<(), Failure> {
        self.0
            .gateway
            .reconfigure(mapping::gateway(
                configuration,
                self.0.connections,
                &self.0.folder,
            ))
            .map_err(|error| Failure::new(error.to_string()))?;
        self.0.issuer.reconfigure(mapping::issuer(configuration));
        self.0.scim.reconfigure(configuration.scim.clone());
        Ok(())
    }

    /// Deletes what has expired, now and every hour.
    pub(crate) async fn keep_house(self) {
        let mut ticks = interval(REAP_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.0.scim.forget_idle();
            match self.0.issuer.reap().await {
                Ok(rows) => tracing::debug!(rows, "deleted what has expired"),
                Err(error) => tracing::warn!(%error, "cannot delete what has expired"),
            }
        }
    }

    /// Sees to it for ever that no token is judged by what another process may have overtaken.
    pub(crate) async fn keep_tenure(self) {
        if let Some(tenure) = self.take_tenure() {
            tenure.keep().await;
        }
    }

    fn take_tenure(&self) -> Option<Tenure> {
        let tenure = self.0.tenure.lock();
        tenure.unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Exchanges signing keys when it is due, and takes over what others changed, for ever.
    pub(crate) async fn keep_keys(self) {
        let mut ticks = interval(TEND_KEYS_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.tend_keys().await {
                tracing::warn!(%error, "cannot look after the signing keys");
            }
        }
    }

    /// Takes over what was planned for the signing keys. Tokens of a key that is no longer
    /// published are refused from now on.
    pub(crate) async fn tend_keys(&self) -> Result<(), KeyError> {
        match self.0.issuer.tend_keys().await? {
            KeySetChange::Kept => {}
            KeySetChange::Withdrawn => self.0.verifier.forget(),
        }
        Ok(())
    }

    /// Looks once whether every server answers, and says so if one does not.
    pub(crate) async fn look_at_servers(self, servers: Vec<Server>) {
        launcher::announce(&self.0.gateway).await;
        for check in self.0.gateway.check().await {
            probe::report(&check, &servers);
        }
    }

    /// Open event streams and running server processes.
    pub(crate) fn load(&self) -> GatewayLoad {
        self.0.gateway.load()
    }

    /// Ends streams and server processes, and writes what is queued.
    pub(crate) async fn shutdown(&self) {
        self.0.gateway.shutdown().await;
        if let Err(error) = self.0.store.flush().await {
            tracing::error!(%error, "the last audit records were not written");
        }
    }
}

/// Takes letters and delivers them for as long as the process runs.
fn post(configuration: &Configuration) -> Result<Option<Arc<dyn Post>>, Failure> {
    let Some(relay) = &configuration.mail else {
        return Ok(None);
    };
    let carrier = relay
        .carrier()
        .map_err(|error| Failure::new(format!("mail: {error}")))?;
    let (postbox, delivery) = doorward_mail::open(carrier, Patience::default());
    tokio::spawn(delivery.run());
    Ok(Some(Arc::new(postbox)))
}
