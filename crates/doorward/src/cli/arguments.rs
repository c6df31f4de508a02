//! The arguments of every command.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Subcommand};
use doorward_core::{
    client::{ClientKeys, Environment, GrantType},
    provisioning::ProvisionerName,
    server::ServerName,
    user::Role,
};

use super::{
    certificates::CertificateArguments,
    people::{self, InviteArguments},
};
use crate::config;

/// Arguments of `doorward up`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    doorward up --demo\n  \
    doorward up http://127.0.0.1:3001/mcp\n  \
    doorward up -- npx -y @modelcontextprotocol/server-everything")]
pub(crate) struct UpArguments {
    /// The Streamable HTTP endpoint of an MCP server
    #[arg(value_name = "URL", conflicts_with_all = ["demo", "command"])]
    pub(crate) url: Option<String>,
    /// The program that speaks MCP on standard input and output, after `--`
    #[arg(last = true, value_name = "COMMAND", conflicts_with = "demo")]
    pub(crate) command: Vec<String>,
    /// Serve a small built-in MCP server
    #[arg(long)]
    pub(crate) demo: bool,
    /// The name of the server in its URL [default: told from the command or URL]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
    /// The URL that clients use, when a proxy or tunnel stands in front [default: http://LISTEN]
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Where to serve health and metrics
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9464")]
    pub(crate) ops_listen: SocketAddr,
}

