//! A document comes from the host that was asked, proven by its certificate.

use std::sync::Arc;

use doorward_fetch::{DialError, Document, FetchError, Fetcher, FetcherConfig, Reach, tls};
use http::Response;
use rustls::ClientConfig;

use crate::{
    server::{Server, full},
    world::{Names, distrusting, fetcher, fetcher_config, serving, serving_self_signed, trusting},
};

async fn fetch(host: &str, tls: Arc<ClientConfig>) -> Result<Document, FetchError> {
    let server = Server::https(serving(&[b"h2", b"http/1.1"]), |request| {
        let host = request.headers()["host"].to_str().unwrap();
        let host = host.rsplit_once(':').unwrap().0.to_owned();
        Response::builder()
            .header("content-type", "application/json")
            .body(full(host))
            .unwrap()
    })
    .await;
    let config = fetcher_config(Reach::Loopback, &Names::answering(&[&["127.0.0.1"]]));
    let fetcher = Fetcher::new(FetcherConfig { tls, ..config });
    let url = format!("https://{host}:{}/", server.address.port());
    fetcher.json(&url.parse().unwrap()).await
}

#[tokio::test]
async fn a_checked_address_is_dialled_under_the_name_that_was_asked_for() {
    // RG-02: SNI, certificate and Host are those of the name
    for host in ["docs.example", "docs.example."] {
        let document = fetch(host, trusting()).await.unwrap();
        assert_eq!(document.bytes, host);
    }
}

#[tokio::test]
async fn an_unknown_root_or_another_name_is_a_tls_error() {
    let cases = [
        ("docs.example", distrusting()),
        ("other.example", trusting()),
        ("127.0.0.1", trusting()),
    ];
    for (host, tls) in cases {
        let error = fetch(host, tls).await.unwrap_err();
        assert!(
            matches!(error, FetchError::Dial(DialError::Tls(_))),
            "{host}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_server_without_tls_is_a_tls_error() {
    let server = Server::http(|_| Response::new(full("{}"))).await;
    let fetcher = fetcher(Reach::Loopback, &Names::none());
    let url = format!("https://localhost:{}/", server.address.port());

    let error = fetcher.json(&url.parse().unwrap()).await.unwrap_err();

    assert!(
        matches!(error, FetchError::Dial(DialError::Tls(_))),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_trusted_certificate_that_is_its_own_authority_is_for_development_alone() {
    let pem = include_bytes!("pki/self.pem");
    let trusted = || tls::roots_from_pem(pem).unwrap();
    let development = tls::development_config(trusted()).unwrap();
    let usual = tls::client_config(trusted()).unwrap();
    let stranger = tls::development_config([]).unwrap();
    let server = Server::https(serving_self_signed(), |_| {
        let answer = Response::builder().header("content-type", "application/json");
        answer.body(full("{}")).unwrap()
    })
    .await;
    for (name, host, config, expected) in [
        ("known again", "docs.example", &development, true),
        ("under another name", "other.example", &development, false),
        ("not in development", "docs.example", &usual, false),
        ("nobody trusts it", "docs.example", &stranger, false),
    ] {
        let names = Names::answering(&[&["127.0.0.1"]]);
        let config = FetcherConfig {
            tls: Arc::clone(config),
            ..fetcher_config(Reach::Loopback, &names)
        };
        let url = format!("https://{host}:{}/", server.address.port());
        let fetched = Fetcher::new(config).json(&url.parse().unwrap()).await;
        assert_eq!(fetched.is_ok(), expected, "{name}: {fetched:?}");
    }
}
