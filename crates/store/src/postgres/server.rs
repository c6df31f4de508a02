//! Connections to the server, and how each is set up.

use std::{fmt, fs, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;
use tokio::{task::JoinHandle, time::timeout};
use tokio_postgres::{
    Client, Config, Error,
    config::{SslMode, TargetSessionAttrs},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{patience::Patience, refusal::PostgresRefusal, url::PostgresUrl};

/// What connections are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Lookups and lists.
    Read,
    /// Commits.
    Write,
    /// Questions about who commits: to the server that takes writes, however many there are.
    Look,
}

/// A connection, and the task that drives it.
pub(super) type Connected = (Client, JoinHandle<()>);

/// The server of a store.
pub(super) struct Server {
    pub(super) config: Config,
    pub(super) patience: Patience,
    tls: MakeRustlsConnect,
}

impl Server {
    pub(super) fn of(url: &PostgresUrl) -> Result<Self, PostgresRefusal> {
        let tls = match url.config.get_ssl_mode() {
            SslMode::Disable => trusting(RootCertStore::empty()),
            _ => match &url.roots {
                Some(path) => trusting(roots(path)?),
                None => trusting_the_system(),
            },
        };
        let tls = tls.map_err(|error| PostgresRefusal::Roots(error.to_string()))?;
        Ok(Self {
            config: url.config.clone(),
            patience: url.patience,
            tls: MakeRustlsConnect::new(tls),
        })
    }

    /// Connects, or says why not. A server that takes connections and then says nothing is given
    /// up, too.
    pub(super) async fn connect_in_time(
        &self,
        purpose: Purpose,
    ) -> Result<Connected, PostgresRefusal> {
        let connected = timeout(self.patience.connecting(), self.connect(purpose)).await;
        let silent = |_| PostgresRefusal::Unreachable("it does not answer".to_owned());
        connected
            .map_err(silent)?
            .map_err(|error| PostgresRefusal::of(&error))
    }

    /// Connects; the connection is driven by the runtime of the caller.
    pub(super) async fn connect(&self, purpose: Purpose) -> Result<Connected, Error> {
        let mut config = self.config.clone();
        if purpose == Purpose::Look {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let (client, connection) = config.connect(self.tls.clone()).await?;
        let driver = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to PostgreSQL ended");
            }
        });
        client
            .batch_execute(&set_up(purpose, self.patience))
            .await?;
        Ok((client, driver))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Server(..)")
    }
}

/// Nothing waits for ever, and a database that is told not to be durable is durable for us. The
/// server notices a machine that is gone, which lets go of what it held.
fn set_up(purpose: Purpose, patience: Patience) -> String {
    match purpose {
        Purpose::Read => "SET statement_timeout = '30s';
             SET default_transaction_isolation = 'read committed';
             SET default_transaction_read_only = on"
            .to_owned(),
        // An abandoned question ends by itself.
        Purpose::Look => "SET statement_timeout = '5s';
             SET default_transaction_isolation = 'read committed';
             SET default_transaction_read_only = on"
            .to_owned(),
        Purpose::Write => format!(
            "SET statement_timeout = '60s';
             SET lock_timeout = {lock};
             SET idle_in_transaction_session_timeout = '10s';
             SET default_transaction_isolation = 'read committed';
             SET tcp_keepalives_idle = 30;
             SET tcp_keepalives_interval = 10;
             SET tcp_keepalives_count = 3;
             SELECT set_config('synchronous_commit', 'on', false)
                WHERE current_setting('synchronous_commit') = 'off'",
            lock = patience.lock().as_millis()
        ),
    }
}

/// The certificates in a PEM file.
fn roots(path: &Path) -> Result<RootCertStore, PostgresRefusal> {
    let shown = path.display();
    let refused = |cause: String| PostgresRefusal::Roots(format!("{shown}: {cause}"));
    let pem = fs::read(path).map_err(|error| refused(error.to_string()))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| refused(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    match roots.add_parsable_certificates(certificates) {
        (0, _) => Err(refused("it has no certificate".to_owned())),
        _ => Ok(roots),
    }
}

fn trusting(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn trusting_the_system() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Verifier::new(Arc::clone(&provider))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        // Not dangerous: rustls calls every verifier but its own so, and this is its own over
        // the operating system's roots.
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(config)
}
