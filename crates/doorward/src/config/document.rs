//! The configuration file as it is written. The JSON Schema and the reference in
//! `docs/configuration.md` are made from these types and their comments.

use std::{collections::BTreeMap, num::NonZeroU32};

use doorward_core::client::Environment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    DEFAULT_LISTEN, DEFAULT_OPS_LISTEN,
    aggregate::Aggregate,
    confine::{MissingName, ProcessLimits, SandboxName},
    duration::Lasting,
    identity::ProviderEntry,
    mail::MailEntry,
    pages::PagesEntry,
    process::{ExposureName, SharingName},
    scim::ScimEntry,
    secret::SecretValue,
    sessions::Sessions,
    sign_in::{SignInEntry, Strength},
    speaking::{RevisionName, Timeouts, TransportName},
};

/// The configuration of Doorward.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// The origin under which people and clients reach Doorward, with an optional path prefix and
    /// without a trailing slash. It is the issuer of every token. `https`, or `http` on loopback.
    /// Default: `http://` and the address in `listen`, when that is a loopback address.
    pub(super) public_url: Option<String>,
    /// The address and port where requests are accepted. Anything but loopback needs `tls` or
    /// `trusted_proxies`.
    #[serde(default = "default_listen")]
    pub(super) listen: String,
    /// The address and port of `/healthz`, `/readyz` and `/metrics`.
    #[serde(default = "default_ops_listen")]
    pub(super) ops_listen: String,
    /// Serves HTTPS with this certificate, instead of a proxy that does.
    pub(super) tls: Option<Tls>,
    /// Asks clients for certificates (RFC 8705), as proof of who they are and to bind their tokens
    /// to. Needs `tls`.
    pub(super) client_certificates: Option<ClientCertificatesEntry>,
    /// Addresses or networks of proxies whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub(super) trusted_proxies: Vec<String>,
    /// Web origins, such as `https://app.example.com`, whose pages may call the MCP endpoints.
    #[serde(default)]
    pub(super) allowed_origins: Vec<String>,
    /// Where things are remembered.
    #[serde(default)]
    pub(super) storage: Storage,
    /// How long tokens live.
    #[serde(default)]
    pub(super) tokens: Tokens,
    /// How long people stay signed in, and how long their devices are remembered.
    #[serde(default)]
    pub(super) sessions: Sessions,
    /// When signing keys are exchanged, and what they sign besides tokens.
    #[serde(default)]
    pub(super) keys: Keys,
    /// How people sign in, and what clients learn about them.
    #[serde(default)]
    pub(super) identity: Identity,
    /// What the pages look like and say.
    #[serde(default)]
    pub(super) pages: PagesEntry,
    /// How people prove who they are.
    #[serde(default)]
    pub(super) sign_in: SignInEntry,
    /// How letters to people are sent. Without it nobody gets any, and there is no page for
    /// forgotten passwords.
    pub(super) mail: Option<MailEntry>,
    /// How clients become known.
    #[serde(default)]
    pub(super) registration: Registration,
    /// Groups of users, by name, for the allow lists of servers. A group whose members are managed
    /// elsewhere, by `doorward group`, SCIM or an identity provider, stands here with an empty
    /// list; members from both add up.
    #[serde(default)]
    pub(super) groups: BTreeMap<String, Vec<String>>,
    /// What the processes of stdio servers may take up, all servers together.
    #[serde(default)]
    pub(super) programs: Programs,
    /// What streams and requests of callers may take up.
    #[serde(default)]
    pub(super) streams: Streams,
    /// The MCP servers behind the door; at least one.
    #[serde(default)]
    pub(super) servers: Vec<ServerEntry>,
    /// All servers as one endpoint.
    #[serde(default)]
    pub(super) aggregate: Aggregate,
    /// Which clients may exchange tokens for some servers into tokens for others (RFC 8693).
    #[serde(default)]
    pub(super) exchange: Vec<ExchangeEntry>,
    /// Issuers elsewhere whose assertions are grants here (RFC 7523).
    #[serde(default)]
    pub(super) trusted_issuers: Vec<TrustedIssuerEntry>,
}

/// Where clients are asked for certificates.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientCertificatesEntry {
    /// The address and port of a listener of its own that asks for a certificate. It serves what
    /// programs use and no page. Without it `listen` asks, and browsers ask their owners for a
    /// certificate.
    pub(super) listen: Option<String>,
    /// The origin under which clients reach that listener, published as `mtls_endpoint_aliases`.
    /// The certificate in `tls` has to be good for it. Needed with `listen`.
    pub(super) public_url: Option<String>,
    /// A file of certificates in PEM: the authorities that vouch for clients with
    /// `tls_client_auth`; relative to the configuration file. Without it only clients that
    /// registered a certificate of their own (`self_signed_tls_client_auth`) authenticate with it.
    pub(super) authorities: Option<String>,
}

