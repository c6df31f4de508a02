//! The host where a client publishes its metadata document, on a loopback port.
//!
//! Every name leads here. A client's identifier is the address of its document, so
//! here it has the port in it, and so have the members that repeat it.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use doorward_fetch::{Fetcher, FetcherConfig, Reach, Resolve, Resolving};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use super::{Published, RealClient, signer::Signer};
use crate::trust;

/// The running host. It ends when dropped.
pub struct Host {
    /// The identifier of the client.
    pub client_id: String,
    /// Its key, if it has one.
    pub signer: Option<Arc<Signer>>,
    serving: JoinHandle<()>,
}

impl Host {
    /// Serves the document of `client` and the keys that it names.
    pub async fn start(client: &RealClient) -> Self {
        let published = client.published.as_ref().expect("a document");
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a loopback port");
        let port = listener.local_addr().expect("a bound address").port();
        let signs = published.document.get("jwks_uri").is_some();
        let signer = signs.then(Arc::<Signer>::default);
        let places = Arc::new(places(published, port, signer.as_deref()));
        let acceptor = TlsAcceptor::from(settings());
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, acceptor.clone(), Arc::clone(&places)));
            }
        });
        Self {
            client_id: here(published.url, port),
            signer,
            serving,
        }
    }

    /// Reaches this host and nothing else.
    pub fn fetcher(&self) -> Fetcher {
        Fetcher::new(FetcherConfig {
            resolver: Arc::new(Here),
            ..FetcherConfig::new(Reach::Loopback, trust::in_our_authority())
        })
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

struct Here;

impl Resolve for Here {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        Box::pin(async { Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]) })
    }
}

/// What is served at which address.
fn places(published: &Published, port: u16, signer: Option<&Signer>) -> Vec<(String, Value)> {
    let mut document = published.document.clone();
    for member in ["client_id", "jwks_uri"] {
        if let Some(Value::String(text)) = document.get_mut(member) {
            *text = here(text, port);
        }
    }
    let keys = document.get("jwks_uri").and_then(Value::as_str);
    let keys = keys.map(str::to_owned).zip(signer.map(Signer::keys));
    let document = (here(published.url, port), document);
    keys.into_iter().chain([document]).collect()
}

/// `https://host/path` with the port of this machine.
fn here(url: &str, port: u16) -> String {
    let rest = url.trim_start_matches("https://");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    format!("https://{host}:{port}/{path}")
}

fn settings() -> Arc<ServerConfig> {
    let chain = CertificateDer::from_pem_slice(include_bytes!("../../pki/hosts.pem"));
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../../pki/hosts.key"));
    let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(vec![chain.expect("a certificate")], key.expect("a key"));
    Arc::new(config.expect("a chain and its key"))
}

async fn serve(socket: TcpStream, acceptor: TlsAcceptor, places: Arc<Vec<(String, Value)>>) {
    let Ok(mut stream) = acceptor.accept(socket).await else {
        return;
    };
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else {
            return;
        };
        head.push(byte);
    }
    let url = asked(&String::from_utf8_lossy(&head));
    let found = places.iter().find(|(place, _)| *place == url);
    let (status, body) = match found {
        Some((_, document)) => ("200 OK", document.to_string()),
        None => ("404 Not Found", String::new()),
    };
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// The address that a request asks for.
fn asked(head: &str) -> String {
    let path = head.split(' ').nth(1).unwrap_or_default();
    let host = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("host:")
            .map(|host| host.trim().to_owned())
    });
    format!("https://{}{path}", host.unwrap_or_default())
}
