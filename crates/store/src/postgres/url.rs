//! The address of a database: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?OPTIONS`.
//!
//! What crosses a network is encrypted and the server's certificate is checked,
//! whatever else is written, unless `sslmode=disable` says otherwise. Modes that
//! fall back to clear text when somebody on the line asks for it are refused.
//! The password is shown nowhere.

use std::{fmt, net::IpAddr, path::PathBuf, time::Duration};

use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

use super::patience::Patience;

const CONNECT: Duration = Duration::from_secs(5);
/// Unanswered for this long, a connection counts as lost.
const UNANSWERED: Duration = Duration::from_secs(30);

/// Where a database is and how to get in.
#[derive(Clone)]
pub struct PostgresUrl {
    pub(super) config: Config,
    pub(super) roots: Option<PathBuf>,
    pub(super) patience: Patience,
}

/// Why a text is no address of a database. Never shows the password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostgresUrlError {
    /// It does not have the form of one.
    #[error("is not like postgres://USER:PASSWORD@HOST:5432/DATABASE ({0})")]
    Malformed(String),
    /// A part is missing.
    #[error("names no {0}; write it like postgres://USER:PASSWORD@HOST:5432/DATABASE")]
    Missing(&'static str),
    /// What looks like a host has characters that no host has.
    #[error("has a host that is none; write @, / and : in the password as %40, %2F and %3A")]
    Host,
    /// Encryption that is dropped when somebody on the line wants that.
    #[error("has sslmode={0}, which whoever is on the line can turn off; write require or disable")]
    Downgradable(String),
    /// A time to wait that is none, or of no use.
    #[error("has timeout={0}; write whole seconds from 1 to 60")]
    Timeout(String),
}

impl PostgresUrl {
    /// Whether a text means a PostgreSQL database at all.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with("postgres:") || text.starts_with("postgresql:")
    }

    /// Reads an address. Options are those of libpq that have a meaning here; `sslmode` is
    /// `require` (the default unless the host is this machine) or `disable`, and `sslrootcert`
    /// names a PEM file with the certificates to trust instead of the system's. `timeout` is how
    /// many seconds a request waits for the database (10 unless it says otherwise).
    pub fn parse(text: &str) -> Result<Self, PostgresUrlError> {
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let mut options = Options::of(query);
        let rest = match options.rest.is_empty() {
            true => address.to_owned(),
            false => format!("{address}?{}", options.rest.join("&")),
        };
        let mut config: Config = rest
            .parse()
            .map_err(|error: tokio_postgres::Error| PostgresUrlError::Malformed(reason(&error)))?;
        check(&config)?;
        config.ssl_mode(options.encryption(&config)?);
        set_defaults(&mut config);
        let patience = options.patience()?;
        let roots = options.roots.take();
        Ok(Self {
            config,
            roots,
            patience,
        })
    }
}

/// The address without the password.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self.config.get_hosts().iter().map(shown).collect();
        let ports: Vec<String> = self.config.get_ports().iter().map(u16::to_string).collect();
        let (user, database) = (self.config.get_user(), self.config.get_dbname());
        let hosts = hosts.join(",");
        write!(f, "postgres://{}@{hosts}", user.unwrap_or_default())?;
        if !ports.is_empty() {
            write!(f, ":{}", ports.join(","))?;
        }
        write!(f, "/{}", database.unwrap_or_default())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({self})")
    }
}

/// The same server, user and database; what else differs takes effect at the next start too.
impl PartialEq for PostgresUrl {
    fn eq(&self, other: &Self) -> bool {
        (&self.config, &self.roots, self.patience) == (&other.config, &other.roots, other.patience)
    }
}

impl Eq for PostgresUrl {}

/// The options that are ours to understand, and all others as they were written.
#[derive(Default)]
struct Options {
    mode: Option<String>,
    roots: Option<PathBuf>,
    timeout: Option<String>,
    rest: Vec<String>,
}

impl Options {
    fn of(query: &str) -> Self {
        let mut options = Self::default();
        for raw in query.split('&').filter(|raw| !raw.is_empty()) {
            let pair = form_urlencoded::parse(raw.as_bytes()).next();
            match pair.as_ref().map(|(key, value)| (key.as_ref(), value)) {
                Some(("sslmode", value)) => options.mode = Some(value.clone().into_owned()),
                Some(("sslrootcert", value)) => options.roots = Some(PathBuf::from(value.as_ref())),
                Some(("timeout", value)) => options.timeout = Some(value.clone().into_owned()),
                _ => options.rest.push(raw.to_owned()),
            }
        }
        options
    }

    fn patience(&self) -> Result<Patience, PostgresUrlError> {
        let Some(seconds) = &self.timeout else {
            return Ok(Patience::default());
        };
        Patience::of_seconds(seconds).ok_or_else(|| PostgresUrlError::Timeout(seconds.clone()))
    }