/// An issuer elsewhere: an identity provider, or a platform that runs programs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TrustedIssuerEntry {
    /// Its identifier, exactly as `iss` in its assertions.
    pub(super) issuer: String,
    /// What it is trusted for: `id-jag` to say which users may use which clients, `workload` to
    /// say which program is calling.
    pub(super) class: TrustClass,
    /// A file with its public keys as a JSON Web Key Set; relative to the configuration file.
    pub(super) jwks: Option<String>,
    /// The `https` URL of its key set, instead of a file.
    pub(super) jwks_uri: Option<String>,
    /// Which `sub` is which account; only for `id-jag`.
    #[serde(default)]
    pub(super) users: BTreeMap<String, String>,
    /// What further claims must say, like a tenant; only for `id-jag`.
    #[serde(default)]
    pub(super) claims: BTreeMap<String, String>,
    /// Which programs are which clients, the first that matches; only for `workload`.
    #[serde(default)]
    pub(super) workloads: Vec<WorkloadEntry>,
    /// Whether an assertion may be presented several times while it lives, for platforms that
    /// hand the same one out for an hour; only for `workload`.
    #[serde(default)]
    pub(super) reusable: bool,
}

/// What an issuer is trusted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TrustClass {
    /// To say which users may use which clients.
    IdJag,
    /// To say which program is calling.
    Workload,
}

/// Programs that act as one client.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkloadEntry {
    /// What `sub` looks like; `*` stands for any characters.
    pub(super) subject: String,
    /// What further claims must say.
    #[serde(default)]
    pub(super) claims: BTreeMap<String, String>,
    /// The identifier of the client.
    pub(super) client: String,
}

/// Lets one client exchange tokens.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExchangeEntry {
    /// The identifier of the client.
    pub(super) client: String,
    /// The servers whose tokens it may present.
    pub(super) from: Vec<String>,
    /// The servers that it may get tokens for.
    pub(super) to: Vec<String>,
    /// The most that these tokens open; what the presented token opens, when this is empty.
    #[serde(default)]
    pub(super) scopes: Vec<String>,
    /// Whether these tokens do not say that the client acts for the user.
    #[serde(default)]
    pub(super) impersonation: bool,
    /// The identifier of the only client that may exchange these tokens again.
    pub(super) may_act: Option<String>,
}

/// A certificate to serve HTTPS with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Tls {
    /// The certificate chain in PEM, leaf first; relative to the configuration file.
    pub(super) certificate: String,
    /// The private key in PEM; relative to the configuration file.
    pub(super) key: String,
}

/// Where things are remembered.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Storage {
    /// `sqlite:` and a path, relative to the data folder, or the URL of a PostgreSQL database:
    /// `postgres://USER:PASSWORD@HOST:5432/DATABASE`. Default: `sqlite:doorward.db`.
    pub(super) url: Option<SecretValue>,
}

/// How long tokens live.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Tokens {
    /// Access tokens; between 30 seconds and 1 hour.
    #[serde(default = "default_access")]
    pub(super) access_ttl: Lasting,
    /// A refresh token that nobody uses for this long dies.
    #[serde(default = "default_idle")]
    pub(super) refresh_idle_ttl: Lasting,
    /// A login ends after this long, however often it is refreshed.
    #[serde(default = "default_absolute")]
    pub(super) refresh_absolute_ttl: Lasting,
    /// What tokens are signed with. After a change another key is announced, and signs two hours
    /// later.
    #[serde(default)]
    pub(super) signing_algorithm: SigningAlgorithm,
    /// Whether DPoP proofs (RFC 9449), at the token endpoint and at the servers, must carry a
    /// nonce that Doorward hands out. It costs clients one more request now and then, and
    /// makes proofs that somebody prepared in advance worthless.
    #[serde(default)]
    pub(super) dpop_nonces: bool,
}

/// What tokens are signed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) enum SigningAlgorithm {
    /// ECDSA with P-256.
    #[default]
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// RSA with 2048 bits, for verifiers that know nothing else.
    #[serde(rename = "RS256")]
    Rs256,
}

