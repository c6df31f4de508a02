//! What a server says to `initialize`, read no further than its answer: not every server closes the
//! stream then, and whoever waits for that waits for ever (GW-27).

use std::future::ready;

use axum::{Error, body::Body};
use bytes::{Bytes, BytesMut};
use doorward_mcp::{
    content_type::Media,
    envelope::Message,
    method::Method,
    sse::{Event, Parser},
};
use futures_util::{StreamExt, stream};
use http::HeaderValue;
use http_body_util::{BodyExt, Limited};
use tokio::time::timeout;

use crate::{front::exchange::Exchange, upstream::Fault};

/// What was said until the answer.
#[derive(Debug)]
pub(super) struct Told {
    /// The answer; none, if it can still be come back for (R-064).
    pub(super) response: Option<Bytes>,
    /// The whole of it again, and what is still to come.
    pub(super) body: Body,
}

impl Told {
    /// The same, unless the answer does not come and cannot be come back for.
    pub(super) fn or_resumed(self, may_resume: bool) -> Result<Self, Fault> {
        match self.response.is_some() || may_resume {
            true => Ok(self),
            false => Err(Fault::Broken),
        }
    }
}

/// Reads an answer of this type, within the limits of its server.
pub(super) async fn read(
    exchange: &Exchange,
    media: Option<&HeaderValue>,
    body: Body,
) -> Result<Told, Fault> {
    let most = exchange.limits.response_bytes;
    let patience = exchange.server.upstream.patience();
    let within = patience.limits(Some(Method::Initialize)).quiet;
    let media = media.and_then(|media| Media::parse(media.as_bytes()));
    let reading = async {
        match media {
            Some(Media::EventStream) => events(body, most).await,
            Some(Media::Json) | None => document(body, most).await,
        }
    };
    timeout(within, reading)
        .await
        .unwrap_or(Err(Fault::Timeout))
}

async fn document(body: Body, most: usize) -> Result<Told, Fault> {
    let body = Limited::new(body, most).collect().await;
    let body = body.map_err(|_| Fault::Broken)?.to_bytes();
    Ok(Told {
        response: Some(body.clone()),
        body: Body::from(body),
    })
}

async fn events(mut body: Body, most: usize) -> Result<Told, Fault> {
    let (mut parser, mut said, mut response) = (Parser::new(most), BytesMut::new(), None);
    let mut is_resumable = false;
    while response.is_none()
        && let Some(frame) = body.frame().await
    {
        let Ok(chunk) = frame.map_err(|_| Fault::Broken)?.into_data() else {
            continue;
        };
        if said.len() + chunk.len() > most {
            return Err(Fault::TooLarge);
        }
        said.extend_from_slice(&chunk);
        let events = parser.push(&chunk).map_err(|_| Fault::TooLarge)?;
        is_resumable |= events.iter().any(|event| event.id().is_some());
        response = events.into_iter().find_map(answer);
    }
    if response.is_none() && !said.is_empty() {
        // Calls, too, may lack the blank line behind their answer.
        let ended = parser.push(b"\n\n").map_err(|_| Fault::TooLarge)?;
        response = ended.into_iter().find_map(answer);
        said.extend_from_slice(if response.is_some() { b"\n\n" } else { b"" });
    }
    if response.is_none() && !is_resumable {
        return Err(Fault::Broken);
    }
    let before = stream::once(ready(Ok::<_, Error>(said.freeze())));
    Ok(Told {
        response,
        body: Body::from_stream(before.chain(body.into_data_stream())),
    })
}

fn answer(event: Event) -> Option<Bytes> {
    let message = Bytes::from(event.into_data());
    let is_answer = matches!(Message::parse(&message), Ok(Message::Response(_)));
    is_answer.then_some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENED: &str = "id: 1\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n";
    const LOG: &str =
        "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}\n\n";

    fn body(chunks: Vec<&'static str>) -> Body {
        let chunks = chunks
            .into_iter()
            .map(|chunk| Ok::<_, Error>(Bytes::from(chunk)));
        Body::from_stream(stream::iter(chunks))
    }

    #[tokio::test]
    async fn an_answer_that_only_lacks_its_blank_line_is_one() {
        // GW-27
        for lacks in [1, 2] {
            let cut = OPENED.get(..OPENED.len() - lacks).expect("most of it");
            let told = events(body(vec![LOG, cut]), 1024).await.expect("an answer");
            assert!(told.response.is_some());
            let said = told.body.collect().await.expect("whole").to_bytes();
            assert!(said.ends_with(b"\n\n"));
        }
        let half = events(body(vec![LOG, "data: {\"id\":1,"]), 1024).await;
        assert_eq!(half.expect_err("half of it"), Fault::Broken);
    }

    #[tokio::test]
    async fn a_stream_that_stays_open_is_read_up_to_the_answer_and_passed_on_whole() {
        // GW-27, R-065
        let open = body(vec![": hello\n\n", LOG, OPENED]).into_data_stream();
        let open = Body::from_stream(open.chain(stream::pending()));
        let told = events(open, 1024).await.expect("an answer");
        let response = told.response.expect("an answer");
        assert_eq!(response, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
        let mut body = told.body;
        let first = body.frame().await.expect("said").expect("whole");
        let said = format!(": hello\n\n{LOG}{OPENED}");
        assert_eq!(first.into_data().expect("data"), said);
        let more = futures_util::poll!(std::pin::pin!(body.frame()));
        assert!(more.is_pending(), "what comes after it is passed on, too");
    }

    #[tokio::test]
    async fn one_that_says_too_much_or_nothing_opens_nothing() {
        // GW-27, GW-28, R-064
        let endless = stream::repeat_with(|| Ok::<_, Error>(Bytes::from(LOG)));
        let told = events(Body::from_stream(endless), 1024).await;
        assert_eq!(told.err(), Some(Fault::TooLarge));
        let told = events(body(vec![LOG]), 1024).await;
        assert_eq!(told.err(), Some(Fault::Broken));
        let told = events(body(vec!["id: 1\ndata:\n\n", LOG]), 1024).await;
        assert_eq!(told.expect("it goes on elsewhere").response, None);
    }
}
