//! The configuration: one TOML file, read whole or refused whole.
//!
//! ```text
//! text --read--> Document --check--> Configuration
//!      keys, types         meaning, secrets resolved
//! ```
//!
//! An unknown key is an error that names its line and the nearest known key. A
//! [`Configuration`] is complete and consistent; nothing behind it asks again.

mod aggregate;
mod apart;
mod certificates;
mod check;
mod confine;
mod document;
mod duration;
mod exchange;
mod identity;
mod mail;
mod pages;
mod pins;
mod process;
mod programs;
mod public_url;
mod read;
mod registration;
mod schema;
mod scim;
mod secret;
mod servers;
mod sessions;
mod sign_in;
mod size;
mod speaking;
mod storage;
mod trust;

use std::{collections::HashMap, net::SocketAddr, path::PathBuf, time::Duration};

use doorward_box::Plan;
use doorward_core::{
    client::Environment, dpop::Policy, exchange::ExchangeRule, factor::SignInPolicy, id::ClientId,
    lifetimes::Lifetimes, permit::AllowList, registration::Domains, rotation::Schedule,
    server::ServerName, step_up::StepUp,
};
use doorward_gateway::{AggregateConfig, Exposure, GatewayLimits, ProcessConfig};
use doorward_issuer::{
    Authorities, DynamicRegistration, Federation, StatementIssuer, TrustedIssuer,
};
use doorward_pages::Brand;
use http::{HeaderName, HeaderValue};
use ipnet::IpNet;
use url::Url;

pub(crate) use self::{
    aggregate::crowding,
    apart::read_apart,
    certificates::{CertificateListener, ClientCertificates},
    check::{address, require_protection},
    pins::unpinned,
    public_url::PublicUrl,
    read::{read, read_storage},
    schema::schema,
    servers::endpoint,
    storage::Database,
};

/// Where requests are accepted unless the configuration says otherwise.
pub(crate) const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
/// Where health and metrics are served unless the configuration says otherwise.
pub(crate) const DEFAULT_OPS_LISTEN: &str = "127.0.0.1:9464";

/// Reads a duration as people write it, like `10m`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    duration::Lasting::parse(text).map(duration::Lasting::duration)
}

/// Everything that `serve` and `up` need to know, checked.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    /// The issuer and the base of every published URL.
    pub(crate) public_url: PublicUrl,
    /// Where requests are accepted.
    pub(crate) listen: SocketAddr,
    /// Where health and metrics are served.
    pub(crate) ops_listen: SocketAddr,
    /// The certificate to serve with, when TLS ends here.
    pub(crate) tls: Option<TlsFiles>,
    /// What the pages look like and say.
    pub(crate) pages: Brand,
    /// How clients are asked for certificates; `None` when they are not.
    pub(crate) client_certificates: Option<ClientCertificates>,
    /// Whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Web origins that may call the MCP endpoints.
    pub(crate) allowed_origins: Vec<String>,
    /// Where things are kept.
    pub(crate) database: Database,
    /// How long what is issued lives.
    pub(crate) lifetimes: Lifetimes,
    /// What signing keys are made, and when.
    pub(crate) keys: Schedule,
    /// Whether the metadata is signed as well.
    pub(crate) signed_metadata: bool,
    /// Whether clients may register themselves.
    pub(crate) dynamic_registration: DynamicRegistration,
    /// Whose software statements count.
    pub(crate) statement_issuers: Vec<StatementIssuer>,
    /// Whose client metadata documents are taken.
    pub(crate) client_documents: Option<Domains>,
    /// Whether documents of clients may be on this very machine.
    pub(crate) loopback_documents: bool,
    /// Whether DPoP proofs must carry a nonce.
    pub(crate) dpop_nonces: bool,
    /// How people sign in at least.
    pub(crate) sign_in: SignInPolicy,
    /// Whether clients can learn who a person is.
    pub(crate) openid: bool,
    /// Through whom people sign in.
    pub(crate) federation: Federation,
    /// How identity providers keep users and groups up to date.
    pub(crate) scim: doorward_scim::ScimConfig,
    /// Where letters to people are handed over; `None` when nobody gets any.
    pub(crate) mail: Option<doorward_mail::Relay>,
    /// What callers and the programs of servers may take up.
    pub(crate) limits: GatewayLimits,
    /// Where programs are to have their temporary files.
    pub(crate) scratch: Option<PathBuf>,
    /// The groups of each user.
    pub(crate) groups: HashMap<String, Vec<String>>,
    /// The servers behind the door.
    pub(crate) servers: Vec<Server>,
    /// How they are one, if they are.
    pub(crate) aggregate: Option<AggregateConfig>,
    /// Who may exchange whose tokens into what.
    pub(crate) exchange: Vec<ExchangeRule>,
    /// Issuers elsewhere whose assertions are grants here.
    pub(crate) trusted_issuers: Vec<TrustedIssuer>,
}