/// When signing keys are exchanged.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    /// How long a key signs before another, announced two hours ahead, takes over: at least 1 day.
    /// `0s` leaves it to `doorward key rotate`.
    #[serde(default = "default_rotation")]
    pub(super) rotate_every: Lasting,
    /// Whether the metadata says everything a second time in `signed_metadata`, a JWT by the
    /// signing key (RFC 8414 section 2.1). For clients that check it against a key that they
    /// were given; all others would load more than twice the bytes for nothing.
    #[serde(default)]
    pub(super) signed_metadata: bool,
}

/// How people sign in, and what clients learn about them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Identity {
    /// Whether a client that asks for `openid` learns who signed in, if the person lets it: an ID
    /// token and `/userinfo` (OpenID Connect). Without it the word is ignored.
    #[serde(default = "yes")]
    pub(super) openid: bool,
    /// Identity providers through which people sign in, in the order of their buttons.
    #[serde(default)]
    pub(super) providers: Vec<ProviderEntry>,
    /// How identity providers keep users and groups up to date (SCIM 2.0).
    #[serde(default)]
    pub(super) scim: ScimEntry,
}

/// What the processes of stdio servers may take up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Programs {
    /// A process that nobody uses ends after this long, and its session with it; so does a session
    /// whose process ended by itself. At least 1 second.
    #[serde(default = "default_program_idle")]
    pub(super) idle: Lasting,
    /// Processes at a time.
    #[serde(default = "default_processes")]
    pub(super) processes: NonZeroU32,
    /// Processes of one user at a time. One more ends the one of theirs that was idle longest.
    #[serde(default = "default_processes_per_user")]
    pub(super) processes_per_user: NonZeroU32,
    /// Sessions of one user at each server, and as many that the gateway hosts, at all servers
    /// together. One more is refused, unless one of theirs has no process or stream and is not in
    /// use.
    #[serde(default = "default_sessions_per_user")]
    pub(super) sessions_per_user: NonZeroU32,
    /// Where programs in a sandbox have their temporary files, on another disk than the database at
    /// best: a program that fills that stops Doorward. Default: the runtime folder of the service
    /// (`RUNTIME_DIRECTORY`) or of the user (`XDG_RUNTIME_DIR`), else the data folder.
    pub(super) scratch: Option<String>,
}

/// What streams and requests of callers may take up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Streams {
    /// Requests and event streams that one user may have open at a time, at all servers and through
    /// all clients together; never more than a quarter of the connections that the open files of
    /// the process allow. One more is answered 429.
    #[serde(default = "default_streams")]
    pub(super) per_user: NonZeroU32,
    /// After how much silence a stream shows a sign of life, so that nobody in between hangs up. At
    /// least 1 second.
    #[serde(default = "default_keep_alive")]
    pub(super) keep_alive: Lasting,
    /// After how long a stream is dropped whose client takes nothing, while there is something for
    /// it. At least 1 second.
    #[serde(default = "default_unread")]
    pub(super) unread: Lasting,
}

/// How clients become known.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Registration {
    /// Whether a client may register itself (RFC 7591).
    #[serde(default)]
    pub(super) dynamic: Dynamic,
    /// Initial access tokens for `dynamic = "token"`, each of at least 32 characters, beside
    /// those of `doorward client token add`.
    #[serde(default)]
    pub(super) tokens: Vec<SecretValue>,
    /// Issuers whose software statements count: what they say of a client stands above what it
    /// says of itself, and the consent page says that they vouch for it when they name it and
    /// its redirect URIs.
    #[serde(default)]
    pub(super) software_statements: Vec<StatementIssuerEntry>,
    /// Clients whose identifier is the URL of their metadata document.
    #[serde(default)]
    pub(super) client_id_metadata: ClientDocuments,
}

/// An issuer of software statements (RFC 7591 section 2.3).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatementIssuerEntry {
    /// Its identifier, the `iss` of its statements.
    pub(super) issuer: String,
    /// Where its public keys are; `https`.
    pub(super) jwks_uri: String,
}

/// Whose client metadata documents are taken.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientDocuments {
    /// Whether such clients are accepted at all.
    #[serde(default = "yes")]
    pub(super) enabled: bool,
    /// Hosts whose documents are taken; `*` stands for any characters.
    #[serde(default = "any_host")]
    pub(super) allow: Vec<String>,
    /// Hosts whose documents are never fetched, whatever `allow` says.
    #[serde(default)]
    pub(super) deny: Vec<String>,
    /// Hosts whose clients people are asked about every time, whatever they approved before.
    #[serde(default)]
    pub(super) ask: Vec<String>,
    /// For development: documents may also be on this very machine, behind a certificate of its
    /// own that `SSL_CERT_FILE` names. Refused unless `public_url` is on loopback.
    #[serde(default)]
    pub(super) loopback: bool,
}

