//! What a fetched document must look like, and what every other answer gets.

use std::time::Duration;

use doorward_fetch::{Answer, DialError, Document, FetchError, Fetcher, FetcherConfig, Reach};
use http::{Response, StatusCode};

use crate::{
    server::{Server, full},
    world::{BLINK, Names, fetcher, fetcher_config},
};

/// Appears in every hostile answer, and must appear in no error.
const SECRET: &str = "hunter2";

async fn fetch(url: &str) -> Result<Document, FetchError> {
    let fetcher = fetcher(Reach::Loopback, &Names::none());
    fetcher.json(&url.parse().unwrap()).await
}

async fn answer(head: &str, body: &str) -> Result<Document, FetchError> {
    let length = body.len();
    let server = Server::raw(format!(
        "HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n{body}"
    ))
    .await;
    fetch(&server.url("/document")).await
}

fn small(within: Duration, max_bytes: usize) -> Fetcher {
    let config = fetcher_config(Reach::Loopback, &Names::none());
    Fetcher::new(FetcherConfig {
        within,
        max_bytes,
        ..config
    })
}

#[tokio::test]
async fn a_document_arrives_with_its_version_and_what_is_left_of_its_freshness() {
    let head = "200 OK\r\nContent-Type: application/json; charset=utf-8\r\n\
                Cache-Control: public, max-age=600\r\nAge: 100\r\nETag: \"v1\"";
    let document = answer(head, r#"{"keys":[]}"#).await.unwrap();

    assert_eq!(document.bytes, r#"{"keys":[]}"#);
    assert_eq!(document.max_age, Some(Duration::from_secs(500)));
    assert_eq!(document.etag.as_deref(), Some("\"v1\""));
}

#[tokio::test]
async fn a_version_that_is_known_is_not_sent_again() {
    let unchanged = "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\n\r\n";
    let server = Server::raw(unchanged).await;
    let url = server.url("/document").parse().unwrap();
    let fetcher = fetcher(Reach::Loopback, &Names::none());

    let answer = fetcher.json_unless(&url, Some("\"v1\"")).await.unwrap();
    let max_age = Some(Duration::from_secs(60));
    assert_eq!(answer, Answer::Unchanged { max_age });

    let unasked = fetcher.json(&url).await.unwrap_err(); // nobody named a version
    assert!(matches!(unasked, FetchError::Redirect(_)), "{unasked:?}");
}

#[tokio::test]
async fn the_request_names_the_host_and_carries_nothing_that_identifies_anyone() {
    let server = Server::http(|request| {
        let mut names: Vec<_> = request.headers().keys().map(|name| name.as_str()).collect();
        names.sort_unstable();
        let seen = format!(
            "{} {} {names:?}",
            request.uri(),
            request.headers()["host"].to_str().unwrap()
        );
        Response::builder()
            .header("content-type", "application/json")
            .body(full(seen))
            .unwrap()
    })
    .await;

    let document = fetch(&server.url("/a/b?c=d#fragment")).await.unwrap();

    let names = r#"["accept", "accept-encoding", "connection", "host", "user-agent"]"#;
    assert_eq!(
        document.bytes,
        format!("/a/b?c=d {} {names}", server.address)
    );
}

#[tokio::test]
async fn a_redirect_is_an_error_that_says_so_and_nobody_follows() {
    // A-070, CL-04
    let server = Server::http(|_| {
        Response::builder()
            .status(302)
            .header("location", "/elsewhere")
            .body(full(SECRET))
            .unwrap()
    })
    .await;

    let error = fetch(&server.url("/")).await.unwrap_err();

    assert!(
        matches!(error, FetchError::Redirect(StatusCode::FOUND)),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        "the host answered with a redirect (302), which is not followed"
    );
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn only_a_plain_200_counts() {
    // A-070
    for status in [
        "201 Created",
        "204 No Content",
        "206 Partial Content",
        "404 Not Found",
        "500 Oops",
    ] {
        let error = answer(&format!("{status}\r\nContent-Type: application/json"), "")
            .await
            .unwrap_err();
        let FetchError::Status(told) = error else {
            panic!("{status}: {error:?}");
        };
        assert!(status.starts_with(told.as_str()), "{status}: {told}");
    }
}

#[tokio::test]
async fn only_json_media_types_count() {
    // A-070
    let accepted = [
        "application/json",
        "Application/JSON ; charset=utf-8",
        "application/jwk-set+json",
        "application/oauth-client-metadata+json",
    ];
    for media_type in accepted {
        let document = answer(&format!("200 OK\r\nContent-Type: {media_type}"), "{}").await;
        assert!(document.is_ok(), "{media_type}");
    }
    let refused = [
        "X-Nothing: here",
        "Content-Type: text/html",
        "Content-Type: text/plain; application/json",
        "Content-Type: application/jsonp",
        "Content-Type: +json",
        "Content-Type: application/json\r\nContent-Type: text/html",
    ];
    for header in refused {
        let error = answer(&format!("200 OK\r\n{header}"), "{}")
            .await
            .unwrap_err();
        assert!(
            matches!(error, FetchError::ContentType),
            "{header}: {error:?}"
        );
    }
}

#[tokio::test]
async fn an_encoded_document_is_refused_instead_of_inflated() {
    let json = "200 OK\r\nContent-Type: application/json\r\nContent-Encoding:";
    let error = answer(&format!("{json} gzip"), "{}").await.unwrap_err();
    assert!(matches!(error, FetchError::ContentEncoding), "{error:?}");
    assert!(answer(&format!("{json} identity"), "{}").await.is_ok());
}

#[tokio::test]
async fn a_document_may_fill_the_limit_and_not_a_byte_more() {
    let announced = |size: usize| {
        let body = "x".repeat(size);
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n{body}"
        )
    };
    let chunked = |size: usize| {
        let body = "x".repeat(size);
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{size:x}\r\n{body}\r\n0\r\n\r\n"
        )
    };
    let fetcher = small(crate::world::PATIENCE, 1000);
    for answer in [announced(1000), chunked(1000)] {
        let server = Server::raw(answer).await;
        let document = fetcher
            .json(&server.url("/").parse().unwrap())
            .await
            .unwrap();
        assert_eq!(document.bytes.len(), 1000);
    }
    for answer in [announced(1001), chunked(1001)] {
        let server = Server::raw(answer).await;
        let error = fetcher
            .json(&server.url("/").parse().unwrap())
            .await
            .unwrap_err();
        assert!(
            matches!(error, FetchError::TooLarge { limit: 1000 }),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn an_endless_body_is_cut_off_at_the_limit() {
    let server = Server::http(|_| {
        let (feed, body) = crate::server::fed();
        tokio::spawn(async move {
            while feed.send("x".repeat(4096).into()).is_ok() {
                tokio::task::yield_now().await
            }
        });
        let body = http_body_util::BodyExt::boxed_unsync(body);
        Response::builder()
            .header("content-type", "application/json")
            .body(body)
            .unwrap()
    })
    .await;

    let error = fetch(&server.url("/")).await.unwrap_err();

    assert!(
        matches!(error, FetchError::TooLarge { limit: 65536 }),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_deadline_covers_the_head_and_the_body() {
    let silent: &[u8] = b"";
    let dripping: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    for bytes in [silent, dripping] {
        let mut server = Server::stalling(bytes).await;
        let error = small(BLINK, 1000)
            .json(&server.url("/").parse().unwrap())
            .await
            .unwrap_err();
        assert!(matches!(error, FetchError::Timeout), "{error:?}");
        server.closed(1).await; // and no connection is left behind
    }
}

#[tokio::test]
async fn a_broken_answer_is_an_error() {
    let broken = [
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\nhunter2",
        "SSH-2.0-hunter2\r\n",
        "",
    ];
    for bytes in broken {
        let server = Server::raw(bytes).await;
        let error = fetch(&server.url("/")).await.unwrap_err();
        assert!(
            matches!(error, FetchError::Response(_)),
            "{bytes:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn nobody_at_home_is_a_connect_error() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = fetch(&format!("http://{address}/")).await.unwrap_err();
    assert!(
        matches!(error, FetchError::Dial(DialError::Connect(_))),
        "{error:?}"
    );
}

#[tokio::test]
async fn no_error_repeats_what_the_host_said() {
    // A-074: the response never reaches the requester
    let hostile = [
        "HTTP/1.1 200 OK\r\nContent-Type: text/hunter2\r\nContent-Length: 7\r\n\r\nhunter2",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: hunter2\r\n\r\nhunter2",
        "HTTP/1.1 302 hunter2\r\nLocation: /hunter2\r\nContent-Length: 7\r\n\r\nhunter2",
        "HTTP/1.1 404 hunter2\r\nContent-Length: 7\r\n\r\nhunter2",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\nhunter2",
        "HTTP/1.1 200 OK\r\nhunter2 hunter2\r\n\r\n",
        "hunter2",
    ];
    for bytes in hostile {
        let server = Server::raw(bytes).await;
        let error = fetch(&server.url("/")).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains(SECRET), "{error:?}");
    }
}