/// Arguments of `doorward serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "doorward.toml")]
    pub(crate) config: PathBuf,
}

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add an account; asks for the password
    Add {
        /// The name to sign in with
        name: String,
        /// What it may do: member, auditor or administrator
        #[arg(long, value_name = "ROLE", default_value = "member", value_parser = people::role)]
        role: Role,
        /// Make it an administrator: the same as --role administrator
        #[arg(long, conflicts_with = "role")]
        admin: bool,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List all accounts
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one account and its groups
    Show {
        /// The sign-in name
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Change what an account may do; its sessions end, with less than before its tokens as well
    Role {
        /// The sign-in name
        name: String,
        /// member, auditor or administrator
        #[arg(value_parser = people::role)]
        role: Role,
    },
    /// Change what an account says of the person
    Set {
        /// The sign-in name
        name: String,
        /// Where messages go; an empty text takes it back
        #[arg(long, value_name = "ADDRESS", required_unless_present = "display_name")]
        mail: Option<String>,
        /// What the person is called; an empty text takes it back
        #[arg(long, value_name = "TEXT")]
        display_name: Option<String>,
    },
    /// Remove an account with everything of it
    Remove {
        /// The sign-in name
        name: String,
    },
    /// Make a link with which somebody makes their own account, or revoke it
    Invite(InviteArguments),
    /// List the invitations that were not used
    Invitations {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a link, good for an hour and once, with which somebody sets a new password
    Reset {
        /// The sign-in name
        name: String,
        /// Send the link to the address of the account instead of showing it; needs `[mail]`
        #[arg(long)]
        send: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Disable an account; its tokens and sessions end at once
    Disable {
        /// The sign-in name
        name: String,
    },
    /// Enable a disabled account
    Enable {
        /// The sign-in name
        name: String,
    },
    /// Link somebody of an identity provider to an account, by issuer and subject
    Link {
        /// The sign-in name
        name: String,
        /// The issuer, exactly as `iss` in its assertions
        issuer: String,
        /// What it calls the person, exactly as `sub` in its assertions
        subject: String,
    },
    /// List the links of accounts to people of identity providers
    Links {
        /// Only those of this user
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Cut a link; what came by it ends at once
    Unlink {
        /// The issuer
        issuer: String,
        /// What it calls the person
        subject: String,
    },
    /// Show the second factors of an account, or remove all of them when they are lost
    Factors {
        /// The sign-in name
        name: String,
        /// Remove all factors and recovery codes, and end the sessions
        #[arg(long)]
        reset: bool,
        /// Print JSON
        #[arg(long, conflicts_with = "reset")]
        json: bool,
    },
    /// Set the password of an account; its tokens and sessions end at once
    Passwd {
        /// The sign-in name
        name: String,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

/// What can be done with clients.
#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// Register a client by hand
    Add {
        /// Its name, which people see when they are asked
        name: String,
        /// Where answers may go; can be given several times
        #[arg(long = "redirect-uri", value_name = "URI")]
        redirect_uris: Vec<String>,
        /// What it may ask for, like client_credentials or device_code; can be given several times
        /// [default: authorization_code and refresh_token]
        #[arg(long = "grant", value_name = "TYPE", value_parser = grant_type)]
        grants: Vec<GrantType>,
        /// A scope of its own tokens, without any user; can be given several times
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// A server that its own tokens may be for; can be given several times
        #[arg(long = "server", value_name = "NAME", value_parser = ServerName::parse)]
        servers: Vec<ServerName>,
        /// Give it a secret, which is shown once
        #[arg(long, group = "proof")]
        confidential: bool,
        /// Its public keys (a JWK Set), with which it signs instead of sending a secret; with
        /// --confidential or --public it only signs requests
        #[arg(long, value_name = "FILE")]
        jwks: Option<PathBuf>,
        /// Where its public keys are (https), instead of --jwks
        #[arg(long, value_name = "URL", value_parser = jwks_uri, conflicts_with = "jwks")]
        jwks_uri: Option<ClientKeys>,
        /// It proves nothing, although it has keys
        #[arg(long, group = "proof")]
        public: bool,
        /// Refuse its authorization requests that are not pushed (RFC 9126)
        #[arg(long)]
        only_pushed_requests: bool,
        /// Refuse its authorization requests that are not signed (RFC 9101)
        #[arg(long)]
        only_signed_requests: bool,
        #[command(flatten)]
        certificate: Box<CertificateArguments>,
        /// Keep it to servers of this environment: dev, staging or prod; can be given several times
        #[arg(long = "environment", value_name = "NAME")]
        environments: Vec<Environment>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List all clients
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one client
    Show {
        /// Its identifier
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Decide something about a client
    Set {
        /// Its identifier
        id: String,
        /// How long its access tokens live, from 30s to 1h; `default` leaves it to the configuration
        #[arg(long, value_name = "DURATION", value_parser = access_ttl, required = true)]
        access_ttl: AccessTtl,
    },
    /// Manage the tokens with which clients register themselves, where that asks for one
    #[command(subcommand)]
    Token(TokenCommand),
    /// Revoke a client; its tokens end at once
    Revoke {
        /// Its identifier
        id: String,
    },
}

/// What can be done with initial access tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token with which clients register themselves; it is shown once
    Add {
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        /// How many registrations it admits, or `unlimited`
        #[arg(long, value_name = "COUNT", value_parser = uses, default_value = "1")]
        uses: Uses,
        /// How long it admits any, at most 366d
        #[arg(long, value_name = "DURATION", value_parser = lifetime, default_value = "7d")]
        expires_in: Duration,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the tokens that were made, never what they are made of
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take a token back; clients that registered with it stay
    Revoke {
        /// Its identifier
        id: String,
    },
}

/// What can be done with provisioning identity providers.
#[derive(Debug, Subcommand)]
pub(crate) enum ScimCommand {
    /// Manage the tokens with which identity providers provision users and groups
    #[command(subcommand)]
    Token(ScimTokenCommand),
}

/// What can be done with tokens of provisioning identity providers.
#[derive(Debug, Subcommand)]
pub(crate) enum ScimTokenCommand {
    /// Make a token for an identity provider; it is shown once
    Add {
        /// What the provider is called here; what it makes is its own under this name
        #[arg(value_name = "PROVIDER", value_parser = ProvisionerName::parse)]
        provider: ProvisionerName,
        /// How long it works [default: until it is revoked]
        #[arg(long, value_name = "DURATION", value_parser = lifetime)]
        expires_in: Option<Duration>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the tokens that were made, never what they are made of
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take a token back; what was provisioned with it stays
    Revoke {
        /// Its identifier
        id: String,
    },
}

/// How many registrations a token admits; none means as many as one likes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Uses(pub(crate) Option<u32>);

fn uses(text: &str) -> Result<Uses, &'static str> {
    match text {
        "unlimited" => Ok(Uses(None)),
        _ => match text.parse() {
            Ok(0) | Err(_) => Err("write a number from 1 on, or unlimited"),
            Ok(count) => Ok(Uses(Some(count))),
        },
    }
}

fn lifetime(text: &str) -> Result<Duration, &'static str> {
    config::duration(text).ok_or("write a duration like 12h or 7d")
}

fn jwks_uri(text: &str) -> Result<ClientKeys, &'static str> {
    ClientKeys::at(text).ok_or("write an https URL without user information or fragment")
}

fn grant_type(text: &str) -> Result<GrantType, String> {
    let known = || {
        GrantType::all()
            .map(GrantType::short_name)
            .collect::<Vec<_>>()
    };
    GrantType::from_short_name(text)
        .ok_or_else(|| format!("expected one of {}", known().join(", ")))
}

/// How long access tokens live; none means as configured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccessTtl(pub(crate) Option<Duration>);

fn access_ttl(text: &str) -> Result<AccessTtl, &'static str> {
    match text {
        "default" => Ok(AccessTtl(None)),
        _ => config::duration(text)
            .map(|ttl| AccessTtl(Some(ttl)))
            .ok_or("write a duration like 10m, or default"),
    }
}

/// What can be done with grants.
#[derive(Debug, Subcommand)]
pub(crate) enum GrantCommand {
    /// List all grants
    List {
        /// Only those of this user
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// Only those of this client
        #[arg(long, value_name = "ID")]
        client: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke a grant; its tokens end at once
    Revoke {
        /// Its identifier
        id: String,
    },
}

/// What can be done with signing keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// List the keys: announced, active, retired, and lately removed
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Let another key take over: it is announced now and signs two hours later
    Rotate {
        /// Let it sign at once, or at once the one that is announced
        #[arg(long)]
        now: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take a key out of service: it signs nothing more, what it signed stays valid
    Retire {
        /// Its identifier
        #[arg(allow_hyphen_values = true)] // one in 64 begins with a hyphen
        id: String,
        /// Somebody else may have it: refuse what it signed, at once
        #[arg(long)]
        compromised: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a key to a file, sealed under a passphrase
    Export {
        /// Its identifier
        #[arg(allow_hyphen_values = true)] // one in 64 begins with a hyphen
        id: String,
        /// The file to make
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Read the passphrase from the first line of standard input
        #[arg(long)]
        passphrase_stdin: bool,
    },
    /// Take in a key that was exported; it is announced now and signs two hours later
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Let it sign at once
        #[arg(long)]
        now: bool,
        /// Read the passphrase from the first line of standard input
        #[arg(long)]
        passphrase_stdin: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// What can be done with the audit log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Show the latest records and follow
    Tail(AuditArguments),
    /// Show records
    List(AuditArguments),
    /// Check that no record was changed, removed or put in
    Verify {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Which audit records to show.
#[derive(Debug, Args)]
pub(crate) struct AuditArguments {
    /// How many of the latest to show; 0 shows all
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
    pub(crate) lines: usize,
    /// Only those of this user
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Only those of this client
    #[arg(long, value_name = "ID")]
    pub(crate) client: Option<String>,
    /// Only those of this server
    #[arg(long, value_name = "NAME")]
    pub(crate) server: Option<String>,
    /// Only this kind of event, like tool.call
    #[arg(long, value_name = "EVENT")]
    pub(crate) event: Option<String>,
    /// Print the records as they are stored, one JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
}

/// What can be done with configuration files.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check a configuration file
    Check {
        /// The file
        #[arg(value_name = "FILE", default_value = "doorward.toml")]
        file: PathBuf,
    },
    /// Print the JSON Schema of the configuration file
    Schema,
    /// Write the built-in templates and texts of the pages into a folder, to change some of them
    Pages {
        /// A folder that does not exist yet
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}
