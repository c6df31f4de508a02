//! Bodies pass through as they come: frame by frame, byte for byte, ends and breaks included.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use doorward_fetch::UpstreamClient;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;

use crate::{
    server::{Fed, Server, fed},
    world::{Names, upstream_config},
};

async fn get(url: String) -> Response<Incoming> {
    let client = UpstreamClient::<Full<Bytes>>::new(upstream_config(&Names::none()));
    client
        .send(Request::get(url).body(Full::default()).unwrap(), None)
        .await
        .unwrap()
}

async fn next(body: &mut Incoming) -> Bytes {
    body.frame().await.unwrap().unwrap().into_data().unwrap()
}

#[tokio::test]
async fn every_event_of_a_stream_arrives_before_the_next_one_is_sent() {
    let (feed, events) = fed();
    let events = Arc::new(Mutex::new(Some(events)));
    let server = Server::http(move |_| {
        let events = events.lock().unwrap().take().unwrap();
        Response::builder()
            .header("content-type", "text/event-stream")
            .body(events.boxed_unsync())
            .unwrap()
    })
    .await;

    let mut body = get(server.url("/mcp")).await.into_body();

    for event in ["data: 1\n\n", ": still here\n\n", "data: 2\n\n"] {
        feed.send(event.into()).unwrap();
        assert_eq!(next(&mut body).await, event);
    }
    drop(feed);
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn a_request_body_streams_while_its_answer_does() {
    let server = Server::http(|request| Response::new(request.into_body().boxed_unsync())).await;
    let client = UpstreamClient::<Fed>::new(upstream_config(&Names::none()));
    let (feed, body) = fed();

    let request = Request::post(server.url("/mcp")).body(body).unwrap();
    let mut echo = client.send(request, None).await.unwrap().into_body();

    for piece in ["one", "two"] {
        feed.send(piece.into()).unwrap();
        assert_eq!(next(&mut echo).await, piece);
    }
}

#[tokio::test]
async fn dropping_a_response_tells_the_upstream() {
    // closing the stream is the cancellation
    let mut server = Server::stalling(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n:\n\n\r\n",
    )
    .await;
    let mut response = get(server.url("/mcp")).await;
    assert_eq!(next(response.body_mut()).await, ":\n\n");

    drop(response);

    server.closed(1).await;
}

#[tokio::test]
async fn a_body_that_breaks_off_ends_in_an_error() {
    let broken = [
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ];
    for bytes in broken {
        let server = Server::raw(bytes).await;
        let mut body = get(server.url("/mcp")).await.into_body();
        assert_eq!(next(&mut body).await, "half");
        assert!(body.frame().await.unwrap().is_err(), "{bytes}");
    }
}

#[tokio::test]
async fn a_compressed_body_is_left_alone() {
    let server = Server::raw(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x0b\x08\x00",
    )
    .await;
    let response = get(server.url("/mcp")).await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(
        response.into_body().collect().await.unwrap().to_bytes(),
        "\x1f\x0b\x08\x00"
    );
}
