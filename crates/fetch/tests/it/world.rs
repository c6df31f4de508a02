//! What the tests share: TLS material and a scripted name server.

use std::{
    collections::VecDeque,
    io,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use doorward_fetch::{Fetcher, FetcherConfig, Reach, Resolve, Resolving, UpstreamConfig, tls};
use rustls::{
    ClientConfig, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// Long enough never to pass in a test that succeeds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Short enough to wait for.
pub(crate) const BLINK: Duration = Duration::from_millis(50);

/// Trusts the root that signed the certificate of `docs.example`.
pub(crate) fn trusting() -> Arc<ClientConfig> {
    trusting_only(include_bytes!("pki/root.pem"))
}

/// Trusts another root (and the system's).
pub(crate) fn distrusting() -> Arc<ClientConfig> {
    trusting_only(include_bytes!("pki/stranger.pem"))
}

fn trusting_only(pem: &[u8]) -> Arc<ClientConfig> {
    tls::client_config(tls::roots_from_pem(pem).unwrap()).unwrap()
}

/// Serves `docs.example` and agrees on one of `protocols`.
pub(crate) fn serving(protocols: &[&[u8]]) -> Arc<ServerConfig> {
    let (chain, key) = (
        include_bytes!("pki/server.pem"),
        include_bytes!("pki/server.key"),
    );
    serving_as(chain, key, protocols)
}

/// Serves `docs.example` with a certificate that is its own authority.
pub(crate) fn serving_self_signed() -> Arc<ServerConfig> {
    let (chain, key) = (
        include_bytes!("pki/self.pem"),
        include_bytes!("pki/self.key"),
    );
    serving_as(chain, key, &[b"http/1.1"])
}

fn serving_as(chain: &[u8], key: &[u8], protocols: &[&[u8]]) -> Arc<ServerConfig> {
    let chain = vec![CertificateDer::from_pem_slice(chain).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key).unwrap();
    let mut config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Arc::new(config)
}

/// A fetcher with patience, and names answered by `names`.
pub(crate) fn fetcher(reach: Reach, names: &Arc<Names>) -> Fetcher {
    Fetcher::new(fetcher_config(reach, names))
}

pub(crate) fn fetcher_config(reach: Reach, names: &Arc<Names>) -> FetcherConfig {
    let resolver: Arc<dyn Resolve> = Arc::<Names>::clone(names);
    FetcherConfig {
        resolver,
        within: PATIENCE,
        ..FetcherConfig::new(reach, trusting())
    }
}

pub(crate) fn upstream_config(names: &Arc<Names>) -> UpstreamConfig {
    let resolver: Arc<dyn Resolve> = Arc::<Names>::clone(names);
    UpstreamConfig {
        resolver,
        connect_within: PATIENCE,
        idle_for: PATIENCE,
        ..UpstreamConfig::new(trusting())
    }
}

/// A name server that gives its answers in turn, and fails when it has none left.
#[derive(Default)]
pub(crate) struct Names {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Names {
    pub(crate) fn none() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn answering(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(parse).collect()),
            asked: AtomicUsize::new(0),
        })
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers.lock().unwrap().pop_front();
        Box::pin(async move { answer.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}