/// Whether a client may register itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Dynamic {
    /// Any client may; people still decide at the consent page.
    #[default]
    Open,
    /// Only clients that show an initial access token, one of `tokens`.
    Token,
    /// Only clients that an administrator added.
    Off,
}

/// An MCP server behind the door: either `command` or `url`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerEntry {
    /// Its name in URLs: 1 to 32 lower-case letters, digits and hyphens.
    pub(super) name: String,
    /// Its name for people; default: `name`.
    pub(super) title: Option<String>,
    /// Who reaches it: `local` servers answer programs of this very machine only, whatever a
    /// proxy forwards; for everybody else they do not exist.
    #[serde(default)]
    pub(super) exposure: ExposureName,
    /// How long access tokens for it live, instead of `tokens.access_ttl`; between 30 seconds and
    /// 1 hour.
    pub(super) access_ttl: Option<Lasting>,
    /// Where it runs. A client that is labelled with other environments gets no token for it;
    /// without one, and for clients without a label, nothing is kept apart.
    pub(super) environment: Option<EnvironmentName>,
    /// The program that speaks MCP on its standard input and output, with its arguments.
    pub(super) command: Option<Vec<String>>,
    /// Where the command runs; relative to the configuration file.
    pub(super) directory: Option<String>,
    /// Who shares a process of the command: `per-session` gives every session its own and, to
    /// clients of 2026-07-28, each client of each user; `per-user` all sessions of a user one;
    /// `shared` everybody one, for servers that keep nothing of anybody. A process that sessions
    /// share is offered no elicitation, sampling and roots. Default: `per-session`.
    pub(super) process: Option<SharingName>,
    /// How many processes of the command are started ahead, for whoever comes next. Default: 0.
    pub(super) warm: Option<u32>,
    /// How many processes of the command there may be at a time. One more ends an idle one: started
    /// ahead, of the same user, or of a user who has more of them; else it is refused. Default: as
    /// many as `programs.processes` allows.
    pub(super) max_processes: Option<NonZeroU32>,
    /// What the command sees and reaches: `strict` leaves it its runtime, package caches to read, a
    /// temporary folder of its own and no network; `network` the same with the network; `off`
    /// everything that Doorward's user may. Default: `off`.
    pub(super) sandbox: Option<SandboxName>,
    /// What becomes of the command where the kernel does not enforce its sandbox: `refuse` does not
    /// start it, `start` starts it with what is enforced. Default: `refuse`.
    pub(super) sandbox_missing: Option<MissingName>,
    /// What the command may read besides, in a sandbox; relative to the configuration file, `~/` is
    /// the home folder. What holds Doorward's data folder, its database or this file is refused, as
    /// it is in `write` and `directory`.
    #[serde(default)]
    pub(super) read: Vec<String>,
    /// What the command may read and change besides, in a sandbox; likewise.
    #[serde(default)]
    pub(super) write: Vec<String>,
    /// What each process of the command may take up.
    pub(super) process_limits: Option<ProcessLimits>,
    /// Environment variables of the command; it inherits none besides `PATH`, `HOME` and the like.
    #[serde(default)]
    pub(super) env: BTreeMap<String, SecretValue>,
    /// The endpoint of the server: Streamable HTTP, or HTTP+SSE.
    pub(super) url: Option<String>,
    /// The transport behind `url`: found out by asking, unless it is stated.
    #[serde(default)]
    pub(super) transport: TransportName,
    /// The newest revision of MCP that is spoken with the server; found out by asking, unless it is
    /// stated.
    pub(super) protocol: Option<RevisionName>,
    /// How long the server may take.
    #[serde(default)]
    pub(super) timeouts: Timeouts,
    /// Headers that Doorward adds to every request to `url`.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, SecretValue>,
    /// Who may use what. Without any entry, everyone who is signed in may use everything; with
    /// entries, only what one of them names.
    #[serde(default)]
    pub(super) allow: Vec<AllowEntry>,
    /// Which calls want a recent or a strong sign-in (RFC 9470). With another one they get a 401
    /// `insufficient_user_authentication`, and connecting again begins with a sign-in that is enough.
    #[serde(default)]
    pub(super) step_up: Vec<StepUpEntry>,
    /// Whether callers may use tokens that are bound to no key (RFC 9449).
    #[serde(default)]
    pub(super) dpop: DpopRule,
    /// Identifiers of confidential clients that may ask `/introspect` about the tokens of every
    /// client for this server: resource servers of its own (RFC 7662). A client may always ask
    /// about its own tokens.
    #[serde(default)]
    pub(super) introspected_by: Vec<String>,
}

