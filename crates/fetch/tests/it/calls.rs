//! Calls to endpoints: what is sent, and which answers come back.

use doorward_fetch::{Call, FetchError, Reach, Reply};
use http::{Response, StatusCode, header::AUTHORIZATION};
use http_body_util::BodyExt;

use crate::{
    server::{Server, full},
    world::{Names, fetcher},
};

async fn call(call: Call) -> Result<Reply, FetchError> {
    fetcher(Reach::Operator, &Names::none())
        .taking(1024)
        .call(call)
        .await
}

async fn answer(head: &str, body: &str) -> Result<Reply, FetchError> {
    let length = body.len();
    let server = Server::raw(format!(
        "HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n{body}"
    ))
    .await;
    call(Call::get(server.url("/endpoint").parse().unwrap())).await
}

#[tokio::test]
async fn a_call_carries_its_form_and_its_credential_and_nothing_else() {
    let server = Server::http(|request| {
        let seen = format!(
            "\"{} {} {}\"",
            request.method(),
            request.headers()["content-type"].to_str().unwrap(),
            request.headers()["authorization"].to_str().unwrap(),
        );
        assert!(request.headers().get("cookie").is_none());
        Response::builder()
            .header("content-type", "application/json")
            .body(full(seen))
            .unwrap()
    })
    .await;
    let url = server.url("/token").parse().unwrap();
    let asked = Call::post(url, "a=b".to_owned()).header(AUTHORIZATION, "Bearer s3cret");
    assert!(!format!("{asked:?}").contains("s3cret"), "AD-07");
    let reply = call(asked).await.unwrap();
    let seen = "\"POST application/x-www-form-urlencoded Bearer s3cret\"";
    assert_eq!(reply.json.as_deref(), Some(seen.as_bytes()));
}

#[tokio::test]
async fn a_form_arrives_whole() {
    let (heard, mut hears) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::http(move |request| {
        let heard = heard.clone();
        tokio::spawn(async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            heard.send(body).unwrap();
        });
        let status = StatusCode::OK;
        Response::builder().status(status).body(full("")).unwrap()
    })
    .await;
    let url = server.url("/token").parse().unwrap();
    call(Call::post(url, "code=1&x=2".to_owned()))
        .await
        .unwrap();
    assert_eq!(hears.recv().await.unwrap(), "code=1&x=2");
}

#[tokio::test]
async fn a_refusal_comes_back_with_its_words_when_they_are_json() {
    let refused = answer("400 Bad Request\r\nContent-Type: application/json", "{}").await;
    let refused = refused.unwrap();
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json.as_deref(), Some(b"{}".as_slice()));
    for head in [
        "502 Bad Gateway\r\nContent-Type: text/html",
        "200 OK",
        "200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip",
    ] {
        assert_eq!(answer(head, "<html>").await.unwrap().json, None, "{head}");
    }
}

#[tokio::test]
async fn a_call_follows_nothing_and_reads_no_more_than_it_may() {
    let elsewhere = answer("307 Temporary Redirect\r\nLocation: http://127.0.0.1/", "").await;
    assert!(matches!(elsewhere, Err(FetchError::Redirect(_)))); // RG-02
    let json = "200 OK\r\nContent-Type: application/json";
    let huge = answer(json, &"1".repeat(1025)).await;
    assert!(matches!(huge, Err(FetchError::TooLarge { limit: 1024 })));
    let split = Call::get("http://127.0.0.1:9/".parse().unwrap()).header(AUTHORIZATION, "a\r\nb");
    assert!(matches!(call(split).await, Err(FetchError::Dial(_))));
}
