//! What the gateway is told: servers, who may use them, limits.

mod process;
mod speaking;

use std::{collections::HashMap, path::PathBuf, time::Duration};

use doorward_core::{dpop::Policy, permit::AllowList, server::ServerName, step_up::StepUp};
use http::{HeaderName, HeaderValue};
use url::Url;

pub use self::process::{Launcher, ProcessConfig, Sharing};
pub use self::speaking::{Patience, Speaking, Transport};
use crate::whole::{NameFault, Names};

/// Everything that the gateway needs to know. It comes from the operator and is believed.
#[derive(Clone, Debug, PartialEq)]
pub struct GatewayConfig {
    /// The issuer and the base of every resource: an origin, or an origin and a path, without
    /// a slash at the end.
    pub public_url: String,
    /// The servers; names must differ.
    pub servers: Vec<ServerConfig>,
    /// Whether there is an endpoint that is all servers as one, and how.
    pub aggregate: Option<AggregateConfig>,
    /// The groups of each user, by sign-in name.
    pub groups: HashMap<String, Vec<String>>,
    /// Origins of web pages that may call, besides that of `public_url` (`https://app.example`).
    pub allowed_origins: Vec<String>,
    /// Whether the proofs of bound tokens must carry a nonce (RFC 9449 section 9).
    pub dpop_nonces: bool,
    /// Whether clients are asked for certificates (RFC 8705) at `public_url` itself.
    pub client_certificates: bool,
    /// The other origin under which clients are asked for certificates, without a slash at the
    /// end. Proofs for a server under it count as well.
    pub certificate_alias: Option<String>,
    /// Limits.
    pub limits: GatewayLimits,
}

/// All servers as one, at `/mcp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregateConfig {
    /// What stands between the name of a server and that of its tool.
    pub separator: String,
}

impl AggregateConfig {
    /// Whether the names of all tools of these servers would have one meaning.
    pub fn check<'a>(
        &self,
        servers: impl Iterator<Item = &'a ServerName> + Clone,
    ) -> Result<(), NameFault> {
        Names::new(&self.separator, servers).map(drop)
    }
}

impl Default for AggregateConfig {
    fn default() -> Self {
        Self {
            separator: "_".to_owned(),
        }
    }
}

/// One MCP server behind the gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerConfig {
    /// Its name in paths.
    pub name: ServerName,
    /// Its name for people.
    pub title: Option<String>,
    /// Who can reach it at all.
    pub exposure: Exposure,
    /// Where it is.
    pub upstream: UpstreamConfig,
    /// How it is spoken to.
    pub speaking: Speaking,
    /// Who may use what of it.
    pub allow: AllowList,
    /// Which of its calls want a recent sign-in.
    pub step_up: StepUp,
    /// Whether it takes tokens that are bound to no key.
    pub dpop: Policy,
}

/// Who can reach a server at all, whatever token they have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exposure {
    /// Whoever reaches the gateway.
    #[default]
    Public,
    /// Programs of this very machine. For everybody else there is no such server.
    Local,
}

/// Where an MCP server is.
#[derive(Clone, Debug, PartialEq)]
pub enum UpstreamConfig {
    /// Behind a URL.
    Http {
        /// The endpoint.
        url: Url,
        /// Sent with every request, for example the server's own credentials.
        headers: Vec<(HeaderName, HeaderValue)>,
    },
    /// A program of this machine, spoken to over its standard input and output.
    Stdio {
        /// The program and its arguments. Nothing a caller sends ever gets in here (ST-01).
        command: Vec<String>,
        /// Environment variables besides the few that every program needs.
        environment: Vec<(String, String)>,
        /// Where it runs; Doorward's own working directory when not stated.
        directory: Option<PathBuf>,
        /// How its processes are run.
        process: ProcessConfig,
    },
}

/// Limits, each with a default that suits most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayLimits {
    /// The longest request body.
    pub request_bytes: usize,
    /// How long a request body may pause.
    pub request_pause: Duration,
    /// The longest JSON answer of an upstream.
    pub response_bytes: usize,
    /// The longest event of an upstream's stream, and the longest line of a program.
    pub message_bytes: usize,
    /// Requests and event streams that one user may have open at a time, at all servers and
    /// through all clients together.
    pub streams: usize,
    /// Bytes that messages of one user may take from their arrival until nothing of them is held
    /// any more; the first few thousand of each are not counted.
    pub buffered_bytes: usize,
    /// After how much silence a stream gets a comment, so that nobody in between hangs up.
    pub keep_alive: Duration,
    /// After how long an event stream is dropped whose client takes nothing, while there is
    /// something for it.
    pub unread: Duration,
    /// Server processes at a time.
    pub processes: usize,
    /// Server processes of one user at a time.
    pub processes_per_user: usize,
    /// An unused server process is ended after this long, and with it its session; so is a
    /// session without a process, and one that the gateway hosts and nobody uses or listens to.
    pub process_idle: Duration,
    /// Sessions with a stdio server that one user may have at a time, and sessions with any
    /// server that the gateway opens for clients that have none.
    pub sessions_per_user: usize,
}

impl Default for GatewayLimits {
    fn default() -> Self {
        Self {
            request_bytes: 4 << 20,
            request_pause: Duration::from_secs(30),
            response_bytes: 8 << 20,
            message_bytes: 8 << 20,
            streams: 8192,
            buffered_bytes: 64 << 20,
            keep_alive: Duration::from_secs(15),
            unread: Duration::from_secs(30),
            processes: 64,
            processes_per_user: 8,
            process_idle: Duration::from_secs(600),
            sessions_per_user: 32,
        }
    }
}

/// Why a configuration is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// `public_url` is no http(s) URL without query, fragment and trailing slash.
    #[error("public_url must be an http or https URL without query, fragment and trailing slash")]
    PublicUrl,
    /// Two servers have one name.
    #[error("server name {0} is used twice")]
    RepeatedName(ServerName),
    /// An upstream URL cannot be one.
    #[error("url of server {0} must be http or https, without user information and fragment")]
    UpstreamUrl(ServerName),
    /// A configured header is one that the gateway or the transport sets.
    #[error("header {1} of server {0} is set by the gateway itself")]
    Header(ServerName, HeaderName),
    /// A command names no program.
    #[error("command of server {0} is empty")]
    Command(ServerName),
    /// An environment variable has a name that cannot be one.
    #[error("environment variable {1:?} of server {0} has an impossible name or value")]
    Environment(ServerName, String),
    /// An origin is not `scheme://host[:port]`.
    #[error("allowed origin {0:?} is not of the form https://host or https://host:port")]
    Origin(String),
    /// Names of tools of all servers would not tell whose they are.
    #[error("{0}")]
    Names(#[from] NameFault),
    /// The path of `public_url` ends like that of all servers.
    #[error("public_url must not end with /mcp while there is an aggregate: switch it off")]
    WholePath,
    /// The path of `public_url` changed, which only a restart can do.
    #[error("public_url changes only at a restart")]
    PublicUrlChanged,
}
