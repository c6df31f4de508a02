//! Upstreams behind TLS, in the version of HTTP that the handshake agrees on.

use bytes::Bytes;
use doorward_fetch::{DialError, SendError, UpstreamClient, UpstreamConfig};
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};

use crate::{
    server::{Server, full},
    world::{Names, distrusting, serving, upstream_config},
};

fn get(server: &Server) -> Request<Full<Bytes>> {
    let url = format!("https://docs.example:{}/mcp", server.address.port());
    Request::get(url).body(Full::default()).unwrap()
}

#[tokio::test]
async fn http_2_is_spoken_when_the_handshake_agrees_on_it_and_http_1_otherwise() {
    let cases: [(&[&[u8]], Version); 3] = [
        (&[b"h2", b"http/1.1"], Version::HTTP_2),
        (&[b"http/1.1"], Version::HTTP_11),
        (&[], Version::HTTP_11),
    ];
    for (protocols, version) in cases {
        let server = Server::https(serving(protocols), |_| Response::new(full("pong"))).await;
        let names = Names::answering(&[&["127.0.0.1"], &["127.0.0.1"]]);
        let client: UpstreamClient = UpstreamClient::new(upstream_config(&names));

        let response = client.send(get(&server), None).await.unwrap();

        assert_eq!(response.version(), version);
        assert_eq!(
            response.into_body().collect().await.unwrap().to_bytes(),
            "pong"
        );
    }
}

#[tokio::test]
async fn calls_share_one_http_2_connection_and_one_answer_of_the_name_server() {
    let server = Server::https(serving(&[b"h2"]), |_| Response::new(full("pong"))).await;
    let names = Names::answering(&[&["127.0.0.1"]]);
    let client: UpstreamClient = UpstreamClient::new(upstream_config(&names));

    let first = client.send(get(&server), None).await.unwrap();
    let second = client.send(get(&server), None).await.unwrap();

    assert_eq!((names.asked(), server.connections()), (1, 1));
    for response in [second, first] {
        assert_eq!(
            response.into_body().collect().await.unwrap().to_bytes(),
            "pong"
        );
    }
}

#[tokio::test]
async fn nothing_is_sent_to_an_upstream_that_does_not_prove_its_name() {
    let server = Server::https(serving(&[]), |_| Response::new(full("pong"))).await;
    let names = Names::answering(&[&["127.0.0.1"]]);
    let config = UpstreamConfig {
        tls: distrusting(),
        ..upstream_config(&names)
    };
    let client: UpstreamClient = UpstreamClient::new(config);

    let error = client.send(get(&server), None).await.unwrap_err();

    assert!(
        matches!(error, SendError::Dial(DialError::Tls(_))),
        "{error:?}"
    );
    assert!(!error.may_have_arrived());
}