/// Whether a server takes tokens that are bound to no key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum DpopRule {
    /// Bearer tokens and bound ones; most clients only know the former.
    #[default]
    Accepted,
    /// Bound ones only.
    Required,
}

/// A call that `tools` name, or anything when they are left out, wants a sign-in that is at most
/// `max_age` old and at least as strong as `sign_in`; of several entries that apply the shortest
/// and the strongest count.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StepUpEntry {
    /// Tools; `*` stands for any characters. Left out: everything of the server.
    #[serde(default)]
    pub(super) tools: Vec<String>,
    /// How old the sign-in may be; at least 30 seconds.
    pub(super) max_age: Option<Lasting>,
    /// How strong it must be: `password`, `mfa` or `passkey`. This, `max_age`, or both.
    pub(super) sign_in: Option<Strength>,
}

/// Where a server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum EnvironmentName {
    /// For trying things out.
    Dev,
    /// For the last tests before production.
    Staging,
    /// The real thing.
    Prod,
}

impl From<EnvironmentName> for Environment {
    fn from(name: EnvironmentName) -> Self {
        match name {
            EnvironmentName::Dev => Self::Dev,
            EnvironmentName::Staging => Self::Staging,
            EnvironmentName::Prod => Self::Prod,
        }
    }
}

/// One entry of an allow list: whoever matches all of `users`, `groups` and `clients` that are
/// stated may use what `tools`, `prompts` and `resources` name. `*` stands for any characters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AllowEntry {
    /// Sign-in names.
    #[serde(default)]
    pub(super) users: Vec<String>,
    /// Names from `[groups]`.
    #[serde(default)]
    pub(super) groups: Vec<String>,
    /// Client identifiers.
    #[serde(default)]
    pub(super) clients: Vec<String>,
    /// Tools that may be called.
    #[serde(default)]
    pub(super) tools: Vec<String>,
    /// Prompts that may be fetched.
    #[serde(default)]
    pub(super) prompts: Vec<String>,
    /// Resource URIs that may be read. What a star opens ends where `..` leads out of it, however it is written.
    #[serde(default)]
    pub(super) resources: Vec<String>,
}

impl Default for ClientDocuments {
    fn default() -> Self {
        Self {
            enabled: yes(),
            allow: any_host(),
            deny: Vec::new(),
            ask: Vec::new(),
            loopback: false,
        }
    }
}

fn yes() -> bool {
    true
}

fn any_host() -> Vec<String> {
    vec!["*".to_owned()]
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            access_ttl: default_access(),
            refresh_idle_ttl: default_idle(),
            refresh_absolute_ttl: default_absolute(),
            signing_algorithm: SigningAlgorithm::default(),
            dpop_nonces: false,
        }
    }
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            openid: yes(),
            providers: Vec::new(),
            scim: ScimEntry::default(),
        }
    }
}

impl Default for Programs {
    fn default() -> Self {
        Self {
            idle: default_program_idle(),
            processes: default_processes(),
            processes_per_user: default_processes_per_user(),
            sessions_per_user: default_sessions_per_user(),
            scratch: None,
        }
    }
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            per_user: default_streams(),
            keep_alive: default_keep_alive(),
            unread: default_unread(),
        }
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            rotate_every: default_rotation(),
            signed_metadata: false,
        }
    }
}

fn default_listen() -> String {
    DEFAULT_LISTEN.to_owned()
}

fn default_ops_listen() -> String {
    DEFAULT_OPS_LISTEN.to_owned()
}

fn default_program_idle() -> Lasting {
    Lasting::minutes(10)
}

const fn default_processes() -> NonZeroU32 {
    count(64)
}

const fn default_processes_per_user() -> NonZeroU32 {
    count(8)
}

const fn default_sessions_per_user() -> NonZeroU32 {
    count(32)
}

const fn default_streams() -> NonZeroU32 {
    count(8192)
}

fn default_keep_alive() -> Lasting {
    Lasting::seconds(15)
}

fn default_unread() -> Lasting {
    Lasting::seconds(30)
}

const fn count(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

fn default_access() -> Lasting {
    Lasting::minutes(10)
}

fn default_idle() -> Lasting {
    Lasting::days(30)
}

fn default_rotation() -> Lasting {
    Lasting::days(90)
}

fn default_absolute() -> Lasting {
    Lasting::days(90)
}