/// A certificate chain and its private key, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    /// The certificate chain, leaf first.
    pub(crate) certificate: PathBuf,
    /// The private key.
    pub(crate) key: PathBuf,
}

/// One server behind the door.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// Its name in paths.
    pub(crate) name: ServerName,
    /// Its title for people.
    pub(crate) title: Option<String>,
    /// Where it runs.
    pub(crate) environment: Option<Environment>,
    /// Who may ask the issuer about its tokens.
    pub(crate) resource_servers: Vec<ClientId>,
    /// How long access tokens for it live, when not as long as for every server.
    pub(crate) access_ttl: Option<Duration>,
    /// How it is reached.
    pub(crate) upstream: Upstream,
    /// Who reaches it at all.
    pub(crate) exposure: Exposure,
    /// How it is spoken to.
    pub(crate) speaking: doorward_gateway::Speaking,
    /// Who may use what of it.
    pub(crate) allow: AllowList,
    /// Which of its calls want a recent sign-in.
    pub(crate) step_up: StepUp,
    /// Whether it takes tokens that are bound to no key.
    pub(crate) dpop: Policy,
}

/// How a server is reached.
#[derive(Clone)]
pub(crate) enum Upstream {
    /// A command that speaks MCP on its standard input and output.
    Command {
        /// The program and its arguments.
        command: Vec<String>,
        /// Its environment besides `PATH` and `HOME`; may hold credentials.
        environment: Vec<(String, String)>,
        /// Where it runs.
        directory: Option<PathBuf>,
        /// How its processes are run.
        process: ProcessConfig,
        /// The box of each process.
        plan: Box<Plan>,
    },
    /// An endpoint behind a URL.
    Http {
        /// The endpoint.
        url: Url,
        /// Headers sent with every request; may hold credentials.
        headers: Vec<(HeaderName, HeaderValue)>,
    },
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Command { .. } => f.write_str("Command(..)"),
            Self::Http { .. } => f.write_str("Http(..)"),
        }
    }
}

impl Configuration {
    /// The listener for clients that show a certificate, when it is one of its own.
    pub(crate) fn certificate_listener(&self) -> Option<&CertificateListener> {
        self.client_certificates.as_ref()?.listener.as_ref()
    }

    /// Whether the listener that everybody reaches asks for certificates.
    pub(crate) fn asks_everybody(&self) -> bool {
        let taken = self.client_certificates.as_ref();
        taken.is_some_and(|taken| taken.listener.is_none())
    }

    /// What of `next` cannot take effect while the process runs.
    pub(crate) fn needs_restart(&self, next: &Self) -> Vec<&'static str> {
        let changes = [
            ("public_url", self.public_url != next.public_url),
            ("listen", self.listen != next.listen),
            ("ops_listen", self.ops_listen != next.ops_listen),
            ("tls", self.tls != next.tls),
            ("client_certificates", self.asks_elsewhere_than(next)),
            ("storage.url", self.database != next.database),
            ("mail", self.mail != next.mail),
            (
                "registration.client_id_metadata.loopback",
                self.loopback_documents != next.loopback_documents,
            ),
        ];
        let changed = |(key, differs): (&'static str, bool)| differs.then_some(key);
        changes.into_iter().filter_map(changed).collect()
    }

    /// Whether clients are asked for certificates by another listener, or now or no more.
    fn asks_elsewhere_than(&self, next: &Self) -> bool {
        self.client_certificates.is_some() != next.client_certificates.is_some()
            || self.certificate_listener() != next.certificate_listener()
    }

    /// What is in effect once `next` was taken over while the process runs.
    pub(crate) fn with_changes_of(&self, next: Self) -> Self {
        let current = self.clone();
        Self {
            public_url: current.public_url,
            listen: current.listen,
            ops_listen: current.ops_listen,
            tls: current.tls,
            client_certificates: match (current.client_certificates, next.client_certificates) {
                (Some(current), Some(next)) => Some(ClientCertificates {
                    authorities: next.authorities,
                    ..current
                }),
                // Nobody is asked anew, and nobody is vouched for any more.
                (Some(current), None) => Some(ClientCertificates {
                    authorities: Authorities::default(),
                    ..current
                }),
                (None, _) => None,
            },
            database: current.database,
            mail: current.mail,
            loopback_documents: current.loopback_documents,
            ..next
        }
    }
}
