//! Calls upstream: connections, limits, and errors that say what may have happened.

use bytes::Bytes;
use doorward_fetch::{AddressKind, DialError, Reach, SendError, UpstreamClient, UpstreamConfig};
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Full};

use crate::{
    server::{Server, full},
    world::{BLINK, Names, PATIENCE, upstream_config},
};

fn client() -> UpstreamClient {
    UpstreamClient::new(upstream_config(&Names::none()))
}

fn post(url: &str) -> Request<Full<Bytes>> {
    Request::post(url).body(Full::from("ping")).unwrap()
}

#[tokio::test]
async fn calls_reuse_an_idle_connection() {
    let server = Server::http(|_| Response::new(full("pong"))).await;
    let client = client();

    for _ in 0..20 {
        let response = client
            .send(post(&server.url("/mcp")), Some(PATIENCE))
            .await
            .unwrap();
        assert_eq!(
            response.into_body().collect().await.unwrap().to_bytes(),
            "pong"
        );
    }

    // A second one may be opened when a call comes just before the first is idle again.
    assert!(server.connections() <= 2, "{}", server.connections());
}

#[tokio::test]
async fn a_connection_that_was_idle_too_long_is_closed() {
    let mut server = Server::http(|_| Response::new(full("pong"))).await;
    let config = upstream_config(&Names::none());
    let client = UpstreamClient::new(UpstreamConfig {
        idle_for: BLINK,
        ..config
    });

    let response = client.send(post(&server.url("/mcp")), None).await.unwrap();
    response.into_body().collect().await.unwrap();

    server.closed(1).await;
}

#[tokio::test]
async fn the_request_goes_out_as_it_is_whatever_version_it_came_in() {
    let server = Server::http(|request| {
        let headers = request.headers();
        let seen = [
            request.method().as_str(),
            &request.uri().to_string(),
            headers["host"].to_str().unwrap(),
            headers["mcp-session-id"].to_str().unwrap(),
        ]
        .join(" ");
        Response::new(full(seen))
    })
    .await;
    let mut request = post(&server.url("/mcp?a=b"));
    *request.method_mut() = Method::DELETE;
    *request.version_mut() = Version::HTTP_2;
    request
        .headers_mut()
        .insert("mcp-session-id", "abc".parse().unwrap());

    let response = client().send(request, None).await.unwrap();

    let seen = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(seen, format!("DELETE /mcp?a=b {} abc", server.address));
}

#[tokio::test]
async fn a_redirect_is_handed_back_and_not_followed() {
    // CL-04
    let server = Server::http(|_| {
        Response::builder()
            .status(307)
            .header("location", "/elsewhere")
            .body(full(""))
            .unwrap()
    })
    .await;

    let response = client()
        .send(post(&server.url("/mcp")), None)
        .await
        .unwrap();

    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(response.headers()["location"], "/elsewhere");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn an_upstream_that_does_not_answer_in_time_is_given_up_and_may_have_acted() {
    let mut server = Server::stalling(b"").await;

    let error = client()
        .send(post(&server.url("/mcp")), Some(BLINK))
        .await
        .unwrap_err();

    assert!(matches!(error, SendError::Timeout), "{error:?}");
    assert!(error.may_have_arrived());
    server.closed(1).await; // the upstream sees that nobody waits any longer
}

#[tokio::test]
async fn an_upstream_that_hangs_up_without_an_answer_may_have_acted() {
    // P-016
    let server = Server::raw("").await;

    let error = client()
        .send(post(&server.url("/mcp")), None)
        .await
        .unwrap_err();

    assert!(matches!(error, SendError::Broken(_)), "{error:?}");
    assert!(error.may_have_arrived());
}

#[tokio::test]
async fn what_never_left_cannot_have_arrived() {
    // P-016
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    for url in [
        nobody.as_str(),
        "http://unknown.example/",
        "/mcp",
        "ftp://127.0.0.1/",
    ] {
        let error = client().send(post(url), None).await.unwrap_err();
        let known = matches!(
            error,
            SendError::Dial(DialError::Connect(_) | DialError::Resolve(_) | DialError::Target)
        );
        assert!(known && !error.may_have_arrived(), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn the_time_for_a_connection_includes_the_tls_handshake() {
    let server = Server::stalling(b"").await;
    let config = upstream_config(&Names::none());
    let client = UpstreamClient::new(UpstreamConfig {
        connect_within: BLINK,
        ..config
    });

    let url = format!("https://{}/", server.address);
    let error = client.send(post(&url), None).await.unwrap_err();

    assert!(
        matches!(error, SendError::Dial(DialError::Timeout)),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_upstream_that_a_user_named_is_guarded_like_a_document() {
    // S-009, RG-02
    let names = Names::answering(&[&["93.184.215.14", "10.0.0.1"]]);
    let config = upstream_config(&names);
    let client = UpstreamClient::new(UpstreamConfig {
        reach: Reach::Public,
        ..config
    });

    let error = client
        .send(post("https://mcp.example/"), None)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            SendError::Dial(DialError::Blocked(AddressKind::Private))
        ),
        "{error:?}"
    );
    let error = client
        .send(post("https://0x7f.1/"), None)
        .await
        .unwrap_err();
    assert!(matches!(error, SendError::Dial(_)), "{error:?}");
    let error = client
        .send(post("http://93.184.215.14/"), None)
        .await
        .unwrap_err();
    assert!(
        matches!(error, SendError::Dial(DialError::Cleartext)),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_operator_may_name_a_cleartext_server_anywhere() {
    let server = Server::http(|_| Response::new(full("pong"))).await;
    let client: UpstreamClient =
        UpstreamClient::new(upstream_config(&Names::answering(&[&["127.0.0.1"]])));

    let url = format!("http://internal.example:{}/mcp", server.address.port());
    let response = client.send(post(&url), None).await.unwrap();

    assert_eq!(response.status(), StatusCode::OK);
}
