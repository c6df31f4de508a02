//! A host of client metadata documents: HTTPS on loopback, as `docs.example`.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use doorward_fetch::{Fetcher, FetcherConfig, Reach, Resolve, Resolving};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// Long enough never to pass in a test that succeeds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Short enough to wait for.
pub(crate) const BLINK: Duration = Duration::from_millis(300);

/// Every name leads to this machine.
struct Here;

impl Resolve for Here {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        Box::pin(async { Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]) })
    }
}

/// Trusts the authority of these tests alone: reading the system's takes longer than most of them.
pub(crate) fn trusting() -> Arc<ClientConfig> {
    let root = include_bytes!("../../../fetch/tests/it/pki/root.pem");
    let root = CertificateDer::from_pem_slice(root).expect("a certificate");
    let mut roots = RootCertStore::empty();
    roots.add(root).expect("an authority");
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("a version");
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

/// May reach this machine, and gives up after `within`.
pub(crate) fn fetcher(within: Duration) -> Fetcher {
    reaching(Reach::Loopback, within)
}

pub(crate) fn reaching(reach: Reach, within: Duration) -> Fetcher {
    Fetcher::new(FetcherConfig {
        within,
        resolver: Arc::new(Here),
        ..FetcherConfig::new(reach, trusting())
    })
}

/// What the host answers next.
#[derive(Clone)]
pub(crate) enum Reply {
    /// JSON with these further header lines.
    Json(Value, &'static str),
    /// Exactly these bytes.
    Raw(String),
    /// Nothing, ever.
    Nothing,
}

/// A running host.
pub(crate) struct Host {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    reply: Mutex<Reply>,
    keys: Mutex<Reply>,
    asked: AtomicUsize,
    heads: Mutex<Vec<String>>,
}

impl Host {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            reply: Mutex::new(Reply::Nothing),
            keys: Mutex::new(Reply::Nothing),
            asked: AtomicUsize::new(0),
            heads: Mutex::default(),
        });
        let (host, acceptor) = (Arc::clone(&shared), TlsAcceptor::from(serving()));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, acceptor.clone(), Arc::clone(&host)));
            }
        });
        let host = Self { port, shared };
        host.answers(Reply::Json(host.document(json!({})), ""));
        host
    }

    /// The identifier of the client that this host describes.
    pub(crate) fn client_id(&self) -> String {
        format!("https://docs.example:{}/client.json", self.port)
    }

    /// Where its keys are.
    pub(crate) fn jwks_uri(&self) -> String {
        format!("https://docs.example:{}/keys.json", self.port)
    }

    /// A good document with some members changed.
    pub(crate) fn document(&self, changes: Value) -> Value {
        let mut document = json!({
            "client_id": self.client_id(),
            "client_name": "Editor",
            "redirect_uris": [crate::world::CALLBACK],
            "token_endpoint_auth_method": "none",
        });
        for (member, value) in changes.as_object().expect("an object") {
            document[member] = value.clone();
        }
        document
    }

    pub(crate) fn answers(&self, reply: Reply) {
        *self.shared.reply.lock().expect("unpoisoned") = reply;
    }

    pub(crate) fn answers_keys(&self, reply: Reply) {
        *self.shared.keys.lock().expect("unpoisoned") = reply;
    }

    /// The document says this from now on.
    pub(crate) fn says(&self, changes: Value) {
        self.answers(Reply::Json(self.document(changes), ""));
    }

    /// How many requests came.
    pub(crate) fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }

    /// The head of the latest request.
    pub(crate) fn head(&self) -> String {
        let heads = self.shared.heads.lock().expect("unpoisoned");
        heads.last().cloned().unwrap_or_default()
    }
}

fn serving() -> Arc<ServerConfig> {
    let chain = include_bytes!("../../../fetch/tests/it/pki/server.pem");
    let chain = vec![CertificateDer::from_pem_slice(chain).expect("a certificate")];
    let key = include_bytes!("../../../fetch/tests/it/pki/server.key");
    let key = PrivateKeyDer::from_pem_slice(key).expect("a key");
    let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a chain and its key");
    Arc::new(config)
}

async fn serve(socket: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
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
    let head = String::from_utf8(head).expect("ASCII");
    let keys = head.starts_with("GET /keys.json ");
    shared.asked.fetch_add(1, Ordering::SeqCst);
    shared.heads.lock().expect("unpoisoned").push(head);
    let replies = if keys { &shared.keys } else { &shared.reply };
    let reply = replies.lock().expect("unpoisoned").clone();
    let bytes = match reply {
        Reply::Nothing => std::future::pending().await,
        Reply::Raw(text) => text,
        Reply::Json(value, lines) => {
            let body = value.to_string();
            let length = body.len();
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{lines}\r\n{body}"
            )
        }
    };
    let _ = stream.write_all(bytes.as_bytes()).await;
    let _ = stream.shutdown().await;
}