    fn encryption(&self, config: &Config) -> Result<SslMode, PostgresUrlError> {
        match self.mode.as_deref() {
            Some("disable") => Ok(SslMode::Disable),
            // Without a check of the certificate, encryption protects from nobody who can act:
            // all three mean the strictest.
            Some("require" | "verify-ca" | "verify-full") => Ok(SslMode::Require),
            Some(other) => Err(PostgresUrlError::Downgradable(other.to_owned())),
            None if config.get_hosts().iter().all(is_local) => Ok(SslMode::Disable),
            None => Ok(SslMode::Require),
        }
    }
}

fn check(config: &Config) -> Result<(), PostgresUrlError> {
    let named = [
        (
            "user",
            config.get_user().is_some_and(|user| !user.is_empty()),
        ),
        ("host", !config.get_hosts().is_empty()),
        (
            "database",
            config.get_dbname().is_some_and(|name| !name.is_empty()),
        ),
    ];
    if let Some((missing, _)) = named.into_iter().find(|(_, there)| !there) {
        return Err(PostgresUrlError::Missing(missing));
    }
    match config.get_hosts().iter().all(is_host) {
        true => Ok(()),
        false => Err(PostgresUrlError::Host),
    }
}

fn set_defaults(config: &mut Config) {
    if config.get_application_name().is_none() {
        config.application_name("doorward");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNANSWERED);
    }
    config.keepalives_idle(UNANSWERED);
}

fn is_host(host: &Host) -> bool {
    let valid = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    match host {
        Host::Tcp(name) => !name.is_empty() && name.chars().all(valid),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn shown(host: &Host) -> String {
    match host {
        Host::Tcp(name) if name.contains(':') => format!("[{name}]"),
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string().replace('/', "%2F"),
    }
}

/// What the parser found, which names keys and never values.
fn reason(error: &tokio_postgres::Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PostgresUrl, PostgresUrlError> {
        PostgresUrl::parse(text)
    }

    #[test]
    fn what_crosses_a_network_is_encrypted_unless_the_url_says_otherwise() {
        use SslMode::{Disable, Require};
        #[rustfmt::skip]
        let cases = [
            ("postgres://u@db.example/d",                       Require),
            ("postgresql://u@db.example/d",                     Require),
            ("postgres://u@10.0.0.1/d",                         Require),
            ("postgres://u@db.example/d?sslmode=verify-full",   Require),
            ("postgres://u@db.example/d?sslmode=disable",       Disable),
            ("postgres://u@127.0.0.1/d",                        Disable),
            ("postgres://u@[::1]:5433/d",                       Disable),
            ("postgres://u@localhost/d",                        Disable),
            ("postgres://u@localhost/d?sslmode=require",        Require),
            ("postgres://u@%2Frun%2Fpostgresql/d",              Disable),
            ("postgres://u@localhost,db.example/d",             Require),
        ];
        for (text, expected) in cases {
            let url = parse(text).expect(text);
            assert_eq!(url.config.get_ssl_mode(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_what_to_write() {
        #[rustfmt::skip]
        let cases = [
            ("postgres://db.example/d",                         "names no user"),
            ("postgres://u@/d",                                 "names no host"),
            ("postgres://u@db.example",                         "names no database"),
            ("postgres://u@db.example/d?sslmode=prefer",        "sslmode=prefer"),
            ("postgres://u@db.example/d?sslmode=allow",         "write require or disable"),
            ("postgres://u@db.example/d?sslcert=x",             "sslcert"),
            ("postgres://u@db.example/d?timeout=10s",           "whole seconds from 1 to 60"),
            ("postgres://u@db.example/d?timeout=0",             "timeout=0"),
            ("postgres://u@db.example:port/d",                  "port"),
            ("postgres://u:s3cret@pass@db.example/d",           "%40"),
        ];
        for (text, expected) in cases {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains(expected), "{text}: {error}");
            assert!(
                !error.contains("s3cret") && !error.contains("pass@"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_password_is_shown_nowhere() {
        let url =
            parse("postgres://door:s3%40cret@db.example:5433/d?sslmode=disable").expect("a URL");
        assert_eq!(url.config.get_password(), Some(b"s3@cret".as_slice()));
        assert_eq!(url.to_string(), "postgres://door@db.example:5433/d");
        assert!(!format!("{url:?}").contains("cret"));
    }

    #[test]
    fn certificates_to_trust_and_other_options_are_kept_apart() {
        let text = "postgres://u@db.example/d?sslrootcert=%2Fetc%2Fca.pem&options=-csearch_path%3Ddoor&timeout=3";
        let url = parse(text).expect("a URL");
        assert_eq!(url.roots, Some(PathBuf::from("/etc/ca.pem")));
        assert_eq!(url.config.get_options(), Some("-csearch_path=door"));
        assert_eq!(Some(url.patience), Patience::of_seconds("3"));
    }
}
